"""Which of several faces is the candidate: the one that was followed so far.

The first choice is the largest and most central face. From then on it is the face nearest to where the candidate was
last seen, so that a short occlusion or a cut and back returns to the same person. A face where somebody else was seen
beside the candidate is not taken over for ten seconds. This goes by place alone: when shots of two people alternate and
both sit in the middle of the picture, nothing here can tell them apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.face.detector import Detection

_OTHERS_REMEMBERED_S = 10.0
_SETTLED_S = 2.0
"""A face is the candidate's for good once it was followed for this long; a passing false find does not count."""
_BREAK_S = 1.0
_SAME_PLACE = 1.0
"""Two boxes are in one place when their centres are less than this many box widths apart."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Place:
    """Centre and width of a face as shares of the picture, and when it was seen."""

    x: float
    y: float
    w: float
    time_s: float

    def distance(self, other: _Place) -> float:
        """Distance of the centres in widths of the wider face."""
        return math.hypot(self.x - other.x, self.y - other.y) / max(self.w, other.w, 1e-6)


class Loyalty:
    """Remembers the candidate's place and those of the others."""

    def __init__(self) -> None:
        self._last: _Place | None = None
        self._since = 0.0
        self._home: _Place | None = None
        self._others: list[_Place] = []

    def seen(self, time_s: float, box: Box) -> None:
        """The candidate is here now; `box` x, y, w, h as shares of the picture."""
        here = _Place(box[0] + box[2] / 2, box[1] + box[3] / 2, box[2], time_s)
        last = self._last
        if last is None or time_s - last.time_s > _BREAK_S or here.distance(last) >= _SAME_PLACE:
            self._since = time_s
        self._last = here
        if self._home is None or time_s - self._since >= _SETTLED_S:
            self._home = here
            self._others = [other for other in self._others if other.distance(here) >= _SAME_PLACE]

    def order(self, time_s: float, found: Sequence[Detection], width: int, height: int) -> list[Detection]:
        """The faces that may be the candidate, most likely first; `width` and `height` of the picture in pixels."""
        places = [(_place(one, time_s, width, height), one) for one in found]
        home = self._home
        if home is None:
            return [one for place, one in sorted(places, key=lambda pair: -_weight(pair[0]))]
        self._others = [other for other in self._others if time_s - other.time_s < _OTHERS_REMEMBERED_S]
        own = [pair for pair in places if not self._is_other(pair[0])]
        return [one for place, one in sorted(own, key=lambda pair: pair[0].distance(home))]

    def count(self, time_s: float, found: Sequence[Detection], width: int, height: int) -> int:
        """How many people these detections and the candidate are, and note the others while the candidate is there."""
        here = self._last if self._last is not None and self._last.time_s == time_s else None
        places = [_place(one, time_s, width, height) for one in found]
        if here is None:
            return len(places)
        others = [place for place in places if place.distance(here) >= _SAME_PLACE]
        if here is self._home:  # a face that was only just found may be the wrong one: it excludes nobody
            self._others = others + [old for old in self._others if all(old.distance(o) >= _SAME_PLACE for o in others)]
        return 1 + len(others)

    def _is_other(self, place: _Place) -> bool:
        return any(place.distance(other) < _SAME_PLACE for other in self._others)


def _place(one: Detection, time_s: float, width: int, height: int) -> _Place:
    x, y = one.centre
    return _Place(x / width, y / height, one.w / width, time_s)


def _weight(place: _Place) -> float:
    """Area of the face, up to halved towards the picture's corners."""
    off_centre = math.hypot(place.x - 0.5, place.y - 0.5) / math.hypot(0.5, 0.5)
    return place.w**2 * (1.0 - 0.5 * min(1.0, off_centre))
