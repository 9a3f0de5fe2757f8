"""A test recording of some seconds: recorded by what records the interview, played back, thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

from PySide6.QtCore import QObject, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QAudioOutput, QMediaDevices, QMediaPlayer, QVideoFrame, QVideoSink
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from analysis.failures import Failure
from app import text
from app.recording.kinds import Picture, Role, Track
from app.recording.trial import Trial
from app.store.vault import Vault
from ui import language, theme
from ui.post import telling
from ui.review.stream import StreamDevice

TRIAL_S = 5.0
TICK_MS = 100
PLAYS_S = 3.0
"""A playback that has not ended so long after it should have, has."""


class Tap:
    """The sink of a preview: what it takes goes nowhere, or into a trial."""

    def __init__(self) -> None:
        self.trial: Trial | None = None

    def picture(self, role: Role, at_ns: int, picture: Picture) -> None:
        """One picture."""
        if (trial := self.trial) is not None:
            trial.picture(role, at_ns, picture)

    def sound(self, role: Role, at_ns: int, samples: bytes) -> None:
        """A block of sound."""
        if (trial := self.trial) is not None:
            trial.sound(role, at_ns, samples)

    def gone(self, role: Role) -> None:
        """A source has vanished."""
        if (trial := self.trial) is not None:
            trial.gone(role)


class PlayedOnce(QObject):
    """Plays a file from its beginning to its end. `shown` gives its pictures, `ended` comes once."""

    shown = Signal(QImage)
    ended = Signal()

    def __init__(self, path: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._stream: BinaryIO | None = path.open("rb")
        self._device = StreamDevice(self._stream, self)
        self._player, self._sink = QMediaPlayer(self), QVideoSink(self)
        self._player.setVideoSink(self._sink)
        if not QMediaDevices.defaultAudioOutput().isNull():
            self._player.setAudioOutput(QAudioOutput(self))
        self._sink.videoFrameChanged.connect(self._show)
        self._player.mediaStatusChanged.connect(self._stands)
        self._player.errorOccurred.connect(self.stop)
        self._player.setSourceDevice(self._device, QUrl("trial.mkv"))
        self._player.play()

    def stop(self) -> None:
        """Let go of the file."""
        if self._stream is not None:
            stream, self._stream = self._stream, None
            self._device.release()
            self._player.stop()
            self._player.setSource(QUrl())
            stream.close()
            self.ended.emit()

    def _show(self, frame: QVideoFrame) -> None:
        if self._stream is not None and frame.isValid():
            self.shown.emit(frame.toImage())

    def _stands(self, status: QMediaPlayer.MediaStatus) -> None:
        if status in (QMediaPlayer.MediaStatus.EndOfMedia, QMediaPlayer.MediaStatus.InvalidMedia):
            self.stop()


class TrialBar(QWidget):
    """Records what a `tap` takes. `begun` and `ended` frame it; in between `shown` gives the playback's pictures."""

    begun = Signal()
    shown = Signal(QImage)
    ended = Signal()

    def __init__(self, vault: Vault, tap: Tap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._vault, self._tap = vault, tap
        self._tracks: Sequence[Track] = ()
        self._trial: Trial | None = None
        self._round = 0
        self.playing: PlayedOnce | None = None
        self._said: Failure | str = "capture.trial_hint"
        self.button, self.words, self.progress = QPushButton(), QLabel(), QProgressBar()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setProperty("class", "small")
        self.progress.setTextVisible(False)
        self.progress.setRange(0, round(TRIAL_S * 1000))
        self.progress.hide()
        self.button.clicked.connect(self._press)
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self._tick)
        self._late = QTimer(self, singleShot=True)
        self._late.timeout.connect(self.cancel)
        row, column = QHBoxLayout(), QVBoxLayout(self)
        row.addWidget(self.button)
        row.addStretch(1)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.scaled(6))
        column.addLayout(row)
        column.addWidget(self.progress)
        column.addWidget(self.words)
        language.on_change(self, self._retell)

    @property
    def busy(self) -> bool:
        """Whether something is recorded or played."""
        return self._trial is not None

    def offer(self, tracks: Sequence[Track]) -> None:
        """What can be recorded now; nothing where something is lacking."""
        if tuple(tracks) != tuple(self._tracks):
            self.cancel()
            self._said = "capture.trial_hint"
        self._tracks = tracks
        self._retell()

    def cancel(self) -> None:
        """Stop whatever goes on, and throw it away."""
        self._end("capture.trial_hint")

    def _press(self) -> None:
        if self.busy:
            self.cancel()
        elif self._tracks:
            self._begin()

    def _begin(self) -> None:
        self._round += 1
        self._trial = Trial(self._vault, self._tracks, partial(telling(self._play), self._round))
        self._tap.trial = self._trial
        self._said = "capture.trial_recording"
        self.progress.setValue(0)
        self.progress.show()
        self._clock.start()
        self._retell()
        self.begun.emit()

    def _tick(self) -> None:
        self.progress.setValue(self.progress.value() + TICK_MS)
        if self.progress.value() >= self.progress.maximum() and self._trial is not None:
            self._clock.stop()
            self._tap.trial = None
            self._trial.stop()

    def _play(self, which: int, written: Path | Failure) -> None:
        if self._trial is None or which != self._round:
            return
        if isinstance(written, Failure):
            self._end(written)
            return
        self.progress.hide()
        self._said = "capture.trial_playing"
        self.playing = PlayedOnce(written, self)
        self.playing.shown.connect(self.shown)
        self.playing.ended.connect(self._played)
        self._late.start(round((TRIAL_S + PLAYS_S) * 1000))
        self._retell()

    def _played(self) -> None:
        self._end("capture.trial_done")

    def _end(self, said: Failure | str) -> None:
        trial, self._trial, self._tap.trial = self._trial, None, None
        if trial is None:
            return
        self._clock.stop()
        self._late.stop()
        self.progress.hide()
        playing, self.playing = self.playing, None
        if playing is not None:
            playing.ended.disconnect(self._played)
            playing.stop()
            playing.deleteLater()
        trial.discard()
        self._said = said
        self._retell()
        self.ended.emit()

    def _retell(self) -> None:
        self.button.setText(text.tr("capture.trial_stop" if self.busy else "capture.trial"))
        self.button.setEnabled(self.busy or bool(self._tracks))
        said = self._said
        self.words.setText(text.sentence(said) if isinstance(said, Failure) else text.tr(said, seconds=round(TRIAL_S)))
        self.progress.setAccessibleName(text.tr("capture.trial"))
