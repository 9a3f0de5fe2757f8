"""The keys of the room reach it from whatever was clicked before, and no control takes more than its own."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton

from app.domain.types import Conclusion
from tests.ui import review_data, rooms
from ui.review.tables import TableDialog

LEFT, Key, Mod = Qt.MouseButton.LeftButton, Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def room(qtbot, library, sample, tmp_path):
    clip = sample / "sample_zh.mp4"
    with rooms.made(qtbot, library, tmp_path, review_data.recording(57.16), clip=clip) as room:
        room.activateWindow()
        yield room


def press(qtbot, key, held=Mod.NoModifier):
    """Press a key where the keyboard is."""
    qtbot.keyClick(QApplication.focusWidget(), key, held)


def ratings(room):
    given = room.presenter.assessment.ratings
    return [given[name].score if name in given else None for name in room.scorecard.cards]


def test_alt_and_a_digit_go_on_from_a_rating_and_from_a_field(qtbot, room):
    room.setFocus()
    press(qtbot, Key.Key_1, Mod.AltModifier)
    press(qtbot, Key.Key_8)
    press(qtbot, Key.Key_2, Mod.AltModifier)
    press(qtbot, Key.Key_6)
    assert ratings(room)[:2] == [8.0, 6.0]
    room.scorecard.comments.field.setFocus()
    press(qtbot, Key.Key_2, Mod.AltModifier)
    press(qtbot, Key.Key_7)
    assert ratings(room)[:2] == [8.0, 7.0]
    assert room.scorecard.comments.field.text() == ""


def test_a_rating_takes_no_key_of_the_room(qtbot, room):
    picker = next(iter(room.scorecard.cards.values())).picker
    picker.setFocus()
    press(qtbot, Key.Key_8)
    room.timeline.show_window(10.0, 10.0)
    press(qtbot, Key.Key_0, Mod.ControlModifier)
    assert room.timeline.span == room.timeline.duration
    press(qtbot, Key.Key_Up, Mod.ShiftModifier)
    press(qtbot, Key.Key_End)
    assert room.player.playback.position > 50
    assert picker.score() == ratings(room)[0] == 8.0


def test_a_value_that_is_set_for_somebody_is_saved(room):
    picker = next(iter(room.scorecard.cards.values())).picker
    picker.setValue(13)
    assert ratings(room)[0] == 6.5


def test_the_space_bar_plays_after_a_click_in_the_scorecard(qtbot, room):
    room.setFocus()
    choice = room.scorecard.verdict.choices[Conclusion.HIRE]
    qtbot.mouseClick(choice, LEFT)
    press(qtbot, Key.Key_Space)
    assert room.presenter.assessment.conclusion is Conclusion.HIRE
    qtbot.waitUntil(lambda: room.player.playback.playing)
    press(qtbot, Key.Key_K)
    qtbot.waitUntil(lambda: not room.player.playback.playing)
    chips = [button for button in room.scorecard.findChildren(QPushButton) if button.property("class") == "chip"]
    assert chips
    long_work = [room.standing.action, *(section.ask for section in room.scorecard.findings.sections.values())]
    assert all(button.focusPolicy() == Qt.FocusPolicy.TabFocus for button in (*chips, *long_work))


def test_keys_go_on_after_a_click_on_evidence_or_beside_it(qtbot, room):
    for card in room.scorecard.cards.values():
        card.picker.setValue(12)
    card = next(card for card in room.scorecard.cards.values() if card.evidence.all is not None)
    card.evidence.show_open(True)
    view = card.evidence.view
    view.setFocus()
    for key in (Key.Key_M, Key.Key_8):
        press(qtbot, key)
    assert room.presenter.comments()[-1].bookmark
    room.player.playback.seek(20.0)
    qtbot.keyClick(room.scorecard.scroller, Key.Key_Right)
    assert room.player.playback.position == pytest.approx(25.0, abs=0.1)


def test_the_timeline_leaves_shift_and_digits_to_the_room(qtbot, room):
    room.scorecard.choose(next(iter(room.scorecard.cards.values())))
    room.timeline.setFocus()
    shown = len(room.timeline.shown())
    press(qtbot, Key.Key_F, Mod.ShiftModifier)
    assert room.timeline.chosen_lane().key not in room.timeline.folded
    press(qtbot, Key.Key_1)
    press(qtbot, Key.Key_0)
    assert ratings(room)[0] == 10.0
    assert len(room.timeline.shown()) == shown


def test_volume_keys_reach_the_player_from_transcript_and_weight(qtbot, room):
    room.player.volume.setEnabled(True)
    room.player.volume.setValue(50)
    slider = next(iter(room.scorecard.cards.values())).slider
    for widget, loud in ((room.transcript.list, 60), (slider, 70)):
        widget.setFocus()
        press(qtbot, Key.Key_Up, Mod.ShiftModifier)
        assert room.player.volume.value() == loud
    assert not room.presenter.assessment.weights


def test_the_tables_are_one_window(qtbot, room):
    room.setFocus()
    press(qtbot, Key.Key_T)
    room.setFocus()
    qtbot.keyClick(room, Key.Key_T)
    (dialog,) = room.findChildren(TableDialog)
    dialog.close()
    qtbot.keyClick(room, Key.Key_T)
    assert any(each.isVisible() for each in room.findChildren(TableDialog))


def test_a_click_on_a_cell_rates_at_once(qtbot, room):
    picker = next(iter(room.scorecard.cards.values())).picker
    cell = picker._cell(6)
    qtbot.mouseClick(picker, LEFT, pos=QPoint(int(cell.right() - 3), int(cell.center().y())))
    assert ratings(room)[0] == 7.0
