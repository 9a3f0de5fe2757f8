"""Interviews say in which language they are spoken and by how many people."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns with what was the only choice before."""
    op.add_column("interview", sa.Column("spoken", sa.String(), nullable=False, server_default="auto"))
    op.add_column("interview", sa.Column("speakers", sa.Integer(), nullable=False, server_default="2"))
