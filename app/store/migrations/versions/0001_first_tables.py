"""The library's first tables: people, recordings, interviews, analyses, assessments, comments, consents, audit."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit", "correction", "signature", "comment_history", "consent", "template")


def upgrade() -> None:
    """Make the tables, and let the database itself refuse to change what is append-only."""
    for make in (
        _audit,
        _candidate,
        _media,
        _position,
        _template,
        _interview,
        _analysis,
        _assessment,
        _comment,
        _consent,
        _correction,
        _comment_history,
        _rating,
        _signature,
    ):
        make()
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            _refuse(table, verb)


def _refuse(table: str, verb: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def utc() -> sa.DateTime:
    """A UTC time."""
    return sa.DateTime(timezone=True)


def kept() -> tuple[sa.Column[Any], ...]:
    """Columns of every row."""
    return (
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created", utc(), nullable=False),
        sa.Column("assessor", sa.String(), nullable=False),
    )


def changing() -> tuple[sa.Column[Any], ...]:
    """Columns of every row that people change."""
    return (
        *kept(),
        sa.Column("changed", utc(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("serial", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", utc(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_audit"),
        sa.UniqueConstraint("id", name="uq_audit_id"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"])


def _candidate() -> None:
    op.create_table(
        "candidate",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=True),
        *changing(),
        sa.PrimaryKeyConstraint("id", name="pk_candidate"),
        sa.UniqueConstraint("remote_id", name="uq_candidate_remote_id"),
    )
    op.create_index("ix_candidate_name", "candidate", ["name"])


def _media() -> None:
    op.create_table(
        "media",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=True),
        sa.Column("has_video", sa.Boolean(), nullable=False),
        sa.Column("has_audio", sa.Boolean(), nullable=False),
        sa.Column("playable", sa.Boolean(), nullable=False),
        *changing(),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
        sa.UniqueConstraint("sha256", name="uq_media_sha256"),
    )
    op.create_index("ix_media_bytes", "media", ["bytes"])


def _position() -> None:
    op.create_table(
        "position",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("template_id", sa.String(), nullable=False),
        sa.Column("weights_locked", sa.Boolean(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=True),
        *changing(),
        sa.PrimaryKeyConstraint("id", name="pk_position"),
        sa.UniqueConstraint("remote_id", name="uq_position_remote_id"),
    )
    op.create_index("ix_position_title", "position", ["title"])


def _template() -> None:
    op.create_table(
        "template",
        sa.Column("template_id", sa.String(), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        *kept(),
        sa.PrimaryKeyConstraint("id", name="pk_template"),
        sa.UniqueConstraint("template_id", "template_version", name="uq_template_template_id_template_version"),
    )


def _interview() -> None:
    op.create_table(
        "interview",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("candidate_id", sa.String(), nullable=False),
        sa.Column("position_id", sa.String(), nullable=True),
        sa.Column("media_sha256", sa.String(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("scheduled_at", utc(), nullable=True),
        sa.Column("analysis_state", sa.String(), nullable=False),
        sa.Column("analysis_id", sa.String(), nullable=True),
        sa.Column("composite", sa.Double(), nullable=True),
        sa.Column("signed", sa.Boolean(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=True),
        *changing(),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name="fk_interview_candidate_id"),
        sa.ForeignKeyConstraint(["media_sha256"], ["media.sha256"], name="fk_interview_media_sha256"),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name="fk_interview_position_id"),
        sa.PrimaryKeyConstraint("id", name="pk_interview"),
        sa.UniqueConstraint("remote_id", name="uq_interview_remote_id"),
    )
    op.create_index("ix_interview_analysis_state", "interview", ["analysis_state"])
    op.create_index("ix_interview_candidate_id", "interview", ["candidate_id"])
    op.create_index("ix_interview_changed", "interview", ["changed"])
    op.create_index("ix_interview_created", "interview", ["created"])
    op.create_index("ix_interview_media_sha256", "interview", ["media_sha256"])
    op.create_index("ix_interview_position_id", "interview", ["position_id"])
    op.create_index("ix_interview_signed", "interview", ["signed"])
    op.create_index("ix_interview_status", "interview", ["status"])


def _analysis() -> None:
    op.create_table(
        "analysis",
        sa.Column("interview_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("recorded", utc(), nullable=False),
        *kept(),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name="fk_analysis_interview_id"),
        sa.PrimaryKeyConstraint("id", name="pk_analysis"),
        sa.UniqueConstraint("interview_id", "folder", name="uq_analysis_interview_id_folder"),
    )
    op.create_index("ix_analysis_document_id", "analysis", ["document_id"])


def _assessment() -> None:
    op.create_table(
        "assessment",
        sa.Column("interview_id", sa.String(), nullable=False),
        sa.Column("template_id", sa.String(), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("weight_reason", sa.String(), nullable=False),
        sa.Column("conclusion", sa.String(), nullable=True),
        sa.Column("summary", sa.String(), nullable=False),
        *changing(),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name="fk_assessment_interview_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assessment"),
        sa.UniqueConstraint("interview_id", "assessor", name="uq_assessment_interview_id_assessor"),
    )


def _comment() -> None:
    op.create_table(
        "comment",
        sa.Column("interview_id", sa.String(), nullable=False),
        sa.Column("time_s", sa.Double(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("bookmark", sa.Boolean(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        *changing(),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name="fk_comment_interview_id"),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
    )
    op.create_index("ix_comment_interview_id", "comment", ["interview_id"])


def _consent() -> None:
    op.create_table(
        "consent",
        sa.Column("interview_id", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("modalities", sa.JSON(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        *kept(),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name="fk_consent_interview_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    op.create_index("ix_consent_interview_id", "consent", ["interview_id"])


def _correction() -> None:
    op.create_table(
        "correction",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("end", sa.Double(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("reverts", sa.String(), nullable=True),
        *kept(),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name="fk_correction_interview_id"),
        sa.ForeignKeyConstraint(["reverts"], ["correction.id"], name="fk_correction_reverts"),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
    )
    op.create_index("ix_correction_interview_id", "correction", ["interview_id"])


def _comment_history() -> None:
    op.create_table(
        "comment_history",
        sa.Column("comment_id", sa.String(), nullable=False),
        sa.Column("comment_version", sa.Integer(), nullable=False),
        sa.Column("time_s", sa.Double(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        *kept(),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name="fk_comment_history_comment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_comment_history"),
    )
    op.create_index("ix_comment_history_comment_id", "comment_history", ["comment_id"])


def _rating() -> None:
    op.create_table(
        "rating",
        sa.Column("assessment_id", sa.String(), nullable=False),
        sa.Column("dimension_id", sa.String(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("unveiled", sa.Boolean(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=True),
        *changing(),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name="fk_rating_assessment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rating"),
        sa.UniqueConstraint("assessment_id", "dimension_id", name="uq_rating_assessment_id_dimension_id"),
    )


def _signature() -> None:
    op.create_table(
        "signature",
        sa.Column("assessment_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("signed_at", utc(), nullable=False),
        *kept(),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name="fk_signature_assessment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_signature"),
        sa.UniqueConstraint("assessment_id", "revision", name="uq_signature_assessment_id_revision"),
    )
