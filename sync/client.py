"""The wire: one call in, one whole answer or one classified failure out. It repeats no write; the outbox does.

What an answer means is the dialect's business (`sync.dialects`); `failure_of` gives the meaning that HTTP itself has.
"""

from __future__ import annotations

import hashlib
import json
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO, NoReturn
from urllib.parse import quote_plus, urlsplit

import requests
import truststore
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from sync.address import Address
from sync.answer import Answer as Answer
from sync.auth import Auth, Authenticator, Credentials, ServerClock, Surroundings, authenticator
from sync.auth.certificate import load_certificate
from sync.failures import (
    AddressInvalid,
    CertificateUnusable,
    CertificateWanted,
    LoginPage,
    PayloadTooLarge,
    RemoteBusy,
    RemoteConflict,
    RemoteFailure,
    RemoteNonsense,
    RemoteRejected,
    RemoteUnauthorized,
    RemoteUnreachable,
    RemoteUntrusted,
    RightMissing,
)
from sync.network_failures import failure_on_the_way, never_connected
from sync.secrets import redacted
from sync.waits import COMMON, Limits, asked_wait_s, pace_of, rest_s

CONNECT_S, READ_S, TOTAL_S = 5.0, 20.0, 60.0
"""Longest waits: for the connection, between two pieces of an answer, for a whole answer."""
MAX_ANSWER_BYTES = 16 * 1024 * 1024
MAX_PAYLOAD_BYTES = 2 * 1024 * 1024
_TRY_LATER = (408, 425, 429)
NOT_DONE = (401, 403, 429, 503)
"""Answers after which the server certainly did nothing."""
_CERTIFICATE_WANTED = (495, 496)
"""What web servers in front of HR systems say, with a page, where a client certificate is missing or refused."""
HIDDEN = b"[secret]"
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)  # its debug lines hold addresses with their query


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call as it is recorded: both bodies without any secret, and no header. `status` None = no answer came.

    `file` = size and SHA-256 of a person's file that came: its bytes are in no record.
    """

    method: str
    path: str
    status: int | None
    sent: bytes
    received: bytes
    seconds: float = 0.0
    file: tuple[int, str] | None = None

    @property
    def sent_bytes(self) -> int:
        """Size of the request's body."""
        return len(self.sent)

    @property
    def received_bytes(self) -> int:
        """Size of the answer's body."""
        return self.file[0] if self.file else len(self.received)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds; see CONNECT_S, READ_S, TOTAL_S."""

    connect_s: float = CONNECT_S
    read_s: float = READ_S
    total_s: float = TOTAL_S


class Wire:
    """One HR system's connection: its trust, its key, its limits. Every method raises `sync.failures` only.

    `record` hears of every call.
    """

    def __init__(
        self,
        address: Address,
        auth: Auth,
        credentials: Credentials,
        record: Callable[[Exchange], None] = lambda _: None,
        timeouts: Timeouts = Timeouts(),
        limits: Limits = COMMON,
        clock: ServerClock | None = None,
    ) -> None:
        self.address, self.clock = address, clock or ServerClock()
        self._record, self._timeouts, self._limits = record, timeouts, limits
        self._pace = pace_of(address.host, limits)
        self._session = requests.Session()
        self._session.trust_env = not address.loopback  # the office's proxy is not for this computer's own server
        self._session.mount("https://", SystemTrust(_trust(auth, credentials)))
        self._session.headers["User-Agent"] = "MianJian"
        around = Surroundings(address.base, address.host, self.clock, self._fetch)
        self._auth = authenticator(auth, credentials, around)

    @property
    def host(self) -> str:
        """What a person is told."""
        return self.address.host

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        open_to_all: bool = False,
        limit: int = MAX_PAYLOAD_BYTES,
    ) -> Answer:
        """One request and its whole answer; every way to fail on the way is classified here.

        After a 401 with something that can be got anew (a token) it is sent once more: a 401 did nothing.
        """
        if body is not None and len(body) > limit:
            raise PayloadTooLarge(bytes=len(body), limit=limit)
        answer = self._once(method, path, query, body, headers, open_to_all=open_to_all)
        if answer.status == 401 and not open_to_all and self._auth.renew():
            return self._once(method, path, query, body, headers, open_to_all=False)
        return answer

    def fetch(
        self,
        path: str,
        into: BinaryIO,
        limit: int,
        *,
        asking: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A person's file, written to `into` as it comes; the answer then has no body. What is no file (an error, JSON)
        has its body as ever. It is recorded by size and hash alone. PayloadTooLarge beyond `limit` bytes.

        `asking` = it is asked for by POST with this body, and is part of a JSON answer: that is written to `into`.
        """
        target = _Into(into, limit, within_json=asking is not None)
        method = "GET" if asking is None else "POST"
        answer = self._once(method, path, None, asking, headers, open_to_all=False, into=target)
        if answer.status == 401 and self._auth.renew():
            return self._once(method, path, None, asking, headers, open_to_all=False, into=target)
        return answer

    def fetch_from(self, url: str, into: BinaryIO, limit: int) -> Answer:
        """The same from another address that the HR system names: https (or its own kind of loopback), shown to nobody
        who calls; the record has its host alone, for the rest may open it to anybody."""
        try:
            there = Address.parse(urlsplit(url)._replace(query="", fragment="").geturl())
        except AddressInvalid as error:
            raise RemoteNonsense(host=self.host) from error
        if there.loopback and not self.address.loopback:
            raise RemoteNonsense(host=self.host)
        request = requests.Request("GET", url, headers={"Accept": "*/*"}, auth=_Nobody())
        with self._pace.turn():
            return self._carried(
                self._prepared(request), _Told("GET", f"//{there.host}/…", b"", into=_Into(into, limit))
            )

    def renew(self) -> bool:
        """The HR system refused the key in a way of its own: True = trying once more makes sense."""
        return self._auth.renew()

    def _once(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: bytes | None,
        headers: Mapping[str, str] | None,
        *,
        open_to_all: bool,
        into: _Into | None = None,
    ) -> Answer:
        said = {"Accept": "application/json" if into is None else "*/*"} | (
            {"Content-Type": "application/json"} if body is not None else {}
        )
        request = requests.Request(
            method,
            self.address.base + path,
            params=query,
            data=body,
            headers=said | dict(headers or {}),
            auth=_Nobody() if open_to_all else _Signed(self._auth),
        )
        with self._pace.turn():
            return self._carried(self._prepared(request), _Told(method, path, body or b"", not open_to_all, into))

    def _prepared(self, request: requests.Request) -> requests.PreparedRequest:
        """The request with everything that shows who calls."""
        try:
            return self._session.prepare_request(request)
        except (requests.RequestException, UnicodeError) as error:  # an address or a key that cannot be written down
            raise RemoteUnreachable(host=self.host) from error

    def _fetch(self, request: requests.Request) -> Answer:
        """A call for a token. It is recorded without either body: both are secret."""
        request.auth = request.auth or _Nobody()
        request.headers["Accept"] = "application/json"
        prepared = self._prepared(request)
        return self._carried(prepared, _Told(str(request.method), urlsplit(prepared.url or "").path or "/", None))

    def _carried(self, prepared: requests.PreparedRequest, told: _Told) -> Answer:
        status, raw, file, begun = None, b"", None, time.monotonic()
        url = str(prepared.url)
        settings = self._session.merge_environment_settings(url, {}, True, True, None)
        proxy = requests.utils.select_proxy(url, settings["proxies"])
        try:
            with self._session.send(
                prepared,
                timeout=(self._timeouts.connect_s, self._timeouts.read_s),
                allow_redirects=False,
                **settings,
            ) as answer:
                status = answer.status_code
                found = {name.lower(): value for name, value in answer.headers.items()}
                self._learn(found)
                if told.into is not None and status == 200 and told.into.awaits(found):
                    file = self._poured(answer, told.into)
                    return Answer(status, found, b"")
                raw = self._whole(answer)
                return Answer(status, found, raw)
        except requests.RequestException as error:
            self._failed(error, url, proxy, answered=status is not None)
        finally:
            self._tell(told, status, raw, file, time.monotonic() - begun)

    def _tell(
        self, told: _Told, status: int | None, raw: bytes, file: tuple[int, str] | None, seconds: float
    ) -> None:  # fmt: skip
        sent, received = (told.body, raw) if told.body is not None else (HIDDEN, HIDDEN)
        secrets = self._secrets() if told.hide else ()
        sent, received = _without(sent, secrets), _without(received, secrets)
        self._record(Exchange(told.method, told.path, status, sent, received, seconds, file))

    def _secrets(self) -> tuple[str, ...]:
        """Everything secret, also as it stands in an address."""
        try:
            found = self._auth.secrets()
        except RemoteFailure:
            return ()
        return (*found, *(quote_plus(secret) for secret in found))

    def _learn(self, headers: Mapping[str, str]) -> None:
        self._pace.rest(rest_s(headers, self._limits))
        try:
            said = parsedate_to_datetime(headers.get("date", ""))
        except ValueError:
            return
        self.clock.learn((said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp())

    def _whole(self, answer: requests.Response) -> bytes:
        """The body, of bearable length and time."""
        until, parts, size = time.monotonic() + self._timeouts.total_s, [], 0
        for part in answer.iter_content(65536):
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                raise unsure(RemoteNonsense(host=self.host))
            if time.monotonic() > until:
                raise unsure(RemoteUnreachable(host=self.host))
            parts.append(part)
        return b"".join(parts)

    def _poured(self, answer: requests.Response, into: _Into) -> tuple[int, str]:
        """The file, piece by piece; gives its size and SHA-256."""
        until, size, digest = time.monotonic() + self._timeouts.total_s, 0, hashlib.sha256()
        for part in answer.iter_content(65536):
            size += len(part)
            if size > into.limit:
                raise PayloadTooLarge(bytes=size, limit=into.limit)
            if time.monotonic() > until:
                raise RemoteUnreachable(host=self.host)
            digest.update(part)
            into.file.write(part)
        return size, digest.hexdigest()

    def _failed(self, error: requests.RequestException, url: str, proxy: str | None, *, answered: bool) -> NoReturn:
        """`url` may be elsewhere: that of a token or a file."""
        if answered and not isinstance(error, requests.Timeout):
            raise unsure(RemoteNonsense(host=self.host)) from self._bare(error)
        elsewhere = not url.startswith(self.address.base)
        failure = failure_on_the_way(error, urlsplit(url).netloc if elsewhere else self.host, proxy)
        certain = isinstance(failure, RemoteUntrusted) or (not answered and never_connected(error))
        raise (failure if certain else unsure(failure)) from self._bare(error)

    def _bare(self, error: requests.RequestException) -> OSError:
        """What goes into a traceback: the words alone. The exception itself has the headers, and an address in full."""
        return OSError(f"{type(error).__name__}: {self.plain(str(error))}")

    def failure_of(
        self, answer: Answer, code: str = "", message: str = "", theirs: object = None
    ) -> RemoteFailure:  # fmt: skip
        """What a bad answer means by its HTTP status; `code` and `message` are the HR system's own words."""
        failure = self._by_status(answer, code, message, theirs)
        return failure if answer.status in NOT_DONE or answer.status < 500 else unsure(failure)

    def _by_status(self, answer: Answer, code: str, message: str, theirs: object) -> RemoteFailure:
        status = answer.status
        if not 400 <= status < 600:
            return unsure(LoginPage(host=self.host) if answer.page else RemoteNonsense(host=self.host))
        if status in _CERTIFICATE_WANTED or (status == 400 and b"SSL certificate" in answer.body):
            return CertificateWanted(host=self.host)
        if status == 403:
            return RightMissing(host=self.host, detail=self.plain(message or code) or "403")
        if status == 401:
            return RemoteUnauthorized(host=self.host)
        if status in _TRY_LATER or status >= 500:
            return RemoteBusy(self.asked_wait_s(answer), host=self.host, status=status)
        if status in (409, 412):
            return RemoteConflict(theirs if isinstance(theirs, dict) else {}, host=self.host, field=self.plain(code))
        return RemoteRejected(host=self.host, status=status, detail=self.plain(message or code))

    def asked_wait_s(self, answer: Answer) -> float | None:
        """Seconds that a refusal asks to wait; None = it asks for nothing."""
        return asked_wait_s(answer.headers, self._limits)

    def plain(self, text: str) -> str:
        """Words of the server that may be shown and kept: short, printable, without any secret."""
        for secret in self._secrets():
            text = text.replace(secret, "•••") if secret else text
        return redacted(text, "")

    def json(self, answer: Answer) -> dict[str, Any]:
        """The JSON object of an answer. RemoteNonsense, outcome unknown, when it is none."""
        if answer.page:
            raise unsure(LoginPage(host=self.host))
        try:
            found = json.loads(answer.body)
        except ValueError as error:
            raise unsure(RemoteNonsense(host=self.host)) from error
        if not isinstance(found, dict):
            raise unsure(RemoteNonsense(host=self.host))
        return found


class _Signed(AuthBase):
    """Lets the authenticator add to one request; also keeps requests from looking into a netrc file."""

    def __init__(self, auth: Authenticator) -> None:
        self._auth = auth

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        self._auth.sign(request)
        return request


class _Nobody(AuthBase):
    """For calls that are open to all."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class SystemTrust(HTTPAdapter):
    """Trusts what the computer trusts, the company's own certificate authority included. There is no way around."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context or truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Build connections with the system's trust store."""
        super().init_poolmanager(*args, **kwargs | {"ssl_context": self._context})

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Through a proxy the HR system's certificate counts as well."""
        return super().proxy_manager_for(proxy, **kwargs | {"ssl_context": self._context})


@dataclass(frozen=True, slots=True)
class _Told:
    """What is recorded of a call. `body` None = both bodies are secret."""

    method: str
    path: str
    body: bytes | None
    hide: bool = True
    into: _Into | None = None


@dataclass(frozen=True, slots=True)
class _Into:
    """Where a file goes, and how many bytes it may have; `within_json` = as a part of a JSON answer."""

    file: BinaryIO
    limit: int
    within_json: bool = False

    def awaits(self, headers: Mapping[str, str]) -> bool:
        """Whether an answer is the file: JSON is the system speaking, unless the file is a part of it, and a page that
        is no attachment is a login portal."""
        kind = headers.get("content-type", "")
        if self.within_json:
            return "json" in kind
        return "json" not in kind and ("html" not in kind or "attachment" in headers.get("content-disposition", ""))


def _trust(auth: Auth, credentials: Credentials) -> ssl.SSLContext:
    """The system's trust, with our own certificate where the HR system wants one."""
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if auth.wants_certificate:
        if credentials.certificate is None:
            raise CertificateUnusable("choice", file="")
        load_certificate(context, credentials.certificate, credentials.passphrase)
    return context


def unsure(failure: RemoteFailure) -> RemoteFailure:
    """The same failure, after which the server may have done it all the same."""
    failure.uncertain = True
    return failure


def _without(body: bytes, secrets: tuple[str, ...]) -> bytes:
    for secret in filter(None, secrets):
        body = body.replace(secret.encode(), HIDDEN)
    return body
