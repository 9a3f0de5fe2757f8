"""Peaks of long tracks, ready for any zoom: nothing that stands out is lost when an hour is a thousand pixels wide."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

FACTOR = 2
"""Each level holds minimum and maximum of this many cells of the level below."""
MOST_CELLS = 4
"""A column is never made of more cells than this, nor of fewer than half of it: so a peak is half a pixel away from its
place at most."""

Doubles = NDArray[np.float64]
_Cells = NDArray[np.int64]


@dataclass(frozen=True)
class Columns:
    """What to draw: for each time `x` (s) the lowest and highest value there; NaN = nothing measured.

    Where a sample is wider than a pixel, `low` and `high` are the same array: single points to be joined.
    """

    x: Doubles
    low: Doubles
    high: Doubles

    @property
    def single(self) -> bool:
        """Whether these are samples, not columns of many."""
        return self.low is self.high


class Pyramid:
    """Minima and maxima of a track at 1, 2, 4 … samples a cell. NaN is left out of a cell that has anything else."""

    def __init__(self, low: NDArray[np.floating], rate_hz: float, high: NDArray[np.floating] | None = None) -> None:
        self.rate_hz = rate_hz
        self.base = np.asarray(low, np.float32)
        self.base_high = self.base if high is None else np.asarray(high, np.float32)
        self.levels = [(self.base, self.base_high)]
        for _ in range(_level_count(len(self.base)) - 1):
            lows, highs = self.levels[-1]
            self.levels.append((_shrunk(lows, np.fmin), _shrunk(highs, np.fmax)))

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.base) / self.rate_hz

    def value(self, time_s: float) -> float:
        """The sample at a time; NaN where nothing was measured or the time lies outside."""
        index = int(time_s * self.rate_hz)
        return float(self.base[index]) if 0 <= index < len(self.base) else float("nan")

    def columns(self, start_s: float, span_s: float, width: int) -> Columns:
        """At most about `width` columns for [start_s, start_s + span_s].

        Columns lie on a grid from time 0, not from the window's edge, so that a curve does not shimmer while panned.
        """
        step = span_s * self.rate_hz / max(1, width)
        if step <= 1.0 and self.base is self.base_high:
            return self._samples(start_s, span_s)
        grid = _grid(start_s, span_s, max(step, 1.0), self.rate_hz, len(self.base))
        return Columns(grid.x, *(grid.over(level, take) for level, take in
                                 zip(self.levels[grid.level], (np.fmin, np.fmax), strict=True)))  # fmt: skip

    def _samples(self, start_s: float, span_s: float) -> Columns:
        first = max(0, int(start_s * self.rate_hz) - 1)
        last = min(len(self.base), int((start_s + span_s) * self.rate_hz) + 3)
        values = self.base[first:last].astype(np.float64)
        times: Doubles = (np.arange(first, first + len(values), dtype=np.float64) + 0.5) / self.rate_hz
        return Columns(times, values, values)

    def limits(self) -> tuple[float, float] | None:
        """Robust lowest and highest value (1st and 99th percentile); None where all is NaN."""
        return self._limits

    @cached_property
    def _limits(self) -> tuple[float, float] | None:
        finite = self.base[np.isfinite(self.base)]
        if not len(finite):
            return None
        low, high = np.quantile(finite, [0.01, 0.99])
        return float(low), float(high)


_Place = tuple[int, tuple[int, ...], tuple[int, ...]]
_alive: WeakValueDictionary[tuple[float, tuple[_Place, ...]], Pyramid] = WeakValueDictionary()
"""The pyramids in use, by where their samples lie in memory, which a pyramid keeps there."""


def pyramid_of(low: NDArray[np.floating], rate_hz: float, high: NDArray[np.floating] | None = None) -> Pyramid:
    """The pyramid of a track that nobody writes to; the one in use where there is one."""
    tracks = (low,) if high is None else (low, high)
    if any(track.dtype != np.float32 for track in tracks):
        return Pyramid(low, rate_hz, high)
    key = rate_hz, tuple((each.__array_interface__["data"][0], each.shape, each.strides) for each in tracks)
    found = _alive.get(key)
    if found is None:
        found = _alive[key] = Pyramid(low, rate_hz, high)
    return found


@dataclass(frozen=True)
class _Grid:
    """Columns at times `x` (s), each made of a few cells of a level: the first and the last one, and those beside them
    towards its middle. Four reach for all, in a third of the time of `reduceat`."""

    level: int
    x: Doubles
    cells: tuple[_Cells, _Cells, _Cells, _Cells]

    def over(self, values: NDArray[np.float32], take: np.ufunc) -> Doubles:
        """What `take` makes of the cells of each column."""
        first, second, third, last = (values[cells] for cells in self.cells)
        return np.asarray(take(take(first, second), take(third, last)), np.float64)


@lru_cache(maxsize=8)
def _grid(start_s: float, span_s: float, step: float, rate_hz: float, length: int) -> _Grid:
    """The columns of a track of `length` samples, `step` of them a column. Many tracks are as long and as dense as each
    other, and shown together."""
    level = min(int(np.log2(max(1.0, 2 * step / MOST_CELLS))), _level_count(length) - 1)
    cell = FACTOR**level
    size = -(-length // cell)
    first = int(start_s * rate_hz / step)
    edges = np.arange(max(0, first), first + int(span_s * rate_hz / step) + 4, dtype=np.float64) * step
    cells = (edges / cell).astype(np.int64)
    begins = cells[:-1][cells[:-1] < size]
    lasts = np.minimum(np.maximum(cells[1 : len(begins) + 1] - 1, begins), size - 1)
    x: Doubles = (edges[: len(begins)] + step / 2) / rate_hz
    return _Grid(level, x, (begins, np.minimum(begins + 1, lasts), np.maximum(lasts - 1, begins), lasts))


def _level_count(length: int) -> int:
    """How many levels a pyramid over so many samples has."""
    count = 1
    while length > 2 * FACTOR:
        length, count = -(-length // FACTOR), count + 1
    return count


def _shrunk(values: NDArray[np.float32], take: np.ufunc) -> NDArray[np.float32]:
    edges = np.arange(0, len(values), FACTOR)
    return take.reduceat(values, edges).astype(np.float32)


def gaps(values: NDArray[np.floating], rate_hz: float, longer_than_s: float) -> list[tuple[float, float]]:
    """Stretches (s) in which a track has no value for longer than `longer_than_s`."""
    missing = np.concatenate(([False], ~np.isfinite(values), [False]))
    edges = np.flatnonzero(missing[1:] != missing[:-1])
    spans = zip(edges[::2] / rate_hz, edges[1::2] / rate_hz, strict=True)
    return [(float(start), float(end)) for start, end in spans if end - start > longer_than_s]
