"""The key of the HR system: in the system's keyring, or given to a program without one; never in a file of ours.

Given means MIANJIAN_EHR_TOKEN, or the number of an open file descriptor in MIANJIAN_EHR_TOKEN_FD, which is read once.
"""

from __future__ import annotations

import os
import threading
from urllib.parse import urlsplit

import keyring
from keyring.errors import KeyringError

from sync.failures import KeyringMissing, SecretMissing

SERVICE = "MianJian EHR"
PASSPHRASES = "MianJian EHR certificate"
VARIABLE = "MIANJIAN_EHR_TOKEN"
DESCRIPTOR = "MIANJIAN_EHR_TOKEN_FD"
MAX_BYTES = 16 * 1024
_read: dict[int, str] = {}
_reading = threading.Lock()


def secret_for(url: str) -> str:
    """The key for one address: the one that was given to this program, else the keyring's. SecretMissing."""
    found = os.environ.get(VARIABLE) or _from_descriptor() or _kept(SERVICE, url)
    secret = (found or "").strip()
    if not secret or not secret.isascii() or not secret.isprintable():
        raise SecretMissing()
    return secret


def passphrase_for(url: str) -> str:
    """What opens the client certificate for one address, from the keyring; "" = none is kept."""
    return _kept(PASSPHRASES, url) or ""


def store_secret(url: str, secret: str) -> None:
    """Put the key into the keyring, for this address, and for others of the same server that have none: a path
    that is corrected does not lose it. KeyringMissing when there is none that keeps it."""
    _store(SERVICE, url, secret.strip())


def store_passphrase(url: str, passphrase: str) -> None:
    """Put a client certificate's passphrase into the system's keyring. KeyringMissing."""
    _store(PASSPHRASES, url, passphrase)


def _kept(service: str, url: str) -> str | None:
    return _from_keyring(service, url) or _from_keyring(service, _server(url))


def _server(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _store(service: str, url: str, secret: str) -> None:
    try:
        keyring.set_password(service, url, secret)
        if _server(url) != url:
            keyring.set_password(service, _server(url), secret)
    except KeyringError as error:
        raise KeyringMissing() from error
    if _from_keyring(service, url) != secret:  # a null keyring takes everything and keeps nothing
        raise KeyringMissing()


def _from_keyring(service: str, url: str) -> str | None:
    try:
        return keyring.get_password(service, url)
    except KeyringError:
        return None


def _from_descriptor() -> str:
    """What stands behind the descriptor that was given, read once and closed; "" = none was given. SecretMissing."""
    given = os.environ.get(DESCRIPTOR, "")
    if not given:
        return ""
    if not given.isdecimal():
        raise SecretMissing()
    with _reading:
        if int(given) not in _read:
            try:
                with os.fdopen(int(given), "rb") as opened:
                    _read[int(given)] = opened.read(MAX_BYTES).decode("utf-8", "replace")
            except OSError as error:
                raise SecretMissing() from error
        return _read[int(given)]


def redacted(text: str, secret: str) -> str:
    """`text` without the key, without control characters, of a bearable length."""
    clean = text.replace(secret, "•••") if secret else text
    return "".join(character for character in clean if character.isprintable())[:300]
