"""Packages that went out and came in, what was agreed on with other libraries, and differences to decide."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _package()
    _agreed()
    _card()


def _package() -> None:
    op.create_table(
        "package",
        sa.Column("package_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("outgoing", sa.Boolean(), nullable=False),
        sa.Column("library", sa.String(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assessor", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_package"),
    )
    op.create_index("ix_package_package_id", "package", ["package_id"])


def _agreed() -> None:
    op.create_table(
        "agreed",
        sa.Column("library", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("row_id", sa.String(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("row_changed", sa.String(), nullable=False),
        sa.Column("own_version", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("library", "kind", "row_id", name="pk_agreed"),
    )


def _card() -> None:
    op.create_table(
        "card",
        sa.Column("library", sa.String(), nullable=False),
        sa.Column("package_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("row_id", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("base", sa.JSON(), nullable=True),
        sa.Column("has_base", sa.Boolean(), nullable=False),
        sa.Column("mine", sa.JSON(), nullable=True),
        sa.Column("theirs", sa.JSON(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assessor", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_card"),
    )
    op.create_index("ix_card_kind_row_id", "card", ["kind", "row_id"])
    op.create_index("ix_card_decision", "card", ["decision"])
