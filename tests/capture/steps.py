"""Where a recording flashes and where it beeps."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np

WHITE, LOUD = 128, 0.1


def flashes(path: Path) -> np.ndarray:
    """When the picture turns white (s): in the middle between the last dark picture and the first white one."""
    with av.open(str(path)) as media:
        seen = [(frame.time, frame.to_ndarray(format="gray").mean() > WHITE) for frame in media.decode(video=0)]
    pairs = pairwise(seen)
    return np.array([(before + at) / 2 for (before, was), (at, white) in pairs if white and not was])


def beeps(path: Path) -> np.ndarray:
    """When the sound sets in (s)."""
    with av.open(str(path)) as media:
        rate = media.streams.audio[0].rate
        blocks = [(frame.time, np.abs(frame.to_ndarray()).astype(np.float32)) for frame in media.decode(audio=0)]
    largest = 32_768.0 if blocks[0][1].max() > 2 else 1.0
    begins, quiet_until = [], 0.0
    for at, values in blocks:
        loud = np.flatnonzero(values.max(axis=0) / largest > LOUD)
        for place in loud:
            when = at + place / rate
            if when > quiet_until:
                begins.append(when)
            quiet_until = when + 0.1
    return np.array(begins)


def apart(path: Path) -> list[float]:
    """For each flash, how much later (ms) it is than the beep that belongs to it."""
    sounds = beeps(path)
    near = [(flash - sounds[np.abs(sounds - flash).argmin()]) * 1000 for flash in flashes(path)]
    return [float(each) for each in near if abs(each) < 300]
