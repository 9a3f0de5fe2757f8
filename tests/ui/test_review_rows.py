"""Rows split and merged, and single words reached by keyboard: in the room, with undo, as the engine derives it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QContextMenuEvent, QTextCursor
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from analysis.derive import derive
from analysis.document import Correction, CorrectionKind
from tests.analysis import ideal
from tests.ui import rooms
from ui import language
from ui.review.corrected import corrected
from ui.review.presenter import LibraryPresenter
from ui.review.row_edits import merge_with, split_before, split_typed
from ui.review.row_menu import row_menu

CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
Key = Qt.Key


@pytest.fixture
def room(qtbot, library, tmp_path):
    with rooms.made(qtbot, library, tmp_path) as room:
        room.activateWindow()
        yield room


@pytest.fixture
def rows(qtbot, room):
    """The list with the keys, its second row chosen."""
    rows = room.transcript.list
    rows.setFocus()
    rows.setCurrentIndex(rows.rows.index(1))
    return rows


def said(rows):
    return [(line.segment.speaker, line.segment.text) for line in rows.rows.lines]


def kinds(room):
    return [each.kind for each in room.recording.corrections]


# A word by keyboard


def test_arrows_walk_through_the_words_and_over_the_ends_of_rows(qtbot, room, rows):
    assert rows.chosen_word.place() is None
    qtbot.keyClick(rows, Key.Key_Right)
    assert rows.chosen_word.place() == (1, 0)
    qtbot.keyClick(rows, Key.Key_Left)
    last = len(rows.rows.lines[0].segment.words) - 1
    assert rows.chosen_word.place() == (0, last)
    assert rows.currentIndex().row() == 0
    qtbot.keyClick(rows, Key.Key_Right)
    assert rows.chosen_word.place() == (1, 0)
    for _ in range(200):
        qtbot.keyClick(rows, Key.Key_Left)
    assert rows.chosen_word.place() == (0, 0)
    qtbot.keyClick(rows, Key.Key_Down)
    assert rows.chosen_word.place() is None


def test_arrows_do_not_jump_the_player_while_a_word_is_chosen(qtbot, room, rows):
    jumps = []
    room.player.playback.jump = jumps.append
    qtbot.keyClick(rows, Key.Key_Right)
    assert jumps == []
    room.setFocus()
    qtbot.keyClick(room, Key.Key_Right)
    assert len(jumps) == 1


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter, Key.Key_F2])
def test_the_chosen_word_is_corrected_and_stays_chosen(qtbot, room, rows, key):
    qtbot.keyClick(rows, Key.Key_Right)
    qtbot.keyClick(rows, Key.Key_Right)
    qtbot.keyClick(rows, key)
    assert isinstance(rows.editor, QLineEdit)
    assert rows.editor.text() == rows.rows.lines[1].segment.words[1].text
    rows.editor.setText("主管")
    qtbot.keyClick(rows.editor, Key.Key_Return)
    assert rows.rows.lines[1].segment.words[1].text == "主管"
    assert rows.hasFocus()
    assert rows.chosen_word.place() == (1, 1)


def test_escape_lets_go_of_the_word_first(qtbot, room, rows):
    qtbot.keyClick(rows, Key.Key_Right)
    qtbot.keyClick(rows, Key.Key_Escape)
    assert rows.chosen_word.place() is None
    assert rows.hasFocus()
    qtbot.keyClick(rows, Key.Key_Return)
    assert rows.editor is None
    qtbot.keyClick(rows, Key.Key_Escape)
    assert room.hasFocus()


def test_the_chosen_word_is_told_in_both_languages(qtbot, room, rows, monkeypatch):
    heard = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: heard.append(event.message()))
    qtbot.keyClick(rows, Key.Key_Right)
    word = rows.rows.lines[1].segment.words[0].text.rstrip("，")
    assert rows.accessibleDescription().startswith(f"“{rows.rows.lines[1].segment.words[0].text}”, word 1 of ")
    assert word in heard[-1]
    language.set_language("zh")
    rows.setCurrentIndex(rows.rows.index(1))
    qtbot.keyClick(rows, Key.Key_Right)
    assert "个词，共" in rows.accessibleDescription()
    qtbot.keyClick(rows, Key.Key_Escape)
    assert rows.accessibleDescription() == ""


def test_the_chosen_word_has_a_frame(qtbot, room, rows):
    area = rows.visualRect(rows.rows.index(1))
    before = rows.viewport().grab(area).toImage()
    qtbot.keyClick(rows, Key.Key_Right)
    assert rows.viewport().grab(area).toImage() != before


# Splitting


def test_a_row_is_split_at_the_chosen_word_and_undone(qtbot, room, rows):
    before = said(rows)
    for _ in range(3):
        qtbot.keyClick(rows, Key.Key_Right)
    first, second = (split_before(rows.rows.lines[1].segment, 2)[0].after).split("\n")
    qtbot.keyClick(rows, Key.Key_Return, CTRL)
    assert said(rows) == [before[0], ("S2", first), ("S2", second), *before[2:]]
    assert kinds(room) == [CorrectionKind.SPLIT]
    assert rows.currentIndex().row() == 2
    qtbot.keyClick(rows, Key.Key_Z, CTRL)
    assert said(rows) == before
    room.undoing.redo()
    assert said(rows)[1:3] == [("S2", first), ("S2", second)]


def test_without_a_chosen_word_a_row_is_split_where_it_is_being_said(qtbot, room, rows):
    word = rows.rows.lines[1].segment.words[2]
    rows.show_time(word.start + 0.01)
    qtbot.keyClick(rows, Key.Key_Return, CTRL)
    assert rows.rows.lines[2].segment.words[0] == word
    rows.setCurrentIndex(rows.rows.index(5))
    assert rows.split_place() is None


def test_no_row_is_split_before_its_first_word_nor_read_only(qtbot, room, rows):
    before = said(rows)
    qtbot.keyClick(rows, Key.Key_Right)
    qtbot.keyClick(rows, Key.Key_Return, CTRL)
    qtbot.keyClick(rows, Key.Key_Right)
    rows.editable = False
    assert rows.split_place() is None
    assert rows.merge_row() is None
    assert said(rows) == before


def test_ctrl_enter_in_the_row_splits_at_the_caret(qtbot, room, rows):
    before = said(rows)
    qtbot.keyClick(rows, Key.Key_F2)
    editor = rows.editor
    assert isinstance(editor, QPlainTextEdit)
    at = rows.rows.lines[1].places[2][0]
    editor.moveCursor(QTextCursor.MoveOperation.Start)
    for _ in range(at):
        editor.moveCursor(QTextCursor.MoveOperation.Right)
    qtbot.keyClick(editor, Key.Key_Return, CTRL)
    assert rows.editor is None
    text = before[1][1]
    assert said(rows)[1:3] == [("S2", text[:at].rstrip()), ("S2", text[at:])]
    assert kinds(room) == [CorrectionKind.SPLIT]


def test_a_row_typed_anew_is_corrected_and_split_at_once_and_undone_at_once(qtbot, room, rows):
    before = said(rows)
    rows.edit_row(1)
    rows.editor.setPlainText("我负责支付系统。后来负责负载均衡。")
    rows.editor.moveCursor(QTextCursor.MoveOperation.Start)
    for _ in range(8):
        rows.editor.moveCursor(QTextCursor.MoveOperation.Right)
    qtbot.keyClick(rows.editor, Key.Key_Return, CTRL)
    assert [text for _, text in said(rows)[1:3]] == ["我负责支付系统。", "后来负责负载均衡。"]
    assert kinds(room) == [CorrectionKind.WORD, CorrectionKind.SPLIT]
    room.undoing.undo()
    assert said(rows) == before
    assert kinds(room) == []


def test_a_caret_at_an_end_splits_nothing(qtbot, room, rows):
    before = said(rows)
    for move in (QTextCursor.MoveOperation.Start, QTextCursor.MoveOperation.End):
        rows.edit_row(1)
        rows.editor.moveCursor(move)
        qtbot.keyClick(rows.editor, Key.Key_Return, CTRL)
        assert rows.editor is None
    assert said(rows) == before


# Merging


def test_rows_of_two_speakers_are_merged_in_one_step_and_undone_in_one(qtbot, room, rows):
    before = said(rows)
    qtbot.keyClick(rows, Key.Key_Backspace, CTRL)
    assert said(rows) == [("S1", before[0][1] + before[1][1]), *before[2:]]
    assert kinds(room) == [CorrectionKind.SPEAKER, CorrectionKind.MERGE]
    assert rows.currentIndex().row() == 0
    room.undoing.undo()
    assert said(rows) == before
    assert kinds(room) == []


@pytest.mark.parametrize(("spoken", "name"), [("en", "row put on the one above"), ("zh", "并入上一行")])
def test_a_merge_of_an_earlier_day_is_undone_in_one_step_too(qtbot, room, rows, library, spoken, name):
    language.set_language(spoken)
    before = said(rows)
    rows.merge(1)
    later = LibraryPresenter(library, room.presenter.interview.id)
    assert later.undo_text == name
    later.undo()
    assert not later.can_undo
    merged = LibraryPresenter(library, room.presenter.interview.id)
    assert merged.redo_text == name
    merged.redo()
    assert not merged.can_redo
    assert merged.undo_text == name
    merged.undo()
    room.presenter.reload()
    room.refresh()
    assert said(rows) == before


def test_a_split_row_is_merged_again(qtbot, room, rows):
    before = said(rows)
    rows.split_row(1, 2)
    assert len(said(rows)) == len(before) + 1
    rows.setCurrentIndex(rows.rows.index(2))
    qtbot.keyClick(rows, Key.Key_Backspace, CTRL)
    assert said(rows) == before
    assert kinds(room) == [CorrectionKind.SPLIT, CorrectionKind.MERGE]


def test_backspace_at_the_beginning_of_a_row_that_is_typed_merges_it(qtbot, room, rows):
    before = said(rows)
    rows.edit_row(1)
    rows.editor.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClick(rows.editor, Key.Key_Backspace, CTRL)
    assert rows.editor is not None
    rows.editor.setPlainText(before[1][1])
    rows.editor.moveCursor(QTextCursor.MoveOperation.Start)
    qtbot.keyClick(rows.editor, Key.Key_Backspace, CTRL)
    assert said(rows)[0] == ("S1", before[0][1] + before[1][1])


def test_the_first_row_is_merged_with_nothing(qtbot, room, rows):
    before = said(rows)
    rows.setCurrentIndex(rows.rows.index(0))
    qtbot.keyClick(rows, Key.Key_Backspace, CTRL)
    assert said(rows) == before


def test_the_rows_stay_a_proper_qt_model_through_all_of_it(qtbot, room, rows):
    tester = QAbstractItemModelTester(rows.rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    before = said(rows)
    rows.split_row(1, 2)
    rows.split_row(2, 1)
    rows.merge(1)
    room.transcript.marking.buttons["fillers"].click()
    rows.merge(6)
    for _ in range(4):
        room.undoing.undo()
    assert said(rows) == before
    room.presenter.reload()
    room.refresh()
    assert tester.model() is rows.rows


def test_keys_of_rows_do_nothing_while_a_field_is_typed_in(qtbot, room, rows):
    before = said(rows)
    rows.split_row(1, 2)
    rows.setCurrentIndex(rows.rows.index(2))
    field = room.scorecard.comments.field
    field.setFocus()
    actions = {action.id: action for action in room.actions_here()}
    assert not actions["merge"].enabled()
    assert not actions["split"].enabled()
    rows.setFocus()
    assert {action.id: action for action in room.actions_here()}["merge"].enabled()
    assert len(said(rows)) == len(before) + 1


@pytest.mark.parametrize(
    ("spoken", "names"), [("en", ("Begin a new row", "Put on the row above")), ("zh", ("另起一行", "并入上一行"))]
)
def test_the_menu_splits_and_merges(qtbot, room, rows, spoken, names):
    language.set_language(spoken)
    before = said(rows)
    menu = row_menu(rows, 1, rows.rows.lines[1].places[2][0] + 1)
    entries = {action.text(): action for action in menu.actions()}
    split = next(action for text, action in entries.items() if names[0] in text)
    split.trigger()
    assert len(said(rows)) == len(before) + 1
    menu = row_menu(rows, 2, None)
    entries = {action.text(): action for action in menu.actions()}
    assert not any(names[0] in text for text in entries)
    entries[names[1]].trigger()
    assert said(rows) == before
    menu = row_menu(rows, 0, None)
    assert names[1] not in {action.text() for action in menu.actions()}


def test_the_menu_speaks_of_its_row_also_when_rows_arrive_while_it_is_open(qtbot, room, rows):
    before = said(rows)
    line = rows.rows.lines[1]
    first = rows.rows.lines[0].segment
    at = rows._box(1, *line.places[2]).center().toPoint()
    done = []

    def choose():
        menu = QApplication.activePopupWidget()
        room.presenter.correct(*split_before(first, 2))
        room.show_corrected()
        entry = next(each for each in menu.actions() if "Begin a new row" in each.text())
        qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(entry).center())
        done.append(menu)

    QTimer.singleShot(0, room, choose)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, rows.viewport().mapToGlobal(at))
    QApplication.sendEvent(rows.viewport(), asked)
    qtbot.waitUntil(lambda: bool(done))
    qtbot.waitUntil(lambda: len(said(rows)) == len(before) + 2)
    assert not rows.is_held()
    words, place = line.segment.text, line.places[2][0]
    there = [text for _, text in said(rows)]
    assert there[2:4] == [words[:place].strip(), words[place:].strip()]
    assert there[4:] == [text for _, text in before[2:]]


def test_a_menu_that_is_left_lets_the_new_rows_in(qtbot, room, rows):
    before = said(rows)
    first = rows.rows.lines[0].segment
    at = rows.visualRect(rows.rows.index(1)).center()
    left = []

    def arrive_and_leave():
        room.presenter.correct(*split_before(first, 2))
        room.show_corrected()
        left.append(said(rows))
        qtbot.keyClick(QApplication.activePopupWidget(), Key.Key_Escape)

    QTimer.singleShot(0, room, arrive_and_leave)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, rows.viewport().mapToGlobal(at))
    QApplication.sendEvent(rows.viewport(), asked)
    qtbot.waitUntil(lambda: len(said(rows)) == len(before) + 1)
    assert left == [before]


# As the engine has it


def made(drafts):
    return tuple(
        Correction(f"c{n}", d.kind, d.start, d.end, d.before, d.after, "李静", "2026-11-21T00:00:00+00:00")
        for n, d in enumerate(drafts)
    )


def derived(spoken, *corrections):
    request = ideal.request(spoken, corrections=corrections)
    return derive(ideal.observed(spoken), request, ideal.provenance()).analysis


def texts(analysis):
    return [(each.speaker, each.text) for each in sorted(analysis.transcript.segments, key=lambda each: each.start)]


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_what_shows_at_once_is_what_the_engine_derives(spoken):
    plain = derived(spoken)
    segments = plain.transcript.segments
    place = max(range(1, len(segments)), key=lambda n: len(segments[n].words))
    segment = segments[place]
    retyped = "完全不同的一句话，后面还有半句。" if spoken == "zh" else "Quite another sentence, and more of it."
    at = retyped.index("，" if spoken == "zh" else ",") + 1
    for drafts in (
        split_before(segment, len(segment.words) // 2),
        split_typed(segment, segment.text, segment.text.index(segment.words[3].text)),
        split_typed(segment, retyped, at),
        merge_with(segments[place - 1], segment),
    ):
        corrections = made(drafts)
        assert drafts
        assert texts(corrected(plain, corrections)) == texts(derived(spoken, *corrections))
        assert texts(corrected(plain, corrections)) != texts(plain)


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_what_is_taken_back_shows_at_once_as_it_was(spoken):
    plain = derived(spoken)
    segment = max(plain.transcript.segments, key=lambda each: len(each.words))
    split = made(split_before(segment, 3))[0]
    undo = Correction("u", split.kind, split.start, split.end, split.after, split.before, "李静", split.created, "c0")
    with_split = derived(spoken, split)
    assert texts(corrected(with_split, (split, undo))) == texts(plain)
