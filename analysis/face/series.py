"""Arithmetic on values that were sampled at times: holding them on the document's grid, smoothing, stretches."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analysis.document import HOLD_S, TRACK_RATE_HZ, Event, Span, TrackInfo
from analysis.observations import Floats

Flags = NDArray[np.bool_]
_GAP_STEPS = 3.0
"""A step that is this many times the usual one is a gap."""
_CLOCK_SLACK_S = 1e-3
"""Times are float32 and frames sit at odd fractions of a second: this much early still counts as in time."""


def held(times: Floats, values: Floats, length: int) -> Floats:
    """(length,) or (length, k) on the 10 Hz grid: each sample holds for HOLD_S, then NaN until the next one."""
    grid = np.arange(length) / TRACK_RATE_HZ
    track = np.full((length, *values.shape[1:]), np.nan, np.float32)
    if len(times) == 0:
        return track
    before = np.searchsorted(times, grid + _CLOCK_SLACK_S, side="right") - 1
    fresh = (before >= 0) & (grid - times[np.maximum(before, 0)] <= HOLD_S + _CLOCK_SLACK_S)
    track[fresh] = values[before[fresh]]
    return track


def smoothed(times: Floats, values: Floats, window_s: float) -> Floats:
    """Centred mean over `window_s` of the finite samples, (n,) or (n, k); a NaN sample stays NaN."""
    known = np.isfinite(values)
    low = np.searchsorted(times, times - window_s / 2 - _CLOCK_SLACK_S, side="left")
    high = np.searchsorted(times, times + window_s / 2 + _CLOCK_SLACK_S, side="right")
    zero = np.zeros((1, *values.shape[1:]))
    sums = np.concatenate([zero, np.cumsum(np.where(known, values, 0.0), axis=0, dtype=np.float64)])
    counts = np.concatenate([zero, np.cumsum(known, axis=0, dtype=np.float64)])
    mean = (sums[high] - sums[low]) / np.maximum(counts[high] - counts[low], 1.0)
    result: Floats = np.where(known, mean, np.nan).astype(np.float32)
    return result


def quantile(values: Floats, share: float) -> Floats:
    """Quantile over the first axis of the finite samples; NaN where there is none."""
    columns = values.reshape(len(values), math.prod(values.shape[1:]))
    known = [column[np.isfinite(column)] for column in columns.T]
    found = [float(np.quantile(column, share)) if len(column) else np.nan for column in known]
    return np.array(found, np.float32).reshape(values.shape[1:])


def median(values: Floats) -> Floats:
    """Median over the first axis of the finite samples; NaN where there is none."""
    return quantile(values, 0.5)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples first..last (inclusive) for which something holds, with its times in seconds."""

    first: int
    last: int
    start: float
    end: float


def stretches(times: Floats, flags: Flags, step_s: float) -> list[Stretch]:
    """Runs of true flags. A run ends one sampling step after its last sample, or where the next sample begins.

    Samples further apart than HOLD_S are not joined: nothing is known in between.
    """
    runs: list[Stretch] = []
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    breaks = np.flatnonzero(np.diff(times) > max(HOLD_S, 1.5 * step_s)) + 1
    for first, after in edges.reshape(-1, 2):
        cuts = [first, *(int(b) for b in breaks if first < b < after), after]
        for low, high in pairwise(cuts):
            end = float(times[high - 1]) + step_s
            if high < len(times):
                end = min(end, float(times[high]))
            runs.append(Stretch(int(low), int(high - 1), float(times[low]), end))
    return runs


def joined(runs: list[Stretch], gap_s: float) -> list[Stretch]:
    """Runs that are less than `gap_s` apart become one."""
    result: list[Stretch] = []
    for run in runs:
        if result and run.start - result[-1].end < gap_s:
            last = result.pop()
            run = Stretch(last.first, run.last, last.start, run.end)
        result.append(run)
    return result


def hysteresis(values: Floats, enter: float, leave: float) -> Flags:
    """True from where `values` exceeds `enter` until it falls below `leave`; NaN ends it."""
    flags = np.zeros(len(values), np.bool_)
    inside = False
    for number, value in enumerate(values):
        inside = bool(value >= leave) if inside else bool(value > enter)
        flags[number] = inside
    return flags


def in_order(events: Iterable[Event], length: int) -> list[Event]:
    """Events in time order, none of them lasting beyond a grid of `length` samples."""
    end = length / TRACK_RATE_HZ
    found = [replace(event, end=min(event.end, end)) for event in events if event.start < end]
    return sorted(found, key=lambda event: (event.start, event.kind))


def rate_of(times: Floats) -> float:
    """Samples a second of increasing times: 1 over the mean step, without the gaps; 0 for fewer than two samples.

    Not over the median: 25 of 30 frames a second come in steps of 33 and 67 ms, and are 25.
    """
    steps = np.diff(times.astype(np.float64))
    if len(steps) == 0:
        return 0.0
    return float(1.0 / steps[steps <= _GAP_STEPS * np.median(steps)].mean())


def step(rate_hz: float) -> float:
    """Seconds between two samples; a single sample stands for as long as it holds."""
    return 1.0 / rate_hz if rate_hz > 0 else HOLD_S


def described(track: Floats, unit: str, source: str, rate_hz: float) -> TrackInfo:
    """The entry of `analysis.json` for a track."""
    coverage = float(np.isfinite(track).mean()) if len(track) else 0.0
    return TrackInfo(unit, source, rate_hz, coverage)


def inside(times: Floats, spans: Sequence[Span]) -> Flags:
    """(n,) whether each time lies in one of the spans."""
    flags = np.zeros(len(times), np.bool_)
    for span in spans:
        flags |= (times >= span.start) & (times < span.end)
    return flags


def sampled_share(times: Floats, spans: Sequence[Span], rate_hz: float) -> float:
    """Share 0..1 of the spans' time for which there are sampled frames."""
    total = sum(span.end - span.start for span in spans)
    return min(1.0, float(inside(times, spans).sum()) * step(rate_hz) / total) if total > 0 else 0.0
