"""A whole interview with the real parts: a film played as camera and microphone, the recorder, the library."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest

from app.domain.types import ConsentGiven, InterviewStatus
from app.recording import consent, holding
from app.recording.consent import Agreed
from app.recording.kinds import Kind
from app.recording.recovering import recover
from app.settings import SettingsFile
from tests.recording.ending import all_end
from tests.recording_run.conftest import QUESTIONS, planned_interview
from ui.record.room import RecordRoom


@pytest.fixture
def room(qtbot, library, sample, monkeypatch):
    monkeypatch.setenv("MIANJIAN_VIRTUAL_INPUT", str(sample / "sample_zh.mp4"))
    shown = RecordRoom(library, SettingsFile(library.folder))
    qtbot.addWidget(shown)
    shown.resize(1360, 840)
    shown.show()
    qtbot.waitExposed(shown)
    with all_end():
        yield shown
        shown.close()


@pytest.mark.slow
@pytest.mark.parametrize("kinds", [(Kind.SOUND, Kind.PICTURE), (Kind.SOUND,)])
def test_from_consent_to_the_library(room, library, qtbot, kinds):
    interview = planned_interview(library)
    shown = consent.notice("zh", library.folder)
    consent.give(library, interview.id, Agreed(kinds, ("speech",)), shown, ConsentGiven.PAPER)
    room.choose(interview.id)
    room.consent.ways[ConsentGiven.PAPER].click()
    room.consent.paper.click()
    room.consent.agree.click()
    qtbot.waitUntil(room.setup.begin.isEnabled, timeout=20_000)
    room.setup.begin.click()
    held = room.held
    assert held is not None
    qtbot.waitUntil(lambda: held.standing is not None and held.standing.kept_s > 1.0, timeout=30_000)
    QTest.keyClick(room, "n")
    QTest.keyClick(room, "m")
    if Kind.PICTURE in kinds:
        qtbot.waitUntil(lambda: room.running.preview.shows_picture, timeout=10_000)
    qtbot.waitUntil(lambda: held.now() > 4.0, timeout=20_000)
    QTest.keyClick(room, "n")
    with qtbot.waitSignal(room.recorded, timeout=60_000):
        room.running.end()
    recorded = library.interview(interview.id)
    assert recorded.media.has_audio
    assert recorded.media.has_video == (Kind.PICTURE in kinds)
    assert recorded.media.duration_s > 3.5
    assert recorded.status is InterviewStatus.TO_REVIEW
    first, second = holding.asked_of(library, recorded)
    assert (first.id, first.text, second.id) == ("q1", QUESTIONS[0], "q2")
    assert 1.0 < first.start < first.end <= second.start <= recorded.media.duration_s + 0.5


@pytest.mark.slow
def test_an_interview_that_was_cut_off_goes_on_in_one_recording(room, library, qtbot):
    interview = planned_interview(library)
    shown = consent.notice("zh", library.folder)
    consent.give(library, interview.id, Agreed((Kind.SOUND,), ("speech",)), shown, ConsentGiven.PAPER)

    def begin():
        room.choose(interview.id)
        room.consent.ways[ConsentGiven.PAPER].click()
        room.consent.paper.click()
        room.consent.agree.click()
        qtbot.waitUntil(room.setup.begin.isEnabled, timeout=20_000)
        room.setup.begin.click()
        return room.held

    held = begin()
    held.running.next()
    qtbot.waitUntil(lambda: held.standing is not None and held.standing.kept_s > 2.0, timeout=30_000)
    held._close_sources()
    with qtbot.waitSignal(held.ended, timeout=60_000):  # as recovery takes in what a crash left: nothing was ended
        held.recording.stop(held._tell_end)
    cut = library.interview(interview.id)
    assert cut.media is not None
    assert cut.status is InterviewStatus.IN_PROGRESS
    assert library.cut_off() == (interview.id,)
    room.start_over()
    qtbot.waitUntil(lambda: room.chooser.chosen_id() == interview.id)
    with qtbot.waitSignal(room.goesOn):
        held = begin()
    assert held.now() >= cut.media.duration_s - 0.1
    held.running.next()
    qtbot.waitUntil(lambda: held.now() > cut.media.duration_s + 3.0, timeout=30_000)
    with qtbot.waitSignal(room.unjoined, timeout=60_000):
        room.running.end()
    assert library.interview(interview.id).status is InterviewStatus.TO_REVIEW
    assert not room.done.open.isEnabled()
    with qtbot.waitSignal(room.recorded):
        room.show_joined(interview.id, recover(library, library.vault.recording(interview.id)))
    assert room.done.open.isEnabled()
    whole = library.interview(interview.id)
    assert whole.media.duration_s > cut.media.duration_s + 2.0
    first, second = holding.asked_of(library, whole)
    assert first.end >= cut.media.duration_s - 0.1
    assert second.start >= first.end
    assert library.cut_off() == ()
