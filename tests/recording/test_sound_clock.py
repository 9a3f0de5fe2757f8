"""Sound keeps step with the picture whatever its card's clock says; what is missing is silence of the right length."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.recording.lanes import RATE, Lane
from analysis.recording.sampling import Interpolator
from tests.recording.drifting import heard

BLOCK, EVERY = 960, 0.02


def tone(first: int, count: int, hertz: float = 300.0) -> np.ndarray:
    return (np.sin(2 * np.pi * hertz * (first + np.arange(count)) / RATE) * 16000).astype(np.int16)


def blocks(first: int, count: int):
    """(time, samples) of a card that is right."""
    return [(n * EVERY, tone(n * BLOCK, BLOCK)) for n in range(first, first + count)]


def off(given: np.ndarray, first: int) -> float:
    """The largest difference from the tone where it should be, as a share of full scale."""
    wanted = np.sin(2 * np.pi * 300.0 * (first + np.arange(len(given))) / RATE) * 16000 / 32768
    return float(np.abs(given - wanted).max())


@pytest.mark.parametrize(("ppm", "jitter_s"), [(200, 0.004), (-200, 0.015), (0, 0.015)])
def test_a_drifting_card_keeps_step(ppm, jitter_s):
    clicks = heard(Lane(RATE, 1), 300.0, ppm, jitter_s)
    late_ms = (clicks[:, 1] - clicks[:, 0]) * 1000
    settled = clicks[:, 0] > 30
    assert len(clicks) > 290
    assert np.abs(late_ms).max() < 15
    drift = np.polyfit(clicks[settled, 0], late_ms[settled], 1)[0] * 600
    assert abs(drift) < 5


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_other_rates_keep_step(rate):
    clicks = heard(Lane(rate, 1), 60.0, 100, 0.004, rate=rate)
    assert np.abs(clicks[:, 1] - clicks[:, 0]).max() < 0.01


def test_a_right_card_is_left_as_it_is():
    lane = Lane(RATE, 1)
    for at, block in blocks(0, 200):
        lane.take(at, block)
    given = lane.give(lane.end)
    assert off(given[2000:-2000], 2000) < 0.02


def test_blocks_that_come_late_lose_nothing():
    lane = Lane(RATE, 1)
    for number, (at, block) in enumerate(blocks(0, 200)):
        lane.take(at + (0.3 if 100 <= number < 110 else 0.0), block)
    given = lane.give(lane.end)
    assert off(given[2000:-2000], 2000) < 0.03


def test_sound_that_is_missing_is_silence_as_long():
    lane = Lane(RATE, 1)
    for at, block in blocks(0, 100) + blocks(130, 100):
        lane.take(at, block)
    given = lane.give(lane.end)
    gap = given[int(2.02 * RATE) : int(2.58 * RATE)]
    assert np.abs(gap).max() == 0
    after = int(3.0 * RATE)
    assert off(given[after:-2000], after) < 0.05


def test_a_microphone_that_is_pulled_out_and_comes_back():
    lane = Lane(RATE, 1)
    for at, block in blocks(0, 100):
        lane.take(at, block)
    lane.fill(9.0)
    assert lane.end == 9 * RATE
    for at, block in blocks(500, 100):
        lane.take(at, block)
    lane.fill(12.0)
    given = lane.give(lane.end)
    assert np.abs(given[int(2.1 * RATE) : int(9.9 * RATE)]).max() == 0
    after = int(10.5 * RATE)
    assert off(given[after : int(11.9 * RATE)], after) < 0.05


def test_a_pause_leaves_no_gap():
    lane = Lane(RATE, 1)
    for at, block in blocks(0, 100):
        lane.take(at, block)
    lane.cut(2.0)
    assert lane.end == pytest.approx(2 * RATE, abs=50)
    for at, block in blocks(100, 100):
        lane.take(at, block)
    given = lane.give(lane.end)
    assert off(given[int(2.5 * RATE) : -2000], int(2.5 * RATE)) < 0.05


def test_a_late_start_is_silence():
    lane = Lane(RATE, 1)
    for at, block in blocks(50, 100):
        lane.take(at, block)
    given = lane.give(lane.end)
    assert np.abs(given[: RATE - 20]).max() == 0
    assert off(given[RATE + 2000 : -2000], RATE + 2000) < 0.02


def test_channels_are_mixed():
    lane = Lane(RATE, 2)
    for at, block in blocks(0, 50):
        lane.take(at, np.repeat(block, 2))
    given = lane.give(lane.end)
    assert off(given[2000:-2000], 2000) < 0.02


def test_interpolating_in_pieces_is_interpolating():
    signal = np.random.default_rng(3).standard_normal(9000).astype(np.float32)
    whole = Interpolator(1.0)
    whole.put(signal)
    count = whole.readable(0.0, 1.0007)
    once = whole.read(0.0, 1.0007, count)
    pieces, place, got = Interpolator(1.0), 0.0, []
    for part in np.array_split(signal, 13):
        pieces.put(part)
        ready = pieces.readable(place, 1.0007)
        got.append(pieces.read(place, 1.0007, ready))
        place += 1.0007 * ready
    joined = np.concatenate(got)
    assert np.abs(joined - once[: len(joined)]).max() < 0.01


def test_what_cannot_be_heard_is_not_folded_back():
    """A tone above what the lower rate can carry."""
    read = Interpolator(2.0)
    read.put(np.sin(2 * np.pi * 40_000 * np.arange(20_000) / 96_000).astype(np.float32))
    given = read.read(100.0, 2.0, read.readable(100.0, 2.0))
    assert np.abs(given).max() < 0.02
