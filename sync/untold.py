"""What an HR system was not told of because its profile did not send it, and how it is told later.

Such items are settled when their turn comes. Where another profile sends them, a person decides: nothing that was held
back leaves unasked.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, exists, false, select, update
from sqlalchemy.orm import Session

from sync.ledger import Clock
from sync.outbox import Kind, Resolution, State, rowcount
from sync.revisions import is_later_revision
from sync.tables import outbox

_NEEDS = {
    Kind.INTERVIEW: ("status", "assessment"), Kind.STATUS: ("status",), Kind.ASSESSMENT: ("assessment",),
    Kind.NOTE: ("notes",), Kind.ATTACHMENT: (),
}  # fmt: skip
"""What a profile sends where items of a kind are told: one of these is enough, none = always."""

UNTOLD = (Resolution.NOT_TOLD, Resolution.LEFT)
"""How a registration is settled of an interview that the HR system does not know: a profile did not tell of it, or a
person left it. What comes later of the interview is held back with it, and offered with it."""


def is_told(kind: Kind, send: Collection[str]) -> bool:
    """Whether a profile that sends this tells its HR system of items of a kind."""
    needs = _NEEDS[kind]
    return not needs or any(name in send for name in needs)


def to_tell(session: Session, send: Collection[str]) -> dict[Kind, int]:
    """How many items of each kind were not told and would be told now; of an assessment its newest revision only.

    Kinds of which there is none are left out.
    """
    found: dict[Kind, int] = {}
    for kind in session.scalars(select(outbox.c.kind).where(*_held_back(send))):
        found[Kind(kind)] = found.get(Kind(kind), 0) + 1
    return found


def tell(session: Session, send: Collection[str], clock: Clock) -> int:
    """Send them after all, in the order in which they were written; gives how many."""
    fresh: dict[str, object] = {
        "state": State.PENDING.value,
        "resolution": None,
        "done_at": None,
        "attempts": 0,
        "next_at": clock(),
    }
    _tell_left_interviews(session, send, fresh)
    return _changed(session, send, fresh)


def _tell_left_interviews(session: Session, send: Collection[str], fresh: dict[str, object]) -> None:
    """An interview that a person left is registered first, with its moves, where something of it is told after all."""
    aggregates = session.scalars(select(outbox.c.aggregate).where(*_held_back(send)).distinct()).all()
    wanted = {each.partition("/")[0] for each in aggregates}
    left = outbox.c.resolution == Resolution.LEFT.value, outbox.c.sent_by.is_(None)
    registrations = select(outbox.c.aggregate).where(
        outbox.c.kind == Kind.INTERVIEW.value, outbox.c.external_id.in_(wanted), *left
    )
    moves = session.scalars(registrations).all()
    kinds = [kind.value for kind in (Kind.INTERVIEW, Kind.STATUS) if is_told(kind, send)]
    session.execute(
        update(outbox).where(outbox.c.aggregate.in_(moves), outbox.c.kind.in_(kinds), *left).values(**fresh)
    )


def leave(session: Session, send: Collection[str]) -> int:
    """They stay unsent, for a person has said so; gives how many."""
    return _changed(session, send, {"resolution": Resolution.LEFT.value})


def _changed(session: Session, send: Collection[str], values: dict[str, object]) -> int:
    wanted = session.scalars(select(outbox.c.seq).where(*_held_back(send))).all()
    done = session.execute(update(outbox).where(outbox.c.seq.in_(wanted)).values(**values))
    return rowcount(done)


def _held_back(send: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    """Items that were not told and could be now, by themselves or with the registration that they wait for. What was
    left to another computer is that one's to tell."""
    later = outbox.alias("later")
    newer = exists().where(is_later_revision(later))
    kinds = [kind.value for kind in Kind if kind is not Kind.ATTACHMENT and is_told(kind, send)]
    overtaken = and_(outbox.c.kind == Kind.ASSESSMENT.value, newer)
    untold = and_(outbox.c.resolution == Resolution.NOT_TOLD.value, outbox.c.sent_by.is_(None))
    return untold, outbox.c.kind.in_(kinds), ~overtaken, ~_stays_unknown(send)


def _stays_unknown(send: Collection[str]) -> ColumnElement[bool]:
    """Whether an item is of an interview that was not told of, and is not now."""
    if is_told(Kind.INTERVIEW, send):
        return false()
    registration = outbox.alias("registration")
    return exists().where(
        registration.c.op_id == outbox.c.depends_on,
        registration.c.kind == Kind.INTERVIEW.value,
        registration.c.resolution.in_([each.value for each in UNTOLD]),
    )
