"""How the timeline looks: lanes with their titles, the overview, and what lies over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from app.text import timecode
from ui import icons, theme
from ui.review import hits, legend, region, time_axis
from ui.review.lane import Lane, paint_gaps, tint

if TYPE_CHECKING:
    from ui.review.timeline import Timeline

GUTTER = 146
RIGHT = 14
OVERVIEW = 30
FOLDED = 16
BETWEEN = 3
FOOT = 26


@dataclass(frozen=True, slots=True)
class Row:
    """A lane and where it lies in the viewport."""

    lane: Lane
    area: QRectF
    folded: bool


def head_height() -> int:
    """Overview and ruler, above the lanes."""
    return theme.scaled(8 + OVERVIEW + 2 + time_axis.RULER + 2)


def paint_frame(painter: QPainter, timeline: Timeline) -> None:
    """What stays while the window of time moves: titles, grounds and the overview."""
    for row in _clipped_rows(painter, timeline):
        line = row.area.bottom() + theme.scaled(BETWEEN) / 2
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawLine(QLineF(0, line, row.area.right(), line))
        _paint_title(painter, row)
        if not row.folded:
            painter.fillRect(row.area, theme.color("track_bg"))
    painter.restore()
    timeline.overview.paint(painter, timeline.overview_area())


def paint_lanes(painter: QPainter, timeline: Timeline) -> None:
    """What follows the window of time: the lanes, the ruler, the window in the overview."""
    view = timeline.view()
    for row in _clipped_rows(painter, timeline):
        if not row.folded:
            painter.save()
            painter.setClipRect(row.area, Qt.ClipOperation.IntersectClip)
            paint_gaps(painter, row.area, view, row.lane.gaps)
            row.lane.paint(painter, row.area, view)
            painter.restore()
    painter.restore()
    strip = timeline.overview_area()
    timeline.overview.paint_window(painter, strip, timeline.start, timeline.span)
    ruler = region.ruler_area(timeline)
    time_axis.paint(painter, ruler, view)
    hits.paint(painter, timeline, ruler.bottom())


def _clipped_rows(painter: QPainter, timeline: Timeline) -> list[Row]:
    """The rows that are in sight, the painter clipped to where they may show; the caller restores it."""
    lowest = timeline.lanes_end()
    painter.save()
    painter.setClipRect(QRectF(0, head_height() - 1, timeline.viewport().width(), lowest - head_height() + 1))
    return [row for row in timeline.rows() if row.area.bottom() >= head_height() and row.area.top() <= lowest]


def _paint_title(painter: QPainter, row: Row) -> None:
    samples = () if row.folded else row.lane.legend()
    left, wide = legend_room(row)
    lines = legend.lines_of(samples, wide, row.area.height())
    if not lines:
        _paint_name(painter, row, row.area.top(), row.area.height())
        return
    # Title and legend stand together, in the middle of a lane that is higher than both.
    high, below = theme.scaled(legend.TITLE_PX), lines * theme.scaled(legend.LINE_PX)
    top = row.area.center().y() - (high + below) / 2
    _paint_name(painter, row, top, high)
    legend.paint(painter, samples, QRectF(left, top + high, wide, below), lines)


def legend_room(row: Row) -> tuple[float, float]:
    """Where the legend of a lane begins beside it, and its width."""
    left = theme.scaled(8)
    return left, row.area.left() - left - theme.scaled(4)


def _paint_name(painter: QPainter, row: Row, top: float, height: float) -> None:
    size, left = theme.scaled(12), theme.scaled(24)
    name = "chevron_right" if row.folded else "chevron_down"
    picture = icons.pixmap(name, theme.color("faint").name())
    place = QRectF(theme.scaled(8), top + (height - size) / 2, size, size)
    painter.drawPixmap(place, picture, QRectF(picture.rect()))
    painter.setFont(theme.font(12))
    painter.setPen(theme.color("faint" if row.folded else "muted"))
    room = row.area.left() - left - theme.scaled(6)
    text = QFontMetricsF(painter.font()).elidedText(row.lane.title(), Qt.TextElideMode.ElideRight, room)
    painter.drawText(QRectF(left, top, room, height), Qt.AlignmentFlag.AlignVCenter, text)


def paint_over(painter: QPainter, timeline: Timeline) -> None:
    """Loop, playhead, a lane that is dragged, and focus: what moves. The crosshair comes on top of it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    view = timeline.view()
    top, bottom = timeline.overview_area().bottom() + 2, timeline.lanes_end()
    if timeline.loop is not None and view.shows(*timeline.loop):
        left, right = max(view.left, view.x(timeline.loop[0])), min(view.left + view.width, view.x(timeline.loop[1]))
        painter.fillRect(QRectF(left, top, right - left, bottom - top), tint("accent", 30))
    region.paint(painter, timeline)
    _paint_playhead(painter, timeline, top, bottom)
    if timeline.hasFocus():
        _paint_focus(painter, timeline)
    timeline.drag.paint(painter)


def _paint_playhead(painter: QPainter, timeline: Timeline, top: float, bottom: float) -> None:
    view, time_s = timeline.view(), timeline.playhead
    strip = timeline.overview_area()
    painter.setPen(QPen(theme.color("accent"), 1.5))
    if timeline.duration:
        small = timeline.overview.whole(strip).x(time_s)
        painter.drawLine(QLineF(small, strip.top(), small, strip.bottom()))
    if not view.start <= time_s <= view.end:
        return
    x = view.x(time_s)
    painter.drawLine(QLineF(x, top, x, bottom))
    flag(painter, x, bottom, timecode(time_s), view.left, view.left + view.width, "accent", "on_accent")


def flag(
    painter: QPainter, x: float, top: float, text: str, least: float, most: float, ground: str, ink: str
) -> QRectF:
    """A moment in a small box below the lanes, kept within [least, most] pixels."""
    painter.setFont(theme.mono(12))
    width = QFontMetricsF(painter.font()).horizontalAdvance(text) + theme.scaled(14)
    left = min(max(least, x - width / 2), most - width)
    box = QRectF(left, top + 1, width, theme.scaled(19))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(ground))
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(theme.color(ink))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return box


def _paint_focus(painter: QPainter, timeline: Timeline) -> None:
    area = next((row.area for row in timeline.rows() if row.lane.key == timeline.current), None)
    if area is not None and area.top() >= head_height() - 2:
        painter.setPen(QPen(theme.color("accent"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(3, area.top() - 1, area.right() - 2, area.height() + 2), 3, 3)


def note(painter: QPainter, timeline: Timeline, at: QPointF, text: str) -> None:
    """A small card beside the mouse; plain text only, wrapped."""
    painter.setFont(theme.font(12))
    metrics = QFontMetricsF(painter.font())
    flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
    bounds = metrics.boundingRect(QRectF(0, 0, theme.scaled(300), 1000), int(flags), text)
    box = bounds.adjusted(-9, -6, 9, 6)
    size = timeline.viewport().size()
    left = at.x() + 14 if at.x() + 14 + box.width() < size.width() else at.x() - 14 - box.width()
    top = at.y() + 16 if at.y() + 16 + box.height() < size.height() else at.y() - 12 - box.height()
    box.moveTopLeft(QPointF(left, top))
    painter.setPen(QPen(theme.color("border"), 1))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(box, 5, 5)
    painter.setPen(theme.color("text"))
    painter.drawText(box.adjusted(9, 6, -9, -6), int(flags), text)
