"""A label of one line, shortened to the room there is."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from ui.widgets.plain import plain_tip


class OneLine(QLabel):
    """Asks for the room of all its words, takes less, and tells the whole of it, or more, on hover."""

    def __init__(self, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mode, self._words = mode, ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setMinimumWidth(1)

    def show_words(self, words: str, more: str = "") -> None:
        """Show the words, and what is said on hover: `more`, else all of them."""
        self._words = words
        self.setToolTip(plain_tip(more or words))
        self.setAccessibleName(more or words)
        self.updateGeometry()
        self._fit()

    def sizeHint(self) -> QSize:
        """Qt: room for all words, whatever is shown of them now."""
        beside = super().sizeHint().width() - self._wide(self.text())
        return QSize(round(beside + self._wide(self._words)) + 1, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Qt: any width will do."""
        return QSize(1, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: as much of it as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _wide(self, words: str) -> float:
        return QFontMetricsF(self.font()).horizontalAdvance(words)

    def _fit(self) -> None:
        room = max(0, self.contentsRect().width())
        self.setText(QFontMetricsF(self.font()).elidedText(self._words, self._mode, room))
