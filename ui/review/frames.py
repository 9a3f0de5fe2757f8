"""The pictures of a recording as a row of times, so that a seek and a step mean one picture and not about one."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from analysis.failures import Failure
from ui.post import telling

Times = NDArray[np.int32]
FRAME_S = 0.04
"""How long a picture lasts where nothing is known."""
STANDS_S = 3.0


class Frames:
    """Picture i is shown from `starts[i]` (ms, rising) until the next one begins; the last one until the end.

    `listed`: the times are the recording's own, and not taken to be even.
    """

    def __init__(self, starts: Times, *, listed: bool = False) -> None:
        self.starts, self.listed = starts, listed

    @classmethod
    def steady(cls, duration: float, frame_s: float) -> Frames:
        """As if every picture lasted equally long (s): until the list is there."""
        count = max(1, int(np.ceil(duration / frame_s - 1e-6)))
        return cls(np.round(np.arange(count) * frame_s * 1000).astype(np.int32))

    def __len__(self) -> int:
        return len(self.starts)

    def index(self, time_s: float) -> int:
        """The picture that is shown at a time; the first one before it begins."""
        return max(0, int(np.searchsorted(self.starts, round(time_s * 1000), side="right")) - 1)

    def time(self, index: int) -> float:
        """When a picture begins (s); one beyond the ends is the one there."""
        return float(self.starts[min(max(0, index), len(self.starts) - 1)]) / 1000

    def next(self, index: int) -> float:
        """When the picture after one begins (s); never after the last one."""
        return self.time(index + 1) if index + 1 < len(self.starts) else math.inf

    def stepped(self, time_s: float, count: int) -> float:
        """When the picture begins that stands `count` after (or before) the one shown at a time."""
        return self.time(self.index(time_s) + count)

    def aims(self, index: int) -> tuple[int, ...]:
        """Whole milliseconds at which a decoder may be asked for a picture, the likeliest to give it first.

        Its middle first: a decoder shows what it takes to last until the asked time, and the lengths that it knows are
        rounded, so that at its edges it may be a neighbour. One that lasts for long is asked for where it begins.
        """
        start = int(self.starts[index])
        after = start + 2 if self.lasts(index) else int(self.starts[index + 1])
        return (start + after) // 2, min(start + 1, after), start, max(start, after - 1)

    def lasts(self, index: int) -> bool:
        """Whether a picture is shown for long: a slide, the last one, or the last before a gap."""
        return self.next(index) - self.time(index) > STANDS_S

    def stands(self, time_s: float) -> bool:
        """Whether the picture at a time has stood for long by then: a slide, or none came any more."""
        return self.listed and time_s - self.time(self.index(time_s)) > STANDS_S

    def missed(self, shown_s: float, now_s: float) -> int:
        """How many pictures should have been shown since the one at `shown_s`."""
        return self.index(now_s) - self.index(shown_s) if self.listed else 0

    @property
    def last_s(self) -> float:
        """When the last picture begins."""
        return self.time(len(self) - 1)


class FrameFinder(QObject):
    """Looks for the list of a recording's pictures in a thread of its own. `found`: the times; nothing on failure."""

    found = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._cancel = threading.Event()

    def look(self, find: Callable[[threading.Event], Times | None]) -> None:
        """Find out by `find`, which may take its time and ends soon once its event is set."""
        self.stop()
        self._cancel = threading.Event()
        work = (find, self._cancel, partial(telling(self._take), self._number))
        threading.Thread(target=_find, args=work, name="frame-times", daemon=True).start()

    def stop(self) -> None:
        """Nobody wants to know any more."""
        self._cancel.set()
        self._number += 1

    def _take(self, number: int, times: Times) -> None:
        if number == self._number:
            self.found.emit(times)


def _find(
    find: Callable[[threading.Event], Times | None], cancel: threading.Event, tell: Callable[[Times], None]
) -> None:
    """On a thread of its own: it holds nothing of the window."""
    try:
        times = find(cancel)
    except Failure:
        return  # it plays all the same, with pictures that are taken to last equally long
    if times is not None and len(times) and not cancel.is_set():
        tell(times)
