"""The tables. Names are singular; every row that people change has uuid, UTC times, assessor and version counter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Dialect, ForeignKey, Index, MetaData, UniqueConstraint
from sqlalchemy import DateTime as SqlDateTime
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from app.domain.types import SPOKEN, USUAL_SPEAKERS

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> str:
    """A fresh row id."""
    return str(uuid4())


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite keeps no zone, so it is put back when read."""

    impl = SqlDateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Store UTC; a time without a zone is a bug."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give UTC back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables of the library."""

    metadata = MetaData(naming_convention=NAMING)


class Kept:
    """Columns of every row: uuid, UTC times, and who acted last."""

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    created: Mapped[datetime] = mapped_column(UtcTime, default=now)
    assessor: Mapped[str] = mapped_column(default="")


class Changing(Kept):
    """A row that people change: with a version counter that a concurrent change trips over."""

    changed: Mapped[datetime] = mapped_column(UtcTime, default=now, onupdate=now)
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805  SQLAlchemy calls it on the class
        """The version counter guards every UPDATE and DELETE."""
        return {"version_id_col": cls.version}


class PositionRow(Changing, Base):
    """A job opening. `kit` says how its questions are put, see `app.domain.kit`."""

    __tablename__ = "position"
    title: Mapped[str] = mapped_column(index=True)
    department: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    keywords: Mapped[list[str]] = mapped_column(JSON, default=list)
    questions: Mapped[list[str]] = mapped_column(JSON, default=list)
    template_id: Mapped[str] = mapped_column(default="default")
    weights_locked: Mapped[bool] = mapped_column(default=False)
    remote_id: Mapped[str | None] = mapped_column(unique=True)
    kit: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class CandidateRow(Changing, Base):
    """A person who applies."""

    __tablename__ = "candidate"
    name: Mapped[str] = mapped_column(index=True)
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    remote_id: Mapped[str | None] = mapped_column(unique=True)


class MediaRow(Changing, Base):
    """A recording in the vault, known by its SHA-256."""

    __tablename__ = "media"
    sha256: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    bytes: Mapped[int] = mapped_column(index=True)
    duration_s: Mapped[float | None]
    has_video: Mapped[bool] = mapped_column(default=False)
    has_audio: Mapped[bool] = mapped_column(default=False)
    playable: Mapped[bool] = mapped_column(default=False)


class InterviewRow(Changing, Base):
    """One interview of a candidate for a position."""

    __tablename__ = "interview"
    __table_args__ = (Index("ix_interview_created", "created"), Index("ix_interview_changed", "changed"))
    title: Mapped[str]
    round: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(index=True)
    candidate_id: Mapped[str] = mapped_column(ForeignKey("candidate.id"), index=True)
    position_id: Mapped[str | None] = mapped_column(ForeignKey("position.id"), index=True)
    media_sha256: Mapped[str | None] = mapped_column(ForeignKey("media.sha256"), index=True)
    time_zone: Mapped[str]
    scheduled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    analysis_state: Mapped[str] = mapped_column(default="none", index=True)
    analysis_id: Mapped[str | None]
    composite: Mapped[float | None]
    signed: Mapped[bool] = mapped_column(default=False, index=True)
    remote_id: Mapped[str | None] = mapped_column(unique=True)
    search: Mapped[str] = mapped_column(default="", server_default="")
    spoken: Mapped[str] = mapped_column(default=SPOKEN[0], server_default=SPOKEN[0])
    speakers: Mapped[int] = mapped_column(default=USUAL_SPEAKERS, server_default=str(USUAL_SPEAKERS))
    cut_first: Mapped[bool] = mapped_column(default=False, server_default="0")


class AnalysisRow(Kept, Base):
    """An analysis of an interview's recording: the document's own id and the folder (relative to the vault).

    `correction_id` is the last correction that it was derived with.
    """

    __tablename__ = "analysis"
    __table_args__ = (UniqueConstraint("interview_id", "folder"),)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id"))
    document_id: Mapped[str] = mapped_column(index=True)
    folder: Mapped[str]
    recorded: Mapped[datetime] = mapped_column(UtcTime, default=now)
    correction_id: Mapped[str | None]


class CorrectionRow(Kept, Base):
    """Append-only: what a person corrected, anchored to a time and the machine's text there."""

    __tablename__ = "correction"
    serial: Mapped[int] = mapped_column(default=0)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id"), index=True)
    kind: Mapped[str]
    start: Mapped[float]
    end: Mapped[float]
    before: Mapped[str]
    after: Mapped[str]
    reverts: Mapped[str | None] = mapped_column(ForeignKey("correction.id"))


