"""Who sent an item in this computer's place, by the word of a package."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was sent so far, was sent from here or nobody wrote down by whom."""
    op.add_column("outbox", sa.Column("sent_by", sa.String(256), nullable=True))
