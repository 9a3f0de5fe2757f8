"""Notices what a decoder does not say: that nothing comes and nothing fails, that pictures lack, that it ends early."""

from __future__ import annotations

from enum import StrEnum
from time import monotonic
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from ui.review.frames import Frames

LOOK_MS = 250
OPENS_WITHIN_S = 5.0
ANSWERS_WITHIN_S = 2.0
"""Longer than any seek takes on media that can be played."""
ENDS_EARLY_S = 1.5


class Trouble(StrEnum):
    """What is the matter; the value is the key of its sentence."""

    BROKEN = "review.cannot_play"
    STALLED = "review.stalled"
    DAMAGED = "review.picture_damaged"
    BREAKS_OFF = "review.breaks_off"


class Watched(Protocol):
    """What is looked at of a player. Times are seconds of the recording."""

    pictured: bool

    @property
    def frames(self) -> Frames:
        """When its pictures are shown."""
        ...

    @property
    def playing(self) -> bool:
        """Whether it plays now."""
        ...

    @property
    def position(self) -> float:
        """Where it is."""
        ...

    @property
    def speed(self) -> float:
        """1.0 = as recorded."""
        ...

    @property
    def disk_waits(self) -> bool:
        """Whether the disk was asked for more and has not answered."""
        ...


class Watch(QObject):
    """Looks at a player four times a second while it opens or plays. `troubleChanged`: a `Trouble`, or None again."""

    troubleChanged = Signal(object)

    def __init__(self, player: Watched, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self.trouble: Trouble | None = None
        self._opened = False
        self._heard = monotonic()
        self._seen = monotonic()
        self._at = -1.0
        self._shown_s = 0.0
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)

    def begin(self) -> None:
        """A recording is being opened."""
        self._opened, self._at, self._shown_s = False, -1.0, 0.0
        self._heard = self._seen = monotonic()
        self._tell(None)
        self._timer.start()

    def end(self) -> None:
        """There is no recording any more."""
        self._timer.stop()
        self._tell(None)

    def opened(self) -> None:
        """The decoder knows what it has."""
        self._opened = True
        self._heard = self._seen = monotonic()
        if self.trouble is Trouble.STALLED:
            self._tell(None)

    def go_on(self) -> None:
        """It was told to play, to stand still or to go elsewhere: patience begins anew."""
        self._heard = self._seen = monotonic()
        if self.trouble is Trouble.BREAKS_OFF:
            self._tell(None)

    def shown(self, start_s: float) -> None:
        """A picture that begins then is shown."""
        self._opened, self._shown_s = True, start_s
        self._heard = self._seen = monotonic()
        if self.trouble is not None and self.trouble is not Trouble.BREAKS_OFF:
            self._tell(None)

    def stood(self, time_s: float) -> None:
        """It was sent to where no picture begins: none is due before the next one."""
        self._shown_s, self._seen = time_s, monotonic()
        if self.trouble is Trouble.DAMAGED:
            self._tell(None)

    def lost(self) -> None:
        """A seek brought no picture."""
        if self.trouble is None and self._player.pictured:
            self._tell(Trouble.DAMAGED)

    def failed(self) -> None:
        """The decoder gave up by itself."""
        self._timer.stop()
        self._tell(Trouble.BROKEN)

    def ended(self, at_s: float, due_s: float) -> bool:
        """The decoder says that this is the end, though it should come at `due_s`. False where it breaks off."""
        if at_s >= due_s - ENDS_EARLY_S:
            return True
        self._tell(Trouble.BREAKS_OFF)
        return False

    def _look(self) -> None:
        now = monotonic()
        player = self._player
        if player.position != self._at:
            self._at, self._heard = player.position, now
            if self.trouble is Trouble.STALLED and player.playing:
                self._tell(None)
        late = now - self._heard > ANSWERS_WITHIN_S
        if player.disk_waits:
            if late:
                self._tell(Trouble.STALLED)
        elif not self._opened:
            if now - self._heard > OPENS_WITHIN_S:
                self._tell(Trouble.STALLED)
        elif player.playing and (self._lacks_pictures(now) if player.pictured else late):
            self._tell(Trouble.DAMAGED if player.pictured else Trouble.STALLED)

    def _lacks_pictures(self, now: float) -> bool:
        """A slide that stands for minutes lacks none: the list of pictures tells."""
        since, shown_s = now - self._seen, self._shown_s
        due = self._player.frames.missed(shown_s, shown_s + since * self._player.speed)
        return since > ANSWERS_WITHIN_S and due > 1

    def _tell(self, trouble: Trouble | None) -> None:
        if trouble is not self.trouble:
            self.trouble = trouble
            self.troubleChanged.emit(trouble)
