"""Items of the outbox that another computer sends in this one's place, and the word that they have arrived.

Nothing is ever taken out of the outbox: an item that was handed over waits for the other's word, and can be taken back.
Should both send it, its external id makes it one at the HR system.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from sync import listing, outbox, tables
from sync.adding import overtake_files
from sync.outbox import Item, Kind, Resolution, State, rowcount

PARTS = ("", "/moves", "/notes", "/files")
"""What an interview's aggregates end with: assessments, registration and moves, notes, files."""
_WAITING = (State.PENDING.value, State.DEAD.value)
_NOT_ON_ITS_WAY = (*_WAITING, State.HANDED.value, State.HELD.value)
_OPEN = (*_NOT_ON_ITS_WAY, State.CONFLICT.value, State.INFLIGHT.value)
_OUR_OWN = (Resolution.WITHDRAWN, Resolution.REMOVED)
"""What became of an item here after it had arrived, and says nothing to the computer that made it."""
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an item at the computer that sent it. `done_at` in UTC seconds since 1970."""

    kind: str
    external_id: str
    payload_sha256: str
    remote_id: str | None
    resolution: str | None
    done_at: float


def is_waiting() -> ColumnElement[bool]:
    """Whether an item has not left, its sender having died on the way counted in, or was handed over and is not
    confirmed."""
    return or_(tables.outbox.c.state.in_((*_WAITING, State.HANDED.value)), _is_abandoned())


def _is_abandoned() -> ColumnElement[bool]:
    table = tables.outbox
    return and_(table.c.state == State.INFLIGHT.value, table.c.lease_until <= time.time())


def waiting(session: Session, interviews: Collection[str]) -> tuple[Item, ...]:
    """What waits of these interviews, oldest first."""
    found: list[Item] = []
    for part in _parts(interviews):
        found += outbox.select_items(session, _about(part), is_waiting())
    return tuple(sorted(found, key=lambda item: item.seq))


def any_closed(session: Session, items: Iterable[Item]) -> bool:
    """Whether one of these items was closed since it was read, other than by its being sent, or may not leave now."""
    table = tables.outbox
    closed = and_(table.c.state == State.DONE.value, table.c.resolution.is_not(None))
    gone = or_(closed, table.c.state == State.HELD.value)
    return any(
        session.scalar(select(table.c.seq).where(table.c.op_id.in_(part), gone).limit(1)) is not None
        for part in _parts([item.op_id for item in items])
    )


def hand_over(session: Session, items: Iterable[Item]) -> int:
    """These items are sent by somebody else from now on; gives how many were to be sent from here until now."""
    table = tables.outbox
    changed = 0
    for part in _parts([item.op_id for item in items]):
        abandoned = {"state": State.PENDING.value, "uncertain": True, "lease_until": None, "lease_owner": None}
        session.execute(update(table).where(table.c.op_id.in_(part), _is_abandoned()).values(**abandoned))
        wanted = table.c.op_id.in_(part), table.c.state.in_(_WAITING)
        changed += rowcount(session.execute(update(table).where(*wanted).values(state=State.HANDED.value)))
    return changed


def receipts(session: Session, interviews: Collection[str]) -> tuple[Receipt, ...]:
    """What has arrived of these interviews, oldest first."""
    table = tables.outbox
    found = []
    for part in _parts(interviews):
        query = select(table.c.seq, *(table.c[name] for name in Receipt.__slots__)).where(
            _about(part), table.c.state == State.DONE.value
        )
        found += [(seq, _receipt(Receipt(*told))) for seq, *told in session.execute(query)]
    return tuple(receipt for _, receipt in sorted(found, key=lambda each: each[0]))


def _receipt(told: Receipt) -> Receipt:
    return replace(told, resolution=None) if told.resolution in _OUR_OWN else told


def confirm(session: Session, told: Iterable[Receipt], by: str = "") -> tuple[Item, ...]:
    """Close what is open here and has arrived from elsewhere, sent by `by`; gives the items.

    A signed assessment has to be the very bytes that arrived, and a file one of such an assessment. A move, a
    registration and a note say when they were written, which differs from one computer to the other.
    """
    closed = []
    for receipt in told:
        item = outbox.find(session, receipt.kind, receipt.external_id)
        if item is None or not _is_news(item, receipt) or not _is_the_same(session, item, receipt):
            continue
        values = {
            "state": State.DONE.value, "remote_id": receipt.remote_id, "done_at": receipt.done_at or time.time(),
            "resolution": Resolution(receipt.resolution).value if receipt.resolution else None,
            "last_error": None, "last_params": None, "lease_until": None, "lease_owner": None, "sent_by": by or None,
        }  # fmt: skip
        session.execute(update(tables.outbox).where(tables.outbox.c.seq == item.seq).values(**values))
        closed.append(item)
        if item.kind is Kind.STATUS and receipt.resolution in (None, Resolution.OVERTAKEN):
            closed += _overtaken(session, item, values)
    return tuple(closed)


def _is_news(item: Item, receipt: Receipt) -> bool:
    """Whether an item is open, or was not told by the other computer and has been now."""
    held_back = item.resolution is Resolution.NOT_TOLD and item.sent_by is not None
    return item.state.value in _OPEN or (held_back and receipt.resolution != Resolution.NOT_TOLD)


def _overtaken(session: Session, move: Item, values: Mapping[str, object]) -> tuple[Item, ...]:
    """Close earlier moves of an interview, for the HR system is further; gives them. The other computer had no need of
    them: it had heard that they were made."""
    table = tables.outbox
    earlier = outbox.select_items(
        session, table.c.aggregate == move.aggregate, table.c.kind == Kind.STATUS.value, table.c.seq < move.seq,
        table.c.state.in_(_OPEN),
    )  # fmt: skip
    overtaken = {**values, "remote_id": None, "resolution": Resolution.OVERTAKEN.value}
    for part in _parts([item.op_id for item in earlier]):
        session.execute(update(table).where(table.c.op_id.in_(part)).values(**overtaken))
    return earlier


def close_files(session: Session) -> int:
    """Close open files of revisions that the HR system did not get: nobody sends them any more."""
    table, revision = tables.outbox, tables.outbox.alias()
    query = (
        select(revision.c.external_id)
        .join(table, table.c.depends_on == revision.c.op_id)
        .where(
            table.c.kind == Kind.ATTACHMENT.value, table.c.state.in_(_NOT_ON_ITS_WAY),
            revision.c.kind == Kind.ASSESSMENT.value, revision.c.state == State.DONE.value,
            revision.c.resolution.is_not(None),
        )
        .distinct()
    )  # fmt: skip
    return sum(overtake_files(session, each, also=(State.HANDED,)) for each in session.scalars(query).all())


def unfinished_files(session: Session, interview_id: str) -> tuple[Item, ...]:
    """An interview's files that the HR system does not have yet."""
    return tuple(
        item for item in listing.unfinished(session, Kind.ATTACHMENT) if item.aggregate == f"{interview_id}/files"
    )


