"""What a person means while an interview is held: a key that is held down, a press for another question, words that
could not be kept, a question that is answered too late."""

from __future__ import annotations

from contextlib import contextmanager

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from app import text
from app.domain.marks import MarkKind
from app.domain.types import ConsentGiven
from app.failures import LibraryBusy
from app.recording import consent
from app.recording.consent import Agreed
from app.recording.kinds import Kind, Role
from tests.recording_run.conftest import QUESTIONS, planned_interview
from tests.ui.rooms import drained

CONTROL, PLAIN = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
ANSWER = "我先把问题拆开，再逐个验证。"


def begun(room, interview, *kinds):
    """An interview that goes on: `kinds` were agreed to on paper."""
    agreed = Agreed(tuple(Kind(each) for each in kinds), ())
    library = room._library
    consent.give(library, interview.id, agreed, consent.notice("zh", library.folder), ConsentGiven.PAPER)
    room.choose(interview.id)
    room._consented()
    room.setup.begin.click()
    assert room.pages.currentWidget() is room.running
    return room.held


def hold_down(widget, key, modifiers=PLAIN, text=""):
    """A key that is held down: pressed once, and pressed again and again by the keyboard itself."""
    QTest.keyPress(widget, key, modifiers)
    for _ in range(3):
        event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text, True)
        QApplication.sendEvent(QApplication.focusWidget() or widget, event)
    QTest.keyRelease(widget, key, modifiers)


def ended(qtbot, room):
    room.running.end()
    qtbot.waitUntil(lambda: room.pages.currentWidget() is room.done, timeout=30_000)


@contextmanager
def busy(monkeypatch, running, kind):
    """Marks of this kind cannot be kept meanwhile."""
    keep = running._keep

    def refuse(what, at_s, body):
        if what is kind:
            raise LibraryBusy
        return keep(what, at_s, body)

    with monkeypatch.context() as patched:
        patched.setattr(running, "_keep", refuse)
        yield


def test_a_key_that_is_held_down_ends_no_interview(room, interview):
    held = begun(room, interview)
    hold_down(room, Qt.Key.Key_E, CONTROL)
    assert not held.over
    assert room.running.stop.text() == text.tr("record.stop_sure")
    QTest.keyClick(room, Qt.Key.Key_E, CONTROL)
    assert held.over


def test_a_key_that_is_held_down_asks_one_question_and_rests_once(room, interview):
    held = begun(room, interview)
    hold_down(room, Qt.Key.Key_N, text="n")
    assert held.running.now.current.number == 0
    hold_down(room, Qt.Key.Key_Space, text=" ")
    assert held.running.now.paused


def test_a_key_that_is_held_down_goes_on_by_one_page(room, interview):
    room.choose(interview.id)
    room.consent.ticks["sound"].click()
    room.consent.ways[ConsentGiven.PAPER].click()
    room.consent.paper.click()
    hold_down(room, Qt.Key.Key_Return, CONTROL)
    assert room.pages.currentWidget() is room.setup
    assert room.held is None


def test_to_be_sure_of_one_question_is_not_to_be_sure_of_the_next(room, interview):
    held = begun(room, interview)
    for key in "nrn":
        QTest.keyClick(room, key)
    assert room.running.retake.text() == text.tr("record.retake")
    QTest.keyClick(room, "r")
    assert (held.running.now.current.number, held.running.now.current.take) == (1, 1)


def test_a_withdrawal_that_is_still_asked_for_is_no_other_candidates(qtbot, room, interview, library, made):
    first = begun(room, interview, "sound", "picture")
    room.running.withdraw_menu.actions()[-1].trigger()
    assert room.running.findChild(QMessageBox).isVisible()
    ended(qtbot, room)
    assert room.running.findChild(QMessageBox) is None
    other = planned_interview(library, remote_id="hr-2")
    second = begun(room, other, "sound", "picture")
    room.running._withdraw(first, "", (Kind.SOUND,), ())
    assert set(second.recorded_kinds()) == {Kind.SOUND, Kind.PICTURE}


def test_what_is_withdrawn_at_the_very_end_is_kept_and_opens_no_device(qtbot, room, interview, library, made):
    held = begun(room, interview, "sound", "picture")
    held.stop()
    held.withdraw((Kind.PICTURE,), ())
    assert not any(each.running for each in made.sources)
    qtbot.waitUntil(lambda: room.pages.currentWidget() is room.done, timeout=30_000)
    assert Kind.PICTURE not in library.consent(interview.id).kinds


