"""What was taken and is not yet with the child: bounded for pictures, never for sound."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping

from analysis.recording import wire

Item = tuple[wire.Said, tuple[bytes, ...]]
NS = 1_000_000_000
MOST_PICTURES, MOST_BYTES = 100, 128 << 20
"""Four seconds of a camera, in 128 MB at most: as long as a new child takes to start on a busy computer."""
EARLY = 0.3
"""Of a picture's time: cameras are not quite regular."""


class Waiting:
    """A queue from many threads to one. Putting never waits for more than other threads that put."""

    def __init__(self, rates: Mapping[int, float]) -> None:
        """`rates`: the most pictures in a second, by the source's number."""
        self._every = {number: NS / fps for number, fps in rates.items()}
        self._due = dict.fromkeys(rates, 0.0)
        self.dropped = dict.fromkeys(rates, 0)
        self._change = threading.Condition()
        self._items: deque[Item] = deque()
        self._sent: deque[Item] = deque()
        self._pictures = self._bytes = 0
        self.closed = False

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        return not self._items

    def wants_picture(self, source: int, at_ns: int) -> bool:
        """Whether the track has room for a picture of this moment: there are not more than it may have.

        One that there is no room for here is counted as dropped.
        """
        with self._change:
            every = self._every[source]
            if self.closed or at_ns < self._due[source] - EARLY * every:
                return False
            self._due[source] = max(self._due[source] + every, at_ns + (1 - 2 * EARLY) * every)
            if self._pictures >= MOST_PICTURES or self._bytes >= MOST_BYTES:
                self.dropped[source] += 1
                return False
            return True

    def put_picture(self, said: wire.Shown, planes: tuple[bytes, ...]) -> None:
        """A picture that is wanted."""
        with self._change:
            self._pictures += 1
            self._bytes += wire.length_of(said)
        self.put(said, planes)

    def put(self, said: wire.Said, payload: tuple[bytes, ...] = ()) -> None:
        """Anything else; nothing once it is closed."""
        with self._change:
            if not self.closed:
                self._items.append((said, payload))
                self._change.notify()

    def close(self) -> None:
        """What is put from now on is not wanted; what waits is still taken."""
        with self._change:
            self.closed = True
            self._change.notify_all()

    def take(self, timeout_s: float, since_ns: int | None = None) -> Item | None:
        """The next one; None where none comes in time, or ever. Pictures of before `since_ns` are dropped: a computer
        that is too slow for them must not fall behind with all the rest."""
        with self._change:
            self._change.wait_for(lambda: self._items or self.closed, timeout_s)
            while self._items:
                said, payload = self._items.popleft()
                if not isinstance(said, wire.Shown):
                    self._sent.append((said, payload))
                    return said, payload
                self._pictures -= 1
                self._bytes -= wire.length_of(said)
                if since_ns is None or said.at_ns >= since_ns:
                    return said, payload
                self.dropped[said.source] += 1
            return None

    def clear(self) -> None:
        """What waits is lost; pictures count as dropped."""
        with self._change:
            for said, _ in self._items:
                if isinstance(said, wire.Shown):
                    self.dropped[said.source] += 1
            self._items.clear()
            self._sent.clear()
            self._pictures = self._bytes = 0

    def rest(self, timeout_s: float) -> None:
        """Wait, but not longer than until it is closed."""
        with self._change:
            self._change.wait_for(lambda: self.closed, timeout_s)

    def sent_since(self, at_ns: int) -> list[Item]:
        """All but pictures that was taken from here and is of this moment or later."""
        with self._change:
            return [item for item in self._sent if item[0].at_ns >= at_ns]

    def forget_sent(self, before_ns: int) -> None:
        """What is older is safe."""
        with self._change:
            while self._sent and self._sent[0][0].at_ns < before_ns:
                self._sent.popleft()
