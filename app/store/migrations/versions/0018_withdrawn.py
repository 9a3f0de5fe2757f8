"""Finds the files in the HR system that a candidate does not agree to any more without looking at all others."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_outbox_withdrawn", "outbox", ["resolution"], sqlite_where=sa.text("resolution = 'withdrawn'"))
