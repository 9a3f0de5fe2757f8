"""Undo and redo in the review room: one order over corrections, ratings, weights, words and comments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from analysis.failures import Failure
from app.review.history import Part, Slot, Step
from app.text import tr

if TYPE_CHECKING:
    from ui.review.room import ReviewRoom


class Undoing(QObject):
    """Asks the presenter, shows what came of it, and brings it into sight."""

    def __init__(self, room: ReviewRoom) -> None:
        super().__init__(room)
        self._room = room
        room.transcript.undoAsked.connect(self.undo)
        room.transcript.redoAsked.connect(self.redo)
        room.scorecard.changed.connect(self.show)

    def show(self) -> None:
        """Offer what can be undone and done again now."""
        presenter = self._room.presenter
        self._room.transcript.show_undo(presenter.undo_text, presenter.redo_text)

    def titles(self) -> tuple[str, str]:
        """What undo and redo would do, in words; only that they are there where there is nothing to do."""
        presenter = self._room.presenter
        undo, redo = presenter.undo_text, presenter.redo_text
        return (
            tr("history.undo_what", what=undo) if undo else tr("history.undo"),
            tr("history.redo_what", what=redo) if redo else tr("history.redo"),
        )

    def undo(self) -> None:
        """Undo the newest step of any kind."""
        self._move(self._room.presenter.undo)

    def redo(self) -> None:
        """Do the step again that was undone last."""
        self._move(self._room.presenter.redo)

    def _move(self, act: Callable[[], Step | None]) -> None:
        self._room.questions.card.score.save()
        self._room.scorecard.save_open_fields()  # what is being written is the newest step
        try:
            step = act()
        except Failure as failure:
            self._room.failed.emit(failure)
            step = None
        self._show(step.slot if step else None)

    def _show(self, slot: Slot[object] | None) -> None:
        """What belongs to the slot; everything where it is not known what changed."""
        room, part = self._room, slot.part if slot else None
        if part in (Part.WORDS, None):
            room.show_corrected()
        if part in (Part.COMMENTS, None):
            room.scorecard.show_comments_anew()
        room.scorecard.show_saved()
        if slot is not None:
            room.scorecard.bring_into_sight(slot.subject, comments=part is Part.COMMENTS)
        self.show()
        room.changed.emit()
        room.questions.card.score.put()
