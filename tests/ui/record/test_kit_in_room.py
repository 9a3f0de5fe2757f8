"""The kit in the room that holds interviews: what it says, and what the workstation says where it says nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app import text
from app.domain.kit import SILENT, Answers, Kit, Manner
from app.domain.types import ConsentGiven
from tests.recording_run.conftest import QUESTIONS, planned_interview
from ui import language
from ui.kit.dialog import KitDialog
from ui.record.running_page import NOTE_DRAFT

RULES = Kit(Manner(90.0, Answers.SPEECH, 1), {QUESTIONS[1]: Manner(None, Answers.TEXT, 0)})


def with_kit(library, kit):
    interview = planned_interview(library)
    library.save_position(replace(interview.position, kit=kit))
    return interview


def set_up(room, interview):
    room.choose(interview.id)
    room.consent.refuse.click()
    return room.setup


def press(room, key):
    QTest.keyClick(room, key)


def test_the_set_up_shows_what_the_kit_says_and_asks_only_for_the_rest(make_room, library, settings):
    settings.change(question_s=240, answers="both", retake=False)
    kit = replace(RULES, usual=Manner(90.0, None, 2))
    setup = set_up(make_room(), with_kit(library, kit))
    assert setup.minutes.text() == text.tr("kit.minutes", n="1.5")
    assert (setup.minutes.isEnabled(), setup.answers.isEnabled(), setup.retake.isEnabled()) == (False, True, False)
    assert setup.answers.currentData() == "both"
    assert setup.retake.text() == text.tr("kit.retakes_n", n=2)
    assert text.tr("kit.own_count", n=1) in setup.kit.text()
    setup.answers.setCurrentIndex(0)
    setup.answers.activated.emit(0)
    values = settings.values
    assert (values.question_s, values.answers, values.retake) == (240, "speech", False), "the kit's own stays the kit's"


def test_a_kit_that_says_nothing_leaves_all_to_the_workstation(make_room, library, settings):
    settings.change(question_s=420, answers="text", retake=False)
    room = make_room()
    set_up(room, with_kit(library, RULES))
    room.start_over()
    setup = set_up(room, planned_interview(library, remote_id="hr-2"))
    assert all(field.isEnabled() for field in (setup.minutes, setup.answers, setup.retake))
    assert (setup.minutes.value(), setup.answers.currentData(), setup.retake.isChecked()) == (7, "text", False)
    setup.minutes.setValue(6)
    assert settings.values.question_s == 360


def test_the_kit_is_edited_before_it_begins(make_room, library, qtbot):
    interview = with_kit(library, SILENT)
    setup = set_up(make_room(), interview)
    qtbot.mouseClick(setup.edit, Qt.MouseButton.LeftButton)
    (dialog,) = setup.findChildren(KitDialog)
    dialog.usual.minutes.setValue(2)
    dialog.rows.rows[2].fields.answers.put(Answers.TEXT)
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    assert setup.minutes.text() == text.tr("kit.minutes", n="2")
    assert not setup.minutes.isEnabled()
    assert library.position(interview.position.id).kit.own[QUESTIONS[2]] == Manner(answers=Answers.TEXT)


def test_each_question_is_put_as_the_kit_says(make_room, library):
    room = make_room()
    set_up(room, with_kit(library, RULES)).begin.click()
    page = room.running
    press(room, Qt.Key.Key_N)
    page.toggle_candidate()
    assert not page.answer.isVisible()
    assert not page.candidate.answer.isVisible()
    assert page.retake.text() == text.tr("record.retake_left", n=1)
    press(room, Qt.Key.Key_R)
    assert page.retake.text() == text.tr("record.retake_sure")
    press(room, Qt.Key.Key_R)
    assert room.held.running.now.current.take == 2
    assert page.retake.text() == text.tr("record.retake")
    assert not page.retake.isEnabled()
    press(room, Qt.Key.Key_R)
    assert room.held.running.now.current.take == 2
    press(room, Qt.Key.Key_N)
    assert page.answer.isVisible()
    assert page.candidate.answer.isVisible()
    assert text.tr("record.answers_text") in page.number.text()
    assert not page.retake.isEnabled()
    language.set_language("zh")
    assert text.tr("record.answers_text") in page.number.text()


def test_without_any_retake_there_is_no_button(make_room, library):
    room = make_room()
    set_up(room, with_kit(library, Kit(Manner(retakes=0)))).begin.click()
    press(room, Qt.Key.Key_N)
    assert not room.running.retake.isVisible()


def test_a_note_that_a_crash_cut_off_keeps_the_moment_at_which_it_was_begun(make_room, library):
    interview = planned_interview(library)
    room = make_room()
    set_up(room, interview).begin.click()
    page, clock = room.running, room.held._watch
    clock._before += 30
    page.note.setFocus()
    QTest.keyClicks(page.note, "clear ")
    begun = page._note_at
    clock._before += 60
    room.running.leave()
    room.held = None  # the program is gone, nothing was ended

    again = make_room()
    set_up(again, interview).begin.click()
    again.held._watch._before += 100
    assert again.running.note.text() == "clear "
    again.running.note.setFocus()
    QTest.keyClicks(again.running.note, "order")
    QTest.keyClick(again.running.note, Qt.Key.Key_Return)
    (comment,) = library.comments(interview.id)
    assert comment.text == "clear order"
    assert comment.time_s == pytest.approx(begun, abs=0.01)
    assert library.draft(interview.id, NOTE_DRAFT) is None


def test_a_draft_of_an_earlier_version_stands_where_it_is_kept(make_room, library):
    interview = planned_interview(library)
    library.keep_draft(interview.id, NOTE_DRAFT, "words only")
    room = make_room()
    set_up(room, interview).begin.click()
    assert room.running.note.text() == "words only"
    room.held._watch._before += 40
    room.running.keep_note()
    (comment,) = library.comments(interview.id)
    assert comment.time_s >= 40


def test_the_beginning_says_what_is_recorded_from_what_and_what_is_agreed_to(make_room, library, made):
    interview = planned_interview(library)
    room = make_room()
    room.choose(interview.id)
    for point in ("sound", "speech"):
        room.consent.ticks[point].click()
    room.consent.ways[ConsentGiven.PAPER].click()
    room.consent.paper.click()
    room.consent.agree.click()
    room.setup.begin.click()
    begun = library.marks(interview.id)[0].body
    assert begun["sources"] == [{"role": "room", "name": "small room"}]
    assert (begun["recorded"], begun["modalities"]) == (["sound"], ["speech"])
