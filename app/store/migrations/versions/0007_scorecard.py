"""Questions of the kit are rated one by one; strengths, what to improve, and the dimension that a comment speaks of."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the append-only table of ratings, and add the columns."""
    op.create_table(
        "question_rating",
        sa.Column("assessment_id", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assessor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name="fk_question_rating_assessment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_question_rating"),
        sa.UniqueConstraint("assessment_id", "serial", name="uq_question_rating_assessment_id_serial"),
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER question_rating_no_{verb.lower()} BEFORE {verb} ON question_rating "
            "BEGIN SELECT RAISE(ABORT, 'question_rating is append-only'); END"
        )
    for name in ("strengths", "to_improve"):
        op.add_column("assessment", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("comment", sa.Column("dimension_id", sa.String(), nullable=True))
