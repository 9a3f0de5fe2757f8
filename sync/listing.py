"""Questions about all of the outbox: what is shown, what is still to be done, what was agreed on."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from sync.outbox import NOT_THERE, Item, Kind, Resolution, State, first, item_of, select_items
from sync.revisions import is_later_revision, is_of_assessment
from sync.tables import outbox


def items(session: Session, limit: int = 500) -> tuple[Item, ...]:
    """Items for showing: what waits for a person first, then what waits to be sent, then the newest done ones."""
    rank = {State.CONFLICT: 0, State.DEAD: 0, State.INFLIGHT: 1, State.PENDING: 1, State.HANDED: 1, State.HELD: 1,
            State.DONE: 2}  # fmt: skip
    newest = select(outbox).order_by(outbox.c.seq.desc()).limit(limit)
    found = [item_of(row) for row in session.execute(newest).mappings()]
    waiting = select(outbox).where(outbox.c.state != State.DONE.value)
    known = {item.seq for item in found}
    found += [item for item in map(item_of, session.execute(waiting).mappings()) if item.seq not in known]
    return tuple(sorted(found, key=lambda item: (rank[item.state], -item.seq)))


def behind(items: Iterable[Item]) -> dict[str, Item]:
    """What waits to be sent behind something that waits for a person, by operation id: the first such item.

    An item waits for those before it in its aggregate and for the one that it depends on, which may itself be behind.
    """
    ordered = sorted(items, key=lambda item: item.seq)
    found = {item.op_id: item for item in ordered if item.state in (State.CONFLICT, State.DEAD)}
    stuck, known = frozenset(found), -1
    while known < len(found):
        known, first = len(found), dict[str, Item]()
        for item in ordered:
            its = found.get(item.op_id) or found.get(item.depends_on or "") or first.get(item.aggregate)
            if its is not None and (item.state is State.PENDING or item.op_id in stuck):
                found[item.op_id] = first[item.aggregate] = first.get(item.aggregate, its)
    return {op_id: item for op_id, item in found.items() if op_id not in stuck}


def by_op_id(session: Session, op_ids: Collection[str]) -> dict[str, Item]:
    """Items by their operation id."""
    return {item.op_id: item for item in select_items(session, outbox.c.op_id.in_(op_ids))}


def newest_assessments(session: Session, since: float, role: str) -> tuple[Item, ...]:
    """Of each assessment the newest revision that has no such file, where it has not arrived yet, or arrived since then
    (UTC seconds).

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
        outbox.c.kind == Kind.ASSESSMENT.value, ~newer.exists(), ~made.exists(),
        or_(outbox.c.state != State.DONE.value, outbox.c.done_at >= since),
        or_(outbox.c.resolution.is_(None), outbox.c.resolution.not_in([each.value for each in NOT_THERE])),
    )  # fmt: skip
    return tuple(item_of(row) for row in session.execute(wanted.order_by(outbox.c.seq)).mappings())


def newest_result(session: Session, interview_id: str) -> Item | None:
    """The signed assessment of an interview that was written last."""
    wanted = select(outbox).where(outbox.c.kind == Kind.ASSESSMENT.value, outbox.c.aggregate == interview_id)
    return first(session, wanted.order_by(outbox.c.seq.desc()).limit(1))


def unfinished(session: Session, kind: Kind) -> tuple[Item, ...]:
    """Items of one kind that the server does not have yet."""
    wanted = select(outbox).where(outbox.c.kind == kind.value, outbox.c.state != State.DONE.value)
    return tuple(item_of(row) for row in session.execute(wanted).mappings())


def counts(session: Session) -> dict[State, int]:
    """How many items are in each state."""
    rows = session.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)).all()
    return dict.fromkeys(State, 0) | {State(state): number for state, number in rows}


def open_counts(session: Session) -> dict[State, int]:
    """How many items are in each state that is not done. It costs nothing for what is done, however much that is."""
    unfinished = [state.value for state in State if state is not State.DONE]
    rows = session.execute(
        select(outbox.c.state, func.count()).where(outbox.c.state.in_(unfinished)).group_by(outbox.c.state)
    )
    return dict.fromkeys(map(State, unfinished), 0) | {State(state): number for state, number in rows}


def last_agreed(session: Session, item: Item) -> Item | None:
    """The newest earlier item of the same aggregate and kind that the server accepted as it was; of a result, one of
    the same assessment."""
    same = [is_of_assessment(item.external_id)] if item.kind is Kind.ASSESSMENT else []
    return first(
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
