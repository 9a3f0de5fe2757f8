"""The key of the HR system: in the system's keyring, or in MIANJIAN_EHR_TOKEN; never in a file of ours."""

from __future__ import annotations

import os

import keyring
from keyring.errors import KeyringError

from sync.failures import KeyringMissing, SecretMissing

SERVICE = "MianJian EHR"
VARIABLE = "MIANJIAN_EHR_TOKEN"


def secret_for(url: str) -> str:
    """The key for one address: the environment's where it is set, else the keyring's. SecretMissing."""
    found = os.environ.get(VARIABLE) or _from_keyring(url)
    secret = (found or "").strip()
    if not secret or not secret.isascii() or not secret.isprintable():
        raise SecretMissing()
    return secret


def store_secret(url: str, secret: str) -> None:
    """Put the key into the system's keyring. KeyringMissing when there is none that keeps it."""
    try:
        keyring.set_password(SERVICE, url, secret.strip())
    except KeyringError as error:
        raise KeyringMissing() from error
    if _from_keyring(url) != secret.strip():  # a null keyring takes everything and keeps nothing
        raise KeyringMissing()


def _from_keyring(url: str) -> str | None:
    try:
        return keyring.get_password(SERVICE, url)
    except KeyringError:
        return None


def redacted(text: str, secret: str) -> str:
    """`text` without the key, without control characters, of a bearable length."""
    clean = text.replace(secret, "•••") if secret else text
    return "".join(character for character in clean if character.isprintable())[:300]
