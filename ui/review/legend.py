"""The legends of the lanes: below the title where there is room for it, all of it beside the mouse on a title."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from ui import theme
from ui.review.lane import Sample

TITLE_PX, LINE_PX, SAMPLE_PX, APART_PX = 16, 12, 12, 6
"""Heights of the title and of a line below it, width of a sample, room between two entries; before scaling."""
FONT_PX, CARD_FONT_PX = 10, 12


def room_for(lines: int) -> int:
    """The height in pixels before scaling of a title with so many lines of a legend below it."""
    return TITLE_PX + lines * LINE_PX


def lines_of(samples: Sequence[Sample], width: float, height: float) -> int:
    """How many lines of a legend there is room for below the title of a lane; 0 = none at all."""
    room = int((height - theme.scaled(TITLE_PX)) // theme.scaled(LINE_PX))
    return max(0, min(len(_flow(samples, width)), room))


def whole(samples: Sequence[Sample], width: float, height: float) -> bool:
    """Whether all of a legend is shown at the title of a lane."""
    return lines_of(samples, width, height) == len(_flow(samples, width))


def paint(painter: QPainter, samples: Sequence[Sample], area: QRectF, lines: int) -> None:
    """So many lines of a legend from the top of an area."""
    painter.setFont(theme.font(FONT_PX))
    high = theme.scaled(LINE_PX)
    for line, entries in enumerate(_flow(samples, area.width())[:lines]):
        left = area.left()
        for each, wide in entries:
            wide = min(wide, area.right() - left)
            _entry(painter, each, QRectF(left, area.top() + line * high, wide, high), "muted")
            left += wide + theme.scaled(APART_PX)


def _flow(samples: Sequence[Sample], width: float) -> list[list[tuple[Sample, float]]]:
    """The entries line by line as in a text, each with its width."""
    metrics = QFontMetricsF(theme.font(FONT_PX))
    lines: list[list[tuple[Sample, float]]] = []
    used = width
    for each in samples:
        wide = metrics.horizontalAdvance(each.name) + theme.scaled(SAMPLE_PX) + theme.scaled(3) + 1
        if used + theme.scaled(APART_PX) + wide > width:
            lines.append([])
            used = -float(theme.scaled(APART_PX))
        lines[-1].append((each, wide))
        used += theme.scaled(APART_PX) + wide
    return lines


def _entry(painter: QPainter, each: Sample, area: QRectF, token: str) -> None:
    side = theme.scaled(SAMPLE_PX)
    each.draw(painter, QRectF(area.left(), area.center().y() - theme.scaled(4), side, theme.scaled(8)))
    left = area.left() + side + theme.scaled(3)
    room = area.right() - left
    text = QFontMetricsF(painter.font()).elidedText(each.name, Qt.TextElideMode.ElideRight, room)
    painter.setPen(theme.color(token))
    painter.drawText(QRectF(left, area.top(), room, area.height()), Qt.AlignmentFlag.AlignVCenter, text)


def card(painter: QPainter, samples: Sequence[Sample], at: QPointF, height: float) -> None:
    """All of a legend on a card right of a point, above `height`."""
    painter.setFont(theme.font(CARD_FONT_PX))
    metrics = QFontMetricsF(painter.font())
    line = metrics.height() + 4
    wide = max(metrics.horizontalAdvance(each.name) for each in samples) + theme.scaled(SAMPLE_PX) + 26
    box = QRectF(at.x() + 14, at.y(), wide, len(samples) * line + 10)
    box.moveTop(max(0.0, min(box.top(), height - box.height() - 4)))
    painter.setPen(QPen(theme.color("border"), 1))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(box, 5, 5)
    for place, each in enumerate(samples):
        area = QRectF(box.left() + 9, box.top() + 5 + place * line, box.width() - 14, line)
        _entry(painter, each, area, "text")
