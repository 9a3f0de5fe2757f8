"""The address of an HR system: https, or http on this computer; nothing else."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from sync.failures import AddressInvalid, AddressMissing


@dataclass(frozen=True, slots=True)
class Address:
    """A checked address. `base` has no trailing slash; `host` is what a person is told, port included."""

    base: str
    host: str
    loopback: bool

    @classmethod
    def parse(cls, text: str) -> Address:
        """Check what a person entered. AddressInvalid."""
        text = text.strip().rstrip("/")
        if not text:
            raise AddressMissing(address="")
        try:
            parts = urlsplit(text)
            name, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise AddressInvalid(address=_shown(text)) from error
        loopback = _is_loopback(name)
        usable = parts.scheme == "https" or (parts.scheme == "http" and loopback)
        if not usable or not name or parts.username is not None or parts.query or parts.fragment:
            raise AddressInvalid(address=_shown(text))
        return cls(text, f"{name}:{port}" if port else name, loopback)


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _shown(text: str) -> str:
    """An address without what may be a password in it."""
    return text.rpartition("@")[2][:120]
