"""Library and HR system kept in step: a real library, a real sandbox, the real service between them."""

from __future__ import annotations

import json
import logging
import threading
import time
from dataclasses import replace

import pytest

from app import text
from app.domain.people import Side
from app.domain.types import InterviewStatus, Position
from app.failures import OtherAssessor
from app.feedback import give
from app.settings import SettingsFile
from app.sync_service import SyncService
from app.sync_state import Connection
from sync import listing, tables
from sync.conflicts import Choice
from sync.failures import ConflictStale, RemoteUnauthorized, SecretMissing
from sync.outbox import Kind, State
from sync.sandbox.faults import Faults
from sync.sandbox.server import Sandbox
from tests.app.conftest import CANARY
from tests.app.hr import in_conflict, local_interview, planned, sign
from tests.sync.ehr import CONTRACT, assessment_body
from tests.sync.small_server import serving


def test_positions_candidates_templates_and_interviews_come_from_the_hr_system(library, service):
    report = service.run_once()
    assert report.complete
    assert (report.received.positions, report.received.candidates, report.received.templates) == (5, 8, 3)
    backend = library.find_position(remote_id="pos-backend")
    assert backend.keywords == ("微服务", "灰度发布", "负载均衡", "复盘")
    assert library.template(library.find_position(remote_id="pos-data").template_id).title.zh == "技术岗位面试"
    interview = planned(library, "Emma Clarke")
    assert interview.position.title == "Product manager"
    assert (interview.time_zone, interview.status) == ("Europe/London", InterviewStatus.SCHEDULED)
    assert interview.scheduled_at is not None


def test_the_same_again_changes_nothing_and_is_not_sent_back(library, service):
    service.run_once()
    before = (library.positions(), library.candidates(), library.interviews())
    again = service.run_once()
    assert again.received.rows > 0, "the server overlaps its pages"
    assert (library.positions(), library.candidates(), library.interviews()) == before
    assert service.state().queue == 0


def test_a_local_edit_stays_and_what_changed_there_is_taken_over(library, service, sandbox):
    service.run_once()
    mine = library.find_position(remote_id="pos-backend")
    library.save_position(replace(mine, keywords=(*mine.keywords, "限流")))
    theirs = sandbox.store.entity("position", "pos-backend")
    theirs |= {"title": "资深后端工程师", "keywords": ["微服务"]}
    sandbox.store.put("position", "pos-backend", {k: v for k, v in theirs.items() if k not in ("id", "updated")})
    service.run_once()
    now = library.find_position(remote_id="pos-backend")
    assert now.title == "资深后端工程师"
    assert "限流" in now.keywords


def test_a_position_made_here_under_the_same_title_becomes_theirs(library, service):
    made = library.save_position(Position("", "后端工程师", questions=("请介绍一下你自己",)))
    service.run_once()
    found = library.find_position(remote_id="pos-backend")
    assert (found.id, found.questions) == (made.id, made.questions)


def test_what_was_deleted_there_is_not_deleted_here(library, service, sandbox):
    service.run_once()
    body = sandbox.store.entity("candidate", "cand-zhou")
    sandbox.store.put("candidate", "cand-zhou", {"name": body["name"], "email": "", "phone": "", "position_id": None},
                      deleted=True)  # fmt: skip
    assert service.run_once().complete
    assert planned(library, "周子墨").candidate.email == "zimo.zhou@example.com"


def test_a_template_that_cannot_be_used_is_named_and_the_rest_still_comes(library, service, sandbox):
    sandbox.store.put("template", "broken", {"id": "broken", "version": 1, "dimensions": "none"})
    sandbox.store.put("position", "pos-new", {
        "title": "QA", "department": "", "description": "", "keywords": [], "template_id": "broken",
        "weights_locked": False,
    })  # fmt: skip
    report = service.run_once()
    assert report.refused_templates == ("broken",)
    assert library.find_position(remote_id="pos-new").template_id == "default"


