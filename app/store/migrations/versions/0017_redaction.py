"""Stretches of recordings that can be neither heard nor seen any more."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the append-only table."""
    op.create_table(
        "redaction",
        sa.Column("interview_id", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("end", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("before_sha256", sa.String(), nullable=False),
        sa.Column("before_bytes", sa.Integer(), nullable=False),
        sa.Column("after_sha256", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assessor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name="fk_redaction_interview_id"),
        sa.PrimaryKeyConstraint("id", name="pk_redaction"),
        sa.UniqueConstraint("interview_id", "serial", name="uq_redaction_interview_id_serial"),
    )
    op.create_index("ix_redaction_before_sha256", "redaction", ["before_sha256"])
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER redaction_no_{verb.lower()} BEFORE {verb} ON redaction "
            "BEGIN SELECT RAISE(ABORT, 'redaction is append-only'); END"
        )
