"""The pure standing of an interview: questions, times, takes, pauses; and what the library keeps of it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from app.domain.kit import MANY, Answers, Manner
from app.domain.marks import Mark, MarkKind
from app.domain.types import InterviewStatus
from app.recording import holding
from app.recording.running import Prompt, Running, planned, standing, warn_at, written_time
from app.settings import Settings
from app.store.library import Library
from sync.outbox import Kind
from sync.tables import outbox
from tests.recording_run.conftest import QUESTIONS, planned_interview

BOTH = Manner(60.0, Answers.BOTH, MANY)


class Clock:
    """The recording's time, moved by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def run(library, interview, clock):
    started = holding.held(library, interview, Settings(answers="both"), clock)
    started.begin(("sound", "picture"))
    return started


@pytest.mark.parametrize(
    ("question", "seconds"),
    [
        ("…（5分钟）", 300),
        ("Tell me (2 min)", 120),
        ("Tell me (2 min) now", None),
        ("(10 Minutes)", 600),
        ("说说", None),
        ("（0分钟）", None),
    ],
)
def test_a_question_may_name_its_time(question, seconds):
    assert written_time(question) == seconds


def test_the_kit_has_its_times():
    assert [each.seconds for each in planned(QUESTIONS, Manner(240.0))] == [300, 120, 240]
    assert (warn_at(300), warn_at(120), warn_at(20)) == (120, 30, 10)


def test_questions_come_one_by_one_and_end(run, clock):
    assert run.now.current is None
    for number in range(3):
        clock.now += 10
        assert run.next()
        assert run.now.current.number == number
    clock.now += 10
    assert run.next()
    assert run.now.current is None
    assert not run.next()
    assert [(take.start, take.end) for take in run.now.takes] == [(10, 20), (20, 30), (30, 40)]
    run.end()
    assert not run.next()
    assert not run.go(0)
    assert not run.pause()


def test_a_timer_warns_and_goes_below_nothing(run, clock):
    run.next()
    assert run.left() == 300
    assert not run.is_late()
    clock.now = 180
    assert run.left() == 120
    assert run.is_late()
    clock.now = 320
    assert run.left() == -20
    assert run.spent() == 320


def test_a_retake_supersedes_the_take_before(run, clock, library, interview):
    run.next()
    clock.now = 30
    assert run.retake()
    assert [(take.take, take.used, take.end) for take in run.now.takes] == [(1, False, 30), (2, True, None)]
    assert run.left() == 300
    (comment,) = library.comments(interview.id)
    assert (comment.time_s, comment.end_s) == (0.0, 30.0)
    assert QUESTIONS[0] in comment.text


def test_a_kit_without_retakes_has_none(library, interview, clock):
    run = holding.held(library, interview, Settings(retake=False), clock)
    run.begin(())
    run.next()
    assert not run.retake()


def test_a_question_asked_again_later_goes_on_with_its_take(run, clock):
    for at, number in ((1, 0), (5, 1), (9, 0)):
        clock.now = at
        run.go(number)
    assert [(take.number, take.take, take.used) for take in run.now.takes] == [(0, 1, True), (1, 1, True), (0, 1, True)]
    assert not run.go(0)
    assert not run.go(7)
    assert not run.go(-1)


def test_what_is_marked_stands_in_the_review(run, clock, library, interview):
    run.next()
    clock.now = 12.5
    run.mark()
    run.note("  条理清楚 <b>  ", at_s=11.0)
    assert not run.note("   ")
    assert run.rate(8).text == QUESTIONS[0]
    run.prompt(Prompt.CALM)
    comments = library.comments(interview.id)
    assert [(each.time_s, each.text, each.bookmark) for each in comments] == [
        (11.0, "条理清楚 <b>", False), (12.5, "", True),
    ]  # fmt: skip
    assert library.assessment(interview.id).questions[QUESTIONS[0]].score == 8.0
    assert run.now.scores == {0: 8.0}
    assert run.now.prompt == (12.5, "calm")


def test_nothing_is_rated_before_anything_is_asked(run):
    assert run.rate(5) is None


def test_written_answers_belong_to_their_take(run, clock, library, interview):
    run.next()
    assert run.answer("第一")
    assert run.answer("第一版")
    assert not run.answer("第一版")
    run.retake()
    assert run.answer("second")
    run.next()
    found = holding.written_answers(library, interview.id)
    assert [(take.take, take.used, words) for take, words in found] == [(1, False, "第一版"), (2, True, "second")]


def test_speech_only_takes_no_written_answer(library, interview, clock):
    run = holding.held(library, interview, Settings(), clock)
    run.begin(())
    run.next()
    assert not run.answer("x")


def sent(library, interview_id):
    with library.reading() as session:
        wanted = select(outbox.c.external_id).where(outbox.c.kind == str(Kind.STATUS)).order_by(outbox.c.seq)
        return [each.removeprefix(f"{interview_id}:") for each in session.scalars(wanted)]


def test_the_hr_system_hears_of_beginning_and_end_once(run, library, interview, clock):
    assert sent(library, interview.id) == ["in_progress"]
    assert library.interview(interview.id).status is InterviewStatus.IN_PROGRESS
    run.begin(("sound",))
    again = holding.held(library, interview, Settings(), clock)
    again.begin(("sound",))
    assert sent(library, interview.id) == ["in_progress"]
    again.end()
    again.end()
    holding.held(library, interview, Settings(), clock).end()
    assert sent(library, interview.id) == ["in_progress", "to_review"]


