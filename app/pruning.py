"""Lets go, now and then and a little at a time, of bodies that nobody needs any more (`sync.pruning`)."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy.orm import Session

from app.settings import SettingsFile
from sync.breaker import Sessions
from sync.ledger import Clock
from sync.pruning import BATCH, MOST_BYTES, prune_bodies, prune_payloads

EVERY_S = 3600.0
DAY_S = 24 * 3600.0


class Pruning:
    """The bodies of one library. Used by one thread; each turn is many short transactions."""

    def __init__(self, sessions: Sessions, settings: SettingsFile, clock: Clock, most_bytes: int = MOST_BYTES) -> None:
        self._sessions, self._settings, self._clock, self._most = sessions, settings, clock, most_bytes
        self._next = 0.0

    def run(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Let go of what is due, at most once an hour; gives of how many rows."""
        if time.monotonic() < self._next:
            return 0
        self._next = time.monotonic() + EVERY_S
        before = self._clock() - self._settings.values.keep_days * DAY_S
        return sum(self._all(prune, before, stopping) for prune in (prune_payloads, prune_bodies))

    def _all(self, prune: Callable[[Session, float, int], int], before: float, stopping: Callable[[], bool]) -> int:
        done, last = 0, BATCH
        while last == BATCH and not stopping():
            with self._sessions() as session:
                last = prune(session, before, self._most)
            done += last
        return done
