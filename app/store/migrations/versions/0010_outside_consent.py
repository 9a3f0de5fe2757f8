"""What candidates agreed to have sent to outside AI services."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the append-only table."""
    op.create_table(
        "outside_consent",
        sa.Column("interview_id", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assessor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name="fk_outside_consent_interview_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outside_consent"),
    )
    op.create_index("ix_outside_consent_interview_id", "outside_consent", ["interview_id"])
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER outside_consent_no_{verb.lower()} BEFORE {verb} ON outside_consent "
            "BEGIN SELECT RAISE(ABORT, 'outside_consent is append-only'); END"
        )
