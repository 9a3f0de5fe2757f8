"""Paints the status column as a badge with a mark of its own shape, so that colour is not the only sign."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.domain.types import InterviewStatus
from ui import theme
from ui.library.model import INTERVIEW_ROLE

TOKENS = {
    InterviewStatus.SCHEDULED: "series_7",
    InterviewStatus.IN_PROGRESS: "series_5",
    InterviewStatus.TO_REVIEW: "series_1",
    InterviewStatus.ASSESSED: "series_2",
    InterviewStatus.CANCELLED: "faint",
}


class StatusDelegate(QStyledItemDelegate):
    """○ scheduled, ◐ in progress, ◇ to review, ● assessed, ✕ cancelled."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt: draw the cell."""
        self.initStyleOption(option, index)
        words, option.text = option.text, ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        status = index.data(INTERVIEW_ROLE).status
        area = QRectF(option.rect).adjusted(theme.scaled(8), 0, 0, 0)
        side = theme.scaled(9)
        mark = QRectF(area.left(), area.center().y() - side / 2, side, side)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_mark(painter, mark, status)
        painter.setPen(theme.color("muted" if status is InterviewStatus.CANCELLED else "text"))
        painter.drawText(area.adjusted(side + theme.scaled(7), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Qt: room for the mark before the words."""
        size = super().sizeHint(option, index)
        return QSize(size.width() + theme.scaled(24), max(size.height(), theme.scaled(38)))


def draw_mark(painter: QPainter, area: QRectF, status: InterviewStatus) -> None:
    """The status's mark in its colour and shape."""
    colour = theme.color(TOKENS[status])
    painter.setPen(colour)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if status == InterviewStatus.CANCELLED:
        painter.drawLine(area.topLeft(), area.bottomRight())
        painter.drawLine(area.bottomLeft(), area.topRight())
        return
    if status == InterviewStatus.TO_REVIEW:
        middle = area.center()
        corners = [(0, -1), (1, 0), (0, 1), (-1, 0)]
        half = area.width() / 2
        painter.drawPolygon(QPolygonF([QPointF(middle.x() + x * half, middle.y() + y * half) for x, y in corners]))
        return
    if status == InterviewStatus.ASSESSED:
        painter.setBrush(colour)
    painter.drawEllipse(area)
    if status == InterviewStatus.IN_PROGRESS:
        painter.setBrush(colour)
        painter.drawPie(area, -90 * 16, 180 * 16)
