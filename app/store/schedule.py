"""Planned interviews and what was told about them, decisions about suggestions, and feedback. Rows are only added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from app.domain.people import Decided, Decision, Feedback, ScheduleEvent, Side, Told
from app.domain.types import Interview, InterviewStatus
from app.store.outside import Outside
from app.store.tables import (
    AssessmentRow,
    AuditRow,
    FeedbackRow,
    InterviewRow,
    RedactionRow,
    ScheduleEventRow,
    SignatureRow,
    SuggestionRow,
    new_id,
)
from app.store.writing import found

HANDED_OVER = "handed_over"
"""The audit's word for an interview that went out in a package; its detail begins with the kind of package."""


Numbered = type[ScheduleEventRow] | type[SuggestionRow] | type[FeedbackRow] | type[RedactionRow]


class Schedule(Outside):
    """When interviews are planned, what was said of it, and what came after them."""

    def planned_between(self, start: datetime, end: datetime) -> tuple[Interview, ...]:
        """Interviews that have not begun and are planned in [start, end] (aware), the earliest first.

        Not those that travelled to a laptop in a package: whether they begin is seen there.
        """
        out = exists().where(
            AuditRow.subject == InterviewRow.id, AuditRow.action == HANDED_OVER, AuditRow.detail.startswith("outward ")
        )
        wanted = (
            select(InterviewRow.id)
            .where(InterviewRow.status == str(InterviewStatus.SCHEDULED))
            .where(InterviewRow.scheduled_at.between(start, end), ~out)
            .order_by(InterviewRow.scheduled_at, InterviewRow.id)
        )
        with self.reading() as session:
            return tuple(self._interview(session, each) for each in session.scalars(wanted))

    def schedule_events(self, interview_id: str) -> tuple[ScheduleEvent, ...]:
        """What was told and decided about an interview's planned times, oldest first."""
        wanted = select(ScheduleEventRow).where(ScheduleEventRow.interview_id == interview_id)
        with self.reading() as session:
            return tuple(_event_of(row) for row in session.scalars(wanted.order_by(ScheduleEventRow.serial)))

    def add_schedule_event(
        self, session: Session, interview_id: str, action: Told, planned: datetime | None, body: dict[str, Any]
    ) -> ScheduleEvent:
        """Keep a line about a planned time, in the caller's transaction. Raises NotFound."""
        found(session, InterviewRow, interview_id, "interview")
        row = ScheduleEventRow(
            interview_id=interview_id, serial=next_serial(session, ScheduleEventRow, interview_id), action=str(action),
            planned=planned, body=body, assessor=self.assessor,
        )  # fmt: skip
        session.add(row)
        session.flush()
        self._note(session, f"schedule_{action}", "interview", interview_id, planned.isoformat() if planned else "")
        return _event_of(row)

    def newest_signed(self) -> tuple[bytes, ...]:
        """Of each assessment the bytes that were signed last."""
        later = aliased(SignatureRow)
        newer = exists().where(
            later.assessment_id == SignatureRow.assessment_id, later.revision > SignatureRow.revision
        )
        wanted = select(SignatureRow.payload).where(~newer).order_by(SignatureRow.signed_at, SignatureRow.id)
        with self.reading() as session:
            return tuple(bytes(payload) for payload in session.scalars(wanted))

    def decisions(self, assessment_id: str) -> tuple[Decided, ...]:
        """What was decided about the suggestions of an assessment, oldest first."""
        wanted = select(SuggestionRow).where(SuggestionRow.assessment_id == assessment_id)
        with self.reading() as session:
            return tuple(_decided_of(row) for row in session.scalars(wanted.order_by(SuggestionRow.serial)))

    def add_decision(
        self, session: Session, assessment_id: str, revision: int, rule: str, decision: Decision, body: dict[str, Any]
    ) -> Decided:
        """Keep what a person decided about a suggestion, in the caller's transaction. Raises NotFound."""
        assessment = found(session, AssessmentRow, assessment_id, "assessment")
        row = SuggestionRow(
            assessment_id=assessment_id, serial=next_serial(session, SuggestionRow, assessment_id), revision=revision,
            rule=rule, decision=str(decision), body=body, assessor=self.assessor,
        )  # fmt: skip
        session.add(row)
        session.flush()
        self._note(
            session, f"suggestion_{decision}", "assessment", assessment.interview_id,
            f"{assessment_id}:{revision}:{rule}",
        )  # fmt: skip
        return _decided_of(row)

    def feedback(self, interview_id: str) -> tuple[Feedback, ...]:
        """All feedback on an interview, oldest first."""
        wanted = select(FeedbackRow).where(FeedbackRow.interview_id == interview_id).order_by(FeedbackRow.serial)
        with self.reading() as session:
            return tuple(_feedback_of(row) for row in session.scalars(wanted))

    def add_feedback(
        self, session: Session, interview_id: str, side: Side, given_by: str, ratings: dict[str, int], words: str,
        *, may_send: bool,
    ) -> Feedback:  # fmt: skip
        """Keep feedback, in the caller's transaction. Raises NotFound."""
        found(session, InterviewRow, interview_id, "interview")
        row = FeedbackRow(
            id=new_id(), interview_id=interview_id, serial=next_serial(session, FeedbackRow, interview_id),
            side=str(side), given_by=given_by, ratings=ratings, words=words, may_send=may_send, assessor=self.assessor,
        )  # fmt: skip
        session.add(row)
        session.flush()
        self._note(session, "feedback", "interview", interview_id, f"{side} {row.id}")
        return _feedback_of(row)


def next_serial(session: Session, table: Numbered, owner: str) -> int:
    """The number of the next row about an owner."""
    column = table.assessment_id if issubclass(table, SuggestionRow) else table.interview_id
    return (session.scalar(select(func.max(table.serial)).where(column == owner)) or 0) + 1


def _event_of(row: ScheduleEventRow) -> ScheduleEvent:
    return ScheduleEvent(
        row.interview_id, row.serial, Told(row.action), row.planned, dict(row.body), row.created, row.assessor
    )


def _decided_of(row: SuggestionRow) -> Decided:
    return Decided(
        row.assessment_id, row.serial, row.revision, row.rule, Decision(row.decision), dict(row.body), row.created,
        row.assessor,
    )  # fmt: skip


def _feedback_of(row: FeedbackRow) -> Feedback:
    return Feedback(
        row.id, row.interview_id, row.serial, Side(row.side), row.given_by, dict(row.ratings), row.words, row.may_send,
        row.created, row.assessor,
    )  # fmt: skip
