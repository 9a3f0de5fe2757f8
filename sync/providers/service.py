"""The engine: asks an outside service as its profile says, step by step, and reads the answer."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sync.address import Address
from sync.failures import AddressInvalid
from sync.providers.calling import Caller, Reply, Request, Sending, path_of
from sync.providers.failures import (
    ServiceAddressInvalid,
    ServiceBusy,
    ServiceEmpty,
    ServiceFailure,
    ServiceNonsense,
    ServiceRejected,
    ServiceTimeout,
    ServiceTooLarge,
    ServiceUnauthorized,
    ServiceUnreachable,
)
from sync.providers.filling import File, filled
from sync.providers.heard import Heard, read_heard, read_values
from sync.providers.language_model import Answer, Message
from sync.providers.profile import ServiceProfile, Step, dig
from sync.providers.signing import Occasion, signed
from sync.secrets import redacted
from sync.waits import retry_after_s

MB = 1024 * 1024
PATIENCE_S, TRIES, USUAL_WAIT_S = 60.0, 3, 5.0
"""A service that asks to wait is waited for so long and so often; what it does not tell is taken to be the last."""
_NO_ID = ("", ".", "..")
_TRY_LATER = (408, 425, 429)
MEDIA = {"flac": "audio/flac", "wav": "audio/wav", "opus": "audio/ogg"}
ENDING = {"flac": "flac", "wav": "wav", "opus": "ogg"}


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound to recognise: an encoded file of `seconds`, its `language` ("zh", "en", "" = not known) and terms."""

    content: bytes
    seconds: float
    language: str = ""
    terms: tuple[str, ...] = ()


