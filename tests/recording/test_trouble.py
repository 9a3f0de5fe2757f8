"""A full disk, a slow computer, a child that hangs or cannot start: said plainly, and what was recorded stays."""

from __future__ import annotations

import os
import signal
import sys
import time

import av
import numpy as np
import pytest

from analysis.failures import DiskFull
from analysis.recording import wire
from analysis.recording.part import PartWriter
from app import text
from app.failures import RecorderDied, RecordingDiskFull, RecordingLeft, RecordingSpaceShort
from app.recording import folders, part_child, writing
from app.recording.kinds import Picture, PictureTrack, Role
from app.recording.part_child import PartChild
from app.recording.recovering import left_behind, recover
from app.recording.waiting import MOST_PICTURES, Waiting
from app.store import Library
from tests.recording.ending import all_end
from tests.recording.sources import CAMERA, ROOM, Attempt, kept, tone, waiting_interview
from tests.small_disk import mounted

LARGE = PictureTrack(Role.CAMERA, 1280, 720)


@pytest.fixture
def small(tmp_path):
    """A disk of 64 MB."""
    with mounted(tmp_path / "small", 64) as folder:
        yield folder


def snow(number: int) -> Picture:
    """A picture that takes all the bits that it may have."""
    light = np.random.default_rng(number).integers(0, 255, (720, 1280), dtype=np.uint8)
    return Picture(1280, 720, "nv12", (light.tobytes(), bytes([128]) * 460800), (1280, 1280))


@pytest.mark.slow
def test_a_full_disk(small, monkeypatch):
    """The copy gives its room, then it is said; once there is room again recording goes on."""
    monkeypatch.setattr(writing, "ROOM_BYTES", 3 << 20)
    monkeypatch.setattr(writing, "RATE_KNOWN_S", 1.0)
    with Library.open(small, assessor="tester") as library, all_end():
        attempt = Attempt(library, [LARGE, ROOM])
        filler = small / "filler"
        free = os.statvfs(small).f_bavail * os.statvfs(small).f_frsize
        filler.write_bytes(bytes(free - (2 << 20)))
        pictures = [snow(number) for number in range(8)]
        began = attempt.feeder.began

        def feed(seconds: float, until=lambda: False) -> None:
            number, end = 0, time.monotonic() + seconds
            while time.monotonic() < end and not until():
                attempt.recording.picture(Role.CAMERA, time.monotonic_ns(), pictures[number % 8])
                attempt.feeder._give(ROOM)
                number += 1
                time.sleep(0.04)

        feed(40, lambda: any(isinstance(one, RecordingDiskFull) for one in attempt.problems))
        full_at = (time.monotonic_ns() - began) / 1e9
        assert any(isinstance(one, RecordingDiskFull) for one in attempt.problems)
        feed(30, lambda: any(isinstance(one, RecordingSpaceShort) for one in attempt.problems))  # looked at each second
        assert any(isinstance(one, RecordingSpaceShort) for one in attempt.problems)
        part = folders.parts(library.vault.recording(attempt.interview.id))[0]
        with av.open(str(part / "original.mkv")) as container:
            shown = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
        assert len(shown) > 10
        assert (part / "original.mkv").stat().st_size > 1_400_000
        assert not (part / "playable.mkv").exists()
        feed(12, lambda: attempt.recording.now() > full_at + 12)  # nothing of it is recorded
        filler.unlink()
        again_s = attempt.recording.now()
        feed(40, lambda: attempt.recording.standing().kept_s > again_s + 3)
        standing, second = attempt.recording.standing(), folders.parts(library.vault.recording(attempt.interview.id))[1]
        a_minute = sum(file.stat().st_size for file in second.glob("*.mkv")) / (standing.kept_s - again_s) * 60
        assert standing.minutes_left == pytest.approx(standing.free_bytes / a_minute, rel=0.5)
        interview = attempt.stop()
        assert interview.media.duration_s > full_at + 2
        with av.open(str(kept(library, interview)[1])) as container:
            assert sum(1 for _ in container.decode(video=0)) > len(shown)


def test_what_a_busy_computer_records_is_safe_while_a_microphone_is_gone(library, monkeypatch):
    """Something waits at all times, and no sound comes by which the child could tell how late it is."""
    monkeypatch.setattr(Waiting, "empty", property(lambda _: False))
    with all_end():
        attempt = Attempt(library, [CAMERA, ROOM])
        attempt.recording.gone(ROOM.role)
        attempt.feeder._tracks = [CAMERA]
        attempt.run_until_kept(3.0)
        assert attempt.recording.standing().kept_s >= 3.0
        assert attempt.recording.now() < 20
        attempt.stop()


