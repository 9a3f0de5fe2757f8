"""The tables of `sync`, on a MetaData of their own. Rows of the application are named by uuid, without foreign keys.

Wall-clock times are UTC seconds since 1970.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("op_id", String(36), nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("aggregate", String(128), nullable=False),
    Column("external_id", String(128), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("payload_sha256", String(64), nullable=False),
    Column("depends_on", String(36)),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("uncertain", Boolean, nullable=False, default=False),
    Column("next_at", Double, nullable=False),
    Column("lease_until", Double),
    Column("lease_owner", String(36)),
    Column("last_error", String(64)),
    Column("last_params", Text),
    Column("theirs", Text),
    Column("resolution", String(32)),
    Column("remote_id", String(256)),
    Column("created", Double, nullable=False),
    Column("done_at", Double),
    Column("sent_by", String(256)),
    UniqueConstraint("kind", "external_id", name="uq_outbox_kind_external_id"),
    Index("ix_outbox_state_next_at", "state", "next_at"),
    Index("ix_outbox_aggregate_seq", "aggregate", "seq"),
    Index("ix_outbox_withdrawn", "resolution", sqlite_where=text("resolution = 'withdrawn'")),
    sqlite_autoincrement=True,
)

sync_state = Table(
    "sync_state",
    metadata,
    Column("system", String(256), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
    Column("changed", Double, nullable=False),
)
"""One value per HR system and name: the cursor of the next pull, the time of the last run."""

sync_row = Table(
    "sync_row",
    metadata,
    Column("system", String(256), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("remote_id", String(256), primary_key=True),
    Column("local_id", String(64)),
    Column("fields", Text, nullable=False),
    Column("deleted", Boolean, nullable=False, default=False),
    Column("changed", Double, nullable=False),
    Column("contested", Text),
    Index("ix_sync_row_contested", "system", sqlite_where=text("contested IS NOT NULL")),
)
"""What the HR system last said of each of its rows (JSON): the base of the three-way comparison with local edits.

`contested`: fields that both sides changed, with what was agreed before (JSON); NULL = nothing is to be decided."""

sync_log = Table(
    "sync_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False, index=True),
    Column("direction", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(256), nullable=False),
    Column("op_id", String(36), index=True),
    Column("outcome", String(64), nullable=False),
    Column("status", Integer),
    Column("bytes", Integer, nullable=False, default=0),
    Column("sha256", String(64)),
    Column("detail", Text),
    sqlite_autoincrement=True,
)
"""The append-only record of what was sent and received. Never a header, never a secret."""

sync_exchange = Table(
    "sync_exchange",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("system", String(256), nullable=False),
    Column("op_id", String(36), index=True),
    Column("method", String(8), nullable=False),
    Column("path", Text, nullable=False),
    Column("status", Integer),
    Column("seconds", Double, nullable=False),
    Column("sent", LargeBinary),
    Column("sent_bytes", Integer, nullable=False),
    Column("sent_sha256", String(64)),
    Column("received", LargeBinary),
    Column("received_bytes", Integer, nullable=False),
    Column("received_sha256", String(64)),
    sqlite_autoincrement=True,
)
"""The newest calls with both bodies, without any secret; see `sync.exchanges`. A body that is no text is not kept."""

sync_run = Table(
    "sync_run",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("began", Double, nullable=False),
    Column("at", Double, nullable=False),
    Column("times", Integer, nullable=False, default=1),
    Column("sent", Integer, nullable=False),
    Column("received", Integer, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("failure", String(64)),
    Column("params", Text),
    sqlite_autoincrement=True,
)
"""The newest runs. Those in a row that sent nothing and went the same are one row: how often, first and last time."""
