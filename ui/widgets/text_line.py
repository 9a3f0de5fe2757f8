"""A field for one line of text that shows how its text begins whenever nobody writes in it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLineEdit, QWidget

PAUSE_MS = 700
"""What is written is saved when the writer pauses for so long."""


class TextLine(QLineEdit):
    """A long text left alone shows its beginning, not its end."""

    def __init__(self, words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.show_words(words)

    def show_words(self, words: str) -> None:
        """Show what is saved, unless something is being written."""
        if not self.hasFocus():
            self.setText(words)
            self.setCursorPosition(0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Qt: writing has ended."""
        super().focusOutEvent(event)
        self.setCursorPosition(0)


class SavedLine(TextLine):
    """Tells what is written at each pause, and when writing has ended: a crash costs no more than the last words."""

    written = Signal(str)

    def __init__(self, words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.save)
        self.textEdited.connect(lambda _: self._pause.start())
        self.editingFinished.connect(self.save)

    def save(self) -> None:
        """Tell what is written now."""
        self._pause.stop()
        self.setModified(False)
        self.written.emit(self.text().strip())

    def put(self, words: str) -> None:
        """Show this also where somebody writes: what was written was undone."""
        if words != self.text().strip():
            self._pause.stop()
            self.setText(words)
