"""What may be recorded and how a consent was given; what happens while an interview is held."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, and make the append-only table."""
    op.add_column("consent", sa.Column("kinds", sa.JSON(), nullable=True))
    for name, default in (("how", "desk"), ("language", ""), ("notice_sha256", "")):
        op.add_column("consent", sa.Column(name, sa.String(), nullable=False, server_default=default))
    op.add_column("consent", sa.Column("evidence", sa.JSON(), nullable=True))
    op.create_table(
        "mark",
        sa.Column("interview_id", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assessor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name="fk_mark_interview_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mark"),
        sa.UniqueConstraint("interview_id", "serial", name="uq_mark_interview_id_serial"),
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER mark_no_{verb.lower()} BEFORE {verb} ON mark "
            "BEGIN SELECT RAISE(ABORT, 'mark is append-only'); END"
        )
