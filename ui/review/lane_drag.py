"""The lanes' titles under the mouse: a click folds, a drag puts the lane elsewhere, its lower edge makes it higher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from ui import theme
from ui.review import timeline_paint
from ui.review.lane import tint
from ui.review.lane_layout import LaneLayout
from ui.review.timeline_paint import Row

if TYPE_CHECKING:
    from ui.review.timeline import Timeline

EDGE_PX, CLICK_PX = 3, 4
SCROLL_STEP_PX = 12
"""A lane held above the first or below the last one scrolls the others by so much a move of the mouse."""


@dataclass
class _Held:
    """A title held: where it was taken, its lane, the arrangement at that moment."""

    at: QPointF
    row: Row
    before: LaneLayout
    edge: bool
    moved: bool = False


@dataclass(frozen=True)
class _Drop:
    """Where a lane would come: beside which other one, and the pixel between them."""

    key: str
    below: bool
    y: float


class LaneDrag:
    """Told by the timeline what the mouse does; each answers whether that was its affair."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._held: _Held | None = None
        self._drop: _Drop | None = None

    def press(self, at: QPointF) -> bool:
        """Take hold of a title or of a lane's lower edge."""
        row, edge = self._under(at)
        if row is None:
            return False
        self._held, self._drop = _Held(at, row, self._timeline.arrangement, edge), None
        return True

    def move(self, at: QPointF) -> bool:
        """Make the lane higher, or show where it would come."""
        held = self._held
        if held is None:
            return False
        held.moved = held.moved or (at - held.at).manhattanLength() > CLICK_PX
        if held.moved and held.edge:
            height = (held.row.area.height() + at.y() - held.at.y()) / theme.scaled(100) * 100
            self._timeline.try_arrangement(self._before(held).with_height(held.row.lane.key, height))
        elif held.moved:
            self._scroll(at.y())
            self._drop = self._drop_at(at.y())
        return True

    def release(self) -> bool:
        """Let go: what was shown is so from now on. A click folds the lane or opens it."""
        held, drop = self._held, self._drop
        self._held = self._drop = None
        if held is None:
            return False
        key = held.row.lane.key
        if held.edge:
            if held.moved:
                self._timeline.arrange(self._timeline.arrangement)
        elif not held.moved:
            self._timeline.toggle(key)
        elif drop is not None:
            self._timeline.arrange(self._before(held).moved(key, drop.key, below=drop.below))
        return True

    def cancel(self) -> bool:
        """Let go and leave everything as it was."""
        held, self._held, self._drop = self._held, None, None
        if held is not None:
            self._timeline.try_arrangement(self._before(held))
        return held is not None

    def _before(self, held: _Held) -> LaneLayout:
        """The arrangement when the title was taken, with the lanes that came meanwhile."""
        return held.before.met(self._timeline.lanes)

    def cursor(self, at: QPointF) -> Qt.CursorShape | None:
        """What the mouse looks like over a title; None elsewhere."""
        row, edge = (self._held.row, self._held.edge) if self._held else self._under(at)
        if row is None:
            return None
        if edge:
            return Qt.CursorShape.SizeVerCursor
        moving = self._held is not None and self._held.moved
        return Qt.CursorShape.ClosedHandCursor if moving else Qt.CursorShape.PointingHandCursor

    def paint(self, painter: QPainter) -> None:
        """A grip on the title under the mouse; while it is dragged, the title as held and the line where it comes."""
        timeline, held = self._timeline, self._held
        if held is not None and held.moved and not held.edge:
            self._paint_drop(painter, held)
        elif timeline.hover is not None:
            row, edge = self._under(timeline.hover)
            if row is not None and not edge:
                _grip(painter, row.area)

    def _paint_drop(self, painter: QPainter, held: _Held) -> None:
        timeline = self._timeline
        here = next((row for row in timeline.rows() if row.lane.key == held.row.lane.key), None)
        if here is not None:
            title = QRectF(0, here.area.top(), here.area.left(), here.area.height())
            painter.fillRect(title, tint("accent", 40))
        if self._drop is not None:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawLine(QLineF(0, self._drop.y, timeline.viewport().width(), self._drop.y))

    def _under(self, at: QPointF) -> tuple[Row | None, bool]:
        """The lane whose title is under a point, and whether it is held at its lower edge there."""
        timeline = self._timeline
        if at.x() >= timeline.view().left or not timeline_paint.head_height() <= at.y() <= timeline.lanes_end():
            return None, False
        for row in timeline.rows():
            if not row.folded and abs(at.y() - row.area.bottom() - theme.scaled(1)) <= EDGE_PX:
                return row, True
        return timeline.row_at(at), False

    def _drop_at(self, y: float) -> _Drop | None:
        rows = self._timeline.rows()
        if not rows:
            return None
        between = theme.scaled(timeline_paint.BETWEEN) / 2
        nearest = min(rows, key=lambda row: abs(row.area.center().y() - y))
        below = y > nearest.area.center().y()
        edge = nearest.area.bottom() + between if below else nearest.area.top() - between
        return _Drop(nearest.lane.key, below, edge)

    def _scroll(self, y: float) -> None:
        bar = self._timeline.verticalScrollBar()
        if y < timeline_paint.head_height():
            bar.setValue(bar.value() - SCROLL_STEP_PX)
        elif y > self._timeline.lanes_end():
            bar.setValue(bar.value() + SCROLL_STEP_PX)


def _grip(painter: QPainter, area: QRectF) -> None:
    """Six dots at the left of a title: it can be taken hold of."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("faint"))
    size, step = theme.scaled(1.5), theme.scaled(3)
    for column in range(2):
        for line in (-1, 0, 1):
            painter.drawRect(QRectF(2 + column * step, area.center().y() + line * step - size / 2, size, size))
