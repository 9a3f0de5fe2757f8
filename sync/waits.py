"""How often an HR system may be called: what its answers ask for, and what its profile says of its limits."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from sync.failures import RemoteBusy

MAX_WAIT_S = 24 * 3600.0
SHORT_S = 2.0
"""So long a call waits for its turn in place; a longer wait is told, and the outbox comes back."""
_EPOCH = 1_000_000_000.0
"""A reset beyond this is a moment (seconds since 1970; beyond a thousand times this, ms), else a number of seconds."""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The part [limits] of a profile: names of headers, and at most how many calls are made.

    `wait` = seconds or an HTTP date; `reset` = seconds, or a moment since 1970; `remaining` = calls that are left until
    then. At most `calls` begin in any `window_s`, and `at_once` are under way at a time; 0 = no limit of our own.
    """

    wait: tuple[str, ...] = ("Retry-After",)
    reset: tuple[str, ...] = ("X-RateLimit-Reset", "X-Ogw-Ratelimit-Reset")
    remaining: tuple[str, ...] = ("X-RateLimit-Remaining",)
    calls: int = 0
    window_s: float = 60.0
    at_once: int = 0


COMMON = Limits()


def wrong_limits(limits: Limits) -> str:
    """What is wrong with the part [limits] of a profile; "" = nothing."""
    usable = limits.calls >= 0 and limits.at_once >= 0 and 0 < limits.window_s <= 3600
    return "" if usable else "limits: calls, window_s, at_once"


def asked_wait_s(headers: Mapping[str, str], limits: Limits = COMMON, now: datetime | None = None) -> float | None:
    """Seconds that a refusal asks to wait, by whichever header it says it; None = it asks for nothing."""
    now = now or datetime.now(UTC)
    for name in limits.wait:
        wait = retry_after_s(headers.get(name.lower()), now)
        if wait is not None:
            return wait
    return _until_reset_s(headers, limits, now)


def rest_s(headers: Mapping[str, str], limits: Limits = COMMON, now: datetime | None = None) -> float:
    """Seconds until the next call may begin, as any answer tells it: 0 while it says that calls are left."""
    if not any((headers.get(name.lower()) or "").strip() == "0" for name in limits.remaining):
        return 0.0
    return _until_reset_s(headers, limits, now or datetime.now(UTC)) or 0.0


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header (number, or HTTP date) asks for, 0 to a day; None = it asks for nothing."""
    if not value:
        return None
    try:
        wait = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        wait = ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    return _bearable(wait)


def _until_reset_s(headers: Mapping[str, str], limits: Limits, now: datetime) -> float | None:
    for name in limits.reset:
        try:
            value = float(headers.get(name.lower(), ""))
        except ValueError:
            continue
        if value > _EPOCH * 1000:
            value /= 1000
        return _bearable(value - now.timestamp() if value > _EPOCH else value)
    return None


def _bearable(wait: float) -> float | None:
    return min(MAX_WAIT_S, max(0.0, wait)) if math.isfinite(wait) else None


class Pace:
    """The calls of this process to one host, kept within its limits. Thread-safe."""

    def __init__(
        self,
        host: str,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._host, self._limits, self._clock, self._sleep = host, limits, clock, sleep
        self._begun: deque[float] = deque(maxlen=limits.calls or 1)
        self._rests_until = 0.0
        self._lock = threading.Lock()
        self._places = threading.Semaphore(limits.at_once) if limits.at_once else None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One call. RemoteBusy, with nothing sent, when its turn is too far away."""
        if self._places:
            self._places.acquire()
        try:
            self._begin()
            yield
        finally:
            if self._places:
                self._places.release()

    def rest(self, seconds: float) -> None:
        """No call begins for so long."""
        with self._lock:
            self._rests_until = max(self._rests_until, self._clock() + seconds)

    def _begin(self) -> None:
        while True:
            with self._lock:
                wait = self._wait_s()
                if wait <= 0:
                    self._begun.append(self._clock())
                    return
            if wait > SHORT_S:
                raise RemoteBusy(wait, host=self._host, status=429)
            self._sleep(wait)

    def _wait_s(self) -> float:
        now = self._clock()
        full = self._limits.calls and len(self._begun) == self._limits.calls
        in_window = self._begun[0] + self._limits.window_s - now if full else 0.0
        return max(in_window, self._rests_until - now)


_paces: dict[tuple[str, Limits], Pace] = {}
_paces_lock = threading.Lock()


def pace_of(host: str, limits: Limits) -> Pace:
    """The one pace that every connection of this process to a host keeps."""
    with _paces_lock:
        return _paces.setdefault((host, limits), Pace(host, limits))
