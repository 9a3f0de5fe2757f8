"""What is let go of what was sent and received, by age and by size: the bodies, never the record of them.

Of an item that is done there remain its ids, times, outcome, size in the log and SHA-256, of a call its line with both
hashes; the log is never touched. What is unsent, in conflict or dead stays whole, what may be told yet as well, and so
does the result that both sides agreed on last. Every function takes the caller's session, changes a few rows and never
commits.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, and_, cast, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session

from sync.outbox import PRUNED, Kind, Resolution, State
from sync.revisions import is_later_revision
from sync.tables import outbox, sync_exchange

MOST_BYTES = 64 * 1024 * 1024
"""So much of payloads, and as much again of bodies, is kept even where they are young enough."""
BATCH = 50
_TITLES: dict[Kind, tuple[str, ...]] = {
    Kind.ASSESSMENT: ("revision",), Kind.STATUS: ("from", "to"), Kind.NOTE: ("role",),
    Kind.ATTACHMENT: ("role", "size", "rests_on"), Kind.INTERVIEW: (),
}  # fmt: skip
"""What is needed to name an item in a list, and says nothing of a person."""


def prune_payloads(session: Session, before: float, most_bytes: int = MOST_BYTES, limit: int = BATCH) -> int:
    """Let go of payloads of items done before a time (UTC seconds), or of the oldest while all are larger together than
    `most_bytes`; gives of how many."""
    prunable = _prunable()
    size = session.scalar(select(func.coalesce(func.sum(func.length(outbox.c.payload)), 0)).where(prunable)) or 0
    aged = [] if size > most_bytes else [outbox.c.done_at < before]
    rows = session.execute(
        select(outbox.c.seq, outbox.c.kind, outbox.c.payload, outbox.c.theirs)
        .where(prunable, *aged)
        .order_by(outbox.c.done_at)
        .limit(limit)
    ).all()
    done = 0
    for seq, kind, payload, theirs in rows:
        if aged == [] and size <= most_bytes:
            break
        values = {"payload": stub(Kind(kind), bytes(payload)), "theirs": _arrival(theirs)}
        session.execute(update(outbox).where(outbox.c.seq == seq).values(**values))
        size -= len(payload)
        done += 1
    return done


def prune_bodies(session: Session, before: float, most_bytes: int = MOST_BYTES, limit: int = BATCH) -> int:
    """The same for the bodies of calls; those about an item that is not done stay."""
    open_items = select(outbox.c.op_id).where(outbox.c.state != State.DONE.value)
    sizes = {name: func.length(func.coalesce(sync_exchange.c[name], b"")) for name in ("sent", "received")}
    whole = sizes["sent"] + sizes["received"]
    prunable = and_(
        whole > 0, or_(sync_exchange.c.op_id.is_(None), sync_exchange.c.op_id.not_in(open_items))
    )  # fmt: skip
    size = session.scalar(select(func.coalesce(func.sum(whole), 0)).where(prunable)) or 0
    aged = [] if size > most_bytes else [sync_exchange.c.at < before]
    query = select(sync_exchange.c.id, whole, *sizes.values()).where(prunable, *aged)
    done = 0
    for row_id, length, sent, received in session.execute(query.order_by(sync_exchange.c.id).limit(limit)).all():
        if aged == [] and size <= most_bytes:
            break
        values = {name: b"" for name, there in (("sent", sent), ("received", received)) if there}
        session.execute(update(sync_exchange).where(sync_exchange.c.id == row_id).values(**values))
        size -= length
        done += 1
    return done


def stub(kind: Kind, payload: bytes) -> bytes:
    """What stands in place of a payload."""
    try:
        told: dict[str, Any] = json.loads(payload)
    except ValueError:
        told = {}
    kept = {"pruned": True} | {name: told.get(name) for name in _TITLES[kind]}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()


def _arrival(theirs: str | None) -> str | None:
    """Of what the HR system holds in an item's place: when a file arrived there, which a candidate may want to know."""
    at = json.loads(theirs or "{}").get("received_at")
    return json.dumps({"received_at": at}) if at else None


def _may_be_told() -> ColumnElement[bool]:
    """What was not told, and the registration and moves of an interview that a person left (see `sync.untold`)."""
    left = outbox.c.resolution == Resolution.LEFT.value, outbox.c.kind.in_([Kind.INTERVIEW.value, Kind.STATUS.value])
    return or_(outbox.c.resolution == Resolution.NOT_TOLD.value, and_(*left))


def _prunable() -> ColumnElement[bool]:
    """Done, told, still whole, and not the newest result of its assessment, sent or agreed on."""
    later = outbox.alias("later")
    after = is_later_revision(later)
    newest = ~exists().where(after)
    agreed = and_(
        outbox.c.resolution.is_(None),
        ~exists().where(after, later.c.state == State.DONE.value, later.c.resolution.is_(None)),
    )
    beginning = func.substr(outbox.c.payload, 1, len(PRUNED))
    return and_(
        outbox.c.state == State.DONE.value,
        or_(outbox.c.resolution.is_(None), ~_may_be_told()),
        beginning != cast(literal(PRUNED, LargeBinary), LargeBinary),
        or_(outbox.c.kind != Kind.ASSESSMENT.value, and_(~newest, ~agreed)),
    )
