"""The picture on the whole screen: the same marks, words and controls, which fade; keys through the registry."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

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
    for key in (Qt.Key.Key_7, Qt.Key.Key_C, Qt.Key.Key_M):
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
