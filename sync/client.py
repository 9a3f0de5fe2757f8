"""The HTTP client: one call in, one classified outcome out. It never repeats a write by itself; the outbox does."""

from __future__ import annotations

import hashlib
import json
import math
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn
from urllib.parse import quote

import requests
import truststore
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from urllib3.exceptions import NewConnectionError

from sync.address import Address
from sync.contract import Pulled
from sync.failures import (
    CursorUnknown,
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
from sync.mapping import Auth, Profile, dig
from sync.secrets import redacted

CONNECT_S, READ_S, TOTAL_S = 5.0, 20.0, 60.0
"""Longest waits: for the connection, between two pieces of an answer, for a whole answer."""
MAX_ANSWER_BYTES = 16 * 1024 * 1024
MAX_PAYLOAD_BYTES = 2 * 1024 * 1024
MAX_WAIT_S = 24 * 3600.0
_TRY_LATER = (408, 425, 429)
_NOT_DONE = (401, 403, 429, 503)
"""Answers after which the server certainly did nothing."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call as it is recorded: no header, no secret. `status` None = no answer came."""

    method: str
    path: str
    status: int | None
    sent_bytes: int
    received_bytes: int


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds; see CONNECT_S, READ_S, TOTAL_S."""

    connect_s: float = CONNECT_S
    read_s: float = READ_S
    total_s: float = TOTAL_S


class EhrClient:
    """Speaks to one HR system as its profile says. Every method raises `sync.failures` only.

    `secret` is asked for each time a call is made, and nothing keeps it; `record` hears of every call.
    """

    def __init__(
        self,
        address: Address,
        profile: Profile,
        secret: Callable[[], str],
        record: Callable[[Exchange], None] = lambda _: None,
        timeouts: Timeouts = Timeouts(),
    ) -> None:
        self.address, self.profile = address, profile
        self._secret, self._record, self._timeouts = secret, record, timeouts
        self._session = requests.Session()
        self._session.trust_env = not address.loopback  # the office's proxy is not for this computer's own server
        self._session.mount("https://", SystemTrust())
        self._session.headers["User-Agent"] = "MianJian"

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def health(self) -> None:
        """Whether the system answers at all; needs no key."""
        self._call("GET", self.profile.shape.paths.health, open_to_all=True)

    def changes(self, cursor: str) -> Pulled:
        """One page of changes after a cursor ("" = from the beginning). CursorUnknown: start again."""
        paging = self.profile.shape.paging
        query: dict[str, str] = {paging.limit: str(paging.size)}
        if cursor:
            query[paging.cursor] = cursor
        answer = self._call("GET", self.profile.shape.paths.changes, query=query)
        try:
            return self.profile.page(answer)
        except ValueError as error:
            raise RemoteNonsense(host=self.address.host) from error

    def register_interview(self, body: bytes, operation: str) -> str:
        """Make an interview known; gives the HR system's id of it."""
        return self._id(self._call("POST", self.profile.shape.paths.interviews, body=body, operation=operation))

    def move_status(self, remote_id: str, body: bytes, operation: str) -> None:
        """Move an interview forward."""
        path = self._with_id(self.profile.shape.paths.status, remote_id)
        self._call("POST", path, body=body, operation=operation)

    def put_assessment(self, external_id: str, body: bytes, operation: str) -> str:
        """Deliver a signed assessment; gives the HR system's id of the result."""
        if len(body) > MAX_PAYLOAD_BYTES:
            raise PayloadTooLarge(bytes=len(body), limit=MAX_PAYLOAD_BYTES)
        path = self._with_id(self.profile.shape.paths.assessment, external_id)
        answer = self._call("PUT", path, body=body, operation=operation)
        kept = dig(dig(answer, self.profile.shape.envelope.data), "sha256")
        if isinstance(kept, str) and kept != hashlib.sha256(body).hexdigest():
            raise _unsure(RemoteNonsense(host=self.address.host))
        return self._id(answer)

    def get_assessment(self, external_id: str) -> bytes | None:
        """Exactly the bytes that the server keeps under an external id; None = nothing."""
        path = self._with_id(self.profile.shape.paths.assessment, external_id)
        status, _, raw = self._exchange("GET", path, {}, None, None, open_to_all=False)
        if status == 404 and self._is_error(raw):
            return None
        self._understood(status, {}, raw)
        return raw

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: bytes | None = None,
        operation: str | None = None,
        open_to_all: bool = False,
    ) -> Any:
        status, headers, raw = self._exchange(method, path, query or {}, body, operation, open_to_all=open_to_all)
        return self._understood(status, headers, raw)

    def _exchange(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        body: bytes | None,
        operation: str | None,
        *,
        open_to_all: bool,
    ) -> tuple[int, dict[str, str], bytes]:
        """One request and its whole answer; every way to fail on the way is classified here."""
        headers = {"Accept": "application/json"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": operation or ""}
        status, raw = None, b""
        auth = _NoKey() if open_to_all else _Key(self.profile.shape.auth, self._secret())
        try:
            with self._session.request(
                method,
                self.address.base + path,
                params=query,
                data=body,
                headers=headers,
                auth=auth,
                timeout=(self._timeouts.connect_s, self._timeouts.read_s),
                allow_redirects=False,
                stream=True,
            ) as answer:
                status = answer.status_code
                raw = self._whole(answer)
                return status, {name.lower(): value for name, value in answer.headers.items()}, raw
        except requests.RequestException as error:
            self._failed(error, answered=status is not None)
        finally:
            self._record(Exchange(method, path, status, len(body or b""), len(raw)))

    def _whole(self, answer: requests.Response) -> bytes:
        """The body, of bearable length and time."""
        until, parts, size = time.monotonic() + self._timeouts.total_s, [], 0
        for part in answer.iter_content(65536):
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                raise _unsure(RemoteNonsense(host=self.address.host))
            if time.monotonic() > until:
                raise _unsure(RemoteUnreachable(host=self.address.host))
            parts.append(part)
        return b"".join(parts)

    def _failed(self, error: requests.RequestException, *, answered: bool) -> NoReturn:
        host = self.address.host
        if isinstance(error, requests.exceptions.SSLError):
            raise RemoteUntrusted(host=host) from error
        if answered and not isinstance(error, requests.Timeout):
            raise _unsure(RemoteNonsense(host=host)) from error
        if _never_connected(error):
            raise RemoteUnreachable(host=host) from error
        raise _unsure(RemoteUnreachable(host=host)) from error

    def _understood(self, status: int, headers: dict[str, str], raw: bytes) -> Any:
        """The JSON of a good answer, or the failure that a bad one is."""
        if 200 <= status < 300:
            return self._json(raw)
        if not 400 <= status < 600:
            raise _unsure(RemoteNonsense(host=self.address.host))
        try:
            error = json.loads(raw)
        except ValueError:
            error = {}
        failure = self._failure(status, headers, error if isinstance(error, dict) else {})
        raise failure if status in _NOT_DONE or status < 500 else _unsure(failure)

    def _failure(self, status: int, headers: dict[str, str], error: dict[str, Any]) -> RemoteFailure:
        host, envelope = self.address.host, self.profile.shape.envelope
        code, message = str(dig(error, envelope.code) or ""), str(dig(error, envelope.message) or "")
        if status in (401, 403):
            return RemoteUnauthorized(host=host)
        if status in _TRY_LATER or status >= 500 or (status == 409 and code == "in_progress"):
            return RemoteBusy(retry_after_s(headers.get("retry-after"), datetime.now(UTC)), host=host, status=status)
        if status in (409, 412):
            theirs = dig(error, envelope.theirs)
            return RemoteConflict(theirs if isinstance(theirs, dict) else {}, host=host, field=self._plain(code))
        if status == 410 and code == "cursor_unknown":
            return CursorUnknown(host=host)
        return RemoteRejected(host=host, status=status, detail=self._plain(message or code))

    def _plain(self, text: str) -> str:
        """Words of the server that may be shown and kept: short, printable, without the key."""
        return redacted(text, self._secret())

    def _json(self, raw: bytes) -> Any:
        try:
            found = json.loads(raw)
        except ValueError as error:
            raise _unsure(RemoteNonsense(host=self.address.host)) from error
        if not isinstance(found, dict):
            raise _unsure(RemoteNonsense(host=self.address.host))
        return found

    def _is_error(self, raw: bytes) -> bool:
        """Whether a 404 is the contract's own answer, not that of a wrong address or a proxy."""
        try:
            found = json.loads(raw)
        except ValueError:
            return False
        return isinstance(found, dict) and isinstance(dig(found, self.profile.shape.envelope.code), str | int)

    def _id(self, answer: object) -> str:
        found = dig(dig(answer, self.profile.shape.envelope.data), "id")
        if not isinstance(found, str | int) or isinstance(found, bool) or found == "":
            raise _unsure(RemoteNonsense(host=self.address.host))
        return str(found)

    def _with_id(self, path: str, remote_id: str) -> str:
        return path.replace("{id}", quote(remote_id, safe=""))


class _Key(AuthBase):
    """Adds the key to one request; also keeps requests from looking into a netrc file."""

    def __init__(self, auth: Auth, secret: str) -> None:
        self._auth, self._secret = auth, secret

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._auth.kind == "basic":
            signed: requests.PreparedRequest = HTTPBasicAuth(self._secret, "")(request)
            return signed
        bearer = self._auth.kind == "bearer"
        request.headers[self._auth.header] = f"Bearer {self._secret}" if bearer else self._secret
        return request


class _NoKey(AuthBase):
    """For calls that are open to all."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class SystemTrust(HTTPAdapter):
    """Trusts what the computer trusts, the company's own certificate authority included. There is no way around."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Build connections with the system's trust store."""
        kwargs["ssl_context"] = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().init_poolmanager(*args, **kwargs)


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


def _unsure(failure: RemoteFailure) -> RemoteFailure:
    failure.uncertain = True
    return failure


def _never_connected(error: requests.RequestException) -> bool:
    """Whether not one byte of the request can have left."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(cause, NewConnectionError)
