"""A text to the byte: laid out where it is JSON, exactly as it is, and copied as it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app import text
from app.exchanges import pretty
from ui import language, theme


class BodyView(QWidget):
    """Shows one text under a heading. What is copied is always the exact one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = QLabel()
        self.heading.setProperty("class", "small")
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.heading.setWordWrap(True)
        self.laid_out, self.copy = QPushButton(), QPushButton()
        for button in (self.laid_out, self.copy):
            button.setProperty("class", "mini")
        self.laid_out.setCheckable(True)
        self.laid_out.setChecked(True)
        self.laid_out.toggled.connect(lambda _: self._fill())
        self.copy.clicked.connect(self._copy)
        self.field = QPlainTextEdit()
        self.field.setReadOnly(True)
        self.field.setFont(theme.mono())
        self.field.setTabChangesFocus(True)
        self._exact = ""
        row = QHBoxLayout()
        row.addWidget(self.heading, 1)
        row.addWidget(self.laid_out)
        row.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE // 2)
        column.addLayout(row)
        column.addWidget(self.field, 1)
        column.addStretch(0)
        language.on_change(self, self._retranslate)

    @property
    def has_text(self) -> bool:
        """Whether there is anything to read."""
        return bool(self._exact)

    def show_text(self, heading: str, exact: str) -> None:
        """Show a text; what is no JSON has no other form than its own."""
        self.heading.setText(heading)
        self.field.setAccessibleName(heading)
        self._exact = exact
        self.laid_out.setVisible(pretty(exact) is not None)
        self.copy.setVisible(bool(exact))
        self.field.setVisible(bool(exact))
        self._fill()

    def _fill(self) -> None:
        shown = (pretty(self._exact) if self.laid_out.isChecked() else None) or self._exact
        if self.field.toPlainText() != shown:
            self.field.setPlainText(shown)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._exact)

    def _retranslate(self) -> None:
        self.laid_out.setText(text.tr("sync_room.laid_out"))
        self.copy.setText(text.tr("mapping.copy"))