def leave_files(session: Session, files: Iterable[Item]) -> int:
    """Close files that were handed over or were not sent yet: they neither travel once more nor are sent from here."""
    table, closed = tables.outbox, 0
    values = {"state": State.DONE.value, "resolution": Resolution.LEFT.value, "done_at": time.time()}
    for part in _parts([item.op_id for item in files]):
        there = table.c.op_id.in_(part), table.c.state.in_(_NOT_ON_ITS_WAY)
        closed += rowcount(session.execute(update(table).where(*there).values(**values)))
    return closed


def _is_the_same(session: Session, item: Item, receipt: Receipt) -> bool:
    if item.kind is Kind.ASSESSMENT:
        return item.payload_sha256 == receipt.payload_sha256
    if item.kind is Kind.ATTACHMENT:
        assessment = outbox.find(session, Kind.ASSESSMENT, outbox.assessment_of_file(item.external_id))
        return assessment is not None and assessment.state is State.DONE
    return True


def _about(interviews: Collection[str]) -> ColumnElement[bool]:
    """The items of interviews, whatever they are."""
    return tables.outbox.c.aggregate.in_([f"{each}{part}" for each in interviews for part in PARTS])


def _parts(values: Collection[str]) -> Iterator[list[str]]:
    """No more at once than a query takes."""
    listed = list(values)
    return (listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE))
