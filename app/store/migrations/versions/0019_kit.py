"""A position's kit says how its questions are put: time, answers, retakes."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; NULL = the kit says nothing."""
    op.add_column("position", sa.Column("kit", sa.JSON(), nullable=True))
