"""An interview that a crash cut off: what the HR system is told of it, and when."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select

from app.domain.types import InterviewStatus
from app.recording import cut_off, holding
from app.recording.kinds import Kind, Role, SoundTrack
from app.recording.writing import begin
from app.settings import Settings
from sync.outbox import Kind as Sent
from sync.tables import outbox
from tests.recording.ending import all_end
from tests.recording.sources import Feeder

ROOM = (SoundTrack(Role.ROOM),)


def told(library):
    """The status moves that were written for the HR system, in order."""
    wanted = select(outbox.c.external_id).where(outbox.c.kind == str(Sent.STATUS)).order_by(outbox.c.seq)
    with library.reading() as session:
        return [name.rpartition(":")[2] for name in session.scalars(wanted)]


def record(library, interview, *, goes_on=False, join_later=False):
    """A second of sound, and what it ended with; nothing says that the interview is over."""
    outcome = []
    recording = begin(library, interview.id, ROOM, allowed=frozenset(Kind), go_on=goes_on, join_later=join_later)
    run = holding.held(library, library.interview(interview.id), Settings(), recording.now)
    run.begin(("sound",), goes_on=goes_on)
    run.next()
    Feeder(recording, ROOM).run(1.2)
    return run, recording, outcome


@pytest.fixture
def cut(library, interview):
    """The interview as it is in the library after a crash."""
    with all_end():
        _, recording, outcome = record(library, interview)
        recording.stop(outcome.append)
        recording.join(60)
        yield outcome[0]


def test_it_is_in_progress_still_and_the_end_is_told_once(library, cut):
    assert cut.status is InterviewStatus.IN_PROGRESS
    assert told(library) == ["in_progress"]
    assert cut_off.can_go_on(library, cut.id)
    run, recording, outcome = record(library, cut, goes_on=True)
    assert told(library) == ["in_progress"]
    assert not cut_off.can_go_on(library, cut.id)
    run.end()
    recording.stop(outcome.append)
    recording.join(60)
    assert outcome[0].status is InterviewStatus.TO_REVIEW
    assert told(library) == ["in_progress", "to_review"]


def test_who_reviews_it_has_it_assessed_and_it_may_go_on_all_the_same(library, cut):
    cut_off.take_up(library, cut.id)
    cut_off.take_up(library, cut.id)
    assert told(library) == ["in_progress", "to_review"]
    assert cut_off.can_go_on(library, cut.id)
    run, recording, outcome = record(library, cut, goes_on=True)
    run.end()
    recording.stop(outcome.append)
    recording.join(60)
    assert told(library) == ["in_progress", "to_review"]
    assert outcome[0].status is InterviewStatus.TO_REVIEW


def test_somebody_says_that_it_is_over(library, cut):
    cut_off.end(library, cut.id)
    cut_off.end(library, cut.id)
    assert library.interview(cut.id).status is InterviewStatus.TO_REVIEW
    assert told(library) == ["in_progress", "to_review"]
    assert library.cut_off() == ()
    assert not cut_off.can_go_on(library, cut.id)
    (asked,) = holding.asked_of(library, library.interview(cut.id))
    assert asked.end == pytest.approx(cut.media.duration_s, abs=0.01)


def test_signed_it_takes_every_step(library, cut):
    payload = b"{}"
    library.add_signature(cut.id, payload, hashlib.sha256(payload).hexdigest(), lambda _session, _signature: None)
    assert told(library) == ["in_progress", "to_review", "assessed"]
    assert not cut_off.can_go_on(library, cut.id)


def test_one_that_is_held_was_not_cut_off(library, interview):
    run = holding.held(library, interview, Settings(), lambda: 0.0)
    run.begin(())
    library.held_here.add(interview.id)
    assert not cut_off.can_go_on(library, interview.id)
    library.held_here.clear()
    assert cut_off.can_go_on(library, interview.id)
    run.end()
    assert not cut_off.can_go_on(library, interview.id)
