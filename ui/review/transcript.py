"""The transcript: follows the player, seeks by click, is searched and corrected in place."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMenu,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from analysis.document import Analysis, CorrectionKind, Missing, Role
from app import text
from app.absence import reason
from app.text import tr
from ui import language, theme
from ui.review.controls import IconButton, plain_label
from ui.review.model import CorrectionDraft, Recording
from ui.review.transcript_model import Line, TranscriptModel
from ui.review.transcript_rows import RowDelegate, word_box


class TranscriptList(QListView):
    """The rows. A click tells the time of the word under it; a double click edits that word, F2 the whole row."""

    seekAsked = Signal(float)
    corrected = Signal(CorrectionDraft)
    commentAsked = Signal(float)
    editorClosed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = TranscriptModel(self)
        self.delegate = RowDelegate(self.rows)
        self.editable = True
        self.follow = True
        self.editor: QWidget | None = None
        self._draft: CorrectionDraft | None = None
        self.setModel(self.rows)
        self.setItemDelegate(self.delegate)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(theme.scaled(24))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        theme.changed.connect(self.relayout)
        language.bind(self.setAccessibleName, "review.transcript")

    def relayout(self) -> None:
        """Lay all rows out again."""
        self.delegate.forget()
        self.scheduleDelayedItemsLayout()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()
        super().resizeEvent(event)

    # Following the player

    def show_time(self, time_s: float) -> None:
        """Mark what is being said, and keep it in sight while following."""
        row = self.rows.row_at(time_s)
        word = self.rows.lines[row].word_at_time(time_s) if row is not None else None
        if (row, word) == (self.delegate.current_row, self.delegate.current_word):
            return
        old, self.delegate.current_row, self.delegate.current_word = self.delegate.current_row, row, word
        for touched in (old, row):
            if touched is not None:
                self.update(self.rows.index(touched))
        if row is not None and row != old and self.follow and self.editor is None:
            self.bring(row)

    def bring(self, row: int) -> None:
        """Scroll a row into sight with some of what follows."""
        area = self.visualRect(self.rows.index(row))
        height = self.viewport().height()
        if area.top() < 0 or area.bottom() > height - theme.scaled(40):
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + area.top() - height // 3)

    def show_hit(self, number: int | None) -> None:
        """Bring a hit of the search into sight."""
        self.delegate.hit = number
        if number is not None:
            self.scrollTo(self.rows.index(self.rows.hits[number][0]), QAbstractItemView.ScrollHint.PositionAtCenter)
        self.viewport().update()

    # Mouse and keys

    def word_under(self, at: QPoint) -> tuple[int, int] | None:
        """Row and word at a point of the viewport."""
        index = self.indexAt(at)
        if not index.isValid():
            return None
        offset = self.delegate.offset_at(QRectF(self.visualRect(index)), index.row(), QPointF(at))
        word = self.rows.lines[index.row()].word_at(offset) if offset is not None else None
        return (index.row(), word) if word is not None else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() is not Qt.MouseButton.LeftButton or not index.isValid():
            return
        line = self.rows.lines[index.row()]
        found = self.word_under(event.position().toPoint())
        self.seekAsked.emit(line.segment.words[found[1]].start if found else line.segment.start)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self.word_under(event.position().toPoint())
        if found is not None:
            self.edit_word(*found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.key() == Qt.Key.Key_F2 and row >= 0:
            self.edit_row(row)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row >= 0:
            self.seekAsked.emit(self.rows.lines[row].segment.start)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            super().keyPressEvent(event)
        else:
            # Letters are the room's keys (J K L, M, C), not a search in the list.
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if index.isValid():
            self.row_menu(index.row(), self.word_under(event.pos())).exec(event.globalPos())

    def row_menu(self, row: int, word: tuple[int, int] | None) -> QMenu:
        """What can be done with a row."""
        line = self.rows.lines[row]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("review.play_from_here"), lambda: self.seekAsked.emit(line.segment.start))
        menu.addAction(tr("review.comment_here"), lambda: self.commentAsked.emit(line.segment.start))
        menu.addAction(tr("review.copy"), lambda: QApplication.clipboard().setText(line.segment.text))
        if self.editable:
            menu.addSeparator()
            if word is not None:
                menu.addAction(tr("review.correct_word"), lambda: self.edit_word(*word))
            menu.addAction(tr("review.correct_segment"), lambda: self.edit_row(row))
            roles = menu.addMenu(tr("review.speaker_is"))
            for role in Role:
                action = roles.addAction(tr(f"review.role_{role.value}"), partial(self._give_role, line, role))
                action.setCheckable(True)
                action.setChecked(role is line.role)
            self._add_speakers(menu, line)
        return menu

    def _add_speakers(self, menu: QMenu, line: Line) -> None:
        others = sorted({each.segment.speaker for each in self.rows.lines} - {line.segment.speaker})
        if others:
            names = {each.segment.speaker: each.name for each in self.rows.lines}
            moved = menu.addMenu(tr("review.said_by"))
            for speaker in others:
                moved.addAction(f"{names[speaker]} ({speaker})", partial(self._give_speaker, line, speaker))

    def _give_role(self, line: Line, role: Role) -> None:
        if role is not line.role:
            self.corrected.emit(CorrectionDraft(CorrectionKind.ROLE, 0.0, 0.0, line.segment.speaker, role.value))

    def _give_speaker(self, line: Line, speaker: str) -> None:
        segment = line.segment
        self.corrected.emit(
            CorrectionDraft(CorrectionKind.SPEAKER, segment.start, segment.end, segment.speaker, speaker)
        )

    # Correcting in place

    def edit_word(self, row: int, word: int) -> None:
        """Open an editor over a word."""
        if not self.editable:
            return
        line = self.rows.lines[row]
        start, end = line.places[word]
        said = line.segment.words[word]
        index = self.rows.index(row)
        self.scrollTo(index)
        area = QRectF(self.visualRect(index))
        box = word_box(self.delegate.layout(row, self.delegate.text_width(int(area.width()))), start, end)
        box = box.translated(self.delegate.body(area)).adjusted(-8, -5, theme.scaled(60), 5)
        text = line.segment.text[start:end]
        editor = QLineEdit(text, self.viewport())
        editor.returnPressed.connect(self.commit)
        self._open(editor, box.toRect(), CorrectionDraft(CorrectionKind.WORD, said.start, said.end, text, text))
        editor.selectAll()

    def edit_row(self, row: int) -> None:
        """Open an editor over all words of a row."""
        if not self.editable:
            return
        line = self.rows.lines[row]
        index = self.rows.index(row)
        self.scrollTo(index)
        area = QRectF(self.visualRect(index))
        origin = self.delegate.body(area)
        box = QRectF(origin.x() - 9, origin.y() - 6, area.right() - origin.x(), area.bottom() - origin.y() + 4)
        text = line.segment.text
        editor = QPlainTextEdit(text, self.viewport())
        said = line.segment
        self._open(editor, box.toRect(), CorrectionDraft(CorrectionKind.WORD, said.start, said.end, text, text))
        editor.selectAll()

    def _open(self, editor: QLineEdit | QPlainTextEdit, area: QRect, draft: CorrectionDraft) -> None:
        self.close_editor()
        self.editor, self._draft = editor, draft
        editor.setFont(theme.font(14))
        editor.setAccessibleName(tr("review.correct_word"))
        room = self.viewport().rect().adjusted(4, 2, -4, -2)
        height = max(area.height(), editor.sizeHint().height() if isinstance(editor, QLineEdit) else theme.scaled(64))
        left = min(area.left(), max(room.left(), room.right() - area.width()))
        editor.setGeometry(QRect(left, area.top(), min(area.width(), room.width()), height))
        editor.installEventFilter(self)
        editor.show()
        editor.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.editor and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.close_editor()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(self.editor, QPlainTextEdit):
                self.commit()
                return True
        if watched is self.editor and event.type() is QEvent.Type.FocusOut:
            QTimer.singleShot(0, self.commit)
        return super().eventFilter(watched, event)

    def commit(self) -> None:
        """Take what was typed, if it differs."""
        editor, draft = self.editor, self._draft
        if editor is None or draft is None:
            return
        typed = editor.text() if isinstance(editor, QLineEdit) else editor.toPlainText()  # type: ignore[attr-defined]
        typed = " ".join(typed.split())
        self.close_editor()
        if typed != draft.before:
            self.corrected.emit(CorrectionDraft(draft.kind, draft.start, draft.end, draft.before, typed))

    def close_editor(self) -> None:
        """Put the editor away without taking anything."""
        editor, self.editor, self._draft = self.editor, None, None
        if editor is not None:
            editor.removeEventFilter(self)
            editor.hide()
            editor.deleteLater()
            self.setFocus()
            self.editorClosed.emit()


class Transcript(QFrame):
    """The list with its tool bar: search, follow, swap roles, undo and redo."""

    seekAsked = Signal(float)
    corrected = Signal(CorrectionDraft)
    commentAsked = Signal(float)
    swapAsked = Signal()
    undoAsked = Signal()
    redoAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "panel")
        self._analysed: Analysis | None = None
        self.list = TranscriptList(self)
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.hits = plain_label("small")
        self.follow = IconButton("review", "review.follow", checkable=True)
        self.follow.setChecked(True)
        self.swap = IconButton("swap", "review.swap_roles")
        self.undo = IconButton("undo", "review.undo")
        self.redo = IconButton("redo", "review.redo")
        self.empty = plain_label("muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 10, 6)
        bar.setSpacing(2)
        bar.addWidget(self.search, 1)
        bar.addWidget(self.hits)
        for button in (self.follow, self.swap, self.undo, self.redo):
            bar.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 1)
        whole.setSpacing(0)
        whole.addLayout(bar)
        whole.addWidget(self.list, 1)
        whole.addWidget(self.empty, 1)
        self._hit: int | None = None
        self._waiting: tuple[Recording | None, str, bool] | None = None
        self._connect()
        language.on_change(self, self._rename)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(lambda: self.next_hit(-1 if _shift() else 1))
        self.follow.toggled.connect(self._set_follow)
        self.swap.clicked.connect(self.swapAsked)
        self.undo.clicked.connect(self.undoAsked)
        self.redo.clicked.connect(self.redoAsked)
        self.list.seekAsked.connect(self.seekAsked)
        self.list.corrected.connect(self.corrected)
        self.list.editorClosed.connect(self._show_waiting)
        self.list.commentAsked.connect(self.commentAsked)

    def show_recording(self, recording: Recording | None, candidate: str, *, editable: bool) -> None:
        """Show a recording's transcript; the place in the list is kept.

        While a word is being typed the rows stay as they are: what came meanwhile is shown when the editor closes.
        """
        if self.list.editor is not None:
            self._waiting = (recording, candidate, editable)
            return
        place = self.list.verticalScrollBar().value()
        names = {
            Role.CANDIDATE: candidate or tr("review.role_candidate"),
            Role.INTERVIEWER: tr("review.role_interviewer"),
        }
        self.list.editable = editable
        self.list.rows.show(recording.analysis if recording else None, names)
        self.swap.setEnabled(editable and bool(self.list.rows.lines))
        filled = bool(self.list.rows.lines)
        self._analysed = recording.analysis if recording else None
        self._tell_why_empty()
        self.list.setVisible(filled)
        self.empty.setVisible(not filled)
        self._search(self.search.text())
        self.list.doItemsLayout()
        self.list.verticalScrollBar().setValue(place)

    def _show_waiting(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            recording, candidate, editable = waiting
            self.show_recording(recording, candidate, editable=editable)

    def show_undo(self, can_undo: bool, can_redo: bool) -> None:
        """Offer undo and redo, or not."""
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)

    def next_hit(self, direction: int) -> None:
        """Go to the next or the previous hit, round the end."""
        count = len(self.list.rows.hits)
        if count:
            self._hit = 0 if self._hit is None else (self._hit + direction) % count
            self._show_hit()

    def _search(self, wanted: str) -> None:
        count = self.list.rows.search(wanted.strip())
        self._hit = 0 if count else None
        self._show_hit()

    def _show_hit(self) -> None:
        count = len(self.list.rows.hits)
        wanted = bool(self.search.text().strip())
        self.hits.setVisible(wanted)
        self.hits.setText(f"{(self._hit or 0) + 1}/{count}" if count else tr("review.no_hits"))
        self.list.show_hit(self._hit)

    def _set_follow(self, follow: bool) -> None:
        self.list.follow = follow
        row = self.list.delegate.current_row
        if follow and row is not None:
            self.list.bring(row)

    def _rename(self) -> None:
        self.search.setPlaceholderText(tr("review.search"))
        self.search.setAccessibleName(tr("review.search"))
        self._tell_why_empty()
        self._show_hit()

    def _tell_why_empty(self) -> None:
        if self._analysed is None:
            self.empty.setText(tr("review.no_transcript"))
            return
        absent = (each for each in self._analysed.missing if each.what == "text")
        why = reason(next(absent, Missing("text", "no_speech")), text.language())
        self.empty.setText(tr("review.without_transcript", why=why.rstrip(".。")))

    def current(self) -> QModelIndex:
        """The row that has the keyboard."""
        return self.list.currentIndex()


def _shift() -> bool:
    return bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)
