"""The field that searches the library: says what it searches as far as there is room, and in whole on hover."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app import text
from ui import language, theme
from ui.widgets.plain import plain_tip

AROUND = 44
"""Room (px before scaling) that frame, margins and the button that clears take."""


class SearchField(QLineEdit):
    """A line to search with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setClearButtonEnabled(True)
        language.on_change(self, self._retranslate)

    def _retranslate(self) -> None:
        whole = text.tr("library.search")
        self.setAccessibleName(whole)
        self.setToolTip(plain_tip(whole))
        self._fit()

    def _fit(self) -> None:
        whole = text.tr("library.search")
        room = self.width() - theme.scaled(AROUND)
        fits = self.fontMetrics().horizontalAdvance(whole) <= room
        self.setPlaceholderText(whole if fits else text.tr("library.search_short"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the words follow the room that there is."""
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: the layout has asked for its height before the style was there, and asks again."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self.updateGeometry)
