"""Enrichments of interviews; an analysis says with which corrections it was derived."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SEEN = """
UPDATE analysis SET correction_id = (
    SELECT correction.id FROM correction
    WHERE correction.interview_id = analysis.interview_id AND correction.created <= analysis.recorded
    ORDER BY correction.serial DESC LIMIT 1
)
"""
"""An analysis of before was derived with the corrections that had been made by then."""


def upgrade() -> None:
    """Make the table; fill the new column for the analyses that are there."""
    op.add_column("analysis", sa.Column("correction_id", sa.String(), nullable=True))
    op.execute(_SEEN)
    op.create_table(
        "enrichment",
        sa.Column("interview_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.String(), nullable=False),
        sa.Column("correction_id", sa.String(), nullable=True),
        sa.Column("others", sa.String(), nullable=False),
        sa.Column("method", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assessor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name="fk_enrichment_interview_id"),
        sa.PrimaryKeyConstraint("id", name="pk_enrichment"),
        sa.UniqueConstraint("interview_id", "kind", "number", name="uq_enrichment_interview_id_kind_number"),
    )
