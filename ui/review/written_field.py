"""Fields in which an assessor writes freely: saved at a pause and when left, as high as what is written."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.review.drafting import DraftedLine, missing_lines
from app.text import tr
from ui import language, theme
from ui.review.controls import plain_label

PAUSE_MS = 700
"""Written words are saved when the writer pauses for so long, and when the field is left."""
MOST_LINES = 12


class WrittenField(QPlainTextEdit):
    """A field of several lines that grows with its text from `least` lines on."""

    written = Signal(str)

    def __init__(self, least: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least = least
        self.setTabChangesFocus(True)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.save)
        self.textChanged.connect(self._pause.start)
        self.textChanged.connect(self._fit)
        theme.changed.connect(self._fit)
        self._fit()

    def show_words(self, words: str, *, editable: bool) -> None:
        """Show what is saved, unless something is being written."""
        self.setReadOnly(not editable)
        if not self.hasFocus():
            self.put(words)

    def put(self, words: str) -> None:
        """Show this, also where somebody writes."""
        if words != self.toPlainText().strip():
            self._pause.stop()
            self.blockSignals(True)
            self.setPlainText(words)
            self.blockSignals(False)
            self._fit()

    def add_lines(self, lines: Sequence[str]) -> None:
        """Add lines below what is written, as one step that can be undone, and save."""
        if lines:
            cursor = QTextCursor(self.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            written = self.toPlainText()
            cursor.insertText(("\n" if written and not written.endswith("\n") else "") + "\n".join(lines))
            self.save()

    def save(self) -> None:
        """Tell what is written now."""
        self._pause.stop()
        if not self.isReadOnly():
            self.written.emit(self.toPlainText().strip())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.save()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        line = QFontMetricsF(theme.font()).lineSpacing()
        block, written = self.document().begin(), 0.0
        while block.isValid():
            written += self.blockBoundingRect(block).height()
            block = block.next()
        frame = theme.scaled(5) * 2 + round(self.document().documentMargin()) * 2 + 4
        height = round(min(max(self._least * line, written), MOST_LINES * line)) + frame
        if height != self.height():
            self.setFixedHeight(height)


class DraftedField(QWidget):
    """A field under its title, with a button that adds drafted lines below what is written; nothing is overwritten."""

    written = Signal(str)

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self._lines: tuple[DraftedLine, ...] = ()
        self.title = plain_label("small")
        self.draft = QPushButton()
        self.draft.setProperty("class", "link")
        self.draft.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.field = WrittenField(2)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.draft)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.scaled(4), 0, 0)
        column.setSpacing(theme.scaled(3))
        column.addLayout(head)
        column.addWidget(self.field)
        self.field.written.connect(self.written)
        self.field.textChanged.connect(self._tell)
        self.draft.clicked.connect(self._add)
        language.on_change(self, self._rename)

    def show_words(self, words: str, lines: Sequence[DraftedLine], *, editable: bool) -> None:
        """Show what is saved, and offer drafted lines."""
        self._lines = tuple(lines)
        self.field.show_words(words, editable=editable)
        self._tell()

    def put(self, words: str) -> None:
        """Show this, also where somebody writes."""
        self.field.put(words)
        self._tell()

    def save(self) -> None:
        """Tell what is written now."""
        self.field.save()

    def _missing(self) -> tuple[str, ...]:
        return missing_lines(self.field.toPlainText(), self._lines)

    def _add(self) -> None:
        self.field.add_lines(self._missing())

    def _tell(self) -> None:
        missing = () if self.field.isReadOnly() else self._missing()
        self.draft.setEnabled(bool(missing))
        key = "draft_help" if missing else "draft_all_there" if self._lines else "draft_nothing"
        self.draft.setToolTip(tr(f"review.{key}"))

    def _rename(self) -> None:
        title = tr(f"review.{self._key}")
        self.title.setText(title)
        self.field.setAccessibleName(title)
        self.field.setPlaceholderText(tr(f"review.{self._key}_hint"))
        self.draft.setText(tr("review.draft"))
        self.draft.setAccessibleName(tr("review.draft_of", title=title))
        self._tell()
