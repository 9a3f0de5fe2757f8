"""A file that stands for a camera and a microphone: played once and again, as if it were live."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtMultimedia import QAudioBuffer, QAudioBufferOutput, QMediaPlayer, QVideoFrame, QVideoSink

from app.recording.kinds import Kind, SoundTrack, Track
from ui.record.capture.choice import Device
from ui.record.capture.clock import StreamClock, now_ns
from ui.record.capture.microphone import sound_format
from ui.record.capture.problems import Trouble
from ui.record.capture.source import Outlet, Source


class FileInput(Source):
    """All roles of one file at once, so that its picture and its sound stay together."""

    def __init__(
        self, device: Device, tracks: tuple[Track, ...], outlet: Outlet, parent: QObject | None = None
    ) -> None:
        super().__init__(device, tuple(track.role for track in tracks), outlet, parent)
        self._pictures = [track.role for track in tracks if track.kind is Kind.PICTURE]
        self._sounds = [track for track in tracks if isinstance(track, SoundTrack)]
        self._clocks = {Kind.PICTURE: StreamClock(), Kind.SOUND: StreamClock()}
        self._own_us = dict.fromkeys(Kind, -1)
        self._player: QMediaPlayer | None = None
        self._sink: QVideoSink | None = None
        self._buffers: QAudioBufferOutput | None = None

    def _there(self) -> bool:
        return Path(self.device.id).is_file()

    def _open(self) -> None:
        for clock in self._clocks.values():
            clock.forget()
        self._player = QMediaPlayer(self)
        self._player.setLoops(QMediaPlayer.Loops.Infinite)
        if self._pictures:
            self._sink = QVideoSink(self)
            self._sink.videoFrameChanged.connect(self._take)
            self._player.setVideoSink(self._sink)
        if self._sounds:
            self._buffers = QAudioBufferOutput(sound_format(self._sounds[0]), self)
            self._buffers.audioBufferReceived.connect(self._hear)
            self._player.setAudioBufferOutput(self._buffers)
        self._player.errorOccurred.connect(self._erred, Qt.ConnectionType.QueuedConnection)
        self._player.setSource(QUrl.fromLocalFile(self.device.id))
        self._player.play()

    def _close(self) -> None:
        if self._player is not None:
            self._player.errorOccurred.disconnect(self._erred)
            self._player.stop()
            self._player.deleteLater()
        for part in (self._sink, self._buffers):
            if part is not None:
                part.deleteLater()
        self._player = self._sink = self._buffers = None

    def _erred(self) -> None:
        if self._player is not None:
            self._fail(Trouble.UNFIT if self._there() else Trouble.GONE)

    def _take(self, frame: QVideoFrame) -> None:
        arrived = now_ns()
        if frame.isValid() and self._came(arrived):
            at_ns = self._at(Kind.PICTURE, frame.startTime(), arrived)
            for role in self._pictures:
                self.outlet.show(role, frame, at_ns)

    def _hear(self, block: QAudioBuffer) -> None:
        arrived = now_ns()
        if block.isValid() and self._came(arrived):
            at_ns = self._at(Kind.SOUND, block.startTime(), arrived)
            samples = bytes(block.data())
            for track in self._sounds:
                self.outlet.hear(track.role, samples, at_ns)

    def _at(self, kind: Kind, own_us: int, arrived_ns: int) -> int:
        if own_us <= self._own_us[kind]:
            self._clocks[kind].forget()
        self._own_us[kind] = own_us
        return self._clocks[kind].at(own_us * 1000, arrived_ns)
