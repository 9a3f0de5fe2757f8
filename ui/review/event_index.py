"""Things that last, found by time without a look at each of them: what is in sight, what is under the mouse, what is
next."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Places = NDArray[np.intp]
BESIDE_S = 0.05
"""What begins nearer than this to a moment is at it, not before or after it."""


class EventIndex:
    """Spans (start, end) in seconds, in the order of their starts; they may lie over each other."""

    def __init__(self, spans: Iterable[tuple[float, float]]) -> None:
        self.spans: Doubles = np.array(list(spans), np.float64).reshape(-1, 2)
        # Of their own, because numpy copies a column of a table each time that it is searched.
        self.starts, self.ends = self.spans[:, 0].copy(), self.spans[:, 1].copy()
        # Up to each span, how far any of those before it reaches: what lies left of a moment is found by bisection.
        self._reach: Doubles = np.maximum.accumulate(self.ends) if len(self.ends) else self.ends

    def __len__(self) -> int:
        return len(self.spans)

    def within(self, start: float, end: float) -> Places:
        """The spans that touch [start, end], in their order."""
        first = int(self._reach.searchsorted(start, "left"))
        last = int(self.starts.searchsorted(end, "right"))
        if first >= last:
            return np.empty(0, np.intp)
        return first + np.flatnonzero(self.ends[first:last] >= start)

    def at(self, time_s: float, grace: float = 0.0) -> int | None:
        """The shortest span within `grace` of a moment."""
        near = self.within(time_s - grace, time_s + grace)
        if not len(near):
            return None
        return int(near[np.argmin(self.ends[near] - self.starts[near])])

    def beside(self, time_s: float, direction: int) -> int | None:
        """The next span that begins after a moment, or with a negative direction the last one that begins before it."""
        if direction > 0:
            place = int(np.searchsorted(self.starts, time_s + BESIDE_S, "right"))
        else:
            place = int(np.searchsorted(self.starts, time_s - BESIDE_S, "left")) - 1
        return place if 0 <= place < len(self) else None
