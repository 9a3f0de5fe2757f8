"""Where a recording has no pictures for a while, because the camera was gone, it is heard and found all the same."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from app.text import tr
from tests.ui import review_library
from ui.review.frames import Frames
from ui.review.player import Player
from ui.review.presenter import LibraryPresenter
from ui.review.seeking import HELD_BACK_AFTER, Seeking

FPS, RATE = 25, 48_000
GONE_S, BACK_S, END_S = 4.0, 16.0, 20.0


def recorded(path, back_s):
    """A recording of 20 s whose camera was gone from 4 s on until `back_s`."""
    with av.open(str(path), "w") as target:
        shown = target.add_stream("libvpx", rate=FPS, options={"deadline": "realtime", "cpu-used": "16"})
        shown.width, shown.height, shown.pix_fmt = 64, 48, "yuv420p"
        shown.codec_context.time_base = Fraction(1, 1000)
        heard = target.add_stream("libopus", rate=RATE, layout="mono")
        for second in range(round(END_S)):
            for number in range(second * FPS, (second + 1) * FPS):
                if number / FPS < GONE_S or number / FPS >= back_s:
                    frame = av.VideoFrame.from_ndarray(np.full((48, 64), number % 200, np.uint8), "gray")
                    frame = frame.reformat(format="yuv420p")
                    frame.pts, frame.time_base = number * 1000 // FPS, Fraction(1, 1000)
                    target.mux(shown.encode(frame))
            block = av.AudioFrame.from_ndarray(np.zeros((1, RATE), np.int16), "s16", "mono")
            block.sample_rate, block.pts, block.time_base = RATE, second * RATE, Fraction(1, RATE)
            target.mux(heard.encode(block))
        target.mux(shown.encode(None))
        target.mux(heard.encode(None))
    return path


@pytest.fixture
def opened(qtbot, library, tmp_path):
    """Opens such a recording, and waits for its first picture."""
    player = Player()
    qtbot.addWidget(player)
    player.resize(560, 460)
    player.show()

    def open_(back_s=BACK_S):
        clip = recorded(tmp_path / "gone.mkv", back_s)
        player.open(LibraryPresenter(library, review_library.interview_in(library, clip)), None)
        qtbot.waitUntil(lambda: player.playback.shown_s is not None)
        assert player.playback.frames.listed
        return player

    yield open_
    player.close_recording()


def words(end_s):
    return tr("review.no_new_picture", start="00:03", end=f"00:{end_s:02.0f}")


def test_a_seek_to_where_the_camera_was_gone_goes_there(qtbot, opened):
    player = opened()
    playback = player.playback
    playback.seek(7.0)
    assert playback.position == 7.0
    assert playback._player.position() == pytest.approx(7000, abs=100)
    assert player.pane.message == words(BACK_S)
    playback.play()
    qtbot.waitUntil(lambda: playback.playing)
    assert 6.9 <= playback.position < BACK_S
    playback.seek(12.0)
    assert 11.9 <= playback.position < BACK_S
    playback.pause()
    playback.seek(1.0)
    qtbot.waitUntil(lambda: playback.shown_s == pytest.approx(1.0, abs=0.03))
    assert player.pane.message == ""
    assert playback.watch.trouble is None


def test_a_moment_after_the_camera_went_is_no_damage(qtbot, opened):
    playback = opened().playback
    playback.seek(GONE_S + 0.5)
    qtbot.waitUntil(lambda: playback.unpictured_s is not None or playback.shown_s > GONE_S - 0.1)
    assert playback.position == GONE_S + 0.5
    assert playback._player.position() == pytest.approx(1000 * (GONE_S + 0.5), abs=600)
    assert playback.watch.trouble is None


def test_a_camera_that_never_came_back_leaves_the_rest_to_be_heard(qtbot, opened):
    player = opened(END_S)
    playback = player.playback
    playback.seek(18.5)
    assert playback._player.position() == pytest.approx(18_500, abs=100)
    assert player.pane.message == words(END_S)
    if playback.has_sound_device:
        playback.play()
        qtbot.waitUntil(lambda: not playback.playing and playback.position == playback.duration, timeout=20_000)
        assert playback.watch.trouble is None


def test_a_picture_from_elsewhere_is_not_taken_for_one_of_the_gap():
    sent, stood = [], []
    seeking = Seeking(sent.append)
    seeking.stood.connect(stood.append)
    seeking.frames = Frames(np.array([0, 40, 80, 20_000, 20_040], np.int32), listed=True)
    seeking.go(10.0)
    assert (sent, stood, seeking.target) == ([10_000], [10.0], None)
    assert not seeking.landed(20.0, playing=False)
    assert seeking.landed(0.08, playing=False)
    assert seeking.landed(20.0, playing=True)
    seeking.go(0.5)
    assert sent[1:] == [81]
    for _ in range(HELD_BACK_AFTER):
        seeking._patience.timeout.emit()
    assert (sent[2:], stood[1:], seeking.target) == ([500], [0.5], None)