def test_moves_and_assessment_arrive_in_the_order_of_the_interview(library, service, sandbox):
    service.run_once()
    interview = planned(library)
    library.set_status(interview.id, InterviewStatus.TO_REVIEW)
    assert service.run_once().sent == 2
    assert sandbox.store.interview(interview.remote_id)["status"] == "to_review"
    signature = sign(library, interview.id)
    report = service.run_once()
    assert (report.sent, report.complete) == (3, True)
    held = sandbox.store.assessments()[0]
    assert (held.body, held.interview_id) == (signature.payload, interview.remote_id)
    moves = [move for move in sandbox.store.moves() if move["interview_id"] == interview.remote_id]
    assert [move["target"] for move in moves] == ["in_progress", "to_review", "assessed"]
    assert held.received_at <= moves[-1]["received_at"], "assessed only once the assessment is there"
    sent = [line.detail for line in library.audit(interview.id) if line.action == "sent"]
    assert [detail.split()[0] for detail in sent] == ["status", "status", "assessment", "status", "attachment"]
    assert f"assessment {held.external_id}" in sent


def test_signed_while_down_arrives_exactly_once_after_it_comes_up(library, connect, tmp_path):
    clock_key = {"key": CANARY}
    first = Sandbox(CONTRACT, tmp_path / "ehr", **clock_key).start()
    port = int(first.url.rpartition(":")[2])
    service = connect(first.url)
    service.run_once()
    first.stop()
    interview = planned(library)
    sign(library, interview.id)
    report = service.run_once()
    assert not report.complete
    assert service.state().connection is Connection.OFFLINE
    assert "5" in report.sentence
    with Sandbox(CONTRACT, tmp_path / "ehr", port, **clock_key) as second:
        assert service.run_once(hurry=True).complete
        service.run_once(hurry=True)
        assert len(second.store.assessments()) == 1
        assert second.store.interview(interview.remote_id)["status"] == "assessed"


def test_nothing_of_an_unknown_interview_leaves_before_it_is_signed(library, service, sandbox):
    interview = local_interview(library)
    library.set_status(interview.id, InterviewStatus.TO_REVIEW)
    service.run_once()
    assert service.state().entries == ()
    sign(library, interview.id)
    assert service.run_once().sent == 6
    linked = library.interview(interview.id)
    assert sandbox.store.interview(linked.remote_id)["client_id"] == interview.id
    service.run_once()
    same = [one for one in library.interviews() if one.candidate.name == "Ann"]
    assert [one.id for one in same] == [interview.id]
    assert same[0].candidate.remote_id is not None


def test_each_revision_is_sent_in_order(library, service, sandbox):
    interview = local_interview(library)
    sign(library, interview.id, "first")
    service.run_once()
    sign(library, interview.id, "second")
    assert service.run_once().complete
    assert [held.revision for held in reversed(sandbox.store.assessments())] == [1, 2]


def test_a_revision_that_nobody_can_have_gives_way_to_the_next_and_both_stay_signed(library, service, sandbox):
    interview = local_interview(library)
    for summary in ("first", "second", "third"):
        sign(library, interview.id, summary)
    assert service.run_once().complete
    assert [held.revision for held in sandbox.store.assessments()] == [3]
    assert sandbox.store.interviews()[-1]["status"] == "assessed"
    assert len(library.assessment(interview.id).signatures) == 3
    told = [entry.sentence for entry in service.state().entries if entry.kind is Kind.ASSESSMENT]
    assert told.count(text.tr("sync.resolved_superseded")) == 2


def test_a_refused_assessment_is_mended_by_signing_again_or_left(library, service, sandbox):
    interview = local_interview(library)
    sign(library, interview.id, "first")
    with library.session() as session:
        session.execute(tables.outbox.update().values(state="dead", last_error="remote_rejected", last_params="{}"))
    registration = next(entry for entry in service.state().entries if entry.kind is Kind.INTERVIEW)
    service.resend(registration.op_id)
    for entry in service.state().entries:
        if entry.kind is Kind.STATUS:
            service.leave(entry.op_id)
            with pytest.raises(ConflictStale):
                service.leave(entry.op_id)
    sign(library, interview.id, "second")
    assert service.run_once().complete
    assert [held.revision for held in sandbox.store.assessments()] == [2]
    assert sandbox.store.moves() == []


def test_a_conflict_is_shown_field_by_field_and_mine_goes_as_a_new_revision(library, service, sandbox):
    interview, entry = in_conflict(library, service, sandbox)
    assert entry.sentence == text.tr("sync.conflict_assessment_differs")
    conflict = service.conflict(entry.op_id)
    assert [(one.field, one.base, one.mine, one.theirs) for one in conflict.fields] == [
        ("summary", "solid", "mine", "theirs")
    ]
    service.resolve(entry.op_id, Choice.MINE)
    assert service.run_once().complete
    newest = sandbox.store.assessments()[0]
    assert (newest.revision, json.loads(newest.body)["summary"]) == (3, "mine")
    assert len(library.assessment(interview.id).signatures) == 3
    with pytest.raises(ConflictStale):
        service.resolve(entry.op_id, Choice.THEIRS)


