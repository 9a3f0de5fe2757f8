"""What a sender does with the outbox: it takes an item on a lease, and settles it by what came of it.

Order is kept per aggregate; what depends on another item waits for it.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from uuid import uuid4

from sqlalchemy import ColumnElement, Select, and_, case, func, null, or_, select, update
from sqlalchemy.orm import Session

from sync.failures import RemoteFailure
from sync.ledger import Clock
from sync.outbox import Item, Kind, Resolution, State, first, rowcount
from sync.tables import outbox

BACKOFF_BASE_S = 1.0
BACKOFF_CAP_S = 300.0
LEASE_S = 120.0
"""Longer than one exchange with the server can take, so that two senders never send one item at the same time."""
_FOR_A_PERSON = (State.CONFLICT.value, State.DEAD.value, State.HELD.value)
POISON_ATTEMPTS = 40
"""So many answers "500" to one item make it a dead letter; being offline or told to wait never does."""


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
                return first(session, select(outbox).where(outbox.c.seq == seq))
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
        """The server has it. False when the lease was lost meanwhile: the other sender then reports.

        Also where it was held or handed over since, for its lease ran out on a slow line: nobody else sends it.
        """
        values = {"remote_id": remote_id, "done_at": self.clock(), "last_error": None, "last_params": None}
        if self._settle(session, item, State.DONE, **values):
            return True
        aside = outbox.c.seq == item.seq, outbox.c.state.in_([State.HELD.value, State.HANDED.value])
        return _changed(session.execute(update(outbox).where(*aside).values(state=State.DONE.value, **values)))

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
        """Send a dead, waiting, held or handed over item from here, at once. False when it is none of these.

        What was handed over may have arrived by way of the other computer.
        """
        revivable = [State.DEAD.value, State.PENDING.value, State.HANDED.value, State.HELD.value]
        changed = session.execute(
            update(outbox)
            .where(outbox.c.op_id == op_id, outbox.c.state.in_(revivable))
            .values(
                state=State.PENDING.value,
                attempts=0,
                next_at=self.clock(),
                last_error=_why_unsent(),
                uncertain=or_(outbox.c.uncertain, outbox.c.state == State.HANDED.value),
            )
        )
        return _changed(changed)

    def hold(self, session: Session, item: Item, code: str, params: dict[str, object]) -> bool:
        """It may not leave; `code` and `params` say why. Nothing behind it waits for it."""
        return self._settle(
            session, item, State.HELD, attempts=item.attempts - 1, last_error=code, last_params=_json(params)
        )

    def resolve(self, session: Session, op_id: str, resolution: Resolution) -> bool:
        """Close a conflict, a dead letter or what is held by a person's decision. False when it is none of these."""
        changed = session.execute(
            update(outbox)
            .where(outbox.c.op_id == op_id, outbox.c.state.in_(_FOR_A_PERSON))
            .values(state=State.DONE.value, resolution=resolution.value, done_at=self.clock())
        )
        return _changed(changed)

    def already_there(self, session: Session, item: Item, theirs: dict[str, object]) -> bool:
        """The server keeps this very note already, as another computer said it: nothing is left to do."""
        values = {"done_at": self.clock(), "resolution": Resolution.ALREADY_THERE.value, "theirs": _json(theirs)}
        return self._settle(session, item, State.DONE, last_error=None, last_params=None, **values)

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
        return rowcount(changed)

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


def _why_unsent() -> ColumnElement[str | None]:
    """What a person reads of an item that goes once more: why it failed before, but not why it was held."""
    return case((outbox.c.state == State.HELD.value, null()), else_=outbox.c.last_error)


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
            earlier.c.state.not_in([State.DONE.value, State.HELD.value]),
        )
        .exists()
    )
    ready = select(before.c.seq).where(before.c.op_id == outbox.c.depends_on, before.c.state == State.DONE.value)
    return and_(outbox.c.state == State.PENDING.value, ~blocked, or_(outbox.c.depends_on.is_(None), ready.exists()))


def _json(value: dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _changed(result: object) -> bool:
    return rowcount(result) > 0
