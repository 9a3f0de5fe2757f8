"""The selected stretch of the timeline: what it is, how the mouse changes it, and how it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from app.text import timecode, tr
from ui import theme
from ui.review import time_axis
from ui.review.lane import tint

if TYPE_CHECKING:
    from ui.review.timeline import Timeline

LEAST_S = 0.1
"""A shorter stretch is none: it is what a hand leaves that trembles."""
STEP_S = 0.1
"""How far a key moves an edge."""
GRIP_PX = 5
"""So near an edge the mouse takes hold of it."""
TOKEN = "series_5"


class Region(QObject):
    """A stretch [start, end] (s) inside the recording, or none. Edges are kept to hundredths of a second."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.span: tuple[float, float] | None = None
        self.duration = 0.0

    def within(self, duration: float) -> None:
        """The recording is so long (s): a selection of another one is none here."""
        self.duration = duration
        if self.span is not None and self.span[1] > duration + LEAST_S:
            self.clear()

    def select(self, one: float, other: float) -> None:
        """Select from one time to another, in whatever order; next to nothing selects nothing."""
        start, end = sorted(round(min(max(0.0, time_s), self.duration), 2) for time_s in (one, other))
        span = (start, end) if end - start >= LEAST_S - 1e-9 else None
        if span != self.span:
            self.span = span
            self.changed.emit()

    def clear(self) -> None:
        """Select nothing."""
        self.select(0.0, 0.0)

    def begin_at(self, time_s: float) -> None:
        """Let it begin there: up to where it ends, or to the end of the recording where it ended before that."""
        end = self.span[1] if self.span else 0.0
        self.select(time_s, end if end > time_s else self.duration)

    def end_at(self, time_s: float) -> None:
        """Let it end there: from where it begins, or from the beginning where it began after that."""
        start = self.span[0] if self.span else 0.0
        self.select(start if start < time_s else 0.0, time_s)

    def move(self, start_by: float, end_by: float) -> None:
        """Move its edges by so many seconds; they never pass each other."""
        if self.span is not None:
            start, end = self.span
            start = min(start + start_by, end - LEAST_S) if start_by else start
            self.select(start, max(end + end_by, start + LEAST_S))

    def holds(self, time_s: float) -> bool:
        """Whether a time is in it."""
        return self.span is not None and self.span[0] <= time_s <= self.span[1]


class RegionMouse:
    """What mouse and timeline do to the region: the ruler selects, so does Shift anywhere, and edges can be dragged."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline, self._region = timeline, timeline.region
        self._anchor: float | None = None
        self._shift = False

    def press(self, at: QPointF, *, shift: bool) -> None:
        """The left button goes down below the overview."""
        edge, time_s = self._edge_at(at), self._time(at.x())
        inside = at.x() >= self._timeline.view().left
        self._shift = shift and inside
        self._anchor = None
        if edge is not None:
            span = self._region.span or (time_s, time_s)
            self._anchor = span[1 - edge]
        elif self._shift or (inside and ruler_area(self._timeline).contains(at)):
            self._anchor = time_s

    def drag(self, x: float) -> bool:
        """The mouse moves with the button down: whether that changes the region, and so pans nothing."""
        if self._anchor is not None:
            self._region.select(self._anchor, self._time(x))
        return self._anchor is not None

    def click(self, x: float) -> bool:
        """The button goes up where it went down: with Shift the nearer edge, or the playhead's stretch, goes there."""
        self._anchor = None
        if not self._shift:
            return False
        time_s = self._time(x)
        start, end = self._region.span or (self._timeline.playhead,) * 2
        self._region.select(end if abs(time_s - start) < abs(time_s - end) else start, time_s)
        return True

    def shape(self, at: QPointF) -> Qt.CursorShape | None:
        """The cursor that says what a drag from here would do; None where it is not about the region."""
        if self._edge_at(at) is not None:
            return Qt.CursorShape.SizeHorCursor
        return Qt.CursorShape.IBeamCursor if ruler_area(self._timeline).contains(at) else None

    def _edge_at(self, at: QPointF) -> int | None:
        """0 = the beginning, 1 = the end, the nearer one of two that are both near."""
        span, view = self._region.span, self._timeline.view()
        if span is None or not ruler_area(self._timeline).top() <= at.y() <= self._timeline.lanes_end():
            return None
        distance, place = min((abs(view.x(time_s) - at.x()), place) for place, time_s in enumerate(span))
        return place if distance <= GRIP_PX and at.x() >= view.left - GRIP_PX else None

    def _time(self, x: float) -> float:
        return min(max(0.0, self._timeline.view().time(x)), self._timeline.duration)


