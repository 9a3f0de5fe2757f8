"""What the transcript marks, at will: toggles and keys, the suggested parts of an answer, what is remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from analysis.document import Event
from tests.ui import review_data, rooms
from ui import language, theme
from ui.review import part_marks
from ui.review.lines import Style
from ui.review.marking import MARKS
from ui.review.model import PassingLayout
from ui.review.presenter import LibraryPresenter
from ui.review.room import ReviewRoom

ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole
SHIFT = Qt.KeyboardModifier.ShiftModifier


def with_parts(shown):
    """The first answer has two parts, the second one may be anything."""
    found = shown.analysis
    first, second = [s for s in found.transcript.segments if s.speaker == "S2"][:2]
    parts = (
        Event("structure", first.start, first.words[1].end, "situation", 0.6),
        Event("structure", first.words[2].start, first.end, "task", 0.75),
        Event("structure", second.start, second.end, "unsure", 0.3),
    )
    return replace(shown, analysis=replace(found, events=(*found.events, *parts)))


@pytest.fixture
def layout():
    return PassingLayout()


@pytest.fixture
def room(qtbot, library, tmp_path, layout):
    shown = with_parts(review_data.with_findings(review_data.recording()))
    with rooms.made(qtbot, library, tmp_path, shown, layout=layout) as room:
        yield room


def styles(room):
    return {stretch.style for line in room.transcript.list.rows.lines for stretch in line.stretches}


def drawn_styles(room, row):
    rows = room.transcript.list
    return rows.delegate.layout(row, rows.delegate.text_width(rows.viewport().width())).formats()


@pytest.mark.parametrize(
    ("name", "key"),
    [("uncertain", Qt.Key.Key_U), ("terms", Qt.Key.Key_T), ("fillers", Qt.Key.Key_E), ("star", Qt.Key.Key_S)],
)
def test_each_mark_goes_and_comes_back_by_its_button_and_by_its_key(qtbot, room, name, key):
    button = room.transcript.marking.buttons[name]
    assert styles(room) >= MARKS[name] - {Style.RESULT}
    before = styles(room)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert styles(room) == before - MARKS[name]
    room.setFocus()
    qtbot.keyClick(room, key, SHIFT)
    assert button.isChecked()
    assert styles(room) == before


def test_what_is_off_is_neither_drawn_nor_told(qtbot, room):
    rows = room.transcript.list.rows
    filled = len(drawn_styles(room, 1))
    told = rows.data(rows.index(1), ACCESSIBLE)
    assert "Suggested part of the answer: situation" in told
    for button in room.transcript.marking.buttons.values():
        button.click()
    assert styles(room) <= {Style.SUGGESTED, Style.CORRECTED}
    assert len(drawn_styles(room, 1)) < filled
    assert "Suggested" not in rows.data(rows.index(1), ACCESSIBLE)
    assert all(line.hint_at(1) == "" for line in rows.lines if not line.originals and not line.stretches)


def test_likely_mishearings_stay_marked(qtbot, room):
    for button in room.transcript.marking.buttons.values():
        button.click()
    assert len(room.transcript.list.rows.suggested) == 2
    room.transcript.next_mishearing()
    assert room.transcript.list.offer is not None


def test_a_letter_that_is_written_switches_nothing(qtbot, room):
    room.transcript.search.setFocus()
    qtbot.keyClick(room.transcript.search, Qt.Key.Key_S, SHIFT)
    assert room.transcript.search.text() == "s"
    assert room.transcript.marking.buttons["star"].isChecked()
    room.transcript.search.clear()
    room.transcript.list.edit_word(0, 0)
    editor = room.transcript.list.editor
    assert isinstance(editor, QLineEdit)
    qtbot.keyClick(editor, Qt.Key.Key_T, SHIFT)
    assert room.transcript.marking.buttons["terms"].isChecked()


def test_the_choice_is_remembered(qtbot, room, layout, library):
    room.transcript.marking.buttons["fillers"].click()
    room.transcript.marking.buttons["star"].click()
    again = ReviewRoom(LibraryPresenter(library, room.presenter.interview.id), layout)
    qtbot.addWidget(again)
    assert again.transcript.marking.on() == ["uncertain", "terms"]
    assert styles(again) & (MARKS["star"] | MARKS["fillers"]) == set()


def test_a_remembered_choice_that_cannot_be_read_changes_nothing(room):
    for kept in (None, "terms", 3, {"terms": True}):
        room.transcript.marking.restore(kept)
        assert room.transcript.marking.on() == list(MARKS)


def test_parts_of_an_answer_stand_in_their_row_in_both_languages(room):
    rows = room.transcript.list.rows
    assert [line.parts for line in rows.lines[:4]] == [(), ("situation", "task"), (), ("unsure",)]
    line = rows.lines[1]
    first, second = (s for s in line.stretches if s.style is Style.STAR)
    assert first.end <= second.start
    room.transcript.marking.buttons["uncertain"].click()
    line = rows.lines[1]
    assert line.hint_at(second.end - 1) == "Suggested part of the answer: task"
    language.set_language("zh")
    assert line.hint_at(second.end - 1) == "答案结构提示：任务"
    assert "答案结构提示：不确定" in rows.data(rows.index(3), ACCESSIBLE)


def test_names_of_parts_become_letters_where_words_have_no_room(room):
    line = room.transcript.list.rows.lines[1]
    delegate, area = room.transcript.list.delegate, room.transcript.list.visualRect(room.transcript.list.rows.index(1))
    assert part_marks.names_width(line, short=True) < part_marks.names_width(line, short=False)
    assert not delegate._short(area, line)
    area.setWidth(200)
    assert delegate._short(area, line)
    for spoken, letters in (("en", ["S", "T", "?"]), ("zh", ["情", "任", "？"])):
        language.set_language(spoken)
        parts = ("situation", "task", "unsure")
        assert [part_marks.part_name(part, short=True) for part in parts] == letters


@pytest.mark.parametrize("look", ["light", "dark"])
def test_a_part_is_drawn_beside_its_lines_and_gone_when_off(qtbot, room, look):
    theme.apply(look, 100)
    rows = room.transcript.list

    def left_edge():
        area = rows.visualRect(rows.rows.index(1))
        picture = rows.viewport().grab(area).toImage()
        return {picture.pixelColor(part_marks.BAR_LEFT, y).name() for y in range(picture.height())}

    assert theme.color(part_marks.TOKEN).name() in left_edge()
    room.transcript.marking.buttons["star"].click()
    assert theme.color(part_marks.TOKEN).name() not in left_edge()


def test_tools_stand_in_two_rows_where_one_leaves_no_room_to_search(qtbot, room):
    transcript = room.transcript
    search = transcript.search.mapTo(transcript, transcript.search.rect().topLeft()).y()

    def marks_at():
        return transcript.marking.mapTo(transcript, transcript.marking.rect().center()).y()

    assert marks_at() < search + transcript.search.height()
    transcript.setParent(None)
    transcript.resize(340, 400)
    transcript.show()
    qtbot.waitUntil(lambda: marks_at() > search + transcript.search.height())
    assert transcript.search.width() > 100
    assert all(button.visibleRegion().boundingRect() == button.rect() for button in transcript.marking.buttons.values())
    transcript.resize(700, 400)
    qtbot.waitUntil(lambda: marks_at() < search + transcript.search.height())
    transcript.setParent(room.top)
