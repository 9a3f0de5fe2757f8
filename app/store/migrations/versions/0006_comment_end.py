"""Comments may be about a stretch of the recording."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add where a comment's stretch ends; null = it is about one moment, as all were before."""
    op.add_column("comment", sa.Column("end_s", sa.Double(), nullable=True))
    op.add_column("comment_history", sa.Column("end_s", sa.Double(), nullable=True))
