"""What is being written in the room and not given yet: kept at each pause, and there again after a crash.

A half-written comment, a change of a comment, the words typed over the transcript and names typed for voices are drafts
of the library, see `app.store.drafts`. Ratings, reasons and closing words need none: they are saved themselves at each
pause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer

from analysis.failures import Failure
from app.text import timecode

if TYPE_CHECKING:
    from ui.review.room import ReviewRoom

COMMENT, COMMENT_EDIT, CORRECTION, NAMES = "comment", "comment_edit", "correction", "names"
PAUSE_MS = 700
"""What is typed is kept when the writer pauses for so long."""


class Drafts(QObject):
    """Shows what was kept when the room opens, and keeps what is written from then on. Read-only: nothing."""

    def __init__(self, room: ReviewRoom) -> None:
        super().__init__(room)
        self._room = room
        self._kept: dict[str, object] = {}
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._keep_correction)
        self._names_pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._names_pause.timeout.connect(self._keep_names)
        if room.presenter.read_only:
            return
        comments, rows = room.scorecard.comments, room.transcript.list
        comments.show_draft(self._read(COMMENT))
        self._go_on_editing(self._read(COMMENT_EDIT))
        comments.draftChanged.connect(lambda draft: self.keep(COMMENT, draft))
        comments.editDraftChanged.connect(lambda draft: self.keep(COMMENT_EDIT, draft))
        rows.editorOpened.connect(self._watch)
        rows.editorClosed.connect(self._keep_correction)
        room.speakers.card.typed.connect(self._names_pause.start)
        if [field for field in (CORRECTION, NAMES) if self._read(field) is not None]:
            room.installEventFilter(self)

    def keep(self, field: str, body: object) -> None:
        """Write down what is being written in a field, where it changed; None forgets it."""
        if self._kept.get(field) == body:
            return
        self._kept[field] = body
        try:
            self._room.presenter.keep_unfinished(field, body)
        except Failure as failure:
            self._room.failed.emit(failure)

    def _read(self, field: str) -> object:
        self._kept[field] = self._room.presenter.unfinished(field)
        return self._kept[field]

    def _go_on_editing(self, draft: object) -> None:
        match draft:
            case [str(comment_id), str(time), str(words)]:
                if not self._room.scorecard.comments.edit(comment_id, time, words):
                    self._room.noticed.emit("review.draft_lost", {"time": time or "–", "words": words})
                    self.keep(COMMENT_EDIT, None)

    # The names of voices

    def leave(self) -> None:
        """Keep at once what waits for a pause."""
        if self._names_pause.isActive():
            self._keep_names()

    def _keep_names(self) -> None:
        """A card that was put away has forgotten them."""
        self._names_pause.stop()
        self.keep(NAMES, self._room.speakers.card.being_written())

    def _go_on_naming(self) -> None:
        """Show the card again; one without any voice yet waits until the room is opened anew."""
        match self._kept.get(NAMES):
            case dict() as names if all(isinstance(each, str) for pair in names.items() for each in pair):
                for name in self._room.speakers.go_on(names) or ():
                    self._room.noticed.emit("review.draft_lost", {"time": "–", "words": name})

    # The transcript's editor

    def _watch(self) -> None:
        editor = self._room.transcript.list.editor
        if editor is not None:
            editor.textChanged.connect(lambda *_: self._pause.start())  # type: ignore[attr-defined]

    def _keep_correction(self) -> None:
        self._pause.stop()
        self.keep(CORRECTION, self._room.transcript.list.being_written())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._reopen)
        return super().eventFilter(watched, event)

    def _reopen(self) -> None:
        """Open the card and the editor again that a crash closed, once the rows have their places."""
        self._go_on_naming()
        rows = self._room.transcript.list
        match self._kept.get(CORRECTION):
            case [int() | float() as start, str(before), str(typed)] if rows.rows.lines and rows.editor is None:
                if not rows.go_on_writing(float(start), before, typed):
                    self._room.noticed.emit("review.draft_lost", {"time": timecode(start), "words": typed})
                    self.keep(CORRECTION, None)
