"""Moments of the recording as chips in a table: each is a way to its time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.text import timecode, tr
from ui import theme

Index = QModelIndex | QPersistentModelIndex
MOMENTS = int(Qt.ItemDataRole.UserRole) + 1
"""The role under which a cell has its times (s)."""


class MomentsDelegate(QStyledItemDelegate):
    """Paints the times of a cell as chips, as many as there is room for, and says which of them was clicked."""

    seekAsked = Signal(float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Qt: the cell's ground as in every other, then the chips."""
        self.initStyleOption(option, index)
        option.text = ""
        widget = option.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        chips, left_out = laid_out(QRectF(option.rect), index.data(MOMENTS) or ())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(12))
        for area, time_s in chips:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent_soft"))
            painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
            painter.setPen(theme.color("accent"))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, timecode(time_s))
        if left_out:
            end = chips[-1][0].right() if chips else float(option.rect.left())
            rest = QRectF(option.rect).adjusted(0, 0, -2, 0)
            rest.setLeft(end + theme.scaled(6))
            painter.setPen(theme.color("muted"))
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, tr("review.more_moments", count=left_out))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Qt: tall enough for a chip."""
        size = super().sizeHint(option, index)
        return QSize(size.width(), max(size.height(), theme.scaled(30)))

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """Qt: a click on a chip goes to its time."""
        if event.type() is QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            time_s = moment_at(QRectF(option.rect), index.data(MOMENTS) or (), event.position())
            if time_s is not None:
                self.seekAsked.emit(time_s)
                return True
        return super().editorEvent(event, model, option, index)


def laid_out(area: QRectF, times: Sequence[float]) -> tuple[list[tuple[QRectF, float]], int]:
    """Chips from left to right within a cell, and how many times have no room in it."""
    metrics, gap = QFontMetricsF(theme.font(12)), theme.scaled(5)
    height = min(area.height() - 4, metrics.height() + 2)
    right = area.right() - (metrics.horizontalAdvance(tr("review.more_moments", count=99)) + gap)
    left = area.left() + theme.scaled(6)
    chips: list[tuple[QRectF, float]] = []
    for number, time_s in enumerate(times):
        width = metrics.horizontalAdvance(timecode(time_s)) + theme.scaled(14)
        last = number == len(times) - 1
        if left + width > (area.right() if last else right):
            break
        chips.append((QRectF(left, area.center().y() - height / 2, width, height), time_s))
        left += width + gap
    return chips, len(times) - len(chips)


def moment_at(area: QRectF, times: Sequence[float], at: QPointF) -> float | None:
    """The time whose chip is at a point of the cell."""
    return next((time_s for chip, time_s in laid_out(area, times)[0] if chip.contains(at)), None)
