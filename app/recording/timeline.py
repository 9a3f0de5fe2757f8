"""The recording's own time: from its first moment, pauses left out."""

from __future__ import annotations

import threading

NS = 1_000_000_000


class Timeline:
    """Turns moments of `time.monotonic_ns` into nanoseconds of the recording. Any thread may ask."""

    def __init__(self, began_ns: int, goes_on_ns: int = 0) -> None:
        """It begins at a moment of `time.monotonic_ns`, with `goes_on_ns` of the recording before it."""
        self._lock = threading.Lock()
        self._pauses: list[tuple[int, int]] = []
        """(from, to) of the pauses that ended, in order."""
        self._paused_at: int | None = None
        self._began, self._before = began_ns, goes_on_ns

    @property
    def paused(self) -> bool:
        """Whether it stands still."""
        return self._paused_at is not None

    def pause(self, at_ns: int) -> None:
        """It stands still from this moment; nothing where it does already."""
        with self._lock:
            if self._paused_at is None:
                self._paused_at = at_ns

    def resume(self, at_ns: int) -> int | None:
        """It goes on; gives where in the recording that is. None where it did not stand still."""
        with self._lock:
            if self._paused_at is None:
                return None
            self._pauses.append((self._paused_at, max(at_ns, self._paused_at)))
            self._paused_at = None
        return self.time_of(at_ns)

    def time_of(self, at_ns: int) -> int:
        """Where in the recording a moment is; a moment of a pause is where the recording stood."""
        with self._lock:
            pauses, open_from = list(self._pauses), self._paused_at
        if open_from is not None:
            at_ns = min(at_ns, open_from)
        left_out = sum(min(end, at_ns) - start for start, end in pauses if start < at_ns)
        return self._before + at_ns - self._began - left_out

    def recorded(self, at_ns: int) -> int | None:
        """The same; None for what was before the beginning or in a pause."""
        with self._lock:
            pauses, open_from = list(self._pauses), self._paused_at
        if at_ns < self._began or (open_from is not None and at_ns >= open_from):
            return None
        if any(start <= at_ns < end for start, end in pauses):
            return None
        return self.time_of(at_ns)
