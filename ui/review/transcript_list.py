"""The rows of the transcript: seeking by click, correcting in place, and the offers below likely mishearings."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLineEdit, QListView, QMenu, QPlainTextEdit, QWidget

from analysis.document import CorrectionKind, Suggestion
from app.text import tr
from ui import language, theme
from ui.review.lines import Stretch, Style
from ui.review.model import CorrectionDraft
from ui.review.offer import Offer
from ui.review.row_edits import merge_with, split_before, split_typed
from ui.review.row_menu import row_menu
from ui.review.suggestions import accepted, alike, dismissed
from ui.review.transcript_model import TranscriptModel
from ui.review.transcript_rows import RowDelegate, word_box
from ui.review.word_cursor import ENTER, WordCursor
from ui.widgets.keys import is_plain


class TranscriptList(QListView):
    """The rows. A click tells the time of the word under it, and opens what is offered there; a double click edits that
    word, F2 the whole row. Left and Right choose a single word.

    `corrected` has the corrections that belong together; `takeBackAsked` the id of one to be undone; `speakersAsked`
    the speaker whose name is to be given; `editorOpened` says that words are typed over the rows, `editorClosed` that
    no editor, card or menu lies over the rows any more.
    """

    seekAsked = Signal(float)
    corrected = Signal(list)
    takeBackAsked = Signal(str)
    exchangeChosen = Signal(int)
    commentAsked = Signal(float)
    speakersAsked = Signal(str)
    editorOpened = Signal()
    editorClosed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = TranscriptModel(self)
        self.delegate = RowDelegate(self.rows)
        self.editable = True
        self.follow = True
        self.editor: QWidget | None = None
        self.offer: Offer | None = None
        self._menu: QMenu | None = None
        self._menu_ends = QTimer(self, singleShot=True, interval=0)  # it closes before what was chosen in it is done
        self._menu_ends.timeout.connect(self._end_menu)
        self._draft: CorrectionDraft | None = None
        self._edited: int | None = None
        self._offered_at, self._walking = -1.0, False
        self.setModel(self.rows)
        self.setItemDelegate(self.delegate)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(theme.scaled(24))
        self.verticalScrollBar().valueChanged.connect(self.close_offer)
        self._arranged = QTimer(self, singleShot=True, interval=0)  # QTimer.singleShot would keep the list for ever
        self._arranged.timeout.connect(self._bring_current)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.chosen_word = WordCursor(self)
        self.delegate.chosen_word = self.chosen_word.place
        theme.changed.connect(self.relayout)
        language.bind(self.setAccessibleName, "review.transcript")
        language.on_change(self, self.close_offer)

    def relayout(self) -> None:
        """Lay all rows out again."""
        self.close_offer()
        self.delegate.forget()
        self.scheduleDelayedItemsLayout()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self.close_offer()
            self.scheduleDelayedItemsLayout()
        super().resizeEvent(event)

    # Following the player

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arranged.start()

    def _bring_current(self) -> None:
        """What was being said when the room opened is in sight once the rows have their final places."""
        row = self.delegate.current_row
        if row is not None and self.follow and not self.is_held():
            self.bring(row)

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
        if row is not None and row != old and self.follow and not self.is_held():
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

    def offset_under(self, at: QPoint) -> tuple[int, int] | None:
        """Row and character at a point of the viewport."""
        index = self.indexAt(at)
        if not index.isValid():
            return None
        offset = self.delegate.offset_at(QRectF(self.visualRect(index)), index.row(), QPointF(at))
        return (index.row(), offset) if offset is not None else None

    def word_under(self, at: QPoint) -> tuple[int, int] | None:
        """Row and word at a point of the viewport."""
        found = self.offset_under(at)
        word = self.rows.lines[found[0]].word_at(found[1]) if found else None
        return (found[0], word) if found and word is not None else None

    def badge_under(self, at: QPoint) -> int | None:
        """The index of the exchange whose badge is at a point of the viewport."""
        index = self.indexAt(at)
        if not index.isValid():
            return None
        area = self.delegate.badge_area(QRectF(self.visualRect(index)), self.rows.lines[index.row()])
        return self.rows.lines[index.row()].exchange if area.contains(QPointF(at)) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        at = event.position().toPoint()
        found = self.offset_under(at)
        offers = found is not None and self.rows.lines[found[0]].stretch_at(found[1], Style.SUGGESTED) is not None
        pointed = offers or self.badge_under(at) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if pointed else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.close_offer()
        at = event.position().toPoint()
        index = self.indexAt(at)
        if event.button() is not Qt.MouseButton.LeftButton or not index.isValid():
            return
        line = self.rows.lines[index.row()]
        word = self.word_under(at)
        self.seekAsked.emit(line.segment.words[word[1]].start if word else line.segment.start)
        found, asked = self.offset_under(at), self.badge_under(at)
        offered = line.stretch_at(found[1], Style.SUGGESTED) if found else None
        if asked is not None:
            self.exchangeChosen.emit(asked)
        elif offered is not None and self.editor is None:
            self.open_offer(index.row(), offered)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self.word_under(event.position().toPoint())
        if found is not None:
            self.edit_word(*found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        plain = is_plain(event)
        if self.chosen_word.press(event):
            return
        if event.key() == Qt.Key.Key_F2 and row >= 0:
            self.edit_row(row)
        elif plain and event.key() in ENTER and row >= 0:
            self.seekAsked.emit(self.rows.lines[row].segment.start)
        elif plain and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            super().keyPressEvent(event)
        else:
            # Letters are the room's keys (J K L, M, C), not a search in the list.
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        found = None if by_key else self.offset_under(event.pos())
        if index.isValid():
            self._menu_ends.stop()
            menu = self._menu = self.row_menu(index.row(), found[1] if found else None)
            menu.aboutToHide.connect(self._menu_ends.start)
            row = self.viewport().mapToGlobal(self.visualRect(index).center())
            menu.popup(row if by_key else event.globalPos())

    def is_held(self) -> bool:
        """Whether an editor, a card or a menu speaks of single rows, which stay where they are as long."""
        return any(each is not None for each in (self.editor, self.offer, self._menu))

    def _end_menu(self) -> None:
        self._menu = None
        self.editorClosed.emit()

    def row_menu(self, row: int, offset: int | None) -> QMenu:
        """What can be done with a row, and with the words at a character of it."""
        self.close_offer()
        return row_menu(self, row, offset)

    # Likely mishearings

    def open_offer(self, row: int, offered: Stretch) -> None:
        """Open the card below a likely mishearing."""
        self.close_offer()
        if not self.editable or offered.suggestion is None:
            return
        suggestion = offered.suggestion
        same = alike(self.suggestions(), suggestion)
        self.scrollTo(self.rows.index(row))
        self._offered_at = suggestion.start
        card = self.offer = Offer(suggestion, len(same), self.viewport())
        card.taken.connect(lambda: self.accept([suggestion]))
        card.allTaken.connect(lambda: self.accept(same))
        card.kept.connect(lambda: self.dismiss(suggestion))
        card.closed.connect(self.close_offer)
        card.show()
        card.place(self._box(row, offered.start, offered.end).toRect(), self.viewport().rect().adjusted(6, 2, -6, -2))
        card.setFocus(Qt.FocusReason.OtherFocusReason)

    def next_offer(self, direction: int = 1) -> bool:
        """Open the next likely mishearing, or the one before, round the end; whether there is any."""
        listed = self.rows.suggested
        if not listed:
            return False
        starts = [stretch.suggestion.start if stretch.suggestion else 0.0 for _, stretch in listed]
        if direction > 0:
            place = next((number for number, start in enumerate(starts) if start > self._offered_at), 0)
        else:
            place = next((n for n in reversed(range(len(starts))) if starts[n] < self._offered_at), len(starts) - 1)
        self.open_offer(*listed[place])
        self._walking = True
        self.seekAsked.emit(starts[place])
        return True

    def close_offer(self) -> None:
        """Put the card away; nothing is decided."""
        card, self.offer, self._walking = self.offer, None, False
        if card is not None:
            had_keys = card.hasFocus() or card.focusWidget() is not None
            card.hide()
            card.deleteLater()
            if had_keys:
                self.setFocus()
            self.editorClosed.emit()

    def suggestions(self) -> tuple[Suggestion, ...]:
        """The likely mishearings that nobody has settled."""
        return tuple(stretch.suggestion for _, stretch in self.rows.suggested if stretch.suggestion)

    def accept(self, chosen: Iterable[Suggestion]) -> None:
        """Take what these sound like: corrections that are undone together."""
        self._settle([accepted(each) for each in chosen])

    def dismiss(self, suggestion: Suggestion) -> None:
        """Keep what is written there."""
        self._settle([dismissed(suggestion)])

    def _settle(self, drafts: list[CorrectionDraft]) -> None:
        """Correct, and go on to the next one where one goes through them all."""
        walking = self._walking
        self.close_offer()
        self.corrected.emit(drafts)
        if walking:
            self.next_offer()

    # Rows split and merged

    def split_place(self) -> tuple[int, int] | None:
        """Where a row can be split now: before the chosen word, else before the one that is being said in the row."""
        place, row = self.chosen_word.place(), self.currentIndex().row()
        said = self.delegate.current_row, self.delegate.current_word
        if place is None and said[0] is not None and said[1] is not None and row in (-1, said[0]):
            place = said[0], said[1]
        return place if self.editable and place is not None and place[1] > 0 else None

    def split(self) -> None:
        """Begin a new row there."""
        place = self.split_place()
        if place is not None:
            self.split_row(*place)

    def split_row(self, row: int, word: int) -> None:
        """Begin a new row with a word."""
        self._rearrange(split_before(self.rows.lines[row].segment, word))

    def merge_row(self) -> int | None:
        """The row that can be put on the one above now: the chosen one, else the one that is being said."""
        chosen = self.currentIndex().row()
        row = chosen if chosen >= 0 else self.delegate.current_row
        return row if self.editable and row else None

    def merge(self, row: int | None = None) -> None:
        """Put a row on the one above."""
        row = self.merge_row() if row is None else row
        if row:
            self._rearrange(merge_with(self.rows.lines[row - 1].segment, self.rows.lines[row].segment))

    def _rearrange(self, drafts: list[CorrectionDraft]) -> None:
        self.close_offer()
        if drafts:
            self.corrected.emit(drafts)
            if self.currentIndex().isValid():
                self.scrollTo(self.currentIndex())

    # Correcting in place

    def _box(self, row: int, start: int, end: int) -> QRectF:
        """Where characters of a row lie in the viewport."""
        area = QRectF(self.visualRect(self.rows.index(row)))
        box = word_box(self.delegate.layout(row, self.delegate.text_width(int(area.width()))), start, end)
        return box.translated(self.delegate.body(area))

    def edit_word(self, row: int, word: int) -> None:
        """Open an editor over a word."""
        if not self.editable:
            return
        line = self.rows.lines[row]
        start, end = line.places[word]
        said = line.segment.words[word]
        self.scrollTo(self.rows.index(row))
        box = self._box(row, start, end).adjusted(-8, -5, theme.scaled(60), 5)
        text = line.segment.text[start:end]
        editor = QLineEdit(text, self.viewport())
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
        self._edited = row

    def _open(self, editor: QLineEdit | QPlainTextEdit, area: QRect, draft: CorrectionDraft) -> None:
        self.close_offer()
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
        self.editorOpened.emit()

    def being_written(self) -> list[object] | None:
        """What is typed over the rows and not taken yet: the time (s), the words there, and what is typed now."""
        draft = self._draft
        return None if draft is None or self.editor is None else [draft.start, draft.before, self._typed()]

    def go_on_writing(self, start: float, before: str, typed: str) -> bool:
        """Open the editor over the words that begin then, with what was typed; False where they stand there no more."""
        row = self.rows.row_at(start)
        line = self.rows.lines[row] if row is not None else None
        if row is None or line is None:
            return False
        words = [line.segment.text[at:end] for at, end in line.places]
        same = [n for n, said in enumerate(line.segment.words) if said.start == start and words[n] == before]
        if before == line.segment.text and start == line.segment.start:
            self.edit_row(row)
        elif same:
            self.edit_word(row, same[0])
        if isinstance(self.editor, QLineEdit):
            self.editor.setText(typed)
        elif isinstance(self.editor, QPlainTextEdit):
            self.editor.setPlainText(typed)
        return self.editor is not None

    def _typed(self) -> str:
        editor = self.editor
        return editor.text() if isinstance(editor, QLineEdit) else editor.toPlainText()  # type: ignore[union-attr]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.editor and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.close_editor()
                return True
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier and self._rearrange_typed(event.key()):
                return True
            if event.key() in ENTER:
                self.commit()
                return True
        if watched is self.editor and isinstance(event, QFocusEvent) and _left_for_good(event):
            QTimer.singleShot(0, self, self.commit)
        return super().eventFilter(watched, event)

    def _rearrange_typed(self, key: int) -> bool:
        """Ctrl+Enter: a new row from the caret on. Ctrl+Backspace at the beginning: onto the row above."""
        editor = self.editor
        if not isinstance(editor, QPlainTextEdit) or self._edited is None:
            return False
        row, caret = self._edited, editor.textCursor()
        if key in ENTER:
            drafts = split_typed(self.rows.lines[row].segment, editor.toPlainText(), caret.position())
            self.close_editor()
            self._rearrange(drafts)
            return True
        if key == Qt.Key.Key_Backspace and caret.atStart() and not caret.hasSelection() and row:
            self.commit()
            self.merge(row)
            return True
        return False

    def commit(self) -> None:
        """Take what was typed, if it differs."""
        editor, draft = self.editor, self._draft
        if editor is None or draft is None:
            return
        typed = " ".join(self._typed().split())
        self.close_editor()
        if typed != draft.before:
            self.corrected.emit([CorrectionDraft(draft.kind, draft.start, draft.end, draft.before, typed)])

    def close_editor(self) -> None:
        """Put the editor away without taking anything."""
        editor, self.editor, self._draft, self._edited = self.editor, None, None, None
        if editor is not None:
            editor.removeEventFilter(self)
            editor.hide()
            editor.deleteLater()
            self.setFocus()
            self.editorClosed.emit()


def _left_for_good(event: QFocusEvent) -> bool:
    """Whether the keyboard went elsewhere in the window, not to another window or a menu, which give it back."""
    gives_back = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
    return event.lostFocus() and event.reason() not in gives_back
