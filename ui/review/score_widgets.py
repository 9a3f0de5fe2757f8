"""Painted parts of the scorecard: weight slider with the template's tick, rating, the three numbers, the radar."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QSlider, QToolTip, QWidget

from analysis.document import TO_COME
from app.domain.scores import DimensionScore
from app.scoring.wording import interval_text, score_text
from app.text import tr
from ui import theme
from ui.review.lane import tint
from ui.widgets.keys import is_plain
from ui.widgets.plain import plain_tip


def rating_text(score: float | None) -> str:
    """A rating without a needless decimal: 8, 7.5."""
    return "–" if score is None else f"{score:g}"


NO_SCORE = {"not_machine_scored": "review.machine_none", TO_COME: "review.machine_to_come"}
"""Why the machine has no score, where nothing is wrong with that."""


class WeightSlider(QSlider):
    """A weight in whole per cent, with a tick where the template has it. A click goes straight to the place."""

    weightMoved = Signal(int)
    """While it moves; `weightSet` when it has been let go."""
    weightSet = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.template_weight = 0.0
        self.setRange(0, 100)
        self.setPageStep(5)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._held = False

    def show_weight(self, weight: float, template_weight: float) -> None:
        """Show a weight without telling anybody."""
        self.template_weight = template_weight
        if not self._held:
            self.blockSignals(True)
            self.setValue(round(weight))
            self.blockSignals(False)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, theme.scaled(22))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(80), theme.scaled(22))

    def _groove(self) -> QRectF:
        margin, thick = theme.scaled(9), theme.scaled(4)
        return QRectF(margin, (self.height() - thick) / 2, self.width() - 2 * margin, thick)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        groove = self._groove()
        accent = theme.color("accent" if self.isEnabled() else "faint")
        x = groove.left() + self.value() / 100 * groove.width()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("border"))
        painter.drawRoundedRect(groove, groove.height() / 2, groove.height() / 2)
        painter.setBrush(accent)
        painter.drawRoundedRect(
            QRectF(groove.left(), groove.top(), x - groove.left(), groove.height()),
            groove.height() / 2,
            groove.height() / 2,
        )
        tick = groove.left() + self.template_weight / 100 * groove.width()
        painter.setPen(QPen(theme.color("text"), 2))
        painter.drawLine(QPointF(tick, groove.center().y() - 7), QPointF(tick, groove.center().y() + 7))
        radius = theme.scaled(6)
        painter.setPen(QPen(accent, 2))
        painter.setBrush(theme.color("panel"))
        painter.drawEllipse(QPointF(x, groove.center().y()), radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(accent, 1.5))
            painter.drawEllipse(QPointF(x, groove.center().y()), radius + 3, radius + 3)
        painter.end()

    def _move_to(self, x: float) -> None:
        groove = self._groove()
        share = (x - groove.left()) / max(1.0, groove.width())
        value = round(min(max(0.0, share), 1.0) * 100)
        if value != self.value():
            self.setValue(value)
            self.weightMoved.emit(value)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._held = True
            self._move_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self._move_to(event.position().x())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        if self._held:
            self._held = False
            self.weightSet.emit(self.value())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not is_plain(event):
            event.ignore()
            return
        before = self.value()
        super().keyPressEvent(event)
        if self.value() != before:
            self.weightMoved.emit(self.value())
            self.weightSet.emit(self.value())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the scorecard; it must never change a weight in passing."""
        event.ignore()


UNRATED = -1
TEN_MS = 900
"""A 0 that follows a 1 within so long makes it 10."""
BY_KEY = (
    Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason,
)  # fmt: skip


