"""Whatever dies, at most two seconds are missing: the child, the program, both, the computer."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest

from analysis import media
from analysis.recording.joining import join
from app.failures import RecorderDied, RecordingEmpty
from app.recording import folders
from app.recording.recovering import left_behind, recover
from app.store import Library
from tests.conftest import ROOT
from tests.recording.sources import Attempt, kept

MOST_LOST_S = 2.0


def starts(file: Path) -> tuple[np.ndarray, np.ndarray]:
    """(n,) s: when each picture, and each packet of sound, begins."""
    times: dict[str, list[float]] = {"video": [], "audio": []}
    with av.open(str(file)) as container:
        for packet in container.demux():
            if packet.pts is not None and packet.size:
                times[packet.stream.type].append(float(packet.pts * packet.time_base))
    return np.array(times["video"]), np.array(times["audio"])


@pytest.mark.slow
def test_the_child_dies_and_another_goes_on(library):
    attempt = Attempt(library).run_until_kept(2.0)
    os.kill(attempt.recording.part_pid, signal.SIGKILL)
    attempt.run_on(1.5)
    interview = attempt.stop()
    assert [type(problem) for problem in attempt.problems] == [RecorderDied]
    original, playable = kept(library, interview)
    pictures, sound = starts(original)
    assert np.diff(pictures).max() < MOST_LOST_S
    assert np.diff(sound).max() < 0.1
    assert pictures[-1] > attempt.ended_s - 0.5
    assert sound[-1] > attempt.ended_s - 0.5
    assert media.probe(original, "r").duration == pytest.approx(attempt.ended_s, abs=0.3)
    with av.open(str(playable)) as container:
        assert container.duration / av.time_base == pytest.approx(attempt.ended_s, abs=0.3)
        assert sum(1 for _ in container.decode(video=0)) == len(pictures)


def recording_program(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.recording.killed", str(folder)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def at_least(program: subprocess.Popen[str], seconds: float) -> float:
    """Wait until it has recorded so long; gives the time in the recording."""
    for line in program.stdout:
        _, _, now, _ = line.split()
        if float(now) >= seconds:
            return float(now)
    raise AssertionError(program.stderr.read())


def end(program: subprocess.Popen[str], how: str) -> float:
    """Kill it; gives how long it had recorded, s."""
    with program:
        try:
            now = at_least(program, 3.0)
            if how == "both":
                program.stdin.write("both\n")
                program.stdin.flush()
                program.wait(60)
        finally:
            program.kill()
    return now


@pytest.mark.slow
@pytest.mark.parametrize("how", ["parent", "both"])
def test_the_program_is_killed(tmp_path, how):
    recorded_s = end(recording_program(tmp_path / "library"), how)
    with Library.open(tmp_path / "library", assessor="tester") as library:
        (folder,) = left_behind(library)
        interview = recover(library, folder)
        assert interview.title == "李雷 一面"
        assert interview.media.duration_s > recorded_s - MOST_LOST_S
        original, playable = kept(library, interview)
        pictures, sound = starts(original)
        assert pictures[-1] > recorded_s - MOST_LOST_S
        assert sound[-1] > recorded_s - MOST_LOST_S
        with av.open(str(playable)) as container:
            assert container.duration is not None
        assert not left_behind(library)


@pytest.mark.slow
def test_the_power_is_cut(library, tmp_path):
    """What was not synced is gone: the file as it was at the last word of the child, or with rubbish behind that."""
    attempt = Attempt(library).run_until_kept(2.5)
    part = folders.parts(library.vault.recording(attempt.interview.id))[0]
    now, safe = attempt.recording.now(), attempt.recording.safe_bytes
    cut = tmp_path / "cut.mkv"
    cut.write_bytes((part / "original.mkv").read_bytes()[:safe])
    holes = tmp_path / "holes.mkv"
    holes.write_bytes(cut.read_bytes() + bytes(200_000) + bytes(range(256)) * 100)
    join([holes], tmp_path / "joined.mkv", "r")
    pictures, sound = starts(cut)
    attempt.stop()
    assert pictures[-1] > now - MOST_LOST_S
    assert sound[-1] > now - MOST_LOST_S
    assert len(starts(tmp_path / "joined.mkv")[0]) >= len(pictures) - 1


def test_the_file_plays_while_it_is_written(library):
    attempt = Attempt(library)
    part = library.vault.recording(attempt.interview.id) / "part-0000"
    for seconds in (0.5, 1.0, 2.0):
        attempt.run_until_kept(seconds)
        with av.open(str(part / "original.mkv")) as container:
            decoded = [frame.pts for frame in container.decode(video=0)]
        assert len(decoded) > (attempt.recording.now() - MOST_LOST_S) * 20
    attempt.stop()


@pytest.mark.slow
def test_rows_that_cannot_be_written_leave_the_recording_where_it_was(library, monkeypatch):
    attempt = Attempt(library).run(1.5)

    def broken(*_: object) -> None:
        raise RecordingEmpty

    with monkeypatch.context() as patch:
        patch.setattr(type(library), "_new_rows", broken)
        attempt.recording.stop(attempt.outcome.append)
        attempt.recording.join(60)
    assert isinstance(attempt.outcome[0], RecordingEmpty)
    (folder,) = left_behind(library)
    assert recover(library, folder).media is not None


def test_a_crash_between_files_and_rows_loses_nothing(library, tmp_path):
    attempt = Attempt(library).run(1.5)
    attempt.recording.stop(attempt.outcome.append)
    attempt.recording.join(60)
    interview = attempt.outcome[0]
    home = kept(library, interview)[0].parent
    # As it is when the rows were never committed: the files have moved, the mark says where from.
    other = library.vault.folder / "recording" / "abc"
    (other / "part-0000").mkdir(parents=True)
    sha256 = "ab" * 32
    shutil.copytree(home, library.vault.folder / "media" / "ab" / sha256)
    (library.vault.folder / "arriving" / sha256).write_text("recording/abc/part-0001", "utf-8")
    library.vault.sweep(lambda found: found != sha256)
    assert (other / "part-0001" / "original.mkv").exists()
    assert not library.vault.has(sha256)


def test_nothing_that_is_left_is_nothing(library):
    folder = library.vault.recording("00000000-1111")
    folder.mkdir(parents=True)
    with pytest.raises(RecordingEmpty):
        recover(library, folder)
    assert not folder.exists()


def test_a_recording_of_an_interview_that_is_no_more_is_one_of_its_own(library):
    attempt = Attempt(library).run(1.5)
    folder = library.vault.recording(attempt.interview.id)
    moved = folder.with_name("gone")
    attempt.recording.stop(attempt.outcome.append)
    attempt.recording.join(60)
    home = kept(library, attempt.outcome[0])[0].parent
    shutil.copytree(home, moved / "part-0000")
    for name in ("playable.mkv", "media.json", "frames.json", "thumbnail.jpg"):
        (moved / "part-0000" / name).unlink()
    began = time.monotonic()
    interview = recover(library, moved)
    assert interview.id != attempt.interview.id
    assert interview.media.playable
    assert time.monotonic() - began < 30
