"""Comments at a time of the recording: one field to write, a list to go back to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.types import Comment
from app.text import stretch, timecode, tr
from app.told import here
from ui import icons, language, theme
from ui.review.comment_editor import CommentEditor, RemovedLine
from ui.review.comment_menu import comment_menu
from ui.review.controls import IconButton, icon_size, wrapped_label
from ui.widgets.action_menu import MenuOffer
from ui.widgets.plain import literal, plain_tip

DRAFT_PAUSE_MS = 700
"""What is being written is kept as a draft when the writer pauses for so long."""


class Comments(QFrame):
    """The comment field, the bookmark button and the list. `now` tells the player's time.

    `commentGiven` has the time (s), the words, and where the stretch ends that they are about, else None.
    `draftChanged` has what is written and not given yet as [time (s), text] or [time, text, end], None where the field
    is empty.
    `edited` has an id, the new words, and the new time (s) or None where that stays; answer with `close_editor`.
    `editDraftChanged` has what the editor holds, None where it is closed or nothing was changed.
    `timeless`: comments are about the whole interview.
    `elsewhere`: what stands in the field is being written in another one, over the picture.
    """

    commentGiven = Signal(float, str, object)
    started = Signal()
    draftChanged = Signal(object)
    bookmarkAsked = Signal()
    removeAsked = Signal(str)
    restoreAsked = Signal(str)
    edited = Signal(str, str, object)
    editDraftChanged = Signal(object)
    tagAsked = Signal(str, object)
    seekAsked = Signal(float)
    playAsked = Signal(float)

    def __init__(self, now: Callable[[], float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._time: float | None = None
        self._end: float | None = None
        self._begun = False
        self.elsewhere = False
        self.timeless = False
        self._shown: tuple[Comment, ...] = ()
        self._dimensions: dict[str, str] = {}
        self.editable = True
        self._mine: str | None = None
        self.editor: CommentEditor | None = None
        self.removed: RemovedLine | None = None
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
        self.field.returnPressed.connect(self.give)
        self.bookmark.clicked.connect(self.bookmarkAsked)
        language.on_change(self, self._rename)
        theme.changed.connect(self._rename)

    def start(self, time_s: float | None = None, end_s: float | None = None) -> None:
        """Begin to write, about the present moment, a given one, or the stretch from there to `end_s`. Words that stand
        there already go on about their own moment, unless one is given."""
        if time_s is not None or not self.field.text():
            self._time = self._now() if time_s is None else time_s
            self._end = end_s
        self._begun = True
        self._rename()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.started.emit()

    def keep_draft(self) -> None:
        """Tell what is written and not given yet."""
        self._pause.stop()
        words = self.field.text().strip()
        time_s = self._now() if self._time is None else self._time
        tail = [] if self._end is None else [round(self._end, 2)]
        self.draftChanged.emit([round(time_s, 2), words, *tail] if words else None)
        if self.editor is not None:
            self.editor.keep_draft()

    def show_draft(self, draft: object) -> None:
        """Go on with what was kept, about its own moment; anything else is no draft."""
        match draft:
            case [int() | float() as time_s, str(words), *tail] if words:
                self._time = float(time_s)
                self._end = next((float(end) for end in tail if isinstance(end, int | float)), None)
                self._begun = True
                self.field.setText(words)
                self._rename()

    def present(self) -> float:
        """The player's time."""
        return self._now()

    def show_time(self, time_s: float) -> None:
        """Follow the player, unless something is being written about an earlier moment."""
        writing = self.field.hasFocus() or self.elsewhere
        if self._time is not None and not self.field.text() and not writing:
            self._forget_moment()
        if self._time is None:
            self.field.setPlaceholderText(self._hint(timecode(time_s)))

    def set_timeless(self, *, timeless: bool) -> None:
        """Whether there is no recording whose moments could be commented on, or marked."""
        if timeless != self.timeless:
            self.timeless = timeless
            self._rename()

    def _hint(self, moment: str) -> str:
        return tr("review.comment_whole") if self.timeless else tr("review.comment_at", time=moment)

    def offer_dimensions(self, titles: Mapping[str, str]) -> None:
        """What a comment may speak of: the dimensions' titles by id."""
        self._dimensions = dict(titles)

    def show_comments(self, comments: Sequence[Comment], *, editable: bool, mine: str | None = None) -> None:
        """Show these, in time order. Only what `mine` wrote can be changed; None = all."""
        self._shown, self.editable, self._mine = tuple(map(here, comments)), editable, mine
        self.field.setEnabled(editable)
        self.bookmark.setEnabled(editable and not self.timeless)
        while self.list.count():
            item = self.list.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None and widget not in (self.editor, self.removed):
                widget.hide()
                widget.deleteLater()
        self._let_go_of_the_gone()
        for comment in self._shown:
            editing = self.editor is not None and self.editor.comment.id == comment.id
            self.list.addWidget(self.editor if editing and self.editor else self._row(comment))
        if self.removed is not None:
            at = self.removed.comment.time_s or 0.0
            before = sum(1 for comment in self._shown if (comment.time_s or 0.0) <= at)
            self.list.insertWidget(before, self.removed)

    def _let_go_of_the_gone(self) -> None:
        """The line of a removed comment that is there again, and the editor of one that is there no more."""
        there = {comment.id for comment in self._shown}
        if self.removed is not None and self.removed.comment.id in there:
            self._forget_removed()
        if self.editor is not None and self.editor.comment.id not in there:
            if self.editor.is_changed() and not self.field.text():
                self._time, self._end = self.editor.comment.time_s, self.editor.comment.end_s
                self.field.setText(" ".join(self.editor.words.toPlainText().split()))
            self._forget_editor()

    # Changing and removing

    def edit(self, comment_id: str, time: str | None = None, words: str = "") -> bool:
        """Open a comment's editor in its place, with what was written in it before; whether it could be."""
        comment = next((each for each in self._shown if each.id == comment_id and self.may_edit(each)), None)
        if comment is None:
            return False
        self._forget_editor()
        editor = self.editor = CommentEditor(comment, self._now)
        editor.saved.connect(self.edited)
        editor.left.connect(self.close_editor)
        editor.draftChanged.connect(self.editDraftChanged)
        if time is not None:
            editor.go_on(time, words)
        self.show_comments(self._shown, editable=self.editable, mine=self._mine)
        editor.show()
        if time is None:
            editor.begin()
        return True

    def close_editor(self) -> None:
        """Put the editor away; what it held is saved, or not wanted."""
        had_keys = self.editor is not None and self.editor.isAncestorOf(self.focusWidget() or self)
        self._forget_editor()
        self.show_comments(self._shown, editable=self.editable, mine=self._mine)
        if had_keys:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def save_editor(self) -> None:
        """Save what the editor holds: the room is about to close. What cannot be saved stays a draft."""
        if self.editor is not None:
            self.editor.keep_draft()
            self.editor.save()

    def _forget_editor(self) -> None:
        editor, self.editor = self.editor, None
        if editor is not None:
            editor.hide()
            editor.deleteLater()
            self.editDraftChanged.emit(None)

    def show_removed(self, comment: Comment) -> None:
        """Say where a comment stood that it was removed, and offer it back."""
        had_keys = self.isAncestorOf(QApplication.focusWidget() or self) and not self.field.hasFocus()
        self._forget_removed()
        line = self.removed = RemovedLine(comment)
        line.undoAsked.connect(self.restoreAsked)
        line.over.connect(self._forget_removed)
        left = [each for each in self._shown if each.id != comment.id]
        self.show_comments(left, editable=self.editable, mine=self._mine)
        line.show()
        if had_keys:
            line.undo.setFocus(Qt.FocusReason.OtherFocusReason)

    def _forget_removed(self) -> None:
        line, self.removed = self.removed, None
        if line is not None:
            line.hide()
            line.deleteLater()

    def may_edit(self, comment: Comment) -> bool:
        """Whether the one who reviews may change a comment."""
        return self.editable and self._mine in (None, comment.author)

    def _row(self, comment: Comment) -> QWidget:
        row = QFrame()
        MenuOffer(row, lambda _: comment_menu(self, row, comment))
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        if comment.time_s is not None:
            line.addWidget(self._jump(comment, comment.time_s), 0, Qt.AlignmentFlag.AlignTop)
        words = Words()
        words.setText(comment.text or tr("review.bookmark"))
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        words.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # the row has one
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(words)
        if title := self._dimensions.get(comment.dimension_id or ""):
            dimension = wrapped_label("small")
            dimension.setText(title)
            said.addWidget(dimension)
        line.addLayout(said, 1)
        if self.may_edit(comment) and self._dimensions:
            line.addWidget(self._tag(comment), 0, Qt.AlignmentFlag.AlignTop)
        if self.may_edit(comment):
            change = IconButton("edit", "review.edit_comment")
            change.clicked.connect(lambda: self.edit(comment.id))
            words.doubleClicked.connect(lambda: self.edit(comment.id))
            line.addWidget(change, 0, Qt.AlignmentFlag.AlignTop)
            remove = IconButton("cross", "review.remove_comment")
            remove.clicked.connect(lambda: self.removeAsked.emit(comment.id))
            line.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
        for tool in row.findChildren(QToolButton):
            tool.setProperty("class", "tight")
        return row

    def _tag(self, comment: Comment) -> QToolButton:
        """The way to say which dimension a comment speaks of."""
        tag = QToolButton()
        tag.setAutoRaise(True)
        tag.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        title = self._dimensions.get(comment.dimension_id or "")
        tag.setIcon(icons.icon("tag", "accent" if title else "text"))
        tag.setIconSize(QSize(theme.scaled(18), theme.scaled(18)))
        words = tr("review.speaks_of", what=title or tr("review.no_dimension"))
        tag.setAccessibleName(words)
        tag.setToolTip(plain_tip(words))
        tag.clicked.connect(lambda: self._choose_dimension(tag, comment))
        return tag

    def _choose_dimension(self, tag: QWidget, comment: Comment) -> None:
        menu = self.tag_menu(tag, comment)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(tag.mapToGlobal(tag.rect().bottomLeft()))

    def tag_menu(self, parent: QWidget, comment: Comment) -> QMenu:
        """A choice of the dimension that a comment speaks of, or none."""
        menu = QMenu(parent)
        group = QActionGroup(menu)
        for key, title in (*self._dimensions.items(), (None, tr("review.no_dimension"))):
            action = menu.addAction(literal(title))
            action.setCheckable(True)
            action.setChecked(key == comment.dimension_id)
            action.triggered.connect(lambda _=False, key=key: self.tagAsked.emit(comment.id, key))
            group.addAction(action)
        return menu

    def _jump(self, comment: Comment, time_s: float) -> QPushButton:
        jump = QPushButton(stretch(time_s, comment.end_s))
        jump.setProperty("class", "chip")
        jump.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        jump.setIcon(icons.icon("bookmark" if comment.bookmark else "comment", "accent"))
        jump.setIconSize(icon_size())
        jump.setAccessibleName(tr("review.go_to", time=timecode(time_s)))
        jump.clicked.connect(lambda: self.seekAsked.emit(time_s))
        return jump

    def _hold_time(self, typed: str) -> None:
        """What is typed is about the moment of its first character, or the one that it was begun at."""
        if typed and self._time is None:
            self._time = self._now()
        elif not typed and not self._begun:
            self._forget_moment()

    def _forget_moment(self) -> None:
        self._time, self._end, self._begun = None, None, False

    def give(self) -> None:
        """Give what is written as a comment."""
        words = self.field.text().strip()
        if words:
            self.field.clear()
            time_s, end_s = self._time, self._end
            self._forget_moment()
            self.commentGiven.emit(self._now() if time_s is None else time_s, words, end_s)
            self.keep_draft()

    def _rename(self) -> None:
        time_s = self._now() if self._time is None else self._time
        self.field.setPlaceholderText(self._hint(stretch(time_s, self._end)))
        self.field.setAccessibleName(tr("review.comment"))
        self.show_comments(self._shown, editable=self.editable, mine=self._mine)


class Words(QLabel):
    """What a comment says, as plain text; a double click asks to change it."""

    doubleClicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self.doubleClicked.emit()
