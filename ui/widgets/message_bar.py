"""A line above the room that says what happened and what to do next; no dialog stands in the way."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app import text
from ui import icons, language, theme

GROUNDS = {"info": "accent_soft", "ok": "accent_soft", "bad": "veil", "warn": "veil"}
MARKS = {"info": ("info", "accent"), "ok": ("check", "ok"), "bad": ("warning", "bad"), "warn": ("warning", "warn")}


class MessageBar(QFrame):
    """Shows one message at a time. Good news leaves by itself, trouble stays until closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = QLabel()
        self.label = QLabel()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.action = QPushButton()
        self.action.setProperty("class", "quiet")
        self.action.clicked.connect(self._act)
        self._close = QToolButton()
        self._close.clicked.connect(self.hide)
        language.bind(self._close.setAccessibleName, "shell.close_message")
        row = QHBoxLayout(self)
        row.addWidget(self._mark)
        row.addWidget(self.label, 1)
        row.addWidget(self.action)
        row.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._say: Callable[[], str] = str
        self._done: Callable[[], None] | None = None
        self._kind = "info"
        language.on_change(self, self.retell)
        theme.changed.connect(self._paint)
        self.hide()

    def say(
        self,
        sentence: Callable[[], str],
        kind: str = "info",
        *,
        action: str = "",
        done: Callable[[], None] | None = None,
    ) -> None:
        """Show what `sentence` gives, now and in each language; `action` is the key of a button's text."""
        self._say, self._kind, self._done = sentence, kind, done
        self._action_key = action
        self.action.setVisible(bool(action))
        self.retell()
        self._paint()
        self.show()
        self._timer.stop()
        if kind in ("ok", "info") and not action:
            self._timer.start(6000)

    _action_key = ""

    def retell(self) -> None:
        """Put the message into words again: what it tells of has gone on, or the language is another."""
        self.label.setText(self._say())
        if self._action_key:
            self.action.setText(text.tr(self._action_key))

    def _act(self) -> None:
        self.hide()
        if self._done:
            self._done()

    def _paint(self) -> None:
        name, token = MARKS[self._kind]
        self._mark.setPixmap(icons.icon(name, token).pixmap(theme.scaled(18), theme.scaled(18)))
        self._close.setIcon(icons.icon("cross"))
        ground, border = theme.color(GROUNDS[self._kind]).name(), theme.color(token).name()
        self.setStyleSheet(
            f"MessageBar {{ background: {ground}; border: 1px solid {border}; border-radius: {theme.scaled(6)}px; }}"
        )