def test_what_is_signed_after_a_conflict_stays_above_their_revision(library, service, sandbox):
    interview, entry = in_conflict(library, service, sandbox, revision=5)
    service.resolve(entry.op_id, Choice.MINE)
    assert service.run_once().complete
    sign(library, interview.id, "once more")
    assert service.run_once().complete
    assert [held.revision for held in sandbox.store.assessments()][:2] == [7, 6]


def test_what_was_signed_meanwhile_is_mine(library, service, sandbox):
    interview, entry = in_conflict(library, service, sandbox)
    sign(library, interview.id, "seen once more")
    service.resolve(entry.op_id, Choice.MINE)
    assert service.run_once().complete
    newest = sandbox.store.assessments()[0]
    assert (newest.revision, json.loads(newest.body)["summary"]) == (4, "seen once more")
    assert json.loads(library.assessment(interview.id).signatures[-1].payload)["summary"] == "seen once more"


def test_keeping_theirs_sends_nothing(library, service, sandbox):
    _, entry = in_conflict(library, service, sandbox)
    service.resolve(entry.op_id, Choice.THEIRS)
    assert service.run_once().complete
    assert len(sandbox.store.assessments()) == 2


def test_only_who_signed_can_sign_again(library, service, sandbox):
    _, entry = in_conflict(library, service, sandbox)
    library.assessor = "wang"
    with pytest.raises(OtherAssessor):
        service.resolve(entry.op_id, Choice.MINE)


def test_a_move_that_contradicts_goes_again_from_where_it_stands(library, service, sandbox):
    service.run_once()
    interview = planned(library)
    library.set_status(interview.id, InterviewStatus.IN_PROGRESS)
    library.set_status(interview.id, InterviewStatus.TO_REVIEW)
    service.run_once()
    sandbox.store._db.execute("update interview set status = 'scheduled' where id = ?", (interview.remote_id,))
    sandbox.store._db.execute("delete from move")
    sign(library, interview.id)
    assert service.run_once().people == 1
    entry = next(entry for entry in service.state().entries if entry.can_choose)
    assert service.conflict(entry.op_id).fields[0].theirs == "scheduled"
    service.resolve(entry.op_id, Choice.MINE)
    assert service.run_once().complete
    assert sandbox.store.interview(interview.remote_id)["status"] == "assessed"


def test_a_dead_letter_is_sent_again_by_hand(library, service, sandbox):
    interview = local_interview(library)
    sign(library, interview.id)
    sandbox.faults.set("500")
    dead = SyncService(library, service._settings, secret=lambda _: "wrong")
    assert isinstance(dead.run_once().failure, RemoteUnauthorized)
    assert dead.state().connection is Connection.TROUBLE
    sandbox.faults.set("")
    with library.session() as session:
        service._queue.wake_all(session)
        item = service._queue.claim(session)
        service._queue.bury(session, item, RemoteUnauthorized(host="h"))
    entry = next(entry for entry in service.state().entries if entry.state is State.DEAD)
    assert entry.can_resend
    service.resend(entry.op_id)
    assert service.run_once(hurry=True).complete
    with pytest.raises(ConflictStale):
        service.resend(entry.op_id)


def test_the_background_sends_what_is_signed_without_being_asked(library, service, sandbox):
    sent = threading.Event()

    def look():
        if sandbox.store.assessments() and not service.state().queue:
            sent.set()

    service.subscribe(look)
    service.start()
    sign(library, local_interview(library).id)
    assert sent.wait(60)
    service.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "sync"]


@pytest.mark.alone
def test_closing_does_not_wait_for_a_slow_server(library, service, sandbox, monkeypatch):
    sandbox.faults.set("slow:1:3.5")
    asked = threading.Event()
    plan = Faults.plan
    monkeypatch.setattr(Faults, "plan", lambda faults, *given, **named: (asked.set(), plan(faults, *given, **named))[1])
    sign(library, local_interview(library).id)
    service.start()
    assert asked.wait(60)
    began = time.monotonic()
    service.close()
    assert time.monotonic() - began < 3.0
    with library.session() as session:
        assert listing.counts(session)[State.INFLIGHT] == 1


