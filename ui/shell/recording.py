"""The room that records, in the window: what is recorded comes to the library, and a window that closes asks once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtGui import QGuiApplication

from analysis.failures import DiskFull, Failure
from app.domain.types import Interview
from app.failures import RecordingDiskFull, RecordingSpaceShort
from app.recording.cut_off import end, take_up
from app.text import tr
from ui.shell.context import Context
from ui.shell.topics import analysed, cut_off
from ui.shell.window import MainWindow

if TYPE_CHECKING:
    from app.store.library import Library
    from ui.library.room import LibraryRoom
    from ui.record.room import RecordRoom

ANOTHER = "another"
"""The message's topic where an interview was asked for while another one is held."""
CLOSING = "closing"
"""The message's topic while a window asks whether it may close."""
UNKEPT = "unkept"
"""The message's topic while something of an interview that is over is not kept."""
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
        self._asked = self._warned = self._told_unkept = False
        window.ask_before_closing(self.may_close)
        window.pages.currentChanged.connect(self._cover)

    def make_room(self) -> RecordRoom:
        """The room, when it is first entered."""
        from ui.record.room import RecordRoom

        room = RecordRoom(self._context.library, self._context.settings)
        self.connect(room)
        return room

    def connect(self, room: RecordRoom) -> None:
        """Hear of what happens in a room."""
        room.failed.connect(self._failed)
        room.noticed.connect(self._noticed)
        room.pages.currentChanged.connect(self._turned)
        room.recorded.connect(self._recorded)
        room.unjoined.connect(self._join)
        room.reviewRequested.connect(self._review)
        room.done.cut.connect(self._cut)
        room.goesOn.connect(self._goes_on)
        room.unkept.connect(self._tell_unkept)
        room.allKept.connect(self._tell_kept)

    @property
    def room(self) -> RecordRoom | None:
        """The room, once it was entered."""
        return cast("RecordRoom | None", self._window.room("record"))

    def hold(self, interview_id: str) -> None:
        """Go to the room with this interview; while another one is being held there, say so and go nowhere."""
        if self.room is not None and self.room.is_holding():
            if interview_id != self.looked_at():
                self._window.message.say(lambda: tr("record.another_is_held"), "info", topic=ANOTHER)
            return
        self._window.enter("record")
        if self.room is not None:
            self.room.choose(interview_id)

    def take_up(self, interview_id: str) -> None:
        """A person reviews an interview or has it analysed: one that was cut off waits to be assessed from now on."""
        self._try(take_up, interview_id)

    def end(self, interview_id: str) -> None:
        """A person says that an interview is over which was cut off."""
        self._try(end, interview_id)
        self._window.message.drop(cut_off(interview_id))

    def _try(self, act: Callable[[Library, str], None], interview_id: str) -> None:
        try:
            act(self._context.library, interview_id)
        except Failure as failure:
            self._window.say_failure(failure)

    def looked_at(self) -> str:
        """The interview that is being held, or about to be; "" for none."""
        room = self.room
        if room is None:
            return ""
        return room.held.interview.id if room.held is not None else room.prepared

    def tells_of(self, interview_id: str) -> bool:
        """Whether the room shows the end of this interview."""
        room = self.room
        return room is not None and room.pages.currentWidget() is room.done and room.done.interview_id == interview_id

    def say_later(self, interview_id: str, words: Callable[[], str], cut: str) -> None:
        """Say where an interview has just ended when its recording is analysed; `cut` as `ui.shell.after.Outlook`."""
        if self.room is not None:
            self.room.say_later(interview_id, words, cut)

    def _failed(self, failure: Failure) -> None:
        if isinstance(failure, RecordingDiskFull):
            self._window.message.drop(RecordingSpaceShort.code)
        self._window.say_failure(failure, about=self.looked_at())

    def _noticed(self, words: Callable[[], str], kind: str, topic: str) -> None:
        if topic == RecordingDiskFull.code:  # there is room again: nothing that was said of the disk holds
            self._window.message.drop(RecordingSpaceShort.code)
            self._window.message.drop(DiskFull.code)
        self._window.message.say(words, kind, topic=topic, about=self.looked_at())

    def _turned(self, _page: int) -> None:
        """An interview has begun or ended: what was said of the one before does not stay above it."""
        if not self.looked_at():
            self._asked = False
            for topic in (CLOSING, ANOTHER, RecordingSpaceShort.code):
                self._window.message.drop(topic)
        self._cover()
        if self._window.pages.currentWidget() is self.room:
            self._window.message.look_at(self.looked_at())
            self._window.alerts.fold(bool(self.looked_at()))

    def _cover(self, _page: int = 0) -> None:
        """While a candidate reads the consent or sits by, nothing of other candidates stands above it."""
        room = self.room
        shown = room is not None and self._window.pages.currentWidget() is room
        self._window.alerts.cover(on=room is not None and shown and bool(room.prepared))

    def _goes_on(self, interview_id: str) -> None:
        """Nothing that was said of its beginning holds any more."""
        self._context.work.cancel(interview_id)
        self._window.message.drop(analysed(interview_id))
        self._window.message.drop(cut_off(interview_id))

    # The parts of a recording that went on

    def _join(self, interview_id: str) -> None:
        """Behind what is being imported; what the window's end cuts off is joined at the next start."""
        folder, tell = self._context.library.vault.recording(interview_id), partial(self._joined, interview_id)
        self._context.work.recover(folder, tell, tell, partial(self._joining, interview_id))

    def _joining(self, interview_id: str, share: float) -> None:
        if self.room is not None:
            self.room.show_joining(interview_id, share)
        if (library := self._window.room("library")) is not None:
            cast("LibraryRoom", library).details.show_joining(interview_id, share)

    def _joined(self, interview_id: str, outcome: Interview | Failure) -> None:
        if self.room is not None:
            self.room.show_joined(interview_id, outcome)
        if (library := self._window.room("library")) is not None:
            cast("LibraryRoom", library).refresh_soon()

    def may_close(self) -> bool:
        """Whether the window may close: while an interview is held, the second time it is asked; where something of it
        could not be kept and would be lost, once more."""
        room = self.room
        if room is None:
            return True
        if not room.is_holding() or self._asked:
            return self._may_lose(room)
        self._asked = True
        self._window.enter("record")
        self._window.message.say(partial(tr, "record.close_asks"), "warn", action="record.close_now",
                                 done=self._close, topic=CLOSING, about=self.looked_at())  # fmt: skip
        self._window.later(self._forget, ASKED_MS)
        return False

    def _may_lose(self, room: RecordRoom) -> bool:
        """Whether nothing would be lost, or somebody was told and wants it so."""
        if room.keeps_all() or self._warned:
            return True
        self._warned = True
        self._window.enter("record")
        self._say_unkept("record.unkept_close", room.unkept_words)
        self._window.later(self._forget, ASKED_MS)
        return False

    def _tell_unkept(self, words: str) -> None:
        if not self._told_unkept:  # it is tried again and again
            self._told_unkept = True
            self._window.later(partial(self._say_still_unkept, words))

    def _say_still_unkept(self, words: str) -> None:
        """In front of why it could not be kept, which is told in the meantime."""
        if self._told_unkept:
            self._say_unkept("record.unkept", words)

    def _say_unkept(self, key: str, words: str) -> None:
        self._window.message.say(
            partial(tr, key), "bad", action="record.unkept_copy" if words else "",
            done=partial(QGuiApplication.clipboard().setText, words), topic=UNKEPT,
        )  # fmt: skip

    def _tell_kept(self) -> None:
        self._told_unkept = self._warned = False
        for topic in (UNKEPT, DiskFull.code):
            self._window.message.drop(topic)
        self._window.message.say(partial(tr, "record.unkept_kept"), "ok", topic=UNKEPT)

    def _close(self) -> None:
        self._window.close()

    def _forget(self) -> None:
        self._asked = self._warned = False
