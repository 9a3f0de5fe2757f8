"""What both sides changed of a pulled row: a card for the same field, a merge for others, nothing lost meanwhile."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app import text
from app.domain.types import Candidate, Position
from app.store import Library
from app.sync_state import Connection, State
from sync.conflicts import Choice
from sync.failures import ConflictStale
from tests.pulled.hr import MORNING, cards, fields, notes, office, plan, put, watch


def both_change(sandbox, library, service, mine="13800000000", theirs="13911111111"):
    candidate = library.find_candidate(remote_id="cand-wang")
    library.save_candidate(replace(candidate, phone=mine))
    put(sandbox, "candidate", "cand-wang", phone=theirs, email="new@example.com")
    service.run_once()
    return candidate.phone


def test_the_same_field_is_a_card_and_others_merge(library, sandbox, service):
    before = both_change(sandbox, library, service)
    now = library.find_candidate(remote_id="cand-wang")
    assert (now.phone, now.email) == ("13800000000", "new@example.com")
    (card,) = cards(service)
    assert fields(service, card) == {"phone": (before, "13800000000", "13911111111")}
    assert (card.state, card.can_choose, card.can_resend, card.can_leave) == (State.CONFLICT, True, False, False)
    assert json.loads(service.sent_text(card.op_id))["phone"] == "13911111111"
    standing = service.standing()
    assert (standing.people, standing.connection) == (1, Connection.TROUBLE)
    assert not service.run_once().complete, "a repeat of the page changes nothing, and it still waits"
    assert fields(service, card) == {"phone": (before, "13800000000", "13911111111")}


@pytest.mark.parametrize(("choice", "phone"), [(Choice.MINE, "13800000000"), (Choice.THEIRS, "13911111111")])
def test_what_a_person_decides_is_carried_out_audited_and_not_asked_again(library, sandbox, service, choice, phone):
    both_change(sandbox, library, service)
    (card,) = cards(service)
    service.conflict(card.op_id)
    service.resolve(card.op_id, choice)
    assert library.find_candidate(remote_id="cand-wang").phone == phone
    assert cards(service) == []
    assert service.run_once().complete
    line = [line for line in library.audit() if line.action == "pulled_decided"]
    assert [(one.subject, one.detail) for one in line] == [
        (library.find_candidate(remote_id="cand-wang").id, f"candidate phone={choice}")
    ]
    put(sandbox, "candidate", "cand-wang", phone="13911111111", email="another@example.com")
    service.run_once()
    assert cards(service) == []
    assert library.find_candidate(remote_id="cand-wang").phone == phone
    put(sandbox, "candidate", "cand-wang", phone="13922222222")
    service.run_once()
    assert len(cards(service)) == (choice is Choice.MINE), (
        "what changes there anew is asked, or taken where ours is theirs"
    )


def test_each_field_is_decided_on_its_own(library, sandbox, service):
    position = library.find_position(remote_id="pos-backend")
    library.save_position(
        replace(position, title="我们的", keywords=("限流",), weights_locked=not position.weights_locked)
    )
    put(sandbox, "position", "pos-backend", title="他们的", keywords=["熔断", "缓存"])
    service.run_once()
    (card,) = cards(service)
    assert fields(service, card)["keywords"][1:] == ("限流", text.tr("package.comma").join(("熔断", "缓存")))
    service.resolve(card.op_id, Choice.MINE, {"title": Choice.MINE, "keywords": Choice.THEIRS})
    now = library.find_position(remote_id="pos-backend")
    assert (now.title, now.keywords, now.weights_locked) == ("我们的", ("熔断", "缓存"), not position.weights_locked)


def test_what_hr_settles_later_vanishes(library, sandbox, service):
    before = both_change(sandbox, library, service)
    put(sandbox, "candidate", "cand-wang", phone="13800000000")
    assert service.run_once().complete
    assert cards(service) == []
    both_change(sandbox, library, service, mine="1", theirs="2")
    assert len(cards(service)) == 1
    put(sandbox, "candidate", "cand-wang", phone="13800000000")
    service.run_once()
    assert cards(service) == [], "HR took its change back, so ours alone is one"
    assert library.find_candidate(remote_id="cand-wang").phone == "1"
    assert before


def test_who_takes_the_own_change_back_gets_theirs(library, sandbox, service):
    before = both_change(sandbox, library, service)
    candidate = library.find_candidate(remote_id="cand-wang")
    library.save_candidate(replace(candidate, phone=before))
    assert cards(service) == []
    service.run_once()
    assert library.find_candidate(remote_id="cand-wang").phone == "13911111111"
    both_change(sandbox, library, service, mine="1", theirs="2")
    library.save_candidate(replace(library.find_candidate(remote_id="cand-wang"), phone="2"))
    assert cards(service) == [], "both hold the same by now"


def test_what_was_not_seen_is_not_decided(library, sandbox, service):
    both_change(sandbox, library, service)
    (card,) = cards(service)
    service.conflict(card.op_id)
    put(sandbox, "candidate", "cand-wang", phone="13933333333")
    service.run_once()
    with pytest.raises(ConflictStale):
        service.resolve(card.op_id, Choice.THEIRS)
    assert library.find_candidate(remote_id="cand-wang").phone == "13800000000"
    with pytest.raises(ConflictStale):
        service.conflict("pulled\ncandidate\nnobody")


def test_what_was_made_here_and_is_known_there_under_the_same_name_is_asked(tmp_path, sandbox):
    with Library.open(tmp_path / "other", assessor="li") as library:
        library.save_position(Position("", "后端工程师", department="研究院"))
        library.save_candidate(Candidate("", "王小雨", email=sandbox.store.entity("candidate", "cand-wang")["email"]))
        service = office(library, sandbox)
        (card,) = cards(service)
        (field,) = service.conflict(card.op_id).fields
        assert (field.field, field.mine, field.has_base) == ("department", "研究院", False)
        assert library.find_candidate(remote_id="cand-wang").phone, "what was empty here is filled"
        service.close()


def test_a_reschedule_never_loses_silently_to_a_quarter_of_an_hour(library, sandbox, service, each_language):
    interview = plan(sandbox, library, service)
    watch(library, MORNING + timedelta(minutes=5)).postpone(interview.id)
    postponed = library.interview(interview.id).scheduled_at
    afternoon = MORNING + timedelta(hours=6)
    sandbox.store.replan(interview.remote_id, scheduled_at=afternoon.isoformat())
    service.run_once()
    assert library.interview(interview.id).scheduled_at == postponed, "ours stands until somebody decides"
    (card,) = cards(service)
    assert fields(service, card) == {
        "scheduled_at": ("2026-03-02 09:00 CST", "2026-03-02 09:20 CST", "2026-03-02 15:00 CST")
    }
    (soon,) = watch(library, postponed - timedelta(minutes=5)).look().soon
    assert "2026-03-02 15:00 CST" in soon.sentence
    before = len(notes(library))
    late_at = postponed + timedelta(minutes=20)
    (late,) = watch(library, late_at).look().late
    assert "2026-03-02 15:00 CST" in late.sentence
    assert late.telling
    assert len(notes(library)) == before, "HR is not told that somebody is late by a time that is in question"
    (late,) = watch(library, late_at).look().late
    assert not late.telling
    service.resolve(card.op_id, Choice.MINE)
    (late,) = watch(library, late_at).look().late
    assert "15:00" not in late.sentence
    assert [note["role"] for note in notes(library)][before:] == ["late"]


def test_their_time_is_taken_and_rings_anew(library, sandbox, service):
    interview = plan(sandbox, library, service)
    watch(library, MORNING + timedelta(minutes=5)).postpone(interview.id)
    sandbox.store.replan(interview.remote_id, scheduled_at="2026-03-02T07:00:00Z")
    service.run_once()
    (card,) = cards(service)
    service.resolve(card.op_id, Choice.THEIRS)
    assert library.interview(interview.id).scheduled_at == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert watch(library, MORNING + timedelta(minutes=40)).look().late == ()
    (late,) = watch(library, datetime(2026, 3, 2, 7, 15, tzinfo=UTC)).look().late
    assert late.question is None


def test_a_time_that_hr_writes_otherwise_is_the_same_time(library, sandbox, service):
    interview = plan(sandbox, library, service)
    sandbox.store.replan(interview.remote_id, scheduled_at="2026-03-02T09:00:00+08:00")
    service.run_once()
    sandbox.store.replan(interview.remote_id, scheduled_at="2026-03-02T10:00:00Z")
    service.run_once()
    assert cards(service) == []
    assert library.interview(interview.id).scheduled_at == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_a_time_that_is_gone_there_is_asked_and_said(library, sandbox, service, each_language):
    interview = plan(sandbox, library, service)
    watch(library, MORNING + timedelta(minutes=5)).postpone(interview.id)
    sandbox.store.replan(interview.remote_id, scheduled_at=None)
    service.run_once()
    (card,) = cards(service)
    assert fields(service, card)["scheduled_at"][2] == text.tr("pulled.no_time")
    (late,) = watch(library, MORNING + timedelta(minutes=40)).look().late
    assert text.tr("schedule.no_time_there") in late.sentence


def put_template(sandbox, weight):
    body = sandbox.store.entity("template", "tech-interview")["body"]
    body["dimensions"][0] |= {"weight": weight}
    sandbox.store.put("template", "tech-interview", body)


@pytest.mark.parametrize("choice", list(Choice))
def test_another_text_under_a_kept_version_is_asked(library, sandbox, service, choice, each_language):
    before = library.template("tech-interview")
    put_template(sandbox, 55)
    assert service.run_once().refused_templates == ()
    assert library.template("tech-interview") == before
    (card,) = cards(service)
    (field,) = service.conflict(card.op_id).fields
    assert field.field == "body"
    assert "30" in str(field.mine)
    assert "55" in str(field.theirs)
    service.resolve(card.op_id, choice)
    assert service.run_once().complete, "the page comes again and nothing is asked again"
    assert cards(service) == []
    now = library.template("tech-interview")
    assert library.template("tech-interview", before.version) == before, "what was signed with it can still be read"
    assert (now.version, now.dimensions[0].weight) == (
        (before.version, 30) if choice is Choice.MINE else (before.version + 1, 55)
    )


def test_every_word_of_a_card_is_there(library, sandbox, service, each_language):
    both_change(sandbox, library, service)
    plan(sandbox, library, service)
    put_template(sandbox, 60)
    service.run_once()
    for card in cards(service):
        assert card.title
        assert card.sentence
        for field in service.conflict(card.op_id).fields:
            assert text.has(f"pulled.field_{field.field}") or text.has(f"package.field_{field.field}")


def test_templates_that_differ_in_their_anchors_alone_are_told_apart(library, sandbox, service):
    body = sandbox.store.entity("template", "tech-interview")["body"]
    body["dimensions"][0]["anchors"][0] |= {"zh": "另一句"}
    sandbox.store.put("template", "tech-interview", body)
    service.run_once()
    (card,) = cards(service)
    (field,) = service.conflict(card.op_id).fields
    assert field.mine != field.theirs