def ruler_area(timeline: Timeline) -> QRectF:
    """The line of times between the overview and the lanes."""
    strip, view = timeline.overview_area(), timeline.view()
    return QRectF(view.left, strip.bottom() + theme.scaled(2), view.width, theme.scaled(time_axis.RULER))


def hint(timeline: Timeline, at: QPointF) -> str:
    """What the ruler says to a mouse that is over it, as long as nothing is selected."""
    unused = timeline.region.span is None and timeline.lanes and ruler_area(timeline).contains(at)
    return tr("review.region_hint") if unused else ""


def length_text(span: tuple[float, float]) -> str:
    """How long it is: "12.4 s", "01:02.4"."""
    tenths = round((span[1] - span[0]) * 10)
    if tenths < 600:
        return tr("review.region_seconds", seconds=f"{tenths / 10:.1f}")
    return f"{timecode(tenths / 10)}.{tenths % 10}"


def paint(painter: QPainter, timeline: Timeline) -> None:
    """The stretch over lanes and overview, its edges with grips, and its length in the ruler."""
    span, view, strip = timeline.region.span, timeline.view(), timeline.overview_area()
    if span is None:
        return
    whole = timeline.overview.whole(strip)
    left, right = whole.x(span[0]), whole.x(span[1])
    painter.fillRect(QRectF(left, strip.bottom() - 4, max(2.0, right - left), 4), theme.color(TOKEN))
    if not view.shows(*span):
        return
    ruler, foot = ruler_area(timeline), timeline.lanes_end()
    left, right = max(view.left, view.x(span[0])), min(view.left + view.width, view.x(span[1]))
    painter.fillRect(QRectF(left, ruler.bottom(), right - left, foot - ruler.bottom()), tint(TOKEN, 34))
    painter.fillRect(QRectF(left, ruler.top(), right - left, ruler.height()), tint(TOKEN, 90))
    for time_s in span:
        if view.shows(time_s, time_s):
            _paint_edge(painter, view.x(time_s), ruler, foot)
    _paint_length(painter, length_text(span), left, right, ruler)


def _paint_edge(painter: QPainter, x: float, ruler: QRectF, foot: float) -> None:
    painter.setPen(QPen(theme.color(TOKEN), 1))
    painter.drawLine(QLineF(x, ruler.top(), x, foot))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(TOKEN))
    painter.drawRoundedRect(QRectF(x - 2.5, ruler.top() + 3, 5, ruler.height() - 6), 2, 2)


def _paint_length(painter: QPainter, text: str, left: float, right: float, ruler: QRectF) -> None:
    """In the middle of what is in sight of it; beside it where it is too narrow."""
    painter.setFont(theme.font(12))
    width = QFontMetricsF(painter.font()).horizontalAdvance(text) + theme.scaled(12)
    at = (left + right - width) / 2
    if width > right - left - 10:
        at = right + 5 if right + 5 + width <= ruler.right() else left - 5 - width
    box = QRectF(at, ruler.top() + 1, width, ruler.height() - 2)
    painter.setPen(QPen(theme.color(TOKEN), 1))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(theme.color("text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
