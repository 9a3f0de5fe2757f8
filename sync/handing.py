"""Items of the outbox that another computer sends in this one's place, and the word that they have arrived.

Nothing is ever taken out of the outbox: an item that was handed over waits for the other's word, and can be taken back.
Should both send it, its external id makes it one at the HR system.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, CursorResult, or_, select, update
from sqlalchemy.orm import Session

from sync import outbox
from sync.outbox import Item, Kind, Resolution, State

_WAITING = (State.PENDING.value, State.DEAD.value)
_OPEN = (*_WAITING, State.HANDED.value, State.CONFLICT.value, State.INFLIGHT.value)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an item at the computer that sent it. `done_at` in UTC seconds since 1970."""

    kind: str
    external_id: str
    payload_sha256: str
    remote_id: str | None
    resolution: str | None
    done_at: float


def hand_over(session: Session, interviews: Collection[str]) -> int:
    """What waits of these interviews is sent by somebody else from now on; gives how many items."""
    table = outbox.outbox
    changed = session.execute(
        update(table).where(_about(interviews), table.c.state.in_(_WAITING)).values(state=State.HANDED.value)
    )
    return _rowcount(changed)


def receipts(session: Session, interviews: Collection[str]) -> tuple[Receipt, ...]:
    """What has arrived of these interviews, oldest first."""
    table = outbox.outbox
    query = (
        select(*(table.c[name] for name in Receipt.__slots__))
        .where(_about(interviews), table.c.state == State.DONE.value)
        .order_by(table.c.seq)
    )
    return tuple(Receipt(*row) for row in session.execute(query))


def confirm(session: Session, told: Iterable[Receipt]) -> tuple[Item, ...]:
    """Close what is open here and has arrived from elsewhere; gives the items.

    A signed assessment has to be the very bytes that arrived; a move and a registration say when they were written,
    which differs from one computer to the other.
    """
    closed = []
    for receipt in told:
        item = outbox.find(session, receipt.kind, receipt.external_id)
        if item is None or item.state.value not in _OPEN:
            continue
        if item.kind is Kind.ASSESSMENT and item.payload_sha256 != receipt.payload_sha256:
            continue
        values = {
            "state": State.DONE.value, "remote_id": receipt.remote_id, "done_at": receipt.done_at or time.time(),
            "resolution": Resolution(receipt.resolution).value if receipt.resolution else None,
            "last_error": None, "last_params": None, "lease_until": None, "lease_owner": None,
        }  # fmt: skip
        session.execute(update(outbox.outbox).where(outbox.outbox.c.seq == item.seq).values(**values))
        closed.append(item)
    return tuple(closed)


def _about(interviews: Collection[str]) -> ColumnElement[bool]:
    """The items of interviews: assessments, and apart from them registration and moves."""
    aggregate = outbox.outbox.c.aggregate
    return or_(aggregate.in_(list(interviews)), aggregate.in_([f"{each}/moves" for each in interviews]))


def _rowcount(result: object) -> int:
    assert isinstance(result, CursorResult)
    return int(result.rowcount)
