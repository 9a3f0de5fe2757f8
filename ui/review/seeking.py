"""Seeks one after the other: while one is under way the newest wish waits, and the picture that comes is checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from ui.review.frames import Frames

PATIENCE_MS = 500
"""A picture that takes longer no longer holds up the next wish."""
LOST_AFTER = 16
"""So often the patience ends before a picture counts as lost: a recorded call may have minutes between key frames."""
HELD_BACK_AFTER = 3
"""So often where it is the last one before a gap, which a decoder may hold back."""
NEAR_S = 0.5
"""While it plays, a picture so near the target belongs to the seek, and to nothing that was decoded before it."""
TRIES = 4
"""As many as there are places in a picture to ask for; see `Frames.aims`."""


@dataclass
class _Flight:
    """A seek under way: the wanted picture, its time (s), how often the decoder was sent there and was waited for."""

    index: int
    time_s: float
    sent: int = 0
    waited: int = 0


class Seeking(QObject):
    """Sends the decoder to pictures. `send` takes whole milliseconds and returns at once.

    A decoder answers a time with the picture that it holds for the one there, by lengths that the file only guesses.
    So the picture that comes is looked at, and the decoder is sent a little earlier or later where it is another one.
    `lost`: no picture came though one should be there, or only one from elsewhere.

    A picture that has stood for long is not waited for: a decoder holds the last one before a gap back until the next
    one comes, and the sound has to be that of the wanted time. `stood(time_s)`: it was sent to such a time.
    """

    lost = Signal()
    stood = Signal(float)

    def __init__(self, send: Callable[[int], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._send = send
        self.frames = Frames.steady(1.0, 1.0)
        self._flight: _Flight | None = None
        self._next: float | None = None
        self._standing: int | None = None
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._wait)

    @property
    def target(self) -> float | None:
        """Where it is going (s); None where it stands or plays."""
        return self._next if self._next is not None else self._flight.time_s if self._flight else None

    def go(self, time_s: float) -> None:
        """Show the picture at a time. A wish that waits gives way to this one."""
        if self._flight is not None:
            self._next = time_s
            return
        index, self._standing = self.frames.index(time_s), None
        if self.frames.stands(time_s):
            self._stand(index, time_s)
            return
        self._flight = _Flight(index, time_s)
        self._send_flight()

    def _stand(self, index: int, time_s: float) -> None:
        self._standing = index
        self._send(round(time_s * 1000))
        self.stood.emit(time_s)

    def forget(self) -> None:
        """Nothing is wanted any more."""
        self._flight = self._next = self._standing = None
        self._patience.stop()

    def landed(self, start_s: float, *, playing: bool) -> bool:
        """A picture that begins at `start_s` came. False where it is not to be shown: the right one comes after it."""
        flight = self._flight
        if flight is None:
            return playing or self._standing in (None, self.frames.index(start_s))
        off = self.frames.index(start_s) - flight.index
        if playing:
            if not off or abs(start_s - flight.time_s) <= NEAR_S:
                self._over()
            return True
        if off and self._next is None and flight.sent < TRIES:
            self._send_flight()
            return False
        elsewhere = self._next is None and self.frames.listed and abs(off) > 1 and self._far(start_s, flight)
        self._over()
        if elsewhere:
            self.lost.emit()
        return not elsewhere

    def _far(self, start_s: float, flight: _Flight) -> bool:
        return abs(start_s - self.frames.time(flight.index)) > NEAR_S

    def _send_flight(self) -> None:
        flight = self._flight
        assert flight is not None
        aims = self.frames.aims(flight.index)
        self._patience.start()
        flight.sent += 1
        self._send(aims[min(flight.sent, len(aims)) - 1])

    def _over(self) -> None:
        wish = self._next
        self.forget()
        if wish is not None:
            self.go(wish)

    def _wait(self) -> None:
        flight = self._flight
        if flight is None:
            return
        flight.waited += 1
        if self._next is not None:
            self._over()
        elif self.frames.listed and self.frames.lasts(flight.index) and flight.waited >= HELD_BACK_AFTER:
            self._over()
            self._stand(flight.index, flight.time_s)
        elif flight.waited >= LOST_AFTER:
            self._over()
            self.lost.emit()
        else:
            self._patience.start()
