"""Bars and radar of the dimensions, painted in a given rectangle: the same code paints PDF, Word and tests."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.report.fonts import chart_font
from app.report.palette import ACCENT, ACCENT_SOFT, FAINT, GROUND, HATCH, LINE, MUTED, TEXT

TOP_SCORE = 10.0


@dataclass(frozen=True, slots=True)
class Chart:
    """Something to paint: its size in document pixels (96 to the inch) and how."""

    width: float
    height: float
    paint: Callable[[QPainter, QRectF], None]

    @property
    def size(self) -> QSizeF:
        """The size as Qt wants it."""
        return QSizeF(self.width, self.height)


@dataclass(frozen=True, slots=True)
class Bar:
    """One dimension in the charts; None = nothing to show."""

    title: str
    mine: float | None
    machine: float | None
    low: float | None
    high: float | None
    combined: float | None
    preview: bool


def pen(colour: str, width: float = 1.0) -> QPen:
    """A cosmetic-free pen: its width scales with the paper."""
    made = QPen(QColor(colour), width)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    return made


def hatch(painter: QPainter, area: QRectF, step: float = 4.0) -> None:
    """Fill with thin slanting lines: "not measured", or "does not count". Brush patterns would shrink on paper."""
    painter.save()
    painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
    painter.setPen(pen(HATCH, 0.7))
    x = area.left() - area.height()
    while x < area.right():
        painter.drawLine(QPointF(x, area.bottom()), QPointF(x + area.height(), area.top()))
        x += step
    painter.restore()


def draw_bars(
    painter: QPainter, area: QRectF, bars: Sequence[Bar], legend: Sequence[str], language: str = "zh"
) -> None:
    """One lane per dimension, 0-10: combined as a bar, the machine's interval as a line with a dot, mine as a diamond.

    `legend` = the words for combined, machine with interval, mine.
    """
    painter.save()
    painter.setFont(chart_font(11, language))
    label = min(area.width() * 0.3, 170.0)
    plot = QRectF(area.left() + label, area.top() + 20, area.width() - label - 14, area.height() - 40)
    _scale(painter, plot)
    _legend(painter, QRectF(plot.left(), area.top(), plot.width(), 16), legend)
    lane = plot.height() / max(1, len(bars))
    for index, bar in enumerate(bars):
        middle = plot.top() + lane * (index + 0.5)
        painter.setPen(QColor(TEXT))
        box = QRectF(area.left(), middle - 20, label - 12, 40)
        wrap = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(box, int(wrap), bar.title)
        _bar(painter, plot, middle, bar)
    painter.restore()


def _x(plot: QRectF, score: float) -> float:
    return plot.left() + plot.width() * score / TOP_SCORE


def _scale(painter: QPainter, plot: QRectF) -> None:
    painter.fillRect(plot, QColor(GROUND))
    for score in range(0, 11, 2):
        x = _x(plot, score)
        painter.setPen(pen(LINE, 0.75))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        painter.setPen(QColor(MUTED))
        painter.drawText(QRectF(x - 14, plot.bottom() + 3, 28, 14), int(Qt.AlignmentFlag.AlignCenter), str(score))


def _legend(painter: QPainter, area: QRectF, words: Sequence[str]) -> None:
    x = area.left()
    for kind, word in enumerate(words):
        middle = area.center().y()
        if kind == 0:
            painter.fillRect(QRectF(x, middle - 4, 16, 8), QColor(ACCENT_SOFT).darker(112))
        elif kind == 1:
            _interval_mark(painter, x, x + 16, x + 8, middle)
        else:
            _diamond(painter, QPointF(x + 8, middle))
        painter.setPen(QColor(MUTED))
        width = painter.fontMetrics().horizontalAdvance(word)
        painter.drawText(QRectF(x + 21, area.top(), width + 4, area.height()), int(Qt.AlignmentFlag.AlignVCenter), word)
        x += width + 42


def _bar(painter: QPainter, plot: QRectF, middle: float, bar: Bar) -> None:
    if bar.combined is not None:
        length = _x(plot, bar.combined) - plot.left()
        box = QRectF(plot.left(), middle - 7, length, 14)
        if bar.preview:
            hatch(painter, box)
        else:
            painter.fillRect(box, QColor(ACCENT_SOFT).darker(112))
    if bar.machine is not None:
        low = bar.machine if bar.low is None else bar.low
        high = bar.machine if bar.high is None else bar.high
        _interval_mark(painter, _x(plot, low), _x(plot, high), _x(plot, bar.machine), middle)
    if bar.mine is not None:
        _diamond(painter, QPointF(_x(plot, bar.mine), middle))


def _interval_mark(painter: QPainter, low: float, high: float, at: float, middle: float) -> None:
    painter.setPen(pen(MUTED, 1.4))
    painter.drawLine(QPointF(low, middle), QPointF(high, middle))
    for end in (low, high):
        painter.drawLine(QPointF(end, middle - 3), QPointF(end, middle + 3))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(MUTED))
    painter.drawEllipse(QPointF(at, middle), 3, 3)


def _diamond(painter: QPainter, at: QPointF) -> None:
    painter.setPen(pen("#ffffff", 1.0))
    painter.setBrush(QColor(ACCENT))
    corners = [QPointF(0, -6), QPointF(5.2, 0), QPointF(0, 6), QPointF(-5.2, 0)]
    painter.drawPolygon(QPolygonF([at + corner for corner in corners]))


def draw_radar(painter: QPainter, area: QRectF, bars: Sequence[Bar], language: str = "zh") -> None:
    """The combined scores on as many axes; an unrated dimension leaves its corner open. Needs three or more."""
    painter.save()
    painter.setFont(chart_font(11, language))
    centre, radius = area.center(), min(area.width() * 0.5 - 44, area.height() / 2 - 20)
    angles = [-math.pi / 2 + 2 * math.pi * i / len(bars) for i in range(len(bars))]
    for ring in (0.25, 0.5, 0.75, 1.0):
        painter.setPen(pen(LINE, 0.75))
        painter.setBrush(QColor(GROUND) if ring == 1.0 else Qt.BrushStyle.NoBrush)
        painter.drawPolygon(QPolygonF([_polar(centre, radius * ring, a) for a in angles]))
    for angle, bar in zip(angles, bars, strict=True):
        painter.setPen(pen(LINE, 0.75))
        painter.drawLine(centre, _polar(centre, radius, angle))
        _corner(painter, _polar(centre, radius + 12, angle), bar.title, centre)
    _shape(painter, centre, radius, angles, bars)
    painter.restore()


def _polar(centre: QPointF, radius: float, angle: float) -> QPointF:
    return centre + QPointF(radius * math.cos(angle), radius * math.sin(angle))


def _corner(painter: QPainter, at: QPointF, title: str, centre: QPointF) -> None:
    painter.setPen(QColor(MUTED))
    words = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, 84)
    width = painter.fontMetrics().horizontalAdvance(words) + 2
    left = at.x() - width / 2
    if at.x() > centre.x() + 4:
        left = at.x() - width * 0.35
    elif at.x() < centre.x() - 4:
        left = at.x() - width * 0.65
    painter.drawText(QRectF(left, at.y() - 8, width, 16), int(Qt.AlignmentFlag.AlignCenter), words)


def _shape(painter: QPainter, centre: QPointF, radius: float, angles: Sequence[float], bars: Sequence[Bar]) -> None:
    rated = [
        _polar(centre, radius * bar.combined / TOP_SCORE, angle)
        for angle, bar in zip(angles, bars, strict=True)
        if bar.combined is not None and not bar.preview
    ]
    fill = QColor(ACCENT)
    fill.setAlpha(50)
    painter.setPen(pen(ACCENT, 1.6))
    painter.setBrush(fill)
    if len(rated) == len(bars):
        painter.drawPolygon(QPolygonF(rated))
    painter.setBrush(QColor(ACCENT))
    painter.setPen(Qt.PenStyle.NoPen)
    for point in rated:
        painter.drawEllipse(point, 2.6, 2.6)
    painter.setPen(QColor(FAINT))
