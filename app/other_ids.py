"""Interviews that another computer made and registered at the HR system, by that computer's id of each.

The HR system tells both ids with what is pulled, so that an interview that later comes in a package is known to be one
that is here already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.types import InterviewStatus
from app.store.tables import InterviewRow
from sync import ledger, outbox
from sync.contract import STATUS_ORDER, progress
from sync.handing import Receipt
from sync.ledger import KnownRow
from sync.outbox import Kind, Resolution

REGISTERED = "registered"
"""The kind of what is remembered of such an interview: under the other computer's id of it."""
_STEPS = frozenset(map(str, STATUS_ORDER))


@dataclass(frozen=True, slots=True)
class OtherId:
    """The other computer's id of an interview, the HR system's, and ours. `at` = when it was told (UTC seconds)."""

    theirs: str
    remote_id: str
    ours: str
    at: float


def told(theirs: str | None, remote_id: str, ours: str | None) -> Iterator[KnownRow]:
    """What is to be remembered of a pulled interview that was registered as `theirs`."""
    if theirs and ours and theirs != ours:
        yield KnownRow(REGISTERED, theirs, ours, {"remote_id": remote_id})


def all_of(session: Session) -> tuple[OtherId, ...]:
    """All that the HR system has told of."""
    return tuple(
        OtherId(row.remote_id, str(row.fields["remote_id"]), row.local_id, row.changed)
        for row in ledger.known_rows(session, ledger.connected(session), REGISTERED)
        if row.local_id
    )


def receipts(session: Session, interview_ids: frozenset[str], closed: tuple[Receipt, ...]) -> Iterator[Receipt]:
    """What other computers may close of these interviews of ours, besides what was `closed` here: that an interview is
    registered, and how far it is where the HR system said so itself, so that no move was to be sent from here."""
    moves: dict[str, list[Receipt]] = defaultdict(list)
    for each in closed:
        if each.kind == Kind.STATUS.value:
            moves[each.external_id.partition(":")[0]].append(each)
    said = _Said(session)
    for other in all_of(session):
        if other.ours not in interview_ids:
            continue
        yield Receipt(Kind.INTERVIEW.value, other.theirs, "", other.remote_id, None, other.at)
        for move in moves[other.ours]:
            _, _, rest = move.external_id.partition(":")
            yield Receipt(move.kind, f"{other.theirs}:{rest}", "", move.remote_id, move.resolution, move.done_at)
        yield from said.receipts(other.ours, other.theirs, other.remote_id, other.at)
    known = select(InterviewRow.id, InterviewRow.remote_id).where(InterviewRow.remote_id.is_not(None))
    for interview_id, remote_id in session.execute(known.order_by(InterviewRow.id)):
        if interview_id in interview_ids and remote_id:
            yield from said.receipts(interview_id, interview_id, remote_id, 0.0)


class _Said:
    """How far interviews are, as the HR system says itself. Read once for all of them."""

    def __init__(self, session: Session) -> None:
        rows = ledger.known_rows(session, ledger.connected(session), "interview")
        self._statuses = {row.remote_id: row.fields.get("status") for row in rows}
        self._moves = outbox.external_ids(session, Kind.STATUS)

    def receipts(self, ours: str, named: str, remote_id: str, at: float) -> Iterator[Receipt]:
        """The furthest step, unless a move of ours tells it; as the interview `named`."""
        said = self._statuses.get(remote_id)
        if said not in _STEPS or progress(InterviewStatus(said)) == 0:
            return
        if f"{ours}:{said}" not in self._moves:
            yield Receipt(Kind.STATUS.value, f"{named}:{said}", "", remote_id, Resolution.OVERTAKEN.value, at)
