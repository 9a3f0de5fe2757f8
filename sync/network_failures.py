"""What went wrong on the way to an HR system, told apart: name, port, time, proxy, certificate."""

from __future__ import annotations

import re
import socket
import ssl
import traceback
from collections.abc import Iterator
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

from sync.failures import (
    CertificateExpired,
    CertificateWanted,
    CertificateWrongName,
    HostUnknown,
    NobodyListens,
    ProxyKind,
    ProxyLogin,
    ProxyRefused,
    ProxyUnreachable,
    RemoteFailure,
    RemoteTimeout,
    RemoteUnreachable,
    RemoteUntrusted,
    TlsNotSpoken,
)

_EXPIRED = frozenset({9, 10, -67818, -67819, 0x800B0101, 0x800B0101 - 2**32})
"""verify_code of a certificate that is out of date or not valid yet: OpenSSL, Security (macOS), CertChain (Windows)."""
_WRONG_NAME = frozenset({62, 64, -67602, 0x800B010F, 0x800B010F - 2**32})
_WANTED = re.compile(
    r"certificate.required|alert.bad.certificate|alert.unknown.ca|alert.decrypt|handshake.failure", re.IGNORECASE
)
_NOT_TLS = re.compile(r"wrong.version.number|http.request|packet.length.too.long|record.layer.failure", re.IGNORECASE)
_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3}) ?([^'\")]*)")


def failure_on_the_way(error: requests.RequestException, host: str, proxy: str | None) -> RemoteFailure:
    """What an exception of the connection means. `proxy` = the address of the proxy in between."""
    causes = tuple(_causes(error))
    if proxy and isinstance(error, requests.exceptions.InvalidSchema):
        return ProxyKind(host=host, proxy=_shown(proxy))
    if isinstance(error, requests.exceptions.ProxyError) and proxy:
        return _of_proxy(causes, host, _shown(proxy))
    refused = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if refused is not None:
        return _of_certificate(refused, host)
    if any(isinstance(cause, ssl.SSLError) and _WANTED.search(str(cause)) for cause in causes):
        return CertificateWanted(host=host)
    if any(isinstance(cause, ssl.SSLError) and _NOT_TLS.search(str(cause)) and _greets(cause) for cause in causes):
        return TlsNotSpoken(host=host)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return HostUnknown(host=host)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return NobodyListens(host=host)
    if isinstance(error, requests.Timeout) or any(isinstance(cause, TimeoutError) for cause in causes):
        return RemoteTimeout(host=host)
    return RemoteUnreachable(host=host)


def never_connected(error: requests.RequestException) -> bool:
    """Whether not one byte of the request can have left."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError | requests.exceptions.InvalidSchema):
        return True
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(cause, NewConnectionError)


def _of_proxy(causes: tuple[BaseException, ...], host: str, proxy: str) -> RemoteFailure:
    for cause in causes:
        told = _TUNNEL.search(str(cause))
        if told and told[1] == "407":
            return ProxyLogin(host=host, proxy=proxy)
        if told:
            return ProxyRefused(host=host, proxy=proxy, detail=f"{told[1]} {told[2][:80]}".strip())
    return ProxyUnreachable(host=host, proxy=proxy)


def _of_certificate(error: ssl.SSLCertVerificationError, host: str) -> RemoteFailure:
    if error.verify_code in _EXPIRED:
        return CertificateExpired(host=host)
    return CertificateWrongName(host=host) if error.verify_code in _WRONG_NAME else RemoteUntrusted(host=host)


def _greets(cause: BaseException) -> bool:
    """Whether it went wrong before anything was said; what breaks in later says the same, and a request was sent."""
    return any(frame.f_code.co_name == "do_handshake" for frame, _ in traceback.walk_tb(cause.__traceback__))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and everything that it came from, urllib3's `reason` and arguments included."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]


def _shown(proxy: str) -> str:
    """A proxy's address without the login that may stand in it."""
    parts = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
