"""How it stands now, as light, head and command line tell it; what the last run did is not what holds now."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from app import text
from app.exchanges import RunLine
from app.present import Present
from app.sync_state import Connection, utc
from sync import secrets
from sync.conflicts import Choice
from sync.failures import RemoteUnauthorized, RemoteUnreachable
from sync.sandbox.server import Sandbox
from tests.app.conftest import CANARY
from tests.app.hr import local_interview, planned, sign
from tests.pulled.hr import cards, put
from tests.sync.ehr import CONTRACT

LAST = RunLine(utc(0), utc(0), 1, 0, 0, "went", None)


def gone():
    with Sandbox(CONTRACT) as was:
        return was.url


@pytest.mark.parametrize(("facts", "connection", "keys"), [
    (("", 3, 1, False, None, False, None), Connection.NONE, ["sync.no_address"]),
    (("a", 0, 0, False, None, False, None), Connection.UNTRIED, ["sync.not_run_yet"]),
    (("a", 0, 0, False, None, False, LAST), Connection.UNTRIED, ["sync.nothing_waits"]),
    (("a", 2, 0, False, None, False, None), Connection.UNTRIED, ["sync.left"]),
    (("a", 0, 0, False, None, True, LAST), Connection.OK, ["sync.nothing_waits"]),
    (("a", 2, 0, True, None, True, LAST), Connection.OK, ["sync.under_way", "sync.left"]),
    (("a", 0, 0, True, None, False, None), Connection.UNTRIED, ["sync.under_way"]),
    (("a", 2, 1, False, None, True, LAST), Connection.TROUBLE, ["sync.people", "sync.left"]),
    (("a", 0, 1, True, None, True, LAST), Connection.TROUBLE, ["sync.under_way", "sync.people"]),
    (("a", 2, 0, False, RemoteUnreachable(host="h"), True, LAST), Connection.OFFLINE, ["", "sync.left"]),
    (("a", 2, 1, False, RemoteUnauthorized(host="h"), True, LAST), Connection.TROUBLE,
     ["", "sync.people", "sync.left"]),
])  # fmt: skip
def test_light_and_sentence_say_what_holds(each_language, facts, connection, keys):
    present = Present(*facts)
    counts = {"sync.left": {"n": present.queue}, "sync.people": {"n": present.people}}
    said = [text.tr(key, **counts.get(key, {})) if key else text.sentence(present.trouble) for key in keys]
    assert present.connection is connection
    assert present.sentence == {"zh": "", "en": " "}[each_language].join(said)
    assert "同步”页面" not in present.sentence


def test_what_a_person_has_settled_waits_for_nobody_any_more(each_language, library, sandbox, connect):
    service = connect(sandbox.url)
    service.run_once()
    mine = library.find_position(remote_id="pos-backend")
    library.save_position(replace(mine, title="我们的"))
    put(sandbox, "position", "pos-backend", title="他们的")
    assert service.run_once().people == 1
    assert text.tr("sync.people", n=1) in service.standing().sentence
    service.resolve(cards(service)[0].op_id, Choice.MINE)
    standing = service.standing()
    assert (standing.connection, standing.sentence, standing.open) == (
        Connection.OK, text.tr("sync.nothing_waits"), 0,
    )  # fmt: skip


def test_while_a_run_is_under_way_it_says_so_and_what_is_left_shrinks(library, sandbox, connect, monkeypatch):
    monkeypatch.setattr("app.sync_service.TELL_EVERY_S", -1.0)
    service = connect(sandbox.url)
    service.run_once()
    sign(library, planned(library).id)
    seen = []
    service.subscribe(lambda: seen.append(service.standing()))
    service.run_once(hurry=True)
    running = [one for one in seen if one.running]
    assert all(one.sentence.startswith(text.tr("sync.under_way")) for one in running)
    waiting = [one.queue for one in running]
    assert waiting[0] > 0
    assert waiting[-1] < max(waiting), "whoever looks sees it get less"
    assert text.tr("sync.left", n=waiting[0]) in running[0].sentence
    assert seen[-1].sentence == text.tr("sync.nothing_waits")


def test_the_last_run_is_known_after_a_restart(each_language, library, sandbox, connect):
    first = connect(sandbox.url)
    assert first.standing().last_run is None
    assert first.standing().sentence == text.tr("sync.not_run_yet")
    report = first.run_once()
    again = connect(sandbox.url).standing()
    assert abs((again.last_run - report.at).total_seconds()) < 60
    assert (again.connection, again.sentence) == (Connection.UNTRIED, text.tr("sync.nothing_waits"))
    assert again.last_went == text.tr("sync.all_sent", sent=report.sent, received=report.received.rows)
    assert connect(sandbox.url + "/ihr").standing().last_run is None, "that was another system"


def test_a_system_that_is_left_alone_is_not_shown_as_connected(library, connect):
    url = gone()
    sign(library, local_interview(library).id)
    assert connect(url).run_once().failure is not None
    restarted = connect(url)
    report = restarted.run_once()
    assert (report.asked_nobody, restarted.standing().connection) == (True, Connection.OFFLINE)
    assert restarted.standing().last_went == restarted.book.runs()[0].sentence, "nothing was tried: no run"


def test_what_another_address_met_says_nothing_of_this_one(library, sandbox, connect):
    service = connect(gone())
    service.run_once()
    assert service.standing().connection is Connection.OFFLINE
    service._settings.change(ehr_url=sandbox.url)
    assert service.standing().connection is Connection.UNTRIED
    assert service.standing().last_run is None
    service.run_once(hurry=True)
    assert service.standing().connection is Connection.OK


def test_a_refused_key_is_forgotten_when_another_is_entered(library, sandbox, connect, monkeypatch):
    monkeypatch.setattr(secrets, "store_secret", lambda *_: None)
    service = connect(sandbox.url, key="wrong")
    assert isinstance(service.run_once().failure, RemoteUnauthorized)
    assert service.standing().connection is Connection.TROUBLE
    service.set_key(CANARY)
    assert service.standing().connection is Connection.UNTRIED
    assert service.standing().sentence == text.tr("sync.nothing_waits")


def test_what_is_signed_while_nobody_answers_is_told_at_once(library, connect):
    service = connect(gone())
    assert service.run_once().failure is not None
    heard = threading.Event()
    service.subscribe(lambda: heard.set() if service.standing().queue else None)
    service.start()
    sign(library, local_interview(library).id)
    assert heard.wait(30)


def test_a_run_that_asked_nobody_is_no_run(each_language, library, sandbox, connect):
    """While the HR system is left alone, each minute and each click is not one more run that met the same."""
    service = connect(sandbox.url)
    sandbox.faults.set("429:retry=600")
    assert service.run_once().failure is not None
    sandbox.faults.set("")
    before = service.book.runs()
    held = service.run_once(hurry=True)
    assert held.asked_nobody, "the server asked for the wait"
    assert held.failure is not None, "why it waits is still told"
    assert service.book.runs() == before
    assert service.standing().last_run == before[0].at, "the run that asked somebody"
    assert service.standing().connection is Connection.TROUBLE


def test_it_says_when_it_tries_again(library, sandbox, connect):
    service = connect(sandbox.url)
    assert service.run_once().failure is None
    assert service.standing().next_try is None
    sandbox.faults.set("429:retry=600")
    report = service.run_once()
    assert service.standing().next_try == report.until
    assert connect(sandbox.url).standing().next_try == report.until, "also after a restart"


def test_what_a_server_asked_for_is_over_when_it_is_over(library, sandbox, connect):
    """With nothing to send, the head kept the last failure until the next minute."""
    service = connect(sandbox.url)
    sandbox.faults.set("429:retry=1:times=1")
    well = threading.Event()
    service.subscribe(lambda: well.set() if service.standing().connection is Connection.OK else None)
    service.start()
    assert well.wait(20)


def test_what_each_call_meets_is_not_shown_as_all_well(library, sandbox, connect):
    """One item alone does not stop a run, and nothing else was said: the light was green while all answers were 500."""
    service = connect(sandbox.url)
    assert service.run_once().failure is None
    sign(library, planned(library).id)
    sandbox.faults.set("500")
    report = service.run_once(hurry=True, pulling=False)
    assert (report.failure.code, report.sent) == ("remote_busy", 0)
    assert service.standing().connection is Connection.TROUBLE
    assert text.sentence(report.failure) in service.standing().sentence
    sandbox.faults.set("")
    assert service.run_once(hurry=True, pulling=False).failure is None
    assert service.standing().connection is Connection.OK


def test_one_item_that_has_to_wait_does_not_hide_that_the_system_answers(library, sandbox, connect):
    service = connect(sandbox.url)
    service.run_once()
    sign(library, planned(library).id)
    sandbox.faults.set("500:times=1")
    assert service.run_once(hurry=True).failure is None, "it was pulled since"
    assert service.standing().connection is Connection.OK
