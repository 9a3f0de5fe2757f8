"""The program dies at any moment of taking a package: all of it is there or nothing, and the next try finishes it."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from app.domain.types import Candidate
from app.handover.package import Kind
from app.handover.taking import take_package
from app.handover.writing import Choice, write_package
from app.store import Library
from tests.app.test_store_library import an_interview
from tests.conftest import ROOT
from tests.handover.conftest import sign

ROUNDS = 14
INTERVIEWS = 12


def counted(folder):
    """Rows by table, in a library that nobody has open."""
    with closing(sqlite3.connect(folder / "library.sqlite3")) as database:
        tables = ("interview", "candidate", "signature", "outbox where kind = 'assessment'", "package", "agreed")
        return [database.execute(f"select count(*) from {table}").fetchone()[0] for table in tables]


@pytest.mark.slow
def test_killed_at_any_moment_it_is_whole_or_not_there(laptop, stick, tmp_path):
    for number in range(INTERVIEWS):
        interview = laptop.save_interview(an_interview(laptop.save_candidate(Candidate("", f"候选人 {number}"))))
        sign(laptop, interview.id)
    file = stick / "results.mianjian"
    write_package(laptop, Choice(Kind.RESULTS, tuple(one.id for one in laptop.interviews())), file)
    office, whole = tmp_path / "killed", None
    with Library.open(office):
        pass
    empty = counted(office)
    command = [sys.executable, "-m", "app", "--data", str(office), "package", "import", str(file)]
    started = time.monotonic()
    subprocess.run([*command[:-1], str(tmp_path / "none.mianjian")], cwd=ROOT, check=False, capture_output=True)
    beginning = time.monotonic() - started
    drawn = random.Random(7)
    for _ in range(ROUNDS):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(beginning * drawn.uniform(0.5, 1.3))
        process.kill()
        process.wait()
        found = counted(office)
        whole = [INTERVIEWS, INTERVIEWS, INTERVIEWS, INTERVIEWS, 1, found[5]]
        assert found in (empty, whole)
    with Library.open(office) as library:
        take_package(library, file)
    assert counted(office)[:5] == whole[:5]
