"""The picture on the whole screen: the same marks, words and controls, which fade; keys through the registry."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.rooms import drained, shown
from ui import language, theme
from ui.review import full_screen
from ui.review.face_marks import Mark
from ui.review.presenter import LibraryPresenter
from ui.review.video_pane import BLACK

SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def room(qtbot, opened):
    room = shown(qtbot, LibraryPresenter(*opened), size=(1400, 900))
    qtbot.waitUntil(lambda: room.player.pane.image is not None, timeout=20_000)
    yield room
    room.leave()
    room.close()


def tab_order(room):
    order, widget = [], room.player.seek_bar
    for _ in range(80):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            order.append(widget)
        widget = widget.nextInFocusChain()
    return order[:24]


@pytest.fixture
def full(qtbot, room):
    room.setFocus()
    qtbot.keyClick(room, Qt.Key.Key_F11)
    full = room.player.full
    qtbot.waitExposed(full)
    yield full
    if room.player.full is not None:
        with qtbot.waitSignal(full.destroyed):
            full.close()


def test_picture_marks_and_controls_go_there_and_come_back(qtbot, room):
    player, order = room.player, tab_order(room)
    qtbot.keyClick(room, Qt.Key.Key_F11)
    full = player.full
    assert (player.pane.window(), player.foot.window()) == (full, full)
    assert player.away.isVisible()
    assert player.pane.size() == full.size()
    assert full.rect().contains(player.foot.geometry())
    assert player.full_screen.toolTip() == "Back from full screen (Esc)"
    with qtbot.waitSignal(full.destroyed):
        qtbot.keyClick(full, Qt.Key.Key_Escape)
    assert player.full is None
    assert (player.pane.window(), player.foot.window()) == (room, room)
    assert not player.away.isVisible()
    assert player.pane.isVisible()
    assert player.foot.isVisible()
    assert player.foot.graphicsEffect() is None
    assert tab_order(room) == order
    assert player.full_screen.toolTip() == "Full screen (F11)"


def test_f11_the_button_and_a_double_click_come_back_too(qtbot, room):
    player = room.player
    for back in (
        lambda full: qtbot.keyClick(full, Qt.Key.Key_F11),
        lambda full: qtbot.mouseClick(player.full_screen, LEFT),
        lambda full: qtbot.mouseDClick(player.pane, LEFT),
    ):
        qtbot.mouseClick(player.full_screen, LEFT)
        full = player.full
        with qtbot.waitSignal(full.destroyed):
            back(full)
        assert player.full is None


def test_the_registrys_keys_work_there(qtbot, room, full):
    player, playback = room.player, room.player.playback
    qtbot.keyClick(full, Qt.Key.Key_L)
    assert playback.position == pytest.approx(5.0)
    qtbot.keyClick(full, Qt.Key.Key_Period)
    assert playback.position == pytest.approx(5.04)
    assert player.time.text().startswith("00:05")
    qtbot.keyClick(full, Qt.Key.Key_BracketRight)
    assert playback.speed == 1.25
    qtbot.keyClick(full, Qt.Key.Key_G, SHIFT)
    assert Mark.GAZE in player.pane.marks.wanted
    ratings = {name: card.picker.value for name, card in room.scorecard.cards.items()}
    for key in (Qt.Key.Key_7, Qt.Key.Key_Q, Qt.Key.Key_T):
        qtbot.keyClick(full, key)
    assert {name: card.picker.value for name, card in room.scorecard.cards.items()} == ratings
    assert not room.presenter.comments()
    qtbot.keyClick(full, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: playback.playing, timeout=10_000)
    qtbot.keyClick(full, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: not playback.playing, timeout=10_000)


def test_controls_fade_while_it_plays_and_a_move_brings_them_back(qtbot, room, full, monkeypatch):
    player = room.player
    full._idle.setInterval(60)
    with qtbot.waitSignal(full._idle.timeout):
        full.wake()
    assert player.foot.isVisible()  # it stands
    qtbot.keyClick(full, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not player.foot.isVisible(), timeout=10_000)
    assert full.cursor().shape() is Qt.CursorShape.BlankCursor
    qtbot.mouseMove(player.pane, QPoint(50, 60))
    qtbot.mouseMove(player.pane, QPoint(90, 70))
    assert player.foot.isVisible()
    assert full.cursor().shape() is not Qt.CursorShape.BlankCursor
    qtbot.waitUntil(lambda: not player.foot.isVisible(), timeout=10_000)
    qtbot.keyClick(full, Qt.Key.Key_Space)
    assert player.foot.isVisible()


def test_what_is_out_of_sight_is_said_over_the_picture(qtbot, room, full):
    player = room.player
    for widget in (player.volume, player.mute):
        widget.setEnabled(True)
    player.foot.hide()
    player.volume.setValue(70)
    assert player.pane.notice == "Volume 70 %"
    language.set_language("zh")
    player.mute.setChecked(True)
    assert player.pane.notice == "已静音"
    player.mute.setChecked(False)
    assert player.pane.notice == "音量 70 %"
    player.playback.set_speed(2.0)
    assert player.pane.notice == "2.0×"
    qtbot.waitUntil(lambda: player.pane.notice == "", timeout=5_000)


def test_the_volume_of_a_narrow_player_goes_by_key_and_is_said(qtbot, room):
    player = room.player
    for widget in (player.volume, player.mute):
        widget.setEnabled(True)
    player.resize(300, 300)
    assert not player.volume.isVisible()
    room.setFocus()
    qtbot.keyClick(room, Qt.Key.Key_Down, SHIFT)
    assert player.volume.value() == 90
    assert player.pane.notice == "Volume 90 %"


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_nothing_is_cut_off_at_200_percent(qtbot, room, full, look, spoken):
    language.set_language(spoken)
    theme.apply(look, 200)
    full.resize(1600, 1000)
    drained()
    foot = room.player.foot
    assert full.rect().contains(foot.geometry())
    for child in foot.findChildren(QWidget):
        if child.isVisible() and child.parent() is foot:
            assert foot.rect().contains(child.geometry()), child.accessibleName()
    corner = full.grab().toImage().pixelColor(4, 4)
    assert corner == BLACK


def test_closing_the_room_ends_the_full_screen(qtbot, room, full):
    with qtbot.waitSignal(full.destroyed):
        room.leave()
    assert room.player.full is None
    assert full_screen.STAYS_MS > 1000


# Noting something without leaving it


def notes(room):
    return [(round(each.time_s, 1), each.end_s, each.text) for each in room.presenter.comments()]


def test_a_bookmark_is_set_and_said(qtbot, room, full, each_language):
    language.set_language(each_language)
    room.seek(7.0)
    qtbot.keyClick(full, Qt.Key.Key_M)
    assert notes(room) == [(7.0, None, "")]
    assert room.player.pane.notice == {"en": "Bookmark set at 00:07", "zh": "已在 00:07 加书签"}[each_language]


def test_a_comment_is_written_over_the_picture(qtbot, room, full):
    room.seek(9.0)
    over = full.comment
    assert not over.isVisible()
    qtbot.keyClick(full, Qt.Key.Key_C)
    assert over.isVisible()
    assert full.focusWidget() is over.field
    assert over.field.placeholderText() == "Comment @00:09 …"
    assert full.rect().contains(over.geometry())
    assert not over.geometry().intersects(room.player.foot.geometry())
    room.player.playback.play()
    full.fade()
    assert not full.faded
    room.player.playback.pause()
    qtbot.keyClicks(over.field, "good mark")
    assert not room.player.playback.playing
    assert notes(room) == []
    room.seek(20.0)
    qtbot.keyClick(over.field, Qt.Key.Key_Return)
    assert notes(room) == [(9.0, None, "good mark")]
    assert not over.isVisible()
    assert full.focusWidget() is full
    assert room.player.full is full
    assert room.scorecard.comments.field.text() == ""


def test_what_was_half_written_there_goes_on_in_the_room_and_back(qtbot, room, full):
    room.seek(9.0)
    qtbot.keyClick(full, Qt.Key.Key_C)
    qtbot.keyClicks(full.comment.field, "half")
    qtbot.keyClick(full.comment.field, Qt.Key.Key_Escape)
    assert not full.comment.isVisible()
    assert room.player.full is full
    qtbot.keyClick(full, Qt.Key.Key_C)
    assert full.comment.field.text() == "half"
    with qtbot.waitSignal(full.destroyed):
        full.close()
    assert room.scorecard.comments.field.text() == "half"
    qtbot.keyClicks(room.scorecard.comments.field, " done")
    qtbot.keyClick(room.scorecard.comments.field, Qt.Key.Key_Return)
    assert notes(room) == [(9.0, None, "half done")]


def test_what_is_half_written_is_kept_when_the_room_is_left(qtbot, room, full):
    qtbot.keyClick(full, Qt.Key.Key_C)
    qtbot.keyClicks(full.comment.field, "half")
    room.leave()
    assert room.presenter.unfinished("comment")[1] == "half"


def test_loop_and_selection_are_made_there_and_said(qtbot, room, full):
    pane, playback = room.player.pane, room.player.playback
    room.seek(5.0)
    qtbot.keyClick(full, Qt.Key.Key_I)
    assert pane.notice == "Select from the playhead"
    room.seek(8.0)
    qtbot.keyClick(full, Qt.Key.Key_O)
    assert room.timeline.region.span == pytest.approx((5.0, 8.0), abs=0.1)
    qtbot.keyClick(full, Qt.Key.Key_R, SHIFT)
    assert playback.loop == pytest.approx((5.0, 8.0), abs=0.1)
    assert pane.notice == "Loop 00:05–00:08"
    qtbot.keyClick(full, Qt.Key.Key_R, SHIFT)
    assert playback.loop is None
    assert pane.notice == "Loop ended"
    qtbot.keyClick(full, Qt.Key.Key_Space, SHIFT)
    assert playback.playing
    assert pane.notice == "Play the selection once"
    playback.pause()
    qtbot.keyClick(full, Qt.Key.Key_C)
    full.comment.field.insert("这一段")
    full.comment.field.textEdited.emit(full.comment.field.text())
    qtbot.keyClick(full.comment.field, Qt.Key.Key_Return)
    ((start, end, words),) = notes(room)
    assert (start, end, words) == (5.0, pytest.approx(8.0, abs=0.1), "这一段")


def test_the_menu_of_the_picture_opens_there(qtbot, room, full):
    qtbot.keyClick(full, Qt.Key.Key_F10, SHIFT)
    menu = QApplication.activePopupWidget()
    assert menu.window().parentWidget().window() is full
    assert any(action.text().startswith("Bookmark") for action in menu.actions())
    menu.close()


def test_who_may_only_read_writes_nothing_there(qtbot, room, full, monkeypatch):
    monkeypatch.setattr(LibraryPresenter, "read_only", True)
    for key in (Qt.Key.Key_M, Qt.Key.Key_C):
        qtbot.keyClick(full, key)
    assert notes(room) == []
    assert not full.comment.isVisible()