class TemplateRow(Kept, Base):
    """A template's version, as canonical JSON; never changed once it is there."""

    __tablename__ = "template"
    __table_args__ = (UniqueConstraint("template_id", "template_version"),)
    template_id: Mapped[str]
    template_version: Mapped[int]
    body: Mapped[str]
    sha256: Mapped[str]


class AssessmentRow(Changing, Base):
    """One per interview and assessor; `assessor` is its owner."""

    __tablename__ = "assessment"
    __table_args__ = (UniqueConstraint("interview_id", "assessor"),)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id"))
    template_id: Mapped[str]
    template_version: Mapped[int]
    weight_reason: Mapped[str] = mapped_column(default="")
    conclusion: Mapped[str | None]
    summary: Mapped[str] = mapped_column(default="")
    strengths: Mapped[str] = mapped_column(default="", server_default="")
    to_improve: Mapped[str] = mapped_column(default="", server_default="")


class RatingRow(Changing, Base):
    """The rating, comment, veil and own weight of one dimension."""

    __tablename__ = "rating"
    __table_args__ = (UniqueConstraint("assessment_id", "dimension_id"),)
    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessment.id"))
    dimension_id: Mapped[str]
    score: Mapped[float | None]
    comment: Mapped[str] = mapped_column(default="")
    unveiled: Mapped[bool] = mapped_column(default=False)
    weight: Mapped[float | None]


class QuestionRatingRow(Kept, Base):
    """Append-only: how a question of the kit was rated and commented on; of each question the newest row holds."""

    __tablename__ = "question_rating"
    __table_args__ = (UniqueConstraint("assessment_id", "serial"),)
    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessment.id"))
    serial: Mapped[int]
    question: Mapped[str]
    score: Mapped[float | None]
    comment: Mapped[str] = mapped_column(default="")


class SignatureRow(Kept, Base):
    """Append-only: a signed revision with its canonical bytes."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("assessment_id", "revision"),)
    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessment.id"))
    revision: Mapped[int]
    payload: Mapped[bytes]
    sha256: Mapped[str]
    signed_at: Mapped[datetime] = mapped_column(UtcTime)


class CommentRow(Changing, Base):
    """A comment at a time of the recording, or on the stretch to `end_s`. `deleted` is a grave that can be undone.

    Where `text` is empty, `told` (`code`, `value`) says what the program wrote; see `app.told`.
    """

    __tablename__ = "comment"
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id"), index=True)
    time_s: Mapped[float | None]
    end_s: Mapped[float | None]
    text: Mapped[str]
    author: Mapped[str]
    bookmark: Mapped[bool] = mapped_column(default=False)
    deleted: Mapped[bool] = mapped_column(default=False)
    dimension_id: Mapped[str | None]
    told: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class CommentHistoryRow(Kept, Base):
    """Append-only: what a comment was before a change."""

    __tablename__ = "comment_history"
    comment_id: Mapped[str] = mapped_column(ForeignKey("comment.id"), index=True)
    comment_version: Mapped[int]
    time_s: Mapped[float | None]
    end_s: Mapped[float | None]
    text: Mapped[str]


class ConsentRow(Kept, Base):
    """Append-only: what the candidate agreed to. The newest one holds; an empty list of modalities withdraws.

    `kinds` may be recorded, NULL where nobody was asked; `evidence` is the drawn signature.
    """

    __tablename__ = "consent"
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id"), index=True)
    serial: Mapped[int]
    modalities: Mapped[list[str]] = mapped_column(JSON)
    text_version: Mapped[str]
    given_by: Mapped[str]
    kinds: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    how: Mapped[str] = mapped_column(default="desk", server_default="desk")
    language: Mapped[str] = mapped_column(default="", server_default="")
    notice_sha256: Mapped[str] = mapped_column(default="", server_default="")
    evidence: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class MarkRow(Kept, Base):
    """Append-only: what happened while an interview was held, at seconds of the recording; see `app.domain.marks`."""

    __tablename__ = "mark"
    __table_args__ = (UniqueConstraint("interview_id", "serial"),)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id"))
    serial: Mapped[int]
    kind: Mapped[str]
    at_s: Mapped[float]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


class OutsideConsentRow(Kept, Base):
    """Append-only: whether the candidate agreed that an outside service gets what a purpose needs. The newest holds."""

    __tablename__ = "outside_consent"
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id"), index=True)
    serial: Mapped[int]
    purpose: Mapped[str]
    host: Mapped[str]
    service: Mapped[str]
    agreed: Mapped[bool]
    text_version: Mapped[str]
    given_by: Mapped[str]


class ScheduleEventRow(Kept, Base):
    """Append-only: what was told or decided about a planned time: reminded, late, arrived, invited …

    `planned` is the time that it was about, which tells it from those about a time before or after.
    """

    __tablename__ = "schedule_event"
    __table_args__ = (UniqueConstraint("interview_id", "serial"),)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id"))
    serial: Mapped[int]
    action: Mapped[str]
    planned: Mapped[datetime | None] = mapped_column(UtcTime)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


class SuggestionRow(Kept, Base):
    """Append-only: what a person decided about a suggestion that a rule made from a signed revision."""

    __tablename__ = "suggestion"
    __table_args__ = (UniqueConstraint("assessment_id", "serial"),)
    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessment.id"))
    serial: Mapped[int]
    revision: Mapped[int]
    rule: Mapped[str]
    decision: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


class FeedbackRow(Kept, Base):
    """Append-only: how the interview was for the candidate, or its course for the interviewer; ratings are 1 to 5."""

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("interview_id", "serial"),)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id"))
    serial: Mapped[int]
    side: Mapped[str]
    given_by: Mapped[str]
    ratings: Mapped[dict[str, Any]] = mapped_column(JSON)
    words: Mapped[str] = mapped_column(default="")
    may_send: Mapped[bool]


class EnrichmentRow(Changing, Base):
    """What was found out beside the analysis: rows are added, the one with the highest number of its kind holds.

    `analysis_id`, `correction_id` and `others` say what it was made from; see `app.domain.enrichment`.
    """

    __tablename__ = "enrichment"
    __table_args__ = (UniqueConstraint("interview_id", "kind", "number"),)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id"))
    kind: Mapped[str]
    number: Mapped[int]
    analysis_id: Mapped[str]
    correction_id: Mapped[str | None]
    others: Mapped[str] = mapped_column(default="")
    method: Mapped[dict[str, Any]] = mapped_column(JSON)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


class DraftRow(Changing, Base):
    """What an assessor is writing in a field and has not given yet."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("interview_id", "assessor", "field"),)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id"))
    field: Mapped[str]
    body: Mapped[Any] = mapped_column(JSON)


