"""The tables of `sync.outbox`: they commit together with the business change, so they live in the same history."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them as `sync.outbox` describes them at this revision."""
    _outbox()
    _state()
    _row()
    _log()


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("op_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("aggregate", sa.String(128), nullable=False),
        sa.Column("external_id", sa.String(128), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("payload_sha256", sa.String(64), nullable=False),
        sa.Column("depends_on", sa.String(36)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.Double(), nullable=False),
        sa.Column("lease_until", sa.Double()),
        sa.Column("lease_owner", sa.String(36)),
        sa.Column("last_error", sa.String(64)),
        sa.Column("last_params", sa.Text()),
        sa.Column("theirs", sa.Text()),
        sa.Column("resolution", sa.String(32)),
        sa.Column("remote_id", sa.String(256)),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("done_at", sa.Double()),
        sa.PrimaryKeyConstraint("seq", name="pk_outbox"),
        sa.UniqueConstraint("op_id", name="uq_outbox_op_id"),
        sa.UniqueConstraint("kind", "external_id", name="uq_outbox_kind_external_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_state_next_at", "outbox", ["state", "next_at"])
    op.create_index("ix_outbox_aggregate_seq", "outbox", ["aggregate", "seq"])


def _state() -> None:
    op.create_table(
        "sync_state",
        sa.Column("system", sa.String(256), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("changed", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("system", "name", name="pk_sync_state"),
    )


def _row() -> None:
    op.create_table(
        "sync_row",
        sa.Column("system", sa.String(256), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("remote_id", sa.String(256), nullable=False),
        sa.Column("local_id", sa.String(64)),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("changed", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("system", "kind", "remote_id", name="pk_sync_row"),
    )


def _log() -> None:
    op.create_table(
        "sync_log",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("direction", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(256), nullable=False),
        sa.Column("op_id", sa.String(36)),
        sa.Column("outcome", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("detail", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_sync_log"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sync_log_at", "sync_log", ["at"])
    op.create_index("ix_sync_log_op_id", "sync_log", ["op_id"])
