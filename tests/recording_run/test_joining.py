"""The parts of a recording that went on are joined in the background, at the latest after the next start."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from analysis.failures import Cancelled
from app import text
from app.domain.marks import MarkKind
from app.domain.types import ConsentGiven, InterviewStatus
from app.recording import consent, folders, holding
from app.recording.consent import Agreed
from app.recording.kinds import Kind
from app.recording.recovering import recover
from app.recording.writing import begin
from app.settings import SettingsFile
from app.store.library import Library
from tests.recording.ending import all_end
from tests.recording_run.conftest import planned_interview
from tests.recording_run.small_sink import SmallPanel, ToneSources
from tests.recording_run.test_cut_off import record
from ui.record.held import Means
from ui.record.room import RecordRoom
from ui.shell import start


def two_parts(library, interview, *, ended):
    """A recording that went on and was not joined yet; its first part's length, s."""
    with all_end():
        for goes_on in (False, True):
            run, recording, outcome = record(library, interview, goes_on=goes_on, join_later=True)
            if goes_on and ended:
                run.end()
            recording.stop(outcome.append)
            recording.join(60)
            if not goes_on:
                first_s = outcome[0].media.duration_s
    assert len(folders.parts(library.vault.recording(interview.id))) == 2
    return first_s


def test_the_interview_is_there_before_its_parts_are_joined(library, interview):
    first_s = two_parts(library, interview, ended=True)
    waiting = library.interview(interview.id)
    assert waiting.status is InterviewStatus.TO_REVIEW
    assert waiting.media.duration_s == first_s
    assert library.being_recorded(interview.id)
    told = []
    whole = recover(library, library.vault.recording(interview.id), report=told.append)
    assert whole.media.duration_s > first_s + 0.8
    assert [each.stage for each in told]
    assert all(0 <= each.share <= 1 for each in told)
    assert not library.being_recorded(interview.id)


def test_cut_off_while_they_are_joined_nothing_is_lost(library, interview):
    first_s = two_parts(library, interview, ended=True)
    folder, stop = library.vault.recording(interview.id), threading.Event()
    with pytest.raises(Cancelled):
        recover(library, folder, stop, report=lambda _: stop.set())
    assert library.interview(interview.id).media.duration_s == first_s
    assert recover(library, folder).media.duration_s > first_s + 0.8


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def settings(folder):
    settings = SettingsFile(folder)
    settings.change(analyse_when="by_hand", assessor="李静")
    return settings


@pytest.fixture
def interview_id(folder):
    """One whose candidate agrees to be recorded."""
    with Library.open(folder, assessor="李静") as library:
        interview = planned_interview(library)
        shown = consent.notice("zh", folder)
        consent.give(library, interview.id, Agreed((Kind.SOUND,), ("speech",)), shown, ConsentGiven.PAPER)
        return interview.id


@pytest.fixture
def open_window(qtbot, folder, settings):
    opened = []

    def open_it():
        conductor = start.open_window(folder, settings)
        opened.append(conductor)
        conductor.window.show()
        return conductor

    yield open_it
    for conductor in opened:
        conductor.window.close()
        conductor.window.deleteLater()


