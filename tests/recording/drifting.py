"""A sound card whose clock is not the computer's, heard through callbacks that come late."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analysis.recording.lanes import RATE, Lane

BLOCK_S = 0.02
CLICK = np.hanning(32)[1:-1] * 0.8


def card(
    seconds: float, ppm: float, jitter_s: float, seed: int, rate: int = RATE, start: float = 0.0
) -> Iterator[tuple[float, NDArray[np.int16]]]:
    """Blocks with times. Each whole second there is a click; the card counts (1 + ppm / 10⁶) · rate samples a second.

    Jitter is what callbacks have: mostly little, late now and then.
    """
    rng = np.random.default_rng(seed)
    true_rate = rate * (1 + ppm * 1e-6)
    count = round(BLOCK_S * rate)
    for number in range(int(seconds / BLOCK_S)):
        first = number * count
        block = np.zeros(count + len(CLICK))
        second = np.ceil(first / true_rate)
        place = round(second * true_rate) - first
        if 0 <= place < count:
            block[place : place + len(CLICK)] = CLICK
        late = rng.exponential(jitter_s) if rng.random() < 0.3 else rng.normal(0, jitter_s / 10)
        yield start + first / true_rate + late, (block[:count] * 32767).astype(np.int16)


def heard(
    lane: Lane, seconds: float, ppm: float, jitter_s: float, seed: int = 1, rate: int = RATE
) -> NDArray[np.float64]:
    """(n, 2) s: when each click was, and when the recording has it."""
    done: list[tuple[float, float]] = []
    given = 0
    for at, block in card(seconds, ppm, jitter_s, seed, rate):
        lane.take(at, block)
        if lane.end - given >= RATE:
            done += _clicks(lane.give(RATE), given)
            given += RATE
    return np.array(done)


def _clicks(samples: NDArray[np.float32], first: int) -> list[tuple[float, float]]:
    loud = np.flatnonzero(np.abs(samples) > 0.3)
    if not len(loud):
        return []
    groups = np.split(loud, np.flatnonzero(np.diff(loud) > 1000) + 1)
    found = []
    for group in groups:
        near = slice(max(0, group[0] - 20), group[-1] + 20)
        weights = np.abs(samples[near]).astype(float)
        centre = (np.arange(near.start, near.start + len(weights)) * weights).sum() / weights.sum()
        at = (first + centre) / RATE
        found.append((float(round(at)), at))
    return found
