"""The key of the HR system: in the system's keyring, or given to a program without one; never in a file of ours.

Given means MIANJIAN_EHR_TOKEN, or the number of an open file descriptor in MIANJIAN_EHR_TOKEN_FD, which is read once.
"""

from __future__ import annotations

import os
import threading
from urllib.parse import urlsplit

import keyring
from keyring.errors import KeyringError, NoKeyringError

from sync.failures import KeyringClosed, KeyringMissing, SecretMissing, SecretUnusable

SERVICE = "MianJian EHR"
PASSPHRASES = "MianJian EHR certificate"
VARIABLE = "MIANJIAN_EHR_TOKEN"
DESCRIPTOR = "MIANJIAN_EHR_TOKEN_FD"
MAX_BYTES = 16 * 1024
_read: dict[int, str] = {}
_reading = threading.Lock()


def secret_for(url: str) -> str:
    """The key for one address: the one that was given to this program, else the keyring's. SecretMissing."""
    secret = (os.environ.get(VARIABLE) or _from_descriptor() or _from_keyring(url)).strip()
    if not secret:
        raise SecretMissing()
    return _usable(secret)


def given_by() -> str:
    """The name of the variable that gives this program its key, which counts before any in the keyring; "" = none."""
    return next((name for name in (VARIABLE, DESCRIPTOR) if os.environ.get(name)), "")


def passphrase_for(url: str) -> str:
    """What opens the client certificate for one address, from the keyring; "" = none is kept."""
    try:
        return _kept(PASSPHRASES, url) or ""
    except KeyringError:
        return ""


def store_secret(url: str, secret: str) -> None:
    """Put the key into the keyring, for this address, and for others of the same server that have none: a path
    that is corrected does not lose it. SecretUnusable; KeyringMissing when there is none that keeps it."""
    _store(SERVICE, url, _usable(secret.strip()))


def store_passphrase(url: str, passphrase: str) -> None:
    """Put a client certificate's passphrase into the system's keyring. KeyringMissing."""
    _store(PASSPHRASES, url, passphrase)


def _usable(secret: str) -> str:
    """A secret that can be shown in a call. SecretUnusable."""
    if not secret.isascii() or not secret.isprintable():
        raise SecretUnusable()
    return secret


def _from_keyring(url: str) -> str:
    """The key that is kept; "" = none is. KeyringMissing, KeyringClosed."""
    try:
        return _kept(SERVICE, url) or ""
    except NoKeyringError as error:
        raise KeyringMissing() from error
    except KeyringError as error:
        raise KeyringClosed() from error


def _kept(service: str, url: str) -> str | None:
    return keyring.get_password(service, url) or keyring.get_password(service, _server(url))


def _server(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _store(service: str, url: str, secret: str) -> None:
    try:
        keyring.set_password(service, url, secret)
        if _server(url) != url:
            keyring.set_password(service, _server(url), secret)
        kept = keyring.get_password(service, url)
    except NoKeyringError as error:
        raise KeyringMissing() from error
    except KeyringError as error:
        raise KeyringClosed() from error
    if kept != secret:  # a null keyring takes everything and keeps nothing
        raise KeyringMissing()


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
