"""Twenty minutes of recording in real time: 720p25, a flash and a beep at each second, a sound card that is fast.

MIANJIAN_BENCH_SOAK_MINUTES=1 python3 dev.py bench record_soak
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from app.domain.types import Interview
from app.recording.kinds import Kind, Picture, Role
from app.recording.writing import Recording, begin
from app.store import Library
from tests.bench.record_cost import TRACKS, cpu_s, pictures_720p
from tests.bench.record_step import BLOCK, FPS, NS, PPM, RATE, beeps, blocks, flashes
from tests.recording.sources import waiting_interview

MINUTES = float(os.environ.get("MIANJIAN_BENCH_SOAK_MINUTES", "20"))
WARM_S = 20.0
_HOW = f"over {MINUTES:g} minutes of 720p25 and a microphone in real time, the card {PPM:.0f} ppm fast: "
WHAT = {
    "record_soak_drift_ms": _HOW + "sound against picture, slope of the regression, ms in 10 minutes, absolute",
    "record_soak_step_ms_max": _HOW + "the most that a beep is away from its flash",
    "record_soak_dropped": _HOW + "pictures that were dropped",
    "record_soak_cpu_share": _HOW + "of one core, by the child and by the program",
    "record_soak_growth_mb": _HOW + "resident memory of the child at the end, less that after 20 s",
    "record_soak_stop_ms": _HOW + "from the call to stop to the interview in the library",
}


@dataclass
class _Seen:
    """What is measured on the way."""

    resident_mb: float = 0.0
    growth_mb: float = 0.0
    cpu_share: float = 0.0


def measure(minutes: float = MINUTES) -> dict[str, float]:
    """The figures above, after that long."""
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as made, Library.open(Path(made) / "l") as library:
        recording = begin(library, waiting_interview(library).id, TRACKS, allowed=set(Kind))
        seen = _feed(recording, minutes * 60)
        dropped = sum(recording.standing().dropped.values())
        stop_s, interview = _stop(recording)
        assert interview.media is not None
        with library.vault.lease(interview.media.sha256) as file:
            white, loud = flashes(file), beeps(file)
    count = min(len(white), len(loud))
    off = (loud[:count] - white[:count]) * 1000
    return {
        "record_soak_drift_ms": abs(float(np.polyfit(white[:count], off, 1)[0]) * 600),
        "record_soak_step_ms_max": float(np.abs(off).max()),
        "record_soak_dropped": float(dropped),
        "record_soak_cpu_share": seen.cpu_share,
        "record_soak_growth_mb": seen.growth_mb,
        "record_soak_stop_ms": stop_s * 1000,
    }


def _feed(recording: Recording, seconds: float) -> _Seen:
    shown = pictures_720p()
    white = Picture(1280, 720, "nv12", (bytes([230]) * 921_600, bytes([128]) * 460_800), (1280, 1280))
    began, number, heard = time.monotonic_ns(), 0, blocks(seconds)
    sound = next(heard, None)
    child, me, seen = psutil.Process(recording.part_pid), psutil.Process(), _Seen()
    before = cpu_s(child) + cpu_s(me)
    while (now := time.monotonic_ns() - began) < seconds * NS:
        if now >= number * NS / FPS:
            flash = number % FPS == 0 and number > 0
            recording.picture(Role.CAMERA, began + number * NS // FPS, white if flash else shown[number % len(shown)])
            number += 1
        while sound is not None and sound[0] + BLOCK * NS // RATE <= now:
            recording.sound(Role.ROOM, began + sound[0], sound[1])
            sound = next(heard, None)
        if not seen.resident_mb and now > min(WARM_S, seconds / 2) * NS:
            seen.resident_mb = child.memory_info().rss / 1e6
        time.sleep(0.004)
    seen.growth_mb = child.memory_info().rss / 1e6 - seen.resident_mb
    seen.cpu_share = (cpu_s(child) + cpu_s(me) - before) / seconds
    return seen


def _stop(recording: Recording) -> tuple[float, Interview]:
    outcome: list[object] = []
    began = time.monotonic()
    recording.stop(outcome.append)
    recording.join(60)
    assert isinstance(outcome[0], Interview), outcome[0]
    return time.monotonic() - began, outcome[0]
