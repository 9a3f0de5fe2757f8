"""What recording costs: 720p at 25 pictures a second and a microphone, in real time."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from app.domain.types import Interview
from app.recording.kinds import Kind, Picture, PictureTrack, Role, SoundTrack
from app.recording.writing import Recording, begin
from app.store import Library
from tests.recording.sources import tone, waiting_interview

SECONDS = 15.0
SETTLED_S = 2.0
TRACKS = (PictureTrack(Role.CAMERA, 1280, 720), SoundTrack(Role.ROOM))
WHAT = {
    "record_cpu_share": "of one core, by the writing child and by the program that hands on what the camera gives "
    f"(not the camera itself), over {SECONDS:.0f} s of a moving, noisy 720p picture at 25 a second and a microphone",
    "record_child_mb": "resident memory of the writing child at the end",
    "record_dropped": "pictures that the computer was too slow to keep",
    "record_give_ms_p95": "the call that takes one picture from the camera's thread, 95th percentile",
    "record_stop_ms": "from the call to stop to the interview in the library",
}


def cost(seconds: float = SECONDS) -> dict[str, float]:
    """The figures above."""
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as made, Library.open(Path(made) / "l") as library:
        interview = waiting_interview(library)
        recording = begin(library, interview.id, TRACKS, allowed=set(Kind))
        pictures = pictures_720p()
        _feed(recording, pictures, SETTLED_S)
        child, me = psutil.Process(recording.part_pid), psutil.Process()
        before, began = cpu_s(child) + cpu_s(me), time.monotonic()
        gives = _feed(recording, pictures, seconds)
        share = (cpu_s(child) + cpu_s(me) - before) / (time.monotonic() - began)
        resident = child.memory_info().rss / 1e6
        dropped = sum(recording.standing().dropped.values())
        return {
            "record_cpu_share": share,
            "record_child_mb": resident,
            "record_dropped": float(dropped),
            "record_give_ms_p95": float(np.percentile(gives, 95) * 1000),
            "record_stop_ms": _stop(recording) * 1000,
        }


def pictures_720p() -> list[Picture]:
    """A second of a picture as a camera gives it: soft shapes that move, and noise."""
    dice = np.random.default_rng(2)
    rows, columns = np.mgrid[0:720, 0:1280].astype(np.float32)
    made = []
    for number in range(25):
        light = 110 + 60 * np.sin((columns + 8 * number) / 90) * np.cos((rows - 5 * number) / 70)
        noisy = np.clip(light + dice.normal(0, 3, light.shape), 0, 255).astype(np.uint8)
        made.append(Picture(1280, 720, "nv12", (memoryview(noisy).cast("B"), bytes([128]) * 460_800), (1280, 1280)))
    return made


def _feed(recording: Recording, pictures: list[Picture], seconds: float) -> list[float]:
    """In real time; how long each call took, s."""
    began, blocks = time.monotonic_ns(), 0
    gives: list[float] = []
    while (now := time.monotonic_ns()) - began < seconds * 1e9:
        if now - began >= len(gives) * 40_000_000:
            called = time.perf_counter()
            recording.picture(Role.CAMERA, now, pictures[len(gives) % len(pictures)])
            gives.append(time.perf_counter() - called)
        while now - began >= (blocks + 1) * 20_000_000:
            recording.sound(Role.ROOM, began + blocks * 20_000_000, tone(blocks * 960, 960).tobytes())
            blocks += 1
        time.sleep(0.004)
    return gives


def _stop(recording: Recording) -> float:
    outcome: list[object] = []
    began = time.monotonic()
    recording.stop(outcome.append)
    recording.join(60)
    if not isinstance(outcome[0], Interview):
        raise RuntimeError(str(outcome[0]))
    return time.monotonic() - began


def cpu_s(process: psutil.Process) -> float:
    """User and system time of a process, s."""
    times = process.cpu_times()
    return float(times.user + times.system)
