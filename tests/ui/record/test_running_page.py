"""The page of an interview that goes on: marks, ratings, questions, sources, and what is withdrawn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from analysis.failures import DiskFull
from app import text
from app.domain.marks import MarkKind
from app.domain.types import ConsentGiven
from app.recording.kinds import Kind, Role
from tests.recording_run.conftest import QUESTIONS, planned_interview
from tests.ui.record.steps import ALL, begun, full, texts_of, withdraw
from ui.record.capture.choice import Arrangement, Choice, Device, Picked, What
from ui.record.capture.problems import SourceProblem, Trouble


def test_digits_and_letters_stay_in_a_field_that_is_written_in(room, interview):
    held = begun(room, interview, "sound")
    room.running.go_next()
    room.running.write_note()
    before = held.running.now
    QTest.keyClicks(room.running.note, "n7rm")
    assert room.running.note.text() == "n7rm"
    assert held.running.now == before


def test_ending_takes_two_presses_and_forgets_the_first(room, interview, monkeypatch, qtbot):
    held = begun(room, interview, "sound")
    page = room.running
    page._sure.setInterval(50)
    page.stop.click()
    assert page.stop.text() == text.tr("record.stop_sure")
    qtbot.waitUntil(lambda: page.stop.text() == text.tr("record.stop"))
    page.stop.click()
    assert not held.over


def test_withdrawing_the_picture_ends_its_track_and_its_analysis(room, interview, library, made, qtbot):
    held = begun(room, interview, *ALL)
    qtbot.waitUntil(lambda: made.recorders[0].pictures > 3)
    wanted = text.tr("record.withdraw", what=text.tr("record.kind_picture"))
    withdraw(room, wanted)
    assert made.recorders[0].ended == [Role.CAMERA]
    assert [each.role for each in made.sources[-1].choice.picked] == [Role.ROOM]
    seen = made.recorders[0].pictures
    blocks = made.recorders[0].blocks
    qtbot.waitUntil(lambda: made.recorders[0].blocks > blocks + 5)
    assert made.recorders[0].pictures == seen
    assert library.consent(interview.id).kinds == ("sound",)
    assert held.analysed() == ("speech",)
    assert held.running.now.begun


def test_withdrawing_everything_leaves_no_source_open(room, interview, library, made):
    begun(room, interview, *ALL)
    withdraw(room, text.tr("record.withdraw_all"))
    assert len(made.sources) == 1
    assert not made.sources[0].running
    assert library.consent(interview.id).kinds == ()
    assert room.running.state.text() == text.tr("record.state_stopped")
    assert not room.running.withdraw.isEnabled()


def test_what_is_withdrawn_stops_even_where_that_cannot_be_kept(room, interview, library, made, monkeypatch, qtbot):
    held = begun(room, interview, *ALL)
    qtbot.waitUntil(lambda: made.recorders[0].pictures > 3)
    with monkeypatch.context() as broken, qtbot.waitSignal(room.failed) as told:
        broken.setattr(library, "record_consent", full)
        held_back = text.tr("record.withdraw", what=text.tr("record.kind_picture"))
        withdraw(room, held_back)
    assert isinstance(told.args[0], DiskFull)
    assert made.recorders[0].ended == [Role.CAMERA]
    assert held.recorded_kinds() == (Kind.SOUND,)
    assert held.analysed() == ("speech",)
    assert held_back in [action.text() for action in room.running.withdraw_menu.actions()]
    assert "picture" in library.consent(interview.id).kinds
    room.running.end()
    qtbot.waitUntil(lambda: room.pages.currentWidget() is room.done, timeout=30_000)
    assert library.consent(interview.id).kinds == ("sound",)
    assert library.consent(interview.id).modalities == ("speech",)
    assert MarkKind.WITHDRAWN in [mark.kind for mark in library.marks(interview.id)]


def test_a_pause_shows_what_is_even_where_it_cannot_be_marked(room, interview, library, made, monkeypatch, qtbot):
    held = begun(room, interview, "sound")
    with monkeypatch.context() as broken, qtbot.waitSignal(room.failed):
        broken.setattr(library, "add_mark", full)
        QTest.keyClick(room, Qt.Key.Key_Space)
    assert made.recorders[0].paused
    assert room.running.state.text() == text.tr("record.state_paused")
    assert room.running.pause.text() == text.tr("record.resume")
    with monkeypatch.context() as broken, qtbot.waitSignal(room.failed):
        broken.setattr(library, "add_mark", full)
        QTest.keyClick(room, Qt.Key.Key_Space)
    assert made.recorders[0].paused
    assert room.running.state.text() == text.tr("record.state_paused")
    rested = held.now()
    QTest.keyClick(room, Qt.Key.Key_Space)
    assert not made.recorders[0].paused
    assert room.running.state.text() == text.tr("record.state_recording")
    marks = library.marks(interview.id)
    assert [mark.kind for mark in marks] == [MarkKind.BEGUN, MarkKind.RESUMED]
    assert marks[-1].at_s == pytest.approx(rested, abs=0.001)


def test_that_nothing_is_listened_to_is_said_where_an_earlier_stretch_refused_it(make_room, library, made, qtbot):
    interview = planned_interview(library)
    room = make_room()
    held = begun(room, interview, "sound")
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 20)
    held._close_sources()
    with qtbot.waitSignal(held.ended, timeout=30_000):  # as recovery takes in what a crash left: nothing was ended
        held.recording.stop(held._tell_end)
    again, told = make_room(), []
    again.noticed.connect(lambda words, *_: told.append(words()))
    begun(again, interview, "speech")
    assert told == [text.tr("record.unheard")]
    assert text.tr("policy.modality_speech") not in again.running.consent_line.text()
    assert "speech" in again.held.analysed()


def test_a_spoken_consent_is_said_again_for_the_recording(room, interview, library):
    room.choose(interview.id)
    page = room.consent
    page.ticks["sound"].click()
    page.ways[ConsentGiven.SPOKEN].click()
    assert "秦𠮷雅" in page.spoken.text()
    page.said.click()
    page.agree.click()
    room.setup.begin.click()
    assert not room.running.said.isHidden()
    assert "秦𠮷雅" in room.running.said_line.text()
    QTest.keyClick(room, "k")
    assert room.running.said.isHidden()
    (mark,) = [each for each in library.marks(interview.id) if each.kind is MarkKind.CONSENT]
    assert mark.body["kinds"] == ["sound"]


def test_a_source_that_is_gone_stays_told_until_it_is_back(room, interview, made, qtbot):
    held = begun(room, interview, "sound")
    page, microphone = room.running, Device(What.MICROPHONE, "usb", "Desk")
    made.sources[0].problem.emit(SourceProblem(Role.ROOM, microphone, Trouble.GONE))
    line = page.troubles.lines[Role.ROOM]
    assert line.isVisible()
    assert line.words.text() == SourceProblem(Role.ROOM, microphone, Trouble.GONE).sentence
    assert text.tr("record.gives_nothing", what=text.tr("capture.role_room")) in texts_of(page)
    assert not held.over
    made.sources[0].recovered.emit(Role.ROOM)
    assert not page.troubles.isVisible()
    assert text.tr("capture.role_room") in texts_of(page)


def test_another_device_takes_the_place_of_one_that_is_gone(room, interview, made, monkeypatch):
    held = begun(room, interview, "sound")
    page, gone, other = room.running, Device(What.MICROPHONE, "usb", "Desk"), Device(What.MICROPHONE, "in", "Built-in")
    monkeypatch.setattr(page.troubles, "_listing", lambda kinds: (other,))
    held.choice = Choice(Arrangement.MICROPHONE, (Picked(Role.ROOM, gone, held.choice.picked[0].track),))
    page.troubles.show_choice(held.choice)
    made.sources[0].problem.emit(SourceProblem(Role.ROOM, gone, Trouble.GONE))
    line = page.troubles.lines[Role.ROOM]
    line.fill()
    (action,) = line.menu.actions()
    assert action.text() == "Built-in"
    action.trigger()
    assert not page.troubles.isVisible()
    assert not made.sources[0].running
    assert made.sources[1].running
    assert [each.device for each in held.choice.picked] == [other]
    assert not made.recorders[0].ended


def test_what_the_recording_says_of_itself(room, interview, made):
    begun(room, interview, "sound")
    made.recorders[0].tell(dropped={Role.CAMERA: 4}, minutes_left=7.4)
    assert text.tr("record.space_minutes", n=7) in room.running.disk.text()
    assert text.tr("record.dropped", n=4) in room.running.disk.text()


def test_a_full_disk_is_not_shown_as_recording(room, interview, made, qtbot):
    begun(room, interview, "sound")
    page = room.running
    made.recorders[0].tell(full=True)
    assert page.state.text() == text.tr("record.state_full")
    with qtbot.waitSignal(room.noticed) as told:
        made.recorders[0].tell(full=False)
    assert told.args[0]() == text.tr("record.room_again")
    assert page.state.text() == text.tr("record.state_recording")
    assert page.disk.text() == text.tr("record.space_minutes", n=90)


def test_a_question_that_was_passed_over_is_not_called_asked(room, interview):
    begun(room, interview)
    room.running.go_to(len(QUESTIONS) - 1)
    QTest.keyClick(room, "n")
    assert room.running.question.text() == text.tr("record.some_left", n=len(QUESTIONS) - 1)


def test_without_a_kit_there_is_nothing_to_go_on_to(library, make_room):
    alone, shown = planned_interview(library, questions=()), make_room()
    begun(shown, alone)
    assert not shown.running.next.isVisible()
    assert not shown.running.questions.isVisible()
    assert shown.running.question.text() == text.tr("record.no_kit")


def test_a_withdrawal_is_asked_for_once_and_told(room, interview, made, qtbot):
    held = begun(room, interview, "sound", "picture")
    words = text.tr("record.withdraw", what=text.tr("record.kind_picture"))
    next(action for action in room.running.withdraw_menu.actions() if action.text() == words).trigger()
    box = room.running.findChild(QMessageBox)
    box.escapeButton().click()
    assert Kind.PICTURE in held.recorded_kinds()
    with qtbot.waitSignal(room.noticed) as told:
        withdraw(room, words)
    assert words in told.args[0]()
    assert Kind.PICTURE not in held.recorded_kinds()


def test_a_question_is_asked_anew_only_on_the_second_key(room, interview):
    held = begun(room, interview, "sound")
    QTest.keyClick(room, "n")
    QTest.keyClick(room, "r")
    assert held.running.now.current.take == 1
    assert room.running.retake.text() == text.tr("record.retake_sure")
    QTest.keyClick(room, "r")
    assert held.running.now.current.take == 2
    assert room.running.retake.text() == text.tr("record.retake")


def test_enter_in_a_note_gives_the_keys_back(room, interview):
    held = begun(room, interview, "sound")
    QTest.keyClick(room, "n")
    QTest.keyClick(room, "c")
    room.running.note.insert("很具体")
    QTest.keyClick(room.running.note, Qt.Key.Key_Return)
    assert [words for _, words in held.running.now.notes] == ["很具体"]
    assert not room.running.note.hasFocus()
    QTest.keyClick(room.focusWidget() or room, "n")
    assert held.running.now.current.number == 1


def test_after_a_break_the_next_question_is_offered(room, interview, library):
    held = begun(room, interview, "sound")
    QTest.keyClick(room, "n")
    held.running.now = replace(held.running.now, takes=(replace(held.running.now.takes[0], end=5.0),))
    room.running.toggle_candidate()
    room.running.look()
    assert room.running.question.text() == text.tr("record.in_between", question=held.running.now.takes[0].text)
    assert room.running.next.isEnabled()
    assert room.running.candidate.question.text() == text.tr_in(held.language(), "record.candidate_wait")
    for _ in range(len(QUESTIONS)):
        QTest.keyClick(room, "n")
    assert room.running.question.text() == text.tr("record.after_last")
    assert room.running.candidate.question.text() == text.tr_in(held.language(), "record.candidate_last")


def test_without_a_kit_nothing_speaks_of_questions(make_room, library, qtbot):
    bare = planned_interview(library, (), remote_id="hr-2")
    room = make_room()
    begun(room, bare, "sound")
    page = room.running
    for widget in (page.next, page.questions, page.rating, page.rating_title):
        assert not widget.isVisible()
    page.toggle_candidate()
    assert page.candidate.question.text() == text.tr_in(page.candidate.language, "record.candidate_greeting")
    assert page.sources.geometry().bottom() < page.side.height() - 2 * page.withdraw.height()
    assert page.withdraw.geometry().bottom() > page.side.height() - 2 * page.withdraw.height()
