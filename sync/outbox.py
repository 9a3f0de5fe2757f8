"""The outbox: what has to reach the HR system, written in the transaction of the business change that caused it.

Here stands what an item is and how one is found; `sync.adding` adds and closes items, `sync.queue` lends them to a
sender and settles them, `sync.listing` answers questions about all of them. Every function takes the caller's session
and never commits. Order is kept per aggregate, aggregates are independent of each other. Wall-clock times are UTC
seconds since 1970.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, RowMapping, Select, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from sync.tables import outbox

PRUNED = b'{"pruned":true'
"""How what stands in place of a payload begins that is kept no more (`sync.pruning`)."""


class Kind(StrEnum):
    """What an item is, and so which call carries it."""

    INTERVIEW = "interview"
    STATUS = "status"
    ASSESSMENT = "assessment"
    ATTACHMENT = "attachment"
    NOTE = "note"


class State(StrEnum):
    """Where an item stands. CONFLICT and DEAD wait for a person, HANDED for the word of the computer that sends it in
    this one's place (see `sync.handing`); everything behind them in the aggregate waits too. HELD may not leave (see
    `sync.withholding`), and nothing waits for it."""

    PENDING = "pending"
    INFLIGHT = "inflight"
    DONE = "done"
    CONFLICT = "conflict"
    DEAD = "dead"
    HANDED = "handed"
    HELD = "held"


class Resolution(StrEnum):
    """How an item came to be done other than by being accepted as it was. WITHDRAWN and REMOVED have arrived: the
    candidate does not agree any more, or a stretch was redacted since, and a person has removed it there since."""

    THEIRS = "theirs"
    NEW_REVISION = "new_revision"
    OVERTAKEN = "overtaken"
    SUPERSEDED = "superseded"
    LEFT = "left"
    NOT_TOLD = "not_told"
    NOT_TAKEN = "not_taken"
    ALREADY_THERE = "already_there"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"


NOT_THERE = (Resolution.SUPERSEDED, Resolution.THEIRS, Resolution.NEW_REVISION, Resolution.LEFT, Resolution.NOT_TOLD)
"""How a revision came to be settled that the HR system does not have: no file goes beside it."""

UNSENT = (Resolution.SUPERSEDED, Resolution.LEFT, Resolution.NOT_TOLD, Resolution.NOT_TAKEN)
SETTLED = (Resolution.THEIRS, Resolution.NEW_REVISION, Resolution.OVERTAKEN, Resolution.REMOVED)
"""How an item came to be done that did not arrive, and one of which the HR system has something else by now."""


def standing(state: State, resolution: Resolution | None) -> str:
    """How an item stands, in one word: its state, or "unsent" or "settled" where it is done without having arrived."""
    if state is not State.DONE:
        return state.value
    return "unsent" if resolution in UNSENT else "settled" if resolution in SETTLED else state.value


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the outbox. `uncertain` = an earlier attempt may have arrived: look before sending again; `sent_by` =
    who sent it in this computer's place."""

    seq: int
    op_id: str
    kind: Kind
    aggregate: str
    external_id: str
    payload: bytes
    payload_sha256: str
    depends_on: str | None
    state: State
    attempts: int
    uncertain: bool
    next_at: float
    lease_until: float | None
    lease_owner: str | None
    last_error: str | None
    last_params: dict[str, object]
    theirs: dict[str, object]
    resolution: Resolution | None
    remote_id: str | None
    created: float
    done_at: float | None
    sent_by: str | None = None

    @property
    def pruned(self) -> bool:
        """Whether its payload is kept no more; `payload_sha256` still tells what it was."""
        return self.payload.startswith(PRUNED)


def find(session: Session, kind: str, external_id: str) -> Item | None:
    """The item of one kind with this external id."""
    return first(session, select(outbox).where(outbox.c.kind == Kind(kind).value, outbox.c.external_id == external_id))


def external_ids(session: Session, kind: Kind) -> frozenset[str]:
    """The external ids of all items of a kind."""
    return frozenset(session.scalars(select(outbox.c.external_id).where(outbox.c.kind == kind.value)))


def get(session: Session, op_id: str) -> Item | None:
    """The item with this operation id."""
    return first(session, select(outbox).where(outbox.c.op_id == op_id))


def select_items(session: Session, *wanted: ColumnElement[bool]) -> tuple[Item, ...]:
    """The items that meet these conditions, oldest first."""
    query = select(outbox).where(*wanted).order_by(outbox.c.seq)
    return tuple(item_of(row) for row in session.execute(query).mappings())


def assessment_of_file(external_id: str) -> str:
    """The external id of the signed revision that a file goes beside."""
    return external_id.rpartition("/")[0]


def first(session: Session, query: Select[tuple[object, ...]]) -> Item | None:
    """The first item of a query; None where it finds none."""
    row = session.execute(query).mappings().first()
    return item_of(row) if row is not None else None


def item_of(row: RowMapping) -> Item:
    """A row of the outbox as an item."""
    values = dict(row)
    values["kind"] = Kind(values["kind"])
    values["state"] = State(values["state"])
    values["resolution"] = Resolution(values["resolution"]) if values["resolution"] else None
    values["last_params"] = json.loads(values["last_params"] or "{}")
    values["theirs"] = json.loads(values["theirs"] or "{}")
    values["payload"] = bytes(values["payload"])
    return Item(**values)


def rowcount(result: object) -> int:
    """How many rows a change has changed."""
    assert isinstance(result, CursorResult)
    return int(result.rowcount)
