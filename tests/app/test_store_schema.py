"""The schema's history: from nothing, from an older file with a backup, and not from a newer one."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from app import text
from app.domain.types import InterviewQuery, Position
from app.failures import LibraryDamaged, LibraryNewer
from app.store import Library, migrating
from app.store.tables import APPEND_ONLY


@pytest.fixture
def engine(tmp_path):
    made = create_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    yield made
    made.dispose()


def test_the_history_amounts_to_the_tables(engine):
    with engine.begin() as connection:
        migrating.upgrade(connection)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), list(migrating.metadata())) == []


def test_the_list_of_revisions_is_the_scripts():
    scripts = ScriptDirectory.from_config(migrating.alembic_config())
    assert tuple(reversed([script.revision for script in scripts.walk_revisions()])) == migrating.HISTORY
    assert scripts.get_current_head() == migrating.HEAD


def test_append_only_tables_refuse_in_the_database(engine):
    with engine.begin() as connection:
        migrating.upgrade(connection)
        triggers = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'")}
    assert triggers == {f"{table}_no_{verb}" for table in APPEND_ONLY for verb in ("update", "delete")}


def older(folder):
    """A library as the first revision left it, with a row in it."""
    folder.mkdir()
    made = create_engine(f"sqlite:///{folder / 'library.sqlite3'}")
    with made.connect() as connection:
        configuration = migrating.alembic_config()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0001")
    with made.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO candidate (id, created, changed, assessor, version, name, email, phone) "
            "VALUES ('c', '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000', 'x', 1, '老张', '', '')"
        )
        connection.exec_driver_sql(
            "INSERT INTO interview (id, created, changed, assessor, version, title, round, status, candidate_id, "
            "time_zone, analysis_state, signed) VALUES ('i', '2026-01-01 00:00:00.000000', "
            "'2026-01-01 00:00:00.000000', 'x', 1, 'ＦＩＮＡＬ', 1, 'scheduled', 'c', 'UTC', 'none', 0)"
        )
    made.dispose()


def test_an_older_library_is_brought_up_after_a_backup(tmp_path):
    older(tmp_path / "old")
    with Library.open(tmp_path / "old") as library:
        assert [one.name for one in library.candidates()] == ["老张"]
        assert [one.id for one in library.interviews(InterviewQuery(text="final 老张"))] == ["i"]
    (backup,) = (tmp_path / "old" / "backups").iterdir()
    assert migrating.revision_of(backup) == "0001"
    assert migrating.revision_of(tmp_path / "old" / "library.sqlite3") == migrating.HEAD
    with Library.open(tmp_path / "old"):
        assert len(list((tmp_path / "old" / "backups").iterdir())) == 1


def test_a_migration_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    older(tmp_path / "old")

    def fail(connection):
        connection.exec_driver_sql("CREATE TABLE half (x)")
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("app.store.library.upgrade", fail)
        with pytest.raises(RuntimeError):
            Library.open(tmp_path / "old")
    with closing(sqlite3.connect(tmp_path / "old" / "library.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone() == (0,)
    with Library.open(tmp_path / "old") as library:
        assert len(library.candidates()) == 1


def test_a_newer_library_is_left_alone(tmp_path, each_language):
    with Library.open(tmp_path) as library:
        library.save_position(Position("", "x"))
    file = tmp_path / "library.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    with pytest.raises(LibraryNewer) as failure:
        Library.open(tmp_path)
    assert str(tmp_path) in text.sentence(failure.value)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_library_is_left_alone(tmp_path, content):
    file = tmp_path / "library.sqlite3"
    file.write_bytes(content)
    with pytest.raises(LibraryDamaged):
        Library.open(tmp_path)
    assert file.read_bytes() == content


def test_a_damaged_page_is_said_and_not_a_crash(tmp_path):
    with Library.open(tmp_path) as library:
        for number in range(300):
            library.save_position(Position("", f"position {number}", description="x" * 200))
    file = tmp_path / "library.sqlite3"
    content = bytearray(file.read_bytes())
    content[4096 * 3 :] = b"\xa5" * (len(content) - 4096 * 3)
    file.write_bytes(content)
    with pytest.raises(LibraryDamaged):
        read_everything(tmp_path)
    assert file.read_bytes() == content


def read_everything(folder):
    """Damage shows where it is touched, at the latest here."""
    with Library.open(folder) as library:
        library.positions()
        library.interviews()
        library.audit()


def test_somebody_elses_database_is_not_taken_over(tmp_path):
    with closing(sqlite3.connect(tmp_path / "library.sqlite3")) as database:
        database.execute("CREATE TABLE interview (x)")
        database.commit()
    with pytest.raises(LibraryDamaged):
        Library.open(tmp_path)
