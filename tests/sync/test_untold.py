"""What was held back because a profile did not send it: offered when another one does, sent in order, never unasked."""

from __future__ import annotations

from functools import partial

import msgspec
import pytest

from sync import adding, listing, outbox, pruning, tables, untold
from sync.outbox import Kind, Resolution, State
from sync.profile import Profile, shipped_profile
from sync.sender import Sender
from tests.sync.ehr import enqueue_assessment, enqueue_interview, enqueue_note
from tests.sync.far_sides import SandboxSide

FAR = partial(SandboxSide, profile="sandbox")
ALL = ("status", "assessment", "notes")


@pytest.fixture
def held_back(far, sessions, queue):
    """An interview of which nothing was told, its assessment in two revisions; gives its ids."""
    with sessions() as session:
        ids = enqueue_interview(session)
        enqueue_assessment(session, *ids, 2, summary="改")
    silent = Profile(msgspec.structs.replace(shipped_profile("sandbox").shape, send=()))
    Sender(sessions, far.hr(profile=silent), queue).drain()
    assert far.registered() == []
    return ids


def resolutions(sessions):
    with sessions() as session:
        return {item.external_id: item.resolution for item in listing.items(session)}


def test_it_is_counted_by_what_the_profile_sends_now(held_back, sessions):
    with sessions() as session:
        assert untold.to_tell(session, ()) == {}
        assert untold.to_tell(session, ("status",)) == {Kind.INTERVIEW: 1, Kind.STATUS: 3}
        assert untold.to_tell(session, ALL) == {Kind.INTERVIEW: 1, Kind.STATUS: 3, Kind.ASSESSMENT: 1}


def test_nothing_is_sent_unasked_and_then_everything_once_and_in_order(far, held_back, sessions, queue):
    interview, assessment = held_back
    sender = Sender(sessions, far.hr(), queue)
    assert sender.drain().sent == 0
    with sessions() as session:
        assert untold.tell(session, ALL, queue.clock) == 5
        assert untold.tell(session, ALL, queue.clock) == 0
    assert sender.drain().sent == 5
    assert [one.external_id for one in far.arrived()] == [f"{assessment}:2"], "an earlier revision is of no use"
    assert (far.registered(), far.moves(interview)) == ([interview], ["in_progress", "to_review", "assessed"])
    assert resolutions(sessions)[f"{assessment}:1"] is Resolution.NOT_TOLD
    with sessions() as session:
        assert untold.to_tell(session, ALL) == {}


def test_what_is_left_is_not_offered_again(held_back, sessions):
    with sessions() as session:
        assert untold.leave(session, ALL) == 5
        assert untold.to_tell(session, ALL) == {}
        assert listing.counts(session)[State.DONE] == 6
    assert set(resolutions(sessions).values()) == {Resolution.LEFT, Resolution.NOT_TOLD}


def test_words_that_were_held_back_and_said_anew_are_not_sent_later(held_back, sessions, queue):
    interview, _ = held_back
    with sessions() as session:
        enqueue_note(session, interview)
        session.execute(
            tables.outbox.update()
            .where(tables.outbox.c.kind == Kind.NOTE.value)
            .values(state=State.DONE.value, resolution=Resolution.NOT_TOLD.value)
        )
        adding.set_aside(session, Kind.NOTE, f"{interview}:late:1")
        assert Kind.NOTE not in untold.to_tell(session, ALL)
        untold.tell(session, ALL, queue.clock)
    assert Resolution.SUPERSEDED in resolutions(sessions).values()


def test_nothing_of_an_interview_that_was_held_back_leaves_before_it_is_registered(far, held_back, sessions, queue):
    interview, assessment = held_back
    with sessions() as session:
        registration = outbox.find(session, Kind.INTERVIEW, interview).op_id
        enqueue_note(session, interview, registration)
        enqueue_assessment(session, interview, assessment, 3, depends_on=registration)
    sender = Sender(sessions, far.hr(), queue)
    assert sender.drain().dead == 0
    found = resolutions(sessions)
    assert found[f"{interview}:late:1"] is found[f"{assessment}:3"] is Resolution.NOT_TOLD
    with sessions() as session:
        assert untold.to_tell(session, ("notes",)) == {}, "alone it would not be known there"
        untold.tell(session, ALL, queue.clock)
    assert sender.drain().dead == 0
    assert [one.external_id for one in far.arrived()] == [f"{assessment}:3"]
    assert resolutions(sessions)[f"{interview}:late:1"] is None


