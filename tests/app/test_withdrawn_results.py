"""A candidate who takes all consent back after people have signed: what a machine scored is not sent any more, and
people's own judgement where somebody says so."""

from __future__ import annotations

import json

import pytest

from app import text
from app.domain.types import InterviewStatus
from app.review import ReviewSession
from sync import listing
from sync.failures import ConflictStale
from sync.outbox import Kind, Resolution, State
from tests.app.hr import local_interview, sign
from tests.app.test_attaching import files
from tests.app.test_attaching import interview as interview
from tests.app.test_withdrawn_files import ALL, agree


def results(service):
    """The signed revisions of the room, oldest first."""
    return sorted(
        (one for one in service.state().entries if one.kind is Kind.ASSESSMENT), key=lambda one: one.external_id
    )


def machine_scores(payload):
    body = json.loads(payload)
    return [one["machine"] for one in body["dimensions"] if one["machine"] is not None]


@pytest.fixture
def judged(library, tmp_path):
    """Signed with no analysis: people's judgement alone. The candidate had agreed to one."""
    made = local_interview(library, "李雷")
    agree(library, made.id, *ALL)
    sign(library, made.id)
    return made


@pytest.fixture
def scored(library, interview):
    """Signed with scores of the machine in it."""
    agree(library, interview.id, *ALL)
    assert machine_scores(sign(library, interview.id).payload)
    return interview


def test_a_machines_scores_are_not_sent_and_it_is_said_why(library, service, sandbox, scored, each_language):
    agree(library, scored.id)
    service.run_once()
    (held,) = results(service)
    assert (held.state, held.can_resend, held.can_leave) == (State.HELD, False, True)
    assert held.sentence == text.tr("sync.held_scores")
    assert sandbox.store.assessments() == []
    assert service.standing().people == 1
    with pytest.raises(ConflictStale):
        service.resend(held.op_id)


def test_signed_once_more_it_is_people_alone_and_takes_the_others_place(library, service, sandbox, scored):
    agree(library, scored.id)
    assert not ReviewSession(library, scored.id).is_signed()
    signature = sign(library, scored.id)
    assert machine_scores(signature.payload) == []
    assert json.loads(signature.payload)["composite"] == 8.0
    first, second = results(service)
    assert first.sentence == text.tr("sync.resolved_superseded")
    assert (second.state, second.can_resend) == (State.HELD, True), "at once, before anything is tried"
    service.run_once()
    assert sandbox.store.assessments() == []
    service.resend(second.op_id)
    assert service.run_once().complete
    (arrived,) = sandbox.store.assessments()
    assert arrived.external_id.endswith(":2")
    assert files(sandbox) == {}
    assert library.interview(scored.id).status is InterviewStatus.ASSESSED


def test_peoples_judgement_waits_for_a_word(library, service, sandbox, judged, each_language):
    agree(library, judged.id)
    service.run_once()
    (held,) = results(service)
    assert (held.state, held.can_resend, held.can_leave) == (State.HELD, True, True)
    assert held.sentence == text.tr("sync.held_judgement")
    assert sandbox.store.assessments() == []
    service.resend(held.op_id)
    assert service.run_once().complete
    assert len(sandbox.store.assessments()) == 1
    assert service.standing().people == 0


def test_what_is_left_unsent_stays_here(library, service, sandbox, judged):
    agree(library, judged.id)
    (held,) = results(service)
    service.leave(held.op_id)
    assert service.run_once().complete
    assert sandbox.store.assessments() == []
    with library.reading() as session:
        (item,) = [one for one in listing.items(session) if one.kind is Kind.ASSESSMENT]
    assert item.resolution is Resolution.LEFT
    assert len(library.assessment(judged.id).signatures) == 1


def test_a_word_counts_for_one_withdrawal(library, service, sandbox, judged):
    """Sent after all, but not gone yet; agreed to again, and taken back again: somebody is asked anew."""
    agree(library, judged.id)
    (held,) = results(service)
    service.resend(held.op_id)
    agree(library, judged.id, *ALL)
    agree(library, judged.id)
    assert results(service)[0].state is State.HELD
    service.run_once()
    assert sandbox.store.assessments() == []


def test_agreeing_again_sends_nothing_by_itself(library, service, sandbox, scored):
    agree(library, scored.id)
    agree(library, scored.id, *ALL)
    service.run_once()
    assert sandbox.store.assessments() == []
    (held,) = results(service)
    assert held.can_resend
    service.resend(held.op_id)
    service.run_once()
    assert len(sandbox.store.assessments()) == 1


def test_one_who_never_agreed_to_a_machine_is_judged_by_people_and_sent(library, service, sandbox):
    made = local_interview(library, "Ann")
    agree(library, made.id)
    sign(library, made.id)
    assert service.run_once().complete
    assert len(sandbox.store.assessments()) == 1


def test_a_part_of_the_consent_holds_no_result(library, service, sandbox, scored):
    agree(library, scored.id, "speech")
    service.run_once()
    assert len(sandbox.store.assessments()) == 1


def test_scores_that_have_arrived_are_told_until_a_person_removed_them_there(
    library, service, sandbox, scored, each_language
):
    assert service.result(scored.id).standing == "pending"
    service.run_once()
    assert service.result(scored.id).standing == "done"
    assert service.lying_there() == ()
    agree(library, scored.id)
    (told,) = service.lying_there()
    assert told.interview_id == scored.id
    assert len(told.results) == 1
    assert text.tr("sync.scores_lie_there", candidate="张伟", results=told.results[0]) in told.sentence
    assert service.standing().people == len(told.op_ids) == len(told.files) + 1
    service.removed_there(told.op_ids)
    service.run_once()
    assert service.lying_there() == ()
    agree(library, scored.id, "face")
    agree(library, scored.id)
    assert len(service.lying_there()[0].results) == 1, "taken back anew, it is told anew"


def test_a_later_revision_without_scores_takes_the_place_of_those_there(library, service, sandbox, scored):
    service.run_once()
    agree(library, scored.id)
    sign(library, scored.id)
    service.run_once()
    assert service.lying_there()[0].results, "the new revision waits for a word"
    assert service.result(scored.id).standing == "held"
    service.resend(results(service)[-1].op_id)
    assert service.run_once().sent == 1
    assert all(not told.results for told in service.lying_there())
    newest = max(sandbox.store.assessments(), key=lambda one: one.revision)
    assert machine_scores(newest.body) == []
    assert machine_scores(json.dumps(sandbox.store.standing(newest.assessment_id).body)) == []


@pytest.mark.parametrize("kept", [("face",), ALL])
def test_scores_of_which_a_part_is_agreed_to_or_again_all_are_not_told(library, service, sandbox, scored, kept):
    service.run_once()
    agree(library, scored.id)
    agree(library, scored.id, *kept)
    assert all(not told.results for told in service.lying_there())


def test_peoples_judgement_that_has_arrived_is_not_told(library, service, sandbox, judged):
    service.run_once()
    agree(library, judged.id)
    assert all(not told.results for told in service.lying_there())


def test_scores_that_arrive_while_it_is_taken_back_are_told(library, service, sandbox, scored):
    whole = sandbox.store.keep

    def keep(*args, **params):
        agree(library, scored.id)
        return whole(*args, **params)

    sandbox.store.keep = keep
    service.run_once()
    assert [len(told.results) for told in service.lying_there()] == [1]
