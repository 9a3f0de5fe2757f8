"""A field for one line of text that shows how its text begins whenever nobody writes in it."""

from __future__ import annotations

from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLineEdit, QWidget


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
