"""The entries of a mapping, each with what is wrong with it below."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app import text
from ui import theme
from ui.widgets.plain import plain_tip


class Pairs(QListWidget):
    """Says what comes here while there is none; Delete asks to take the chosen one out."""

    removeAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, str]] = []
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.changed.connect(self._fill)

    def show_pairs(self, rows: list[tuple[str, str]]) -> None:
        """`rows` = names and trouble of each entry ("" = it fits); the chosen place stays."""
        self._rows = rows
        self._fill()
        self.setAccessibleDescription(" ".join(trouble for _, trouble in rows if trouble))

    def _fill(self) -> None:
        kept = self.currentRow()
        with QSignalBlocker(self):
            self.clear()
            for names, trouble in self._rows:
                item = QListWidgetItem(f"{names}\n{f'✕ {trouble}' if trouble else '✓ ' + text.tr('mapping.fits')}")
                item.setForeground(QColor(theme.color("bad" if trouble else "text")))
                item.setToolTip(plain_tip(f"{names}\n{trouble}"))
                self.addItem(item)
            self.setCurrentRow(min(max(kept, 0), len(self._rows) - 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Delete takes the chosen entry out."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removeAsked.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: an empty list speaks."""
        super().paintEvent(event)
        if self.count() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(theme.color("muted"))
            area = self.viewport().rect().adjusted(12, 12, -12, -12)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, flags, text.tr("mapping.no_pairs"))
            painter.end()
