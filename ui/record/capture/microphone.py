"""A microphone."""

from __future__ import annotations

from PySide6.QtCore import QIODevice, QObject, Qt
from PySide6.QtMultimedia import QAudioFormat, QAudioSource

from app.recording.kinds import Role, SoundTrack
from ui.record.capture import devices
from ui.record.capture.choice import Device
from ui.record.capture.clock import SampleClock, now_ns
from ui.record.capture.permissions import allowed
from ui.record.capture.problems import Trouble, Unavailable
from ui.record.capture.source import Outlet, Source

BUFFER_S = 1.0
"""How much the system keeps for us: longer than this thread is ever held up."""


def sound_format(track: SoundTrack) -> QAudioFormat:
    """Qt's word for a track's samples."""
    wanted = QAudioFormat()
    wanted.setSampleRate(track.rate)
    wanted.setChannelCount(track.channels)
    wanted.setSampleFormat(QAudioFormat.SampleFormat.Int16)
    return wanted


def _failed(source: QAudioSource) -> bool:
    return source.error().name != "NoError"


class Microphone(Source):
    """Read in the capture thread as its samples come."""

    _source: QAudioSource | None = None
    _stream: QIODevice | None = None

    def __init__(self, device: Device, track: SoundTrack, outlet: Outlet, parent: QObject | None = None) -> None:
        super().__init__(device, (track.role,), outlet, parent)
        self._track = track
        self._clock = SampleClock(track.rate)

    @property
    def _role(self) -> Role:
        return self._track.role

    def _there(self) -> bool:
        return devices.microphone_named(self.device.id) is not None

    def _open(self) -> None:
        found = devices.microphone_named(self.device.id)
        if found is None:
            raise Unavailable(Trouble.GONE)
        if not allowed(self.device.what):
            raise Unavailable(Trouble.DENIED)
        wanted = sound_format(self._track)
        if not found.isFormatSupported(wanted):
            raise Unavailable(Trouble.UNFIT)
        self._clock = SampleClock(self._track.rate)
        self._source = QAudioSource(found, wanted, self)
        self._source.setBufferSize(wanted.bytesForDuration(round(BUFFER_S * 1_000_000)))
        self._source.stateChanged.connect(self._stands, Qt.ConnectionType.QueuedConnection)
        self._stream = self._source.start()
        if self._stream is None or _failed(self._source):
            raise Unavailable(Trouble.BUSY)
        self._stream.readyRead.connect(self._read)

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.readyRead.disconnect(self._read)
        if self._source is not None:
            self._source.stateChanged.disconnect(self._stands)
            self._source.stop()
            self._source.deleteLater()
        self._source = self._stream = None

    def _read(self) -> None:
        if self._stream is None:
            return
        samples = bytes(self._stream.readAll().data())
        arrived = now_ns()
        count = len(samples) // (2 * self._track.channels)
        if count and self._came(arrived):
            self.outlet.hear(self._role, samples, self._clock.at(count, arrived))

    def _stands(self) -> None:
        """The system ends a stream whose microphone was pulled out, or which it gives to somebody else."""
        if self._source is not None and _failed(self._source):
            self._fail(Trouble.BUSY if self._there() else Trouble.GONE)