class RatingPicker(QAbstractSlider):
    """The interviewer's own rating: ten fields with halves. Keys 0-9 (1 then 0 = 10), +/-, arrows; Delete takes it
    back. Who comes to it by key sees its hint, as the mouse does.

    Its value counts half points (-1 = not rated), so that screen readers hear a slider.
    """

    rated = Signal(object)
    """float 0-10, or None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(UNRATED, 20)
        self.setValue(UNRATED)
        self.setSingleStep(1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMouseTracking(True)
        self.valueChanged.connect(self._changed)
        self._hover: int | None = None
        self._one = QTimer(self, singleShot=True, interval=TEN_MS)

    def score(self) -> float | None:
        """The rating shown."""
        return None if self.value() == UNRATED else self.value() / 2

    def show_score(self, score: float | None) -> None:
        """Show a rating without telling anybody."""
        self.blockSignals(True)
        self.setValue(UNRATED if score is None else round(score * 2))
        self.blockSignals(False)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, theme.scaled(24))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(120), theme.scaled(24))

    def _cell(self, index: int) -> QRectF:
        width = (self.width() - 4) / 10
        return QRectF(2 + index * width, 3, width - 3, self.height() - 6)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = self._hover if self._hover is not None and self.isEnabled() else self.value()
        painter.setFont(theme.font(11))
        for index in range(10):
            self._paint_cell(painter, index, shown)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75), 4, 4)
        painter.end()

    def _paint_cell(self, painter: QPainter, index: int, shown: int) -> None:
        cell = self._cell(index)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("veil"))
        painter.drawRoundedRect(cell, 3, 3)
        halves = min(max(shown - index * 2, 0), 2)
        if halves:
            hovered = self._hover is not None and self.isEnabled()
            fill = tint("accent" if self.isEnabled() else "faint", 150 if hovered else 255)
            painter.setBrush(fill)
            painter.drawRoundedRect(QRectF(cell.left(), cell.top(), cell.width() * halves / 2, cell.height()), 3, 3)
        painter.setPen(theme.color("on_accent" if halves == 2 else "muted"))
        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, str(index + 1))

    def _value_at(self, x: float) -> int:
        return min(max(1, math.ceil((x - 2) / max(1.0, (self.width() - 4) / 20))), 20)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = self._value_at(event.position().x())
        self.update()

    def leaveEvent(self, _event: object) -> None:
        self._hover = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._hover = None
            self._choose(self._value_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if not is_plain(event) and key not in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            event.ignore()  # the room's: Alt and a digit choose a dimension, Ctrl+0 shows the whole timeline
        elif Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
            self.type_digit(key - Qt.Key.Key_0)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._choose(UNRATED)
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Plus):
            self._choose(min(20, max(0, self.value() + 1)))
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Minus):
            self._choose(max(0, self.value() - 1) if self.value() != UNRATED else UNRATED)
        else:
            event.ignore()

    def type_digit(self, digit: int) -> None:
        """Rate by a digit; a 0 soon after a 1 is a ten."""
        is_ten = digit == 0 and self._one.isActive()
        self._one.stop()
        if digit == 1:
            self._one.start()
        self._choose(20 if is_ten else digit * 2)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in BY_KEY and self.toolTip():
            QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), self.toolTip(), self)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._one.stop()
        QToolTip.hideText()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the scorecard; it must never change a rating in passing."""
        event.ignore()

    def _changed(self) -> None:
        """By mouse, by key, or by what reads the screen for somebody."""
        self.update()
        self.rated.emit(self.score())

    def _choose(self, value: int) -> None:
        if value != self.value():
            self.setValue(value)


