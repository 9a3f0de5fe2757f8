"""Sound that the system's sound server gives: what the computer plays, and under Linux the microphones, too.

Qt's own way to a microphone under PulseAudio (6.11) loses some samples where a busy computer holds its reader up; this
one was not seen to. What the computer plays needs a driver of its own on a Mac.
"""

from __future__ import annotations

import threading
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtMultimedia import QMediaDevices

from app.recording.kinds import SoundTrack
from ui.record.capture import devices, sound_server
from ui.record.capture.choice import Device
from ui.record.capture.clock import SampleClock, now_ns
from ui.record.capture.levels import sixteen_bit
from ui.record.capture.problems import Trouble, Unavailable
from ui.record.capture.source import Outlet, Source

BLOCK_S = 0.02
END_S = 2.0
"""How long closing waits for the reading thread. A source that gives nothing at all holds it longer: it then ends by
itself with the next sound, or with the program."""


class ServerSound(Source):
    """Read in a thread of its own, block by block."""

    _broke = Signal(int)

    def __init__(self, device: Device, track: SoundTrack, outlet: Outlet, parent: QObject | None = None) -> None:
        super().__init__(device, (track.role,), outlet, parent)
        self._track = track
        self._round = 0
        self._thread: threading.Thread | None = None
        self._broke.connect(self._end_round)

    def _input(self) -> str:
        """The server's name of what is recorded."""
        raise NotImplementedError

    def _open(self) -> None:
        block = round(self._track.rate * BLOCK_S)
        recorder = sound_server.recorder(self._input(), self._track.rate, self._track.channels, block)
        if recorder is None:
            raise Unavailable(Trouble.UNFIT)
        self._round += 1
        self._thread = threading.Thread(target=self._read, args=(recorder, block, self._round), daemon=True)
        self._thread.start()

    def _close(self) -> None:
        self._round += 1
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(END_S)

    def _read(self, recorder: Any, block: int, this_round: int) -> None:
        """The reading thread: what comes of this round, until another begins."""
        clock = SampleClock(self._track.rate)
        try:
            with recorder:
                while this_round == self._round:
                    samples = sixteen_bit(recorder.record(block))
                    arrived = now_ns()
                    if this_round == self._round and self._came(arrived):
                        self.outlet.hear(self._track.role, samples, clock.at(block, arrived))
        except (RuntimeError, TypeError, OSError):  # how `soundcard` says that the stream or its device has ended
            if this_round == self._round:  # else nobody may be there any more
                self._broke.emit(this_round)

    def _end_round(self, which: int) -> None:
        if which == self._round and self._opened:
            self._fail(Trouble.BUSY if self._there() else Trouble.GONE)


class ServerMicrophone(ServerSound):
    """A microphone that the sound server knows."""

    def _there(self) -> bool:
        return self.device.id in (sound_server.inputs() or ())

    def _input(self) -> str:
        return self.device.id


class SystemSound(ServerSound):
    """What the computer plays. Follows the system's default where no loudspeaker was chosen."""

    silent_s = None
    _speaker = ""

    def look(self) -> None:
        """As ever; and what the computer plays by may be another by now."""
        if self._opened and not self.device.id and default_speaker() != self._speaker:
            self._shut()
        super().look()

    def _there(self) -> bool:
        return any(each.id == self.device.id for each in devices.system_sounds())

    def _input(self) -> str:
        self._speaker = self.device.id or default_speaker()
        return sound_server.loopback_of(self._speaker)


def default_speaker() -> str:
    """What the computer plays by when nothing else was chosen."""
    return devices.id_of(QMediaDevices.defaultAudioOutput())