def test_a_recording_that_came_to_nothing_leaves_its_times_behind(run, library, interview, clock):
    run.next()
    clock.now = 30
    run.note("kept")
    clock.now = 2
    again = holding.held(library, interview, Settings(), clock)
    assert again.now.current is not None
    again.begin(("sound",))
    assert again.now.takes == ()
    again.next()
    assert [(each.id, each.start) for each in holding.asked_of(library, interview)] == [("q1", 2.0)]
    assert again.now.notes == ((30.0, "kept"),)


def test_a_recording_that_goes_on_keeps_its_times(run, library, interview, clock):
    assert library.cut_off() == (interview.id,)
    run.next()
    clock.now = 30
    again = holding.held(library, interview, Settings(), clock)
    again.begin(("sound",), goes_on=True)
    again.next()
    assert [(each.id, each.start, each.end) for each in holding.asked_of(library, interview)] == [
        ("q1", 0.0, 30.0), ("q2", 30.0, 30.0),
    ]  # fmt: skip
    again.end()
    assert library.cut_off() == ()


def test_what_is_held_without_a_recording_goes_on_where_it_was_cut_off(library, interview, clock):
    run = holding.held(library, interview, Settings(), clock)
    run.begin(())
    run.next()
    clock.now = 5
    again = holding.held(library, interview, Settings(), clock)
    again.begin(())
    again.next()
    assert [(take.number, take.end) for take in again.now.takes] == [(0, 5.0), (1, None)]


def test_an_interview_that_is_further_stays_there(library, interview, clock):
    library.set_status(interview.id, InterviewStatus.TO_REVIEW)
    run = holding.held(library, interview, Settings(), clock)
    run.begin(())
    assert library.interview(interview.id).status is InterviewStatus.TO_REVIEW


KILLED = """
import os, sys
from app.recording import holding
from app.settings import Settings
from app.store.library import Library
library = Library.open(__import__("pathlib").Path(sys.argv[1]), assessor="李静")
interview = library.interview(sys.argv[2])
now = [0.0]
run = holding.held(library, interview, Settings(answers="both"), lambda: now[0])
run.begin(("sound",)); run.next(); now[0] = 3.5
run.note("kept"); run.answer("写下的"); run.rate(7); run.next()
os.kill(os.getpid(), 9)
"""


def test_a_kill_loses_nothing(tmp_path):
    folder = tmp_path / "killed"
    with Library.open(folder, assessor="李静") as library:
        interview = planned_interview(library)
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder), interview.id], cwd=root, timeout=60, check=False)
    assert done.returncode == -9
    with Library.open(folder, assessor="李静") as library:
        run = holding.held(library, library.interview(interview.id), Settings(answers="both"), lambda: 9.0)
        assert run.now.current.number == 1
        assert run.now.notes == ((3.5, "kept"),)
        assert run.now.answers == {(0, 1): "写下的"}
        assert library.assessment(interview.id).questions[QUESTIONS[0]].score == 7.0
        assert sent(library, interview.id) == ["in_progress"]
        run.end()
        assert sent(library, interview.id) == ["in_progress", "to_review"]


STEPS = st.lists(st.sampled_from(("next", "retake", "pause", "resume", "mark", "go0", "go2", "answer")), max_size=25)


@given(STEPS)
def test_whatever_is_pressed_the_marks_tell_the_standing(steps):
    clock, marks = Clock(), []

    def keep(kind, at_s, body):
        marks.append(Mark("i", len(marks) + 1, kind, at_s, body, datetime.now(UTC), "x"))
        return marks[-1]

    run = Running(planned(QUESTIONS, BOTH), keep, clock)
    run.begin(("sound",))
    for step in steps:
        clock.now += 1.0
        if step.startswith("go"):
            run.go(int(step[2]))
        elif step == "answer":
            run.answer(f"at {clock.now}")
        else:
            getattr(run, step)()
    assert standing(marks) == run.now
    starts = [take.start for take in run.now.takes]
    assert starts == sorted(starts)
    for take, following in zip(run.now.takes, run.now.takes[1:], strict=False):
        assert take.end is not None
        assert take.end <= following.start
    for number in run.now.asked:
        used = {take.take for take in run.now.takes if take.number == number and take.used}
        assert len(used) == 1


def test_the_analysis_is_told_what_was_asked_when(run, clock, library, interview):
    run.next()
    clock.now = 30
    run.retake()
    clock.now = 60
    run.next()
    asked = holding.asked_of(library, library.interview(interview.id))
    assert [(each.id, each.start, each.end, each.used) for each in asked] == [
        ("q1", 0, 30, False), ("q1", 30, 60, True), ("q2", 60, 60, True),
    ]  # fmt: skip


def test_without_a_recording_nothing_is_told(library, interview, clock):
    run = holding.held(library, interview, Settings(), clock)
    run.begin(())
    run.next()
    assert holding.asked_of(library, interview) == ()


def test_what_goes_on_without_a_recording_leaves_what_was_recorded(run, clock, library, interview):
    run.next()
    clock.now = 20
    run.next()
    clock.now = 30
    again = holding.held(library, interview, Settings(), clock)
    again.begin((), goes_on=True)
    again.next()
    assert [(each.id, each.start, each.end) for each in holding.asked_of(library, interview)] == [
        ("q1", 0.0, 20.0), ("q2", 20.0, 20.0),
    ]  # fmt: skip


def test_what_begins_anew_without_a_recording_has_nothing_in_one(run, clock, library, interview):
    run.next()
    clock.now = 30
    holding.held(library, interview, Settings(), clock).begin(())
    assert holding.asked_of(library, interview) == ()


def test_marks_cannot_be_changed(run, library, interview):
    with pytest.raises(DatabaseError), library.session() as session:
        session.connection().exec_driver_sql("UPDATE mark SET at_s = 0")
    assert MarkKind.BEGUN in {mark.kind for mark in library.marks(interview.id)}
