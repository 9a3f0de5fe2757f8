"""Brings a library's file to this program's schema, after a backup copy, and knows a newer one when it sees it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.failures import LibraryDamaged, LibraryNewer
from app.store.vault import keep_private

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, MetaData

HISTORY = (
    "0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012", "0017", "0013",
    "0014", "0015", "0018", "0019", "0020",
)  # fmt: skip
"""All revisions, oldest first. Kept here so that an up-to-date library opens without loading Alembic."""
HEAD = HISTORY[-1]
VERSIONS = "alembic_version"


def revision_of(file: Path, timeout_s: float = 5.0) -> str | None:
    """The schema revision of a library's file; None for a file that is absent or empty.

    Raises LibraryDamaged for a database that is not a library, sqlite3.Error for a file that is no database.
    """
    if not file.exists() or file.stat().st_size == 0:
        return None
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=timeout_s)) as database:
        names = {str(row[0]) for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        row = database.execute("SELECT version_num FROM alembic_version").fetchone() if VERSIONS in names else None
    if row is None and names - {VERSIONS}:
        raise LibraryDamaged(folder=str(file.parent))
    return str(row[0]) if row else None


def refuse_newer(revision: str | None, folder: Path) -> None:
    """LibraryNewer where this program does not know the revision."""
    if revision is not None and revision not in HISTORY:
        raise LibraryNewer(folder=str(folder))


def back_up(file: Path, revision: str) -> Path:
    """A consistent copy of the database (its WAL included) in `backups/`, before its schema changes."""
    folder = file.parent / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    copy = folder / f"{file.stem}-{revision}-{stamp}{file.suffix}"
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    keep_private(copy)
    return copy


def upgrade(connection: Connection) -> None:
    """Run what is missing of the history on an open connection."""
    from alembic import command

    configuration = alembic_config()
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")


def alembic_config() -> Config:
    """Alembic's settings, by the package's own place: the same in a checkout and in a frozen program."""
    from alembic.config import Config

    configuration = Config()
    here = str(Path(__file__).resolve().parent / "migrations")
    configuration.set_main_option("script_location", here.replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    return configuration


def metadata() -> Sequence[MetaData]:
    """Everything that the history must amount to: the library's own tables and the outbox's."""
    from app.store.tables import Base
    from sync import tables

    return [Base.metadata, tables.metadata]
