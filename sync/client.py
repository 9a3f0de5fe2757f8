"""The wire: one call in, one whole answer or one classified failure out. It repeats no write; the outbox does.

What an answer means is the dialect's business (`sync.dialects`); `failure_of` gives the meaning that HTTP itself has.
"""

from __future__ import annotations

import json
import math
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import requests
import truststore
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import NewConnectionError

from sync.address import Address
from sync.auth import Authenticator, Credentials, ServerClock, Surroundings, authenticator
from sync.failures import (
    PayloadTooLarge,
    RemoteBusy,
    RemoteConflict,
    RemoteFailure,
    RemoteNonsense,
    RemoteRejected,
    RemoteUnauthorized,
    RemoteUnreachable,
    RemoteUntrusted,
)
from sync.profile import Auth
from sync.secrets import redacted

CONNECT_S, READ_S, TOTAL_S = 5.0, 20.0, 60.0
"""Longest waits: for the connection, between two pieces of an answer, for a whole answer."""
MAX_ANSWER_BYTES = 16 * 1024 * 1024
MAX_PAYLOAD_BYTES = 2 * 1024 * 1024
MAX_WAIT_S = 24 * 3600.0
_TRY_LATER = (408, 425, 429)
NOT_DONE = (401, 403, 429, 503)
"""Answers after which the server certainly did nothing."""
HIDDEN = b"[secret]"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call as it is recorded: both bodies without any secret, and no header. `status` None = no answer came."""

    method: str
    path: str
    status: int | None
    sent: bytes
    received: bytes
    seconds: float = 0.0

    @property
    def sent_bytes(self) -> int:
        """Size of the request's body."""
        return len(self.sent)

    @property
    def received_bytes(self) -> int:
        """Size of the answer's body."""
        return len(self.received)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds; see CONNECT_S, READ_S, TOTAL_S."""

    connect_s: float = CONNECT_S
    read_s: float = READ_S
    total_s: float = TOTAL_S


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def good(self) -> bool:
        """Whether HTTP says that it went well."""
        return 200 <= self.status < 300


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
    ) -> None:
        self.address, self.clock = address, ServerClock()
        self._record, self._timeouts = record, timeouts
        self._session = requests.Session()
        self._session.trust_env = not address.loopback  # the office's proxy is not for this computer's own server
        self._session.mount("https://", SystemTrust())
        self._session.headers["User-Agent"] = "MianJian"
        self._auth = authenticator(auth, credentials, Surroundings(address.base, self.clock))

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
    ) -> Answer:
        said = {"Accept": "application/json"} | ({"Content-Type": "application/json"} if body is not None else {})
        status, raw, begun = None, b"", time.monotonic()
        try:
            with self._session.request(
                method,
                self.address.base + path,
                params=query,
                data=body,
                headers=said | dict(headers or {}),
                auth=_Nobody() if open_to_all else _Signed(self._auth),
                timeout=(self._timeouts.connect_s, self._timeouts.read_s),
                allow_redirects=False,
                stream=True,
            ) as answer:
                status = answer.status_code
                raw = self._whole(answer)
                found = {name.lower(): value for name, value in answer.headers.items()}
                self._learn(found)
                return Answer(status, found, raw)
        except requests.RequestException as error:
            self._failed(error, answered=status is not None)
        finally:
            self._tell(method, path, status, body or b"", raw, time.monotonic() - begun, hide=not open_to_all)

    def _tell(
        self, method: str, path: str, status: int | None, body: bytes, raw: bytes, seconds: float, *, hide: bool
    ) -> None:
        secrets = self._secrets() if hide else ()
        self._record(Exchange(method, path, status, _without(body, secrets), _without(raw, secrets), seconds))

    def _secrets(self) -> tuple[str, ...]:
        try:
            return self._auth.secrets()
        except RemoteFailure:
            return ()

    def _learn(self, headers: Mapping[str, str]) -> None:
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

    def _failed(self, error: requests.RequestException, *, answered: bool) -> NoReturn:
        if isinstance(error, requests.exceptions.SSLError):
            raise RemoteUntrusted(host=self.host) from error
        if answered and not isinstance(error, requests.Timeout):
            raise unsure(RemoteNonsense(host=self.host)) from error
        if _never_connected(error):
            raise RemoteUnreachable(host=self.host) from error
        raise unsure(RemoteUnreachable(host=self.host)) from error

    def failure_of(
        self, answer: Answer, code: str = "", message: str = "", theirs: object = None
    ) -> RemoteFailure:  # fmt: skip
        """What a bad answer means by its HTTP status; `code` and `message` are the HR system's own words."""
        failure = self._by_status(answer, code, message, theirs)
        return failure if answer.status in NOT_DONE or answer.status < 500 else unsure(failure)

    def _by_status(self, answer: Answer, code: str, message: str, theirs: object) -> RemoteFailure:
        status = answer.status
        if not 400 <= status < 600:
            return unsure(RemoteNonsense(host=self.host))
        if status in (401, 403):
            return RemoteUnauthorized(host=self.host)
        if status in _TRY_LATER or status >= 500:
            return RemoteBusy(asked_wait_s(answer.headers), host=self.host, status=status)
        if status in (409, 412):
            return RemoteConflict(theirs if isinstance(theirs, dict) else {}, host=self.host, field=self.plain(code))
        return RemoteRejected(host=self.host, status=status, detail=self.plain(message or code))

    def plain(self, text: str) -> str:
        """Words of the server that may be shown and kept: short, printable, without any secret."""
        for secret in self._secrets():
            text = text.replace(secret, "•••") if secret else text
        return redacted(text, "")

    def json(self, answer: Answer) -> dict[str, Any]:
        """The JSON object of an answer. RemoteNonsense, outcome unknown, when it is none."""
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

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Build connections with the system's trust store."""
        kwargs["ssl_context"] = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().init_poolmanager(*args, **kwargs)


def asked_wait_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait, by whichever header it says it; None = it asks for nothing."""
    return retry_after_s(headers.get("retry-after"), datetime.now(UTC))


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header (number, or HTTP date) asks for, 0 to a day; None = it asks for nothing."""
    if not value:
        return None
    try:
        wait = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        wait = ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    return min(MAX_WAIT_S, max(0.0, wait)) if math.isfinite(wait) else None


def unsure(failure: RemoteFailure) -> RemoteFailure:
    """The same failure, after which the server may have done it all the same."""
    failure.uncertain = True
    return failure


def _without(body: bytes, secrets: tuple[str, ...]) -> bytes:
    for secret in filter(None, secrets):
        body = body.replace(secret.encode(), HIDDEN)
    return body


def _never_connected(error: requests.RequestException) -> bool:
    """Whether not one byte of the request can have left."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(cause, NewConnectionError)
