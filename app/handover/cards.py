"""Differences that a package brought and that a person decides: one card each, kept until it is decided."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import text
from app.domain.types import InterviewStatus, Signature
from app.failures import NotFound, OtherAssessor, Stale
from app.handover.merging import Difference
from app.handover.rows import MERGED, fields_of, typed
from app.handover.same_number import SIGNATURE as SIGNATURE
from app.handover.same_number import is_overtaken
from app.outgoing import assessment_signed, receiving, unsay_late
from app.review.result import next_revision
from app.store.library import Library
from app.store.searching import index_for_search
from app.store.tables import (
    AgreedRow,
    AssessmentRow,
    CandidateRow,
    CardRow,
    CommentHistoryRow,
    CommentRow,
    InterviewRow,
    PositionRow,
    RatingRow,
    now,
)
from app.told import words_of
from sync.conflicts import Choice

STATUS = "status"
"""The field of a card on an interview that was called off, though somebody here has planned it anew."""
SAME = "same"
"""The decision of a card that became pointless: both sides hold the same by now."""


@dataclass(frozen=True, slots=True)
class Card:
    """A difference for the window: what it is about, and the three values. `subject` names the row for a person."""

    id: str
    kind: str
    field: str
    subject: str
    base: Any
    mine: Any
    theirs: Any
    has_base: bool
    by: str
    at: datetime
    interview_id: str | None


def put_card(
    session: Session, library: str, package_id: str, by: str, kind: str, row_id: str, found: Difference
) -> None:
    """Keep a difference: a new card, or the open one of this field brought up to date."""
    card = _open_card(session, library, kind, row_id, found.field)
    values = {"base": found.base, "has_base": found.has_base, "mine": found.mine, "theirs": found.theirs, "by": by,
              "package_id": package_id}  # fmt: skip
    if card is None:
        session.add(CardRow(library=library, kind=kind, row_id=row_id, field=found.field, **values))
    else:
        for name, value in values.items():
            if getattr(card, name) != value:
                setattr(card, name, value)
    session.flush()


def settle_cards(
    session: Session, library: str, kind: str, row_id: str, still: set[str], only: str | None = None
) -> None:
    """Close the open cards of a row whose difference is gone; `only` those on this field."""
    wanted = select(CardRow).where(
        CardRow.library == library, CardRow.kind == kind, CardRow.row_id == row_id, CardRow.decision.is_(None)
    )
    for card in session.scalars(wanted):
        if card.field not in still and only in (None, card.field):
            card.decision = SAME


def was_decided(session: Session, kind: str, row_id: str, theirs: str) -> bool:
    """Whether a person has decided on exactly this before: packages repeat it."""
    wanted = select(CardRow.theirs).where(
        CardRow.kind == kind, CardRow.row_id == row_id, CardRow.decision.is_not(None)
    )  # fmt: skip
    return theirs in session.scalars(wanted).all()


def _open_card(session: Session, library: str, kind: str, row_id: str, field: str) -> CardRow | None:
    found: CardRow | None = session.scalar(
        select(CardRow).where(
            CardRow.library == library, CardRow.kind == kind, CardRow.row_id == row_id, CardRow.field == field,
            CardRow.decision.is_(None),
        )
    )  # fmt: skip
    return found


def open_cards(library: Library) -> tuple[Card, ...]:
    """What waits for a decision, the oldest first."""
    with library.reading() as session:
        rows = list(session.scalars(select(CardRow).where(CardRow.decision.is_(None)).order_by(CardRow.created)))
        return tuple(_card(session, row) for row in rows if not _is_moot(session, row))


def _is_moot(session: Session, card: CardRow) -> bool:
    """Whether an interview that was called off has begun here since: then it goes on, whatever anybody decides; or
    whoever signed two revisions with one number has signed a later one."""
    if card.kind == SIGNATURE:
        return is_overtaken(session, card)
    if (card.kind, card.field) != ("interview", STATUS):
        return False
    held = session.get(InterviewRow, card.row_id)
    return held is None or held.status != InterviewStatus.SCHEDULED


def count_cards(library: Library) -> int:
    """How many differences wait for a decision."""
    return len(open_cards(library))


def _card(session: Session, row: CardRow) -> Card:
    interview_id = _interview_of(session, row)
    mine = row.mine
    if row.kind in MERGED:
        held = session.get(MERGED[row.kind], row.row_id)
        mine = fields_of(row.kind, held).get(row.field) if held is not None else mine
    return Card(row.id, row.kind, row.field, _subject(session, row, interview_id), row.base, mine, row.theirs,
                row.has_base, row.by, row.created, interview_id)  # fmt: skip


def _interview_of(session: Session, card: CardRow) -> str | None:
    if card.kind == "interview":
        return card.row_id
    if card.kind == "comment":
        comment = session.get(CommentRow, card.row_id)
        return comment.interview_id if comment else None
    rating = session.get(RatingRow, card.row_id) if card.kind == "rating" else None
    assessment = session.get(AssessmentRow, rating.assessment_id if rating else card.row_id)
    return assessment.interview_id if assessment else None


def _subject(session: Session, card: CardRow, interview_id: str | None) -> str:
    """The name of what a card is about."""
    if card.kind == "position":
        position = session.get(PositionRow, card.row_id)
        return position.title if position else ""
    if card.kind == "candidate":
        candidate = session.get(CandidateRow, card.row_id)
        return candidate.name if candidate else ""
    interview = session.get(InterviewRow, interview_id) if interview_id else None
    return interview.title if interview else ""


def decide(library: Library, card_id: str, choice: Choice) -> None:
    """Carry out a person's decision. Either way it counts for the other side as well, when it hears of it.

    Raises NotFound, Stale where it was decided already, OtherAssessor for a revision of somebody else.
    """
    with library.reading() as session:
        card = session.get(CardRow, card_id)
    if card is None:
        raise NotFound(what=text.tr("package.card"), id=card_id)
    if card.kind == SIGNATURE and choice is Choice.THEIRS:
        _sign_theirs(library, card)
        return
    with library.session() as session:
        _close(library, session, card_id, choice)
        if card.kind in MERGED:
            _settle_field(library, session, card, choice)


def _close(library: Library, session: Session, card_id: str, choice: Choice) -> None:
    card = session.get(CardRow, card_id)
    if card is None or card.decision is not None:
        raise Stale(what=text.tr("package.card"))
    card.decision = str(choice)
    library.note_in(session, f"card_{choice}", "audit", card.row_id, f"{card.kind} {card.field}")


def _settle_field(library: Library, session: Session, card: CardRow, choice: Choice) -> None:
    row: Any = session.get(MERGED[card.kind], card.row_id)
    if card.field == STATUS:
        if choice is Choice.THEIRS:
            call_off(library, session, card.row_id)
        return
    if choice is Choice.THEIRS:
        keep_aside(session, row, {card.field}, library.assessor)
        for name, value in typed(card.kind, {card.field: card.theirs}).items():
            setattr(row, name, value)
    row.changed = now()
    session.flush()
    index_for_search(session, InterviewRow.id == (_interview_of(session, card) or card.row_id))
    library.note_in(session, "card_decided", card.kind, _interview_of(session, card) or card.row_id, card.field)
    agreed = session.get(AgreedRow, (card.library, card.kind, card.row_id))
    if agreed is not None:
        agreed.fields = {**agreed.fields, card.field: card.theirs}
        agreed.own_version = row.version


def call_off(library: Library, session: Session, interview_id: str) -> None:
    """An interview does not take place any more, as the HR system says: nobody who waits for it tells it so."""
    unsay_late(session, library.interview_in(session, interview_id))
    with receiving():
        library.move_in(session, interview_id, InterviewStatus.CANCELLED)


def keep_aside(session: Session, row: Any, fields: set[str], who: str) -> None:
    """What a comment was before a change stays on record."""
    if isinstance(row, CommentRow) and fields & {"text", "time_s", "end_s"}:
        session.add(
            CommentHistoryRow(
                comment_id=row.id, comment_version=row.version, time_s=row.time_s, end_s=row.end_s,
                text=words_of(row.text, row.told), assessor=who,
            )
        )  # fmt: skip


def _sign_theirs(library: Library, card: CardRow) -> None:
    """Their revision once more, by the same person, as the one after mine."""
    body: dict[str, Any] = json.loads(str(card.theirs))
    if body["assessor"] != library.assessor:
        raise OtherAssessor(assessor=body["assessor"])
    with library.reading() as session:
        assessment = session.get(AssessmentRow, card.row_id)
        assert assessment is not None
        interview = library.interview_in(session, assessment.interview_id)
    revision = next_revision(library.assessment(interview.id).signatures)
    external_id = f"{assessment.id}:{revision}"
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    payload = rfc8785.dumps(
        body | {"revision": revision, "external_id": external_id, "assessment_id": assessment.id, "signed_at": moment}
    )
    library.add_signature(
        interview.id, payload, hashlib.sha256(payload).hexdigest(), _enqueue(library, card.id, interview, external_id),
        composite=body["composite"],
    )  # fmt: skip


def _enqueue(library: Library, card_id: str, interview: Any, external_id: str) -> Callable[[Session, Signature], None]:
    def enqueue(session: Session, signature: Signature) -> None:
        _close(library, session, card_id, Choice.THEIRS)
        assessment_signed(session, interview, external_id, signature.payload)

    return enqueue
