"""The client's own certificate: one PEM file with certificate and key, opened by a passphrase where it is locked."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sync.failures import CertificateExpiredHere, CertificateUnusable

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_UTC_TIME, _SEQUENCE, _VERSION = 0x17, 0x30, 0xA0


def load_certificate(
    context: ssl.SSLContext, file: Path, passphrase: Callable[[], str], clock: Callable[[], float] = time.time
) -> None:
    """Let connections of this context show the certificate. CertificateUnusable, CertificateExpiredHere."""
    begins, ends = validity(file)
    now = datetime.fromtimestamp(clock(), UTC)
    if not begins <= now <= ends:
        raise CertificateExpiredHere(file=file.name, begins=f"{begins:%Y-%m-%d}", ends=f"{ends:%Y-%m-%d}")
    asked = False

    def password() -> str:
        nonlocal asked
        asked = True
        return passphrase()

    try:
        context.load_cert_chain(file, password=password)
    except (ssl.SSLError, OSError, ValueError, TypeError) as error:
        raise CertificateUnusable(file=file.name, reason="passphrase" if asked else "key") from error


def validity(file: Path) -> tuple[datetime, datetime]:
    """From when to when the first certificate of a PEM file is valid (UTC). CertificateUnusable."""
    try:
        found = _PEM.search(file.read_bytes())
    except OSError as error:
        raise CertificateUnusable(file=file.name, reason="missing") from error
    if found is None:
        raise CertificateUnusable(file=file.name, reason="certificate")
    try:
        return _validity(ssl.PEM_cert_to_DER_cert(found.group().decode("ascii")))
    except (ValueError, IndexError) as error:
        raise CertificateUnusable(file=file.name, reason="certificate") from error


def _validity(der: bytes) -> tuple[datetime, datetime]:
    """RFC 5280, 4.1: Certificate > TBSCertificate > [version], serial, algorithm, issuer, validity."""
    signed = _inside(_inside(der))
    if signed[0] == _VERSION:
        signed = _after(signed)
    for _ in range(3):
        signed = _after(signed)
    if signed[0] != _SEQUENCE:
        raise ValueError("validity")
    times = _inside(signed)
    return _time(times), _time(_after(times))


def _time(der: bytes) -> datetime:
    shape = "%y%m%d%H%M%SZ" if der[0] == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(_inside(der).decode("ascii"), shape).replace(tzinfo=UTC)


def _inside(der: bytes) -> bytes:
    start, end = _bounds(der)
    return der[start:end]


def _after(der: bytes) -> bytes:
    return der[_bounds(der)[1] :]


def _bounds(der: bytes) -> tuple[int, int]:
    """Where the contents of the first element begin and end."""
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start])
    if start + length > len(der):
        raise ValueError("cut")
    return start, start + length
