"""An interview that will not take place: cancelled in the HR system, or of somebody who is gone there. Nobody rings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.documents import OVER
from app.domain.types import Candidate, InterviewQuery, InterviewStatus
from app.incoming import Incoming
from app.said import said_of
from app.store.importing import import_file
from app.store.recordings import Belonging
from sync import ledger, listing
from sync.conflicts import Choice
from sync.contract import Pulled, RemoteCandidate
from sync.outbox import Kind, Resolution, State
from sync.sender import Drained
from tests.analysis.media_samples import record
from tests.app.hr import sign
from tests.app.test_store_library import an_interview
from tests.pulled.hr import MORNING, notes, plan, put, watch

LATE = MORNING + timedelta(minutes=20)


def cancel(sandbox, service, interview, *, cancelled=True):
    sandbox.store.replan(interview.remote_id, cancelled=cancelled)
    service.run_once()


def test_a_cancelled_interview_is_shown_as_such_and_rings_no_more(library, sandbox, service):
    interview = plan(sandbox, library, service)
    cancel(sandbox, service, interview)
    assert library.interview(interview.id).status is InterviewStatus.CANCELLED
    assert library.planned_between(MORNING, LATE) == ()
    assert watch(library, LATE).look().late == ()
    assert watch(library, MORNING - timedelta(minutes=5)).look().soon == ()
    assert notes(library) == []
    assert library.interview(interview.id).status in OVER
    listed = library.interviews(InterviewQuery(status=InterviewStatus.CANCELLED))
    assert [one.id for one in listed] == [interview.id]
    assert service.state().queue == 0, "nothing of it is sent back"
    cancel(sandbox, service, interview, cancelled=False)
    assert library.interview(interview.id).status is InterviewStatus.SCHEDULED
    assert len(watch(library, LATE).look().late) == 1


def test_a_note_that_nobody_has_yet_does_not_leave_any_more(library, sandbox, service):
    interview = plan(sandbox, library, service)
    watch(library, LATE).look()
    sandbox.store.replan(interview.remote_id, cancelled=True)
    system = service.speaking()
    service._pull(system, Drained())
    system.close()
    with library.reading() as session:
        (note,) = [item for item in listing.items(session) if item.kind is Kind.NOTE]
    assert (note.state, note.resolution) == (State.DONE, Resolution.SUPERSEDED)
    service.run_once()
    assert sandbox.store.notes() == []


def test_what_has_begun_stays_and_says_what_hr_says(library, sandbox, service):
    interview = plan(sandbox, library, service)
    service.run_once()
    watch(library, LATE).arrived(interview.id)
    with sandbox.store._writing() as db:
        db.execute("update interview set status = 'cancelled' where id = ?", (interview.remote_id,))
        sandbox.store._touch(db, "cand-wang")
    service.run_once()
    assert library.interview(interview.id).status is InterviewStatus.IN_PROGRESS
    assert said_of(library, library.interview(interview.id)).cancelled
    sign(library, interview.id)
    assert library.interview(interview.id).status is InterviewStatus.ASSESSED
    service.run_once()
    (move, *_) = [entry for entry in service.state().entries if entry.kind is Kind.STATUS and entry.can_choose]
    assert service.conflict(move.op_id).fields[0].theirs == "cancelled"
    assert len(sandbox.store.assessments()) == 1, "the assessment arrives all the same"
    for _ in range(3):  # a card for each step that HR does not take any more, and then no more
        for entry in service.state().entries:
            if entry.kind is Kind.STATUS and entry.can_choose:
                service.resolve(entry.op_id, Choice.MINE)
        service.run_once()
    assert not [entry for entry in service.state().entries if entry.can_choose], "no step leads on from there"


def test_what_is_cancelled_may_take_place_all_the_same(library, sandbox, service, tmp_path):
    interview = plan(sandbox, library, service)
    cancel(sandbox, service, interview)
    with library.session() as session:
        moved = library.move_in(session, interview.id, InterviewStatus.TO_REVIEW)
    assert moved.status is InterviewStatus.TO_REVIEW
    cancel_again = service.run_once()
    assert library.interview(interview.id).status is InterviewStatus.TO_REVIEW
    assert cancel_again.failure is None


def test_one_that_was_cancelled_before_it_was_known_is_not_made(library, sandbox, service):
    remote = sandbox.store.plan_interview("cand-zhou", MORNING.isoformat(), "Asia/Shanghai")
    sandbox.store.replan(remote, cancelled=True)
    service.run_once()
    assert library.find_interview(remote_id=remote) is None
    sandbox.store.replan(remote)
    service.run_once()
    assert library.find_interview(remote_id=remote).status is InterviewStatus.SCHEDULED


def test_nobody_waits_for_a_deleted_candidate(library, sandbox, service):
    interview = plan(sandbox, library, service)
    candidate = library.find_candidate(remote_id="cand-wang")
    own = library.save_interview(an_interview(candidate, scheduled_at=MORNING))
    other = library.save_candidate(Candidate("", "somebody else"))
    theirs = library.save_interview(an_interview(other, scheduled_at=MORNING))
    body = sandbox.store.entity("candidate", "cand-wang")
    sandbox.store.put("candidate", "cand-wang", {"name": body["name"], "email": "", "phone": "", "position_id": None},
                      deleted=True)  # fmt: skip
    service.run_once()
    assert {library.interview(one.id).status for one in (interview, own)} == {InterviewStatus.CANCELLED}
    assert [late.interview.id for late in watch(library, LATE).look().late] == [theirs.id]
    put(sandbox, "candidate", "cand-wang", name=body["name"], email=body["email"], phone=body["phone"])
    service.run_once()
    assert {library.interview(one.id).status for one in (interview, own)} == {InterviewStatus.SCHEDULED}


def test_a_cancelled_interview_leaves_no_card_about_its_time(library, sandbox, service):
    interview = plan(sandbox, library, service)
    watch(library, MORNING + timedelta(minutes=5)).postpone(interview.id)
    sandbox.store.replan(interview.remote_id, cancelled=True, scheduled_at=(LATE + timedelta(hours=1)).isoformat())
    service.run_once()
    assert not [entry for entry in service.state().entries if entry.is_pulled]
    cancel(sandbox, service, interview, cancelled=False)
    assert [entry for entry in service.state().entries if entry.is_pulled], "it counts again once it takes place"


@pytest.mark.parametrize("status", list(InterviewStatus))
def test_a_package_says_cancelled_of_what_has_not_begun(library, status):
    interview = library.save_interview(an_interview(library.save_candidate(Candidate("", "Ann"))))
    if status is not InterviewStatus.SCHEDULED:
        library.set_status(interview.id, status)
    with library.session() as session:
        library.move_in(session, interview.id, InterviewStatus.CANCELLED)
    wanted = InterviewStatus.CANCELLED if status is InterviewStatus.SCHEDULED else status
    assert library.interview(interview.id).status is wanted


def test_a_recording_brings_a_cancelled_interview_on(library, service, sandbox, tmp_path):
    interview = plan(sandbox, library, service)
    cancel(sandbox, service, interview)
    imported = import_file(library, record(tmp_path / "clip.mp4", 1.0), belonging=Belonging(interview_id=interview.id))
    assert imported.interview.status is InterviewStatus.TO_REVIEW


def taken(library, system, candidate):
    """One candidate is pulled."""
    rows = list(Incoming(library, system).take(Pulled(candidates=(candidate,))))
    with library.session() as session:
        for row in rows:
            ledger.keep_row(session, system, row)


def test_an_interview_that_is_told_no_more_was_cancelled(library):
    """Systems that drop a cancelled interview from their lists say which are there."""
    person = RemoteCandidate(
        "7", "陈明", interview_remote_id="7.1", scheduled_at=MORNING.isoformat(), there=("7.1", "7.2")
    )
    taken(library, "http://hr.example", person)
    interview = library.find_interview(remote_id="7.1")
    own = library.save_interview(an_interview(interview.candidate, scheduled_at=MORNING))
    later = replace(person, interview_remote_id="7.2")
    taken(library, "http://hr.example", later)
    assert library.interview(interview.id).status is InterviewStatus.SCHEDULED, "it is there, and only not the next"
    taken(library, "http://hr.example", replace(later, interview_remote_id=None, there=()))
    first, second = library.interview(interview.id), library.find_interview(remote_id="7.2")
    assert first.status is second.status is InterviewStatus.CANCELLED
    assert library.interview(own.id).status is InterviewStatus.SCHEDULED, "one of ours is none of theirs"
    taken(library, "http://hr.example", person)
    assert library.interview(interview.id).status is InterviewStatus.SCHEDULED
    taken(library, "http://other.example", replace(person, interview_remote_id=None, there=()))
    assert library.interview(interview.id).status is InterviewStatus.SCHEDULED, "another system never told of it"


def test_before_the_first_run_the_system_that_was_pulled_last_counts(library):
    with library.session() as session:
        assert ledger.connected(session) == ""
        ledger.write_state(session, "http://a", ledger.CURSOR, "1", lambda: 1.0)
        ledger.write_state(session, "http://b", ledger.CURSOR, "1", lambda: 2.0)
        assert ledger.connected(session) == "http://b"
        ledger.connect(session, "http://a")
        assert ledger.connected(session) == "http://a"
