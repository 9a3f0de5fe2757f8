"""The room that holds interviews: from the list through consent and set-up to the end, by keys and clicks."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox

from analysis.failures import DiskFull
from app import text
from app.domain.marks import MarkKind
from app.domain.types import ConsentGiven, InterviewStatus
from app.recording import consent
from app.recording.kinds import Kind, Role
from app.recording.running import Prompt
from app.recording.writing import begin
from app.settings import SettingsFile
from tests.recording.ending import all_end
from tests.recording_run.conftest import QUESTIONS, planned_interview
from tests.recording_run.small_sink import Made, SmallPanel, ToneSources
from ui import language, theme
from ui.record.capture.choice import Arrangement, Choice, Device, Picked, What
from ui.record.capture.problems import SourceProblem, Trouble
from ui.record.held import Means
from ui.record.room import RecordRoom


@pytest.fixture
def interview(library):
    return planned_interview(library)


@pytest.fixture
def settings(library):
    return SettingsFile(library.folder)


@pytest.fixture
def made():
    return Made([], [])


@pytest.fixture
def room(qtbot, library, settings, made, interview):
    shown = RecordRoom(library, settings, made.means, SmallPanel)
    qtbot.addWidget(shown)
    shown.resize(1360, 840)
    shown.show()
    qtbot.waitExposed(shown)
    shown.start_over()
    qtbot.waitUntil(lambda: shown.chooser.chosen_id() == interview.id)
    with all_end():
        yield shown
        shown.close()
    for recorder in made.recorders:
        for thread in recorder.threads:
            thread.join(30)


def sign(pad):
    """A name, drawn with the mouse."""
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(40, 70))
    for step in range(30):
        QTest.mouseMove(pad, QPoint(40 + 6 * step, int(70 - 30 * math.sin(step / 3))))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(220, 60))


def agree(room, *points):
    """Tick these points and sign."""
    for point in points:
        room.consent.ticks[point].click()
    sign(room.consent.pad)
    QTest.keyClick(room, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def texts_of(widget):
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def withdraw(room, words):
    """By the menu, and once more where it is asked whether it shall end."""
    next(action for action in room.running.withdraw_menu.actions() if action.text() == words).trigger()
    box = room.running.findChild(QMessageBox)
    box.defaultButton().click()


def begun(room, interview, *points):
    """An interview that goes on."""
    room.choose(interview.id)
    if points:
        agree(room, *points)
    else:
        room.consent.refuse.click()
    room.setup.begin.click()
    assert room.pages.currentWidget() is room.running
    return room.held


ALL = ("sound", "picture", "speech", "face")


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


def test_nothing_is_ticked_beforehand_and_nothing_goes_without_a_signature(room, interview, library):
    room.choose(interview.id)
    page = room.consent
    assert not any(box.isChecked() for box in page.ticks.values())
    assert not page.agree.isEnabled()
    assert not page.ticks["speech"].isEnabled()
    page.ticks["sound"].click()
    assert page.ticks["speech"].isEnabled()
    assert not page.agree.isEnabled()
    sign(page.pad)
    assert page.agree.isEnabled()
    page.clear.click()
    assert not page.agree.isEnabled()
    assert library.consent(interview.id) is None


def test_a_signature_is_kept_as_it_was_drawn(room, interview, library):
    room.choose(interview.id)
    agree(room, "sound", "speech")
    kept = library.consent(interview.id)
    assert (kept.kinds, kept.modalities, kept.how) == (("sound",), ("speech",), ConsentGiven.SIGNED)
    drawn = library.drawn_signature(interview.id)
    assert len(drawn["strokes"]) == 1
    assert len(drawn["strokes"][0]) > 20
    assert all(0 <= x <= drawn["width"] and 0 <= y <= drawn["height"] for x, y in drawn["strokes"][0])
    assert room.pages.currentWidget() is room.setup
    assert room.setup.panel.allowed == {Kind.SOUND}


def test_a_slip_of_the_hand_is_no_signature(room, interview):
    room.choose(interview.id)
    QTest.mouseClick(room.consent.pad, Qt.MouseButton.LeftButton)
    assert not room.consent.pad.is_signed()


def test_a_finger_signs_too(room, interview, qtbot):
    room.choose(interview.id)
    device = QTest.createTouchDevice()
    pad = room.consent.pad
    for moment in ("press", "move", "release"):
        event = QTest.touchEvent(pad, device)
        at = QPoint(30, 60) if moment == "press" else QPoint(160, 90)
        getattr(event, moment)(0, at, pad)
        event.commit()
    assert pad.is_signed()
    assert pad.strokes()["strokes"][0][0] == [30.0, 60.0]


def test_the_notice_is_in_the_candidates_language_whatever_the_windows_is(room, interview, library):
    language.set_language("en")
    room.choose(interview.id)
    page = room.consent
    page.ticks["sound"].click()
    page.languages["zh"].click()
    assert page.title.text() == consent.notice("zh", library.folder).title
    assert page.ticks["sound"].isChecked()
    assert page.agree.text() == text.tr_in("zh", "record.agree")
    sign(page.pad)
    page.agree.click()
    assert library.consent(interview.id).language == "zh"


def test_a_signature_holds_for_what_was_ticked_and_read_only(room, interview):
    room.choose(interview.id)
    page = room.consent
    page.ticks["sound"].click()
    sign(page.pad)
    theme.apply("dark")
    assert page.agree.isEnabled()
    page.ticks["picture"].click()
    assert not page.pad.is_signed()
    assert not page.agree.isEnabled()
    sign(page.pad)
    assert page.agree.isEnabled()
    other = next(name for name in text.LANGUAGES if name != page.notice.language)
    page.languages[other].click()
    assert page.ticks["picture"].isChecked()
    assert not page.pad.is_signed()


@pytest.mark.parametrize("way", [ConsentGiven.SPOKEN, ConsentGiven.PAPER])
def test_what_was_said_or_written_holds_for_what_was_ticked_only(room, interview, way):
    room.choose(interview.id)
    page = room.consent
    page.ways[way].click()
    box = page.said if way is ConsentGiven.SPOKEN else page.paper
    page.ticks["sound"].click()
    box.click()
    assert page.agree.isEnabled()
    page.ticks["speech"].click()
    assert not box.isChecked()
    box.click()
    page.ticks["speech"].click()
    assert not box.isChecked()
    assert not page.agree.isEnabled()


def test_under_other_rules_the_screen_asks_for_less(room, interview, settings):
    settings.change(jurisdiction="strictest")
    room.choose(interview.id)
    assert set(room.consent.ticks) == {"sound", "picture", "speech"}


def test_what_was_agreed_to_before_is_ticked_and_named(room, interview, library):
    shown = consent.notice("en", library.folder)
    consent.give(library, interview.id, consent.Agreed((Kind.SOUND,), ("speech",)), shown, ConsentGiven.PAPER)
    room.choose(interview.id)
    page = room.consent
    assert {key for key, box in page.ticks.items() if box.isChecked()} == {"sound", "speech"}
    assert text.tr("record.how_paper") in page.said_before.text()
    page.ways[ConsentGiven.PAPER].click()
    page.paper.click()
    assert page.agree.isEnabled()


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
    assert room.running.state.text() == text.tr("record.state_not_recording")
    assert not room.running.withdraw.isEnabled()


def full(*_arguments, **_named):
    raise DiskFull(folder="library")


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


def test_without_a_kit_there_is_nothing_to_go_on_to(qtbot, library, settings, made):
    alone = planned_interview(library, questions=())
    shown = RecordRoom(library, settings, made.means, SmallPanel)
    qtbot.addWidget(shown)
    shown.show()
    begun(shown, alone)
    assert not shown.running.next.isVisible()
    assert not shown.running.questions.isVisible()
    assert shown.running.question.text() == text.tr("record.no_kit")
    shown.close()


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


# The candidate's screen


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


# In both languages and themes


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