@pytest.fixture
def without_copy(library):
    """What is left of a recording whose copy gave its room to it before the end."""
    interview = waiting_interview(library)
    folder = library.vault.recording(interview.id)
    folders.make(folder, interview.id, "李雷.mkv")
    part = PartWriter(wire.RecordJob(folders.new_part(folder), (wire.SoundSource("room", 48_000, 1),)))
    for number in range(50):
        samples = tone(number * 1920, 1920).tobytes()
        part.take(wire.Heard(0, number * 40_000_000, len(samples)), memoryview(samples))
    assert part.give_way()
    assert not part.finish().playable
    return folder


def test_a_copy_that_gave_way_is_made_at_the_end(library, without_copy):
    interview = recover(library, without_copy)
    original, playable = kept(library, interview)
    assert interview.media.playable
    assert playable != original
    with av.open(str(playable)) as container:
        assert container.duration == pytest.approx(2e6, abs=1e5)
    assert sorted(file.name for file in original.parent.iterdir()) == [
        "frames.json", "media.json", "original.mkv", "playable.mkv",
    ]  # fmt: skip


def test_where_there_is_no_room_for_it_still_the_recording_comes_without(library, without_copy):
    def full(*_):
        raise DiskFull(folder="/a")

    interview = recover(library, without_copy, run_child=full)
    original, playable = kept(library, interview)
    assert not interview.media.playable
    assert playable == original


@pytest.mark.parametrize(
    "problem", [RecordingDiskFull(folder="/a"), RecordingSpaceShort(minutes=9), RecorderDied(detail="x")]
)
def test_it_is_said_in_a_sentence(each_language, problem):
    assert len(text.sentence(problem)) > 15


def test_minutes_left_are_warned_about_once(library, monkeypatch):
    monkeypatch.setattr(writing.Recording, "_free_bytes", lambda _: 60_000_000)
    attempt = Attempt(library, [LARGE, ROOM])
    attempt.run(30, lambda: len(attempt.standings) > 1).run_until_kept(0.5).stop()
    (problem,) = attempt.problems
    assert isinstance(problem, RecordingSpaceShort)
    assert problem.params["minutes"] == 2
    assert attempt.standings[0].minutes_left == pytest.approx(60e6 / (2 * 1_564_000 / 8 * 60), rel=0.05)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP there")
def test_a_child_that_hangs_is_replaced(library, monkeypatch):
    monkeypatch.setattr(writing, "HANG_S", 2.0)
    attempt = Attempt(library).run_until_kept(1.0)
    hanging = attempt.recording.part_pid
    os.kill(hanging, signal.SIGSTOP)
    attempt.run_on(0.5)
    assert attempt.recording.part_pid not in (0, hanging)
    interview = attempt.stop()
    assert isinstance(attempt.problems[0], RecorderDied)
    assert interview.media.duration_s == pytest.approx(attempt.ended_s, abs=0.3)


def test_a_child_that_cannot_start_is_said_and_loses_nothing_else(library, monkeypatch):
    monkeypatch.setattr(part_child, "command", lambda: [sys.executable, "-c", "raise SystemExit('no')"])
    attempt = Attempt(library)
    attempt.run(30, lambda: attempt.problems)
    assert isinstance(attempt.problems[0], RecorderDied)
    monkeypatch.undo()
    attempt.run_on(1.0)
    interview = attempt.stop()
    original, _ = kept(library, interview)
    with av.open(str(original)) as container:
        sound = [packet.pts for packet in container.demux(audio=0) if packet.size]
    assert sound[0] < 100


def test_a_child_that_dies_at_the_very_end(library):
    attempt = Attempt(library).run_until_kept(1.5)
    os.kill(attempt.recording.part_pid, signal.SIGKILL)
    interview = attempt.stop()
    assert interview.media.duration_s > 1.0
    assert not left_behind(library)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("early", [False, True])
