"""How a call shows who calls. An authenticator adds to one request what the HR system wants to see, and keeps nothing.

Kinds: `bearer` (Authorization: Bearer SECRET), `header` (the secret as a header of its own), `basic` (account and
secret; the secret as user where there is no account).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import requests
from requests.auth import HTTPBasicAuth

from sync.profile import Auth

KINDS = ("bearer", "header", "basic")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who calls: `secret` is asked for at each call and nothing keeps it; `account` is the public half of a pair
    (client id, app key), "" where there is none; `certificate` is a PEM file with the client's certificate and key."""

    secret: Callable[[], str]
    account: str = ""
    certificate: Path | None = None


@dataclass(slots=True)
class ServerClock:
    """The HR system's clock as its answers tell it: signatures are refused when ours is some minutes off."""

    local: Callable[[], float] = time.time
    skew_s: float = 0.0

    def now(self) -> float:
        """UTC seconds since 1970 on the HR system's clock."""
        return self.local() + self.skew_s

    def learn(self, server: float) -> None:
        """An answer said what time it is there. Differences of a few seconds are the network's."""
        skew = server - self.local()
        self.skew_s = skew if abs(skew) > 5.0 else 0.0


Fetch = Callable[[requests.Request], requests.Response]
"""Carries a call of the authenticator itself (for a token) over the same connection, without authentication."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an authenticator may use."""

    base: str
    clock: ServerClock = field(default_factory=ServerClock)
    fetch: Fetch | None = None


class Authenticator(Protocol):
    """Signs requests."""

    def sign(self, request: requests.PreparedRequest) -> None:
        """Add to the request what shows who calls. Raises `sync.failures`."""

    def renew(self) -> bool:
        """The HR system refused: forget what can be got anew. True = trying once more makes sense."""

    def secrets(self) -> tuple[str, ...]:
        """Everything that must not be shown or written down."""


@dataclass(slots=True)
class _Key:
    """The secret itself, in a header."""

    auth: Auth
    credentials: Credentials

    def sign(self, request: requests.PreparedRequest) -> None:
        secret = self.credentials.secret()
        if self.auth.kind == "basic":
            account = self.credentials.account
            HTTPBasicAuth(account, secret)(request) if account else HTTPBasicAuth(secret, "")(request)
        else:
            request.headers[self.auth.header] = f"Bearer {secret}" if self.auth.kind == "bearer" else secret

    def renew(self) -> bool:
        return False

    def secrets(self) -> tuple[str, ...]:
        return (self.credentials.secret(),)


def authenticator(auth: Auth, credentials: Credentials, surroundings: Surroundings) -> Authenticator:
    """The authenticator of a profile's kind. `sync.profile` has checked the kind."""
    del surroundings
    return _Key(auth, credentials)


def wrong_auth(auth: Auth) -> str:
    """What is wrong with the part [auth] of a profile; "" = nothing."""
    return "" if auth.kind in KINDS else f"auth.kind = {auth.kind!r}"
