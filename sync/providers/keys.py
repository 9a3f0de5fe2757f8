"""The keys of outside services: in the system's keyring, by address, or in an environment variable; never in a file."""

from __future__ import annotations

import os

import keyring
from keyring.errors import KeyringError

from sync.address import Address
from sync.providers.failures import ServiceKeyMissing, ServiceKeyUnkept
from sync.providers.profile import Kind

SERVICE = "MianJian outside AI"


def variable(kind: Kind) -> str:
    """The environment variable that gives the key of a kind of service."""
    return f"MIANJIAN_{kind.name}_KEY"


def key_for(kind: Kind, address: Address) -> str:
    """The key: the environment's where it is set, else the keyring's. ServiceKeyMissing."""
    found = (os.environ.get(variable(kind)) or _kept(address.base) or "").strip()
    if not found or not found.isascii() or not found.isprintable():
        raise ServiceKeyMissing(variable=variable(kind))
    return found


def has_key(kind: Kind, address: Address) -> bool:
    """Whether there is one."""
    try:
        return bool(key_for(kind, address))
    except ServiceKeyMissing:
        return False


def keep_key(kind: Kind, address: Address, key: str) -> None:
    """Put the key into the system's keyring. ServiceKeyUnkept where there is none that keeps it."""
    try:
        keyring.set_password(SERVICE, address.base, key.strip())
    except KeyringError as error:
        raise ServiceKeyUnkept(variable=variable(kind)) from error
    if _kept(address.base) != key.strip():  # a null keyring takes everything and keeps nothing
        raise ServiceKeyUnkept(variable=variable(kind))


def _kept(base: str) -> str | None:
    try:
        return keyring.get_password(SERVICE, base)
    except KeyringError:
        return None
