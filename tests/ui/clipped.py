"""Finds words that the widgets of a window cut off: `clipped(window)`.

What is shortened on purpose ends in "…" and tells the whole on hover, so it needs no more room than it has; fields that
scroll what a person writes are looked at for their hints only. What is painted by hand is not seen here.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionFrame,
    QTabBar,
    QTableView,
    QToolButton,
    QWidget,
)

SLACK = 1
"""Pixels that rounding may cost."""
HORIZONTAL = Qt.Orientation.Horizontal
TIP = Qt.ItemDataRole.ToolTipRole


def clipped(window: QWidget) -> list[str]:
    """A line for each text of the window that has less room than it needs."""
    found = []
    for part in [window, *window.findChildren(QWidget)]:
        if part.isVisible() and (_scrolled(part) or not part.visibleRegion().isNull()):
            found += [f"{type(part).__name__} {part.objectName()}: {what}" for what in (*_cut(part), *_outside(part))]
    return found


def _scrolled(part: QWidget) -> bool:
    """Whether it lies in something that scrolls, so that it may be out of sight now."""
    above = part.parentWidget()
    while above is not None:
        if isinstance(above, QAbstractScrollArea):
            return True
        above = above.parentWidget()
    return False


def _cut(part: QWidget) -> Iterator[str]:
    if isinstance(part, QLabel):
        yield from _label(part)
    elif isinstance(part, QAbstractButton):
        yield from _button(part)
    elif isinstance(part, QComboBox):
        yield from (*_combo(part), *_low(part))
    elif isinstance(part, QTabBar):
        yield from _tabs(part)
    elif isinstance(part, QHeaderView):
        yield from _heads(part)
    elif isinstance(part, QTableView):
        yield from _cells(part)
    elif isinstance(part, QLineEdit):
        yield from (*_line(part), *_low(part))
    elif isinstance(part, QAbstractSpinBox):
        yield from _low(part)
    elif isinstance(part, QPlainTextEdit):
        yield from _field(part)


def _label(part: QLabel) -> Iterator[str]:
    words = part.text()
    if not words or not part.pixmap().isNull() or (words.endswith("…") and part.toolTip()):
        return
    if not part.wordWrap():
        if _short(part.size(), part.sizeHint()):
            yield f"{words!r} has {part.size().toTuple()}, needs {part.sizeHint().toTuple()}"
        return
    needed = part.heightForWidth(part.width())
    if needed > part.height() + SLACK:
        yield f"{words!r} has a height of {part.height()}, needs {needed}"
    longest = max((_width(part, word) for word in words.split()), default=0)
    if words.isascii() and longest > part.contentsRect().width() + SLACK:
        yield f"{words!r} has a width of {part.contentsRect().width()}, its longest word {longest}"


def _button(part: QAbstractButton) -> Iterator[str]:
    needed = part.sizeHint()
    if isinstance(part, QToolButton) and part.menu() is not None:  # an arrow that the style sheet leaves out
        needed -= QSize(part.style().pixelMetric(QStyle.PixelMetric.PM_MenuButtonIndicator), 0)
    if part.text() and _short(part.size(), needed):
        yield f"{part.text()!r} has {part.size().toTuple()}, needs {needed.toTuple()}"


def _low(part: QWidget) -> Iterator[str]:
    if part.height() + SLACK < part.minimumSizeHint().height():
        yield f"has a height of {part.height()}, needs {part.minimumSizeHint().height()}"


def _combo(part: QComboBox) -> Iterator[str]:
    option = QStyleOptionComboBox()
    part.initStyleOption(option)
    field = QStyle.SubControl.SC_ComboBoxEditField
    room = part.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, part).width()
    needed = QFontMetrics(part.font()).boundingRect(part.currentText()).width()  # a bracket's blank half may be cut
    if not part.toolTip() and needed > room + SLACK:
        yield f"{part.currentText()!r} has {room}, needs {needed}"


def _tabs(part: QTabBar) -> Iterator[str]:
    for number in range(part.count()):
        needed = part.tabSizeHint(number)
        if _short(part.tabRect(number).size(), needed):
            yield f"{part.tabText(number)!r} has {part.tabRect(number).size().toTuple()}, needs {needed.toTuple()}"


def _heads(part: QHeaderView) -> Iterator[str]:
    if part.orientation() is not HORIZONTAL:
        return
    for section in range(part.count()):
        needed, model = part.sectionSizeFromContents(section), part.model()
        words = model.headerData(section, HORIZONTAL)
        if part.isSectionHidden(section) or not words or model.headerData(section, HORIZONTAL, TIP):
            continue
        if needed.width() > part.sectionSize(section) + SLACK or needed.height() > part.height() + SLACK:
            yield f"{words!r} has {part.sectionSize(section)} x {part.height()}, needs {needed.toTuple()}"


def _cells(part: QTableView) -> Iterator[str]:
    """Cells in sight: what does not fit must tell the whole on hover."""
    model, shown = part.model(), part.viewport().rect()
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            index = model.index(row, column)
            place = part.visualRect(index)
            if part.isColumnHidden(column) or not place.intersects(shown) or index.data(TIP):
                continue
            needed = QSize(part.sizeHintForIndex(index).width(), QFontMetrics(part.font()).height())
            if index.data() and _short(place.size(), needed):
                yield f"{index.data()!r} has {place.size().toTuple()}, needs {needed.toTuple()}"


def _line(part: QLineEdit) -> Iterator[str]:
    fixed = isinstance(part.parentWidget(), QAbstractSpinBox)
    words = part.text() if fixed else part.placeholderText() if not part.text() else ""
    room = part.style().subElementRect(QStyle.SubElement.SE_LineEditContents, _option(part), part).width() - 4
    if words and not part.toolTip() and _width(part, words) > room + SLACK:
        yield f"{words!r} has {room}, needs {_width(part, words)}"


def _field(part: QPlainTextEdit) -> Iterator[str]:
    words, room = part.placeholderText(), part.viewport().contentsRect()
    if not words or part.toPlainText():
        return
    flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
    needed = QFontMetrics(part.font()).boundingRect(QRect(0, 0, room.width() - 8, 10_000), int(flags), words).height()
    if needed > room.height() + SLACK:
        yield f"{words!r} has a height of {room.height()}, needs {needed}"


def _option(part: QLineEdit) -> QStyleOptionFrame:
    option = QStyleOptionFrame()
    part.initStyleOption(option)
    return option


def _outside(part: QWidget) -> Iterator[str]:
    """What stands over the edge of what it lies in, which does not scroll."""
    above = part.parentWidget()
    if part.isWindow() or above is None or isinstance(above.parentWidget(), QAbstractScrollArea):
        return
    if not isinstance(part, QLabel | QAbstractButton | QComboBox | QLineEdit | QTabBar):
        return
    while above is not None and not isinstance(above.parentWidget(), QAbstractScrollArea):
        place = QRect(part.mapTo(above, part.rect().topLeft()), part.size())
        if not above.rect().adjusted(-SLACK, -SLACK, SLACK, SLACK).contains(place):
            yield f"stands over the edge of {type(above).__name__}: {place.getRect()} in {above.size().toTuple()}"
            return
        if above.isWindow():
            return
        above = above.parentWidget()


def _short(has: QSize, needs: QSize) -> bool:
    return needs.width() > has.width() + SLACK or needs.height() > has.height() + SLACK


def _width(part: QWidget, words: str) -> int:
    return QFontMetrics(part.font()).horizontalAdvance(words)
