"""Assessments of the library: one per interview and assessor, with ratings, weights and signed revisions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.types import Assessment, Conclusion, InterviewStatus, QuestionRating, Rating, Signature
from app.failures import ValueInvalid, WeightsLocked
from app.store.tables import AssessmentRow, InterviewRow, PositionRow, QuestionRatingRow, RatingRow, SignatureRow, now
from app.store.templates import Templates
from app.store.writing import assign, found, fresh

Enqueue = Callable[[Session, Signature], None]
"""Writes the outbox row of a signature, in the signature's own transaction."""


class Assessments(Templates):
    """What assessors decided. Every method works on the assessment of `assessor`, by default the acting one."""

    def assessment(self, interview_id: str, assessor: str | None = None) -> Assessment:
        """The assessment; an empty one (not written yet, its id already final) where there is none. Raises NotFound."""
        owner = self.assessor if assessor is None else assessor
        with self.reading() as session:
            interview = found(session, InterviewRow, interview_id, "interview")
            row = _row_of(session, interview_id, owner)
            if row is not None:
                return _assessment_of(session, row)
            template = self.template(_template_of(session, interview))
        return Assessment(
            assessment_id(interview_id, owner), interview_id, owner, template.id, template.version, version=0
        )

    def assessments(self, interview_id: str) -> tuple[Assessment, ...]:
        """All assessors' assessments of an interview, the earliest first."""
        wanted = select(AssessmentRow).where(AssessmentRow.interview_id == interview_id).order_by(AssessmentRow.created)
        with self.reading() as session:
            return tuple(_assessment_of(session, row) for row in session.scalars(wanted))

    def rate(
        self, interview_id: str, dimension_id: str, score: float | None, comment: str | None = None,
        *, version: int | None = None,
    ) -> Assessment:  # fmt: skip
        """Rate a dimension 0-10, or take the rating back (None). `comment` None leaves the comment as it is."""
        _refuse_score(dimension_id, score)
        with self._changing(interview_id, version) as (session, row):
            rating = self._rating(session, row, dimension_id)
            values = {"score": score} | ({} if comment is None else {"comment": comment})
            if assign(rating, values):
                self._noted(session, row, "rated", f"{dimension_id}={'-' if score is None else f'{score:g}'}")
        return self.assessment(interview_id)

    def rate_question(
        self, interview_id: str, question: str, score: float | None, comment: str | None = None,
        *, version: int | None = None,
    ) -> Assessment:  # fmt: skip
        """Rate a question of the kit by its words, 0-10 or None = not rated; what was said before stays on record.

        `comment` None leaves the comment as it is. Raises ValueInvalid, Stale.
        """
        _refuse_score(question, score)
        with self._changing(interview_id, version) as (session, row):
            before = _questions_of(session, row).get(question, QuestionRating(question))
            after = QuestionRating(question, score, before.comment if comment is None else comment)
            if after != before:
                self._append_rating(session, row, after)
                self._noted(session, row, "rated_question", f"{question}={'-' if score is None else f'{score:g}'}")
        return self.assessment(interview_id)

    def _append_rating(self, session: Session, row: AssessmentRow, rating: QuestionRating) -> None:
        last = select(func.max(QuestionRatingRow.serial)).where(QuestionRatingRow.assessment_id == row.id)
        session.add(
            QuestionRatingRow(
                assessment_id=row.id, serial=(session.scalar(last) or 0) + 1, question=rating.question,
                score=rating.score, comment=rating.comment, assessor=self.assessor,
            )
        )  # fmt: skip

    def unveil(self, interview_id: str, dimension_id: str, *, version: int | None = None) -> Assessment:
        """Show the machine's score of a dimension before it is rated; for good, and audited."""
        with self._changing(interview_id, version) as (session, row):
            if assign(self._rating(session, row, dimension_id), {"unveiled": True}):
                self._noted(session, row, "unveiled", dimension_id)
        return self.assessment(interview_id)

    def set_weight(
        self, interview_id: str, dimension_id: str, weight: float | None, *, version: int | None = None
    ) -> Assessment:
        """Move a dimension's weight (%), or give the template's back (None). Raises WeightsLocked, ValueInvalid."""
        if weight is not None and not 0 <= weight <= 100:
            raise ValueInvalid(what=dimension_id, value=weight, allowed="0-100")
        return self.set_weights(interview_id, {dimension_id: weight}, version=version)

    def set_weights(
        self, interview_id: str, weights: dict[str, float | None], *, version: int | None = None
    ) -> Assessment:
        """Move several weights (%) in one change; None gives the template's back. Raises WeightsLocked."""
        with self._changing(interview_id, version) as (session, row):
            _refuse_locked(session, interview_id)
            for dimension_id, weight in weights.items():
                if assign(self._rating(session, row, dimension_id), {"weight": weight}):
                    self._noted(session, row, "weighted", f"{dimension_id}={'-' if weight is None else f'{weight:g}'}")
        return self.assessment(interview_id)

    def set_weight_reason(self, interview_id: str, reason: str, *, version: int | None = None) -> Assessment:
        """Why weights differ from the template's."""
        return self._set(interview_id, version, "weight_reason", weight_reason=reason)

    def set_conclusion(
        self, interview_id: str, conclusion: Conclusion | None, *, version: int | None = None
    ) -> Assessment:
        """The assessor's recommendation."""
        value = None if conclusion is None else str(conclusion)
        return self._set(interview_id, version, "concluded", conclusion=value)

    def set_summary(self, interview_id: str, summary: str, *, version: int | None = None) -> Assessment:
        """The assessor's own words on the whole interview."""
        return self._set(interview_id, version, "summarised", summary=summary)

    def set_strengths(self, interview_id: str, words: str, *, version: int | None = None) -> Assessment:
        """What speaks for the candidate, in the assessor's own words."""
        return self._set(interview_id, version, "strengths", strengths=words)

    def set_to_improve(self, interview_id: str, words: str, *, version: int | None = None) -> Assessment:
        """What the candidate could do better, in the assessor's own words."""
        return self._set(interview_id, version, "to_improve", to_improve=words)

    def set_template(self, interview_id: str, template_id: str, *, version: int | None = None) -> Assessment:
        """Assess by another template (its newest version). What is signed keeps its own. Raises NotFound."""
        template = self.template(template_id)
        with self._changing(interview_id, version) as (session, row):
            self._keep_template(session, template)
            if assign(row, {"template_id": template.id, "template_version": template.version}):
                self._noted(session, row, "template", f"{template.id} {template.version}")
        return self.assessment(interview_id)

    def add_signature(
        self, interview_id: str, payload: bytes, sha256: str, enqueue: Enqueue, *,
        composite: float | None = None, version: int | None = None,
    ) -> Signature:  # fmt: skip
        """Sign exactly these bytes: revision, status, audit and the caller's outbox row, all or nothing.

        `composite` is what lists show of it. Raises Stale.
        """
        if hashlib.sha256(payload).hexdigest() != sha256:
            raise ValueError("the SHA-256 is not the payload's")
        with self._changing(interview_id, version) as (session, row):
            signature = self._sign(session, row, payload, sha256)
            interview = found(session, InterviewRow, interview_id, "interview")
            interview.signed = True
            interview.composite = composite
            self._noted(session, row, "signed", f"{signature.revision} {sha256}")
            self._move(session, interview_id, InterviewStatus.ASSESSED)
            enqueue(session, signature)
        return signature

    def _sign(self, session: Session, row: AssessmentRow, payload: bytes, sha256: str) -> Signature:
        last = select(func.max(SignatureRow.revision)).where(SignatureRow.assessment_id == row.id)
        signed = SignatureRow(
            assessment_id=row.id, revision=(session.scalar(last) or 0) + 1, payload=payload, sha256=sha256,
            signed_at=now(), assessor=self.assessor,
        )  # fmt: skip
        session.add(signed)
        session.flush()
        return _signature_of(signed)

    def _set(self, interview_id: str, version: int | None, action: str, **values: Any) -> Assessment:
        with self._changing(interview_id, version) as (session, row):
            if assign(row, values):
                self._noted(session, row, action)
        return self.assessment(interview_id)

    @contextmanager
    def _changing(self, interview_id: str, version: int | None) -> Iterator[tuple[Session, AssessmentRow]]:
        """One write transaction on the acting assessor's assessment, which is made where there is none."""
        with self.session() as session:
            yield session, self._own(session, interview_id, version)

    def _own(self, session: Session, interview_id: str, version: int | None) -> AssessmentRow:
        interview = found(session, InterviewRow, interview_id, "interview")
        row = _row_of(session, interview_id, self.assessor)
        if row is not None:
            fresh(row, version, "assessment")
            return row
        template = self.template(_template_of(session, interview))
        self._keep_template(session, template)
        row = AssessmentRow(
            id=assessment_id(interview_id, self.assessor), interview_id=interview_id, assessor=self.assessor,
            template_id=template.id, template_version=template.version,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row

    def _rating(self, session: Session, row: AssessmentRow, dimension_id: str) -> RatingRow:
        wanted = select(RatingRow).where(RatingRow.assessment_id == row.id, RatingRow.dimension_id == dimension_id)
        rating = session.scalar(wanted)
        if rating is None:
            rating = RatingRow(assessment_id=row.id, dimension_id=dimension_id, assessor=self.assessor)
            session.add(rating)
            session.flush()
        return rating

    def _noted(self, session: Session, row: AssessmentRow, action: str, detail: str = "") -> None:
        """Audit a change, and count the assessment's version up also where only its ratings changed."""
        row.changed = now()
        self._note(session, action, "assessment", row.interview_id, detail)
        session.flush()


def assessment_id(interview_id: str, assessor: str) -> str:
    """The id of an assessment follows from what makes it unique, so that two offline laptops give it the same one."""
    return str(uuid5(NAMESPACE_URL, f"mianjian:assessment:{interview_id}:{assessor}"))


def _row_of(session: Session, interview_id: str, assessor: str) -> AssessmentRow | None:
    """The assessment, whose id is another one where it came from a computer that knows the interview by another id."""
    theirs = AssessmentRow.interview_id == interview_id, AssessmentRow.assessor == assessor
    found_row: AssessmentRow | None = session.scalar(select(AssessmentRow).where(*theirs))
    return found_row


def _template_of(session: Session, interview: InterviewRow) -> str:
    position = session.get(PositionRow, interview.position_id) if interview.position_id else None
    return position.template_id if position else "default"


def _refuse_score(what: str, score: float | None) -> None:
    if score is not None and not 0 <= score <= 10:
        raise ValueInvalid(what=what, value=score, allowed="0-10")


def _refuse_locked(session: Session, interview_id: str) -> None:
    interview = found(session, InterviewRow, interview_id, "interview")
    position = session.get(PositionRow, interview.position_id) if interview.position_id else None
    if position is not None and position.weights_locked:
        raise WeightsLocked(position=position.title)


def _assessment_of(session: Session, row: AssessmentRow) -> Assessment:
    ratings = list(session.scalars(select(RatingRow).where(RatingRow.assessment_id == row.id)))
    wanted = select(SignatureRow).where(SignatureRow.assessment_id == row.id).order_by(SignatureRow.revision)
    return Assessment(
        row.id, row.interview_id, row.assessor, row.template_id, row.template_version,
        {one.dimension_id: Rating(one.dimension_id, one.score, one.comment, one.unveiled) for one in ratings},
        {one.dimension_id: one.weight for one in ratings if one.weight is not None},
        row.weight_reason, Conclusion(row.conclusion) if row.conclusion else None, row.summary,
        tuple(_signature_of(signed) for signed in session.scalars(wanted)), row.version,
        row.strengths, row.to_improve, _questions_of(session, row),
    )  # fmt: skip


def _questions_of(session: Session, row: AssessmentRow) -> dict[str, QuestionRating]:
    """The newest rating of each question, in the order of the first ones."""
    wanted = select(QuestionRatingRow).where(QuestionRatingRow.assessment_id == row.id)
    rows = session.scalars(wanted.order_by(QuestionRatingRow.serial))
    return {one.question: QuestionRating(one.question, one.score, one.comment) for one in rows}


def _signature_of(row: SignatureRow) -> Signature:
    return Signature(row.revision, row.payload, row.sha256, row.signed_at, row.assessor)
