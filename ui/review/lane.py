"""What a lane of the timeline is, the visible window of time, and the marks that can be pointed at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ui import theme
from ui.review import strokes

Doubles = NDArray[np.float64]


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


class Lane:
    """One row of the timeline. `key` names it in the remembered layout, `height` is in pixels before scaling."""

    height = 30
    folded_at_first = False

    def __init__(self, key: str) -> None:
        self.key = key

    def title(self) -> str:
        """What stands at its left."""
        raise NotImplementedError

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Draw the visible stretch into `area`."""
        raise NotImplementedError

    def value_text(self, time_s: float) -> str:  # noqa: ARG002
        """The value at a time for the crosshair; empty where there is none."""
        return ""

    def reason_text(self, time_s: float) -> str:  # noqa: ARG002
        """Why there is nothing at a time; empty where something is or no reason is known."""
        return ""

    def marks(self) -> tuple[Mark, ...]:
        """Everything on the lane that can be pointed at, in time order."""
        return ()

    def mark_at(self, view: View, x: float) -> Mark | None:
        """The mark under a pixel, with 4 pixels of grace: the shortest one wins."""
        grace = 4 * view.span / view.width
        time_s = view.time(x)
        under = [mark for mark in self.marks() if mark.start - grace <= time_s <= mark.end + grace]
        return min(under, key=lambda mark: mark.end - mark.start, default=None)


def tint(token: str, alpha: int) -> QColor:
    """A theme colour let through to `alpha` of 255. Tokens are shared, so this is a copy."""
    colour = QColor(theme.color(token))
    colour.setAlpha(alpha)
    return colour


def hatch(painter: QPainter, area: QRectF) -> None:
    """Slanted lines over an area: nothing was measured here."""
    painter.save()
    painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
    painter.setPen(QPen(theme.color("hatch"), 1))
    step, height = 6.0, area.height()
    # The slant starts at multiples of the step, so that it stays put while the edge of a gap moves.
    first = np.floor((area.left() - height) / step) * step
    x = np.arange(first, area.right() + step, step)
    strokes.draw_lines(
        painter, np.column_stack((x, np.full_like(x, area.bottom()), x + height, np.full_like(x, area.top())))
    )
    painter.restore()


def baseline(painter: QPainter, area: QRectF, y: float) -> None:
    """A faint dotted line across a lane."""
    painter.setPen(QPen(theme.color("border"), 1, Qt.PenStyle.DotLine))
    painter.drawLine(QLineF(QPointF(area.left(), y), QPointF(area.right(), y)))
