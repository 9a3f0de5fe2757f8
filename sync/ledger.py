"""What is remembered of each HR system: values such as the cursor, what it last said of its rows, and the log.

Every function takes the caller's session and never commits. Wall-clock times are UTC seconds since 1970.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import CursorResult, RowMapping, delete, insert, select, update
from sqlalchemy.orm import Session

from sync.system import Agreed
from sync.tables import sync_log, sync_row, sync_state

Clock = Callable[[], float]
"""Gives UTC seconds since 1970."""


def read_state(session: Session, system: str, name: str) -> str | None:
    """One remembered value of an HR system."""
    value: str | None = session.scalar(
        select(sync_state.c.value).where(sync_state.c.system == system, sync_state.c.name == name)
    )
    return value


def write_state(session: Session, system: str, name: str, value: str, clock: Clock = time.time) -> None:
    """Remember one value of an HR system."""
    found = session.execute(
        update(sync_state)
        .where(sync_state.c.system == system, sync_state.c.name == name)
        .values(value=value, changed=clock())
    )
    if not _changed(found):
        session.execute(insert(sync_state).values(system=system, name=name, value=value, changed=clock()))


@dataclass(frozen=True, slots=True)
class KnownRow:
    """What an HR system last said of one of its rows, and which row of ours it is.

    `contested` = fields that wait for a person's decision, each with what was agreed on before ({"base": value}, or {}
    where nothing was). `changed` (UTC seconds) = when it was last said.
    """

    kind: str
    remote_id: str
    local_id: str | None
    fields: dict[str, Any]
    deleted: bool = False
    contested: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: float = 0.0

    @property
    def agreed(self) -> dict[str, Any]:
        """The base of a three-way comparison: what it said, and in contested fields what was agreed on before."""
        before = {name: was["base"] for name, was in self.contested.items() if "base" in was}
        return {name: value for name, value in self.fields.items() if name not in self.contested} | before


def known_row(session: Session, system: str, kind: str, remote_id: str) -> KnownRow | None:
    """What is remembered of a row; None = never pulled."""
    key = sync_row.c.system == system, sync_row.c.kind == kind, sync_row.c.remote_id == remote_id
    row = session.execute(select(sync_row).where(*key)).mappings().first()
    return _known(row) if row is not None else None


def known_rows(session: Session, system: str, kind: str) -> tuple[KnownRow, ...]:
    """All that an HR system has told of the rows of one kind."""
    told = sync_row.c.system == system, sync_row.c.kind == kind
    rows = session.execute(select(sync_row).where(*told).order_by(sync_row.c.remote_id))
    return tuple(_known(row) for row in rows.mappings())


def contested_rows(session: Session, system: str) -> tuple[KnownRow, ...]:
    """Rows of an HR system with fields that wait for a person's decision, the oldest first."""
    open_ones = sync_row.c.system == system, sync_row.c.contested.is_not(None)
    rows = session.execute(select(sync_row).where(*open_ones).order_by(sync_row.c.changed, sync_row.c.remote_id))
    return tuple(_known(row) for row in rows.mappings())


def settle_row(session: Session, system: str, row: KnownRow, fields: Collection[str]) -> None:
    """What the HR system says in these fields is agreed on from now on."""
    left = {name: was for name, was in row.contested.items() if name not in fields}
    key = sync_row.c.system == system, sync_row.c.kind == row.kind, sync_row.c.remote_id == row.remote_id
    session.execute(update(sync_row).where(*key).values(contested=_json(left) if left else None))


def _known(row: RowMapping) -> KnownRow:
    return KnownRow(
        row["kind"], row["remote_id"], row["local_id"], json.loads(row["fields"]), row["deleted"],
        json.loads(row["contested"] or "{}"), row["changed"],
    )  # fmt: skip


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def known_ids(session: Session, system: str, kind: str) -> frozenset[str]:
    """Ids of the rows of one kind that an HR system has told of and not deleted."""
    told = sync_row.c.system == system, sync_row.c.kind == kind, sync_row.c.deleted.is_(False)
    return frozenset(session.scalars(select(sync_row.c.remote_id).where(*told)))


RESULT = "result"


def read_agreed(session: Session, system: str, assessment_id: str) -> Agreed:
    """What was last agreed on with an HR system of one assessment's mapped fields."""
    row = known_row(session, system, RESULT, assessment_id)
    if row is None:
        return Agreed()
    told = row.fields
    return Agreed(
        told.get("values", {}), frozenset(told.get("leave", ())), told.get("seen", {}), told.get("external_id", "")
    )


