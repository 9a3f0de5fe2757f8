"""What is put into the outbox, and what of it gives way to something newer before anybody had it.

A newer revision takes the place of one that nobody can have yet; status moves are never merged. Nothing is ever taken
out of the outbox: what gives way is closed.
"""

from __future__ import annotations

import hashlib
import time
from uuid import uuid4

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.orm import Session

from sync.ledger import Clock
from sync.outbox import Item, Kind, Resolution, State, find, first, item_of, rowcount
from sync.tables import outbox


class PayloadChanged(ValueError):
    """An external id was enqueued a second time with other bytes: a revision is never altered after it was written."""


def enqueue(
    session: Session,
    *,
    kind: str,
    aggregate: str,
    payload: bytes,
    external_id: str,
    depends_on: str | None = None,
    clock: Clock = time.time,
) -> str:
    """Add one item in the caller's transaction; gives its operation id.

    The same kind, external id and bytes again give the id of the item that is there already. PayloadChanged when the
    bytes differ. `depends_on` is the operation id of an item that has to be done first.
    """
    digest = hashlib.sha256(payload).hexdigest()
    there = find(session, kind, external_id)
    if there is not None:
        if there.payload_sha256 != digest:
            raise PayloadChanged(f"{kind} {external_id}")
        return there.op_id
    now, op_id = clock(), str(uuid4())
    session.execute(
        insert(outbox).values(
            op_id=op_id,
            kind=Kind(kind).value,
            aggregate=aggregate,
            external_id=external_id,
            payload=payload,
            payload_sha256=digest,
            depends_on=depends_on,
            state=State.PENDING.value,
            attempts=0,
            uncertain=False,
            next_at=now,
            created=now,
        )
    )
    return op_id


def supersede(session: Session, assessment_id: str, clock: Clock = time.time) -> tuple[Item, ...]:
    """Close revisions of an assessment that no HR system can have yet, for a newer one is about to be enqueued.

    Their files go with them. Gives what was closed.
    """
    closed = close_unsent(session, Kind.ASSESSMENT, f"{assessment_id}:", clock)
    for item in closed:
        overtake_files(session, item.external_id, clock)
    return closed


def close_unsent(
    session: Session, kind: Kind, beginning: str, clock: Clock = time.time, *, exactly: bool = False
) -> tuple[Item, ...]:
    """Close what no HR system can have yet of one kind, its external ids beginning so: something newer says it better.
    `exactly` = only the one with this very id.

    Only what was never tried, was refused, is held or was held back by a profile is closed: not what is on its way, of
    unknown outcome, or in conflict.
    """
    unsent = or_(
        and_(outbox.c.state == State.PENDING.value, outbox.c.attempts == 0, outbox.c.uncertain.is_(False)),
        outbox.c.state == State.DEAD.value,
        and_(outbox.c.state == State.HELD.value, outbox.c.attempts == 0, outbox.c.uncertain.is_(False)),
        and_(outbox.c.resolution == Resolution.NOT_TOLD.value, outbox.c.sent_by.is_(None)),
    )
    query = select(outbox).where(
        outbox.c.kind == kind.value, unsent,
        outbox.c.external_id == beginning if exactly else outbox.c.external_id.startswith(beginning, autoescape=True),
    )  # fmt: skip
    closed = tuple(item_of(row) for row in session.execute(query).mappings())
    for item in closed:
        _close(session, item.seq, Resolution.SUPERSEDED, clock())
    return closed


def set_aside(session: Session, kind: Kind, external_id: str) -> bool:
    """Let an item that is done give up its external id, so that a new one can have it; False where there is none.

    For what was closed before any HR system had it: the row stays, as nothing is ever taken out of the outbox. One
    that was not told is not offered any more, as the new one says it better.
    """
    done = outbox.c.kind == kind.value, outbox.c.external_id == external_id, outbox.c.state == State.DONE.value
    there = first(session, select(outbox).where(*done))
    if there is None:
        return False
    values: dict[str, object] = {"external_id": f"{external_id}#{there.seq}"}
    if there.resolution is Resolution.NOT_TOLD:
        values["resolution"] = Resolution.SUPERSEDED.value
    session.execute(update(outbox).where(outbox.c.seq == there.seq).values(**values))
    return True


def overtake_files(
    session: Session, assessment_external_id: str, clock: Clock = time.time, also: tuple[State, ...] = ()
) -> int:
    """Close the files of a revision that the server will not get: the next revision brings its own.

    `also` = states besides those in which they would be sent from here.
    """
    changed = session.execute(
        update(outbox)
        .where(
            outbox.c.kind == Kind.ATTACHMENT.value,
            outbox.c.external_id.startswith(f"{assessment_external_id}/", autoescape=True),
            outbox.c.state.in_([each.value for each in (State.PENDING, State.DEAD, State.HELD, *also)]),
        )
        .values(state=State.DONE.value, resolution=Resolution.OVERTAKEN.value, done_at=clock())
    )
    return rowcount(changed)


def _close(session: Session, seq: int, resolution: Resolution, at: float) -> None:
    values = {"state": State.DONE.value, "resolution": resolution.value, "done_at": at}
    session.execute(update(outbox).where(outbox.c.seq == seq).values(**values))


def depend(session: Session, op_id: str, on: str) -> None:
    """Let a pending item wait for another one."""
    waiting = outbox.c.op_id == op_id, outbox.c.state == State.PENDING.value
    session.execute(update(outbox).where(*waiting).values(depends_on=on))
