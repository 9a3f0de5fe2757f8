"""The transcript with its tool bar: searched, followed, corrected, and the way through the likely mishearings."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from analysis.document import Analysis, Missing
from app import text
from app.absence import reason
from app.text import tr
from ui import icons, language, theme
from ui.review.controls import IconButton, icon_size, plain_label, restyle
from ui.review.hits import hit_times
from ui.review.list_place import ListPlace
from ui.review.marking import Marking
from ui.review.model import Recording
from ui.review.transcript_list import TranscriptList
from ui.review.voices import role_words

NARROW = 480
"""Below this width (before scaling) the tool bar has two rows."""


class Transcript(QFrame):
    """The list with its tool bar: search, likely mishearings, marks, follow, speakers, swap roles, undo, redo, export.

    `speakersAsked` has the speaker whose name is to be given, "" for all; `hitsChanged` the times (s) of all that the
    search found, `hitChosen` the time of the one that was gone to.
    """

    seekAsked = Signal(float)
    hitsChanged = Signal(list)
    hitChosen = Signal(float)
    corrected = Signal(list)
    takeBackAsked = Signal(str)
    exchangeChosen = Signal(int)
    commentAsked = Signal(float)
    speakersAsked = Signal(str)
    swapAsked = Signal()
    undoAsked = Signal()
    redoAsked = Signal()
    exportAsked = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "panel")
        self._analysed: Analysis | None = None
        self.list = TranscriptList(self)
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.hits = plain_label("small")
        self.mishearings = QPushButton()
        self.mishearings.setProperty("class", "chip")
        self.mishearings.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.mishearings.hide()
        self.follow = IconButton("review", "review.follow", checkable=True)
        self.follow.setChecked(True)
        self.speakers = IconButton("people", "actions.speaker_names_hint")
        self.swap = IconButton("swap", "review.swap_roles")
        self.undo = IconButton("undo", "review.undo")
        self.redo = IconButton("redo", "review.redo")
        self.export = IconButton("export", "actions.export_hint")
        self.empty = plain_label("muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.note = plain_label("small")
        self.note.setWordWrap(True)
        self.note.setContentsMargins(12, 6, 12, 8)
        self.note.hide()
        self._coming = ""
        self.marking = Marking()
        self._bars = QHBoxLayout(), QHBoxLayout()
        self._narrow: bool | None = None
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 1)
        whole.setSpacing(0)
        for bar in self._bars:
            bar.setSpacing(2)
            whole.addLayout(bar)
        self._place_tools(narrow=False)
        whole.addWidget(self.list, 1)
        whole.addWidget(self.empty, 1)
        whole.addWidget(self.note)
        self._hit: int | None = None
        self._times: list[float] = []
        self._gone_to = False
        self._waiting: tuple[Recording | None, str, bool] | None = None
        self._connect()
        language.on_change(self, self._rename)
        theme.changed.connect(self._tell_mishearings)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._search_anew)
        self.search.returnPressed.connect(lambda: self.next_hit(-1 if _shift() else 1))
        self.mishearings.clicked.connect(lambda: self.next_mishearing(1))
        self.marking.changed.connect(self._show_marks)
        self.follow.toggled.connect(self._set_follow)
        self.speakers.clicked.connect(lambda: self.speakersAsked.emit(""))
        self.swap.clicked.connect(self.swapAsked)
        self.undo.clicked.connect(self.undoAsked)
        self.redo.clicked.connect(self.redoAsked)
        self.export.clicked.connect(self._ask_to_export)
        self.list.seekAsked.connect(self.seekAsked)
        self.list.corrected.connect(self.corrected)
        self.list.takeBackAsked.connect(self.takeBackAsked)
        self.list.exchangeChosen.connect(self.exchangeChosen)
        self.list.editorClosed.connect(self._show_waiting)
        self.list.commentAsked.connect(self.commentAsked)
        self.list.speakersAsked.connect(self.speakersAsked)

    def show_recording(self, recording: Recording | None, candidate: str, *, editable: bool) -> None:
        """Show a recording's transcript; the place in the list is kept.

        While a word is being typed, or an offer or a menu is open, the rows stay as they are: what came meanwhile is
        shown when that closes.
        """
        if self.list.is_held():
            self._waiting = (recording, candidate, editable)
            return
        place = ListPlace(self.list)
        self.list.editable = editable
        anew = self.list.rows.show(recording, role_words(candidate))
        self.swap.setEnabled(editable and bool(recording and recording.analysis.speakers.roles))
        filled = bool(self.list.rows.lines)
        self.speakers.setEnabled(bool(recording and recording.analysis.speakers.roles))
        self._analysed = recording.analysis if recording else None
        self._tell_why_empty()
        self._tell_mishearings()
        self.list.setVisible(filled)
        self.empty.setVisible(not filled)
        self._search()
        if anew:
            place.give_back()

    def show_coming(self, instead: str, note: str) -> None:
        """What a running analysis has yet to bring: `instead` of the transcript, and as a `note` below it."""
        self._coming = instead
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self._tell_why_empty()

    def _show_waiting(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            recording, candidate, editable = waiting
            self.show_recording(recording, candidate, editable=editable)

    def _ask_to_export(self) -> None:
        self.exportAsked.emit(self.export.mapToGlobal(self.export.rect().bottomLeft()))

    def show_undo(self, undo: str, redo: str) -> None:
        """Offer to undo and to do again what these name; "" = there is nothing."""
        for button, key, what in ((self.undo, "review.undo", undo), (self.redo, "review.redo", redo)):
            button.setEnabled(bool(what))
            button.tell(tr(f"{key}_what", what=what) if what else tr(key))

    def next_mishearing(self, direction: int = 1) -> None:
        """Open the next likely mishearing, or the one before."""
        self.list.next_offer(direction)

    def _tell_mishearings(self) -> None:
        """How many wait for a person; nothing where none does."""
        count = len(self.list.rows.suggested)
        self.mishearings.setVisible(bool(count) and self.list.editable)
        self.mishearings.setIcon(icons.icon("mishearing", "accent"))
        self.mishearings.setIconSize(icon_size())
        self.mishearings.setText(str(count))
        self.mishearings.setAccessibleName(tr("review.mishearings", count=count))
        self.mishearings.setToolTip(tr("review.mishearings_help", count=count))

    def show_chosen(self, exchange: int | None) -> None:
        """Mark the question that was chosen."""
        self.list.delegate.chosen = exchange
        self.list.viewport().update()

    def next_hit(self, direction: int) -> None:
        """Go to the next or the previous hit, round the end; first of all to the one that is shown."""
        if self._hit is None:
            return
        if self._gone_to or direction < 0:
            self._hit = (self._hit + direction) % len(self._times)
        self._gone_to = True
        self._show_hit()
        self.hitChosen.emit(self._times[self._hit])

    def _search_anew(self) -> None:
        self._hit, self._gone_to = None, False
        self._search()

    def _search(self) -> None:
        """Find what is wanted in the rows as they are now, and stay at the hit of the same number."""
        count = self.list.rows.search(self.search.text().strip())
        before, self._times = self._times, hit_times(self.list.rows.lines, self.list.rows.hits)
        self._hit = min(self._hit or 0, count - 1) if count else None
        self._show_hit()
        if self._times != before:
            self.hitsChanged.emit(self._times)

    def _show_hit(self) -> None:
        count = len(self.list.rows.hits)
        wanted = bool(self.search.text().strip())
        self.hits.setVisible(wanted)
        self.hits.setText(f"{(self._hit or 0) + 1}/{count}" if count else tr("review.no_hits"))
        self.list.show_hit(self._hit)

    def _show_marks(self) -> None:
        self.list.close_offer()
        self.list.rows.hide(self.marking.hidden())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_tools(narrow=self.width() < theme.scaled(NARROW))

    def _place_tools(self, *, narrow: bool) -> None:
        """One row of tools, or two where one would leave no room to search."""
        if narrow is self._narrow:
            return
        self._narrow = narrow
        first, second = self._bars
        for bar in self._bars:
            while bar.takeAt(0) is not None:
                pass
        first.addWidget(self.search, 1)
        first.addWidget(self.hits)
        first.addWidget(self.mishearings)
        (second if narrow else first).addWidget(self.marking)
        second.addStretch(1)
        tools = (self.follow, self.speakers, self.swap, self.undo, self.redo, self.export)
        for tool in (*tools, *self.marking.buttons.values()):
            restyle(tool, "tight" if narrow else "")
        for tool in tools:
            stays = not narrow or tool in (self.follow, self.undo, self.redo)
            (first if stays else second).addWidget(tool)
        first.setContentsMargins(12, 8, 10, 6)
        second.setContentsMargins(*((10, 0, 10, 6) if narrow else (0, 0, 0, 0)))

    def _set_follow(self, follow: bool) -> None:
        self.list.follow = follow
        row = self.list.delegate.current_row
        if follow and row is not None:
            self.list.bring(row)

    def _rename(self) -> None:
        self.search.setPlaceholderText(tr("review.search"))
        self.search.setAccessibleName(tr("review.search"))
        self.search.setToolTip(tr("review.search"))
        self._tell_why_empty()
        self._tell_mishearings()
        self._show_hit()

    def _tell_why_empty(self) -> None:
        if self._coming:
            self.empty.setText(self._coming)
            return
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
