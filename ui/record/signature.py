"""A field to sign in, with the mouse, a finger or a pen: what is drawn is kept as strokes."""

from __future__ import annotations

import itertools
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QTabletEvent, QTouchEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.recording.consent import MOST_POINTS
from app.text import tr
from ui import language, theme

LEAST = 12.0
"""Shorter than this (pixels, all strokes together) is a slip of the hand."""


class SignaturePad(QWidget):
    """`signed` tells whether something stands in it. Strokes are in pixels of the field as it was."""

    signed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._strokes: list[list[QPointF]] = []
        self._drawing = False
        self.hint = ""
        theme.changed.connect(self.update)
        language.on_change(self, self._rename)

    def _rename(self) -> None:
        self.setAccessibleName(tr("record.sign_here"))

    def sizeHint(self) -> QSize:
        """Qt: as wide as there is room."""
        return QSize(theme.scaled(480), theme.scaled(104))

    def strokes(self) -> dict[str, Any] | None:
        """What was drawn, as it is kept; None for nothing."""
        if not self.is_signed():
            return None
        lines = [[[round(p.x(), 1), round(p.y(), 1)] for p in line] for line in self._strokes]
        return {"width": self.width(), "height": self.height(), "strokes": lines}

    def is_signed(self) -> bool:
        """Whether something stands in it that may be a name."""
        return self._length() >= LEAST

    def clear(self) -> None:
        """Away with it."""
        self._strokes.clear()
        self.update()
        self.signed.emit(False)

    def _length(self) -> float:
        pairs = ((a, b) for line in self._strokes for a, b in itertools.pairwise(line))
        return sum(abs(b.x() - a.x()) + abs(b.y() - a.y()) for a, b in pairs)

    # Drawing

    def _begin(self, at: QPointF) -> None:
        self._drawing = True
        self._strokes.append([at])

    def _go_on(self, at: QPointF) -> None:
        if self._drawing and sum(map(len, self._strokes)) < MOST_POINTS:
            bounded = QPointF(min(max(0.0, at.x()), self.width()), min(max(0.0, at.y()), self.height()))
            self._strokes[-1].append(bounded)
            self.update()

    def _end(self) -> None:
        self._drawing = False
        self.signed.emit(self.is_signed())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: a stroke begins."""
        self._begin(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: it goes on."""
        self._go_on(event.position())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Qt: it ends."""
        self._end()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Qt: a pen."""
        kind = event.type()
        if kind == QEvent.Type.TabletPress:
            self._begin(event.position())
        elif kind == QEvent.Type.TabletMove:
            self._go_on(event.position())
        elif kind == QEvent.Type.TabletRelease:
            self._end()
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Qt: a finger; a second one draws nothing."""
        if not isinstance(event, QTouchEvent):
            return super().event(event)
        points = event.points()
        if event.type() == QEvent.Type.TouchBegin:
            self._begin(points[0].position())
        elif event.type() == QEvent.Type.TouchUpdate:
            self._go_on(points[0].position())
        else:
            self._end()
        event.accept()
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt: a line to sign on, and what stands there."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = theme.scaled(6)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("panel"))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), edge, edge)
        base = self.height() - theme.scaled(24)
        painter.drawLine(theme.scaled(24), base, self.width() - theme.scaled(24), base)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("faint"))
        below = self.rect().adjusted(theme.scaled(24), base + 2, -theme.scaled(24), -2)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self.hint)
        pen = QPen(theme.color("text"), theme.scaled(2.4))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for line in self._strokes:
            painter.drawPolyline(QPolygonF(line))
        painter.end()
