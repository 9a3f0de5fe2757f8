"""The program dies at any moment of taking a package: each interview is there as a whole or not at all, and taking the
package again ends as if nothing had happened."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime

import pytest

from app.domain.people import Side, Told
from app.domain.types import Candidate
from app.feedback import give
from app.handover import taking, taking_added
from app.handover.package import Kind
from app.handover.taking import take_package
from app.handover.writing import Choice, write_package
from app.store import Library
from sync import adding, listing, outbox
from sync.outbox import Kind as ItemKind
from sync.outbox import Resolution, State
from tests.app.test_store_library import an_interview
from tests.conftest import ROOT
from tests.handover.conftest import sign
from tests.sync.model_hr import Killed

ROUNDS = 8
INTERVIEWS = 5


def asked(folder, query):
    """What the file of a library that nobody has open says."""
    with closing(sqlite3.connect(folder / "library.sqlite3")) as database:
        return database.execute(query).fetchall()


def content(folder):
    """All that a package brings, without what differs from one computer to the other."""
    queries = (
        "select id, title, status, signed, composite, search from interview order by id",
        "select id, name from candidate order by id",
        "select id, payload from signature order by id",
        "select external_id, payload_sha256, state from outbox where kind in ('assessment', 'note') order by 1",
        "select kind, external_id, state from outbox where kind = 'status' order by 2",
        "select interview_id, text from comment order by id",
        "select id, action from audit where who = '李静' order by id",
        "select kind, row_id, row_version, fields from agreed order by 1, 2",
        "select interview_id, action from schedule_event order by id",
        "select interview_id, words from feedback order by id",
        "select count(*) from package",
    )
    made = sorted(path.name for path in (folder / "vault" / "made").glob("*"))
    return [asked(folder, query) for query in queries], made


def is_whole(folder):
    """How many interviews are here, and how much of each kind of what belongs to them: one of each."""
    there = asked(folder, "select count(*) from interview where status = 'assessed'")[0][0]
    kinds = (
        "interview", "signature", "outbox where kind = 'assessment'", "outbox where kind = 'note'",
        "outbox where kind = 'attachment'", "feedback", "comment", "schedule_event",
    )  # fmt: skip
    return there, {asked(folder, f"select count(*) from {kind}")[0][0] for kind in kinds}


KILL = """
import os, signal, sys
from pathlib import Path
from app.handover import taking, taking_added, taking_files
from app.store import Library
taking.SLICE_S = taking.PAUSE_S = 0.0
where, left = sys.argv[1], int(sys.argv[2])
owner = {"_breathe": taking._Taking, "sign": taking_added.TakingAdded, "settle": taking_files.Placing}[where]
whole = getattr(owner, where)
def dying(*given):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(*given)
setattr(owner, where, dying)
with Library.open(Path(sys.argv[3])) as library:
    taking.take_package(library, Path(sys.argv[4]))
"""
"""Takes a package, a transaction for each interview, and dies inside one, after a commit, or between two."""


@pytest.fixture
def results(laptop, stick):
    """A package with signed interviews, each with a comment, feedback, a note, a postponement and a report."""
    for number in range(INTERVIEWS):
        person = laptop.save_candidate(Candidate("", f"候选人 {number}"))
        at = datetime(2026, 12, 1, 6, number, tzinfo=UTC)
        interview = laptop.save_interview(an_interview(person, remote_id=f"int-{number}", scheduled_at=at))
        with laptop.session() as session:
            laptop.add_schedule_event(session, interview.id, Told.HIDDEN, at, {})
        laptop.add_comment(interview.id, 1.0, f"第 {number} 条")
        give(laptop, interview.id, Side.CANDIDATE, person.name, {"fair": 5}, "好", may_send=True)
        sign(laptop, interview.id)
    file = stick / "results.mianjian"
    write_package(laptop, Choice(Kind.RESULTS, tuple(one.id for one in laptop.interviews()), files=True), file)
    return file


@pytest.fixture
def wanted(results, tmp_path):
    """What a library holds that took the package undisturbed."""
    with Library.open(tmp_path / "calm") as library:
        take_package(library, results)
    return content(tmp_path / "calm")


@pytest.mark.slow
@pytest.mark.parametrize("where", ["_breathe", "sign", "settle"])
def test_killed_in_between_each_interview_is_whole_and_the_next_try_ends_the_same(results, wanted, tmp_path, where):
    office, reached = tmp_path / "killed", []
    with Library.open(office):
        pass
    for left in (0, 1, 3):
        command = [sys.executable, "-c", KILL, where, str(left), str(office), str(results)]
        died = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
        assert died.returncode == -signal.SIGKILL, died.stderr.decode()
        there, numbers = is_whole(office)
        assert numbers == {there}
        reached.append(there)
    assert reached == sorted(reached)
    with Library.open(office) as library:
        take_package(library, results)
    assert content(office) == wanted


@pytest.mark.slow
def test_killed_at_any_moment_the_next_try_ends_the_same(results, wanted, tmp_path):
    office = tmp_path / "killed"
    with Library.open(office):
        pass
    command = [sys.executable, "-m", "app", "--data", str(office), "package", "import", str(results)]
    started = time.monotonic()
    subprocess.run([*command[:-1], str(tmp_path / "none.mianjian")], cwd=ROOT, check=False, capture_output=True)
    beginning = time.monotonic() - started
    drawn = random.Random(7)
    for _ in range(ROUNDS):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(beginning * drawn.uniform(0.5, 1.3))
        process.kill()
        process.wait()
        there, numbers = is_whole(office)
        assert numbers == {there}
    with Library.open(office) as library:
        take_package(library, results)
    assert content(office) == wanted


def test_stopped_after_the_receipts_the_next_try_closes_the_files_all_the_same(
    laptop, office, results, stick, monkeypatch
):
    take_package(office, results)
    receipts = stick / "receipts.mianjian"
    with office.session() as session:
        files = [item for item in listing.items(session) if item.kind is ItemKind.ATTACHMENT]
        adding.supersede(session, outbox.assessment_of_file(files[0].external_id).rpartition(":")[0])
    write_package(office, Choice(Kind.RECEIPTS), receipts)
    monkeypatch.setattr(taking, "SLICE_S", -1.0)
    with monkeypatch.context() as stopped:
        stopped.setattr(taking_added.TakingAdded, "close_files", killed)
        with pytest.raises(Killed):
            take_package(laptop, receipts)
    take_package(laptop, receipts)
    with laptop.reading() as session:
        closed = outbox.find(session, ItemKind.ATTACHMENT, files[0].external_id)
    assert (closed.state, closed.resolution) == (State.DONE, Resolution.OVERTAKEN)
    assert json.loads(closed.payload)["source"]["id"] not in laptop.vault.made()


def killed(_):
    raise Killed
