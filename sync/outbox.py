"""The outbox: what has to reach the HR system, written in the transaction of the business change that caused it.

Tables have a MetaData of their own and name rows of the application by uuid only; every function takes the caller's
session and never commits. Order is kept per aggregate, aggregates are independent of each other. A newer
revision takes the place of one that nobody can have yet; status moves are never merged. Wall-clock times are UTC
seconds since 1970.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, insert, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from sync.failures import RemoteFailure
from sync.ledger import Clock as Clock
from sync.revisions import is_later_revision, is_of_assessment
from sync.tables import metadata as metadata
from sync.tables import outbox as outbox

BACKOFF_BASE_S = 1.0
BACKOFF_CAP_S = 300.0
LEASE_S = 120.0
"""Longer than one exchange with the server can take, so that two senders never send one item at the same time."""
POISON_ATTEMPTS = 40
"""So many answers "500" to one item make it a dead letter; being offline or told to wait never does."""


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
    this one's place (see `sync.handing`); everything behind them in the aggregate waits too."""

    PENDING = "pending"
    INFLIGHT = "inflight"
    DONE = "done"
    CONFLICT = "conflict"
    DEAD = "dead"
    HANDED = "handed"


class Resolution(StrEnum):
    """How an item came to be done other than by being accepted as it was."""

    THEIRS = "theirs"
    NEW_REVISION = "new_revision"
    OVERTAKEN = "overtaken"
    SUPERSEDED = "superseded"
    LEFT = "left"
    NOT_TOLD = "not_told"
    NOT_TAKEN = "not_taken"
    ALREADY_THERE = "already_there"


NOT_THERE = (Resolution.SUPERSEDED, Resolution.THEIRS, Resolution.NEW_REVISION, Resolution.LEFT, Resolution.NOT_TOLD)
"""How a revision came to be settled that the HR system does not have: no file goes beside it."""


class PayloadChanged(ValueError):
    """An external id was enqueued a second time with other bytes: a revision is never altered after it was written."""


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


def find(session: Session, kind: str, external_id: str) -> Item | None:
    """The item of one kind with this external id."""
    return _one(session, select(outbox).where(outbox.c.kind == Kind(kind).value, outbox.c.external_id == external_id))


def get(session: Session, op_id: str) -> Item | None:
    """The item with this operation id."""
    return _one(session, select(outbox).where(outbox.c.op_id == op_id))


def select_items(session: Session, *wanted: ColumnElement[bool]) -> tuple[Item, ...]:
    """The items that meet these conditions, oldest first."""
    query = select(outbox).where(*wanted).order_by(outbox.c.seq)
    return tuple(_item(row) for row in session.execute(query).mappings())


def assessment_of_file(external_id: str) -> str:
    """The external id of the signed revision that a file goes beside."""
    return external_id.rpartition("/")[0]


def items(session: Session, limit: int = 500) -> tuple[Item, ...]:
    """Items for showing: what waits for a person first, then what waits to be sent, then the newest done ones."""
    rank = {State.CONFLICT: 0, State.DEAD: 0, State.INFLIGHT: 1, State.PENDING: 1, State.HANDED: 1, State.DONE: 2}
    newest = select(outbox).order_by(outbox.c.seq.desc()).limit(limit)
    found = [_item(row) for row in session.execute(newest).mappings()]
    waiting = select(outbox).where(outbox.c.state != State.DONE.value)
    known = {item.seq for item in found}
    found += [item for item in map(_item, session.execute(waiting).mappings()) if item.seq not in known]
    return tuple(sorted(found, key=lambda item: (rank[item.state], -item.seq)))


