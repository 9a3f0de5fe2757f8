"""One question at a time: chosen, told, matched with another of the kit, by click and by key, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from analysis.document import Correction, CorrectionKind, Exchange, Learning, Metric, Question, Relevance, Span
from app.domain.types import Position, QuestionRating
from app.store.library import Library
from app.text import tr
from tests.ui import review_data, review_library, rooms
from tests.ui.rooms import shown
from ui import language, theme
from ui.review import exchange_facts as facts
from ui.review.corrected import corrected
from ui.review.kit_menu import kit_menu
from ui.review.presenter import LibraryPresenter
from ui.review.question_list import ListedQuestion, QuestionList

LEFT = Qt.MouseButton.LeftButton
KIT = tuple(review_data.KIT.values())


@pytest.fixture
def room(qtbot, library, tmp_path):
    position = Position(id="", title="后端工程师", keywords=("负载均衡",), questions=(*KIT, "R&D <b>经验</b>？"))
    found = review_data.with_findings(review_data.recording(75.0))
    with rooms.made(qtbot, library, tmp_path, found, position=position) as room:
        yield room


def said(card):
    return "\n".join(label.text() for label in card.scroller.widget().findChildren(QLabel))


def choose(qtbot, room, index):
    question = room.recording.analysis.exchanges[index].question
    at = room.timeline.point("exchanges", question.start + 1)
    qtbot.mouseClick(room.timeline.viewport(), LEFT, pos=at - QPoint(0, 4))


def kept(room):
    return room.presenter.session.library.corrections(room.presenter.interview.id)


# In words


def test_when_and_how_long(each_language):
    language.set_language(each_language)
    exchange = Exchange(Question(0, 4, "?"), Span(5.2, 28.4), latency_s=1.2)
    wanted = {"en": "begins after 1.2 s, lasts 23 s", "zh": "1.2 秒后开始，长 23 秒"}
    assert facts.timing_text(exchange) == wanted[each_language]
    over = {"en": "begins while the question is asked, lasts 23 s", "zh": "提问未完即开始，长 23 秒"}
    assert facts.timing_text(replace(exchange, latency_s=None)) == over[each_language]


def test_the_face_is_told_by_answer_and_a_missing_one_with_its_reason():
    assert facts.face_text(2, {"face_coverage": Metric(0.714, "share", 90, 1.0)}) == "seen in 71 % of answer 3"
    withheld = Metric(None, "share", 0, 0.0, "too_little_face")
    assert facts.face_text(2, {"face_coverage": withheld}) == "not measured (face seen too little)"
    assert facts.face_text(2, {}) == ""


def test_the_topic_is_a_hint_with_weak_evidence_in_both_languages():
    astray, near = Relevance(4, 5, True), Relevance(1, 5, False)
    assert "A hint, weak evidence" in facts.relevance_text(astray)
    assert "no. 4 of 5" in facts.relevance_text(astray)
    assert "weak evidence" in facts.relevance_text(near)
    language.set_language("zh")
    assert "提示，证据较弱" in facts.relevance_text(astray)
    assert "5 题中列第 1" in facts.relevance_text(near)


def test_learning_is_an_observation_and_says_so_even_where_nothing_was_taken_up():
    none = Learning(0, ("缓存", "降级"), (), None, 0)
    assert facts.learning_text(none, "zh") == (
        "goes on from Q1 and adds: 缓存, 降级\nthe answer does not take them up (observed, not scored)"
    )
    some = review_data.with_findings(review_data.recording(75.0)).analysis.exchanges[1].learning
    assert "taken up 2.1 s into the answer, 46 characters about it (observed, not scored)" in facts.learning_text(
        some, "zh"
    )
    assert "46 words" in facts.learning_text(some, "en")
    assert "taken up in the answer" in facts.learning_text(replace(some, latency_s=None), "en")


def test_measures_keep_their_reasons_and_bounds():
    found = {
        "speech_rate": Metric(None, "char/min", 2, 0.1, "too_little_speech"),
        "filler_density": Metric(1.5, "1/100", 60, 0.9, "lower_bound"),
        "talk_ratio": Metric(0.5, "share", 3, 1.0),
    }
    told = [(name, value) for name, value, _ in facts.key_metrics(found)]
    assert told == [("Speech rate", "not measured (too little speech)"), ("Fillers per 100", "≥ 1.5")]


def test_the_question_at_a_time():
    analysis = review_data.analysis(60.0)
    assert [facts.exchange_at(analysis, time) for time in (0.0, 14.0, 15.0, 59.0)] == [0, 0, 1, 3]
    assert facts.exchange_at(replace(analysis, exchanges=()), 5.0) is None


# On the card


def test_a_click_on_a_question_shows_its_card_and_marks_it(qtbot, room):
    card = room.questions.card
    assert card.isHidden()
    choose(qtbot, room, 1)
    assert card.isVisible()
    assert card.number.text() == "Q2"
    assert card.asked.text() == review_data.SENTENCES[2]
    assert {"begins after 1.0 s, lasts 9 s"} <= set(said(card).splitlines())
    assert "goes on from Q1" in said(card)
    lane = next(lane for lane in room.timeline.lanes if lane.key == "exchanges")
    assert (lane.chosen, room.transcript.list.delegate.chosen) == (1, 1)
    qtbot.keyClick(room, Qt.Key.Key_Escape)
    assert card.isHidden()
    assert (lane.chosen, room.transcript.list.delegate.chosen) == (None, None)


def test_a_click_on_the_number_in_the_transcript_does_the_same(qtbot, room):
    rows = room.transcript.list
    row = next(number for number, line in enumerate(rows.rows.lines) if line.exchange == 1)
    rows.scrollTo(rows.rows.index(row))
    area = rows.delegate.badge_area(rows.visualRect(rows.rows.index(row)).toRectF(), rows.rows.lines[row])
    with qtbot.waitSignal(room.transcript.exchangeChosen):
        qtbot.mouseClick(rows.viewport(), LEFT, pos=area.center().toPoint())
    assert room.questions.card.index == 1


def test_q_opens_and_closes_it_and_the_arrows_go_on(qtbot, room):
    card = room.questions.card
    qtbot.keyClick(room, Qt.Key.Key_Q)
    assert card.index == 0
    assert not card.before.isEnabled()
    qtbot.mouseClick(card.after, LEFT)
    assert card.index == 1
    for _ in range(5):
        qtbot.mouseClick(card.after, LEFT)
    assert card.index == len(room.recording.analysis.exchanges) - 1
    assert not card.after.isEnabled()
    qtbot.keyClick(card, Qt.Key.Key_Q)
    assert card.isHidden()
    qtbot.keyClick(room, Qt.Key.Key_Q)
    qtbot.keyClick(card, Qt.Key.Key_Escape)
    assert card.isHidden()
    assert room.hasFocus()


def test_chips_go_to_what_the_answer_took_up(qtbot, room):
    choose(qtbot, room, 1)
    card = room.questions.card
    chips = [b for b in card.scroller.widget().findChildren(QPushButton) if b is not card.matched]
    learning = room.recording.analysis.exchanges[1].learning
    assert [chip.text() for chip in chips] == ["00:21 缓存", "00:24 命中率"]
    with qtbot.waitSignal(card.seekAsked) as sought:
        qtbot.mouseClick(chips[1], LEFT)
    assert sought.args[0] == learning.taken_up[1].start


def actions(menu):
    return {action.text(): action for action in menu.actions() if action.isCheckable()}


def test_another_question_of_the_kit_is_chosen_and_undone(qtbot, room):
    choose(qtbot, room, 1)
    card, presenter = room.questions.card, room.presenter
    menu = kit_menu(card, card.exchange, presenter.kit(), card._match)
    listed = actions(menu)
    assert list(listed) == [*KIT, "R&&D <b>经验</b>？", "None of the kit's questions"]
    assert [text for text, action in listed.items() if action.isChecked()] == [KIT[1]]
    listed["R&&D <b>经验</b>？"].trigger()
    assert [(c.kind, c.before, c.after) for c in kept(room)] == [(CorrectionKind.QUESTION, "q2", "q5")]
    assert card.matched.text() == "R&&D <b>经验</b>？"
    assert room.recording.analysis.exchanges[1].matched_question.id == "q5"
    assert room.recording.analysis.exchanges[0].matched_question.id == "q1"
    card._match("")
    assert card.matched.text() == "None of the kit's questions"
    qtbot.keyClick(room, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(room, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert card.matched.text() == KIT[1]
    card._match("q2")
    assert len(kept(room)) == 4


def test_the_menu_opens_from_its_button(qtbot, room):
    choose(qtbot, room, 0)
    card = room.questions.card
    card.matched.setFocus()
    qtbot.keyClick(card.matched, Qt.Key.Key_Space)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    qtbot.keyClick(menu, Qt.Key.Key_Escape)


def test_a_question_that_the_kit_has_no_more_leaves_no_match():
    found = review_data.with_findings(review_data.recording(75.0)).analysis
    start = found.exchanges[0].question.start
    correction = matched_with(start, "q9")
    assert corrected(found, (correction,), {}).exchanges[0].matched_question is None
    far = matched_with(start + 5.0, "q9")
    assert corrected(found, (far,), {}).exchanges == found.exchanges


def matched_with(start, after):
    return Correction("a", CorrectionKind.QUESTION, start, start + 3, "q1", after, "李静", "2026-11-21T00:00:00+00:00")


def test_without_a_kit_there_is_nothing_to_choose(qtbot, library, tmp_path):
    interview_id = review_library.interview_in(library, None)
    review_library.analysed(library, interview_id, tmp_path / "analysis", review_data.recording(60.0))
    room = shown(qtbot, LibraryPresenter(library, interview_id))
    choose(qtbot, room, 0)
    assert room.questions.card.matched.text() == "The position has no questions"
    assert not room.questions.card.matched.isEnabled()
    words = said(room.questions.card)
    assert "Follow-up" not in words
    assert "Topic" not in words
    room.leave()


def test_read_only_shows_the_card_and_changes_nothing(qtbot, room):
    with Library.open(room.presenter.session.library.folder, read_only_if_held=True) as second:
        other = shown(qtbot, LibraryPresenter(second, room.presenter.interview.id))
        choose(qtbot, other, 0)
        assert other.questions.card.isVisible()
        assert not other.questions.card.matched.isEnabled()
        other.leave()


def test_the_card_follows_the_document(qtbot, room):
    choose(qtbot, room, 3)
    assert room.questions.card.isVisible()
    room.recording = replace(room.recording, analysis=replace(room.recording.analysis, exchanges=()))
    room.questions.refresh()
    assert room.questions.card.isHidden()


@pytest.mark.parametrize("spoken", ["zh", "en"])
@pytest.mark.parametrize(("size", "scale"), [((1280, 740), 100), ((1528, 952), 100), ((2560, 1500), 200)])
def test_the_card_lies_within_the_room_and_clips_nothing(qtbot, room, spoken, size, scale):
    language.set_language(spoken)
    theme.apply("light", scale)
    room.resize(*size)
    QApplication.processEvents()
    card = room.questions.card
    for index in (1, 0, 4):
        room.questions.close()
        room.questions.show(index)
        QApplication.processEvents()
        assert room.left.geometry().contains(card.geometry())
        for label in card.scroller.widget().findChildren(QLabel):
            assert label.height() >= label.heightForWidth(label.width()), label.text()
        assert card.scroller.verticalScrollBar().maximum() == 0


# In the list of the scorecard


def test_who_writes_about_a_question_goes_on_writing_when_it_is_found_in_the_recording(qtbot):
    questions = QuestionList()
    qtbot.addWidget(questions)
    said = []
    questions.noted.connect(lambda question, words: said.append(words))
    ratings = {KIT[0]: QuestionRating(KIT[0], 7.0)}
    questions.show_questions([ListedQuestion(KIT[0], None), ListedQuestion(KIT[1], None)], ratings, editable=True)
    questions.fold.show_open(True)
    with qtbot.waitActive(questions):
        questions.show()
    note = questions.rows[KIT[0]].score.note
    note.setFocus()
    QTest.keyClicks(note, "cle")
    found = [ListedQuestion(KIT[0], True, 12.0, "ja"), ListedQuestion(KIT[1], False)]
    questions.show_questions(found, ratings, editable=True)
    assert QApplication.focusWidget() is note
    QTest.keyClicks(note, "ar")
    questions.save_open_fields()
    assert said[-1] == "clear"
    rooms.drained()
    assert "00:12" in [each.text() for each in questions.rows[KIT[0]].findChildren(QPushButton) if each.isVisible()]
    shown = [each.text() for each in questions.findChildren(QLabel) if each.isVisible()]
    assert tr("review.written_answer", words="ja") in shown
    assert tr("review.not_asked") in shown
