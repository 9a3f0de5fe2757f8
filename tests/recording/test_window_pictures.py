"""A window that is covered or stands still is told of while it is recorded, from pictures as sources give them."""

from __future__ import annotations

import av
import numpy as np
import pytest

from app.recording.hints import HintFeed, Notice
from app.recording.kinds import PictureTrack, Role
from app.recording.window_pictures import Seen
from tests.recording.real_media import BEGAN_NS, as_picture, darker, frame_at

S = 1_000_000_000
TRACKS = (PictureTrack(Role.SCREEN, 1280, 720, 15.0),)


class Meeting:
    """A feed that is shown pictures of a window, on a clock of its own."""

    def __init__(self, *, is_window=True):
        self.at_s = 0.0
        self.feed = HintFeed(TRACKS, clock_ns=lambda: BEGAN_NS + round(self.at_s * S))
        self.feed.watch_window(on=is_window)

    def shows(self, pictures, seconds):
        for number in range(round(seconds * 2)):
            self.feed.picture(Role.SCREEN, BEGAN_NS + round(self.at_s * S), pictures[number % len(pictures)])
            self.at_s += 0.5
        return self.feed.state()


@pytest.fixture(scope="module")
def talk(sample):
    return [frame_at(sample / "sample_zh.mp4", at) for at in (6.0, 6.5, 7.0)]


@pytest.mark.parametrize("layout", ["bgra", "nv12", "yuv420p"])
def test_a_covered_window_is_black_until_it_is_in_front_again(talk, layout):
    meeting = Meeting()
    moving = [as_picture(frame, layout) for frame in talk]
    black = as_picture(av.VideoFrame.from_ndarray(np.zeros((720, 1280, 3), np.uint8), format="rgb24"), layout)
    assert meeting.shows(moving, 10).window is None
    assert meeting.shows([black], 2).window is None
    state = meeting.shows([black], 3)
    assert state.window is Seen.BLACK
    assert Notice.WINDOW in state.notices
    assert meeting.shows(moving, 1).window is None


def test_a_dark_room_in_a_meeting_is_not_a_covered_window(talk):
    assert Meeting().shows([as_picture(darker(frame, 0.25), "bgra") for frame in talk], 20).window is None


def test_a_window_that_stands_still_is_told_of_after_a_minute(talk):
    meeting = Meeting()
    still = [as_picture(talk[0], "bgra")]
    assert meeting.shows(still, 50).window is None
    assert meeting.shows(still, 15).window is Seen.STILL
    meeting.feed.pause()
    meeting.at_s += 90
    meeting.feed.resume()
    assert meeting.shows([as_picture(frame, "bgra") for frame in talk], 5).window is None


def test_a_screen_is_not_looked_at_and_a_source_that_gives_nothing_says_nothing(talk):
    black = as_picture(darker(talk[0], 0.0), "bgra")
    assert Meeting(is_window=False).shows([black], 10).window is None
    meeting = Meeting()
    assert meeting.shows([black], 10).window is Seen.BLACK
    meeting.at_s += 10
    assert meeting.feed.state().window is None
