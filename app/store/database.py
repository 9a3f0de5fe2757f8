"""The connection to a library's file: pragmas, sessions for reading and writing, and known failures of SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from analysis.failures import DiskFull
from app import text
from app.failures import LibraryBusy, LibraryDamaged, LibraryUnwritable, Stale

FILE_NAME = "library.sqlite3"
_WRITES = "library_writes"


class Database:
    """One SQLite file. Writers take the write lock at once, so that a transaction never fails half-way as busy."""

    def __init__(self, folder: Path, *, read_only: bool, busy_timeout_s: float) -> None:
        self.folder = folder
        self.file = folder / FILE_NAME
        self.read_only = read_only
        self.busy_timeout_s = busy_timeout_s
        self.engine = self._create_engine()
        self._writing = self.engine.execution_options(**{_WRITES: True})

    def _create_engine(self) -> Engine:
        engine = create_engine("sqlite://", creator=self._connect, poolclass=QueuePool)
        event.listen(engine, "begin", _begin)
        return engine

    def _connect(self) -> sqlite3.Connection:
        uri = self.file.as_uri()
        mode = "mode=ro" if self.read_only else "mode=rwc"
        connection = sqlite3.connect(
            f"{uri}?{mode}", uri=True, timeout=self.busy_timeout_s, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA foreign_keys = ON")
        if not self.read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")  # what is redacted is overwritten, not left in free pages
        return connection

    @contextmanager
    def known_failures(self) -> Iterator[None]:
        """Turns what SQLite says into a failure that a person can be told about; anything else stays a bug."""
        try:
            yield
        except StaleDataError as stale:
            raise Stale(what=text.tr("store.row")) from stale
        except DBAPIError as error:
            self._raise_known(error.orig, error)
        except sqlite3.Error as error:
            self._raise_known(error, error)

    def _raise_known(self, cause: BaseException | None, error: Exception) -> None:
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        folder = str(self.folder)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise LibraryBusy(folder=folder) from error
        if code == sqlite3.SQLITE_FULL:
            raise DiskFull(folder=folder) from error
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise LibraryDamaged(folder=folder) from error
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
            raise LibraryUnwritable(folder=folder) from error
        raise error

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking; it sees one state throughout."""
        with self.known_failures(), Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One write transaction: committed at the end, undone by any exception."""
        with self.known_failures(), Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A bare write transaction, for the schema's history."""
        with self.known_failures(), self._writing.begin() as connection:
            yield connection

    def fold(self) -> None:
        """Fold the WAL into the file and empty it, so that nothing of earlier states stays in it; as far as readers let
        it."""
        with self.known_failures(), self.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every connection; a writer's WAL is folded into the file."""
        self.engine.dispose()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
