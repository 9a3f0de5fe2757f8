"""The transcript: marks, search, following, and corrections that are saved, undone and made again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from analysis.document import Correction, CorrectionKind, Role, Segment, Word
from app.review.corrections import in_force
from tests.ui import review_data, rooms
from ui import theme
from ui.review.corrected import corrected
from ui.review.hits import hit_times
from ui.review.lines import Line, Style
from ui.review.passages import word_places
from ui.review.transcript import Transcript
from ui.review.transcript_model import TranscriptModel
from ui.review.transcript_rows import word_box

LEFT = Qt.MouseButton.LeftButton
WORD = CorrectionKind.WORD


@pytest.fixture
def transcript(qtbot):
    transcript = Transcript()
    qtbot.addWidget(transcript)
    transcript.resize(460, 420)
    transcript.show_recording(review_data.recording(60.0), "王小雨", editable=True)
    transcript.show()
    qtbot.waitExposed(transcript)
    return transcript


@pytest.fixture
def room(qtbot, library, tmp_path):
    with rooms.made(qtbot, library, tmp_path) as room:
        yield room


def at_word(rows, row, word):
    """The pixel of a word."""
    area = QRectF(rows.visualRect(rows.rows.index(row)))
    layout = rows.delegate.layout(row, rows.delegate.text_width(int(area.width())))
    box = word_box(layout, *rows.rows.lines[row].places[word])
    return box.translated(rows.delegate.body(area)).center().toPoint()


def texts(room):
    return [line.segment.text for line in room.transcript.list.rows.lines]


def correction(kind, before, after, start=0.0, end=0.0, name="a", reverts=None):
    return Correction(name, kind, start, end, before, after, "李静", "2026-11-21T00:00:00+00:00", reverts)


# Rows


def test_model_is_a_proper_qt_model(qapp):
    model = TranscriptModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show(review_data.recording(60.0), {Role.CANDIDATE: "王小雨", Role.INTERVIEWER: "面试官"})
    assert model.rowCount() == 8
    assert "王小雨" in model.data(model.index(1), Qt.ItemDataRole.AccessibleTextRole)
    assert tester.model() is model


def test_uncertain_words_terms_and_fillers_are_marked(qapp):
    model = TranscriptModel()
    model.show(review_data.recording(60.0), {})
    line = model.lines[1]
    marked = {style: line.segment.text[s.start : s.end] for s in line.stretches for style in [s.style]}
    assert marked[Style.FILLER] == "嗯，"
    assert "负载均衡" in marked[Style.TERM] or "载均衡" in marked[Style.TERM]
    assert Style.UNCERTAIN in marked


def test_click_tells_the_time_of_the_word(qtbot, transcript):
    rows = transcript.list
    with qtbot.waitSignal(transcript.seekAsked) as asked:
        qtbot.mouseClick(rows.viewport(), LEFT, pos=at_word(rows, 1, 3))
    assert asked.args[0] == rows.rows.lines[1].segment.words[3].start


def test_text_is_never_read_as_html(qtbot, transcript):
    recording = review_data.recording(30.0)
    hostile = "<img src='file:///etc/passwd'><b>粗</b>"
    segment = Segment(1.0, 3.0, "S2", "zh", hostile, (Word(1.0, 3.0, hostile, 0.9),))
    shown = TranscriptModel()
    talk = replace(recording.analysis, transcript=replace(recording.analysis.transcript, segments=(segment,)))
    shown.show(replace(recording, analysis=talk), {})
    layout = transcript.list.delegate.layout(0, 400)
    assert shown.lines[0].segment.text == hostile
    assert layout.text() == transcript.list.rows.lines[0].segment.text


def test_search_counts_and_walks_round(qtbot, transcript):
    qtbot.keyClicks(transcript.search, "300")
    assert transcript.hits.text() == "1/2"
    for wanted in ("1/2", "2/2", "1/2"):
        qtbot.keyClick(transcript.search, Qt.Key.Key_Return)
        assert transcript.hits.text() == wanted
    qtbot.keyClick(transcript.search, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert transcript.hits.text() == "2/2"
    qtbot.keyClicks(transcript.search, "zzz")
    assert transcript.hits.text() == "No match"
    qtbot.keyClick(transcript.search, Qt.Key.Key_Return)


def said_at(lines, row, wanted):
    """When the word that a text begins in is said."""
    line = lines[row]
    at = line.segment.text.index(wanted)
    return next(word.start for word, place in zip(line.segment.words, line.places, strict=True) if place[1] > at)


def test_hits_are_told_by_their_times_and_gone_to_one_by_one(qtbot, transcript):
    lines = transcript.list.rows.lines
    times = [said_at(lines, row, "300") for row in (3, 7)]
    assert times[0] > lines[3].segment.start
    with qtbot.waitSignal(transcript.hitsChanged, check_params_cb=lambda found: found == times):
        qtbot.keyClicks(transcript.search, "300")
    gone = []
    transcript.hitChosen.connect(gone.append)
    for _ in range(3):
        qtbot.keyClick(transcript.search, Qt.Key.Key_Return)
    assert gone == [times[0], times[1], times[0]]
    with qtbot.waitSignal(transcript.hitsChanged) as told:
        transcript.search.clear()
    assert told.args[0] == []


def test_a_hit_between_two_words_belongs_to_the_later_one():
    words = (Word(1.0, 1.5, "one", 0.9), Word(2.0, 2.5, "two", 0.9), Word(3.0, 3.5, "three", 0.9))
    said = Segment(1.0, 4.0, "S2", "en", "one two, three.", words)
    line = Line(said, "", Role.CANDIDATE, tuple(word_places(said)), ())
    assert hit_times([line], [(0, 0, 3), (0, 3, 5), (0, 4, 7), (0, 8, 9), (0, 14, 15)]) == [1.0, 2.0, 2.0, 3.0, 3.0]
    bare = replace(line, segment=replace(said, words=()), places=())
    assert hit_times([bare], [(0, 4, 7)]) == [1.0]


def test_follows_the_player_unless_told_not_to(transcript):
    bar = transcript.list.verticalScrollBar()
    transcript.list.show_time(58.0)
    assert transcript.list.delegate.current_row == 7
    assert bar.value() > 0
    transcript.follow.setChecked(False)
    bar.setValue(0)
    transcript.list.show_time(50.0)
    assert bar.value() == 0


def test_scale_and_width_lay_the_rows_out_again(qtbot, transcript):
    first = transcript.list.visualRect(transcript.list.rows.index(1)).height()
    theme.apply("dark", 200)
    QApplication.processEvents()
    assert transcript.list.visualRect(transcript.list.rows.index(1)).height() > 1.6 * first


# Corrections


def test_a_double_click_corrects_a_word_and_undo_brings_it_back(qtbot, room):
    rows = room.transcript.list
    rows.scrollToTop()
    before = texts(room)
    place = at_word(rows, 1, 3)
    qtbot.mouseDClick(rows.viewport(), LEFT, pos=place)
    assert rows.editor.text() == rows.rows.lines[1].segment.words[3].text
    rows.editor.setText("正在")
    qtbot.keyClick(rows.editor, Qt.Key.Key_Return)
    assert "正在" in texts(room)[1]
    assert room.presenter.can_undo
    kept = room.presenter._library.corrections(room.presenter.interview.id)
    assert (kept[0].kind, kept[0].after, kept[0].author) == (WORD, "正在", "李静")
    qtbot.keyClick(room, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert texts(room) == before
    qtbot.mouseClick(room.transcript.redo, LEFT)
    assert "正在" in texts(room)[1]
    assert len(room.presenter._library.corrections(room.presenter.interview.id)) == 3


def test_escape_leaves_the_word_and_f2_takes_the_whole_row(qtbot, room):
    rows = room.transcript.list
    before = texts(room)
    rows.edit_word(0, 0)
    qtbot.keyClicks(rows.editor, "abc")
    qtbot.keyClick(rows.editor, Qt.Key.Key_Escape)
    assert texts(room) == before
    rows.setCurrentIndex(rows.rows.index(0))
    qtbot.keyClick(rows, Qt.Key.Key_F2)
    rows.editor.setPlainText("Hello, please introduce yourself.")
    qtbot.keyClick(rows.editor, Qt.Key.Key_Return)
    assert texts(room)[0] == "Hello, please introduce yourself."


def test_another_window_in_front_does_not_end_the_typing(qtbot, room):
    rows = room.transcript.list
    rows.edit_word(1, 3)
    rows.editor.setText("正")
    for reason, left in (("ActiveWindowFocusReason", False), ("PopupFocusReason", False), ("TabFocusReason", True)):
        QApplication.sendEvent(rows.editor, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason[reason]))
        QApplication.processEvents()
        assert (rows.editor is None) is left
    assert "正" in rows.rows.lines[1].segment.text


def test_what_comes_while_typing_waits_until_the_editor_closes(qtbot, room):
    rows = room.transcript.list
    rows.edit_word(0, 0)
    room.presenter.reload()
    room.refresh()
    assert rows.editor is not None
    qtbot.keyClicks(rows.editor, "Hi ")
    qtbot.keyClick(rows.editor, Qt.Key.Key_Return)
    assert texts(room)[0].startswith("Hi")


def test_one_click_swaps_the_roles_and_one_undo_swaps_them_back(qtbot, room):
    lines = room.transcript.list.rows.lines
    assert (lines[0].role, lines[1].role) == (Role.INTERVIEWER, Role.CANDIDATE)
    qtbot.mouseClick(room.transcript.swap, LEFT)
    lines = room.transcript.list.rows.lines
    assert (lines[0].role, lines[1].role) == (Role.CANDIDATE, Role.INTERVIEWER)
    qtbot.mouseClick(room.transcript.undo, LEFT)
    lines = room.transcript.list.rows.lines
    assert (lines[0].role, lines[1].role) == (Role.INTERVIEWER, Role.CANDIDATE)
    assert not room.transcript.undo.isEnabled()
    assert room.transcript.redo.isEnabled()


def test_the_row_menu_gives_a_passage_to_another_speaker(qtbot, room):
    rows = room.transcript.list
    menu = rows.row_menu(1, 2)
    names = [action.text() for action in menu.actions()]
    assert {"Play from here", "Comment here", "Correct this word"} <= set(names)
    moved = next(action.menu() for action in menu.actions() if action.text() == "Said by")
    moved.actions()[0].trigger()
    assert rows.rows.lines[1].segment.speaker == "S1"
    menu.close()


def test_corrections_overlay_finds_its_word_and_leaves_the_rest():
    talk = review_data.analysis(60.0)
    word = talk.transcript.segments[1].words[3]
    changed = corrected(talk, [correction(WORD, word.text, "甲", word.start, word.end)])
    assert "甲" in changed.transcript.segments[1].text
    assert changed.transcript.segments[5] == talk.transcript.segments[5]
    assert corrected(changed, [correction(WORD, word.text, "甲", word.start, word.end)]) == changed
    assert talk.transcript.segments[1].text == review_data.SENTENCES[1]


def test_an_undone_undo_is_in_force_again():
    first = correction(WORD, "a", "b", name="1")
    undo = correction(WORD, "b", "a", name="2", reverts="1")
    redo = correction(WORD, "a", "b", name="3", reverts="2")
    assert in_force([first]) == (first,)
    assert in_force([first, undo]) == ()
    assert in_force([first, undo, redo]) == (first,)


def test_word_places_survive_words_that_are_not_in_the_text():
    segment = Segment(0, 2, "S1", "en", "well I mean it", tuple(Word(0, 1, w, 1) for w in ("well", "eh", "mean", "it")))
    assert word_places(segment) == [(0, 4), (4, 4), (7, 11), (12, 14)]


def test_clicking_beside_the_words_seeks_to_the_row(qtbot, transcript):
    rows = transcript.list
    area = rows.visualRect(rows.rows.index(0))
    with qtbot.waitSignal(transcript.seekAsked) as asked:
        qtbot.mouseClick(rows.viewport(), LEFT, pos=QPoint(area.right() - 5, area.top() + 4))
    assert asked.args[0] == 0.0