class PackageRow(Kept, Base):
    """A package that was written or taken here. `made` and `by` as it says itself; `counts` is what it brought."""

    __tablename__ = "package"
    package_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    outgoing: Mapped[bool]
    library: Mapped[str]
    made: Mapped[datetime] = mapped_column(UtcTime)
    by: Mapped[str]
    file: Mapped[str]
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)


class AgreedRow(Base):
    """What was last taken over of another library's row: the base of the next comparison; see `app.handover.merging`.

    `row_id` is the row's id here; `row_version` and `row_changed` are the other library's own.
    """

    __tablename__ = "agreed"
    library: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[str] = mapped_column(primary_key=True)
    row_version: Mapped[int]
    row_changed: Mapped[str]
    own_version: Mapped[int]
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)


class CardRow(Changing, Base):
    """A difference that a package brought and that a person decides. `decision` None = open."""

    __tablename__ = "card"
    __table_args__ = (Index("ix_card_kind_row_id", "kind", "row_id"),)
    library: Mapped[str]
    package_id: Mapped[str]
    kind: Mapped[str]
    row_id: Mapped[str]
    field: Mapped[str]
    base: Mapped[Any | None] = mapped_column(JSON)
    has_base: Mapped[bool]
    mine: Mapped[Any | None] = mapped_column(JSON)
    theirs: Mapped[Any | None] = mapped_column(JSON)
    by: Mapped[str]
    decision: Mapped[str | None] = mapped_column(index=True)


class RedactionRow(Kept, Base):
    """Append-only: a stretch [start, end) (s) of a recording that can be neither heard nor seen any more.

    `before_*` tells the file that it was taken from, which is not kept, so that it is known when it comes again.
    """

    __tablename__ = "redaction"
    __table_args__ = (UniqueConstraint("interview_id", "serial"),)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id"))
    serial: Mapped[int]
    start: Mapped[float]
    end: Mapped[float]
    reason: Mapped[str]
    before_sha256: Mapped[str] = mapped_column(index=True)
    before_bytes: Mapped[int]
    after_sha256: Mapped[str]


class AuditRow(Base):
    """Append-only: who did what to which row, in order."""

    __tablename__ = "audit"
    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcTime, default=now)
    who: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    detail: Mapped[str] = mapped_column(default="")


APPEND_ONLY = (
    "audit", "correction", "signature", "comment_history", "consent", "template", "question_rating", "outside_consent",
    "schedule_event", "suggestion", "feedback", "redaction", "mark",
)  # fmt: skip
"""Tables whose rows no UPDATE or DELETE may touch; triggers in the database say so too."""
