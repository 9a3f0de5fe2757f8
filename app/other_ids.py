"""Interviews that another computer made and registered at the HR system, by that computer's id of each.

The HR system tells both ids with what is pulled, so that an interview that later comes in a package is known to be one
that is here already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.types import InterviewStatus
from app.store.tables import InterviewRow
from sync import ledger
from sync.contract import STATUS_ORDER, progress
from sync.handing import Receipt
from sync.ledger import KnownRow
from sync.outbox import Kind, Resolution, find

REGISTERED = "registered"
"""The kind of what is remembered of such an interview: under the other computer's id of it."""


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
    moves = [each for each in closed if each.kind == Kind.STATUS.value]
    for other in all_of(session):
        if other.ours not in interview_ids:
            continue
        yield Receipt(Kind.INTERVIEW.value, other.theirs, "", other.remote_id, None, other.at)
        for move in moves:
            interview_id, _, rest = move.external_id.partition(":")
            if interview_id == other.ours:
                yield Receipt(move.kind, f"{other.theirs}:{rest}", "", move.remote_id, move.resolution, move.done_at)
        yield from _said(session, other.ours, other.theirs, other.remote_id, other.at)
    for interview_id in sorted(interview_ids):
        interview = session.get(InterviewRow, interview_id)
        if interview is not None and interview.remote_id:
            yield from _said(session, interview_id, interview_id, interview.remote_id, 0.0)


def _said(session: Session, ours: str, named: str, remote_id: str, at: float) -> Iterator[Receipt]:
    """The furthest step that the HR system says itself, unless a move of ours tells it; as the interview `named`."""
    said = ledger.said_status(session, ledger.connected(session), remote_id)
    if said not in set(map(str, STATUS_ORDER)) or progress(InterviewStatus(said)) == 0:
        return
    if find(session, Kind.STATUS, f"{ours}:{said}") is None:
        yield Receipt(Kind.STATUS.value, f"{named}:{said}", "", remote_id, Resolution.OVERTAKEN.value, at)