def test_an_error_that_nobody_foresaw_is_told_and_the_recording_stays(library, monkeypatch, each_language, early):
    def fail(*_):
        raise KeyError("nobody foresaw it")

    attempt = Attempt(library)
    with monkeypatch.context() as broken:
        broken.setattr(writing, "shelve", fail)
        broken.setattr(part_child.PartChild, "say", fail if early else part_child.PartChild.say)
        attempt.run(30, lambda: attempt.problems) if early else attempt.run_until_kept(1.0)
        assert bool(attempt.problems) == early
        attempt.recording.stop(attempt.outcome.append)
        attempt.recording.join(60)
    (failure,) = attempt.outcome
    assert isinstance(failure, RecordingLeft)
    assert "nobody foresaw it" in text.sentence(failure)
    assert left_behind(library) == [library.vault.recording(attempt.interview.id)]
    if not early:
        assert recover(library, left_behind(library)[0]).id == attempt.interview.id


def test_pictures_are_dropped_and_counted_but_never_sound():
    waiting = Waiting({0: 25.0})
    for number in range(200):
        at = number * 40_000_000
        if waiting.wants_picture(0, at):
            waiting.put_picture(wire.Shown(0, at, 2, 2, "gray", (2,), (4,)), (b"1234",))
        waiting.put(wire.Heard(1, at, 2), (b"12",))
    assert waiting.dropped == {0: 200 - MOST_PICTURES}
    taken = []
    while (item := waiting.take(0.0)) is not None:
        taken.append(item[0])
    assert sum(isinstance(said, wire.Heard) for said in taken) == 200


def test_a_slow_computer_drops_pictures_and_does_not_fall_behind():
    """What waited too long is dropped and counted as it is taken; sound never is."""
    waiting = Waiting({0: 25.0})
    for number in range(50):
        at = number * 40_000_000
        assert waiting.wants_picture(0, at)
        waiting.put_picture(wire.Shown(0, at, 2, 2, "gray", (2,), (4,)), (b"1234",))
        waiting.put(wire.Heard(1, at, 2), (b"12",))
    taken = []
    while (item := waiting.take(0.0, since_ns=1_000_000_000)) is not None:
        taken.append(item[0])
    assert sum(isinstance(said, wire.Heard) for said in taken) == 50
    assert [said.at_ns for said in taken if isinstance(said, wire.Shown)] == [
        number * 40_000_000 for number in range(25, 50)
    ]
    assert waiting.dropped == {0: 25}
    assert waiting.wants_picture(0, 3_000_000_000)


@pytest.mark.slow
@pytest.mark.alone
def test_what_is_not_known_to_be_safe_stays_below_three_seconds_on_a_slow_computer(library, monkeypatch):
    """Each picture takes the writer a third of a second here: most are dropped, and little is ever at stake."""
    monkeypatch.setattr(writing, "CATCH_UP_S", 1.0)
    say, worst = PartChild.say, 0.0

    def slowly(child, said, payload) -> None:
        if isinstance(said, wire.Shown):
            time.sleep(0.33)
        say(child, said, payload)

    monkeypatch.setattr(PartChild, "say", slowly)
    attempt = Attempt(library, [LARGE, ROOM])
    began = time.monotonic()
    picture = snow(0)
    while time.monotonic() - began < 8:
        attempt.recording.picture(Role.CAMERA, time.monotonic_ns(), picture)
        attempt.feeder._give(ROOM)
        time.sleep(0.04)
        standing = attempt.recording.standing()
        worst = max(worst, standing.elapsed_s - standing.kept_s if time.monotonic() - began > 4 else 0.0)
    dropped = attempt.recording.standing().dropped[Role.CAMERA]
    interview = attempt.stop()
    assert dropped > 50
    assert worst < 3.0
    assert interview.media.duration_s == pytest.approx(8, abs=1.0)


def test_giving_a_picture_costs_little(library):
    attempt = Attempt(library, [LARGE])
    given = snow(1)
    lent = Picture(1280, 720, "nv12", tuple(memoryview(bytearray(plane)) for plane in given.planes), given.strides)
    costs = []
    for _ in range(25):
        began = time.thread_time()
        attempt.recording.picture(Role.CAMERA, time.monotonic_ns(), lent)
        costs.append(time.thread_time() - began)
        time.sleep(0.04)
    attempt.stop()
    assert sorted(costs)[12] < 0.002


def test_the_frozen_program_starts_the_child(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert part_child.command()[-1] == "--record-worker"


def test_the_program_is_the_child_where_it_is_asked(library, monkeypatch):
    monkeypatch.setattr(part_child, "command", lambda: [sys.executable, "-m", "app", "--record-worker"])
    interview = Attempt(library, [CAMERA]).run(2.0).stop()
    assert interview.media.has_video
