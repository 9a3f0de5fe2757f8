"""The circuit breaker of one HR system: after trouble it is left alone for a while, by everybody.

Closed: calls are made; each failure that others would meet too lengthens the wait. Open, from the fifth in a row on: no
call for at least half a minute. Half open, when that time is over: one call that changes nothing shows whether it is
well again. What is known stands in the library, so a program that starts anew waits on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from sync import ledger
from sync.failures import (
    AddressInvalid,
    CertificateExpiredHere,
    CertificateUnusable,
    RemoteBusy,
    RemoteFailure,
    RemoteUnauthorized,
    RemoteUnreachable,
    RemoteUntrusted,
    SecretMissing,
)
from sync.queue import Queue
from sync.system import HrSystem

Sessions = Callable[[], AbstractContextManager[Session]]
"""Opens a session that commits when its block ends well."""

HOLD = "hold"
PATIENCE = 5
"""So many transient failures in a row: the server is in trouble, not the item."""
OPEN_S = 30.0
STOPPING = (
    RemoteUnreachable, RemoteUnauthorized, RemoteUntrusted, SecretMissing, AddressInvalid, CertificateUnusable,
    CertificateExpiredHere,
)  # fmt: skip
"""Failures that every other call would meet as well."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Do not call before `until` (UTC seconds). `asked` = the server named the time, so no click overrides it."""

    until: float = 0.0
    failures: int = 0
    asked: bool = False

    @property
    def tripped(self) -> bool:
        """Whether so much went wrong that a call has to show first that the system is well again."""
        return self.failures >= PATIENCE


def concerns_all(failure: RemoteFailure) -> bool:
    """Whether every other call would meet this failure as well, or the server asked to be left alone."""
    return isinstance(failure, STOPPING) or (isinstance(failure, RemoteBusy) and failure.retry_after_s is not None)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Guards the calls of one library to one HR system."""

    sessions: Sessions
    system: HrSystem
    queue: Queue

    def held_until(self) -> float | None:
        """Until when no call may be made (UTC seconds); None = calls may be made."""
        until = self._read().until
        return until if until > self.queue.clock() else None

    def probed(self) -> RemoteFailure | None:
        """Half open: try one call that changes nothing. The failure that shows that it is not well; None = it is."""
        if not self._read().tripped:
            return None
        try:
            self.system.health()
        except RemoteFailure as failure:
            if failure.retry or isinstance(failure, STOPPING):
                return failure
        return None

    def trouble(self, failure: RemoteFailure) -> float:
        """Leave the whole system alone for a while; gives until when (UTC seconds)."""
        with self.sessions() as session:
            failures = read_hold(session, self._name).failures + 1
            asked = getattr(failure, "retry_after_s", None)
            least = OPEN_S if failures >= PATIENCE else 0.0
            wait = asked if asked is not None else max(least, self.queue.wait_s(failures))
            until = self.queue.clock() + wait
            write_hold(session, self._name, Hold(until, failures, asked is not None), self.queue.clock)
        return until

    def well(self) -> None:
        """A call has succeeded."""
        with self.sessions() as session:
            if read_hold(session, self._name) != Hold():
                write_hold(session, self._name, Hold(), self.queue.clock)

    def hurry(self) -> None:
        """A person wants it now: no wait but one that the server asked for. What went wrong stays counted."""
        with self.sessions() as session:
            hold = read_hold(session, self._name)
            if hold.until and not hold.asked:
                write_hold(session, self._name, replace(hold, until=0.0), self.queue.clock)

    def _read(self) -> Hold:
        with self.sessions() as session:
            return read_hold(session, self._name)

    @property
    def _name(self) -> str:
        return self.system.address.base


def read_hold(session: Session, system: str) -> Hold:
    """Until when an HR system is left alone."""
    kept = ledger.read_state(session, system, HOLD)
    return Hold(**json.loads(kept)) if kept else Hold()


def write_hold(session: Session, system: str, hold: Hold, clock: ledger.Clock) -> None:
    """Leave an HR system alone until a time."""
    value = json.dumps({"until": hold.until, "failures": hold.failures, "asked": hold.asked})
    ledger.write_state(session, system, HOLD, value, clock)