def test_the_window_joins_them_and_says_how_far_it_is(qtbot, open_window, settings, interview_id):
    conductor = open_window()
    library = conductor.context.library
    means = partial(Means, partial(begin, join_later=True), ToneSources)
    room = RecordRoom(library, settings, means, SmallPanel)
    conductor.recordings.connect(room)
    conductor.context.offer_room("record", lambda: room)

    def held():
        conductor.recordings.hold(interview_id)
        room.consent.ways[ConsentGiven.PAPER].click()
        room.consent.paper.click()
        room.consent.agree.click()
        room.setup.begin.click()
        at_s = room.held.now()
        qtbot.waitUntil(lambda: room.held.standing is not None and room.held.standing.kept_s > at_s + 1.0,
                        timeout=30_000)  # fmt: skip
        return room.held

    with all_end():
        first = held()
        first._close_sources()
        library.held_here.discard(interview_id)
        with qtbot.waitSignal(room.recorded, timeout=60_000):  # as recovery takes in what a crash left
            first.recording.stop(first._tell_end)
        cut = library.interview(interview_id)
        assert cut.status is InterviewStatus.IN_PROGRESS
        held()
        seen = []
        room.unjoined.connect(
            lambda _: seen.append((library.interview(interview_id).status, room.done.open.isEnabled(),
                                   room.done.words.text()))
        )  # fmt: skip
        with qtbot.waitSignal(room.recorded, timeout=60_000):
            room.running.end()
    ((status, may_open, words),) = seen
    assert (status, may_open) == (InterviewStatus.TO_REVIEW, False)
    assert words == text.tr("record.done_joining", name=cut.title, share=text.percent(0.0))
    assert room.done.open.isEnabled()
    assert library.interview(interview_id).media.duration_s > cut.media.duration_s + 0.8
    assert not library.being_recorded(interview_id)


def test_the_next_start_offers_to_go_on(qtbot, folder, settings, open_window, interview_id, each_language):
    settings.change(language=each_language)
    with Library.open(folder, assessor="李静") as library:
        two_parts(library, library.interview(interview_id), ended=False)
    conductor = open_window()
    message = conductor.window.message
    title = conductor.context.library.interview(interview_id).title
    qtbot.waitUntil(lambda: title in message.label.text(), timeout=60_000)
    assert (message.action.text(), message.second.text()) == (text.tr("shell.go_on"), text.tr("shell.open_it"))
    assert conductor.context.library.interview(interview_id).status is InterviewStatus.IN_PROGRESS
    conductor.window.enter("library")
    room = conductor.library_room
    room.refresh()
    room.choose(interview_id)
    assert text.tr("library.cut_off") in room.details.state.text()
    message.action.click()
    assert conductor.window.pages.currentWidget() is conductor.recordings.room
    assert conductor.recordings.room.pages.currentWidget() is conductor.recordings.room.consent


def test_what_the_windows_end_kept_from_being_joined_was_not_cut_off(
    qtbot, folder, settings, open_window, interview_id, each_language
):
    settings.change(language=each_language)
    with Library.open(folder, assessor="李静") as library:
        two_parts(library, library.interview(interview_id), ended=True)
    conductor = open_window()
    message, library = conductor.window.message, conductor.context.library
    qtbot.waitUntil(lambda: library.interview(interview_id).title in message.label.text(), timeout=60_000)
    length = text.timecode(library.interview(interview_id).media.duration_s)
    assert message.label.text() == text.tr(
        "shell.recording_joined", name=library.interview(interview_id).title, length=length
    )
    assert message.action.text() == text.tr("shell.open_it")
    assert message.second.isHidden()


def test_a_person_ends_it_in_the_list(qtbot, folder, open_window, interview_id):
    from ui.library.list_menu import list_menu

    with Library.open(folder, assessor="李静") as library, all_end():
        _, recording, outcome = record(library, library.interview(interview_id))
        recording.stop(outcome.append)
        recording.join(60)
    conductor = open_window()
    conductor.window.enter("library")
    room, library = conductor.library_room, conductor.context.library
    room.choose(interview_id)
    offered = {action.text(): action for action in list_menu(room, room.chosen()).actions()}
    assert text.tr("menu.go_on") in offered
    offered[text.tr("menu.is_over")].trigger()
    assert library.interview(interview_id).status is InterviewStatus.TO_REVIEW
    assert holding.standing(library.marks(interview_id)).ended
    again = [action.text() for action in list_menu(room, library.interview(interview_id)).actions()]
    assert text.tr("menu.go_on") not in again
    assert MarkKind.ENDED in {mark.kind for mark in library.marks(interview_id)}