def newest_assessments(session: Session, since: float, role: str) -> tuple[Item, ...]:
    """Of each assessment the newest revision, where it was written since then (UTC seconds) and has no such file.

    A file that was not told does not count.
    """
    later, files = outbox.alias("later"), outbox.alias("files")
    newer = select(later.c.seq).where(is_later_revision(later))
    made = select(files.c.seq).where(
        files.c.kind == Kind.ATTACHMENT.value, files.c.external_id == outbox.c.external_id + f"/{role}",
        or_(
            files.c.resolution.is_(None), files.c.resolution != Resolution.NOT_TOLD.value, files.c.sent_by.is_not(None)
        ),
    )  # fmt: skip
    wanted = select(outbox).where(
        outbox.c.kind == Kind.ASSESSMENT.value, outbox.c.created >= since, ~newer.exists(), ~made.exists(),
        or_(outbox.c.resolution.is_(None), outbox.c.resolution.not_in([each.value for each in NOT_THERE])),
    )  # fmt: skip
    return tuple(_item(row) for row in session.execute(wanted.order_by(outbox.c.seq)).mappings())


def unfinished(session: Session, kind: Kind) -> tuple[Item, ...]:
    """Items of one kind that the server does not have yet."""
    wanted = select(outbox).where(outbox.c.kind == kind.value, outbox.c.state != State.DONE.value)
    return tuple(_item(row) for row in session.execute(wanted).mappings())


def counts(session: Session) -> dict[State, int]:
    """How many items are in each state."""
    rows = session.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)).all()
    return dict.fromkeys(State, 0) | {State(state): number for state, number in rows}


def last_agreed(session: Session, item: Item) -> Item | None:
    """The newest earlier item of the same aggregate and kind that the server accepted as it was; of a result, one of
    the same assessment."""
    same = [is_of_assessment(item.external_id)] if item.kind is Kind.ASSESSMENT else []
    return _one(
        session,
        select(outbox)
        .where(
            outbox.c.aggregate == item.aggregate,
            outbox.c.kind == item.kind.value,
            outbox.c.seq < item.seq,
            outbox.c.state == State.DONE.value,
            outbox.c.resolution.is_(None),
            *same,
        )
        .order_by(outbox.c.seq.desc())
        .limit(1),
    )


def supersede(session: Session, assessment_id: str, clock: Clock = time.time) -> tuple[Item, ...]:
    """Close revisions of an assessment that no HR system can have yet, for a newer one is about to be enqueued.

    Their files go with them. Gives what was closed.
    """
    closed = close_unsent(session, Kind.ASSESSMENT, f"{assessment_id}:", clock)
    for item in closed:
        Queue(clock).overtake_files(session, item.external_id)
    return closed


def close_unsent(
    session: Session, kind: Kind, beginning: str, clock: Clock = time.time, *, exactly: bool = False
) -> tuple[Item, ...]:
    """Close what no HR system can have yet of one kind, its external ids beginning so: something newer says it better.
    `exactly` = only the one with this very id.

    Only what was never tried, or was refused, is closed: not what is on its way, of unknown outcome, or in conflict.
    """
    unsent = or_(
        and_(outbox.c.state == State.PENDING.value, outbox.c.attempts == 0, outbox.c.uncertain.is_(False)),
        outbox.c.state == State.DEAD.value,
    )
    query = select(outbox).where(
        outbox.c.kind == kind.value, unsent,
        outbox.c.external_id == beginning if exactly else outbox.c.external_id.startswith(beginning, autoescape=True),
    )  # fmt: skip
    closed = tuple(_item(row) for row in session.execute(query).mappings())
    for item in closed:
        _close(session, item.seq, Resolution.SUPERSEDED, clock())
    return closed


def set_aside(session: Session, kind: Kind, external_id: str) -> bool:
    """Let an item that is done give up its external id, so that a new one can have it; False where there is none.

    For what was closed before any HR system had it: the row stays, as nothing is ever taken out of the outbox. One
    that was not told is not offered any more, as the new one says it better.
    """
    done = outbox.c.kind == kind.value, outbox.c.external_id == external_id, outbox.c.state == State.DONE.value
    there = _one(session, select(outbox).where(*done))
    if there is None:
        return False
    values: dict[str, object] = {"external_id": f"{external_id}#{there.seq}"}
    if there.resolution is Resolution.NOT_TOLD:
        values["resolution"] = Resolution.SUPERSEDED.value
    session.execute(update(outbox).where(outbox.c.seq == there.seq).values(**values))
    return True


