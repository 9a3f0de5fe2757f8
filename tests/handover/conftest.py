"""An office that is connected to a sandbox EHR, a laptop that is not, and a memory stick between them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from app.domain.types import Conclusion
from app.handover.package import Kind
from app.handover.taking import take_package
from app.handover.writing import Choice, write_package
from app.review import ReviewSession
from app.settings import SettingsFile
from app.store import Library
from app.sync_service import SyncService
from sync.queue import Queue
from sync.sandbox.server import Sandbox
from tests.sync.ehr import CONTRACT

KEY = "a-key-of-the-sandbox"


@pytest.fixture
def sandbox(tmp_path):
    with Sandbox(CONTRACT, tmp_path / "ehr", key=KEY) as running:
        yield running


@pytest.fixture
def office(tmp_path):
    with Library.open(tmp_path / "office 办公室", assessor="HR 王芳") as opened:
        yield opened


@pytest.fixture
def laptop(tmp_path):
    with Library.open(tmp_path / "laptop 笔记本", assessor="李静") as opened:
        yield opened


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def connect(sandbox):
    """Makes services on a library, and closes them before it."""
    made = []

    def connected(library):
        settings = SettingsFile(library.folder)
        settings.change(ehr_url=sandbox.url, ehr_profile="sandbox")
        made.append(SyncService(library, settings, queue=Queue(jitter=lambda: 1.0), secret=lambda _: KEY))
        return made[-1]

    yield connected
    for service in made:
        service.close()


def sign(library, interview_id, summary="稳重，数据扎实", score=8):
    review = ReviewSession(library, interview_id)
    for dimension in review.template.dimensions:
        review.rate(dimension.id, score)
    review.conclude(Conclusion.HIRE)
    review.set_summary(summary)
    return review.sign()


def named(library, name):
    (found,) = [one for one in library.interviews() if one.candidate.name == name]
    return found


def carry(source, target, stick, kind, interviews=(), positions=(), **more):
    """Write a package in one library and take it in the other; gives what was written and what came of it."""
    file = stick / f"{len(list(stick.iterdir()))}.mianjian"
    written = write_package(source, Choice(kind, tuple(interviews), tuple(positions), **more), file)
    return written, take_package(target, file)


def out(source, target, stick, *interviews):
    return carry(source, target, stick, Kind.OUTWARD, interviews)[1]


def home(source, target, stick, *interviews, **more):
    return carry(source, target, stick, Kind.RESULTS, interviews, **more)[1]


def counted(tmp_path, table):
    """How many rows the sandbox has in its own file."""
    with closing(sqlite3.connect(tmp_path / "ehr" / "ehr.sqlite3")) as database:
        return database.execute(f"select count(*) from {table}").fetchone()[0]
