"""What became of an interview that was held, and what comes next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from analysis.failures import Failure
from app import text
from app.domain.types import Interview
from app.text import tr
from ui import icons, language, theme

CUT = "after.cut_button"


class DonePage(QWidget):
    """`again`: another interview; `review(id)`, `cut(id)`: this one is to be looked at, or cut first. Enter presses the
    button that has the keyboard."""

    again = Signal()
    review = Signal(str)
    cut = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._interview: Interview | None = None
        self._outcome: object = None
        self._share: float | None = None
        self._later: Callable[[], str] | None = None
        self._cut_key = CUT
        self.mark, self.title, self.words, self.later = QLabel(), QLabel(), QLabel(), QLabel()
        self.open, self.next, self.cut_first = QPushButton(), QPushButton(), QPushButton()
        self.open.setProperty("class", "primary")
        self.title.setProperty("class", "title")
        for label in (self.words, self.later):
            label.setProperty("class", "muted")
        column = QVBoxLayout(self)
        column.addStretch(2)
        for label in (self.mark, self.title, self.words, self.later):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            column.addWidget(label)
        row = QHBoxLayout()
        row.addStretch(1)
        for button in (self.next, self.cut_first, self.open):
            button.setAutoDefault(True)
            row.addWidget(button)
        row.addStretch(1)
        column.addSpacing(theme.scaled(12))
        column.addLayout(row)
        column.addStretch(3)
        self.open.clicked.connect(self._open)
        self.cut_first.clicked.connect(self._cut)
        self.next.clicked.connect(self.again)
        language.on_change(self, self._retell)
        theme.changed.connect(self._retell)

    @property
    def interview_id(self) -> str:
        """Whose end it tells of, "" before any."""
        return self._interview.id if self._interview is not None else ""

    def show_outcome(self, interview: Interview, outcome: object, share: float | None = None) -> None:
        """The interview in the library, or the failure that kept its recording out of it. While its parts are being
        joined, the share (0..1) that is."""
        self._later, self._cut_key = None, CUT
        self._interview, self._outcome, self._share = interview, outcome, share
        self._retell()

    def say_later(self, words: Callable[[], str], cut: str) -> None:
        """Say, too, when the recording is analysed, "" for nothing; the key of what the button says that lets
        something be cut out first, "" for no button."""
        self._later, self._cut_key = words, cut
        self._retell()

    def first(self) -> QPushButton:
        """What Enter presses where nothing else is chosen."""
        return self.open if self.open.isEnabled() else self.next

    def show_share(self, share: float) -> None:
        """So much of its recording is joined."""
        if self._share is not None:
            self._share = share
            self._retell()

    def _open(self) -> None:
        if self._interview is not None:
            self.review.emit(self._interview.id)

    def _cut(self) -> None:
        if self._interview is not None:
            self.cut.emit(self._interview.id)

    def _retell(self) -> None:
        failed = isinstance(self._outcome, Failure)
        side = theme.scaled(48)
        self.mark.setPixmap(icons.icon("warning" if failed else "check", "warn" if failed else "ok").pixmap(side, side))
        self.title.setText(tr("record.done_failed" if failed else "record.done"))
        joins = self._share is not None
        recorded = isinstance(self._outcome, Interview) and self._outcome.media is not None and not joins
        name = self._interview.title if self._interview else ""
        if isinstance(self._outcome, Failure):
            self.words.setText(text.sentence(self._outcome))
        elif self._share is not None:
            self.words.setText(tr("record.done_joining", name=name, share=text.percent(self._share)))
        else:
            self.words.setText(tr("record.done_recorded" if recorded else "record.done_without", name=name))
        self.later.setText(self._later() if self._later is not None else "")
        self.later.setVisible(bool(self.later.text()))
        self.open.setText(tr("record.to_review"))
        self.open.setEnabled(not joins)
        self.cut_first.setText(tr(self._cut_key or CUT))
        self.cut_first.setToolTip(tr("after.cut_help"))
        self.cut_first.setVisible(recorded and bool(self._cut_key))
        self.next.setText(tr("record.another"))
