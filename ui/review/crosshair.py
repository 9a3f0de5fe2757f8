"""The values of all lanes at a moment: beside the crosshair, or at the playhead where a person asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.text import timecode, tr
from ui import theme
from ui.review import legend, region
from ui.review.lane import Lane, tint
from ui.review.timeline_paint import Row, flag, head_height, legend_room, note

if TYPE_CHECKING:
    from ui.review.timeline import Timeline

NOTHING = "\N{EN DASH}"
LEAST_PX = 10
"""A lane shows its value where so much of it is in sight."""


def value_of(lane: Lane, time_s: float) -> str:
    """A lane's value at a moment; a dash where there is none."""
    return lane.value_text(time_s) or NOTHING


def sentence(timeline: Timeline, time_s: float) -> str:
    """The moment and the values of all lanes that are shown, for a screen reader."""
    said = [named_value(lane, time_s) for lane in timeline.shown()]
    return tr("review.semicolon").join([timecode(time_s), *said])


def named_value(lane: Lane, time_s: float) -> str:
    """What a lane is called, its value, and why it has none where that is known."""
    value = lane.value_text(time_s) or lane.reason_text(time_s) or tr("review.no_value")
    return tr("review.value_of", lane=lane.title(), value=value)


def reached(lane: Lane, time_s: float) -> str:
    """The moment of a mark, and what it says."""
    return tr("review.semicolon").join([timecode(time_s), named_value(lane, time_s)])


def say(widget: QWidget, words: str) -> None:
    """Let a screen reader say something about a widget; it stays to be read as the widget's description."""
    widget.setAccessibleDescription(words)
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))


def paint(painter: QPainter, timeline: Timeline, top: float, bottom: float) -> None:
    """The crosshair under the mouse with what it runs through; without one the values at the playhead, if asked for."""
    view, at = timeline.view(), timeline.hover
    if at is not None and view.left <= at.x() <= view.left + view.width and at.y() >= top:
        _paint_at(painter, timeline, at, top, bottom)
    elif timeline.values_shown and view.start <= timeline.playhead <= view.end:
        _values(painter, timeline, view.x(timeline.playhead), timeline.playhead)
    if at is not None:
        _legend(painter, timeline, at)


def _paint_at(painter: QPainter, timeline: Timeline, at: QPointF, top: float, bottom: float) -> None:
    view = timeline.view()
    time_s = min(view.time(at.x()), timeline.duration)
    painter.setPen(QPen(theme.color("faint"), 1, Qt.PenStyle.DashLine))
    painter.drawLine(QLineF(at.x(), top, at.x(), bottom))
    _values(painter, timeline, at.x(), time_s)
    flag(painter, at.x(), bottom, timecode(time_s), view.left, view.left + view.width, "raised", "text")
    mark, row = timeline.mark_at(at), timeline.row_at(at)
    reason = row.lane.reason_text(time_s) if row else ""
    text = mark.text if mark else reason or region.hint(timeline, at)
    if text:
        note(painter, timeline, at, text)


def _values(painter: QPainter, timeline: Timeline, x: float, time_s: float) -> None:
    painter.setFont(theme.mono(11))
    metrics, end = QFontMetricsF(painter.font()), timeline.view().left + timeline.view().width
    for row in timeline.rows():
        seen = min(row.area.bottom(), timeline.lanes_end()) - max(row.area.top(), head_height())
        if seen >= LEAST_PX:
            _value(painter, metrics, row, x, value_of(row.lane, time_s), end)


def _value(painter: QPainter, metrics: QFontMetricsF, row: Row, x: float, text: str, most: float) -> None:
    width = metrics.horizontalAdvance(text) + 8
    left = x + 4 if x + 4 + width <= most else x - 4 - width
    top = max(row.area.top(), head_height())
    box = QRectF(left, top + 1, width, min(metrics.height() + 1, row.area.height()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint("panel", 240))
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(theme.color("muted" if text == NOTHING else "text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _legend(painter: QPainter, timeline: Timeline, at: QPointF) -> None:
    """All of a legend beside the mouse on the title of a lane that has no room for it."""
    row = timeline.row_at(at) if at.x() < timeline.view().left else None
    samples = row.lane.legend() if row else ()
    if row and samples and (row.folded or not legend.whole(samples, legend_room(row)[1], row.area.height())):
        legend.card(painter, samples, QPointF(row.area.left() - 10, row.area.top()), timeline.viewport().height())
