"""The scorecard to its end: questions of the kit, evidence that plays, drafts, what is left, and the table behind."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QToolTip

from analysis.document import QuestionMatch
from app.domain.types import Conclusion, Position
from app.store.library import Library
from tests.app.interviews import answer_metrics, metric
from tests.ui import review_data, review_library
from tests.ui.rooms import shown
from ui import language, theme
from ui.review.evidence_list import MOST_CHIPS
from ui.review.presenter import LibraryPresenter
from ui.review.score_widgets import Radar
from ui.review.tables import TableDialog

LEFT = Qt.MouseButton.LeftButton
KIT = ("请介绍一下自己。", "讲一个项目 <b>&</b> 成果。", "你如何学习新的技术？")
Key = Qt.Key


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, sample):
    """A library in which the sample is analysed: two questions of the kit were asked, answers pause too much."""
    folder = tmp_path_factory.mktemp("评分")
    shown = review_data.recording(57.16)
    found = shown.analysis
    exchanges = tuple(
        replace(each, matched_question=QuestionMatch(f"q{number + 1}", KIT[number], 1.0) if number < 2 else None)
        for number, each in enumerate(found.exchanges)
    )
    answers = tuple(answer_metrics("zh") | {"pause_share": metric(0.5, "share", 3)} for _ in exchanges)
    found = replace(found, exchanges=exchanges, metrics=replace(found.metrics, answers=answers))
    with Library.open(folder / "library", assessor="李静") as library:
        position = Position(id="", title="后端工程师", questions=KIT)
        interview_id = review_library.interview_in(library, sample / "sample_zh.mp4", position=position)
        review_library.analysed(library, interview_id, folder / "analysis", replace(shown, analysis=found))
    return folder / "library", interview_id


@pytest.fixture
def room(qtbot, opened):
    room = shown(qtbot, LibraryPresenter(*opened))
    yield room
    room.leave()


def rate(qtbot, room, dimension, key):
    picker = room.scorecard.cards[dimension].picker
    picker.setFocus()
    qtbot.keyClick(picker, key)


# Questions of the kit


def test_questions_of_the_kit_are_rated_one_by_one(qtbot, room, opened):
    questions = room.scorecard.questions
    assert questions.fold.text() == "Questions of the kit: 0 of 3 rated"
    assert not questions.inside.isVisible()
    questions.fold.setFocus()
    qtbot.keyClick(questions.fold, Key.Key_Space)
    assert questions.inside.isVisible()
    assert list(questions.rows) == list(KIT)
    first = questions.rows[KIT[0]].score
    first.rating.picker.setFocus()
    qtbot.keyClick(first.rating.picker, Key.Key_8)
    assert room.presenter.assessment.questions[KIT[0]].score == 8
    assert questions.fold.text() == "Questions of the kit: 1 of 3 rated"
    assert first.rating.picker.hasFocus()
    first.note.insert("具体")
    qtbot.keyClick(first.note, Key.Key_Return)
    assert room.presenter.assessment.questions[KIT[0]].comment == "具体"
    last = questions.rows[KIT[2]]
    assert "not asked" in [label.text() for label in last.findChildren(QLabel)]
    language.set_language("zh")
    assert questions.fold.text() == "题库题目：已评 1 / 3"
    assert "未问到" in [label.text() for label in questions.rows[KIT[2]].findChildren(QLabel)]
    language.set_language("en")
    again = shown(qtbot, LibraryPresenter(*opened))
    score = again.scorecard.questions.rows[KIT[0]].score
    assert (score.rating.picker.score(), score.note.text()) == (8.0, "具体")
    again.leave()


def test_the_card_of_a_question_rates_it_too(qtbot, room):
    room.setFocus()
    qtbot.keyClick(room, Key.Key_Q)
    card = room.questions.card
    assert card.foot.isVisible()
    qtbot.keyClick(card, Key.Key_1)
    qtbot.keyClick(card, Key.Key_0)
    assert room.presenter.assessment.questions[KIT[0]].score == 10
    assert room.scorecard.questions.rows[KIT[0]].score.rating.picker.score() == 10
    assert card.score.note.isVisible()
    assert card.geometry().bottom() <= room.left.geometry().bottom()
    card.score.note.insert("half written")
    qtbot.keyClick(card, Key.Key_Escape)
    assert room.presenter.assessment.questions[KIT[0]].comment == "half written"
    room.questions.show(1)
    assert card.score.rating.picker.score() is None
    assert card.score.note.text() == ""
    qtbot.mouseClick(card.after, LEFT)
    assert not card.foot.isVisible(), "the third question is none of the kit"
    rate(qtbot, room, "communication", Key.Key_7)
    qtbot.keyClick(room, Key.Key_Escape)


def test_undo_reaches_the_note_on_the_card_that_is_being_written(qtbot, room):
    room.activateWindow()
    qtbot.waitUntil(room.isActiveWindow)
    room.setFocus()
    qtbot.keyClick(room, Key.Key_Q)
    score = room.questions.card.score
    qtbot.keyClick(room.questions.card, Key.Key_6)
    score.note.setFocus()
    score.note.insert("hasty words")
    score.save()
    assert room.presenter.assessment.questions[KIT[0]].comment == "hasty words"
    room.undoing.undo()
    assert score.note.hasFocus()
    assert score.note.text() == ""
    score.save()
    assert room.presenter.assessment.questions[KIT[0]].comment == ""
    room.undoing.redo()
    assert score.note.text() == "hasty words"


def test_the_commands_of_the_scorecard(qtbot, room):
    offered = {action.title: action for action in room.actions_here() if action.run and action.enabled()}
    assert "Draft: Strengths" not in offered
    offered["Rate the questions of the kit"].run()
    first = room.scorecard.questions.rows[KIT[0]].score.rating.picker
    assert first.hasFocus()
    qtbot.waitUntil(lambda: not first.visibleRegion().isEmpty())
    qtbot.keyClick(first, Key.Key_9)
    offered = {action.title: action for action in room.actions_here() if action.run and action.enabled()}
    offered["Draft: Strengths"].run()
    assert room.presenter.assessment.strengths == f"- [00:04] {KIT[0]} (rated 9)"
    offered["Scores as a table"].run()
    assert room.findChildren(TableDialog)


def test_the_way_from_a_question_to_where_it_was_asked(qtbot, room):
    questions = room.scorecard.questions
    questions.fold.show_open(True)
    (chip,) = [b for b in questions.rows[KIT[1]].findChildren(QPushButton) if b.property("class") == "chip"]
    qtbot.mouseClick(chip, LEFT)
    assert room.player.playback.position == 15.0
    labels = [label for label in questions.findChildren(QLabel) if label.text() == KIT[1]]
    assert [label.textFormat() for label in labels] == [Qt.TextFormat.PlainText]


def test_without_a_kit_there_is_no_list(qtbot, library, tmp_path):
    interview_id = review_library.interview_in(library, None)
    room = shown(qtbot, LibraryPresenter(library, interview_id))
    assert not room.scorecard.questions.isVisible()
    room.leave()


# Strengths and what to improve


def test_drafts_come_on_request_and_change_nothing_that_was_written(qtbot, room, opened):
    strengths, improve = room.scorecard.strengths, room.scorecard.to_improve
    assert not strengths.draft.isEnabled()
    assert "Nothing to draft" in strengths.draft.toolTip()
    rate(qtbot, room, "communication", Key.Key_8)
    assert strengths.field.toPlainText() == ""
    strengths.field.insertPlainText("讲得清楚")
    qtbot.mouseClick(strengths.draft, LEFT)
    lines = strengths.field.toPlainText().splitlines()
    assert lines[0] == "讲得清楚"
    assert any("Speech rate" in line and line.startswith("- [00:04") for line in lines)
    assert not strengths.draft.isEnabled()
    assert room.presenter.assessment.strengths == strengths.field.toPlainText()
    qtbot.mouseClick(improve.draft, LEFT)
    assert "Share of pauses 50 %" in improve.field.toPlainText()
    strengths.field.setFocus()
    qtbot.keyClick(strengths.field, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert strengths.field.toPlainText() == "讲得清楚"
    assert strengths.draft.isEnabled()
    room.leave()
    again = shown(qtbot, LibraryPresenter(*opened))
    assert again.scorecard.strengths.field.toPlainText() == "讲得清楚"
    assert "Share of pauses" in again.scorecard.to_improve.field.toPlainText()
    again.leave()


def test_a_draft_says_nothing_of_what_is_veiled(qtbot, room):
    rate(qtbot, room, "communication", Key.Key_8)
    drafted = room.presenter.draft()
    assert not any("Reasoning" in line.words for line in (*drafted.strengths, *drafted.to_improve))
    qtbot.mouseClick(room.scorecard.cards["reasoning"].veil, LEFT)
    assert room.presenter.draft() == drafted


def test_fields_grow_with_what_is_written_and_are_saved_at_a_pause(qtbot, room):
    field = room.scorecard.strengths.field
    low = field.height()
    field.setFocus()
    field.insertPlainText("\n".join("一二三四五六" for _ in range(6)))
    assert field.height() > low
    assert field.verticalScrollBar().maximum() == 0
    qtbot.waitUntil(lambda: room.presenter.assessment.strengths.startswith("一二三"), timeout=3000)


def test_everything_is_signed_and_a_change_needs_a_new_signature(qtbot, room):
    for dimension in room.scorecard.cards:
        rate(qtbot, room, dimension, Key.Key_7)
    qtbot.mouseClick(room.scorecard.verdict.choices[Conclusion.HIRE], LEFT)
    room.scorecard.strengths.field.insertPlainText("条理清楚")
    with qtbot.waitSignal(room.signed):
        qtbot.mouseClick(room.scorecard.verdict.sign, LEFT)
    body = json.loads(room.presenter.assessment.signatures[-1].payload)
    assert body["strengths"] == "条理清楚"
    assert "questions" not in body
    room.scorecard.rate_question(KIT[0], 6.0)
    assert room.scorecard.verdict.sign.isEnabled()
    qtbot.mouseClick(room.scorecard.verdict.sign, LEFT)
    body = json.loads(room.presenter.assessment.signatures[-1].payload)
    assert body["questions"] == [{"question": KIT[0], "score": 6, "comment": ""}]


# Evidence


def test_all_evidence_is_listed_and_plays(qtbot, room):
    evidence = room.scorecard.cards["communication"].evidence
    assert not evidence.isVisible()
    rate(qtbot, room, "communication", Key.Key_8)
    assert evidence.isVisible()
    assert evidence.chips.count() == MOST_CHIPS + 1
    assert evidence.all.text() == "All 9"
    evidence.all.setFocus()
    qtbot.keyClick(evidence.all, Key.Key_Space)
    view = evidence.view
    assert view.model().rowCount() == 9
    row = [view.model().index(3, column).data() for column in range(4)]
    assert row[0] == "00:19"
    assert "50 %" in [view.model().index(n, 2).data() for n in range(9)]
    assert "points" in view.model().index(3, 1).data(Qt.ItemDataRole.ToolTipRole)
    view.setFocus()
    view.setCurrentIndex(view.model().index(3, 0))
    qtbot.keyClick(view, Key.Key_Return)
    assert room.player.playback.position == pytest.approx(19.0, abs=0.5)
    qtbot.waitUntil(lambda: room.player.playback.playing)
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(view.model().index(6, 1)).center())
    assert room.player.playback.position == pytest.approx(34.0, abs=0.5)
    room.player.playback.pause()
    chip = evidence.chips.itemAt(0).widget()
    qtbot.mouseClick(chip, LEFT)
    qtbot.waitUntil(lambda: room.player.playback.playing)
    room.player.playback.pause()


def test_a_comment_that_speaks_of_a_dimension_stands_in_its_list(qtbot, room):
    room.scorecard.add_comment(12.0, "讲到 <i>数字</i>")
    (comment,) = room.presenter.comments()
    menu = room.scorecard.comments.tag_menu(room, comment)
    assert [action.text() for action in menu.actions()] == ["Communication", "Reasoning", "Composure", "None"]
    menu.actions()[2].trigger()
    assert room.presenter.comments()[0].dimension_id == "composure"
    evidence = room.scorecard.cards["composure"].evidence
    assert evidence.all.text() == "All 1"
    evidence.show_open(True)
    qtbot.mouseClick(
        evidence.view.viewport(), LEFT, pos=evidence.view.visualRect(evidence.view.model().index(0, 1)).center()
    )
    assert room.player.playback.position == pytest.approx(12.0, abs=0.5)
    room.player.playback.pause()
    tags = [tag.accessibleName() for tag in room.scorecard.comments.findChildren(QToolButton)]
    assert "Dimension: Composure" in tags
    assert "Composure" in [label.text() for label in room.scorecard.comments.findChildren(QLabel)]
    language.set_language("zh")
    assert evidence.all.text() == "全部 1 条"


# What is left


def test_what_is_left_leads_to_its_place(qtbot, room):
    scorecard, verdict = room.scorecard, room.scorecard.verdict
    assert scorecard.legend.text() == "* required before signing · 0 of 3 rated"
    scorecard.scroller.verticalScrollBar().setValue(10_000)
    qtbot.mouseClick(verdict.parts.buttons["composure"], LEFT)
    card = scorecard.cards["composure"]
    assert card.picker.hasFocus()
    assert not card.picker.visibleRegion().isEmpty()
    assert not card.done.isVisible()
    qtbot.keyClick(card.picker, Key.Key_6)
    assert card.done.isVisible()
    assert "composure" not in verdict.parts.buttons
    assert scorecard.legend.text() == "* required before signing · 1 of 3 rated"
    recommendation = verdict.parts.buttons[""]
    recommendation.setFocus()
    qtbot.keyClick(recommendation, Key.Key_Space)
    assert verdict.choices[Conclusion.HIRE].hasFocus()
    scorecard.cards["communication"].slider.setFocus()
    qtbot.keyClick(scorecard.cards["communication"].slider, Key.Key_PageUp)
    (reason,) = [b for key, b in verdict.parts.buttons.items() if " " in key]
    qtbot.mouseClick(reason, LEFT)
    assert verdict.why.hasFocus()
    language.set_language("zh")
    assert scorecard.legend.text() == "* 签字前必评 · 已评 1 / 3"
    assert verdict.parts.buttons["communication"].text() == "语言表达"


def test_not_assessed_is_a_control_of_its_own(qtbot, room):
    row = room.scorecard.cards["communication"].rating
    assert row.none.isChecked()
    qtbot.keyClick(row.picker, Key.Key_7)
    assert not row.none.isChecked()
    qtbot.mouseClick(row.none, LEFT)
    assert row.none.isChecked()
    assert room.presenter.assessment.ratings["communication"].score is None
    qtbot.mouseClick(row.none, LEFT)
    assert row.none.isChecked()


def test_ten_by_keyboard_and_digits_of_the_room(qtbot, room):
    score = room.presenter.assessment.ratings
    room.setFocus()
    qtbot.keyClick(room, Key.Key_7)
    assert not room.presenter.assessment.ratings, "nothing is chosen yet"
    qtbot.keyClick(room, Key.Key_2, Qt.KeyboardModifier.AltModifier)
    second = list(room.scorecard.cards)[1]
    room.setFocus()
    qtbot.keyClick(room, Key.Key_1)
    qtbot.keyClick(room, Key.Key_0)
    score = room.presenter.assessment.ratings
    assert score[second].score == 10
    qtbot.keyClick(room, Key.Key_0)
    assert room.presenter.assessment.ratings[second].score == 0
    room.transcript.search.setFocus()
    qtbot.keyClick(room.transcript.search, Key.Key_5)
    assert room.presenter.assessment.ratings[second].score == 0
    assert room.transcript.search.text() == "5"
    room.setFocus()
    qtbot.keyClick(room, Key.Key_Escape)
    qtbot.keyClick(room, Key.Key_5)
    assert room.presenter.assessment.ratings[second].score == 0


def test_a_click_on_a_card_chooses_it(qtbot, room):
    card = room.scorecard.cards["composure"]
    qtbot.mouseClick(card, LEFT, pos=QPoint(card.width() - 8, 6))
    assert room.scorecard.chosen is card
    room.setFocus()
    qtbot.keyClick(room, Key.Key_4)
    assert room.presenter.assessment.ratings["composure"].score == 4


def test_who_comes_by_key_sees_the_anchors(qtbot, room):
    room.activateWindow()
    qtbot.keyClick(room, Key.Key_1, Qt.KeyboardModifier.AltModifier)
    picker = room.scorecard.cards["communication"].picker
    assert QApplication.focusWidget() is picker
    assert QToolTip.text() == picker.toolTip()
    qtbot.keyClick(picker, Key.Key_Tab)
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


# Radar and table


@pytest.mark.parametrize("count", [1, 2])
def test_few_dimensions_are_bars(qtbot, room, count):
    for dimension in room.scorecard.cards:
        rate(qtbot, room, dimension, Key.Key_8)
    radar = Radar()
    qtbot.addWidget(radar)
    radar.resize(radar.sizeHint())
    radar.show_rows(room.presenter.card().dimensions[:count], ("Communication", "Reasoning")[:count])
    assert len(radar.bars()) == count
    image = QImage(radar.size(), QImage.Format.Format_RGB32)
    image.fill(theme.color("panel"))
    radar.render(image)
    for bar in radar.bars():
        assert bar.top() > 0
        assert bar.bottom() < radar.height()
        inside, outside = (
            image.pixelColor(int(bar.left() + bar.width() * share), int(bar.center().y())) for share in (0.4, 0.97)
        )
        assert inside != outside


def scores(dialog):
    model = dialog.tabs.currentWidget().findChild(type(dialog._table_here())).model()
    return [[model.index(row, column).data() for column in range(8)] for row in range(model.rowCount())]


def test_the_table_behind_the_radar_keeps_the_veil_and_follows(qtbot, room):
    qtbot.mouseClick(room.scorecard.verdict.table, LEFT)
    (dialog,) = room.findChildren(TableDialog)
    assert dialog.tabs.tabText(dialog.tabs.currentIndex()) == "Scorecard"
    before = scores(dialog)
    assert [row[0] for row in before] == ["Communication", "Reasoning", "Composure", "Composite"]
    assert before[0][3:6] == ["N/A", "hidden until rated", "–"]
    rate(qtbot, room, "communication", Key.Key_8)
    after = scores(dialog)
    assert after[0][3] == "8"
    assert after[0][4] != "hidden until rated"
    assert after[0][7] == "33 %"
    assert after[3][7] == "33 %"
    language.set_language("zh")
    assert dialog.tabs.tabText(dialog.tabs.count() - 1) == "评分卡"


def test_the_table_is_there_without_a_recording(qtbot, library):
    interview_id = review_library.interview_in(library, None)
    room = shown(qtbot, LibraryPresenter(library, interview_id))
    assert room.open_tables() is None
    rate(qtbot, room, "communication", Key.Key_8)
    dialog = room.open_tables(scores=True)
    assert dialog.tabs.count() == 1
    assert scores(dialog)[0][3] == "8"
    room.refresh()
    assert dialog.isVisible()
    room.leave()


@pytest.mark.parametrize("size", [(960, 640), (1100, 640)])
@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_a_low_window_still_shows_a_dimension_whole(qtbot, room, size, spoken):
    language.set_language(spoken)
    room.resize(*size)
    qtbot.waitUntil(lambda: room.height() == size[1])
    card = room.scorecard.cards["communication"]
    shown_height = room.scorecard.scroller.viewport().height()
    assert shown_height >= card.height()
    assert room.scorecard.scroller.horizontalScrollBar().maximum() == 0


def test_what_was_done_here_is_undone_with_everything_else(qtbot, room):
    scorecard, control = room.scorecard, Qt.KeyboardModifier.ControlModifier
    scorecard.rate_question(KIT[0], 8.0)
    scorecard.note_question(KIT[0], "具体")
    for field, words in ((scorecard.strengths.field, "条理"), (scorecard.to_improve.field, "语速")):
        field.setFocus()
        field.insertPlainText(words)
    room.setFocus()
    scorecard.add_comment(12.0, "好")
    scorecard.comments.tagAsked.emit(room.presenter.comments()[0].id, "composure")
    names = ["dimension of the comment “好”", "comment “好”", "what to improve", "strengths"]
    names += [f"reason for the rating of “{KIT[0]}”", f"rating of “{KIT[0]}” 8"]
    room.scorecard.save_open_fields()
    order = []
    for _ in names:
        order.append(room.presenter.undo_text)
        room.setFocus()
        qtbot.keyClick(room, Key.Key_Z, control)
    assert order == names
    assert scorecard.strengths.field.toPlainText() == scorecard.to_improve.field.toPlainText() == ""
    row = scorecard.questions.rows[KIT[0]]
    assert (row.score.rating.picker.score(), row.score.note.text()) == (None, "")
    assert row.isVisible()
    assert not scorecard.cards["composure"].evidence.isVisible()
    for _ in names:
        room.setFocus()
        qtbot.keyClick(room, Key.Key_Z, control | Qt.KeyboardModifier.ShiftModifier)
    assert (row.score.rating.picker.score(), row.score.note.text()) == (8.0, "具体")
    assert scorecard.strengths.field.toPlainText() == "条理"
    assert scorecard.cards["composure"].evidence.all.text() == "All 1"