def _close(session: Session, seq: int, resolution: Resolution, at: float) -> None:
    values = {"state": State.DONE.value, "resolution": resolution.value, "done_at": at}
    session.execute(update(outbox).where(outbox.c.seq == seq).values(**values))


def depend(session: Session, op_id: str, on: str) -> None:
    """Let a pending item wait for another one."""
    waiting = outbox.c.op_id == op_id, outbox.c.state == State.PENDING.value
    session.execute(update(outbox).where(*waiting).values(depends_on=on))


def registered(session: Session) -> tuple[tuple[str, str], ...]:
    """Interviews that were registered from here: our id, and the HR system's."""
    rows = session.execute(
        select(outbox.c.external_id, outbox.c.remote_id).where(
            outbox.c.kind == Kind.INTERVIEW.value, outbox.c.remote_id.is_not(None)
        )
    )
    return tuple((ours, theirs) for ours, theirs in rows)


def registration_unknown(session: Session) -> bool:
    """Whether an interview may be registered under an id that did not come back."""
    waiting = outbox.c.state.in_([State.PENDING.value, State.INFLIGHT.value])
    query = select(outbox.c.seq).where(outbox.c.kind == Kind.INTERVIEW.value, waiting, outbox.c.uncertain)
    return session.scalar(query.limit(1)) is not None


