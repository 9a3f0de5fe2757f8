"""Tells which files lie in the HR system though their candidate does not agree to them any more: a person removes them
there, and says so here. It is there only while there are any.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app import text
from app.lying_there import LyingThere
from app.sync_service import SyncService
from sync.failures import RemoteFailure
from ui import language

MOST = 3
"""So many interviews are told of at once; the others follow as these are settled."""


class LyingThereBar(QFrame):
    """`failed` = a known failure, for a sentence above the room; `settled` = a person removed some there."""

    failed = Signal(object)
    settled = Signal()

    def __init__(self, service: SyncService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._service = service
        self._shown: tuple[LyingThere, ...] = ()
        self.setProperty("class", "panel")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(8)
        self.lines = tuple(_Line(self._removed(place)) for place in range(MOST))
        self.more = _words("small")
        for widget in (*self.lines, self.more):
            column.addWidget(widget)
        language.on_change(self, self.refresh)

    def refresh(self) -> None:
        """Read anew."""
        found = self._service.lying_there()
        self._shown = found[:MOST]
        self.setVisible(bool(found))
        for place, line in enumerate(self.lines):
            line.show_words(self._shown[place].sentence if place < len(self._shown) else "")
        self.more.setVisible(len(found) > MOST)
        self.more.setText(text.tr("sync_room.lies_there_more", n=len(found) - MOST))

    def _removed(self, place: int) -> Callable[[], None]:
        def tell() -> None:
            try:
                self._service.removed_there(self._shown[place].op_ids)
            except RemoteFailure as failure:
                self.failed.emit(failure)
            self.settled.emit()

        return tell


class _Line(QWidget):
    """One interview: what lies there, and the word that it does no more."""

    def __init__(self, removed: Callable[[], None]) -> None:
        super().__init__()
        self.words, self.done = _words("warn"), QPushButton()
        self.done.clicked.connect(removed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.words, 1)
        row.addWidget(self.done, 0, Qt.AlignmentFlag.AlignTop)

    def show_words(self, words: str) -> None:
        """Show these; "" = there is nothing to tell."""
        self.setVisible(bool(words))
        self.words.setText(words)
        self.done.setText(text.tr("sync_room.removed_there"))
        self.done.setToolTip(text.tr("sync_room.removed_there_hint"))


def _words(look: str) -> QLabel:
    label = QLabel()
    label.setProperty("class", look)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
