"""Whether the window of a meeting is really seen: what covers it on a display without a compositor is recorded black,
and one that is minimised may give its last picture for ever."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from app.recording import small_pictures
from app.recording.kinds import Picture

SIDE = 96
"""Pixels of the longer side of what is looked at."""
DARK, SHARE = 8, 0.98
"""From 0 to 255: no program paints nearly all of its window darker than that."""
NOISE, MOVED = 6, 0.002
"""A picture is another one where this share of its pixels differs by more than a video's own noise (0 to 255)."""
EVERY_NS = 500_000_000


class Seen(StrEnum):
    """What is wrong with what is seen of a window."""

    BLACK = "black"
    STILL = "still"


class WindowPictures:
    """Looks at a window's pictures, twice a second. Times in ns of a clock that rests in pauses."""

    def __init__(self) -> None:
        self.at_ns: int | None = None
        self._before: NDArray[np.int16] | None = None
        self._black_since: int | None = None
        self._still_since: int | None = None

    def is_due(self, own_ns: int) -> bool:
        """Whether another picture is to be looked at."""
        return self.at_ns is None or own_ns - self.at_ns >= EVERY_NS

    def look(self, own_ns: int, picture: Picture) -> None:
        """A picture, taken then. Raises ValueError as `small_pictures.small`."""
        now = small_pictures.small(picture, SIDE).astype(np.int16)
        self.at_ns = own_ns
        is_black = float((now.max(axis=2) <= DARK).mean()) >= SHARE
        self._black_since = (self._black_since or own_ns) if is_black else None
        self._still_since = (self._still_since or own_ns) if self._is_as_before(now) else own_ns
        self._before = now

    def _is_as_before(self, now: NDArray[np.int16]) -> bool:
        before = self._before
        if before is None or before.shape != now.shape:
            return False
        return float((np.abs(now - before).max(axis=2) > NOISE).mean()) < MOVED

    def trouble(self, own_ns: int, black_s: float, still_s: float) -> Seen | None:
        """What is wrong, once it has lasted so long."""
        if self._black_since is not None and own_ns - self._black_since >= black_s * 1e9:
            return Seen.BLACK
        if self._still_since is not None and own_ns - self._still_since >= still_s * 1e9:
            return Seen.STILL
        return None
