"""Another assessor takes over in the settings while a review is open: each keeps the own words, and only those."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

OTHER = "赵敏"
WORDS = "closing words of the first"


@pytest.fixture
def reviewing(opened_window, reviewed_copy):
    """A review that is open: its conductor, the interview's id and who reviews it."""
    opened_window.open_review(reviewed_copy[1])
    return opened_window, reviewed_copy[1], opened_window.context.library.assessor


def room_of(conductor):
    return conductor.window.room("review")


def enter_name(qtbot, conductor, name):
    """Type another name in the settings; nobody has left the field yet."""
    conductor.window.enter("settings")
    field = conductor.window.room("settings").assessor
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    field.setText(name)
    return field


def taken_over(qtbot, conductor, name):
    qtbot.waitUntil(lambda: conductor.context.library.assessor == name)


def test_what_is_being_written_stays_with_who_wrote_it(qtbot, reviewing):
    conductor, interview_id, first = reviewing
    library, card = conductor.context.library, room_of(conductor).scorecard
    card.summary.setFocus()
    card.summary.setPlainText(WORDS)
    card.comments.field.setText("half a comment")
    qtbot.keyClick(enter_name(qtbot, conductor, OTHER), Qt.Key.Key_Return)
    taken_over(qtbot, conductor, OTHER)
    window = conductor.window
    assert window.pages.currentWidget() is window.room("settings")
    assert library.assessment(interview_id, first).summary == WORDS
    anew = room_of(conductor).scorecard
    assert anew is not card
    assert anew.summary.toPlainText() == ""
    assert anew.comments.field.text() == ""
    assert anew.presenter.assessment.assessor == OTHER
    assert not library.assessment(interview_id, OTHER).ratings
    dimension = next(iter(anew.cards))
    anew.presenter.rate(dimension, 3.0)
    window.enter("review")
    room_of(conductor).leave()
    assert library.assessment(interview_id, OTHER).summary == ""
    assert library.assessment(interview_id, first).ratings[dimension].score != 3.0


def test_going_back_to_the_review_ends_the_writing_of_the_name(qtbot, reviewing):
    conductor, interview_id, first = reviewing
    window = conductor.window
    room_of(conductor).scorecard.summary.setPlainText(WORDS)
    enter_name(qtbot, conductor, OTHER)
    window.enter("review")
    taken_over(qtbot, conductor, OTHER)
    room = room_of(conductor)
    assert window.pages.currentWidget() is room
    assert room.presenter.assessment.assessor == OTHER
    assert room.scorecard.summary.toPlainText() == ""
    assert conductor.context.library.assessment(interview_id, first).summary == WORDS
    qtbot.keyClick(enter_name(qtbot, conductor, first), Qt.Key.Key_Return)
    taken_over(qtbot, conductor, first)
    assert room_of(conductor).scorecard.summary.toPlainText() == WORDS


def test_without_an_open_review_only_the_name_changes(qtbot, opened_window):
    qtbot.keyClick(enter_name(qtbot, opened_window, OTHER), Qt.Key.Key_Return)
    taken_over(qtbot, opened_window, OTHER)
    window = opened_window.window
    assert window.pages.currentWidget() is window.room("settings")
    assert window.room("review") is None
