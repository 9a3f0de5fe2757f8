"""Comments at a time of the recording: one field to write, a list to go back to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.domain.types import Comment
from app.text import timecode, tr
from ui import icons, language, theme
from ui.review.controls import IconButton, icon_size, plain_label

DRAFT_PAUSE_MS = 700
"""What is being written is kept as a draft when the writer pauses for so long."""


class Comments(QFrame):
    """The comment field, the bookmark button and the list. `now` tells the player's time.

    `draftChanged` has what is written and not given yet as [time (s), text], None where the field is empty.
    """

    commentGiven = Signal(float, str)
    started = Signal()
    draftChanged = Signal(object)
    bookmarkAsked = Signal()
    removeAsked = Signal(str)
    seekAsked = Signal(float)

    def __init__(self, now: Callable[[], float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._time: float | None = None
        self._shown: tuple[Comment, ...] = ()
        self._editable = True
        self.field = QLineEdit()
        self._pause = QTimer(self, singleShot=True, interval=DRAFT_PAUSE_MS)
        self._pause.timeout.connect(self.keep_draft)
        self.bookmark = IconButton("bookmark", "review.bookmark_add")
        self.list = QVBoxLayout()
        self.list.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        row.addWidget(self.bookmark)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 4, 0, 4)
        whole.setSpacing(6)
        whole.addLayout(row)
        whole.addLayout(self.list)
        self.field.textEdited.connect(self._hold_time)
        self.field.textChanged.connect(lambda _: self._pause.start())
        self.field.returnPressed.connect(self._give)
        self.bookmark.clicked.connect(self.bookmarkAsked)
        language.on_change(self, self._rename)
        theme.changed.connect(self._rename)

    def start(self, time_s: float | None = None) -> None:
        """Begin to write, about the present moment or a given one."""
        self._time = self._now() if time_s is None else time_s
        self._rename()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.started.emit()

    def keep_draft(self) -> None:
        """Tell what is written and not given yet."""
        self._pause.stop()
        words = self.field.text().strip()
        time_s = self._now() if self._time is None else self._time
        self.draftChanged.emit([round(time_s, 2), words] if words else None)

    def show_draft(self, draft: object) -> None:
        """Go on with what was kept, about its own moment; anything else is no draft."""
        match draft:
            case [int() | float() as time_s, str(words)] if words:
                self._time = float(time_s)
                self.field.setText(words)
                self._rename()

    def present(self) -> float:
        """The player's time."""
        return self._now()

    def show_time(self, time_s: float) -> None:
        """Follow the player, unless something is being written about an earlier moment."""
        if self._time is not None and not self.field.text() and not self.field.hasFocus():
            self._time = None
        if self._time is None:
            self.field.setPlaceholderText(tr("review.comment_at", time=timecode(time_s)))

    def show_comments(self, comments: Sequence[Comment], *, editable: bool) -> None:
        """Show these, in time order."""
        self._shown, self._editable = tuple(comments), editable
        self.field.setEnabled(editable)
        self.bookmark.setEnabled(editable)
        while self.list.count():
            item = self.list.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for comment in self._shown:
            self.list.addWidget(self._row(comment))

    def _row(self, comment: Comment) -> QWidget:
        row = QFrame()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        if comment.time_s is not None:
            line.addWidget(self._jump(comment, comment.time_s), 0, Qt.AlignmentFlag.AlignTop)
        words = plain_label()
        words.setText(comment.text or tr("review.bookmark"))
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        line.addWidget(words, 1)
        if self._editable:
            remove = IconButton("cross", "review.remove_comment")
            remove.clicked.connect(lambda: self.removeAsked.emit(comment.id))
            line.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _jump(self, comment: Comment, time_s: float) -> QPushButton:
        jump = QPushButton(timecode(time_s))
        jump.setProperty("class", "chip")
        jump.setIcon(icons.icon("bookmark" if comment.bookmark else "comment", "accent"))
        jump.setIconSize(icon_size())
        jump.setAccessibleName(tr("review.go_to", time=timecode(time_s)))
        jump.clicked.connect(lambda: self.seekAsked.emit(time_s))
        return jump

    def _hold_time(self, typed: str) -> None:
        if typed and self._time is None:
            self._time = self._now()
        elif not typed:
            self._time = None

    def _give(self) -> None:
        words = self.field.text().strip()
        if words:
            self.field.clear()
            time_s, self._time = self._time, None
            self.commentGiven.emit(self._now() if time_s is None else time_s, words)
            self.keep_draft()

    def _rename(self) -> None:
        time_s = self._now() if self._time is None else self._time
        self.field.setPlaceholderText(tr("review.comment_at", time=timecode(time_s)))
        self.field.setAccessibleName(tr("review.comment"))
        self.show_comments(self._shown, editable=self._editable)
