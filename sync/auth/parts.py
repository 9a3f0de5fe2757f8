"""What authenticators are made of, and what they promise."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import requests

from sync.answer import Answer


def _no_passphrase() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who calls: `secret` is asked for at each call and nothing keeps it; `account` is the public half of a pair
    (client id, app key), "" where there is none; `certificate` is a PEM file with the client's certificate and key,
    which `passphrase` opens ("" = it is not locked)."""

    secret: Callable[[], str]
    account: str = ""
    certificate: Path | None = None
    passphrase: Callable[[], str] = _no_passphrase


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


Fetch = Callable[[requests.Request], Answer]
"""Carries a call of the authenticator itself (for a token) over the same connection, without authentication. Neither
body is recorded."""


def _no_fetch(_: requests.Request) -> Answer:
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an authenticator may use."""

    base: str
    host: str
    clock: ServerClock = field(default_factory=ServerClock)
    fetch: Fetch = _no_fetch


class Authenticator(Protocol):
    """Signs requests."""

    def sign(self, request: requests.PreparedRequest) -> None:
        """Add to the request what shows who calls. Raises `sync.failures`."""

    def renew(self) -> bool:
        """The HR system refused: forget what can be got anew. True = trying once more makes sense."""

    def secrets(self) -> tuple[str, ...]:
        """Everything that must not be shown or written down."""


def add_to_query(request: requests.PreparedRequest, values: dict[str, str]) -> None:
    """Add parameters to the address of a request."""
    if values:
        request.prepare_url(request.url, values)
