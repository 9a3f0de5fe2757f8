"""The ruler of the timeline: round times at a readable distance."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.text import timecode
from ui import theme
from ui.review.lane import View

STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
APART_PX = 84
RULER = 20
"""Its height in pixels before scaling."""


def step(view: View) -> float:
    """The smallest round step whose labels stand apart."""
    needed = view.span / view.width * theme.scaled(APART_PX)
    return next((step for step in STEPS_S if step >= needed), STEPS_S[-1])


def label(time_s: float, step_s: float) -> str:
    """05:12, with a tenth where the steps are shorter than a second."""
    return f"{timecode(time_s)}.{round(time_s * 10) % 10}" if step_s < 1 else timecode(time_s)


def paint(painter: QPainter, area: QRectF, view: View) -> None:
    """Ticks and times over an area."""
    step_s = step(view)
    painter.setFont(theme.mono(11))
    first = int(view.start / step_s)
    for number in range(first, int(view.end / step_s) + 2):
        time_s = number * step_s
        x = view.x(time_s)
        if area.left() <= x <= area.right():
            painter.setPen(QPen(theme.color("border"), 1))
            painter.drawLine(QLineF(x, area.bottom() - 4, x, area.bottom()))
            painter.setPen(theme.color("muted"))
            room = QRectF(x + 3, area.top(), theme.scaled(70), area.height())
            if room.right() <= area.right() + theme.scaled(30):
                painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, label(time_s, step_s))
