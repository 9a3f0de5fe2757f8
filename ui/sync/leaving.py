"""Asks in place whether an item is to be left unsent. It waits for nobody: what is not answered is not done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app import text
from ui import language


class LeavingBar(QFrame):
    """`agreed` = leave it."""

    agreed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = ""
        self._kept: Callable[[], None] | None = None
        self.question = QLabel()
        self.question.setProperty("class", "warn")
        self.question.setTextFormat(Qt.TextFormat.PlainText)
        self.question.setWordWrap(True)
        self.yes, self.no = QPushButton(), QPushButton()
        self.yes.clicked.connect(self._agree)
        self.no.clicked.connect(self._keep)
        row = QHBoxLayout()
        row.addWidget(self.no)
        row.addWidget(self.yes)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.question)
        column.addLayout(row)
        language.on_change(self, self._retranslate)
        self.hide()

    def ask(self, key: str, kept: Callable[[], None]) -> None:
        """Ask with the words of `key`; `kept` is called where the answer is no."""
        self._key, self._kept = key, kept
        self._retranslate()
        self.show()
        self.no.setFocus()

    def _agree(self) -> None:
        self.hide()
        self.agreed.emit()

    def _keep(self) -> None:
        self.hide()
        if self._kept is not None:
            self._kept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Escape keeps it."""
        if event.key() == Qt.Key.Key_Escape:
            self._keep()
            return
        super().keyPressEvent(event)

    def _retranslate(self) -> None:
        if self._key:
            self.question.setText(text.tr(self._key))
        self.yes.setText(text.tr("sync_room.leave_yes"))
        self.no.setText(text.tr("sync_room.leave_no"))
