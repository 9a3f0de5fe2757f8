"""Loudness on the 100 Hz grid that pitch, hesitations and beginnings of phrases share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.document import PEAK_RATE_HZ
from analysis.media import SAMPLE_RATE

Floats = NDArray[np.float32]

SMOOTHED_STEPS = 5
"""Levels of 10 ms that one loudness value averages: 50 ms."""

SILENCE_DB = -100.0
_STEP = SAMPLE_RATE // int(PEAK_RATE_HZ)


def power(block: Floats) -> Floats:
    """Mean square of each 10 ms of these samples; what is missing of the last ones counts as silence."""
    return np.asarray((np.pad(block, (0, -len(block) % _STEP)).reshape(-1, _STEP) ** 2).mean(axis=1), np.float32)


def loudness(powers: Floats, count: int) -> Floats:
    """RMS over 50 ms around each of `count` grid times, dB full scale, not below -100."""
    padded = np.pad(powers, (0, max(0, count - len(powers))))[:count].astype(np.float64)
    if not count:
        return np.zeros(0, np.float32)
    mean = np.convolve(padded, np.ones(SMOOTHED_STEPS) / SMOOTHED_STEPS, mode="same")[:count]
    return np.asarray(np.maximum(10 * np.log10(np.maximum(mean, 1e-12)), SILENCE_DB), np.float32)
