"""A comment written over the picture while that is on the whole screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QWidget

from ui import language
from ui.review.controls import plain_label

if TYPE_CHECKING:
    from ui.review.comments import Comments


class CommentOver(QFrame):
    """A second field for what is written in the room's comment field: the same words, about the same moment, kept as
    the same draft. `given`: saved as a comment. `closed`: put away; the words stay in the room's field.
    """

    given = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("class", "panel")
        self._comments: Comments | None = None
        self.field = QLineEdit()
        self._help = plain_label("small")
        row = QHBoxLayout(self)
        row.addWidget(self.field, 1)
        row.addWidget(self._help)
        self.field.textEdited.connect(self._mirror)
        self.field.returnPressed.connect(self._give)
        language.bind(self.field.setAccessibleName, "review.comment")
        language.bind(self._help.setText, "menu.comment_over_help")
        self.hide()

    def begin(self, comments: Comments) -> None:
        """Go on with what stands in the room's field, which tells the moment."""
        self._comments = comments
        comments.elsewhere = True
        self.field.setText(comments.field.text())
        self.field.setPlaceholderText(comments.field.placeholderText())
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: a key that the field does not take."""
        if Qt.Key(event.key()) is Qt.Key.Key_Escape:
            self.end()
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _mirror(self, words: str) -> None:
        if self._comments is not None:
            self._comments.field.setText(words)

    def _give(self) -> None:
        if self._comments is not None and self.field.text().strip():
            self._comments.give()
            self.field.clear()
            self.end()
            self.given.emit()
            self.closed.emit()

    def end(self) -> None:
        """Put it away."""
        self.hide()
        if self._comments is not None:
            self._comments.elsewhere = False
