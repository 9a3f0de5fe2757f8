"""The strip above the lanes: the whole recording, with the visible stretch as a window that can be dragged."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from ui import theme
from ui.review.curve_lanes import paint_wave
from ui.review.lane import View, tint
from ui.review.pyramid import Pyramid

GRIP_PX = 6


class Grip(Enum):
    """What of the window the mouse holds."""

    LEFT = "left"
    BODY = "body"
    RIGHT = "right"


class Overview:
    """Paints the strip and says what lies under the mouse."""

    def __init__(self, peaks: Pyramid | None, gain: float, duration: float) -> None:
        self.peaks, self.gain, self.duration = peaks, gain, duration

    def whole(self, area: QRectF) -> View:
        """The view that holds the whole recording in an area."""
        return View(0.0, max(self.duration, 0.001), area.left(), max(1.0, area.width()))

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """The waveform of everything; the window comes on top of it, see `paint_window`."""
        painter.fillRect(area, theme.color("track_bg"))
        if self.peaks is not None:
            paint_wave(painter, area, self.whole(area), self.peaks, self.gain, "faint")

    def window(self, area: QRectF, start: float, span: float) -> QRectF:
        """The visible stretch as a rectangle in the strip."""
        whole = self.whole(area)
        left, right = whole.x(start), whole.x(min(start + span, self.duration))
        return QRectF(left, area.top(), max(4.0, right - left), area.height())

    def paint_window(self, painter: QPainter, area: QRectF, start: float, span: float) -> None:
        """The window with its two grips."""
        window = self.window(area, start, span)
        painter.fillRect(window, tint("accent", 48))
        painter.setPen(QPen(theme.color("accent"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(window.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        for x in (window.left(), window.right()):
            painter.drawRoundedRect(QRectF(x - 1.5, window.center().y() - 6, 3, 12), 1.5, 1.5)

    def grip(self, area: QRectF, start: float, span: float, at: QPointF) -> Grip | None:
        """What a press at a point takes hold of; None outside the window."""
        window = self.window(area, start, span)
        if abs(at.x() - window.left()) <= GRIP_PX:
            return Grip.LEFT
        if abs(at.x() - window.right()) <= GRIP_PX:
            return Grip.RIGHT
        return Grip.BODY if window.contains(at) else None
