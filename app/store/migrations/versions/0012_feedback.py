"""What was told about planned times, what was decided about suggestions, and feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the append-only tables."""
    _table(
        "schedule_event", "interview",
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("planned", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
    )  # fmt: skip
    _table(
        "suggestion", "assessment",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
    )  # fmt: skip
    _table(
        "feedback", "interview",
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("ratings", sa.JSON(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("may_send", sa.Boolean(), nullable=False),
    )  # fmt: skip


def _table(name: str, owner: str, *columns: sa.Column[object]) -> None:
    """A table of numbered rows about an owner, which no UPDATE or DELETE may touch."""
    op.create_table(
        name,
        sa.Column(f"{owner}_id", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        *columns,
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assessor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint([f"{owner}_id"], [f"{owner}.id"], name=f"fk_{name}_{owner}_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.UniqueConstraint(f"{owner}_id", "serial", name=f"uq_{name}_{owner}_id_serial"),
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
            f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
        )
