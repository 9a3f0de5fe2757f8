"""Sound and picture keep step: a flash and a beep at each whole second, through the product's own writer.

The sound card's clock is wrong and its callbacks come late; what the file says of each flash and beep is compared.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import av
import msgspec
import numpy as np
from numpy.typing import NDArray

from analysis.recording import wire
from analysis.recording.part import PartWriter

MINUTES = 20.0
PPM, JITTER_S = 200.0, 0.01
FPS, WIDTH, HEIGHT = 25, 128, 72
RATE, BLOCK = 48_000, 960
NS = 1_000_000_000
BEEP = (np.hanning(96) * np.cos(2 * np.pi * 6000 * np.arange(96) / RATE) * 26_000).astype(np.int16)
WHAT = {
    "record_drift_ms": f"sound against picture over {MINUTES:.0f} minutes, slope of the regression of beep "
    f"minus flash, ms in 10 minutes, absolute; simulated: a card that is {PPM:.0f} ppm fast, callbacks up to "
    f"{3 * JITTER_S * 1000:.0f} ms late, written and read back as a file",
    "record_step_ms_max": "the same: the most that a beep is away from its flash",
}


def step(minutes: float = MINUTES) -> dict[str, float]:
    """The figures above."""
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as made:
        file = write(Path(made), minutes)
        off = beeps(file) - flashes(file)
    seconds = np.arange(len(off))
    slope = float(np.polyfit(seconds, off * 1000, 1)[0]) * 600
    return {"record_drift_ms": abs(slope), "record_step_ms_max": float(np.abs(off).max() * 1000)}


def write(folder: Path, minutes: float) -> Path:
    """A recording of that length, written as fast as it goes."""
    names = ("original", "playable", "thumbnail", "facts", "frames", "finished")
    files = msgspec.convert({name: str(folder / name) for name in names}, wire.Files)
    sources = (wire.PictureSource("camera", WIDTH, HEIGHT, FPS), wire.SoundSource("room", RATE, 1))
    part = PartWriter(wire.RecordJob(files, sources))
    shown, heard = _pictures(minutes * 60), blocks(minutes * 60)
    sound = next(heard, None)
    for number, picture in enumerate(shown):
        at = round(number / FPS * NS)
        while sound is not None and sound[0] + BLOCK / RATE * NS <= at:
            part.take(wire.Heard(1, sound[0], len(sound[1])), memoryview(sound[1]))
            sound = next(heard, None)
        planes = (WIDTH * HEIGHT, WIDTH * HEIGHT // 4, WIDTH * HEIGHT // 4)
        strides = (WIDTH, WIDTH // 2, WIDTH // 2)
        part.take(wire.Shown(0, at, WIDTH, HEIGHT, "yuv420p", strides, planes), memoryview(picture))
        part.take(wire.Clock(at), memoryview(b""))
    part.finish()
    return Path(files.original)


def _pictures(seconds: float) -> Iterator[bytes]:
    """White at each whole second, else dark."""
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    for number in range(round(seconds * FPS)):
        yield bytes([220 if number % FPS == 0 and number else 30]) * (WIDTH * HEIGHT) + grey


def blocks(seconds: float) -> Iterator[tuple[int, bytes]]:
    """(time in ns, samples) of the card."""
    dice, true_rate = np.random.default_rng(5), RATE * (1 + PPM * 1e-6)
    rest = np.zeros(0, np.int16)
    for number in range(int(seconds * true_rate / BLOCK)):
        first = number * BLOCK
        block = np.concatenate((rest, np.zeros(BLOCK - len(rest), np.int16)))[:BLOCK]
        rest = np.zeros(0, np.int16)
        second = np.ceil(first / true_rate)
        place = round(second * true_rate) - first
        if second and 0 <= place < BLOCK:
            block[place : place + len(BEEP)], rest = BEEP[: BLOCK - place], BEEP[BLOCK - place :]
        late = min(3 * JITTER_S, dice.exponential(JITTER_S)) if dice.random() < 0.3 else 0.0
        yield round((first / true_rate + late) * NS), block.tobytes()


def flashes(file: Path) -> NDArray[np.float64]:
    """(n,) s: when the picture turns white."""
    found = []
    with av.open(str(file)) as container:
        for frame in container.decode(video=0):
            if np.frombuffer(frame.planes[0], np.uint8)[: frame.width // 2].mean() > 200:
                found.append(float(frame.pts * frame.time_base))
    return np.array(found)


def beeps(file: Path) -> NDArray[np.float64]:
    """(n,) s: when each beep begins."""
    found: list[float] = []
    with av.open(str(file)) as container:
        for frame in container.decode(audio=0):
            loud = np.flatnonzero(np.abs(frame.to_ndarray()[0]) > 0.2)
            if len(loud):
                at = float(frame.pts * frame.time_base) + loud[0] / frame.sample_rate
                if not found or at - found[-1] > 0.5:
                    found.append(at)
    return np.array(found)
