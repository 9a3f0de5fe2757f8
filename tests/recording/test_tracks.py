"""What becomes of several microphones, two pictures, pauses, odd pictures and sources that vanish."""

from __future__ import annotations

import time

import av
import numpy as np
import pytest

from analysis import media
from app.recording.kinds import Kind, Picture, PictureTrack, Role, SoundTrack
from tests.recording.sources import CAMERA, FPS, HEIGHT, ROOM, WIDTH, Attempt, kept, picture, tone

NS = 1_000_000_000


def sides(file) -> np.ndarray:
    """(n, channels) float samples of the sound."""
    with av.open(str(file)) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(blocks, axis=1).T


def loud(samples: np.ndarray) -> float:
    return float(np.sqrt((samples**2).mean()))


@pytest.mark.parametrize(("near", "far"), [(Role.INTERVIEWER, Role.CANDIDATE), (Role.ROOM, Role.SYSTEM)])
def test_two_microphones_are_the_two_sides_of_one_track(library, near, far):
    tracks = [SoundTrack(far, 44_100, 2), SoundTrack(near)]
    attempt = Attempt(library, tracks)
    began = time.monotonic_ns()
    for block in range(150):
        at = began + block * 20_000_000
        while time.monotonic_ns() < at + 20_000_000:
            time.sleep(0.002)
        attempt.recording.sound(near, at, tone(block * 960, 960).tobytes())
        quiet = np.zeros(882, np.int16) if block < 75 else tone(block * 882, 882, 900.0, 44_100)
        attempt.recording.sound(far, at, np.repeat(quiet, 2).tobytes())
    original, playable = kept(library, attempt.stop())
    for file in (original, playable):
        heard = sides(file)
        assert heard.shape[1] == 2
        assert loud(heard[24_000:60_000, 1]) < 0.01
        assert loud(heard[24_000:60_000, 0]) == pytest.approx(9000 / 32768 / 2**0.5, rel=0.1)
        assert loud(heard[90_000:120_000, 1]) == pytest.approx(9000 / 32768 / 2**0.5, rel=0.1)
    with av.open(str(original)) as container:
        tags = {name.lower(): value for name, value in container.streams.audio[0].metadata.items()}
    assert (tags["mianjian_left"], tags["mianjian_right"]) == (str(near), str(far))


def test_one_microphone_that_never_comes_does_not_hold_up_the_other(library):
    attempt = Attempt(library, [SoundTrack(Role.INTERVIEWER), SoundTrack(Role.CANDIDATE)])
    began = time.monotonic_ns()
    for block in range(150):
        while time.monotonic_ns() < began + (block + 1) * 20_000_000:
            time.sleep(0.002)
        attempt.recording.sound(Role.INTERVIEWER, began + block * 20_000_000, tone(block * 960, 960).tobytes())
    until = time.monotonic() + 20
    while attempt.recording.standing().kept_s < 1.0 and time.monotonic() < until:
        time.sleep(0.05)
    assert attempt.recording.standing().kept_s > 1.0
    heard = sides(kept(library, attempt.stop())[0])
    assert loud(heard[10_000:120_000, 0]) > 0.1
    assert loud(heard[:, 1]) < 0.001


def test_camera_and_screen_are_both_kept_and_the_first_is_shown(library):
    screen = PictureTrack(Role.SCREEN, 640, 360, 10.0)
    interview = Attempt(library, [CAMERA, screen, ROOM]).run(2.5).stop()
    original, playable = kept(library, interview)
    with av.open(str(original)) as container:
        assert [(one.width, one.height) for one in container.streams.video] == [(WIDTH, HEIGHT), (640, 360)]
    with av.open(str(playable)) as container:
        assert [(one.width, one.height) for one in container.streams.video] == [(WIDTH, HEIGHT)]
    info = media.probe(original, "r")
    assert (info.streams[0].width, info.streams[0].height) == (WIDTH, HEIGHT)


def test_a_screen_on_which_nothing_moves_is_shown_on(library):
    """Sources of screens give a picture when something changes; seeking must not have to start long before."""
    attempt = Attempt(library, [PictureTrack(Role.SCREEN, WIDTH, HEIGHT, 10.0), ROOM])
    attempt.recording.picture(Role.SCREEN, time.monotonic_ns(), picture(1))
    began = attempt.feeder.began
    for block in range(300):
        while time.monotonic_ns() < began + (block + 1) * 20_000_000:
            time.sleep(0.005)
        attempt.recording.sound(Role.ROOM, began + block * 20_000_000, tone(block * 960, 960).tobytes())
    with av.open(str(kept(library, attempt.stop())[0])) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    starts = [packet.pts / 1000 for packet in packets]
    assert np.diff(starts).max() == pytest.approx(1.0, abs=0.01)
    assert starts[-1] > attempt.ended_s - 2
    assert np.diff([one.pts / 1000 for one in packets if one.is_keyframe]).max() < 2.1