def test_every_state_has_a_sentence(each_language, library, service, sandbox):
    sandbox.faults.set("503:1:times=1")
    interview = local_interview(library)
    sign(library, interview.id)
    give(library, interview.id, Side.INTERVIEWER, "li", {"time": 3}, "", may_send=True)
    service.run_once()
    waiting = service.state()
    assert any("503" in entry.sentence for entry in waiting.entries)
    service.run_once(hurry=True)
    state = service.state()
    assert state.connection is Connection.OK
    assert {entry.kind for entry in state.entries} == set(Kind)
    assert all(entry.title and entry.sentence for entry in state.entries)
    lines = service.history()
    assert any(line.sent for line in lines)
    assert any(not line.sent for line in lines)
    assert json.loads(service.sent_text(state.entries[0].op_id))
    assert text.tr("sync.people", n=1)


def test_no_address_no_key_and_a_wrong_address_are_sentences(library, connect):
    assert connect("").state().connection is Connection.NONE
    assert connect("http://127.0.0.1:9").state().connection is Connection.UNTRIED
    assert connect("ftp://ehr.example").run_once().failure.code == "address_invalid"
    assert connect("http://ehr.example").run_once().failure.code == "address_invalid"
    settings = SettingsFile(library.folder)
    settings.change(ehr_url="http://127.0.0.1:9")
    report = SyncService(library, settings).run_once()
    assert isinstance(report.failure, SecretMissing)
    assert "MIANJIAN_EHR_TOKEN" in report.sentence


def test_the_key_is_never_written_down(library, connect, sandbox, caplog):
    caplog.set_level(logging.DEBUG)
    service = connect(sandbox.url)
    sign(library, local_interview(library).id)
    for faults in ("401", "500", "html", "409", "cut", "drop_after", ""):
        sandbox.faults.set(faults)
        service.run_once(hurry=True)
    assert service.run_once(hurry=True).complete
    assert CANARY not in caplog.text
    assert CANARY not in repr(service.state()) + repr(service.history())
    for file in library.folder.rglob("*"):
        assert not file.is_file() or CANARY.encode() not in file.read_bytes(), file


def test_the_connection_can_be_tried(connect, sandbox):
    connect(sandbox.url).test()
    with pytest.raises(RemoteUnauthorized):
        connect(sandbox.url, key="wrong").test()


def test_bodies_of_the_library_are_those_of_the_tests(library, service, sandbox):
    """What a review signs has the very fields that the other tests send by hand."""
    signature = sign(library, local_interview(library).id)
    assert set(json.loads(signature.payload)) == set(json.loads(assessment_body("i", "a")))


def test_how_it_stands_costs_the_same_however_much_waits(library, service, monkeypatch):
    for number in range(3):
        sign(library, local_interview(library, f"Ann {number}").id)
    asked, read = [], listing.items
    monkeypatch.setattr(listing, "items", lambda *given: asked.append(given) or read(*given))
    standing, state = service.standing(), service.state()
    assert len(asked) == 1, "the items are read for the state alone"
    assert standing == replace(state, entries=())
    assert standing.queue == 15
    assert {entry.title for entry in state.entries if entry.kind is Kind.STATUS} >= {
        f"Ann {number}: {text.tr('sync.status_scheduled')} → {text.tr('sync.status_in_progress')}"
        for number in range(3)
    }


def test_what_is_wanted_while_a_run_is_under_way_is_done_after_it(library):
    under_way, go_on, again = threading.Event(), threading.Event(), threading.Event()

    def reply(call):
        if not call.path.startswith("/v1/changes"):
            return 200, {}, {"status": "ok"}
        (again if under_way.is_set() else under_way).set()
        assert go_on.wait(30)
        return 200, {}, {"positions": [], "candidates": [], "templates": [], "cursor": "c", "more": False}

    with serving(reply) as server:
        settings = SettingsFile(library.folder)
        settings.change(ehr_url=server.url, ehr_profile="generic")
        service = SyncService(library, settings, secret=lambda _: "key")
        service.start()
        assert under_way.wait(30)
        settings.change(ehr_profile="sandbox")
        service.sync_now()
        go_on.set()
        assert again.wait(30), "it is asked at once, not a minute later"
        service.close()
