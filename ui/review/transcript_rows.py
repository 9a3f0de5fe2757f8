"""How a row of the transcript looks, and which word lies under a point. Text is plain text here, never HTML."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPen, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from app.text import timecode, tr
from ui import theme
from ui.review import part_marks
from ui.review.exchange_lane import ROLE_TOKENS
from ui.review.lane import tint
from ui.review.lines import Line, Style
from ui.review.transcript_model import TranscriptModel
from ui.widgets.plain import plain_tip

Index = QModelIndex | QPersistentModelIndex
LEFT, RIGHT, TOP, BOTTOM = 18, 14, 8, 8


class RowDelegate(QStyledItemDelegate):
    """Paints rows: time and name above, the words below. Layouts are kept for the width that they were made for, each
    with its line, so that it stays with that wherever it stands."""

    def __init__(self, model: TranscriptModel) -> None:
        super().__init__(model)
        self._model = model
        self._layouts: dict[int, tuple[Line, QTextLayout, int]] = {}
        self._width = 0
        self.current_row: int | None = None
        self.current_word: int | None = None
        self.hit: int | None = None
        self.chosen: int | None = None
        self.chosen_word: Callable[[], tuple[int, int] | None] = lambda: None

    def forget(self) -> None:
        """Lay everything out again: theme or scale changed."""
        self._layouts.clear()

    def head_height(self) -> float:
        """The line with time and name."""
        return QFontMetricsF(theme.font(12)).height() + 2

    def layout(self, row: int, width: int) -> QTextLayout:
        """The words of a row, wrapped."""
        return self._laid_out(row, width)[1]

    def _laid_out(self, row: int, width: int) -> tuple[Line, QTextLayout, int]:
        """A row's line with its words wrapped, and the height of the whole row."""
        if width != self._width:
            self._layouts.clear()
            self._width = width
        line = self._model.lines[row]
        known = self._layouts.get(id(line))
        if known is None:
            if len(self._layouts) > 2 * len(self._model.lines):
                self._layouts.clear()
            words = laid_out(line, width)
            height = words.boundingRect().height() + self.head_height() + theme.scaled(TOP + BOTTOM)
            known = self._layouts[id(line)] = line, words, int(height) + 1
        return known

    def text_width(self, width: int) -> int:
        """The room for words in a view of a width."""
        return max(40, width - theme.scaled(LEFT + RIGHT))

    def body(self, area: QRectF) -> QPointF:
        """Where the words begin in a row's area."""
        return QPointF(area.left() + theme.scaled(LEFT), area.top() + theme.scaled(TOP) + self.head_height())

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        view = option.widget
        width = view.viewport().width() if isinstance(view, QAbstractItemView) else option.rect.width()
        return QSize(width, self._laid_out(index.row(), self.text_width(width))[2])

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.row()
        line = self._model.lines[row]
        area = QRectF(option.rect)
        painter.save()
        if row == self.current_row:
            painter.fillRect(area, theme.color("accent_soft"))
            painter.fillRect(QRectF(area.left(), area.top(), theme.scaled(3), area.height()), theme.color("accent"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, theme.color("raised"))
        self._paint_head(painter, area, line, current=row == self.current_row)
        layout = self.layout(row, self.text_width(int(area.width())))
        origin = self.body(area)
        part_marks.paint_bars(painter, line, layout, area.left(), origin)
        self._paint_word(painter, row, line, layout, origin)
        painter.setPen(theme.color("text"))
        layout.draw(painter, origin, self._hit_formats(row))
        self._paint_chosen(painter, row, line, layout, origin)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(theme.color("accent"))
            painter.drawRoundedRect(area.adjusted(1, 1, -2, -2), 3, 3)
        painter.restore()

    def _paint_head(self, painter: QPainter, area: QRectF, line: Line, *, current: bool) -> None:
        time, name, badge = self._head_areas(area, line)
        painter.setFont(theme.mono(12))
        painter.setPen(theme.color("muted"))
        painter.drawText(time, Qt.AlignmentFlag.AlignVCenter, timecode(line.segment.start))
        painter.setFont(theme.font(12, bold=True))
        painter.setPen(theme.color(ROLE_TOKENS[line.role]))
        words = QFontMetricsF(painter.font()).elidedText(line.name, Qt.TextElideMode.ElideRight, name.width())
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, words)
        if line.exchange is not None:
            self._paint_badge(painter, badge, line.exchange, "panel" if current else "accent_soft")
        if line.parts:
            right = area.right() - theme.scaled(RIGHT)
            part_marks.paint_names(painter, line, right, time.top(), time.height(), short=self._short(area, line))

    def _paint_badge(self, painter: QPainter, area: QRectF, exchange: int, ground: str) -> None:
        """The number of the question that begins here: a click shows what belongs to it."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent" if exchange == self.chosen else ground))
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        painter.setFont(theme.font(11, bold=True))
        painter.setPen(theme.color("on_accent" if exchange == self.chosen else "accent"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, tr("review.exchange_number", number=exchange + 1))

    def badge_area(self, area: QRectF, line: Line) -> QRectF:
        """Where the number of a question stands in a row's area; empty where none begins."""
        return self._head_areas(area, line)[2] if line.exchange is not None else QRectF()

    def _head_areas(self, area: QRectF, line: Line) -> tuple[QRectF, QRectF, QRectF]:
        """Where time, name and badge stand."""
        left, top = area.left() + theme.scaled(LEFT), area.top() + theme.scaled(TOP) - 2
        height, gap = self.head_height(), theme.scaled(10)
        time = QFontMetricsF(theme.mono(12)).horizontalAdvance(timecode(line.segment.start)) + 4
        badge = 0.0
        if line.exchange is not None:
            said = tr("review.exchange_number", number=line.exchange + 1)
            badge = QFontMetricsF(theme.font(11, bold=True)).horizontalAdvance(said) + theme.scaled(12)
        room = area.right() - theme.scaled(RIGHT) - (left + time + gap) - (badge + gap if badge else 0)
        room -= part_marks.names_width(line, short=self._short(area, line))
        name = min(QFontMetricsF(theme.font(12, bold=True)).horizontalAdvance(line.name) + 1, max(0.0, room))
        name_area = QRectF(left + time + gap - 4, top, name, height)
        return QRectF(left, top, time, height), name_area, QRectF(name_area.right() + gap, top, badge, height)

    @staticmethod
    def _short(area: QRectF, line: Line) -> bool:
        """Whether the parts of an answer are told by letters: words would take more than a third of the row."""
        return part_marks.names_width(line, short=False) > area.width() / 3

    def _paint_word(self, painter: QPainter, row: int, line: Line, layout: QTextLayout, origin: QPointF) -> None:
        """A soft ground behind the word that is being said."""
        if row != self.current_row or self.current_word is None or self.current_word >= len(line.places):
            return
        box = word_box(layout, *line.places[self.current_word])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint("accent", 60))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawRoundedRect(box.translated(origin).adjusted(-1, 0, 1, 0), 3, 3)

    def _paint_chosen(self, painter: QPainter, row: int, line: Line, layout: QTextLayout, origin: QPointF) -> None:
        """A frame round the word that the keys have chosen."""
        place = self.chosen_word()
        if place is None or place[0] != row:
            return
        box = word_box(layout, *line.places[place[1]]).translated(origin).adjusted(-2, -1, 2, 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("accent"), max(1, theme.scaled(2))))
        painter.drawRoundedRect(box, 3, 3)

    def _hit_formats(self, row: int) -> list[QTextLayout.FormatRange]:
        formats = []
        for number, (hit_row, start, end) in enumerate(self._model.hits):
            if hit_row == row:
                found = QTextLayout.FormatRange()
                found.start, found.length = start, end - start
                form = QTextCharFormat()
                strong = number == self.hit
                form.setBackground(theme.color("accent" if strong else "accent_soft"))
                form.setForeground(theme.color("on_accent" if strong else "text"))
                found.format = form
                formats.append(found)
        return formats

    def offset_at(self, area: QRectF, row: int, at: QPointF) -> int | None:
        """The character under a point; None beside the words."""
        layout = self.layout(row, self.text_width(int(area.width())))
        point = at - self.body(area)
        for number in range(layout.lineCount()):
            text_line = layout.lineAt(number)
            if text_line.rect().contains(QPointF(min(point.x(), text_line.rect().right() - 1), point.y())):
                inside = point.x() <= text_line.naturalTextWidth() + 4
                return int(text_line.xToCursor(point.x())) if inside else None
        return None

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Qt: what the pointer says about the words under it."""
        if event.type() is not QEvent.Type.ToolTip or not index.isValid():
            return super().helpEvent(event, view, option, index)
        offset = self.offset_at(QRectF(option.rect), index.row(), QPointF(event.pos()))
        hint = self._model.lines[index.row()].hint_at(offset) if offset is not None else ""
        QToolTip.showText(event.globalPos(), plain_tip(hint), view.viewport())
        return True


def word_box(layout: QTextLayout, start: int, end: int) -> QRectF:
    """The rectangle of some characters on the line where they begin."""
    text_line = layout.lineForTextPosition(start)
    if not text_line.isValid():
        return QRectF()
    last = min(end, text_line.textStart() + text_line.textLength())
    left, right = _x(text_line.cursorToX(start)), _x(text_line.cursorToX(last))
    return QRectF(left, text_line.y(), right - left, text_line.height())


def _x(position: object) -> float:
    """PySide gives the position with the cursor that it belongs to."""
    return float(position[0]) if isinstance(position, tuple) else float(position)  # type: ignore[arg-type]


def laid_out(line: Line, width: int) -> QTextLayout:
    """A row's words wrapped at a width, with their marks."""
    layout = QTextLayout(line.segment.text, theme.font(14))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setFormats([_format(s.start, s.end, s.style) for s in line.stretches if s.style is not Style.STAR])
    layout.setCacheEnabled(True)
    layout.beginLayout()
    top = 0.0
    while (text_line := layout.createLine()).isValid():
        text_line.setLineWidth(width)
        text_line.setPosition(QPointF(0, top))
        top += text_line.height() * 1.18
    layout.endLayout()
    return layout


def _format(start: int, end: int, style: Style) -> QTextLayout.FormatRange:
    form = QTextCharFormat()
    if style is Style.FILLER:
        form.setFontItalic(True)
        form.setForeground(theme.color("muted"))
    elif style is Style.UNCERTAIN:
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        form.setUnderlineColor(theme.color("series_3"))
    elif style is Style.SUGGESTED:
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        form.setUnderlineColor(theme.color("accent"))
    elif style is Style.CORRECTED:
        form.setBackground(theme.color("veil"))
    else:
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        form.setUnderlineColor(theme.color("series_2" if style is Style.RESULT else "series_5"))
    found = QTextLayout.FormatRange()
    found.start, found.length, found.format = start, end - start, form
    return found