class Service:
    """One service as a person set it up. Every method raises `ServiceFailure` only.

    `key` is asked for with each request and nothing keeps it; `record` hears of each request before it leaves.
    """

    def __init__(
        self, profile: ServiceProfile, address: str, model: str, key: Callable[[], str], stop: threading.Event,
        record: Callable[[Sending], None] = lambda _: None,
    ) -> None:  # fmt: skip
        self.profile, self._shape, self.model, self._key = profile, profile.shape, model, key
        self.address = service_address(address or profile.shape.address)
        self._caller = Caller(self.address, stop, record)
        self._last = -1e9

    def close(self) -> None:
        """Close all connections."""
        self._caller.close()

    def check(self) -> None:
        """Whether address and key work. Nothing of any interview is sent."""
        self._done(self._shape.check, {"model": self.model or None})

    def transcribe(self, sound: Sound) -> Heard:
        """What is said in a sound of at most `profile.shape.sound.max_s`."""
        shape = self._shape
        form = shape.sound.format
        file = File(f"sound.{ENDING[form]}", MEDIA[form], sound.content)
        sources = self._common(sound.language) | {
            "sound": file, "sound_name": file.name, "sound_format": form, "sound_bytes": len(sound.content),
            "sound_s": round(sound.seconds, 3), "sound_ms": round(sound.seconds * 1000),
            "terms": list(sound.terms) or None, "terms_text": ", ".join(sound.terms) or None,
        }  # fmt: skip
        if self._uses("sound_base64"):
            sources["sound_base64"] = base64.b64encode(sound.content).decode()
        return read_heard(self._answer(sources), shape.answer, sound.seconds, self.address.host)

    def ask(self, messages: Sequence[Message], language: str = "") -> Answer:
        """One answer of a language model, as it stands."""
        sources = self._common(language) | {
            "messages": [{"role": one.role, "content": one.content} for one in messages],
            "system": "\n".join(one.content for one in messages if one.role == "system"),
            "user": "\n".join(one.content for one in messages if one.role != "system"),
        }  # fmt: skip
        answer, shape = self._answer(sources), self._shape.answer
        said = dig(answer, shape.text)
        if said is not None and not isinstance(said, str):
            raise ServiceNonsense(host=self.address.host)
        if not said or not said.strip():
            raise ServiceEmpty(host=self.address.host)
        model = dig(answer, shape.model) if shape.model else None
        cut = bool(shape.finish) and dig(answer, shape.finish) == shape.cut
        return Answer(said.strip(), model if isinstance(model, str) else self.model, "", cut)

    def look(self, picture: bytes) -> dict[str, float]:
        """Shares 0..1 by name that the service sees in a picture (JPEG)."""
        sources = self._common("") | {"picture": File("picture.jpg", "image/jpeg", picture)}
        if self._uses("picture_base64") or self._uses("picture_url"):
            text = base64.b64encode(picture).decode()
            sources |= {"picture_base64": text, "picture_url": f"data:image/jpeg;base64,{text}"}
        answer = self._answer(sources)
        return read_values(dig(answer, self._shape.answer.values), self._shape.answer, self.address.host)

    def _common(self, language: str) -> dict[str, object]:
        word = self._shape.languages.get(language, language) if language else None
        return {"model": self.model or None, "language": word}

    def _uses(self, source: str) -> bool:
        return any(source in step.fields.values() for step in self._shape.steps)

    def _answer(self, sources: dict[str, object]) -> Any:
        """The answer of the last step; what a step keeps is there for those after it."""
        answer: Any = None
        for step in self._shape.steps:
            answer = self._repeated(step, sources) if step.until else self._done(step, sources)
            for name, path in step.keep.items():
                found = dig(answer, path)
                if not isinstance(found, str | int) or isinstance(found, bool) or str(found) in _NO_ID:
                    raise ServiceNonsense(host=self.address.host)
                sources[name] = found
        return answer

    def _repeated(self, step: Step, sources: dict[str, object]) -> Any:
        """Ask until the service says that it is done; a hiccup or two on the way are nothing."""
        assert step.until is not None
        until, begun, hiccups = step.until, time.monotonic(), 0
        while time.monotonic() - begun <= until.longest_s:
            try:
                answer = self._done(step, sources)
            except (ServiceUnreachable, ServiceBusy, ServiceTimeout):
                hiccups += 1
                if hiccups > 2:
                    raise
                self._caller.wait(until.every_s)
                continue
            hiccups, state = 0, dig(answer, until.path)
            if _among(state, until.done):
                return answer
            if state is None or isinstance(state, dict | list):
                raise ServiceNonsense(host=self.address.host)
            if _among(state, until.failed):
                raise ServiceRejected(host=self.address.host, detail=self._said(answer) or str(state)[:100])
            self._caller.wait(until.every_s)
        raise ServiceTimeout(host=self.address.host, seconds=f"{until.longest_s:g}")

    def _done(self, step: Step, sources: dict[str, object]) -> Any:
        """One step's answer; a service that asks to wait a bearable time is waited for."""
        for tries in range(1, TRIES + 1):
            try:
                return self._once(step, sources)
            except ServiceBusy as busy:
                wait = USUAL_WAIT_S * tries if busy.retry_after_s is None else busy.retry_after_s
                told = busy.retry_after_s is not None or busy.params.get("status") == 429
                if tries == TRIES or wait > PATIENCE_S or not told:
                    raise
                self._caller.wait(wait)
        raise AssertionError

    def _once(self, step: Step, sources: dict[str, object]) -> Any:
        nonce = secrets.token_hex(8)
        ready = filled(step, sources | {"nonce": nonce})
        limit = self._shape.limits
        if len(ready.body) > limit.max_mb * MB:
            raise ServiceTooLarge(host=self.address.host, limit=f"{limit.max_mb:g}")
        self._pace()
        occasion = Occasion(ready.method, path_of(self.address, ready.path), ready.body, time.time(), nonce)
        key = "" if self._shape.auth.kind == "none" else self._key()
        shown = signed(self._shape.auth, key, occasion)
        request = Request(
            ready.method, ready.path, ready.query | shown.parameters, ready.headers | shown.headers, ready.body
        )
        return self._understood(self._caller.call(request, limit.timeout_s), shown.secret)

    def _pace(self) -> None:
        """No faster than the service takes."""
        if self._shape.limits.per_minute:
            self._caller.wait(self._last + 60.0 / self._shape.limits.per_minute - time.monotonic())
        self._last = time.monotonic()

    def _understood(self, reply: Reply, secret: str) -> Any:
        """The JSON of a good answer, or the failure that a bad one is."""
        host, shape = self.address.host, self._shape.errors
        try:
            answer = json.loads(reply.raw) if reply.raw else None
        except (ValueError, RecursionError):
            answer = None
        code = dig(answer, shape.code) if shape.code else None
        good = 200 <= reply.status < 300
        if good and answer is not None and (code is None or _among(code, shape.good)):
            return answer
        told = shape.codes.get(str(code)) if isinstance(code, str | int) else None
        wait = retry_after_s(reply.headers.get("retry-after"), datetime.now(UTC))
        detail = redacted(self._said(answer) or (str(code) if isinstance(code, str | int) else ""), secret)
        if told is not None:
            raise self._failure(told, reply.status, wait, detail)
        if reply.status in (401, 403):
            raise ServiceUnauthorized(host=host)
        if reply.status == 413:
            raise self._failure("too_large", reply.status, wait, detail)
        if reply.status in _TRY_LATER or reply.status >= 500:
            raise ServiceBusy(wait, host=host, status=reply.status)
        if 400 <= reply.status < 500 or (good and answer is not None):
            raise ServiceRejected(host=host, detail=detail or str(reply.status))
        raise ServiceNonsense(host=host)

    def _failure(self, told: str, status: int, wait: float | None, detail: str) -> ServiceFailure:
        host = self.address.host
        if told == "unauthorized":
            return ServiceUnauthorized(host=host)
        if told == "busy":
            return ServiceBusy(wait if wait is not None else USUAL_WAIT_S, host=host, status=status)
        if told == "too_large":
            return ServiceTooLarge(host=host, limit=f"{self._shape.limits.max_mb:g}")
        return ServiceEmpty(host=host) if told == "empty" else ServiceRejected(host=host, detail=detail or str(status))

    def _said(self, answer: object) -> str:
        """The service's own words about an error."""
        found = dig(answer, self._shape.errors.message) if self._shape.errors.message else None
        return found if isinstance(found, str) else ""


def service_address(text: str) -> Address:
    """A checked address: https, or http on this computer. ServiceAddressInvalid."""
    try:
        return Address.parse(text)
    except AddressInvalid as error:
        raise ServiceAddressInvalid(address=error.params["address"]) from error


def _among(value: object, words: Sequence[str | int]) -> bool:
    """Whether a code is one of these, whether it comes as a number or as text."""
    return isinstance(value, str | int) and not isinstance(value, bool) and str(value) in map(str, words)