def test_a_pause_is_not_in_the_recording(library):
    began = time.monotonic()
    attempt = Attempt(library).run(1.5)
    attempt.recording.pause()
    stood = attempt.recording.now()
    attempt.run(1.0)
    assert attempt.recording.now() == stood
    assert attempt.recording.standing().paused
    attempt.recording.resume()
    attempt.run(1.5)
    interview = attempt.stop()
    assert interview.media.duration_s == pytest.approx(attempt.ended_s, abs=0.1)
    assert attempt.ended_s < time.monotonic() - began - 0.9
    original, _ = kept(library, interview)
    with av.open(str(original)) as container:
        shown = np.array([float(packet.pts * packet.time_base) for packet in container.demux(video=0) if packet.size])
    assert np.diff(shown).max() < 0.2


def test_a_camera_that_vanishes_and_comes_back(library):
    attempt = Attempt(library).run(1.0)
    attempt.recording.gone(Role.CAMERA)
    began = attempt.feeder.began
    for block in range(50, 150):
        while time.monotonic_ns() < began + (block + 1) * 20_000_000:
            time.sleep(0.002)
        attempt.recording.sound(Role.ROOM, began + block * 20_000_000, tone(block * 960, 960).tobytes())
    for number in range(25):
        attempt.recording.picture(Role.CAMERA, time.monotonic_ns(), picture(number))
        time.sleep(0.04)
    interview = attempt.stop()
    assert interview.media.duration_s == pytest.approx(attempt.ended_s, abs=0.1)
    heard = sides(kept(library, interview)[0])
    assert loud(heard[20_000:130_000]) > 0.1


def test_pictures_of_any_layout_and_shape(library):
    """A camera may give rows with gaps, other colours, and another size than the track has."""
    attempt = Attempt(library, [CAMERA])
    red = np.zeros((240, 400, 4), np.uint8)
    red[:, :300] = (0, 0, 220, 255)
    kinds = [
        Picture(300, 240, "bgra", (memoryview(red).cast("B"),), (1600,)),
        Picture(640, 360, "yuyv422", (bytes([90, 128] * (640 * 360)),), (1280,)),
        Picture(160, 120, "rgb24", (np.full((120, 160, 3), 200, np.uint8).tobytes(),), (480,)),
        Picture(
            1922,
            1082,
            "yuv420p",
            (bytes(1922 * 1082), bytes([128]) * 961 * 541, bytes([128]) * 961 * 541),
            (1922, 961, 961),
        ),
        picture(3),
    ]
    began = time.monotonic_ns()
    for number in range(25):
        attempt.recording.picture(Role.CAMERA, began + number * 40_000_000, kinds[number // 5])
        time.sleep(0.04)
    interview = attempt.stop()
    assert not attempt.problems
    with av.open(str(kept(library, interview)[0])) as container:
        shown = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(shown) == 25
    assert {one.shape for one in shown} == {(HEIGHT, WIDTH, 3)}
    middle = shown[2][120, 160]
    assert middle[0] > 150
    assert middle[2] < 80


def test_a_picture_that_is_not_what_it_claims_costs_itself_only(library):
    attempt = Attempt(library).run(1.0)
    for wrong in (
        Picture(320, 240, "nv12", (b"short", b""), (320, 320)),
        Picture(320, 240, "nv12", (b"short", b""), (300, 300)),
        Picture(320, 240, "nv12", (bytes(320 * 240),), (320,)),
        Picture(320, 240, "no-such", (b"1",), (1,)),
        Picture(0, 0, "nv12", (b"", b""), (0, 0)),
    ):
        time.sleep(0.08)
        attempt.recording.picture(Role.CAMERA, time.monotonic_ns(), wrong)
    attempt.recording.sound(Role.ROOM, time.monotonic_ns(), b"odd")
    attempt.run(1.0)
    interview = attempt.stop()
    assert not attempt.problems
    assert interview.media.duration_s == pytest.approx(attempt.ended_s, abs=0.1)


def test_no_more_pictures_are_kept_than_the_track_may_have(library):
    attempt = Attempt(library, [CAMERA])
    began = time.monotonic_ns()
    for number in range(120):
        while time.monotonic_ns() < began + number * 1e9 / 60:
            time.sleep(0.001)
        attempt.recording.picture(Role.CAMERA, began + round(number * 1e9 / 60), picture(number))
    interview = attempt.stop()
    with av.open(str(kept(library, interview)[0])) as container:
        count = sum(1 for packet in container.demux(video=0) if packet.size)
    assert count == pytest.approx(2 * FPS, abs=6)
    assert attempt.recording.standing().dropped == {Role.CAMERA: 0}


def test_sound_alone(library):
    attempt = Attempt(library, [ROOM], allowed={Kind.SOUND}).run(1.5)
    interview = attempt.stop()
    assert interview.media.has_audio
    assert not interview.media.has_video
    assert interview.media.duration_s == pytest.approx(attempt.ended_s, abs=0.1)