def write_agreed(session: Session, system: str, assessment_id: str, agreed: Agreed, clock: Clock = time.time) -> None:
    """Remember what was agreed on."""
    fields: dict[str, object] = asdict(agreed) | {"leave": sorted(agreed.leave)}
    keep_row(session, system, KnownRow(RESULT, assessment_id, assessment_id, fields), clock)


def said_status(session: Session, system: str, interview_remote_id: str) -> str | None:
    """The status that an HR system last said an interview has; None = it said nothing."""
    row = known_row(session, system, "interview", interview_remote_id)
    status: str | None = row.fields.get("status") if row else None
    return status


CONNECTED = "connected"
CURSOR = "cursor"
_SPOKEN = "spoken"
"""How the system at an address was spoken to last (a dialect)."""


def connect(session: Session, system: str, clock: Clock = time.time, dialect: str = "") -> None:
    """Remember which HR system what is said here goes to from now on. Where it is another one than before, or the same
    in another dialect, it tells everything anew: what stands here may be what the one before said."""
    before = read_state(session, system, _SPOKEN)
    same = connected(session) == system
    if same and before in (None, dialect) and read_state(session, "", CONNECTED):
        if before is None:
            write_state(session, system, _SPOKEN, dialect, clock)
        return
    if not same or before != dialect:
        session.execute(delete(sync_state).where(sync_state.c.system == system, sync_state.c.name == CURSOR))
    write_state(session, system, _SPOKEN, dialect, clock)
    write_state(session, "", CONNECTED, system, clock)


def connected_since(session: Session) -> float:
    """Since when it is that system, in that dialect (UTC seconds); 0 = there was none yet."""
    key = sync_state.c.system == "", sync_state.c.name == CONNECTED
    return session.scalar(select(sync_state.c.changed).where(*key)) or 0.0


def other_systems(session: Session, system: str) -> tuple[str, ...]:
    """All others that have told of rows."""
    told = select(sync_row.c.system).where(sync_row.c.system != system).distinct()
    return tuple(session.scalars(told))


def connected(session: Session) -> str:
    """The HR system that what is said here goes to (its address), else the one that was pulled last; "" = none yet."""
    pulled = select(sync_state.c.system).where(sync_state.c.name == CURSOR).order_by(sync_state.c.changed.desc())
    return read_state(session, "", CONNECTED) or session.scalar(pulled.limit(1)) or ""


def keep_row(session: Session, system: str, row: KnownRow, clock: Clock = time.time) -> None:
    """Remember what the HR system said of a row."""
    values = {
        "local_id": row.local_id,
        "fields": _json(row.fields),
        "deleted": row.deleted,
        "contested": _json(row.contested) if row.contested else None,
        "changed": clock(),
    }
    key = sync_row.c.system == system, sync_row.c.kind == row.kind, sync_row.c.remote_id == row.remote_id
    if not _changed(session.execute(update(sync_row).where(*key).values(**values))):
        session.execute(insert(sync_row).values(system=system, kind=row.kind, remote_id=row.remote_id, **values))


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of what was sent and received. `at` in UTC seconds, `bytes` of the body, `op_id` of the item sent."""

    at: float
    direction: str
    kind: str
    subject: str
    outcome: str
    bytes: int
    sha256: str | None
    detail: str | None
    op_id: str | None = None


def note(
    session: Session, *, at: float, direction: str, kind: str, subject: str, outcome: str, op_id: str | None = None,
    body: bytes = b"", detail: str | None = None,
) -> None:  # fmt: skip
    """Write down what was sent or received."""
    digest = hashlib.sha256(body).hexdigest() if body else None
    session.execute(
        insert(sync_log).values(
            at=at, direction=direction, kind=kind, subject=subject, op_id=op_id, outcome=outcome, bytes=len(body),
            sha256=digest, detail=detail,
        )
    )  # fmt: skip


def log(session: Session, limit: int = 200) -> tuple[LogEntry, ...]:
    """The newest lines, newest first."""
    names = ("at", "direction", "kind", "subject", "outcome", "bytes", "sha256", "detail", "op_id")
    rows = session.execute(select(*(sync_log.c[name] for name in names)).order_by(sync_log.c.id.desc()).limit(limit))
    return tuple(LogEntry(*row) for row in rows)


def _changed(result: object) -> bool:
    assert isinstance(result, CursorResult)
    return bool(result.rowcount)
