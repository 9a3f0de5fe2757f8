"""One word of the chosen row, reached by the arrow keys: corrected, split before, and told to those who listen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent

from app.text import tr

if TYPE_CHECKING:
    from ui.review.transcript_list import TranscriptList

STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class WordCursor(QObject):
    """Which word is chosen: none until an arrow key is pressed, and none any more in another row or after Escape."""

    def __init__(self, rows: TranscriptList) -> None:
        super().__init__(rows)
        self._rows = rows
        self._word: int | None = None
        rows.selectionModel().currentChanged.connect(self._leave)

    def place(self) -> tuple[int, int] | None:
        """The row and the word."""
        row = self._rows.currentIndex().row()
        if self._word is None or not 0 <= row < len(self._rows.rows.lines):
            return None
        words = self._rows.rows.lines[row].segment.words
        return (row, min(self._word, len(words) - 1)) if words else None

    def press(self, event: QKeyEvent) -> bool:
        """Take a key that is about words; whether it was one."""
        place, key = self.place(), Qt.Key(event.key())
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if key in STEPS and self._rows.rows.lines:
            self._step(STEPS[key])
        elif place is not None and key == Qt.Key.Key_Escape:
            self._show(None)
        elif place is not None and (key == Qt.Key.Key_F2 or key in ENTER):
            self._rows.edit_word(*place)
        else:
            return False
        return True

    def _step(self, by: int) -> None:
        """The next word or the one before, into the next row or the one above."""
        lines, place = self._rows.rows.lines, self.place()
        row = max(0, self._rows.currentIndex().row())
        word = place[1] + by if place else (0 if by > 0 else len(lines[row].segment.words) - 1)
        while not 0 <= word < len(lines[row].segment.words):
            row += by
            if not 0 <= row < len(lines):
                return
            word = 0 if by > 0 else len(lines[row].segment.words) - 1
        if row != self._rows.currentIndex().row():
            self._rows.setCurrentIndex(self._rows.rows.index(row))
        self._show(word)

    def _show(self, word: int | None) -> None:
        self._word = word
        self._rows.viewport().update()
        told = self.told()
        self._rows.setAccessibleDescription(told)
        if told:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._rows, told))

    def told(self) -> str:
        """What is said of the chosen word; "" where none is."""
        place = self.place()
        if place is None:
            return ""
        line = self._rows.rows.lines[place[0]]
        start, end = line.places[place[1]]
        words = tr("review.word_chosen", text=line.segment.text[start:end], number=place[1] + 1, count=len(line.places))
        return ". ".join(part for part in (words, line.hint_at(start)) if part)

    def _leave(self, _now: QModelIndex, _before: QModelIndex) -> None:
        if self._word is not None:
            self._show(None)