class Queue:
    """What a sender does with the outbox. All methods take the caller's session; the caller commits.

    `clock` gives UTC seconds; `jitter` gives a share 0..1 of the longest wait (full jitter, so that many workstations
    do not come back to a recovered server in the same second).
    """

    def __init__(
        self, clock: Clock = time.time, jitter: Callable[[], float] = random.random, lease_s: float = LEASE_S
    ) -> None:
        self.clock = clock
        self._jitter = jitter
        self._lease_s = lease_s

    def claim(self, session: Session) -> Item | None:
        """Take the oldest item that may be sent now, leased to this call; None when there is none.

        An item whose lease ran out (its sender died) comes back marked `uncertain`.
        """
        now = self.clock()
        self._free_expired(session, now)
        for seq in session.scalars(_sendable(now).limit(8)).all():
            taken = session.execute(
                update(outbox)
                .where(outbox.c.seq == seq, outbox.c.state == State.PENDING.value)
                .values(
                    state=State.INFLIGHT.value,
                    attempts=outbox.c.attempts + 1,
                    lease_until=now + self._lease_s,
                    lease_owner=str(uuid4()),
                )
            )
            if _changed(taken):
                return _one(session, select(outbox).where(outbox.c.seq == seq))
        return None

    def extend(self, session: Session, item: Item) -> bool:
        """Keep an item for another lease while it is being sent. False when the lease was lost meanwhile."""
        held = outbox.c.seq == item.seq, outbox.c.lease_owner == item.lease_owner
        until = self.clock() + self._lease_s
        return _changed(session.execute(update(outbox).where(*held).values(lease_until=until)))

    def release(self, session: Session, item: Item) -> bool:
        """Put back what was interrupted on this side: it goes on the next time, and counts as no attempt."""
        return self._settle(session, item, State.PENDING, next_at=self.clock(), attempts=item.attempts - 1)

    def complete(self, session: Session, item: Item, remote_id: str | None = None) -> bool:
        """The server has it. False when the lease was lost meanwhile: the other sender then reports."""
        return self._settle(
            session, item, State.DONE, remote_id=remote_id, done_at=self.clock(), last_error=None, last_params=None
        )

    def overtake(self, session: Session, item: Item, theirs: dict[str, object]) -> bool:
        """The server is further than this status move asks for: nothing is left to do."""
        return self._settle(
            session,
            item,
            State.DONE,
            done_at=self.clock(),
            resolution=Resolution.OVERTAKEN.value,
            theirs=_json(theirs),
            last_error=None,
            last_params=None,
        )

    def leave_untold(self, session: Session, item: Item, why: Resolution = Resolution.NOT_TOLD) -> bool:
        """This HR system is not told of such things, or not of what it belongs to: nothing is left to do."""
        return self._settle(
            session,
            item,
            State.DONE,
            done_at=self.clock(),
            resolution=why.value,
            last_error=None,
            last_params=None,
        )

    def retry(
        self,
        session: Session,
        item: Item,
        failure: RemoteFailure,
        *,
        uncertain: bool,
        retry_after_s: float | None = None,
        counts_as_attempt: bool = True,
    ) -> float:
        """Put it back for later; gives when (UTC seconds). The server's own wait is honoured where it is the longer."""
        next_at = self.clock() + max(self.wait_s(item.attempts), retry_after_s or 0.0)
        self._settle(
            session,
            item,
            State.PENDING,
            next_at=next_at,
            attempts=item.attempts if counts_as_attempt else item.attempts - 1,
            uncertain=item.uncertain or uncertain,
            last_error=failure.code,
            last_params=_json(failure.params),
        )
        return next_at

    def wait_s(self, attempts: int) -> float:
        """Seconds to wait after so many failed attempts, with jitter."""
        return backoff_s(attempts, self._jitter())

    def conflict(self, session: Session, item: Item, failure: RemoteFailure, theirs: dict[str, object]) -> bool:
        """The server holds something else under this id: a person decides, nothing is overwritten unasked."""
        return self._settle(
            session,
            item,
            State.CONFLICT,
            theirs=_json(theirs),
            last_error=failure.code,
            last_params=_json(failure.params),
        )

    def decline(self, session: Session, item: Item) -> bool:
        """The HR system takes nothing of the kind: nothing is left to do, and nobody has to decide anything."""
        values = {"done_at": self.clock(), "resolution": Resolution.NOT_TAKEN.value}
        return self._settle(session, item, State.DONE, last_error=None, last_params=None, **values)

    def bury(self, session: Session, item: Item, failure: RemoteFailure) -> bool:
        """A dead letter: it cannot be sent as it is, and waits for a person."""
        return self._settle(
            session, item, State.DEAD, last_error=failure.code, last_params=_json(failure.params), uncertain=False
        )

    def revive(self, session: Session, op_id: str) -> bool:
        """Send a dead, waiting or handed over item from here, at once. False when it is none of these."""
        revivable = [State.DEAD.value, State.PENDING.value, State.HANDED.value]
        changed = session.execute(
            update(outbox)
            .where(outbox.c.op_id == op_id, outbox.c.state.in_(revivable))
            .values(state=State.PENDING.value, attempts=0, next_at=self.clock())
        )
        return _changed(changed)

    def resolve(self, session: Session, op_id: str, resolution: Resolution) -> bool:
        """Close a conflict or a dead letter by a person's decision. False when it is neither."""
        changed = session.execute(
            update(outbox)
            .where(outbox.c.op_id == op_id, outbox.c.state.in_([State.CONFLICT.value, State.DEAD.value]))
            .values(state=State.DONE.value, resolution=resolution.value, done_at=self.clock())
        )
        return _changed(changed)

    def already_there(self, session: Session, item: Item, theirs: dict[str, object]) -> bool:
        """The server keeps this very note already, as another computer said it: nothing is left to do."""
        values = {"done_at": self.clock(), "resolution": Resolution.ALREADY_THERE.value, "theirs": _json(theirs)}
        return self._settle(session, item, State.DONE, last_error=None, last_params=None, **values)

    def overtake_files(self, session: Session, assessment_external_id: str, also: tuple[State, ...] = ()) -> int:
        """Close the files of a revision that the server will not get: the next revision brings its own.

        `also` = states besides those in which they would be sent from here.
        """
        changed = session.execute(
            update(outbox)
            .where(
                outbox.c.kind == Kind.ATTACHMENT.value,
                outbox.c.external_id.startswith(f"{assessment_external_id}/", autoescape=True),
                outbox.c.state.in_([State.PENDING.value, State.DEAD.value, *(state.value for state in also)]),
            )
            .values(state=State.DONE.value, resolution=Resolution.OVERTAKEN.value, done_at=self.clock())
        )
        return _rowcount(changed)

    def retake(self, session: Session, op_id: str) -> bool:
        """Send an item in conflict again, for a person has decided field by field. False when it is in none."""
        changed = session.execute(
            update(outbox)
            .where(outbox.c.op_id == op_id, outbox.c.state == State.CONFLICT.value)
            .values(state=State.PENDING.value, attempts=0, uncertain=False, next_at=self.clock(), theirs=None)
        )
        return _changed(changed)

    def wake_all(self, session: Session) -> int:
        """Let everything that waits for its next attempt go now ("sync now", or the network came back)."""
        now = self.clock()
        changed = session.execute(
            update(outbox).where(outbox.c.state == State.PENDING.value, outbox.c.next_at > now).values(next_at=now)
        )
        return _rowcount(changed)

    def next_at(self, session: Session) -> float | None:
        """When there is something to send again (UTC seconds): an item is due, or a lease runs out. None = never."""
        waits = session.scalar(select(func.min(outbox.c.next_at)).where(_is_free()))
        leases = session.scalar(select(func.min(outbox.c.lease_until)).where(outbox.c.state == State.INFLIGHT.value))
        return min((at for at in (waits, leases) if at is not None), default=None)

    def _free_expired(self, session: Session, now: float) -> None:
        session.execute(
            update(outbox)
            .where(outbox.c.state == State.INFLIGHT.value, outbox.c.lease_until <= now)
            .values(state=State.PENDING.value, uncertain=True, lease_until=None, lease_owner=None, next_at=now)
        )

    def _settle(self, session: Session, item: Item, state: State, **values: object) -> bool:
        """End this sender's lease. Only the holder of the lease may."""
        changed = session.execute(
            update(outbox)
            .where(
                outbox.c.seq == item.seq,
                outbox.c.state == State.INFLIGHT.value,
                outbox.c.lease_owner == item.lease_owner,
            )
            .values(state=state.value, lease_until=None, lease_owner=None, **values)
        )
        return _changed(changed)


