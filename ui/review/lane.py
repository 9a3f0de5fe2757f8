"""What a lane of the timeline is, the visible window of time, and the marks that can be pointed at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen

from ui import theme
from ui.review import strokes
from ui.review.event_index import EventIndex

Doubles = NDArray[np.float64]
HATCH_PX = 8
"""Pixels between two lines of a hatching."""


@dataclass(frozen=True, slots=True)
class View:
    """The visible stretch [start, start + span] (s), drawn from pixel `left` over `width` pixels."""

    start: float
    span: float
    left: float
    width: float

    @property
    def end(self) -> float:
        """The last visible second."""
        return self.start + self.span

    def x(self, time_s: float) -> float:
        """The pixel of a time."""
        return self.left + (time_s - self.start) / self.span * self.width

    def xs(self, times: Doubles) -> Doubles:
        """The pixels of many times."""
        result: Doubles = self.left + (times - self.start) * (self.width / self.span)
        return result

    def time(self, x: float) -> float:
        """The time at a pixel."""
        return self.start + (x - self.left) / self.width * self.span

    def shows(self, start: float, end: float) -> bool:
        """Whether any of a stretch is visible."""
        return end >= self.start and start <= self.end


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on a lane that can be pointed at and sought: `text` is what the pointer says about it."""

    start: float
    end: float
    text: str
    id: str = ""


@dataclass(frozen=True)
class Sample:
    """A line of a lane's legend: what it means, and how it is drawn into a small area."""

    name: str
    draw: Callable[[QPainter, QRectF], None]


@dataclass(frozen=True)
class Gaps:
    """Stretches in which nothing could be measured. `why` says in words why not at a time within one."""

    spans: EventIndex
    why: Callable[[float], str]

    def reason(self, time_s: float) -> str:
        """Why there is nothing at a time; empty outside the gaps."""
        return self.why(time_s) if self.spans.at(time_s) is not None else ""


NO_GAPS = Gaps(EventIndex(()), lambda _: "")
"""Of a lane on which nothing can be missing."""


class Lane:
    """One row of the timeline. `key` names it in the remembered layout, `height` is in pixels before scaling."""

    height = 30
    folded_at_first = False
    gaps: Gaps = NO_GAPS

    def __init__(self, key: str) -> None:
        self.key = key

    def title(self) -> str:
        """What stands at its left."""
        raise NotImplementedError

    def legend(self) -> tuple[Sample, ...]:
        """What its lines, shapes and rows mean; none where there is only one kind."""
        return ()

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Draw the visible stretch into `area`; the gaps are there already."""
        raise NotImplementedError

    def value_text(self, time_s: float) -> str:  # noqa: ARG002
        """The value at a time for the crosshair; empty where there is none."""
        return ""

    def reason_text(self, time_s: float) -> str:
        """Why there is nothing at a time; empty where something is or no reason is known."""
        return self.gaps.reason(time_s)

    def marks(self) -> tuple[Mark, ...]:
        """Everything on the lane that can be pointed at, in time order."""
        return ()

    def mark_at(self, view: View, x: float, level: float = 0.0) -> Mark | None:  # noqa: ARG002
        """The mark under a pixel, with a few pixels of grace: the shortest one wins. `level` is how far down the lane
        the pointer is, 0 at its top and 1 at its foot."""
        return None

    def beside(self, time_s: float, direction: int) -> float | None:  # noqa: ARG002
        """Where the next mark begins after a time, or the last one before it."""
        return None


class MarkedLane(Lane):
    """A lane whose marks lie in an index, so that thousands of them cost no more than those in sight."""

    def __init__(self, key: str, index: EventIndex | None = None) -> None:
        super().__init__(key)
        self._index = index if index is not None else EventIndex(())

    @property
    def index(self) -> EventIndex:
        """Where the marks lie."""
        return self._index

    def mark(self, place: int) -> Mark:
        """One of the marks. Its texts follow the language, so it is made when asked for."""
        raise NotImplementedError

    def marks(self) -> tuple[Mark, ...]:
        return tuple(self.mark(place) for place in range(len(self.index)))

    def mark_at(self, view: View, x: float, level: float = 0.0) -> Mark | None:  # noqa: ARG002
        place = self.index.at(view.time(x), grace(view))
        return None if place is None else self.mark(place)

    def beside(self, time_s: float, direction: int) -> float | None:
        place = self.index.beside(time_s, direction)
        return None if place is None else float(self.index.starts[place])


def grace(view: View) -> float:
    """How far beside a mark (s) the pointer may be: four pixels."""
    return 4 * view.span / view.width


def tint(token: str, alpha: int) -> QColor:
    """A theme colour let through to `alpha` of 255. Tokens are shared, so this is a copy."""
    colour = QColor(theme.color(token))
    colour.setAlpha(alpha)
    return colour


def stretches(index: EventIndex, area: QRectF, view: View, least: float = 0.0) -> Doubles:
    """Rectangles over the height of an area for the visible spans, each at least `least` pixels wide."""
    shown = index.within(view.start, view.end)
    rects = np.empty((len(shown), 4))
    if len(shown):
        x = np.minimum(np.maximum(view.xs(index.spans[shown]), area.left()), area.right())
        rects[:, 0], rects[:, 1], rects[:, 3] = x[:, 0], area.top(), area.height()
        rects[:, 2] = np.maximum(x[:, 1] - x[:, 0], least)
    return rects


def covered(rects: Doubles) -> Doubles:
    """What some rectangles in the order of their left edges cover together, on whole pixels: those that touch are one,
    so that thousands of them are never more than there are pixels."""
    if not len(rects):
        return rects
    left, right = np.floor(rects[:, 0] + 0.5), np.floor(rects[:, 0] + rects[:, 2] + 0.5)
    reach = np.maximum.accumulate(np.maximum(right, left + 1))
    first = np.flatnonzero(np.concatenate(([True], left[1:] > reach[:-1])))
    result = rects[first]
    result[:, 0] = left[first]
    result[:, 2] = reach[np.append(first[1:] - 1, len(rects) - 1)] - left[first]
    return result


def paint_gaps(painter: QPainter, area: QRectF, view: View, gaps: Gaps) -> None:
    """Hatch what could not be measured."""
    hatch(painter, covered(stretches(gaps.spans, area, view, 1.0)))


def hatch(painter: QPainter, rects: Doubles) -> None:
    """Slanted lines over (n, 4) rectangles: nothing was measured here. They stay put while the edge of a gap moves."""
    if len(rects):
        smooth = painter.testRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_hatching(theme.color("hatch_line").rgb()))
        strokes.draw_rects(painter, rects)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)


@cache
def _hatching(colour: int) -> QBrush:
    tile = QImage(HATCH_PX, HATCH_PX, QImage.Format.Format_ARGB32_Premultiplied)
    tile.fill(Qt.GlobalColor.transparent)
    for x in range(HATCH_PX):
        tile.setPixel(x, HATCH_PX - 1 - x, colour)
    return QBrush(tile)


def baseline(painter: QPainter, area: QRectF, y: float) -> None:
    """A faint dotted line across a lane."""
    painter.setPen(QPen(theme.color("border"), 1, Qt.PenStyle.DotLine))
    painter.drawLine(QLineF(QPointF(area.left(), y), QPointF(area.right(), y)))
