"""Keys, the sheet of keys, the palette and the timeline's menu: one list of actions behind all of them."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit

from ui import language
from ui.actions import GROUPS, Action, for_key, matching, shown, spelled
from ui.review.controls import IconButton
from ui.review.timeline_menu import timeline_menu

Press = QEvent.Type.KeyPress
Mod = Qt.KeyboardModifier
ARROWS = {"←": "Left", "→": "Right", "空格": "Space"}


def pressed(key, held=Mod.NoModifier, text=""):
    return QKeyEvent(Press, key, held, text)


@pytest.mark.parametrize(
    ("event", "key"),
    [
        (pressed(Qt.Key.Key_J, text="j"), "J"),
        (pressed(Qt.Key.Key_Space, text=" "), "Space"),
        (pressed(Qt.Key.Key_M, Mod.ShiftModifier, "M"), "Shift+M"),
        (pressed(Qt.Key.Key_Question, Mod.ShiftModifier, "?"), "?"),
        (pressed(Qt.Key.Key_Question, Mod.ShiftModifier, "？"), "?"),
        (pressed(Qt.Key.Key_Comma, text="，"), ","),
        (pressed(Qt.Key.Key_Plus, Mod.ShiftModifier | Mod.KeypadModifier, "+"), "+"),
        (pressed(Qt.Key.Key_Z, Mod.ControlModifier | Mod.ShiftModifier, "\x1a"), "Ctrl+Shift+Z"),
        (pressed(Qt.Key.Key_3, Mod.AltModifier, "3"), "Alt+3"),
        (pressed(Qt.Key.Key_Left), "Left"),
        (pressed(Qt.Key.Key_Escape, text="\x1b"), "Esc"),
        (pressed(Qt.Key.Key_F7, Mod.ShiftModifier), "Shift+F7"),
    ],
)
def test_a_key_press_is_spelled_as_the_list_spells_it(event, key):
    assert spelled(event) == key


def test_every_key_of_the_list_can_be_read(qtbot, opened_window, reviewed_copy):
    opened_window.open_review(reviewed_copy[1])
    for action in opened_window.window.actions_here():
        assert action.group in GROUPS
        assert all(shown(key) for key in action.keys), action


def test_no_key_does_two_things(qtbot, opened_window, reviewed_copy):
    opened_window.open_review(reviewed_copy[1])
    keys = [key for action in opened_window.window.actions_here() if action.run for key in action.keys]
    assert sorted(keys) == sorted(set(keys))


def test_the_hints_of_buttons_name_the_keys_of_the_list(qtbot, opened_window, reviewed_copy):
    opened_window.open_review(reviewed_copy[1])
    room = opened_window.window.room("review")
    known = {shown(key) for action in opened_window.window.actions_here() for key in action.keys}
    for spoken in ("en", "zh"):
        language.set_language(spoken)
        hints = [button.toolTip() for button in room.findChildren(IconButton)]
        named = [key for hint in hints for key in re.findall(r"[(（]([^)）]+)[)）]$", hint)]
        keys = {key for group in named for key in re.split(r"(?<=\w)[,、，] ?", group)}
        assert len(keys) > 8
        assert {ARROWS.get(key, key) for key in keys} <= known


def test_an_action_that_cannot_be_done_is_neither_run_nor_offered():
    done = []
    able, unable = (Action(name, "play", ("J",), lambda n=name: done.append(n), lambda n=name: n == "back")
                    for name in ("back", "forward"))  # fmt: skip
    assert for_key([unable, able], pressed(Qt.Key.Key_J, text="j")) is able
    assert for_key([unable], pressed(Qt.Key.Key_J, text="j")) is None
    assert matching([unable, able], "") == [able]
    assert matching([Action("rate", "score", ("1 – 9",))], "") == []


def test_chinese_words_are_found_without_what_stands_between(qapp):
    language.set_language("zh")
    pause = Action("longest_pause", "timeline", ("P",), run=lambda: None)
    assert matching([pause], "最长停顿") == [pause]
    assert matching([pause], "停顿最长") == []


@pytest.fixture
def window(qtbot, opened_window, reviewed_copy):
    opened_window.open_review(reviewed_copy[1])
    opened_window.window.enter("review")
    opened_window.window.activateWindow()
    qtbot.waitUntil(lambda: opened_window.window.isActiveWindow(), timeout=2000)
    return opened_window.window


def test_the_palette_finds_and_does(qtbot, window):
    room = window.room("review")
    room.setFocus()
    qtbot.keyClick(room, Qt.Key.Key_K, Mod.ControlModifier)
    palette = window.command_palette
    assert palette.isVisible()
    assert palette.field.hasFocus()
    everything = palette.list.topLevelItemCount()
    assert everything > 30
    qtbot.keyClicks(palette.field, "whole rec")
    assert palette.list.topLevelItemCount() == 1
    room.timeline.show_window(2.0, 3.0)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isHidden()
    assert (room.timeline.start, room.timeline.span) == (0.0, room.timeline.duration)
    assert room.hasFocus()


def test_the_palette_speaks_chinese_finds_by_name_and_closes(qtbot, window):
    language.set_language("zh")
    room, palette = window.room("review"), window.command_palette
    room.setFocus()
    palette.open()
    palette.field.setText("时间轴")
    titles = [palette.list.topLevelItem(n).text(0) for n in range(palette.list.topLevelItemCount())]
    assert titles == ["将按键交给时间轴"]
    palette.field.setText("full screen")
    assert palette.list.topLevelItem(0).text(0) == "全屏"
    palette.field.setText("没有这个")
    assert palette.nothing.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert palette.isHidden()
    assert room.hasFocus()


def test_the_palettes_arrows_choose_and_it_closes_when_the_keyboard_goes(qtbot, window):
    palette, room = window.command_palette, window.room("review")
    palette.open()
    place = lambda: palette.list.indexOfTopLevelItem(palette.list.currentItem())  # noqa: E731
    assert place() == 0
    for key, wanted in ((Qt.Key.Key_Down, 1), (Qt.Key.Key_PageDown, 9), (Qt.Key.Key_Up, 8), (Qt.Key.Key_PageUp, 0)):
        qtbot.keyClick(palette.field, key)
        assert place() == wanted
    room.transcript.search.setFocus()
    assert palette.isHidden()
    assert room.transcript.search.hasFocus()


def test_rooms_are_commands_and_an_entry_is_clicked(qtbot, window):
    palette = window.command_palette
    palette.open()
    palette.field.setText("settings")
    item = palette.list.topLevelItem(0)
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=palette.list.visualItemRect(item).center())
    assert window.pages.currentWidget() is window.room("settings")
    assert not any(action.group == "play" for action in window.actions_here())


def test_the_sheet_lists_every_key_in_both_languages(qtbot, window):
    room, sheet = window.room("review"), window.sheet
    room.setFocus()
    qtbot.keyClick(room, Qt.Key.Key_Question, Mod.ShiftModifier)
    assert sheet.isVisible()
    for spoken in ("en", "zh"):
        language.set_language(spoken)
        said = {label.text() for label in sheet.findChildren(QLabel)}
        for action in window.actions_here():
            if action.keys:
                assert {action.title, action.key_text} <= said
    bar = sheet.scroller.verticalScrollBar()
    qtbot.keyClick(sheet, Qt.Key.Key_PageDown)
    assert bar.value() == min(bar.maximum(), 300)
    qtbot.keyClick(sheet, Qt.Key.Key_Question, Mod.ShiftModifier)
    assert sheet.isHidden()
    assert room.hasFocus()


def test_the_sheet_is_opened_in_every_room_and_closed_by_its_button(qtbot, opened_window):
    window = opened_window.window
    for name in ("library", "sync", "settings"):
        window.enter(name)
        qtbot.keyClick(window, Qt.Key.Key_F1)
        assert window.sheet.isVisible()
        window.sheet.shut.click()
        assert window.sheet.isHidden()


def test_a_question_mark_in_a_field_is_a_question_mark(qtbot, window):
    search = window.room("review").transcript.search
    search.setFocus()
    qtbot.keyClick(search, Qt.Key.Key_Question, Mod.ShiftModifier)
    assert search.text() == "?"
    assert window.sheet.isHidden()


def test_panels_stay_inside_a_small_window(qtbot, window):
    window.resize(960, 600)
    for panel in (window.command_palette, window.sheet):
        panel.open()
        assert window.rect().contains(panel.geometry())
        window.resize(1200, 700)
        assert window.rect().contains(panel.geometry())
        assert abs(panel.geometry().center().x() - window.rect().center().x()) <= 1
        panel.leave()


def test_new_keys_of_the_player(qtbot, window):
    room = window.room("review")
    player, answer = room.player, room.recording.analysis.exchanges[0].answer
    room.setFocus()
    room.seek(answer.start + 0.5)
    qtbot.keyClick(room, Qt.Key.Key_R)
    assert player.playback.loop == (answer.start, answer.end)
    player.playback.pause()
    qtbot.keyClick(room, Qt.Key.Key_R)
    assert player.playback.loop is None
    shown_before = player.overlay.isChecked()
    qtbot.keyClick(room, Qt.Key.Key_F, Mod.ShiftModifier)
    assert player.overlay.isChecked() is not shown_before


def test_the_volume_by_key(qtbot, window):
    room = window.room("review")
    player = room.player
    for widget in (player.volume, player.mute):
        widget.setEnabled(True)
    room.setFocus()
    qtbot.keyClick(room, Qt.Key.Key_Down, Mod.ShiftModifier)
    assert player.volume.value() == 90
    qtbot.keyClick(room, Qt.Key.Key_M, Mod.ShiftModifier)
    assert player.mute.isChecked()
    qtbot.keyClick(room, Qt.Key.Key_Up, Mod.ShiftModifier)
    assert player.volume.value() == 100
    assert not player.mute.isChecked()


def test_the_timelines_menu_comments_loops_and_folds(qtbot, window):
    room = window.room("review")
    timeline = room.timeline
    lane = next(lane for lane in timeline.lanes if lane.key == "exchanges")
    mark = lane.marks()[0]
    at = QPointF(timeline.point("exchanges", (mark.start + mark.end) / 2))
    menu = timeline_menu(room, at)
    titles = [action.text() for action in menu.actions() if action.text()]
    assert titles[0] == "Play from here"
    assert titles[-3:] == ["Fold the lane", "Hide the lane", "Lanes"]
    by_title = {action.text(): action for action in menu.actions()}
    before = len(room.presenter.comments())
    by_title["Bookmark this moment"].trigger()
    assert len(room.presenter.comments()) == before + 1
    if "Loop this" in by_title:
        by_title["Loop this"].trigger()
        assert room.player.playback.loop is not None
        room.player.playback.pause()
    by_title["Comment at this moment"].trigger()
    assert isinstance(window.focusWidget(), QLineEdit)
    by_title["Fold the lane"].trigger()
    assert "exchanges" in timeline.folded
    menu.close()
