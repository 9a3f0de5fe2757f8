"""What the program tells in comments, apart from words; interviews that are analysed once stretches were cut out."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("comment", sa.Column("told", sa.JSON(), nullable=True))
    op.add_column("interview", sa.Column("cut_first", sa.Boolean(), nullable=False, server_default="0"))
