"""The suggested parts of an answer in a row of the transcript: their names at the right, bars beside the lines."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QTextLayout

from ui import theme
from ui.review.lines import Line, Style, part_name

UNSURE = "unsure"
TOKEN = "series_6"
BAR_LEFT, BAR_WIDTH = 9, 2


def names_width(line: Line, *, short: bool) -> float:
    """The room that the names of a row's parts take with the gap before them, as words or as letters; 0 without any."""
    return sum(_width(part, short=short) + theme.scaled(5) for part in line.parts)


def paint_names(painter: QPainter, line: Line, right: float, top: float, height: float, *, short: bool) -> None:
    """The names of a row's parts, in order, the last one ending at `right`. What is not certain has a broken frame."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme.font(11))
    for part in reversed(line.parts):
        area = QRectF(right - _width(part, short=short), top + 0.5, _width(part, short=short), height - 1)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(part, 1.0))
        painter.drawRoundedRect(area, 4, 4)
        painter.setPen(theme.color("muted"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, part_name(part, short=short))
        right = area.left() - theme.scaled(5)


def paint_bars(painter: QPainter, line: Line, layout: QTextLayout, left: float, origin: QPointF) -> None:
    """A bar beside the lines over which each part reaches."""
    for stretch in line.stretches:
        if stretch.style is not Style.STAR:
            continue
        first, last = (layout.lineForTextPosition(at) for at in (stretch.start, max(stretch.start, stretch.end - 1)))
        if first.isValid() and last.isValid():
            x = left + theme.scaled(BAR_LEFT)
            top, bottom = origin.y() + first.y() + 2, origin.y() + last.y() + last.height() - 2
            painter.setPen(_pen(stretch.part, theme.scaled(BAR_WIDTH)))
            painter.drawLine(QPointF(x, top), QPointF(x, bottom))


def _width(part: str, *, short: bool) -> float:
    return QFontMetricsF(theme.font(11)).horizontalAdvance(part_name(part, short=short)) + theme.scaled(12)


def _pen(part: str, width: float) -> QPen:
    style = Qt.PenStyle.DashLine if part == UNSURE else Qt.PenStyle.SolidLine
    return QPen(theme.color(TOKEN), width, style, Qt.PenCapStyle.FlatCap)
