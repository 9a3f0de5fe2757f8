"""A correction changes what it is about and nothing else: rows, lanes, pyramids and reading stay what they were."""

from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import replace

import numpy as np
import pytest

from analysis.derive import Derived
from analysis.document import CorrectionKind
from analysis.export import write_all
from analysis.failures import DocumentInvalid
from app.review import ReviewSession
from tests.ui import review_data, review_library, rooms
from ui.review import lane_list
from ui.review.model import CorrectionDraft
from ui.review.pyramid import pyramid_of


@pytest.fixture
def room(qtbot, library, tmp_path):
    with rooms.made(qtbot, library, tmp_path) as room:
        yield room


def derived_anew(room, library, folder, **changes):
    """The document as the engine would derive it: with every correction of a word in it."""
    shown = room.recording.analysis
    newest = library.corrections(room.presenter.interview.id)[-1].id
    before = library.load_analysis(room.presenter.interview.id)
    analysis = replace(before.analysis, transcript=shown.transcript, correction=newest, **changes)
    write_all(folder, Derived(analysis, before.tracks))
    library.record_analysis(room.presenter.interview.id, folder)


def correct(room, row, word, text):
    rows = room.transcript.list
    rows.edit_word(row, word)
    rows.editor.setText(text)
    rows.commit()


def test_only_the_corrected_row_is_made_anew(qtbot, room):
    model = room.transcript.list.rows
    before, told, resets = model.lines, [], []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    model.modelReset.connect(lambda: resets.append(True))
    room.transcript.list.setCurrentIndex(model.index(5))
    correct(room, 3, 1, "新词")
    assert "新词" in model.lines[3].segment.text
    assert [row for row in range(len(before)) if model.lines[row] is not before[row]] == [3]
    assert (told, resets) == ([(3, 3)], [])
    assert room.transcript.list.currentIndex().row() == 5
    room.undoing.undo()
    assert model.lines[3].segment.text == before[3].segment.text


def test_a_corrected_row_takes_the_room_that_its_words_need(qtbot, room):
    rows = room.transcript.list
    height = rows.visualRect(rows.rows.index(1)).height()
    below = rows.visualRect(rows.rows.index(2)).top()
    rows.edit_row(1)
    rows.editor.setPlainText("很长的一段话，" * 30)
    rows.commit()
    qtbot.waitUntil(lambda: rows.visualRect(rows.rows.index(1)).height() > height)
    assert rows.visualRect(rows.rows.index(2)).top() > below


def test_words_change_no_lane_and_who_speaks_does(qtbot, room):
    lanes = room.timeline.lanes
    window = room.timeline.start, room.timeline.span
    correct(room, 1, 1, "新词")
    assert room.timeline.lanes is lanes
    assert (room.timeline.start, room.timeline.span) == window
    room.swap_roles()
    assert room.timeline.lanes is not lanes


def test_a_document_derived_anew_keeps_tracks_and_rows_that_are_equal(qtbot, room, library, tmp_path):
    correct(room, 1, 1, "新词")
    lines, lanes = room.transcript.list.rows.lines, room.timeline.lanes
    tracks = room.recording.tracks
    derived_anew(room, library, tmp_path / "anew")
    room.presenter.reload(room.presenter.read())
    room.refresh()
    assert not room.presenter.is_behind()
    assert all(room.recording.tracks[name] is values for name, values in tracks.items())
    assert room.timeline.lanes is lanes
    assert room.transcript.list.rows.lines[0] is lines[0]
    assert [line.segment.text for line in room.transcript.list.rows.lines] == [line.segment.text for line in lines]


def test_events_that_differ_give_new_lanes_over_the_same_pyramids(qtbot, room, library, tmp_path):
    correct(room, 1, 1, "新词")
    before = {lane.key: lane for lane in room.timeline.lanes}
    derived_anew(room, library, tmp_path / "anew", events=room.recording.analysis.events[2:])
    room.presenter.reload(room.presenter.read())
    room.refresh()
    after = {lane.key: lane for lane in room.timeline.lanes}
    assert after["pitch"] is not before["pitch"]
    assert after["pitch"].curves[0].pyramid is before["pitch"].curves[0].pyramid
    assert after["wave"].pyramid is before["wave"].pyramid


