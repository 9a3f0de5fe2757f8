"""The newest calls to and from the HR system, and the newest runs."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "sync_exchange",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("system", sa.String(256), nullable=False),
        sa.Column("op_id", sa.String(36)),
        sa.Column("method", sa.String(8), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("sent", sa.LargeBinary()),
        sa.Column("sent_bytes", sa.Integer(), nullable=False),
        sa.Column("sent_sha256", sa.String(64)),
        sa.Column("received", sa.LargeBinary()),
        sa.Column("received_bytes", sa.Integer(), nullable=False),
        sa.Column("received_sha256", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_sync_exchange"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sync_exchange_op_id", "sync_exchange", ["op_id"])
    op.create_table(
        "sync_run",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("began", sa.Double(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(64)),
        sa.Column("params", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_sync_run"),
        sqlite_autoincrement=True,
    )
