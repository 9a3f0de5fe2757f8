"""Recording in the whole window: the rail, what comes into the library, and a window that closes meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analysis.failures import DiskFull
from app import text
from app.domain.marks import MarkKind
from app.domain.types import ConsentGiven, InterviewStatus
from app.failures import RecordingDiskFull, RecordingSpaceShort
from app.recording import consent
from app.recording.consent import Agreed
from app.recording.kinds import Kind, Role
from app.settings import SettingsFile
from app.store.library import Library
from tests.recording_run.conftest import planned_interview
from tests.recording_run.small_sink import SmallPanel
from ui import language
from ui.record.room import RecordRoom
from ui.shell import start


@pytest.fixture
def conductor(qtbot, tmp_path, made):
    folder = tmp_path / "library"
    with Library.open(folder, assessor="李静") as library:
        interview = planned_interview(library)
        shown = consent.notice("zh", folder)
        consent.give(library, interview.id, Agreed((Kind.SOUND,), ("speech",)), shown, ConsentGiven.PAPER)
    settings = SettingsFile(folder)
    settings.change(analyse_when="by_hand", assessor="李静")
    opened = start.open_window(folder, settings)
    opened.interview_id = interview.id
    room = RecordRoom(opened.context.library, settings, made.means, SmallPanel)
    opened.recordings.connect(room)
    opened.context.offer_room("record", lambda: room)
    opened.window.show()
    qtbot.waitExposed(opened.window)
    yield opened
    if room.held is not None and not room.held.over:
        room.held.stop_and_wait()
    made.wait()
    room.held = None
    opened.window.close()
    opened.window.deleteLater()


def hold(conductor):
    """The planned interview, begun."""
    conductor.recordings.hold(conductor.interview_id)
    room = conductor.recordings.room
    room.consent.ways[ConsentGiven.PAPER].click()
    room.consent.paper.click()
    room.consent.agree.click()
    room.setup.begin.click()
    assert room.is_holding()
    return room


def test_the_rail_leads_to_the_room_and_it_lists_what_waits(conductor, qtbot):
    conductor.window.enter("record")
    qtbot.waitUntil(lambda: conductor.recordings.room.chooser.chosen_id() == conductor.interview_id)


def test_what_was_recorded_stands_in_the_library_and_opens(conductor, made, qtbot):
    room = hold(conductor)
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 20)
    with qtbot.waitSignal(room.recorded, timeout=30_000):
        room.running.end()
    conductor.window.enter("library")
    found = conductor.library_room
    assert found.table.row_of(conductor.interview_id) >= 0
    assert conductor.context.library.interview(conductor.interview_id).media is not None
    room.done.open.click()
    assert conductor.window.pages.currentWidget() is conductor.window.room("review")


def test_a_window_that_closes_asks_once(conductor, made, qtbot):
    hold(conductor)
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 20)
    conductor.window.close()
    assert conductor.window.isVisible()
    assert conductor.window.message.label.text() == text.tr("record.close_asks")
    assert not made.recorders[0].threads
    folder = conductor.context.library.folder
    conductor.window.message.action.click()
    assert not conductor.window.isVisible()
    with Library.open(folder, assessor="李静") as library:
        interview = library.interview(conductor.interview_id)
        assert interview.status is InterviewStatus.TO_REVIEW
        assert interview.media is not None


def test_without_an_interview_the_window_closes_at_once(conductor):
    conductor.window.enter("record")
    conductor.window.close()
    assert not conductor.window.isVisible()


def test_withdrawing_in_the_library_stops_what_analyses_it(conductor, monkeypatch, qtbot):
    library, work = conductor.context.library, conductor.context.work
    asked = []
    monkeypatch.setattr(work, "stop_unconsented", lambda: asked.append(library.consent(conductor.interview_id)))
    library.record_consent(conductor.interview_id, (), "desk-1", "秦𠮷雅")
    qtbot.waitUntil(lambda: bool(asked))
    assert asked[0].modalities == ()


def test_withdrawing_in_the_library_ends_what_is_recorded(conductor, made, qtbot):
    library, interview_id = conductor.context.library, conductor.interview_id
    room = hold(conductor)
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 5)
    assert made.recorders[0].ended == []
    library.record_consent(interview_id, (), "desk-1", "秦𠮷雅")
    qtbot.waitUntil(lambda: made.recorders[0].ended == [Role.ROOM])
    assert not any(sources.running for sources in made.sources)
    assert room.held.recorded_kinds() == ()
    assert room.running.state.text() == text.tr("record.state_stopped")
    assert not room.running.withdraw.isEnabled()
    assert [mark.kind for mark in library.marks(interview_id)].count(MarkKind.WITHDRAWN) == 1


def test_withdrawing_the_face_in_the_library_ends_looking_for_it(conductor, made, qtbot, monkeypatch):
    library, interview_id = conductor.context.library, conductor.interview_id
    both, analysed = tuple(Kind), ("speech", "face")
    consent.give(
        library, interview_id, Agreed(both, analysed), consent.notice("zh", library.folder), ConsentGiven.PAPER
    )
    room = hold(conductor)
    told = []
    monkeypatch.setattr(room.held.hints, "look_for_faces", told.append)
    room.held.running.mark()
    library.record_consent(interview_id, ("speech",), "desk-1", "秦𠮷雅")
    qtbot.waitUntil(lambda: told == [None])
    assert set(room.held.recorded_kinds()) == set(Kind)
    assert not any(text.tr("policy.modality_face") in each.text() for each in room.running.withdraw_menu.actions())


def test_what_asks_before_closing_goes_with_the_interview(conductor, made, qtbot):
    room = hold(conductor)
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 20)
    conductor.window.close()
    bar = conductor.window.message
    assert bar.label.text() == text.tr("record.close_asks")
    with qtbot.waitSignal(room.recorded, timeout=30_000):
        room.running.end()
    qtbot.waitUntil(bar.isHidden)


def test_that_room_for_a_recording_runs_out_is_not_said_once_it_is_over(conductor, made, qtbot):
    room, bar = hold(conductor), conductor.window.message
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 20)
    room.failed.emit(RecordingSpaceShort(minutes=9))
    assert bar.isVisible()
    with qtbot.waitSignal(room.recorded, timeout=30_000):
        room.running.end()
    qtbot.waitUntil(bar.isHidden)


def test_trouble_of_an_interview_stays_with_it(conductor, made, qtbot):
    room, bar = hold(conductor), conductor.window.message
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 20)
    room.failed.emit(DiskFull(folder="/here"))
    assert bar.isVisible()
    conductor.open_review(planned_interview(conductor.context.library, remote_id="hr-2").id)
    assert bar.isHidden()
    conductor.window.enter("record")
    assert bar.isVisible()


def test_what_was_said_of_the_disk_goes_once_it_has_room(conductor, made, qtbot):
    room, bar = hold(conductor), conductor.window.message
    recorder = made.recorders[0]
    qtbot.waitUntil(lambda: recorder.blocks > 20)
    recorder.on_problem(RecordingSpaceShort(minutes=3))
    qtbot.waitUntil(lambda: bar.isVisible() and "3" in bar.label.text())
    recorder.tell(minutes_left=90.0)
    assert bar.label.text() == text.tr("record.room_enough")
    recorder.on_problem(RecordingSpaceShort(minutes=1))
    full = RecordingDiskFull(folder="/here")
    recorder.on_problem(full)
    recorder.tell(full=True)
    room.failed.emit(DiskFull(folder="/here"))
    qtbot.waitUntil(lambda: bar.more.text() == text.tr("shell.more_messages", n=1))
    assert not bar.more.isHidden()
    recorder.tell(full=False)
    assert bar.label.text() == text.tr("record.room_again")
    assert bar.more.isHidden()


def test_how_long_the_room_lasts_is_not_said_after_the_interview(conductor, made, qtbot):
    room, bar = hold(conductor), conductor.window.message
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 20)
    made.recorders[0].on_problem(RecordingSpaceShort(minutes=3))
    qtbot.waitUntil(bar.isVisible)
    with qtbot.waitSignal(room.recorded, timeout=30_000):
        room.running.end()
    assert bar.isHidden()


def test_nothing_of_other_candidates_stands_above_the_consent_that_one_reads(conductor, made, qtbot):
    library, window = conductor.context.library, conductor.window
    other = planned_interview(library, remote_id="hr-2")
    library.save_interview(replace(other, scheduled_at=datetime.now(UTC) - timedelta(hours=1)))
    conductor.people.look()
    assert window.alerts.isVisible()
    window.message.say(lambda: "analysed", "bad", about=other.id)
    conductor.recordings.hold(conductor.interview_id)
    conductor.people.look()
    assert window.alerts.isHidden()
    assert window.message.isHidden()
    window.enter("library")
    assert window.alerts.isVisible()
    window.enter("record")
    assert window.alerts.isHidden()
    conductor.recordings.room.consent.refuse.click()
    assert window.alerts.isHidden()
    conductor.recordings.room.start_over()
    assert window.alerts.isVisible()
    assert window.message.isVisible()


@pytest.mark.parametrize("when", ["by_hand", "at_night", "at_once"])
def test_the_end_says_when_the_recording_is_analysed(conductor, made, qtbot, when):
    conductor.context.settings.change(analyse_when=when)
    conductor.after.clock = lambda: datetime(2026, 11, 27, 12, 0).astimezone()
    room = hold(conductor)
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 20)
    with qtbot.waitSignal(room.recorded, timeout=30_000):
        room.running.end()
    said = {
        "by_hand": text.tr("after.by_hand"),
        "at_night": text.tr("after.tonight", time="20:00"),
        "at_once": text.tr("after.begun"),
    }
    assert room.done.later.isVisible()
    assert room.done.later.text() == said[when]
    cut = "after.cut_stop" if when == "at_once" else "after.cut_button"
    assert room.done.cut_first.text() == text.tr(cut)
    language.set_language("zh")
    assert room.done.later.text() != said[when]
    conductor.context.work.cancel(conductor.interview_id)
    qtbot.waitUntil(lambda: room.done.cut_first.text() == text.tr("after.cut_button"))
    assert room.done.later.text() != text.tr("after.begun")


def test_the_end_says_that_nothing_is_analysed_where_that_was_refused(conductor, made, qtbot):
    library, interview_id = conductor.context.library, conductor.interview_id
    conductor.context.settings.change(analyse_when="at_once")
    consent.give(library, interview_id, Agreed((Kind.SOUND,)), consent.notice("zh", library.folder), ConsentGiven.PAPER)
    room = hold(conductor)
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 20)
    with qtbot.waitSignal(room.recorded, timeout=30_000):
        room.running.end()
    assert room.done.later.text() == text.tr("after.not_agreed")
    assert room.done.cut_first.isHidden()


def test_another_interview_that_is_asked_for_meanwhile_is_told_of(conductor, made, qtbot):
    room = hold(conductor)
    qtbot.waitUntil(lambda: made.recorders[0].blocks > 5)
    other = planned_interview(conductor.context.library, remote_id="hr-2")
    conductor.window.enter("library")
    conductor.recordings.hold(other.id)
    assert conductor.window.pages.currentWidget() is conductor.library_room
    assert room.held.interview.id == conductor.interview_id
    assert conductor.window.message.label.text() == text.tr("record.another_is_held")
