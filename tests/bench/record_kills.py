"""A recording is killed at a random moment: how many seconds of picture or sound are missing afterwards.

Pictures of 320 × 240 at 25 a second and a microphone, in real time, by the product's own `Recording`. Killed with
SIGKILL are the child that writes (another one goes on), the program (the child finishes the file), both, or the
computer: both, and of the file only what was synced is left. What the next opening of the library makes of it is
measured.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import numpy as np

from app.failures import RecordingEmpty
from app.recording import folders
from app.recording.recovering import left_behind, recover
from app.store import Library

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("MIANJIAN_BENCH_KILLS", "50"))
HOW = ("child", "parent", "both", "power")
AFTER_S = (0.5, 6.0)
"""In the recording, when it is killed."""
GOES_ON_S = 2.5
AT_ONCE = 2
PICTURE_S, SOUND_S = 0.04, 0.02
Size = tuple[int, int]
SMALL: Size = (320, 240)
WHAT = {
    "record_lost_s_max": f"of {KILLS} recordings killed at random moments (the child, the program, both, or a power "
    "cut), the most that is missing of picture or sound, s, from the kill to what the next start has in the library",
    "record_lost_s_median": "the same, median",
    "record_kills": "size of the measurement",
}


def lost() -> dict[str, float]:
    """The figures above. Raises RuntimeError where a recording is not in the library afterwards."""
    found = missing_after(KILLS)
    median = float(np.median(found))
    return {"record_lost_s_max": max(found), "record_lost_s_median": median, "record_kills": float(KILLS)}


def missing_after(kills: int, at_once: int = AT_ONCE, size: Size = SMALL) -> list[float]:
    """What is missing after each of so many kills, s; prints the most for each way. `size` of the pictures. Raises as
    `lost`."""
    dice = random.Random(7)
    tasks = [(HOW[number % len(HOW)], dice.uniform(*AFTER_S)) for number in range(kills)]
    with ThreadPoolExecutor(at_once) as pool:
        found = list(pool.map(lambda task: _one(*task, size), tasks))
    for how in HOW:
        worst = max((lost for (one, _), lost in zip(tasks, found, strict=True) if one == how), default=0.0)
        print(f"   {how}: at most {worst:.2f} s", flush=True)
    return found


def _one(how: str, after_s: float, size: Size) -> float:
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as made:
        folder = Path(made) / "library"
        with _program(folder, size) as program:
            try:
                recorded_s, safe = _kill(program, how, after_s)
            finally:
                program.kill()
        return _missing(folder, how, recorded_s, safe)


def _program(folder: Path, size: Size) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "tests.recording.killed", str(folder), *map(str, size)]
    pipe = subprocess.PIPE
    return subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)


def _kill(program: subprocess.Popen[str], how: str, after_s: float) -> tuple[float, int]:
    """When it was killed, s of the recording, and how many bytes were synced by its last word."""
    began, _ = _wait(program, 0.0)
    time.sleep(max(0.0, (began - time.monotonic_ns()) / 1e9 + after_s))
    assert program.stdin is not None
    killed_at = time.monotonic_ns()
    if how == "parent":
        program.kill()
    else:
        program.stdin.write("child\n" if how == "child" else "both\n")
        program.stdin.flush()
    recorded_s, safe = (killed_at - began) / 1e9, 0
    if how == "child":
        _wait(program, recorded_s + GOES_ON_S)
        program.stdin.write("stop\n")
        program.stdin.flush()
    else:
        program.wait(60)
    for line in program.stdout or ():
        safe = int(line.split()[3])
    program.wait(60)
    return recorded_s, safe


def _wait(program: subprocess.Popen[str], until_s: float) -> tuple[int, float]:
    for line in program.stdout or ():
        _, began, now, _ = line.split()
        if float(now) >= until_s:
            return int(began), float(now)
    raise RuntimeError("the program ended by itself")


def _missing(folder: Path, how: str, recorded_s: float, safe: int) -> float:
    with Library.open(folder, assessor="bench") as library:
        try:
            for left in left_behind(library):
                if how == "power":
                    _cut(left, safe)
                recover(library, left)
        except RecordingEmpty:
            return recorded_s
        (interview,) = library.interviews()
        if interview.media is None:
            raise RuntimeError(how)
        with library.vault.lease(interview.media.sha256) as file:
            pictures, sound = _starts(file)
    if how == "child":
        return max(_hole(pictures, PICTURE_S), _hole(sound, SOUND_S))
    return recorded_s - min(pictures[-1] + PICTURE_S, sound[-1] + SOUND_S)


def _cut(folder: Path, safe: int) -> None:
    for part in folders.parts(folder):
        if (part / "original.mkv").exists():
            os.truncate(part / "original.mkv", safe)


def _hole(starts: list[float], usual_s: float) -> float:
    return max(0.0, float(np.diff([0.0, *starts]).max()) - usual_s)


def _starts(file: Path) -> tuple[list[float], list[float]]:
    times: dict[str, list[float]] = {"video": [], "audio": []}
    with av.open(str(file)) as container:
        for packet in container.demux():
            if packet.pts is not None and packet.size:
                times[packet.stream.type].append(float(packet.pts * packet.time_base))
    return times["video"], times["audio"]
