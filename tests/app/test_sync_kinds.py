"""A library and an HR system of another kind, start to end: by token, by signature; nothing secret is left anywhere."""

from __future__ import annotations

import logging
import time

import pytest

from app.settings import SettingsFile
from app.store import Library
from app.sync_service import SyncService
from app.sync_state import Connection
from sync.auth import token
from sync.breaker import read_hold
from sync.failures import RemoteBusy, RemoteUnauthorized
from sync.queue import Queue
from sync.sandbox.faces import ihr
from sync.sandbox.server import Sandbox
from tests.app.hr import planned, sign
from tests.sync.ehr import CONTRACT, FakeClock

CANARY = "canary-91c27f3a-never-written-down"
TOKEN = "canary-token-5e1b"


@pytest.fixture
def sandbox(tmp_path, monkeypatch):
    token.forget_tokens()
    given = iter(range(100))
    monkeypatch.setattr(ihr.secrets, "token_urlsafe", lambda _: f"{TOKEN}-{next(given)}")
    with Sandbox(CONTRACT, tmp_path / "ehr", key=CANARY) as running:
        yield running
    token.forget_tokens()


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", assessor="li") as opened:
        yield opened


@pytest.fixture
def service(library, sandbox):
    made = []

    def connected(profile, account="mianjian", clock=time.time):
        settings = SettingsFile(library.folder)
        settings.change(
            ehr_url=f"{sandbox.url}/ihr", ehr_profile=profile, ehr_account=account, assessor="li"
        )  # fmt: skip
        queue = Queue(clock, jitter=lambda: 1.0)
        made.append(SyncService(library, settings, queue=queue, secret=lambda _: CANARY))
        return made[-1]

    yield connected
    for one in made:
        one.close()


@pytest.mark.parametrize("profile", ["ihr", "ihr-signed"])
def test_all_goes_both_ways_and_no_secret_stays(profile, service, library, sandbox, caplog):
    caplog.set_level(logging.DEBUG)
    connected = service(profile)
    report = connected.run_once()
    assert report.complete
    assert (report.received.positions, report.received.candidates, report.received.templates) == (5, 8, 3)
    interview = planned(library)
    assert interview.scheduled_at is not None
    sign(library, interview.id)
    assert connected.run_once().complete
    assert len(sandbox.store.assessments()) == 1
    assert sandbox.store.interview(interview.remote_id)["status"] == "assessed"
    before = (library.positions(), library.candidates(), library.interviews())
    assert connected.run_once().complete
    assert (library.positions(), library.candidates(), library.interviews()) == before
    told = caplog.text + repr(connected.state()) + repr(connected.history()) + repr(list(connected.diagnose()))
    for canary in (CANARY, TOKEN):
        assert canary not in told
        for file in library.folder.rglob("*"):
            assert not file.is_file() or canary.encode() not in file.read_bytes(), file


def test_a_refused_pull_leaves_the_system_alone_as_a_refused_push_does(service, library, sandbox):
    clock = FakeClock(time.time())
    connected = service("ihr", clock=clock)
    sandbox.faults.set("429:1:retry=40:times=1")
    report = connected.run_once(pulling=True)
    assert isinstance(report.failure, RemoteBusy)
    with library.reading() as session:
        assert read_hold(session, connected.address).until == pytest.approx(clock() + 40)
    clock.pass_s(39)
    assert isinstance(connected.run_once(hurry=True).failure, RemoteBusy), "no click overrides the server's own wait"
    assert connected.state().connection is Connection.TROUBLE
    clock.pass_s(2)
    assert connected.run_once().complete
    with library.reading() as session:
        assert read_hold(session, connected.address).until == 0.0


def test_another_account_is_refused_and_nothing_is_lost(service, library):
    assert isinstance(service("ihr", account="nobody").run_once().failure, RemoteUnauthorized)
    assert service("ihr").run_once(hurry=True).complete
