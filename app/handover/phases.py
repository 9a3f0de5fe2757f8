"""One progress for work that has several parts, so that the bar goes on and never back."""

from __future__ import annotations

from app.handover.archive import Progress

_WHOLE = 1000


class Phases:
    """Splits a progress into parts, in the order in which they are asked for."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._at = progress, 0.0

    def part(self, start: float, end: float) -> Progress:
        """The progress of a part that goes from `start` to `end` of the whole (0..1)."""
        self._at = end

        def told(done: int, total: int) -> None:
            share = min(1.0, done / total) if total else 1.0
            self._progress(round(_WHOLE * (start + share * (end - start))), _WHOLE)

        return told

    def rest(self) -> Progress:
        """The progress of the last part."""
        return self.part(self._at, 1.0)