def backoff_s(attempts: int, share: float) -> float:
    """Seconds to wait after so many attempts: full jitter, `share` 0..1 of min(cap, base x 2^(attempts-1)).

    Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (2015), "full jitter".
    """
    longest = min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2.0 ** max(0, min(attempts - 1, 30)))
    return longest * share


def _sendable(now: float) -> Select[tuple[int]]:
    """Sequence numbers that may be sent now, oldest first; files go after all else, for they take long."""
    last = outbox.c.kind == Kind.ATTACHMENT.value
    return select(outbox.c.seq).where(_is_free(), outbox.c.next_at <= now).order_by(last, outbox.c.seq)


def _is_free() -> ColumnElement[bool]:
    """Pending, first in its aggregate, and what it depends on is done."""
    earlier, before = outbox.alias("earlier"), outbox.alias("before")
    blocked = (
        select(earlier.c.seq)
        .where(
            earlier.c.aggregate == outbox.c.aggregate,
            earlier.c.seq < outbox.c.seq,
            earlier.c.state != State.DONE.value,
        )
        .exists()
    )
    first = select(before.c.seq).where(before.c.op_id == outbox.c.depends_on, before.c.state == State.DONE.value)
    return and_(outbox.c.state == State.PENDING.value, ~blocked, or_(outbox.c.depends_on.is_(None), first.exists()))


def _one(session: Session, query: Select[tuple[object, ...]]) -> Item | None:
    row = session.execute(query).mappings().first()
    return _item(row) if row is not None else None


def _item(row: RowMapping) -> Item:
    values = dict(row)
    values["kind"] = Kind(values["kind"])
    values["state"] = State(values["state"])
    values["resolution"] = Resolution(values["resolution"]) if values["resolution"] else None
    values["last_params"] = json.loads(values["last_params"] or "{}")
    values["theirs"] = json.loads(values["theirs"] or "{}")
    values["payload"] = bytes(values["payload"])
    return Item(**values)


def _json(value: dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _changed(result: object) -> bool:
    return _rowcount(result) > 0


def _rowcount(result: object) -> int:
    assert isinstance(result, CursorResult)
    return int(result.rowcount)
