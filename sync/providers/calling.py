"""One request to an outside service: sent whole, read within its limits, given up the moment nobody wants it."""

from __future__ import annotations

import hashlib
import queue
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from sync.address import Address
from sync.client import SystemTrust
from sync.providers.failures import (
    ServiceFailure,
    ServiceNonsense,
    ServiceStopped,
    ServiceTimeout,
    ServiceTooLong,
    ServiceUnreachable,
    ServiceUntrusted,
)

CONNECT_S, POLL_S, JOIN_S = 10.0, 0.05, 2.0
MAX_ANSWER_BYTES = 64 * 1024 * 1024
PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: all of it, but the address."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Sending:
    """A request as it is recorded before it leaves: no header, no word of it. `sha256` (hex) is the body's."""

    method: str
    host: str
    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; header names in lower case."""

    status: int
    headers: dict[str, str]
    raw: bytes


class Caller:
    """Sends requests to one address. Every method raises `ServiceFailure` only.

    `stop` ends a call at once, whatever it waits for; `record` hears of each request before it leaves.
    """

    def __init__(self, address: Address, stop: threading.Event, record: Callable[[Sending], None]) -> None:
        self.address = address
        self._stop, self._record = stop, record
        self._trust = _Reachable()
        self._session = requests.Session()
        self._session.trust_env = not address.loopback  # the office's proxy is not for this computer's own server
        self._session.mount("https://", self._trust)
        self._session.mount("http://", self._trust)
        self._session.headers["User-Agent"] = "MianJian"

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def call(self, request: Request, timeout_s: float) -> Reply:
        """The whole answer, whatever its status. Raises ServiceStopped, ServiceTimeout, and what else went wrong."""
        if self._stop.is_set():
            raise ServiceStopped
        digest = hashlib.sha256(request.body).hexdigest()
        self._record(Sending(request.method, self.address.host, request.path, len(request.body), digest))
        found: queue.SimpleQueue[Reply | BaseException] = queue.SimpleQueue()
        thread = threading.Thread(target=self._run, args=(request, timeout_s, found), name="outside-call", daemon=True)
        thread.start()
        reply = self._wait(found, timeout_s)
        thread.join(JOIN_S)
        if isinstance(reply, Reply):
            return reply
        raise reply

    def wait(self, seconds: float) -> None:
        """Let time pass. Raises ServiceStopped."""
        if self._stop.wait(max(0.0, seconds)):
            raise ServiceStopped

    def _wait(self, found: queue.SimpleQueue[Reply | BaseException], timeout_s: float) -> Reply | BaseException:
        until = time.monotonic() + timeout_s
        while True:
            with suppress(queue.Empty):
                return found.get(timeout=POLL_S)
            late = time.monotonic() > until
            if late or self._stop.is_set():
                self._trust.cut()
                return ServiceTimeout(host=self.address.host, seconds=f"{timeout_s:g}") if late else ServiceStopped()

    def _run(self, request: Request, timeout_s: float, found: queue.SimpleQueue[Reply | BaseException]) -> None:
        try:
            found.put(self._send(request, timeout_s))
        except BaseException as error:  # noqa: BLE001  a bug, too: it is raised where the call was made
            found.put(error)

    def _send(self, request: Request, timeout_s: float) -> Reply:
        answered = False
        try:
            with self._session.request(
                request.method, self.address.base + request.path, params=request.query, data=request.body or None,
                headers=request.headers, auth=_NoNetrc(), timeout=(CONNECT_S, timeout_s), allow_redirects=False,
                stream=True,
            ) as answer:  # fmt: skip
                answered = True
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Reply(answer.status_code, headers, self._whole(answer))
        except requests.RequestException as error:
            self._failed(error, timeout_s, answered=answered)

    def _whole(self, answer: requests.Response) -> bytes:
        parts, size = [], 0
        for part in answer.iter_content(PIECE):
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                raise ServiceTooLong(host=self.address.host, limit=MAX_ANSWER_BYTES)
            if self._stop.is_set():
                raise ServiceStopped
            parts.append(part)
        return b"".join(parts)

    def _failed(self, error: requests.RequestException, timeout_s: float, *, answered: bool) -> NoReturn:
        raise self._failure(error, timeout_s, answered) from error

    def _failure(self, error: requests.RequestException, timeout_s: float, answered: bool) -> ServiceFailure:
        host = self.address.host
        if isinstance(error, requests.exceptions.SSLError):
            return ServiceUntrusted(host=host)
        if isinstance(error, requests.ReadTimeout):
            return ServiceTimeout(host=host, seconds=f"{timeout_s:g}")
        return ServiceNonsense(host=host) if answered else ServiceUnreachable(host=host)


def path_of(address: Address, path: str) -> str:
    """The whole path of a request, as a signature covers it."""
    return urlsplit(address.base + path).path


class _NoNetrc(AuthBase):
    """Keeps requests from looking into a netrc file."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _Reachable(SystemTrust):
    """Trusts what the computer trusts, and can cut its connections from another thread."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        super().__init__()

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """A pool whose connections are known here."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        if not getattr(pool.ConnectionCls, "known", False):
            pool.ConnectionCls = _known(pool.ConnectionCls, self._sockets)
        return pool

    def cut(self) -> None:
        """Break every connection: whoever waits on one wakes up with an error."""
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._sockets.clear()


def _known(kind: type[Any], sockets: list[socket.socket]) -> type[Any]:
    class Known(kind):  # type: ignore[misc]
        """A connection that says which socket it has."""

        known = True

        def connect(self) -> None:
            super().connect()
            sockets.append(self.sock)

    return Known
