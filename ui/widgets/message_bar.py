"""A line above the room that says what happened and what to do next; no dialog stands in the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app import text
from ui import icons, language, theme

GROUNDS = {"info": "accent_soft", "ok": "accent_soft", "bad": "veil", "warn": "veil"}
MARKS = {"info": ("info", "accent"), "ok": ("check", "ok"), "bad": ("warning", "bad"), "warn": ("warning", "warn")}
NEWS_MS = 6000

Way = tuple[str, Callable[[], None]]
"""A button: the key of its text, and what it does."""


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """One thing to say. `topic`: what it is about, so that it can be taken back; `about`: the interview's id."""

    sentence: Callable[[], str]
    kind: str = "info"
    ways: tuple[Way, ...] = ()
    topic: str = ""
    about: str = ""

    @property
    def is_trouble(self) -> bool:
        """Whether it stays until somebody closes it."""
        return self.kind in ("bad", "warn")


class MessageBar(QFrame):
    """Shows one message at a time.

    Trouble stays until it is closed or taken back, the newest in front; good news leaves by itself, and waits behind
    trouble. Trouble of one interview is not shown while another one is looked at.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._troubles: list[Message] = []
        self._news: Message | None = None
        self._shown: Message | None = None
        self._looked_at = ""
        self._mark = QLabel()
        self.label, self.more = QLabel(), QLabel()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.more.setProperty("class", "small")
        self.action, self.second = QPushButton(), QPushButton()
        for number, button in enumerate((self.action, self.second)):
            button.setProperty("class", "quiet")
            button.clicked.connect(partial(self._act, number))
        self.closer = QToolButton()
        self.closer.clicked.connect(self.dismiss)
        language.bind(self.closer.setAccessibleName, "shell.close_message")
        row = QHBoxLayout(self)
        row.addWidget(self._mark)
        row.addWidget(self.label, 1)
        for widget in (self.more, self.action, self.second, self.closer):
            row.addWidget(widget)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        language.on_change(self, self.retell)
        theme.changed.connect(self._paint)
        self.hide()

    def say(
        self, sentence: Callable[[], str], kind: str = "info", *, action: str = "",
        done: Callable[[], None] | None = None, also: Way | None = None, topic: str = "", about: str = "",
    ) -> None:  # fmt: skip
        """Show what `sentence` gives, now and in each language; `action` is the key of a button's text, `also` a
        second button. It takes the place of what was said before of the same topic."""
        if self.isHidden() and not any(map(self._elsewhere, self._troubles)):
            self._troubles, self._news = [], None
        first: tuple[Way, ...] = ((action, done or _nothing),) if action else ()
        message = Message(sentence, kind, first + ((also,) if also else ()), topic, about)
        words = sentence()
        self._keep(lambda each: not (topic and each.topic == topic) and each.sentence() != words)
        if message.is_trouble:
            self._troubles.append(message)
            if self._news is not None and not self._news.ways:
                self._news = None
        else:
            self._news = message
        self._show()

    def drop(self, topic: str) -> None:
        """What was said of this holds no more."""
        self._keep(lambda each: each.topic != topic)
        self._show()

    def look_at(self, interview_id: str) -> None:
        """This interview is looked at now, "" for none: nothing of another one stays above it."""
        self._looked_at = interview_id
        if self._news is not None and self._elsewhere(self._news):
            self._news = None
        self._show()

    def dismiss(self) -> None:
        """Close what is shown; what waits behind it comes."""
        self._keep(lambda each: each is not self._shown)
        self._show()

    def retell(self) -> None:
        """Put the message into words again: what it tells of has gone on, or the language is another."""
        if self._shown is None:
            return
        self.label.setText(self._shown.sentence())
        for button, (key, _) in zip((self.action, self.second), self._shown.ways, strict=False):
            button.setText(text.tr(key))
        waiting = len(self._here()) + (self._news is not None) - 1
        self.more.setVisible(waiting > 0)
        self.more.setText(text.tr("shell.more_messages", n=waiting))

    def _keep(self, holds: Callable[[Message], bool]) -> None:
        self._troubles = [each for each in self._troubles if holds(each)]
        if self._news is not None and not holds(self._news):
            self._news = None

    def _elsewhere(self, message: Message) -> bool:
        return bool(message.about and self._looked_at) and message.about != self._looked_at

    def _here(self) -> list[Message]:
        return [each for each in self._troubles if not self._elsewhere(each)]

    def _show(self) -> None:
        here = self._here()
        message = here[-1] if here else self._news
        if message is None:
            self._shown = None
            self._timer.stop()
            self.hide()
            return
        before, self._shown = self._shown, message
        self.action.setVisible(len(message.ways) > 0)
        self.second.setVisible(len(message.ways) > 1)
        self.retell()
        self._paint()
        self.show()
        if message.is_trouble or message.ways:
            self._timer.stop()
        elif message is not before:
            self._timer.start(NEWS_MS)

    def _act(self, number: int, _checked: bool = False) -> None:
        if self._shown is not None:
            _, done = self._shown.ways[number]
            self.dismiss()
            done()

    def _paint(self) -> None:
        name, token = MARKS[self._shown.kind if self._shown is not None else "info"]
        self._mark.setPixmap(icons.icon(name, token).pixmap(theme.scaled(18), theme.scaled(18)))
        self.closer.setIcon(icons.icon("cross"))
        self.closer.setIconSize(icons.size())
        ground = theme.color(GROUNDS[self._shown.kind if self._shown is not None else "info"]).name()
        border = theme.color(token).name()
        self.setStyleSheet(
            f"MessageBar {{ background: {ground}; border: 1px solid {border}; border-radius: {theme.scaled(6)}px; }}"
        )


def _nothing() -> None:
    """A button that only closes."""
