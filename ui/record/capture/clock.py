"""When something was taken, from when it came and what its source says of its own time."""

from __future__ import annotations

import time
from collections import deque

WINDOW_NS = 2_000_000_000
"""How far back the soonest arrival counts. Longer than a busy computer holds a block back, and short enough that the
clocks of two devices (100 parts in a million) part by 0.2 ms at most meanwhile."""
NS = 1_000_000_000


def now_ns() -> int:
    """The clock of a recording (`app.recording.kinds`)."""
    return time.monotonic_ns()


class StreamClock:
    """Turns a source's own time into the recording's.

    What is delivered can only come late, never early. So the soonest of the last two seconds' arrivals tells how the
    two clocks stand to each other, and one that a busy computer holds back gets the time that it would have had.
    """

    def __init__(self, latency_ns: int = 0) -> None:
        self.latency_ns = latency_ns
        self._offsets: deque[tuple[int, int]] = deque()

    def at(self, own_ns: int, arrived_ns: int) -> int:
        """When it was taken, of something with this time of the source's own that has come at this moment (ns)."""
        offset = arrived_ns - own_ns
        while self._offsets and self._offsets[-1][1] >= offset:
            self._offsets.pop()
        self._offsets.append((arrived_ns, offset))
        while self._offsets[0][0] < arrived_ns - WINDOW_NS:
            self._offsets.popleft()
        return own_ns + self._offsets[0][1] - self.latency_ns

    def forget(self) -> None:
        """The source has begun anew: its own time has nothing to do with that of before."""
        self._offsets.clear()


class SampleClock:
    """When the first sample of each block was heard, for a source that only counts samples of `rate` Hz."""

    def __init__(self, rate: int, latency_ns: int = 0) -> None:
        self._rate, self._count = rate, 0
        self.stream = StreamClock(latency_ns)

    def at(self, samples: int, arrived_ns: int) -> int:
        """The moment (ns) of the first of so many samples of one channel, the last of which has just come."""
        first = self._count * NS // self._rate
        self._count += samples
        end = self._count * NS // self._rate
        return self.stream.at(end, arrived_ns) - (end - first)


class Pace:
    """Lets so many pictures a second through, evenly, whatever a source gives."""

    def __init__(self, fps: float) -> None:
        self._period = round(NS / fps)
        self._due: int | None = None

    def lets(self, at_ns: int) -> bool:
        """Whether this picture is one of them."""
        if self._due is None or at_ns > self._due + 4 * self._period:
            self._due = at_ns
        if at_ns < self._due - self._period // 4:
            return False
        self._due += self._period
        return True
