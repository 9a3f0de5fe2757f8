"""Pulling: pages of changes, each handed over whole before the cursor moves on.

A pull that dies on the way repeats its last page: whoever takes pages has to bear repeats, as the contract says anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from sync import ledger
from sync.breaker import Sessions
from sync.contract import Pulled
from sync.failures import CursorUnknown, RemoteFailure, RemoteNonsense, path_unknown
from sync.ledger import CURSOR, KnownRow
from sync.system import HrSystem, TellsVanished

ASKED_FOR_VANISHED = "asked_for_vanished"
VANISHED_EVERY_S = 7 * 24 * 3600.0
MAX_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Received:
    """How many rows came (repeats of overlapping pages included)."""

    positions: int = 0
    candidates: int = 0
    templates: int = 0

    @property
    def rows(self) -> int:
        """All rows together."""
        return self.positions + self.candidates + self.templates


def pull(
    system: HrSystem,
    sessions: Sessions,
    apply: Callable[[Pulled], Iterable[KnownRow]],
    clock: ledger.Clock,
    stopping: Callable[[], bool] = lambda: False,
) -> Received:
    """Fetch everything that changed since the last time. `apply` takes over a page and gives what to remember."""
    name, received = system.address.base, Received()
    with sessions() as session:
        cursor = ledger.read_state(session, name, CURSOR) or ""
    for _ in range(MAX_PAGES):
        try:
            page = system.changes(cursor)
        except CursorUnknown:
            if not cursor:
                raise
            cursor = ""
            continue
        except RemoteFailure as failure:
            told = path_unknown(failure, urlsplit(system.address.base).path or "/")
            if told is failure:
                raise
            raise told from failure
        if page.more and page.cursor in ("", cursor):
            raise RemoteNonsense(host=system.address.host)
        if stopping():
            return received
        rows = list(apply(page))
        with sessions() as session:
            for row in rows:
                ledger.keep_row(session, name, row, clock)
            ledger.write_state(session, name, CURSOR, page.cursor, clock)
            _note(session, clock, name, page)
        received = _added(received, page)
        cursor = page.cursor
        if not page.more:
            return _added(received, _ask_for_vanished(system, sessions, apply, clock))
    raise RemoteNonsense(host=system.address.host)


def _ask_for_vanished(
    system: HrSystem, sessions: Sessions, apply: Callable[[Pulled], Iterable[KnownRow]], clock: ledger.Clock
) -> Pulled:
    """Once a week, of a system that does not tell what was deleted there: compare what is known with what is there."""
    name, now = system.address.base, clock()
    if not isinstance(system, TellsVanished):
        return Pulled()
    with sessions() as session:
        last = ledger.read_state(session, name, ASKED_FOR_VANISHED)
        if last is not None and now - float(last) < VANISHED_EVERY_S:
            return Pulled()
        known = {kind: ledger.known_ids(session, name, kind) for kind in ("position", "candidate")}
    page = system.vanished(known) if last is not None else Pulled()  # the first pull has only just told everything
    rows = list(apply(page)) if page != Pulled() else []
    with sessions() as session:
        for row in rows:
            ledger.keep_row(session, name, row, clock)
        ledger.write_state(session, name, ASKED_FOR_VANISHED, str(now), clock)
        _note(session, clock, name, page)
    return page


def _added(received: Received, page: Pulled) -> Received:
    return Received(
        received.positions + len(page.positions),
        received.candidates + len(page.candidates),
        received.templates + len(page.templates),
    )


def _note(session: Session, clock: ledger.Clock, system: str, page: Pulled) -> None:
    counts = len(page.positions), len(page.candidates), len(page.templates)
    if any(counts):
        ledger.note(
            session, at=clock(), direction="received", kind="changes", subject=system, outcome="received",
            detail="/".join(map(str, counts)),
        )  # fmt: skip
