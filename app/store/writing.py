"""What every part of the library's facade stands on: reading, writing with audit, and telling who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import text
from app.domain.types import AuditEntry, ChangeCallback, Interview
from app.failures import NotFound, ReadOnly, Stale
from app.store.database import Database
from app.store.tables import AuditRow, Changing
from app.store.vault import Vault

Row = TypeVar("Row")
StatusHook = Callable[[Session, Interview], None]
"""Writes the outbox row of a status move, in the move's own transaction."""
_CHANGES = "library_changes"
_together: ContextVar[tuple[int, Session | None]] = ContextVar("together", default=(0, None))
"""The library (by identity) whose changes of this thread are made in one transaction, and that transaction."""


class Writing:
    """Sessions, audit and notices of one open library; the parts of `Library` derive from it."""

    folder: Path
    vault: Vault
    read_only: bool
    assessor: str
    status_hook: StatusHook | None
    _database: Database
    _listeners: list[ChangeCallback]

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking only; inside `together` the transaction's own."""
        if (joined := self._joined()) is not None:
            yield joined
            return
        with self._database.reading() as session:
            yield session

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One write transaction; listeners hear of its changes after the commit. Raises ReadOnly.

        Do not nest, save inside `together`, whose transaction it takes part in.
        """
        if (joined := self._joined()) is not None:
            yield joined
            return
        if self.read_only:
            raise ReadOnly
        changes: dict[tuple[str, str], None] = {}
        with self._database.writing() as session:
            session.info[_CHANGES] = changes
            yield session
        for kind, row_id in changes:
            for listener in tuple(self._listeners):
                listener(kind, row_id)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Many changes in one transaction: all or none. Other writers wait meanwhile, so keep it short."""
        with self.session() as session:
            token = _together.set((id(self), session))
            try:
                yield
            finally:
                _together.reset(token)

    def _joined(self) -> Session | None:
        owner, session = _together.get()
        return session if owner == id(self) else None

    def subscribe(self, callback: ChangeCallback) -> Callable[[], None]:
        """Hear of every committed change, on the thread that made it. Returns what ends it."""
        self._listeners.append(callback)

        def unsubscribe() -> None:
            if callback in self._listeners:
                self._listeners.remove(callback)

        return unsubscribe

    def record(self, action: str, subject: str, detail: str = "") -> None:
        """Add a line to the audit: what other rooms did with a row ("opened", "exported")."""
        with self.session() as session:
            self.record_in(session, action, subject, detail)

    def record_in(self, session: Session, action: str, subject: str, detail: str = "") -> None:
        """The same in a transaction of `session`, together with what it tells of ("sent")."""
        self._note(session, action, "audit", subject, detail)

    def note_in(self, session: Session, action: str, kind: str, subject: str, detail: str = "") -> None:
        """Audit a change that was made in `session` itself, and tell listeners of it after the commit."""
        self._note(session, action, kind, subject, detail)

    def audit(self, subject: str | None = None, limit: int = 1000) -> tuple[AuditEntry, ...]:
        """The newest lines about a row, or about all, oldest first."""
        wanted = select(AuditRow).order_by(AuditRow.serial.desc()).limit(limit)
        if subject is not None:
            wanted = wanted.where(AuditRow.subject == subject)
        with self.reading() as session:
            rows = list(session.scalars(wanted))
        return tuple(AuditEntry(row.at, row.who, row.action, row.subject, row.detail) for row in reversed(rows))

    def _note(self, session: Session, action: str, kind: str, subject: str, detail: str = "") -> None:
        """Audit one change of a row and tell listeners once it is committed."""
        session.add(AuditRow(who=self.assessor, action=action, subject=subject, detail=detail))
        session.info[_CHANGES][(kind, subject)] = None


def found(session: Session, table: type[Row], row_id: str, what: str) -> Row:
    """The row with this id. Raises NotFound."""
    row = session.get(table, row_id)
    if row is None:
        raise NotFound(what=text.tr(f"store.{what}"), id=row_id)
    return row


def fresh(row: Changing, version: int | None, what: str) -> None:
    """Stale where the row is not in the state that its reader saw. None = the caller did not look."""
    if version is not None and row.version != version:
        raise Stale(what=text.tr(f"store.{what}"))


def assign(row: object, values: dict[str, Any]) -> bool:
    """Set what differs; whether anything did."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)
