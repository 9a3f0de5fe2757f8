"""A comment in the list that is being changed, and the line that stays for a while where one was removed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.domain.types import Comment
from app.text import seconds_of, timecode, tr
from ui import icons, language, theme
from ui.review.controls import IconButton, icon_size, plain_label, wrapped_label

DRAFT_PAUSE_MS = 700
REMOVED_FOR_MS = 10_000
"""So long a removed comment can be brought back where it stood; undo does it afterwards, too."""


class CommentEditor(QFrame):
    """Words and time of a comment, over its place in the list. Enter saves, Shift+Enter begins a line, Escape leaves.

    `saved` has the id, the words, and the time (s) or None where that was not changed. `draftChanged` has what is
    written as [id, time as written, words].
    """

    saved = Signal(str, str, object)
    left = Signal()
    draftChanged = Signal(object)

    def __init__(self, comment: Comment, now: Callable[[], float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.comment = comment
        self._now, self._exact = now, comment.time_s
        self.time = QLineEdit(_written(comment.time_s))
        self.here = IconButton("flag", "review.comment_time_here")
        self.words = QPlainTextEdit(comment.text)
        self.words.setTabChangesFocus(True)
        self.save_button = IconButton("check", "review.comment_save")
        self.cancel = IconButton("cross", "review.comment_leave")
        self.wrong = wrapped_label("warn")
        self.wrong.hide()
        self._pause = QTimer(self, singleShot=True, interval=DRAFT_PAUSE_MS)
        self._build()
        self._connect()
        language.on_change(self, self._rename)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(4)
        timed = self.comment.time_s is not None
        for widget in (self.time, self.here):
            widget.setVisible(timed)
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self.save_button)
        head.addWidget(self.cancel)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 2, 0, 2)
        whole.setSpacing(4)
        whole.addLayout(head)
        whole.addWidget(self.words)
        whole.addWidget(self.wrong)

    def _connect(self) -> None:
        self._pause.timeout.connect(self.keep_draft)
        self.time.textChanged.connect(lambda _: self._pause.start())
        self.words.textChanged.connect(self._pause.start)
        self.time.returnPressed.connect(self.save)
        self.here.clicked.connect(self._take_present)
        self.save_button.clicked.connect(self.save)
        self.cancel.clicked.connect(self.left)
        self.time.installEventFilter(self)
        self.words.installEventFilter(self)

    def go_on(self, time: str, words: str) -> None:
        """Show what was written before."""
        self.time.setText(time)
        self.words.setPlainText(words)

    def begin(self) -> None:
        """Give the words the keyboard, all chosen."""
        self.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.words.selectAll()

    def is_changed(self) -> bool:
        """Whether anything differs from the comment."""
        return self._words() != self.comment.text or self.time.text() != _written(self.comment.time_s)

    def keep_draft(self) -> None:
        """Tell what is written."""
        self._pause.stop()
        written = [self.comment.id, self.time.text(), self.words.toPlainText()] if self.is_changed() else None
        self.draftChanged.emit(written)

    def save(self) -> None:
        """Tell what is to be saved; what cannot be is said below, and stays."""
        time_s = None if self.time.text() == _written(self.comment.time_s) else self._time()
        if not self.is_changed():
            self.left.emit()
        elif self.time.text() != _written(self.comment.time_s) and time_s is None:
            self._say("review.comment_time_wrong", self.time)
        elif not self._words() and not self.comment.bookmark:
            self._say("review.comment_empty", self.words)
        else:
            self.saved.emit(self.comment.id, self._words(), time_s)

    def _words(self) -> str:
        return self.words.toPlainText().strip()

    def _time(self) -> float | None:
        same = self._exact is not None and self.time.text() == _written(self._exact)
        return self._exact if same else seconds_of(self.time.text())

    def _take_present(self) -> None:
        self._exact = self._now()
        self.time.setText(_written(self._exact))

    def _say(self, key: str, where: QWidget) -> None:
        self.wrong.setText(tr(key))
        self.wrong.show()
        where.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            if event.key() == Qt.Key.Key_Escape:
                self.left.emit()
                return True
            if watched is self.words and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shift:
                self.save()
                return True
        return super().eventFilter(watched, event)

    def _rename(self) -> None:
        self.time.setAccessibleName(tr("review.comment_time"))
        self.time.setToolTip(tr("review.comment_time"))
        self.words.setAccessibleName(tr("review.comment"))

    def _restyle(self) -> None:
        self.time.setFixedWidth(theme.scaled(76))
        self.words.setFixedHeight(theme.scaled(60))


class RemovedLine(QFrame):
    """Says that a comment was removed, with the way back; gone after a while, but not while it has the keyboard."""

    undoAsked = Signal(str)
    over = Signal()

    def __init__(self, comment: Comment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.comment = comment
        self.words = plain_label("small")
        self.undo = QPushButton()
        self.undo.setProperty("class", "chip")
        self.undo.setIcon(icons.icon("undo", "accent"))
        self.undo.setIconSize(icon_size())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.words)
        row.addWidget(self.undo)
        row.addStretch(1)
        self.undo.clicked.connect(lambda: self.undoAsked.emit(comment.id))
        self._while = QTimer(self, interval=REMOVED_FOR_MS)
        self._while.timeout.connect(self._end)
        self._while.start()
        language.on_change(self, self._rename)

    def _end(self) -> None:
        if not self.undo.hasFocus():
            self._while.stop()
            self.over.emit()

    def _rename(self) -> None:
        self.words.setText(tr("review.comment_removed"))
        self.undo.setText(tr("history.undo"))


def _written(time_s: float | None) -> str:
    return "" if time_s is None else timecode(time_s)
