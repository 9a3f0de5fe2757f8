"""The room that holds interviews: from the list through consent and set-up to the end, by keys and clicks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from shiboken6 import isValid

from analysis.failures import DiskFull
from app import text
from app.domain.marks import MarkKind
from app.domain.types import InterviewStatus
from app.recording.kinds import Kind, Role
from app.recording.writing import begin
from tests.recording_run.conftest import QUESTIONS
from tests.recording_run.small_sink import ToneSources
from tests.ui.record.steps import ALL, agree, begun, full
from ui import language, theme
from ui.record.capture.choice import Arrangement
from ui.record.held import Means
from ui.record.setup_page import real_panel
from ui.review.flow import FlowLayout


def test_the_list_has_todays_interview_and_enter_goes_on(room, interview, qtbot):
    assert room.chooser.chosen_id() == interview.id
    QTest.keyClick(room.chooser.tree, Qt.Key.Key_Return)
    assert room.pages.currentWidget() is room.consent


def test_an_interview_that_nobody_planned_is_made_here(room, library):
    room.chooser.name.setFocus()
    room.chooser.name.setText("周子墨")
    room.chooser.position.setCurrentIndex(1)
    QTest.keyClick(room.chooser.name, Qt.Key.Key_Return)
    assert room.pages.currentWidget() is room.consent
    new = next(each for each in library.interviews() if each.candidate.name == "周子墨")
    assert new.position.questions == QUESTIONS


def test_a_candidate_who_refuses_is_interviewed_without_a_recording(room, interview, library, made, qtbot):
    held = begun(room, interview)
    assert made.recorders == []
    assert held.recorded_kinds() == ()
    assert library.consent(interview.id).kinds == ()
    QTest.keyClick(room, "n")
    QTest.keyClick(room, "7")
    QTest.keyClick(room, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(room, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: room.pages.currentWidget() is room.done)
    assert library.interview(interview.id).status is InterviewStatus.TO_REVIEW
    assert library.assessment(interview.id).questions[QUESTIONS[0]].score == 7.0


def test_only_what_is_agreed_to_is_opened_and_recorded(room, interview, made):
    begun(room, interview, "sound")
    assert [track.kind for track in made.recorders[0].tracks] == [Kind.SOUND]
    assert [each.role for each in made.sources[0].choice.picked] == [Role.ROOM]


def test_what_is_chosen_to_record_leaves_the_page_of_the_interview_whole(interview, make_room):
    shown = make_room(real_panel)
    shown.choose(interview.id)
    agree(shown, *ALL)
    for arrangement in Arrangement:
        shown.setup.panel.buttons[arrangement].click()
    flows = shown.running.findChildren(FlowLayout)
    assert len(flows) > 1
    assert all(isValid(flow.itemAt(number)) for flow in flows for number in range(flow.count()))


def test_a_whole_interview_by_keys(room, interview, library, made, qtbot):
    held = begun(room, interview, *ALL)
    page = room.running
    assert library.interview(interview.id).status is InterviewStatus.IN_PROGRESS
    QTest.keyClick(room, "n")
    assert page.question.text() == QUESTIONS[0]
    assert page.left.text() in ("05:00", "04:59")
    QTest.keyClick(room, "8")
    QTest.keyClick(room, "m")
    QTest.keyClick(room, "c")
    assert page.note.hasFocus()
    page.note.insert("条理清楚")
    QTest.keyClick(page.note, Qt.Key.Key_Return)
    assert not page.note.hasFocus()
    QTest.keyClick(room, "r")
    QTest.keyClick(room, "r")
    assert held.running.now.current.take == 2
    QTest.keyClick(room, "n")
    assert page.question.text() == QUESTIONS[1]
    QTest.keyClick(room, "b")
    assert page.question.text() == QUESTIONS[0]
    QTest.keyClick(room, Qt.Key.Key_Space)
    assert made.recorders[0].paused
    assert page.pause.text() == text.tr("record.resume")
    QTest.keyClick(room, Qt.Key.Key_Space)
    assert not made.recorders[0].paused
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 20)
    with qtbot.waitSignal(room.recorded, timeout=30_000) as told:
        page.stop.click()
        assert not held.over
        page.stop.click()
    assert told.args == [interview.id]
    assert not made.sources[0].running
    recorded = library.interview(interview.id)
    assert recorded.media.has_audio
    assert recorded.status is InterviewStatus.TO_REVIEW
    kinds = [mark.kind for mark in library.marks(interview.id)]
    assert (kinds[0], kinds[-1]) == (MarkKind.BEGUN, MarkKind.ENDED)
    assert {each.text for each in library.comments(interview.id)} >= {"", "条理清楚"}
    with qtbot.waitSignal(room.reviewRequested) as asked:
        room.done.open.click()
    assert asked.args == [interview.id]


def test_an_interview_that_cannot_begin_leaves_no_recording(room, interview, library, made, monkeypatch, qtbot):
    room.choose(interview.id)
    agree(room, "sound")
    with monkeypatch.context() as broken, qtbot.waitSignal(room.failed) as told:
        broken.setattr(library, "add_mark", full)
        room.setup.begin.click()
    assert isinstance(told.args[0], DiskFull)
    assert room.pages.currentWidget() is room.setup
    assert not room.is_holding()
    assert not any(sources.running for sources in made.sources)
    assert len(made.recorders[0].threads) == 1
    assert made.recorders[0].blocks == 0
    assert library.interview(interview.id).status is InterviewStatus.SCHEDULED


def test_a_recorder_of_the_product_that_cannot_begin_can_be_begun_anew(room, interview, library, monkeypatch, qtbot):
    opened = []
    room._means = lambda: Means(begin, lambda choice, sink: opened.append(ToneSources(choice, sink)) or opened[-1])
    room.choose(interview.id)
    agree(room, "sound")
    with monkeypatch.context() as broken:
        broken.setattr(library, "add_mark", full)
        room.setup.begin.click()
    assert not library.vault.recording(interview.id).exists()
    assert opened == []
    room.setup.begin.click()
    assert room.is_holding()
    room.running.end()
    qtbot.waitUntil(lambda: room.pages.currentWidget() is room.done, timeout=30_000)
    assert library.interview(interview.id).status is InterviewStatus.TO_REVIEW


@pytest.mark.parametrize("lang", text.LANGUAGES)
@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_page_follows_language_and_theme(room, interview, lang, look, made, qtbot):
    held = begun(room, interview, *ALL)
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 20)
    room.running.go_next()
    theme.apply(look)
    language.set_language(lang)
    assert room.running.next.text() == text.tr("record.next")
    assert room.running.state.text() == text.tr("record.state_recording")
    room.running.end()
    qtbot.waitUntil(lambda: room.pages.currentWidget() is room.done, timeout=30_000)
    assert room.done.title.text() == text.tr("record.done")
    assert held.over


def test_a_room_that_closes_ends_and_keeps_the_interview(room, interview, library, made, qtbot):
    begun(room, interview, "sound")
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 10)
    room.running.note.insert("last words")
    room.close()
    assert library.interview(interview.id).media is not None
    assert [each.text for each in library.comments(interview.id)] == ["last words"]
    assert library.marks(interview.id)[-1].kind is MarkKind.ENDED


def test_the_clock_asks_nothing_of_the_library(room, interview, library, monkeypatch, qtbot):
    begun(room, interview, *ALL)
    asked, before = [], room.running.elapsed.text()
    consent_of = library.consent
    monkeypatch.setattr(library, "consent", lambda *words: asked.append(words) or consent_of(*words))
    qtbot.waitUntil(lambda: room.running.elapsed.text() != before)
    assert asked == []
    room.running.mark()
    assert asked


def test_enter_at_the_end_opens_the_review_and_leaves_the_list(room, interview, qtbot):
    begun(room, interview)
    room.running.end()
    qtbot.waitUntil(lambda: room.pages.currentWidget() is room.done, timeout=30_000)
    assert room.done.open.hasFocus()
    with qtbot.waitSignal(room.reviewRequested) as asked:
        QTest.keyClick(room.done.open, Qt.Key.Key_Return)
    assert asked.args == [interview.id]
    assert room.pages.currentWidget() is room.chooser


def test_enter_presses_the_button_that_has_the_keyboard(room, interview, qtbot):
    begun(room, interview)
    room.running.end()
    qtbot.waitUntil(lambda: room.pages.currentWidget() is room.done, timeout=30_000)
    room.done.next.setFocus()
    with qtbot.assertNotEmitted(room.reviewRequested):
        QTest.keyClick(room.done.next, Qt.Key.Key_Return)
    assert room.pages.currentWidget() is room.chooser


def test_the_room_gives_the_keyboard_back_to_what_comes_next(room, interview, qtbot):
    begun(room, interview)
    room.running.end()
    qtbot.waitUntil(lambda: room.pages.currentWidget() is room.done, timeout=30_000)
    room.setFocus()
    assert room.done.open.hasFocus()
