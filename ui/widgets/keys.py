"""Keys that belong to a room while a control of it has the keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QScrollArea


def is_plain(event: QKeyEvent) -> bool:
    """Whether a key was pressed alone; that it is on the number pad does not count."""
    return not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier


class KeylessScroll(QScrollArea):
    """Scrolls by wheel and bar, and to what gets the keyboard: arrows and pages are its room's keys."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