def test_what_another_computer_was_to_tell_is_not_offered_here(held_back, sessions):
    with sessions() as session:
        session.execute(tables.outbox.update().values(sent_by="the office"))
        assert untold.to_tell(session, ALL) == {}


def test_what_a_person_left_is_whole_when_it_is_told_after_all(far, held_back, sessions, queue, clock):
    """However long ago that was: bodies that are let go of say nothing any more."""
    interview, assessment = held_back
    with sessions() as session:
        untold.leave(session, ALL)
        registration = outbox.find(session, Kind.INTERVIEW, interview).op_id
        enqueue_assessment(session, interview, assessment, 3, depends_on=registration)
    sender = Sender(sessions, far.hr(), queue)
    sender.drain()
    with sessions() as session:
        while pruning.prune_payloads(session, clock() + 1.0, most_bytes=0):
            pass
        assert untold.tell(session, ALL, queue.clock) == 1
    assert sender.drain().dead == 0
    assert far.registered() == [interview]
    assert far.moves(interview) == ["in_progress", "to_review", "assessed"]
    assert [one.external_id for one in far.arrived()] == [f"{assessment}:3"]


def test_a_later_revision_of_an_interview_that_a_person_left_is_held_with_it(far, held_back, sessions, queue):
    """No dead letter comes of a person's own choice: it is offered, and then the interview is registered first."""
    interview, assessment = held_back
    with sessions() as session:
        untold.leave(session, ALL)
        registration = outbox.find(session, Kind.INTERVIEW, interview).op_id
        enqueue_assessment(session, interview, assessment, 3, depends_on=registration)
        enqueue_note(session, interview, registration)
    sender = Sender(sessions, far.hr(), queue)
    assert (sender.drain().dead, far.registered()) == (0, [])
    assert resolutions(sessions)[f"{assessment}:3"] is Resolution.NOT_TOLD
    with sessions() as session:
        assert untold.to_tell(session, ALL) == {Kind.ASSESSMENT: 1, Kind.NOTE: 1}
        assert untold.to_tell(session, ("notes",)) == {}
        untold.tell(session, ALL, queue.clock)
    assert sender.drain().dead == 0
    assert (far.registered(), far.moves(interview)) == ([interview], ["in_progress", "to_review", "assessed"])
    assert [one.external_id for one in far.arrived()] == [f"{assessment}:3"]
    assert resolutions(sessions)[f"{assessment}:2"] is Resolution.LEFT, "what was left before stays left"


def test_a_later_revision_may_be_left_too(far, held_back, sessions, queue):
    interview, assessment = held_back
    with sessions() as session:
        untold.leave(session, ALL)
        enqueue_assessment(session, interview, assessment, 3)
    sender = Sender(sessions, far.hr(), queue)
    sender.drain()
    with sessions() as session:
        assert untold.leave(session, ALL) == 1
        assert untold.to_tell(session, ALL) == {}
    assert (sender.drain().sent, far.arrived()) == (0, [])


def test_what_waits_behind_a_registration_that_was_left_is_held_too(far, sessions, queue):
    with sessions() as session:
        interview, assessment = enqueue_interview(session)
        where = tables.outbox.c.kind == Kind.INTERVIEW.value
        session.execute(tables.outbox.update().where(where).values(state=State.DEAD.value))
        assert queue.resolve(session, outbox.find(session, Kind.INTERVIEW, interview).op_id, Resolution.LEFT)
    sender = Sender(sessions, far.hr(), queue)
    assert sender.drain().dead == 0
    assert resolutions(sessions)[f"{assessment}:1"] is Resolution.NOT_TOLD
    with sessions() as session:
        untold.tell(session, ALL, queue.clock)
    assert sender.drain().dead == 0
    assert far.registered() == [interview]


def test_what_was_taken_back_while_it_was_held_back_is_not_told_later(held_back, sessions, queue):
    interview, assessment = held_back
    with sessions() as session:
        enqueue_note(session, interview)
        untold_note = outbox.outbox.c.kind == Kind.NOTE.value
        session.execute(
            outbox.outbox.update()
            .where(untold_note)
            .values(state=State.DONE.value, resolution=Resolution.NOT_TOLD.value)
        )
        assert len(adding.close_unsent(session, Kind.NOTE, f"{interview}:late:")) == 1
        assert len(adding.supersede(session, assessment)) == 2
        assert set(untold.to_tell(session, ALL)) == {Kind.INTERVIEW, Kind.STATUS}
