"""Which picture is shown after a seek and a step: read out of the picture itself."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage

from app.jobs.frames import kept_frame_times
from app.store.vault import FRAMES
from tests.analysis.media_samples import number_in, record_numbered, uneven
from tests.ui import review_library
from ui.review.frames import FrameFinder, Frames
from ui.review.player import Player
from ui.review.presenter import LibraryPresenter
from ui.review.seeking import Seeking

RATES = {
    "constant": np.arange(250) / 25,
    "ntsc": np.arange(300) * 1001 / 30_000,
    "uneven": uneven(160),
}
SOME = np.random.default_rng(4).permutation(160)[:12].tolist()


@pytest.fixture
def player(qtbot):
    player = Player()
    qtbot.addWidget(player)
    player.resize(560, 460)
    player.show()
    yield player
    player.close_recording()


@pytest.fixture
def opened(player, library, tmp_path):
    def open_(name, **how):
        clip = record_numbered(tmp_path / f"{name}.mp4", RATES[name], **how)
        presenter = LibraryPresenter(library, review_library.interview_in(library, clip))
        player.open(presenter, None)
        return presenter

    return open_


def shown(player):
    """The number in the picture that the pane shows, -1 before the first."""
    image = player.pane.image
    if image is None:
        return -1
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return number_in(lambda x, y: grey.pixelColor(x, y).red())


def wait_for(qtbot, player, number):
    qtbot.waitUntil(lambda: shown(player) == number, timeout=10_000)


# The list of times


def test_a_time_belongs_to_the_picture_that_is_shown_then():
    frames = Frames(np.array([0, 33, 67, 2067], np.int32), listed=True)
    assert [frames.index(time_s) for time_s in (0.0, 0.032, 0.033, 0.0669, 1.5, 2.067, 9.0)] == [0, 0, 1, 2, 2, 3, 3]
    assert [frames.stepped(1.5, count) for count in (-5, -1, 0, 1, 2)] == [0.0, 0.033, 0.067, 2.067, 2.067]
    assert frames.aims(2)[0] == 1067
    assert all(67 <= aim <= 2067 for aim in frames.aims(2))
    assert frames.missed(0.067, 2.0) == 0
    assert frames.missed(0.0, 0.05) == 1


def test_without_a_list_pictures_last_equally_long():
    frames = Frames.steady(1.0, 1001 / 30_000)
    assert len(frames) == 30
    assert frames.starts[:4].tolist() == [0, 33, 67, 100]
    assert frames.missed(0.0, 0.9) == 0


def test_the_list_is_made_with_the_import_and_counts_every_picture(opened, library):
    presenter = opened("uneven")
    times = kept_frame_times(library, presenter.interview.media.sha256)
    assert np.abs(times / 1000 - RATES["uneven"]).max() <= 0.0006


# Seeking and stepping


@pytest.mark.parametrize("name", list(RATES))
def test_a_seek_shows_the_very_picture(qtbot, player, opened, name):
    opened(name)
    times = player.playback.frames.starts
    for number in SOME:
        after = times[number + 1] if number + 1 < len(times) else times[number] + 10
        player.playback.seek((times[number] + 0.4 * (after - times[number])) / 1000)
        wait_for(qtbot, player, number)
    assert player.playback.watch.trouble is None


@pytest.mark.parametrize("name", list(RATES))
def test_a_step_shows_the_neighbour(qtbot, player, opened, name):
    opened(name)
    times = player.playback.frames.starts
    player.playback.seek(times[60] / 1000 + 0.001)
    wait_for(qtbot, player, 60)
    for number in (61, 62, 63, 64):
        player.step_forward.click()
        wait_for(qtbot, player, number)
        assert player.playback.position == pytest.approx(times[number] / 1000)
    for number in (63, 62, 61, 60, 59, 58):
        player.step_back.click()
        wait_for(qtbot, player, number)


def test_many_steps_at_once_are_all_made(qtbot, player, opened):
    opened("ntsc")
    for _ in range(25):
        player.step_forward.click()
    wait_for(qtbot, player, 25)
    player.playback.step(-100)
    wait_for(qtbot, player, 0)
    assert player.playback.position == 0.0


def test_a_step_after_playing_goes_on_from_the_picture_that_is_shown(qtbot, player, opened):
    opened("uneven")
    player.playback.play()
    qtbot.waitUntil(lambda: shown(player) > 20, timeout=20_000)
    player.playback.pause()
    qtbot.wait(100)
    number = shown(player)
    player.playback.step(1)
    wait_for(qtbot, player, number + 1)
    player.playback.step(-2)
    wait_for(qtbot, player, number - 1)


def test_a_recording_opens_at_its_place_without_another_picture_before(qtbot, player, opened):
    presenter = opened("constant")
    wait_for(qtbot, player, 0)
    seen = []
    player.playback.frameArrived.connect(lambda _: seen.append(shown(player)))
    player.open(presenter, None, 4.0)
    wait_for(qtbot, player, 100)
    assert set(seen) == {100}


# What was imported without a list


def test_a_recording_without_a_list_gets_one_while_it_is_shown(qtbot, player, opened, library):
    presenter = opened("uneven")
    sha256 = presenter.interview.media.sha256
    (library.vault._home(sha256) / FRAMES).unlink()
    player.open(presenter, None)
    assert not player.playback.frames.listed
    qtbot.waitUntil(lambda: player.playback.frames.listed, timeout=20_000)
    assert len(kept_frame_times(library, sha256)) == len(RATES["uneven"])
    player.playback.seek(player.playback.frames.time(77))
    wait_for(qtbot, player, 77)


def test_a_list_that_nobody_waits_for_any_more_is_not_taken(qtbot):
    finder, may_end, taken = FrameFinder(), threading.Event(), []
    finder.found.connect(taken.append)

    def slow(cancel):
        may_end.wait(60)
        return np.array([0, 40], np.int32)

    finder.look(slow)
    finder.stop()
    may_end.set()
    with qtbot.waitSignal(finder.found):
        finder.look(lambda _: np.array([0, 50], np.int32))
    assert [times.tolist() for times in taken] == [[0, 50]]


# Dragging the bar


def test_while_the_bar_is_dragged_one_seek_is_under_way_at_a_time(qtbot, player, opened, monkeypatch):
    opened("constant", key_every=250)
    wait_for(qtbot, player, 0)
    sent = []
    send = player.playback._seeking._send
    monkeypatch.setattr(player.playback._seeking, "_send", lambda at: (sent.append(at), send(at)))
    bar = player.seek_bar
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(20, 8))
    for x in range(20, 420, 2):
        qtbot.mouseMove(bar, QPoint(x, 8))
    qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(418, 8))
    asked = player.playback.frames.index(player.playback.position)
    assert player.seek_bar.position == player.playback.position
    wait_for(qtbot, player, asked)
    assert len(sent) < 60


def test_a_wish_waits_for_the_picture_before_it_and_only_the_newest_is_granted():
    sent = []
    seeking = Seeking(sent.append)
    seeking.frames = Frames(np.arange(0, 4000, 40, dtype=np.int32), listed=True)
    for time_s in (1.0, 1.5, 2.0, 3.0):
        seeking.go(time_s)
    assert (sent, seeking.target) == ([1020], 3.0)
    assert seeking.landed(1.0, playing=False)
    assert sent == [1020, 3020]
    assert not seeking.landed(2.96, playing=False)
    assert sent == [1020, 3020, 3001]
    assert seeking.landed(3.0, playing=False)
    assert seeking.target is None
