"""Undo and redo in the room: one order over everything, by keys, buttons and the palette; comments changed in place."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from analysis.document import CorrectionKind
from app import text
from app.domain.types import Conclusion
from app.failures import NotUndone
from app.review import ReviewSession
from app.store.library import Library
from tests.ui import rooms
from ui import language, theme
from ui.actions import matching
from ui.review.model import CorrectionDraft
from ui.review.presenter import LibraryPresenter
from ui.review.room import ReviewRoom

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
CTRL_SHIFT = CTRL | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def room(qtbot, opened):
    room = rooms.shown(qtbot, LibraryPresenter(*opened))
    yield room
    room.leave()


def rate(qtbot, room, dimension, key):
    picker = room.scorecard.cards[dimension].picker
    picker.setFocus()
    qtbot.keyClick(picker, key)


def undo(qtbot, room):
    room.setFocus()
    qtbot.keyClick(room, Qt.Key.Key_Z, CTRL)


def redo(qtbot, room):
    room.setFocus()
    qtbot.keyClick(room, Qt.Key.Key_Z, CTRL_SHIFT)


def score(room, dimension="communication"):
    return room.scorecard.cards[dimension].picker.score()


def comment(qtbot, room, words, at=12.0):
    room.seek(at)
    room.setFocus()
    qtbot.keyClick(room, Qt.Key.Key_C)
    room.scorecard.comments.field.insert(words)
    qtbot.keyClick(room.scorecard.comments.field, Qt.Key.Key_Return)
    return room.presenter.comments()[-1]


def shown(room):
    QApplication.processEvents()
    return [label.text() for label in room.scorecard.comments.findChildren(QLabel) if label.isVisible()]


def everything(qtbot, room):
    """A step of each kind, and the names under which they are undone, newest first."""
    card = room.scorecard.cards["communication"]
    rows = room.transcript.list
    rows.edit_word(1, 3)
    rows.editor.setText("正在")
    qtbot.keyClick(rows.editor, Qt.Key.Key_Return)
    rate(qtbot, room, "communication", Qt.Key.Key_8)
    card.reason.setFocus()
    qtbot.keyClicks(card.reason, "clear")
    qtbot.keyClick(card.reason, Qt.Key.Key_Return)
    card.slider.setFocus()
    qtbot.keyClick(card.slider, Qt.Key.Key_PageUp)
    room.scorecard.verdict.why.setFocus()
    qtbot.keyClicks(room.scorecard.verdict.why, "matters")
    qtbot.keyClick(room.scorecard.verdict.why, Qt.Key.Key_Return)
    qtbot.mouseClick(room.scorecard.verdict.choices[Conclusion.HIRE], LEFT)
    room.scorecard.summary.setFocus()
    qtbot.keyClicks(room.scorecard.summary, "Solid.")
    comment(qtbot, room, "好")
    room.setFocus()
    qtbot.keyClick(room, Qt.Key.Key_M)
    return [
        "bookmark at 00:12", "comment “好”", "closing words", "recommendation “Hire”", "reason for the weights",
        "weight of Communication 38 %", "reason for the rating of Communication", "rating of Communication 8",
        "“载均” → “正在”",
    ]  # fmt: skip


def test_a_typed_ten_is_one_step(qtbot, room):
    rate(qtbot, room, "communication", Qt.Key.Key_4)
    rate(qtbot, room, "communication", Qt.Key.Key_1)
    rate(qtbot, room, "communication", Qt.Key.Key_0)
    assert score(room) == 10.0
    assert room.presenter.undo_text == "rating of Communication 10"
    undo(qtbot, room)
    assert score(room) == 4.0
    redo(qtbot, room)
    assert score(room) == 10.0
    undo(qtbot, room)
    undo(qtbot, room)
    assert score(room) is None


def test_other_ratings_in_a_row_are_a_step_each(qtbot, room):
    for key in (Qt.Key.Key_1, Qt.Key.Key_3, Qt.Key.Key_0):
        rate(qtbot, room, "communication", key)
    assert score(room) == 0.0
    undo(qtbot, room)
    assert score(room) == 3.0
    undo(qtbot, room)
    assert score(room) == 1.0


def state(room):
    presenter = room.presenter
    assessment = presenter.assessment
    return (
        {key: (rating.score, rating.comment) for key, rating in assessment.ratings.items() if rating.score},
        assessment.weights, assessment.weight_reason, assessment.conclusion, assessment.summary,
        [(one.text, one.time_s) for one in presenter.comments()],
        [line.segment.text for line in room.transcript.list.rows.lines],
    )  # fmt: skip


def test_one_key_undoes_the_newest_of_any_kind_and_the_hint_names_it(qtbot, room):
    before = state(room)
    names = everything(qtbot, room)
    after = state(room)
    for name in names:
        assert room.presenter.undo_text == name
        assert room.transcript.undo.toolTip() == f"Undo: {name} (Ctrl+Z)"
        assert f"Undo: {name}" in [action.title for action in room.actions_here() if action.id == "undo"]
        undo(qtbot, room)
    assert state(room) == before
    assert not room.transcript.undo.isEnabled()
    assert room.transcript.undo.toolTip() == "Undo (Ctrl+Z)"
    card = room.scorecard.cards["communication"]
    assert (card.picker.score(), card.reason.text(), card.slider.value()) == (None, "", 33)
    assert room.scorecard.summary.toPlainText() == ""
    assert not room.scorecard.verdict.choices[Conclusion.HIRE].isChecked()
    for name in reversed(names):
        assert room.transcript.redo.toolTip() == f"Redo: {name} (Ctrl+Shift+Z)"
        redo(qtbot, room)
    assert state(room) == after
    assert not room.transcript.redo.isEnabled()


def test_it_is_all_in_the_library_again(qtbot, room, opened):
    everything(qtbot, room)
    undo(qtbot, room)
    undo(qtbot, room)
    assert LibraryPresenter(*opened).comments() == ()
    assert LibraryPresenter(*opened).assessment == room.presenter.assessment
    assert len(opened[0].comments(opened[1], deleted=True)) == 2
    assert "communication=8" in [line.detail for line in opened[0].audit(opened[1]) if line.action == "rated"]


def test_hints_and_commands_speak_both_languages(qtbot, room):
    rate(qtbot, room, "communication", Qt.Key.Key_7)
    language.set_language("zh")
    assert room.transcript.undo.toolTip() == "撤销：语言表达评分 7（Ctrl+Z）"
    assert room.transcript.undo.accessibleName() == "撤销：语言表达评分 7"
    assert [action.title for action in matching(room.actions_here(), "undo")] == ["撤销：语言表达评分 7"]
    assert room.transcript.redo.toolTip() == "重做（Ctrl+Shift+Z）"


def test_the_buttons_do_the_same_and_what_was_undone_is_in_sight(qtbot, room):
    room.resize(1528, 640)
    rate(qtbot, room, "communication", Qt.Key.Key_8)
    bar = room.scorecard.scroller.verticalScrollBar()
    bar.setValue(bar.maximum())
    qtbot.mouseClick(room.transcript.undo, LEFT)
    assert score(room) is None
    assert not room.scorecard.cards["communication"].picker.visibleRegion().isEmpty()
    qtbot.mouseClick(room.transcript.redo, LEFT)
    assert score(room) == 8.0


def test_what_is_being_written_is_the_newest_step(qtbot, room):
    rate(qtbot, room, "communication", Qt.Key.Key_8)
    room.scorecard.summary.setFocus()
    qtbot.keyClicks(room.scorecard.summary, "Not yet saved")
    qtbot.mouseClick(room.transcript.undo, LEFT)
    assert room.scorecard.summary.toPlainText() == ""
    assert score(room) == 8.0
    qtbot.mouseClick(room.transcript.redo, LEFT)
    assert room.scorecard.summary.toPlainText() == "Not yet saved"
    assert room.presenter.assessment.summary == "Not yet saved"


def test_closing_words_are_one_step_a_pause(qtbot, room):
    field = room.scorecard.summary
    field.setFocus()
    for words in ("First.", " Second."):
        qtbot.keyClicks(field, words)
        with qtbot.waitSignal(field.written):
            pass
    undo(qtbot, room)
    assert (room.presenter.assessment.summary, field.toPlainText()) == ("First.", "First.")


def test_a_reason_is_saved_at_a_pause_without_leaving_the_field(qtbot, room, opened):
    rate(qtbot, room, "communication", Qt.Key.Key_8)
    reason = room.scorecard.cards["communication"].reason
    reason.setFocus()
    qtbot.keyClicks(reason, "half a tho")
    with qtbot.waitSignal(reason.written):
        pass
    assert ReviewSession(*opened).assessment.ratings["communication"].comment == "half a tho"
    assert reason.hasFocus()
    qtbot.keyClicks(reason, "ught")
    assert reason.text() == "half a thought"


def test_a_correction_of_an_earlier_day_can_be_undone_below_what_is_new(qtbot, opened):
    first = LibraryPresenter(*opened)
    text_before = first.recording().analysis.transcript.segments[1].text
    start = first.recording().analysis.transcript.segments[1].words[0].start
    first.correct(CorrectionDraft(CorrectionKind.WORD, start, start + 1, "嗯，", "嗯嗯"))
    second = LibraryPresenter(*opened)
    second.rate("communication", 5)
    assert second.undo_text == "rating of Communication 5"
    second.undo()
    assert second.undo_text == "“嗯，” → “嗯嗯”"
    second.undo()
    assert second.recording().analysis.transcript.segments[1].text == text_before
    assert not second.can_undo


def test_what_was_undone_on_an_earlier_day_can_be_done_again(qtbot, opened):
    def words(presenter):
        return presenter.recording().analysis.transcript.segments[1].text

    first = LibraryPresenter(*opened)
    said = first.recording().analysis.transcript.segments[1].words
    before = words(first)
    for place, after in ((0, "啊，"), (1, "你负")):
        word = said[place]
        first.correct(CorrectionDraft(CorrectionKind.WORD, word.start, word.end, word.text, after))
    corrected = words(first)
    first.undo()
    halfway = words(first)
    first.undo()
    assert words(first) == before

    room = ReviewRoom(LibraryPresenter(*opened))
    qtbot.addWidget(room)
    room.show()
    qtbot.waitExposed(room)
    redo(qtbot, room)
    assert words(room.presenter) == halfway
    redo(qtbot, room)
    assert words(room.presenter) == corrected
    assert not room.presenter.can_redo
    undo(qtbot, room)
    room.leave()

    third = LibraryPresenter(*opened)
    assert words(third) == halfway
    assert third.redo_text == f"“{said[1].text}” → “你负”"
    third.redo()
    assert words(third) == corrected
    assert not LibraryPresenter(*opened).can_redo
    third.undo()
    word = said[2]
    third.correct(CorrectionDraft(CorrectionKind.WORD, word.start, word.end, word.text, "新"))
    assert not third.can_redo
    assert not LibraryPresenter(*opened).can_redo


def test_what_somebody_else_changed_stays_and_is_said(qtbot, room, opened):
    rate(qtbot, room, "communication", Qt.Key.Key_8)
    rate(qtbot, room, "logic" if "logic" in room.scorecard.cards else "reasoning", Qt.Key.Key_6)
    other = ReviewSession(*opened)
    other.rate(list(room.scorecard.cards)[1], 2)
    with qtbot.waitSignal(room.failed) as said:
        undo(qtbot, room)
    assert isinstance(said.args[0], NotUndone)
    assert "changed by somebody else" in text.sentence(said.args[0])
    assert score(room, list(room.scorecard.cards)[1]) == 2.0
    undo(qtbot, room)
    assert score(room) is None


def test_taking_a_rating_back_shows_no_veil_again_and_says_so_in_the_audit(qtbot, room, opened):
    card = room.scorecard.cards["communication"]
    rate(qtbot, room, "communication", Qt.Key.Key_8)
    undo(qtbot, room)
    assert score(room) is None
    assert card.veil.isHidden()
    assert not card.numbers.hide_machine
    assert ("unveiled", "communication") in [(line.action, line.detail) for line in opened[0].audit(opened[1])]
    rate(qtbot, room, "communication", Qt.Key.Key_5)
    qtbot.keyClick(card.picker, Qt.Key.Key_Delete)
    assert room.presenter.assessment.ratings["communication"].unveiled


def test_after_signing_undo_leaves_the_signed_bytes_and_offers_to_sign_again(qtbot, room):
    for dimension in room.scorecard.cards:
        rate(qtbot, room, dimension, Qt.Key.Key_7)
    qtbot.mouseClick(room.scorecard.verdict.choices[Conclusion.HIRE], LEFT)
    qtbot.mouseClick(room.scorecard.verdict.sign, LEFT)
    signed = room.presenter.assessment.signatures
    undo(qtbot, room)
    assert room.presenter.assessment.signatures == signed
    assert not room.presenter.is_signed()
    assert "Changed since" in room.scorecard.verdict.signature.text()
    redo(qtbot, room)
    assert room.presenter.is_signed()
    assert room.presenter.assessment.signatures == signed


def test_keys_in_a_field_are_the_fields_own(qtbot, room):
    rate(qtbot, room, "communication", Qt.Key.Key_8)
    field = room.scorecard.comments.field
    field.setFocus()
    qtbot.keyClicks(field, "words")
    qtbot.keyClick(field, Qt.Key.Key_Z, CTRL)
    assert field.text() == ""
    assert score(room) == 8.0


def test_nothing_is_undone_in_a_library_that_is_only_read(qtbot, opened):
    LibraryPresenter(*opened).set_summary("x")
    with Library.open(opened[0].folder, read_only_if_held=True) as reader:
        presenter = LibraryPresenter(reader, opened[1])
        assert (presenter.can_undo, presenter.undo_text) == (False, "")


# Comments


def test_a_comment_is_changed_in_its_place(qtbot, room):
    one = comment(qtbot, room, "good")
    comment(qtbot, room, "later", at=30.0)
    comments = room.scorecard.comments
    assert comments.edit(one.id)
    editor = comments.editor
    assert editor.words.hasFocus()
    editor.words.setPlainText("better\nby far")
    editor.time.setText("0:35.5")
    qtbot.keyClick(editor.time, Qt.Key.Key_Return)
    assert comments.editor is None
    assert [(c.text, c.time_s) for c in room.presenter.comments()] == [("later", 30.0), ("better\nby far", 35.5)]
    lane = next(lane for lane in room.timeline.lanes if lane.key == "comments")
    assert [mark.start for mark in lane.marks()] == [30.0, 35.5]
    undo(qtbot, room)
    assert [(c.text, c.time_s) for c in room.presenter.comments()] == [("good", 12.0), ("later", 30.0)]
    assert [mark.start for mark in lane.marks()] == [12.0, 30.0]


def test_a_double_click_opens_it_and_escape_leaves_it(qtbot, room):
    one = comment(qtbot, room, "good", at=12.4)
    comments = room.scorecard.comments
    label = next(label for label in comments.findChildren(QLabel) if label.text() == "good")
    qtbot.mouseDClick(label, LEFT)
    comments.editor.words.setPlainText("worse")
    qtbot.keyClick(comments.editor.words, Qt.Key.Key_Escape)
    assert comments.editor is None
    assert "good" in shown(room)
    comments.edit(one.id)
    comments.editor.words.setPlainText("fine")
    qtbot.keyClick(comments.editor.words, Qt.Key.Key_Return)
    assert [(c.text, c.time_s) for c in room.presenter.comments()] == [("fine", 12.4)]


def test_the_present_moment_is_taken_exactly(qtbot, room):
    one = comment(qtbot, room, "good")
    room.seek(21.37)
    room.scorecard.comments.edit(one.id)
    qtbot.mouseClick(room.scorecard.comments.editor.here, LEFT)
    qtbot.mouseClick(room.scorecard.comments.editor.save_button, LEFT)
    assert room.presenter.comments()[0].time_s == pytest.approx(21.37)


@pytest.mark.parametrize(("time", "words"), [("soon", "good"), ("99:00", "good"), ("00:12", "")])
def test_what_cannot_be_saved_stays_and_is_said(qtbot, room, time, words):
    one = comment(qtbot, room, "good!")
    room.scorecard.comments.edit(one.id)
    editor = room.scorecard.comments.editor
    editor.time.setText(time)
    editor.words.setPlainText(words)
    said = []
    room.failed.connect(said.append)
    qtbot.mouseClick(editor.save_button, LEFT)
    QApplication.processEvents()
    assert room.scorecard.comments.editor is editor
    assert editor.wrong.isVisible() or said
    assert room.presenter.comments() == (one,)
    qtbot.mouseClick(editor.cancel, LEFT)


def test_removed_is_said_where_it_stood_with_the_way_back(qtbot, room):
    one = comment(qtbot, room, "good")
    comment(qtbot, room, "later", at=30.0)
    comments = room.scorecard.comments
    comments.removeAsked.emit(one.id)
    assert [each.text for each in room.presenter.comments()] == ["later"]
    assert comments.list.itemAt(0).widget() is comments.removed
    assert "Removed." in shown(room)
    qtbot.mouseClick(comments.removed.undo, LEFT)
    assert [each.text for each in room.presenter.comments()] == ["good", "later"]
    assert comments.removed is None
    redo(qtbot, room)
    assert [each.text for each in room.presenter.comments()] == ["later"]


def test_the_way_back_stays_right_after_other_steps(qtbot, room):
    one = comment(qtbot, room, "good")
    comments = room.scorecard.comments
    comments.removeAsked.emit(one.id)
    rate(qtbot, room, "communication", Qt.Key.Key_8)
    qtbot.mouseClick(comments.removed.undo, LEFT)
    assert [each.text for each in room.presenter.comments()] == ["good"]
    assert score(room) == 8.0
    undo(qtbot, room)
    assert room.presenter.comments() == ()
    undo(qtbot, room)
    assert score(room) is None
    undo(qtbot, room)
    assert [each.text for each in room.presenter.comments()] == ["good"]


def test_the_line_goes_after_a_while_and_undo_by_key_takes_it_along(qtbot, room):
    one = comment(qtbot, room, "good")
    comments = room.scorecard.comments
    comments.removeAsked.emit(one.id)
    undo(qtbot, room)
    assert comments.removed is None
    comments.removeAsked.emit(one.id)
    comments.removed._while.setInterval(1)
    qtbot.waitUntil(lambda: comments.removed is None)


def test_by_keyboard_the_way_back_has_the_keys(qtbot, room):
    comment(qtbot, room, "good")
    comments = room.scorecard.comments
    remove = next(b for b in comments.findChildren(type(comments.bookmark)) if b.accessibleName() == "Remove")
    remove.setFocus()
    qtbot.keyClick(remove, Qt.Key.Key_Space)
    assert comments.removed.undo.hasFocus()
    qtbot.keyClick(comments.removed.undo, Qt.Key.Key_Space)
    assert [each.text for each in room.presenter.comments()] == ["good"]


def offered(comments):
    """What the list of comments offers to do with any of them."""
    return {button.accessibleName() for button in comments.findChildren(QToolButton)} - {
        comments.bookmark.accessibleName()
    }


def test_what_somebody_else_wrote_cannot_be_changed_in_place(qtbot, opened):
    library, interview_id = opened
    library.assessor = "王芳"
    other = library.add_comment(interview_id, 3.0, "hers")
    library.assessor = "李静"
    room = ReviewRoom(LibraryPresenter(library, interview_id))
    qtbot.addWidget(room)
    comments = room.scorecard.comments
    assert not comments.edit(other.id)
    assert offered(comments) == set()
    room.scorecard.add_comment(4.0, "his")
    assert offered(comments) == {"Change", "Remove", "Dimension: None"}
    room.leave()


def test_words_of_an_open_editor_outlive_the_removal_of_their_comment(qtbot, room):
    one = comment(qtbot, room, "good")
    room.scorecard.comments.edit(one.id)
    room.scorecard.comments.editor.words.setPlainText("much better")
    undo(qtbot, room)
    assert room.scorecard.comments.editor is None
    assert room.scorecard.comments.field.text() == "much better"


@pytest.mark.parametrize("spoken", ["zh", "en"])
@pytest.mark.parametrize("scale", [100, 200])
def test_the_editor_has_room_for_everything(qtbot, room, spoken, scale):
    one = comment(qtbot, room, "good")
    language.set_language(spoken)
    theme.apply("light", scale)
    room.scorecard.comments.edit(one.id)
    editor = room.scorecard.comments.editor
    editor.time.setText("x")
    editor.save()
    qtbot.waitUntil(lambda: editor.wrong.isVisible())
    parts = (editor.time, editor.here, editor.save_button, editor.cancel, editor.words, editor.wrong)

    def outside():
        areas = {part: part.rect().translated(part.mapTo(editor, QPoint(0, 0))) for part in parts}
        return [part for part, area in areas.items() if not editor.rect().contains(area)]

    qtbot.waitUntil(lambda: not outside())
    assert editor.wrong.height() >= editor.wrong.heightForWidth(editor.wrong.width())