class ScoreNumbers(QWidget):
    """Machine, mine and combined side by side, the machine's interval as a band below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row: DimensionScore | None = None
        self.hide_machine = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_row(self, row: DimensionScore, *, hide_machine: bool) -> None:
        """Show a dimension's scores; with `hide_machine` the place of the machine's stays free for the veil."""
        self.row, self.hide_machine = row, hide_machine
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, theme.scaled(50))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(180), theme.scaled(50))

    def event(self, event: QEvent) -> bool:
        """Qt: on hover, what the number under the mouse means."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), plain_tip(tr(f"review.{self._under(event.pos())}_help")), self)
            return True
        return super().event(event)

    def _under(self, place: QPoint) -> str:
        machine, mine, _ = self.columns()
        return "machine" if place.x() < machine.right() else "mine" if place.x() < mine.right() else "combined"

    def columns(self) -> tuple[QRectF, QRectF, QRectF]:
        """Where machine, mine and combined stand."""
        first = self.width() * 0.54
        rest = (self.width() - first) / 2
        height = float(self.height())
        return (
            QRectF(0, 0, first, height), QRectF(first, 0, rest, height), QRectF(first + rest, 0, rest, height),
        )  # fmt: skip

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.row is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        machine, mine, combined = self.columns()
        head = theme.scaled(16)
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("muted"))
        for area, key in ((machine, "machine"), (mine, "mine"), (combined, "combined")):
            text = QFontMetricsF(painter.font()).elidedText(
                tr(f"review.{key}"), Qt.TextElideMode.ElideRight, area.width()
            )
            painter.drawText(QRectF(area.left(), 0, area.width(), head), Qt.AlignmentFlag.AlignVCenter, text)
        line = theme.scaled(24)
        self._value(painter, QRectF(mine.left(), head, mine.width(), line), rating_text(self.row.mine), "text")
        grey = self.row.preview or self.row.combined is None
        text = score_text(self.row.combined, self.row.low, self.row.high)
        place = QRectF(combined.left(), head, combined.width(), line)
        self._value(painter, place, text, "faint" if grey else "text")
        if not self.hide_machine:
            self._machine(painter, QRectF(0, head, machine.width(), line), machine)
        painter.end()

    def _value(self, painter: QPainter, area: QRectF, text: str, token: str) -> float:
        painter.setFont(theme.font(17, bold=True))
        painter.setPen(theme.color(token))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)
        return QFontMetricsF(painter.font()).horizontalAdvance(text)

    def _machine(self, painter: QPainter, area: QRectF, column: QRectF) -> None:
        assert self.row is not None
        machine = self.row.machine
        if machine.score is None:
            painter.setFont(theme.font(13))
            painter.setPen(theme.color("muted" if machine.why in NO_SCORE else "warn"))
            text = tr(NO_SCORE.get(machine.why, "review.machine_too_little"))
            room = column.width() - 6
            text = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)
            return
        width = self._value(painter, area, score_text(machine.score, machine.low, machine.high), "text")
        if machine.low is None or machine.high is None:
            return
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("muted"))
        interval = interval_text(machine.low, machine.high)
        painter.drawText(area.adjusted(width + 6, 2, 0, 2), Qt.AlignmentFlag.AlignVCenter, interval)
        self._band(painter, QRectF(0, area.bottom() + 1, column.width() - 14, theme.scaled(5)))

    def _band(self, painter: QPainter, area: QRectF) -> None:
        """0-10 as a groove, the interval on it, my rating as a stroke."""
        assert self.row is not None
        machine = self.row.machine
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("veil"))
        painter.drawRoundedRect(area, 2, 2)
        low, high = machine.low or 0.0, machine.high or 0.0
        painter.setBrush(tint("accent", 110))
        left = area.left() + low / 10 * area.width()
        painter.drawRoundedRect(
            QRectF(left, area.top(), max(3.0, (high - low) / 10 * area.width()), area.height()), 2, 2
        )
        if self.row.mine is not None:
            x = area.left() + self.row.mine / 10 * area.width()
            painter.setPen(QPen(theme.color("text"), 2))
            painter.drawLine(QPointF(x, area.top() - 2), QPointF(x, area.bottom() + 2))


