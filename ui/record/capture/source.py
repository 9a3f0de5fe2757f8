"""What all sources are: something that is opened, gives pictures or sound, may vanish, and comes back."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtMultimedia import QVideoFrame

from app.recording.kinds import Role
from ui.record.capture.choice import Device
from ui.record.capture.clock import NS, now_ns
from ui.record.capture.problems import SourceProblem, Trouble, Unavailable

TRY_MS = 1000
"""How often a source that gives nothing is tried again."""
FIRST_S = 8.0
"""So long a source may take until its first picture or sound: some cameras need seconds."""


class Outlet(Protocol):
    """Where a source puts what it takes. Any thread may call."""

    def show(self, role: Role, frame: QVideoFrame, at_ns: int) -> None:
        """A picture, taken at this moment."""

    def hear(self, role: Role, samples: bytes, at_ns: int) -> None:
        """16-bit samples, the first of which was heard at this moment."""

    def lost(self, problem: SourceProblem, *, was_flowing: bool) -> None:
        """The source gives nothing."""

    def back(self, role: Role) -> None:
        """It gives something again."""


class Source(QObject):
    """One device. It lives in the capture thread.

    Slots run there, too, never in Qt's own threads: while Qt stops a player or a camera it waits for these with the
    interpreter's lock held, and a slot in them would wait for that lock. What comes late by that is set right by its
    own time, see `StreamClock`.

    A kind of source says `_open` (raises `Unavailable`), `_close`, `_there`, and calls `_came` with all that comes.
    """

    silent_s: float | None = 3.0
    """Open and giving nothing for so long is a trouble; None = it may well be silent."""

    def __init__(self, device: Device, roles: tuple[Role, ...], outlet: Outlet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.device, self.roles, self.outlet = device, roles, outlet
        self.trouble: Trouble | None = None
        """What is wrong with it, if anything."""
        self._opened, self._flowing, self._last_ns = False, False, 0
        self._timer = QTimer(self, interval=TRY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Open it, and go on trying where that fails."""
        self._timer.start()
        self._try()

    def stop(self) -> None:
        """Close it for good; nothing comes afterwards."""
        self._timer.stop()
        self._shut()

    def look(self) -> None:
        """See whether the device is still there, or there again."""
        if not self._timer.isActive():
            return
        if not self._opened:
            self._try()
        elif not self._there():
            self._fail(Trouble.GONE)
        elif self.silent_s is not None and now_ns() - self._last_ns > self._patience_s * NS:
            self._fail(Trouble.SILENT)

    @property
    def _patience_s(self) -> float:
        return FIRST_S if not self._flowing or self.silent_s is None else self.silent_s

    def _open(self) -> None:
        raise NotImplementedError

    def _close(self) -> None:
        raise NotImplementedError

    def _there(self) -> bool:
        raise NotImplementedError

    def _try(self) -> None:
        if not self._there():
            self._tell(Trouble.GONE)
            return
        self._opened, self._last_ns = True, now_ns()
        try:
            self._open()
        except Unavailable as no:
            self._fail(no.trouble)

    def _shut(self) -> None:
        was, self._opened = self._opened, False
        if was:
            self._close()

    def _fail(self, trouble: Trouble) -> None:
        self._shut()
        self._tell(trouble)

    def _tell(self, trouble: Trouble) -> None:
        was_flowing, self._flowing = self._flowing, False
        if trouble is self.trouble:
            return
        self.trouble = trouble
        for role in self.roles:
            self.outlet.lost(SourceProblem(role, self.device, trouble), was_flowing=was_flowing)

    def _came(self, arrived_ns: int) -> bool:
        """Something has come: whether it counts, which after a stop it does not."""
        if not self._opened:
            return False
        self._last_ns = arrived_ns
        if not self._flowing:
            self._flowing, trouble, self.trouble = True, self.trouble, None
            if trouble is not None:
                for role in self.roles:
                    self.outlet.back(role)
        return True