def test_pyramids_are_shared_while_they_are_in_use():
    values = np.arange(5000, dtype=np.float32)
    both = np.stack([values, values + 1], axis=1)
    one = pyramid_of(values, 10.0)
    assert pyramid_of(values, 10.0) is one
    assert pyramid_of(values, 100.0) is not one
    assert pyramid_of(values.copy(), 10.0) is not one
    wave = pyramid_of(both[:, 0], 100.0, both[:, 1])
    assert pyramid_of(both[:, 0], 100.0, both[:, 1]) is wave
    assert (wave.base_high == values + 1).all()
    twice = values.astype(np.float64)
    assert pyramid_of(twice, 10.0) is not pyramid_of(twice, 10.0)
    known = weakref.ref(one)
    del one
    gc.collect()
    assert known() is None


def test_lanes_are_the_same_only_for_the_same_data():
    shown = review_data.recording()
    assert lane_list.same_lanes(shown, replace(shown, corrections=()))
    assert not lane_list.same_lanes(None, shown)
    assert not lane_list.same_lanes(shown, replace(shown, candidate="李雷"))
    assert not lane_list.same_lanes(shown, replace(shown, peaks=shown.peaks.copy()))
    fewer = {name: values for name, values in shown.tracks.items() if name != "pitch"}
    assert not lane_list.same_lanes(shown, replace(shown, tracks=fewer))
    assert not lane_list.same_lanes(shown, replace(shown, tracks={**shown.tracks, "pitch": fewer["loudness"]}))


def test_what_was_read_beside_is_scored_again_if_the_template_changed_meanwhile(library, tmp_path):
    interview_id = review_library.interview_in(library, None)
    review_library.analysed(library, interview_id, tmp_path / "analysis")
    session = ReviewSession(library, interview_id)
    read = session.read()
    session.reload(read)
    assert session._machine is read.machine
    other = replace(read, template=replace(read.template, machine_share=0.0))
    session.reload(other)
    assert session._machine is not other.machine
    assert session._machine == read.machine
    assert session.derived is other.derived


def test_the_newest_document_is_read_beside_the_window(qtbot, opened_window, reviewed_copy, monkeypatch):
    opened_window.open_review(reviewed_copy[1])
    room = opened_window.window.room("review")
    threads, read, refresh = [], room.presenter.read, room.refresh
    monkeypatch.setattr(room.presenter, "read", lambda: threads.append(threading.current_thread()) or read())
    monkeypatch.setattr(room, "refresh", lambda: threads.append(threading.current_thread()) or refresh())
    opened_window._refresh_review(reviewed_copy[1])
    qtbot.waitUntil(lambda: len(threads) == 2, timeout=20000)
    assert threads[0] is not threading.main_thread()
    assert threads[1] is threading.main_thread()


def test_a_review_that_was_left_meanwhile_is_let_be(qtbot, opened_window, reviewed_copy, monkeypatch):
    opened_window.open_review(reviewed_copy[1])
    room = opened_window.window.room("review")
    refreshed, done = [], threading.Event()
    read = room.presenter.read

    def reading():
        done.wait(60)
        return read()

    monkeypatch.setattr(room.presenter, "read", reading)
    monkeypatch.setattr(room, "refresh", lambda: refreshed.append(True))
    opened_window._refresh_review(reviewed_copy[1])
    opened_window.open_review(reviewed_copy[1])
    assert opened_window.window.room("review") is not room
    done.set()
    later = []
    opened_window.context.work.read(lambda: 7, later.append, later.append)
    qtbot.waitUntil(lambda: later == [7], timeout=20000)
    assert refreshed == []


def test_a_document_that_cannot_be_read_is_told(qtbot, opened_window, reviewed_copy, monkeypatch):
    opened_window.open_review(reviewed_copy[1])
    room = opened_window.window.room("review")

    def damaged():
        raise DocumentInvalid(folder="x")

    monkeypatch.setattr(room.presenter, "read", damaged)
    told = []
    monkeypatch.setattr(opened_window.window, "say_failure", told.append)
    opened_window._refresh_review(reviewed_copy[1])
    qtbot.waitUntil(lambda: len(told) == 1, timeout=20000)
    assert isinstance(told[0], DocumentInvalid)


def test_many_rows_are_corrected_together(qtbot, room):
    model = room.transcript.list.rows
    drafts = [
        CorrectionDraft(CorrectionKind.WORD, word.start, word.end, word.text, "新词")
        for word in (line.segment.words[0] for line in (model.lines[0], model.lines[6]))
    ]
    room.transcript.corrected.emit(drafts)
    assert [row for row, line in enumerate(model.lines) if "新词" in line.segment.text] == [0, 6]
    room.undoing.undo()
    assert not any("新词" in line.segment.text for line in model.lines)
