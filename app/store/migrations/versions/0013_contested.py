"""Fields that were changed both here and in the HR system, and wait for a decision."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Remember, of what was pulled, which fields are contested."""
    op.add_column("sync_row", sa.Column("contested", sa.Text(), nullable=True))
    op.create_index(
        "ix_sync_row_contested", "sync_row", ["system"], sqlite_where=sa.text("contested IS NOT NULL")
    )  # fmt: skip