def test_an_answer_that_cannot_be_kept_stays_and_is_kept_later(qtbot, room, interview, settings, monkeypatch):
    settings.change(answers="both")
    held = begun(room, interview)
    QTest.keyClick(room, "n")
    page = room.running
    with busy(monkeypatch, held.running, MarkKind.TEXT):
        page.answer.setPlainText(ANSWER)
        with qtbot.waitSignal(room.failed):
            page.mark()
        assert page.answer.toPlainText() == ANSWER
        QTest.keyClick(room, "n")
        assert held.running.now.current.number == 0, "it is not yet kept"
        assert page.answer.toPlainText() == ANSWER
    QTest.keyClick(room, "n")
    assert held.running.now.current.number == 1
    assert held.running.now.answers[0, 1] == ANSWER
    assert page.answer.toPlainText() == ""


def test_a_note_that_is_begun_while_the_recording_is_saved_is_kept(qtbot, room, interview, library):
    held = begun(room, interview, "sound")
    held.stop()
    room.running.note.setFocus()
    room.running.note.insert("收尾")
    room.running.note.textEdited.emit("收尾")
    qtbot.waitUntil(lambda: room.pages.currentWidget() is room.done, timeout=30_000)
    assert "收尾" in [each.text for each in library.comments(interview.id)]


def test_what_the_recording_says_of_itself_after_its_end_is_heard_by_nobody(qtbot, room, interview, made):
    begun(room, interview, "sound")
    ended(qtbot, room)
    made.recorders[0].tell(full=True)
    assert room.pages.currentWidget() is room.done


def test_devices_that_are_opened_anew_begin_without_the_troubles_of_before(qtbot, room, interview):
    held = begun(room, interview, "sound", "picture")
    with qtbot.waitSignal(held.recovered, check_params_cb=lambda role: role is Role.ROOM):
        held.withdraw((Kind.PICTURE,), ())


def test_a_rating_is_taken_back(room, interview, library):
    held = begun(room, interview)
    for key in "n8":
        QTest.keyClick(room, key)
    assert library.assessment(interview.id).questions[QUESTIONS[0]].score == 8
    room.running.rating.none.click()
    QTest.keyClick(room, "m")
    assert room.running.rating.picker.score() is None
    assert held.running.now.scores == {}
    assert library.assessment(interview.id).questions[QUESTIONS[0]].score is None


def test_enter_goes_to_the_review_also_when_one_comes_back(qtbot, room, interview):
    begun(room, interview)
    ended(qtbot, room)
    room.setFocus()
    with qtbot.waitSignal(room.reviewRequested):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)


def tabbed(widget, steps):
    """What has the keyboard after each of so many presses of the tabulator."""
    widget.setFocus()
    for _ in range(steps):
        yield QApplication.focusWidget()
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)


def test_the_tabulator_goes_through_the_consent_from_top_to_bottom(qtbot, room, interview):
    with qtbot.waitActive(room):
        room.activateWindow()
    room.choose(interview.id)
    page = room.consent
    page.ticks["sound"].click()
    for name in ("en", "zh"):
        page.languages[name].click()
        drained()
        seen = list(tabbed(page.languages[name], 9))
        wanted = [page.ticks["sound"], page.ticks["picture"], page.ticks["speech"], page.every, page.ways[page.way()]]
        assert [seen.index(each) for each in wanted] == list(range(1, 6))


def test_the_tabulator_leads_to_the_search_and_out_of_the_list(qtbot, room, interview):
    with qtbot.waitActive(room):
        room.activateWindow()
    room.start_over()
    qtbot.waitUntil(lambda: room.chooser.chosen_id() == interview.id)
    seen = list(tabbed(room.chooser.tree, 8))
    assert room.chooser.search in seen


def test_the_tabulator_leads_through_a_written_answer(qtbot, room, interview, settings):
    settings.change(answers="both")
    with qtbot.waitActive(room):
        room.activateWindow()
    begun(room, interview)
    QTest.keyClick(room, "n")
    page = room.running
    assert page.next in list(tabbed(page.answer, 2))
    assert page.answer.toPlainText() == ""
