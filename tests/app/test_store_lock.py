"""One writer at a time, and every way in which a library's folder or file can refuse."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import msgspec
import pytest

from analysis.failures import DiskFull
from app import text
from app.domain.types import Candidate, Holder, Position
from app.failures import LibraryBusy, LibraryHeld, LibraryUnwritable, ReadOnly
from app.store import Library
from app.store.lock import HOLDER_NAME, LOCK_NAME
from tests.conftest import ROOT

HOLD = """
import sys
from pathlib import Path
from app.domain.types import Candidate
from app.store import Library
library = Library.open(Path(sys.argv[1]), assessor="other")
print("open", flush=True)
for line in sys.stdin:
    library.save_candidate(Candidate("", line.strip()))
    print("saved", flush=True)
"""


@contextmanager
def another_process(folder):
    """A second process that has the library open and saves a candidate for every line that it gets."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        encoding="utf-8",
    )  # fmt: skip
    try:
        assert child.stdout.readline() == "open\n"
        yield child
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()


def test_a_second_process_is_told_who_holds_it(tmp_path, each_language):
    with another_process(tmp_path) as child:
        with pytest.raises(LibraryHeld) as failure:
            Library.open(tmp_path)
        assert f"({child.pid})" in text.sentence(failure.value)


def test_a_second_process_may_look(tmp_path):
    with another_process(tmp_path) as child, Library.open(tmp_path, read_only_if_held=True) as library:
        assert library.read_only
        assert library.holder.pid == child.pid
        child.stdin.write("张伟\n")
        child.stdin.flush()
        assert child.stdout.readline() == "saved\n"
        assert [one.name for one in library.candidates()] == ["张伟"]
        with pytest.raises(ReadOnly):
            library.save_position(Position("", "x"))
        with pytest.raises(ReadOnly):
            library.import_media(ROOT / "pyproject.toml")


def test_a_killed_process_holds_nothing(tmp_path):
    with another_process(tmp_path) as child:
        child.stdin.write("before the end\n")
        child.stdin.flush()
        assert child.stdout.readline() == "saved\n"
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert (tmp_path / HOLDER_NAME).exists()
        with Library.open(tmp_path) as library:
            assert not library.read_only
            assert library.holder is None
            assert [one.name for one in library.candidates()] == ["before the end"]


def test_what_is_left_behind_shuts_nobody_out(tmp_path):
    """A lock file and a note of a process that may even be alive, from a computer whose clock is in the future."""
    (tmp_path / LOCK_NAME).write_text("left over")
    note = Holder("someone", "elsewhere", os.getpid(), datetime(2099, 1, 1, tzinfo=UTC))
    (tmp_path / HOLDER_NAME).write_bytes(msgspec.json.encode(note))
    with Library.open(tmp_path) as library:
        assert not library.read_only


def test_a_damaged_note_still_gives_a_sentence(tmp_path, each_language):
    with Library.open(tmp_path):
        (tmp_path / HOLDER_NAME).write_bytes(b"{")
        with pytest.raises(LibraryHeld) as failure:
            Library.open(tmp_path)
        assert text.tr("store.unknown_holder") in text.sentence(failure.value)


def test_closing_gives_it_back(tmp_path):
    library = Library.open(tmp_path)
    library.close()
    library.close()
    assert not (tmp_path / HOLDER_NAME).exists()
    Library.open(tmp_path).close()


def test_a_failed_opening_gives_it_back(tmp_path):
    (tmp_path / "library.sqlite3").write_bytes(b"no database" * 1000)
    for _ in range(2):
        with pytest.raises(Exception, match="library_damaged"):
            Library.open(tmp_path)
    (tmp_path / "library.sqlite3").unlink()
    Library.open(tmp_path).close()


def test_a_locked_database_is_busy_and_nothing_is_lost(tmp_path):
    with Library.open(tmp_path, busy_timeout_s=0.1) as library:
        library.save_candidate(Candidate("", "before"))
        with closing(sqlite3.connect(tmp_path / "library.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(LibraryBusy):
                library.save_candidate(Candidate("", "during"))
            assert [one.name for one in library.candidates()] == ["before"]
            other.execute("ROLLBACK")
        library.save_candidate(Candidate("", "after"))
        assert [one.name for one in library.candidates()] == ["after", "before"]


def test_a_database_locked_while_opening_is_busy(tmp_path):
    Library.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "library.sqlite3", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LibraryBusy):
            Library.open(tmp_path, busy_timeout_s=0.1)
    Library.open(tmp_path).close()


@contextmanager
def mounted(folder, options):
    """A small file system of its own."""
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False).returncode:
        pytest.skip("this test has to mount a small file system, which needs rights that are not here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_read_only_folder_is_named(tmp_path, each_language):
    with mounted(tmp_path / "disk", "size=4m") as folder:
        Library.open(folder).close()
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        with pytest.raises(LibraryUnwritable) as failure:
            Library.open(folder)
        assert str(folder) in text.sentence(failure.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryUnwritable):
        Library.open(tmp_path / "file" / "library")


def fill_up(file):
    """Take what space is left."""
    try:
        with file.open("wb", buffering=0) as stream:
            while True:
                stream.write(b"x" * 4096)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


def save_until_it_fails(library):
    """The first few changes may find room in pages that the database has already."""
    for number in range(200):
        library.save_candidate(Candidate("", "x" * 4000 + str(number)))


def test_a_full_disk_loses_nothing(tmp_path):
    source = tmp_path / "long.mp4"
    source.write_bytes(os.urandom(3 << 20))
    with mounted(tmp_path / "disk", "size=2m") as folder, Library.open(folder) as library:
        library.save_candidate(Candidate("", "before"))
        with pytest.raises(DiskFull):
            library.import_media(source)
        assert list((folder / "vault").rglob("*original*")) == []
        assert library.interviews() == ()
        filler = folder / "filler"
        fill_up(filler)
        with pytest.raises(DiskFull) as failure:
            save_until_it_fails(library)
        assert "disk" in text.sentence(failure.value)
        filler.unlink()
        library.save_candidate(Candidate("", "after"))
        names = [one.name for one in library.candidates()]
        assert names[:2] == ["after", "before"]
