"""How sure a machine score is: an expanded percentile bootstrap over answers, and standard errors from intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 2000
SEED = 1979
"""Fixed, so that the same evidence gives the same interval everywhere (Efron's bootstrap is of 1979)."""

Z95 = 1.959964
FLOOR_HALF_WIDTH = 0.5
"""An interval is never narrower than ±0.5: bands are steps of about a point, finer than that nothing is known."""

_T975 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
    2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""Student's t, 97.5 %, for 1 … 30 degrees of freedom."""


def bootstrap_interval(items: Sequence[tuple[int, float, float]], score: float) -> tuple[float, float]:
    """95 % interval of Σ weight × points / Σ weight over answers; `items` are (answer, weight, points).

    Whole answers are drawn with replacement, because what is measured in one answer hangs together. The percentiles are
    expanded for few answers (Hesterberg 2015, "What Teachers Should Know About the Bootstrap", The American
    Statistician 69(4), expanded percentile interval): with two or three answers the interval reaches from the worst to
    the best answer. It holds the score, is at least ±0.5 wide and stays within 0-10.
    """
    import numpy as np  # here, so that the window starts without it

    answers = sorted({answer for answer, _, _ in items})
    weight = np.array([sum(w for a, w, _ in items if a == answer) for answer in answers])
    earned = np.array([sum(w * p for a, w, p in items if a == answer) for answer in answers])
    drawn = _draws(len(answers))
    means = earned[drawn].sum(axis=1) / weight[drawn].sum(axis=1)
    tail = expanded_tail(len(answers))
    low, high = np.quantile(means, (tail, 1 - tail))
    low, high = min(float(low), score - FLOOR_HALF_WIDTH), max(float(high), score + FLOOR_HALF_WIDTH)
    return round(max(0.0, low), 6), round(min(10.0, high), 6)


@cache
def _draws(count: int) -> np.ndarray:
    import numpy as np

    return np.random.default_rng(SEED).integers(0, count, (RESAMPLES, count))


def expanded_tail(count: int) -> float:
    """The tail probability in place of 2.5 % for `count` answers: Φ(−√(n/(n−1)) · t₀.₉₇₅,ₙ₋₁)."""
    degrees = count - 1
    t = _T975[degrees - 1] if degrees <= len(_T975) else Z95 + 2.5 / degrees
    return NormalDist().cdf(-math.sqrt(count / degrees) * t)


def standard_error(low: float, high: float) -> float:
    """The standard error that a 95 % interval stands for: (high − low) / (2 × 1.96)."""
    return (high - low) / (2 * Z95)
