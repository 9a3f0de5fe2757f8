"""The room that records, in the window: what is recorded comes to the library, and a window that closes asks once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from app.text import tr
from ui.shell.context import Context
from ui.shell.window import MainWindow

if TYPE_CHECKING:
    from ui.record.room import RecordRoom

ASKED_MS = 60_000
"""So long a window that was asked to close remembers it."""


class Recordings:
    """Makes the room. `recorded` is told of each interview that is in the library with its recording; `cut` holds the
    analysis of one and opens the redaction."""

    def __init__(
        self, context: Context, window: MainWindow, recorded: Callable[[str], None], review: Callable[[str], None],
        cut: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._context, self._window = context, window
        self._recorded, self._review, self._cut = recorded, review, cut
        self._asked = False
        window.ask_before_closing(self.may_close)

    def make_room(self) -> RecordRoom:
        """The room, when it is first entered."""
        from ui.record.room import RecordRoom

        room = RecordRoom(self._context.library, self._context.settings)
        self.connect(room)
        return room

    def connect(self, room: RecordRoom) -> None:
        """Hear of what happens in a room."""
        room.failed.connect(self._window.say_failure)
        room.noticed.connect(self._window.message.say)
        room.recorded.connect(self._recorded)
        room.reviewRequested.connect(self._review)
        room.done.cut.connect(self._cut)
        room.goesOn.connect(self._context.work.cancel)

    @property
    def room(self) -> RecordRoom | None:
        """The room, once it was entered."""
        return cast("RecordRoom | None", self._window.room("record"))

    def hold(self, interview_id: str) -> None:
        """Go to the room with this interview, unless another one is being held there."""
        if self.room is not None and self.room.is_holding():
            return
        self._window.enter("record")
        if self.room is not None:
            self.room.choose(interview_id)

    def may_close(self) -> bool:
        """Whether the window may close: while an interview is held, the second time it is asked."""
        room = self.room
        if room is None or not room.is_holding() or self._asked:
            return True
        self._asked = True
        self._window.enter("record")
        self._window.message.say(partial(tr, "record.close_asks"), "warn", action="record.close_now",
                                 done=self._close)  # fmt: skip
        self._window.later(self._forget, ASKED_MS)
        return False

    def _close(self) -> None:
        self._window.close()

    def _forget(self) -> None:
        self._asked = False
