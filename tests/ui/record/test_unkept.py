"""What the library cannot take at an interview's end is not lost: it waits, is said, and is kept once there is room."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication

from app import text
from app.domain.kit import Answers, Kit, Manner
from app.domain.marks import MarkKind
from app.domain.types import InterviewStatus
from app.recording import holding
from tests.recording_run.conftest import planned_interview
from tests.ui.record.steps import ALL, begun, full, withdraw
from tests.ui.record.test_window import conductor, hold

__all__ = ["conductor"]
ANSWER = "先灰度，再全量。"


@pytest.fixture
def interview(library):
    """Its questions are answered in speech and in writing."""
    return planned_interview(library, kit=Kit(Manner(None, Answers.BOTH, None)))


def ended_full(room, library, monkeypatch, qtbot):
    """The interview ends while the disk is full; returns what gives it room again."""
    disk = monkeypatch.context()
    broken = disk.__enter__()
    for name in ("add_mark", "keep_draft", "record_consent"):
        broken.setattr(library, name, full)
    room.running.end()
    qtbot.waitUntil(lambda: room.pages.currentWidget() is room.done, timeout=30_000)
    return lambda: disk.__exit__(None, None, None)


def test_an_answer_a_note_and_the_end_wait_until_there_is_room(room, interview, library, made, monkeypatch, qtbot):
    begun(room, interview)
    room.running.go_next()
    room.running.answer.setPlainText(ANSWER)
    room.running.note.setFocus()
    room.running.note.insert("条理清楚")
    with qtbot.waitSignal(room.unkept, timeout=30_000) as told:
        there_is_room = ended_full(room, library, monkeypatch, qtbot)
    assert told.args == [f"{ANSWER}\n\n条理清楚"]
    assert library.interview(interview.id).status is InterviewStatus.IN_PROGRESS
    there_is_room()
    with qtbot.waitSignal(room.allKept):
        room.keep_unkept()
    ((take, words),) = holding.written_answers(library, interview.id)
    assert (take.number, words) == (0, ANSWER)
    assert "条理清楚" in [each.text for each in library.comments(interview.id)]
    assert library.draft(interview.id, "record.note") is None
    assert library.interview(interview.id).status is InterviewStatus.TO_REVIEW
    kinds = [mark.kind for mark in library.marks(interview.id)]
    assert kinds.count(MarkKind.ENDED) == kinds.count(MarkKind.TEXT) == kinds.count(MarkKind.NOTE) == 1


def test_it_is_tried_again_by_itself(room, interview, library, made, monkeypatch, qtbot):
    begun(room, interview)
    room.running.go_next()
    room.running.answer.setPlainText(ANSWER)
    there_is_room = ended_full(room, library, monkeypatch, qtbot)
    there_is_room()
    room._again.setInterval(10)
    with qtbot.waitSignal(room.allKept, timeout=10_000):
        pass
    assert [words for _, words in holding.written_answers(library, interview.id)] == [ANSWER]
    assert not room._again.isActive()


def test_nothing_is_analysed_before_what_was_taken_back_is_kept(room, interview, library, made, monkeypatch, qtbot):
    begun(room, interview, *ALL)
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 20)
    told = []
    room.recorded.connect(told.append)
    with monkeypatch.context() as broken:
        broken.setattr(library, "record_consent", full)
        withdraw(room, text.tr("record.withdraw", what=text.tr("record.kind_picture")))
    there_is_room = ended_full(room, library, monkeypatch, qtbot)
    assert told == []
    there_is_room()
    room.keep_unkept()
    assert told == [interview.id]
    assert library.consent(interview.id).kinds == ("sound",)


def test_an_interview_that_goes_on_is_not_ended_by_what_waited(room, interview, library, made, monkeypatch, qtbot):
    begun(room, interview)
    there_is_room = ended_full(room, library, monkeypatch, qtbot)
    there_is_room()
    room.start_over()
    begun(room, interview)
    if room._unkept:
        room.keep_unkept()
    assert library.is_cut_off(interview.id)
    assert library.interview(interview.id).status is InterviewStatus.IN_PROGRESS


def test_the_window_says_it_gives_the_words_and_asks_before_they_are_lost(conductor, made, monkeypatch, qtbot):
    room, library, window = hold(conductor), conductor.context.library, conductor.window
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 20)
    room.running.note.setFocus()
    room.running.note.insert("条理清楚")
    there_is_room = ended_full(room, library, monkeypatch, qtbot)
    qtbot.waitUntil(lambda: window.message.label.text() == text.tr("record.unkept"))
    window.message.action.click()
    assert QGuiApplication.clipboard().text() == "条理清楚"
    window.close()
    assert window.isVisible()
    assert window.message.label.text() == text.tr("record.unkept_close")
    there_is_room()
    room.keep_unkept()
    assert window.message.label.text() == text.tr("record.unkept_kept")
    window.close()
    assert not window.isVisible()


def test_how_to_have_the_words_stands_before_why_they_are_not_kept(conductor, made, monkeypatch, qtbot):
    library, window = conductor.context.library, conductor.window
    conductor.recordings.hold(conductor.interview_id)
    room = conductor.recordings.room
    room.consent.refuse.click()
    room.setup.begin.click()
    room.running.note.setFocus()
    room.running.note.insert("条理清楚")
    there_is_room = ended_full(room, library, monkeypatch, qtbot)
    qtbot.waitUntil(lambda: window.message.label.text() == text.tr("record.unkept"))
    assert window.message.action.text() == text.tr("record.unkept_copy")
    there_is_room()
    room.keep_unkept()
