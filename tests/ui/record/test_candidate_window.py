"""The candidate's screen: the question, its time and kind words, and a field to write in."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app import text
from app.domain.types import ConsentGiven
from app.recording import consent
from app.recording.kinds import Kind
from app.recording.running import Prompt
from tests.recording_run.conftest import QUESTIONS
from tests.ui.record.steps import begun, sign


def shown_texts(window):
    return [label.text() for label in window.findChildren(QLabel) if label.isVisible() and label.text()]


def test_the_candidate_sees_the_question_its_time_and_kind_words_only(room, interview, library, qtbot):
    consent.give(library, interview.id, consent.Agreed((Kind.SOUND,)), consent.notice("zh", library.folder),
                 ConsentGiven.PAPER)  # fmt: skip
    room.choose(interview.id)
    sign(room.consent.pad)
    room.consent.agree.click()
    room.setup.begin.click()
    held = room.held
    QTest.keyClick(room, "w")
    window = room.running.candidate
    qtbot.waitExposed(window)
    assert shown_texts(window) == [text.tr_in("zh", "record.candidate_welcome")]
    QTest.keyClick(room, "n")
    held.running.note("geheim")
    held.running.rate(2)
    QTest.keyClick(room, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert set(shown_texts(window)) == {QUESTIONS[0], "还剩 5 分钟", "不要紧张，你可以再思考一下。"}
    assert held.running.now.prompt[1] == Prompt.CALM
    QTest.keyClick(room, "n")
    assert "不要紧张，你可以再思考一下。" not in shown_texts(window)
    QTest.keyClick(room, "w")
    assert room.running.candidate is None
    assert not room.running.prompts[Prompt.CALM].isEnabled()


def test_two_minutes_left_are_said(room, interview, qtbot):
    held = begun(room, interview, "sound")
    room.running.go_next()
    room.running.toggle_candidate()
    now = held.now()
    held.running._clock = lambda: now + 181
    room.running.look()
    assert text.tr("record.left_minutes", n=2) == room.running.after.text()
    assert text.tr_in(held.language(), "record.left_minutes", n=2) == room.running.candidate.left.text()
    held.running._clock = lambda: now + 400
    room.running.look()
    assert room.running.left.text().startswith("+01:")
    assert room.running.candidate.left.text() == text.tr_in(held.language(), "record.time_over")


def test_the_candidate_writes_on_the_second_screen(room, interview, settings, library, qtbot):
    settings.change(answers="both")
    held = begun(room, interview, "sound")
    room.running.go_next()
    room.running.toggle_candidate()
    window = room.running.candidate
    assert window.answer.isVisible()
    window.answer.insertPlainText("我会先看文档。")
    assert room.running.answer.toPlainText() == "我会先看文档。"
    qtbot.waitUntil(lambda: held.running.now.answers == {(0, 1): "我会先看文档。"}, timeout=5000)
    window.answer.insertPlainText("再动手。")
    room.running.go_next()
    assert held.running.now.answers[0, 1] == "我会先看文档。再动手。"
    assert window.answer.toPlainText() == ""
    assert room.running.answer.toPlainText() == ""


def test_without_written_answers_there_is_no_field(room, interview):
    begun(room, interview, "sound")
    room.running.go_next()
    room.running.toggle_candidate()
    assert not room.running.answer.isVisible()
    assert not room.running.candidate.answer.isVisible()


def test_without_a_second_display_that_is_said_and_the_room_keeps_the_keyboard(room, interview, qtbot):
    begun(room, interview, "sound")
    with qtbot.waitSignal(room.noticed) as told:
        QTest.keyClick(room, "w")
    assert told.args[0]() == text.tr("record.one_display")
    assert not room.running.candidate.isFullScreen()
    assert room.running.candidate.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    QTest.keyClick(room, "n")
    assert room.running.candidate.question.text() == QUESTIONS[0]


def test_on_a_second_display_it_is_full_screen_and_nothing_is_said(room, interview, qtbot, monkeypatch):
    monkeypatch.setattr("ui.record.candidate_window.other_screen", lambda window: window.screen())
    begun(room, interview, "sound")
    with qtbot.assertNotEmitted(room.noticed):
        QTest.keyClick(room, "w")
    assert room.running.candidate.isFullScreen()
    assert not room.running.candidate.isActiveWindow()  # the keys are the interviewer's
    assert room.isActiveWindow()


def test_after_the_last_question_it_closes_with_a_word(room, interview):
    held = begun(room, interview, "sound")
    room.running.toggle_candidate()
    for _ in range(len(QUESTIONS) + 1):
        QTest.keyClick(room, "n")
    assert shown_texts(room.running.candidate) == [text.tr_in(held.language(), "record.candidate_last")]
