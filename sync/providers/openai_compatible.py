"""A language model behind an OpenAI-compatible server on this computer: llama.cpp, Ollama, LM Studio, vLLM and others.

Only a loopback address is taken, no proxy is used and no redirect followed, so that no word of an interview can leave
the computer this way. The parts of the protocol that all of them know are used, and no more: `GET /v1/models` and
`POST /v1/chat/completions` without streaming and without `response_format`, which some servers refuse.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Sequence
from typing import Any, NoReturn, TypeVar

import msgspec
import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from sync.address import Address
from sync.client import SystemTrust
from sync.failures import (
    AddressInvalid,
    LanguageModelFailure,
    LlmAddressRefused,
    LlmBusy,
    LlmNonsense,
    LlmRejected,
    LlmSilent,
    LlmTimeout,
    LlmTooLong,
    LlmUnauthorized,
    LlmUnknown,
    LlmUnnamed,
    LlmUnreachable,
)
from sync.providers.language_model import ASK_S, MOST_ANSWER_TOKENS, Answer, Message
from sync.secrets import redacted

KEY_VARIABLE = "MIANJIAN_LLM_KEY"
"""The environment variable with the key, for servers that want one; it is kept nowhere."""
CONNECT_S, LIST_S = 5.0, 10.0
MAX_ANSWER_BYTES = 1024 * 1024
LISTED = 8
_ENDPOINT, _VERSION = "/chat/completions", "/v1"
_TRY_LATER = (408, 425, 429)
_Shape = TypeVar("_Shape")


class _Said(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Said
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    model: str | None = None
    system_fingerprint: str | None = None


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model]


class OpenAiCompatible:
    """See `LanguageModel`. `url` as a person enters it: with or without /v1. LlmAddressRefused beyond this computer."""

    def __init__(self, url: str, model: str = "", key: str | None = None) -> None:
        self._base, self._host = _loopback(url)
        self._model = model.strip()
        self._key = (os.environ.get(KEY_VARIABLE, "") if key is None else key).strip()
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no netrc: this computer's own server is meant
        self._session.mount("https://", SystemTrust())
        self._session.headers["User-Agent"] = "MianJian"
        if self._key:
            self._session.headers["Authorization"] = f"Bearer {self._key}"

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def check(self) -> str:
        """The name of the model that would answer; see `LanguageModel`."""
        status, raw = self._call("GET", "/models", None, LIST_S)
        if status == 404:  # a server that does not list its models
            return shown(self._named(()))
        names = tuple(model.id for model in self._understood(status, raw, _Models).data)
        if self._model and names and self._model not in names:
            raise LlmUnknown(host=self._host, model=shown(self._model), names=_listed(names))
        self._model = self._named(names)
        return shown(self._model)

    def ask(
        self, messages: Sequence[Message], max_tokens: int = MOST_ANSWER_TOKENS, timeout_s: float = ASK_S
    ) -> Answer:
        """One answer; see `LanguageModel`."""
        if not self._model:
            self.check()
        body = {
            "model": self._model, "messages": msgspec.to_builtins(list(messages)), "max_tokens": max_tokens,
            "temperature": 0, "seed": 0, "stream": False,
        }  # fmt: skip
        found = self._understood(*self._call("POST", _ENDPOINT, body, timeout_s), _Completion)
        choice = next(iter(found.choices), None)
        said = (choice.message.content or "").strip() if choice else ""
        if choice is None or not said:
            raise LlmSilent(model=shown(self._model))
        cut = choice.finish_reason == "length"
        return Answer(said, shown(found.model or self._model), found.system_fingerprint or "", cut)

    def _named(self, names: tuple[str, ...]) -> str:
        """The chosen model, else the only one that there is."""
        if self._model:
            return self._model
        if len(names) != 1:
            raise LlmUnnamed(host=self._host, names=_listed(names))
        return names[0]

    def _call(self, method: str, path: str, body: Any, timeout_s: float) -> tuple[int, bytes]:
        """One request and its whole answer, within the time; every way to fail on the way is classified here."""
        until, status = time.monotonic() + timeout_s, None
        try:
            with self._session.request(
                method, self._base + path, json=body, timeout=(min(CONNECT_S, timeout_s), timeout_s),
                allow_redirects=False, stream=True,
            ) as answer:  # fmt: skip
                status = answer.status_code
                return status, self._whole(answer, until, timeout_s)
        except (requests.RequestException, HTTPError) as error:
            self._failed(error, timeout_s, answered=status is not None)

    def _whole(self, answer: requests.Response, until: float, timeout_s: float) -> bytes:
        """The body, piece by piece as it comes: a server that trickles is given up in time, too."""
        parts, size = [], 0
        while part := answer.raw.read1(65536, decode_content=True):
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                raise LlmTooLong(host=self._host, limit=MAX_ANSWER_BYTES)
            if time.monotonic() > until:
                raise LlmTimeout(model=shown(self._model) or self._host, seconds=f"{timeout_s:g}")
            parts.append(part)
        return b"".join(parts)

    def _failed(self, error: requests.RequestException | HTTPError, timeout_s: float, *, answered: bool) -> NoReturn:
        if isinstance(error, requests.ReadTimeout | ReadTimeoutError):
            raise LlmTimeout(model=shown(self._model) or self._host, seconds=f"{timeout_s:g}") from error
        raise (LlmNonsense if answered else LlmUnreachable)(host=self._host) from error

    def _understood(self, status: int, raw: bytes, shape: type[_Shape]) -> _Shape:
        """A good answer in its shape, or the failure that a bad one is."""
        if 200 <= status < 300:
            try:
                return msgspec.json.decode(raw, type=shape)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise LlmNonsense(host=self._host) from error
        raise self._failure(status, raw)

    def _failure(self, status: int, raw: bytes) -> LanguageModelFailure:
        if status in (401, 403):
            return LlmUnauthorized(host=self._host)
        if status in _TRY_LATER or status >= 500:
            return LlmBusy(host=self._host, status=status)
        if status == 404:
            return LlmUnknown(host=self._host, model=shown(self._model), names="?")
        if 400 <= status < 500:
            return LlmRejected(model=shown(self._model) or self._host, detail=redacted(_reason(raw, status), self._key))
        return LlmNonsense(host=self._host)


def _loopback(url: str) -> tuple[str, str]:
    """The address up to /v1, and the host as a person is told it. LlmAddressRefused unless it is this computer."""
    try:
        address = Address.parse(url)
    except AddressInvalid as error:
        raise LlmAddressRefused(address=error.params["address"]) from error
    if not address.loopback:
        raise LlmAddressRefused(address=address.host)
    base = address.base.removesuffix(_ENDPOINT)
    return base if base.endswith(_VERSION) else base + _VERSION, address.host


def shown(name: str) -> str:
    """A model's name as a person is told it: llama.cpp names a model by its whole path, of which the file is enough."""
    return re.split(r"[\\/]", name)[-1] if re.match(r"[\\/]|[A-Za-z]:[\\/]", name) else name


def _listed(names: tuple[str, ...]) -> str:
    """Names of a server, short and printable, in one line; "?" where it does not tell."""
    more = " …" if len(names) > LISTED else ""
    return (redacted(", ".join(map(shown, names[:LISTED])), "") or "?") + more


def _reason(raw: bytes, status: int) -> str:
    """What an error says of itself: {"error": {"message": …}}, {"error": …} or {"message": …}; else its status."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return str(status)
    error = found.get("error", found) if isinstance(found, dict) else found
    said = error.get("message") if isinstance(error, dict) else error
    return said if isinstance(said, str) and said.strip() else str(status)
