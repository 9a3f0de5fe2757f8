"""95 % intervals: Wilson's for proportions, the bootstrap's percentiles for everything else, always the same seed.

Both say how far a figure would move with other items of the same kind. What these media leave out (other voices, other
rooms, other faces) is in no interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

SEED = 20261121
RESAMPLES = 2000
Z_95 = 1.959964
Interval = tuple[float, float]
T = TypeVar("T")


def wilson(hits: float, n: float) -> Interval:
    """Wilson's score interval of `hits` of `n` independent items (Wilson 1927), within 0..1; `n` must be positive."""
    share, z2 = hits / n, Z_95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def of_ratio(parts: ArrayLike, wholes: ArrayLike) -> Interval:
    """Bootstrap of sum(parts) / sum(wholes) over items that each have a part and a whole (errors and words of a clip).

    Resamples in which there is nothing to divide by do not count.
    """
    pairs = np.column_stack((np.asarray(parts, np.float64), np.asarray(wholes, np.float64)))
    sums = np.array([pairs[drawn].sum(axis=0) for drawn in _draws(len(pairs))])
    sums = sums[sums[:, 1] > 0]
    return _percentiles(sums[:, 0] / sums[:, 1])


def of_mean(values: ArrayLike) -> Interval:
    """Bootstrap of the mean."""
    items = np.asarray(values, np.float64)
    return of_ratio(items, np.ones(len(items)))


def of_any(items: Sequence[T], statistic: Callable[[Sequence[T]], float]) -> Interval:
    """Bootstrap of any statistic of a list of items, such as a slope over pictures."""
    return _percentiles(np.array([statistic([items[i] for i in drawn]) for drawn in _draws(len(items))]))


def of_class_means(right: Sequence[int], counts: Sequence[int]) -> Interval:
    """Bootstrap of the mean of right / count over classes, each resampled by itself."""
    n = np.asarray(counts)
    drawn = np.random.default_rng(SEED).binomial(n, np.asarray(right) / n, (RESAMPLES, len(n)))
    return _percentiles((drawn / n).mean(axis=1))


def _draws(count: int) -> list[NDArray[np.int64]]:
    random = np.random.default_rng(SEED)
    return [random.integers(0, count, count) for _ in range(RESAMPLES)]


def _percentiles(values: NDArray[np.float64]) -> Interval:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