class Radar(QWidget):
    """The combined scores as a polygon; a dimension without one leaves its corner open. One or two become bars."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[DimensionScore, ...] = ()
        self.titles: tuple[str, ...] = ()
        self.compact = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Sequence[DimensionScore], titles: Sequence[str]) -> None:
        """Show these dimensions."""
        self.rows, self.titles = tuple(rows), tuple(titles)
        self.setAccessibleDescription(
            ", ".join(
                f"{title} {score_text(row.combined, row.low, row.high)}"
                for title, row in zip(titles, rows, strict=True)
            )
        )
        self.update()

    def sizeHint(self) -> QSize:
        return (
            QSize(theme.scaled(144), theme.scaled(84)) if self.compact else QSize(theme.scaled(152), theme.scaled(112))
        )

    def set_compact(self, compact: bool) -> None:
        """Take less room, where the window is low."""
        if compact != self.compact:
            self.compact = compact
            self.updateGeometry()

    def _corner(self, index: int, share: float) -> QPointF:
        count = len(self.rows)
        angle = -math.pi / 2 + 2 * math.pi * index / count
        radius = min(self.width() - theme.scaled(30), self.height() - theme.scaled(26)) / 2
        centre = QPointF(self.width() / 2, self.height() / 2 + theme.scaled(5))
        return centre + QPointF(math.cos(angle), math.sin(angle)) * radius * share

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if len(self.rows) < 3:
            self._paint_bars(painter)
            painter.end()
            return
        count = len(self.rows)
        painter.setPen(QPen(theme.color("border"), 1))
        for share in (0.5, 1.0):
            painter.drawPolygon(QPolygonF([self._corner(index, share) for index in range(count)]))
        for index in range(count):
            painter.drawLine(self._corner(index, 0), self._corner(index, 1))
        self._paint_scores(painter)
        self._paint_titles(painter)
        painter.end()

    def bars(self) -> list[QRectF]:
        """Where the bar of each dimension lies, from 0 to 10."""
        each, thick = theme.scaled(34), theme.scaled(8)
        top = (self.height() - each * len(self.rows)) / 2
        return [
            QRectF(0, top + each * place + theme.scaled(18), self.width() - theme.scaled(10), thick)
            for place in range(len(self.rows))
        ]

    def _paint_bars(self, painter: QPainter) -> None:
        painter.setFont(theme.font(10))
        metrics = QFontMetricsF(painter.font())
        for area, row, title in zip(self.bars(), self.rows, self.titles, strict=True):
            painter.setPen(theme.color("muted"))
            words = metrics.elidedText(title, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(QPointF(area.left(), area.top() - theme.scaled(5)), words)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("veil"))
            painter.drawRoundedRect(area, 3, 3)
            if row.combined is not None:
                painter.setPen(QPen(theme.color("accent"), 1.5))
                painter.setBrush(theme.color("panel") if row.preview else tint("accent", 150))
                painter.drawRoundedRect(
                    QRectF(area.topLeft(), area.size()).adjusted(0, 0, (row.combined / 10 - 1) * area.width(), 0), 3, 3
                )

    def _paint_scores(self, painter: QPainter) -> None:
        known = [(i, row) for i, row in enumerate(self.rows) if row.combined is not None]
        points = [self._corner(i, (row.combined or 0.0) / 10) for i, row in known]
        painter.setPen(QPen(theme.color("accent"), 1.5))
        painter.setBrush(tint("accent", 60))
        if len(points) > 2:
            painter.drawPolygon(QPolygonF(points))
        elif len(points) == 2:
            painter.drawLine(*points)
        for point, (_, row) in zip(points, known, strict=True):
            painter.setBrush(theme.color("panel" if row.preview else "accent"))
            painter.drawEllipse(point, 2.5, 2.5)

    def _paint_titles(self, painter: QPainter) -> None:
        painter.setFont(theme.font(10))
        painter.setPen(theme.color("muted"))
        metrics = QFontMetricsF(painter.font())
        for index, title in enumerate(self.titles):
            at = self._corner(index, 1.0)
            centred = abs(at.x() - self.width() / 2) < 4
            middle, gap = self.width() / 2, theme.scaled(5)
            room = self.width() if centred else middle - gap
            text = metrics.elidedText(title, Qt.TextElideMode.ElideRight, room)
            width = metrics.horizontalAdvance(text)
            left = at.x() - width / 2
            if not centred:
                left = min(left, middle - gap - width) if at.x() < middle else max(left, middle + gap)
            left = min(max(0.0, left), self.width() - width)
            top = at.y() - metrics.height() - 1 if centred or at.y() < self.height() / 2 else at.y() + 1
            top = min(max(0.0, top), self.height() - metrics.height())
            painter.drawText(QRectF(left, top, width + 1, metrics.height()), Qt.AlignmentFlag.AlignCenter, text)
