"""Where a recording has no picture on purpose the player says why, and shows no face in its place."""

from __future__ import annotations

import threading

import av
import pytest

from app import text
from app.domain.marks import MarkKind
from app.domain.redaction import Reason
from app.jobs.redacting import RedactWork
from app.recording.left_out import left_out
from tests.ui import review_library
from ui import language
from ui.review.player import Player
from ui.review.presenter import LibraryPresenter

AT_S = 20.0


@pytest.fixture
def player(qtbot):
    player = Player()
    qtbot.addWidget(player)
    player.resize(560, 460)
    player.show()
    yield player
    player.close_recording()


def pictured_until(source, target, end_s):
    """The same recording, whose pictures end at a time."""
    with av.open(str(source)) as film, av.open(str(target), "w") as copy:
        streams = {
            stream.index: copy.add_stream_from_template(stream) for stream in (*film.streams.video, *film.streams.audio)
        }
        for packet in film.demux(*film.streams.video, *film.streams.audio):
            is_late = packet.stream.type == "video" and packet.pts is not None
            if packet.dts is None or (is_late and packet.pts * packet.time_base >= end_s):
                continue
            packet.stream = streams[packet.stream.index]
            copy.mux(packet)
    return target


def opened(qtbot, player, library, interview_id):
    player.open(LibraryPresenter(library, interview_id), None)
    qtbot.waitUntil(lambda: player.playback.shown_s is not None and player.playback.frames.listed, timeout=30_000)
    return player.playback


def test_a_redacted_stretch_says_why_and_is_not_called_damaged(qtbot, player, library, sample, each_language):
    language.set_language(each_language)
    interview_id = review_library.interview_in(library, sample / "sample_zh.mp4")
    RedactWork(library, interview_id, 10.0, 14.0, Reason.SALARY)(lambda _: None, threading.Event())
    playback = opened(qtbot, player, library, interview_id)
    said = text.tr("review.picture_redacted", reason=text.tr("redact.reason_salary"))
    for moment in (10.0, 12.0, 13.9):
        playback.seek(moment)
        assert player.pane.message == said
    playback.seek(9.5)
    assert player.pane.message == ""
    playback.set_speed(1.0)
    playback.play()
    qtbot.waitUntil(lambda: player.pane.message == said, timeout=20_000)
    qtbot.waitUntil(lambda: player.pane.message == "" and playback.position > 14.0, timeout=20_000)
    playback.pause()
    playback.seek(12.0)
    other = next(name for name in text.LANGUAGES if name != each_language)
    language.set_language(other)
    assert player.pane.message == text.tr("review.picture_redacted", reason=text.tr("redact.reason_salary"))


def test_after_the_picture_was_withdrawn_no_face_stands_there(qtbot, player, library, sample, tmp_path):
    film = pictured_until(sample / "sample_zh.mp4", tmp_path / "cut.mkv", AT_S)
    interview_id = review_library.interview_in(library, film)
    library.add_mark(interview_id, MarkKind.BEGUN, 0.0, {"recorded": ["picture", "sound"], "questions": []})
    library.add_mark(interview_id, MarkKind.WITHDRAWN, AT_S, {"kinds": ["sound"], "modalities": ["speech"]})
    playback = opened(qtbot, player, library, interview_id)
    said = text.tr("review.picture_withdrawn", time="00:20")
    playback.seek(19.0)
    assert player.pane.message == ""
    playback.play()
    qtbot.waitUntil(lambda: player.pane.message == said, timeout=20_000)
    playback.pause()
    player.toggle_full_screen()
    playback.seek(40.0)
    assert player.full is not None
    assert player.pane.window() is player.full
    assert player.pane.message == said
    player.full.close()
    playback.seek(5.0)
    assert player.pane.message == ""


def test_a_picture_that_is_recorded_again_is_left_out_only_between(library, sample):
    interview_id = review_library.interview_in(library, sample / "sample_zh.mp4")
    for kind, at, body in (
        (MarkKind.BEGUN, 0.0, {"recorded": ["sound"]}),
        (MarkKind.WITHDRAWN, 3.0, {"kinds": ["sound"], "modalities": []}),
        (MarkKind.BEGUN, 5.0, {"recorded": ["picture", "sound"], "goes_on": True}),
        (MarkKind.WITHDRAWN, 8.0, {"kinds": ["sound"], "modalities": []}),
        (MarkKind.BEGUN, 11.0, {"recorded": ["picture", "sound"], "goes_on": True}),
    ):
        library.add_mark(interview_id, kind, at, {"questions": [], **body})
    (between,) = left_out(library, interview_id)
    assert (between.start, between.end, between.reason) == (8.0, 11.0, None)
    assert [between.covers(at, 7.9, 7.9) for at in (7.9, 8.0, 10.9, 11.2)] == [False, True, True, True]
    assert not between.covers(11.2, 11.1, 11.2)
    assert between.covers(7.9, 7.9, 11.1), "it plays on, and the last picture stands"
