"""Playing the recording: position, speed, volume, loop. Everything here returns at once; decoding is the player's own.

QMediaPlayer reads the vault's stream through `StreamDevice`, keeps the pitch at other speeds, and ships its decoders
with the window's own libraries, so that nothing of the recording is unpacked to a file. Which picture is meant comes
from `Frames`, that it is the one shown from `Seeking`, and what the decoder does not say from `Watch`.
"""

from __future__ import annotations

from typing import BinaryIO

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtMultimedia import QAudioOutput, QMediaDevices, QMediaPlayer, QVideoFrame, QVideoSink

from ui.review.frames import Frames
from ui.review.seeking import Seeking
from ui.review.stream import StreamDevice
from ui.review.watch import Watch

SPEEDS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0)
JUMP_S = 5.0
READY = (QMediaPlayer.MediaStatus.LoadedMedia, QMediaPlayer.MediaStatus.BufferedMedia)
TICK_MS = 40
"""How often the position is told while playing: 25 times a second."""


class Playback(QObject):
    """The player behind the pane. Times are seconds."""

    positionChanged = Signal(float)
    playingChanged = Signal(bool)
    speedChanged = Signal(float)
    loopChanged = Signal(object)
    frameArrived = Signal(QVideoFrame)
    unpicturedChanged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.duration = 0.0
        self.pictured = True
        self.shown_s: float | None = None
        """When the picture that is shown begins (s); None before the first."""
        self.unpictured_s: float | None = None
        """Where it was sent (s) while no picture of there is shown, because none begins near; None = as usual."""
        self.loop: tuple[float, float] | None = None
        self._until: float | None = None
        self._device: StreamDevice | None = None
        self._player = QMediaPlayer(self)
        self._sink = QVideoSink(self)
        self._player.setVideoSink(self._sink)
        self._player.setPitchCompensation(True)
        self._seeking = Seeking(self._go, self)
        self.watch = Watch(self, self)
        self._seeking.lost.connect(self.watch.lost)
        self._seeking.stood.connect(self._stand)
        self._sink.videoFrameChanged.connect(self._take_frame)
        self._player.playbackStateChanged.connect(self._tell_state)
        self._player.mediaStatusChanged.connect(self._tell_status)
        self._player.errorOccurred.connect(self._tell_failure)
        self._audio: QAudioOutput | None = None
        self._volume, self._muted = 1.0, False
        self._wanted: float | None = None
        self._fresh = False
        self._told = 0.0
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._tell_position)

    def load(
        self, stream: BinaryIO, duration: float, frame_s: float, start: float = 0.0, *, pictured: bool = True
    ) -> None:
        """Play this stream from now on, paused at `start` (s).

        `frame_s` is how long a picture is taken to last until `frames` are given; without `pictured` none is expected.
        """
        self.close()
        self.duration, self.pictured = duration, pictured
        self.frames = Frames.steady(duration, frame_s)
        self._wanted, self._fresh = start or None, True
        self._give_sound()
        self._device = StreamDevice(stream, self)
        self.watch.begin()
        self._player.setSourceDevice(self._device, QUrl("recording.mkv"))
        self._player.pause()

    def close(self) -> None:
        """Stop, and let go of the stream."""
        self._tick.stop()
        self.watch.end()
        self._seeking.forget()
        self.set_loop(None)
        self._wanted, self._fresh, self._until, self.shown_s = None, False, None, None
        self._picture_lacks(None)
        if self._device is not None:
            device, self._device = self._device, None
            device.release()
            self._player.stop()
            self._player.setSource(QUrl())
            device.deleteLater()

    def _give_sound(self) -> None:
        if self._audio is None and not QMediaDevices.defaultAudioOutput().isNull():
            self._audio = QAudioOutput(self)
            self._player.setAudioOutput(self._audio)
            self.set_volume(self._volume)
            self.set_muted(self._muted)

    @property
    def frames(self) -> Frames:
        """The pictures' times."""
        return self._seeking.frames

    @frames.setter
    def frames(self, frames: Frames) -> None:
        self._seeking.frames = frames

    @property
    def has_sound_device(self) -> bool:
        """Whether there is something to hear it with."""
        return self._audio is not None

    @property
    def loaded(self) -> bool:
        """Whether there is a recording to play."""
        return self._device is not None

    @property
    def disk_waits(self) -> bool:
        """Whether the disk was asked for more and has not answered."""
        return self._device is not None and self._device.waiting

    @property
    def position(self) -> float:
        """Where it plays, or where it was last sent to and is going."""
        if self._wanted is not None:
            return self._wanted
        target = self._seeking.target
        return self._player.position() / 1000 if target is None else target

    @property
    def playing(self) -> bool:
        """Whether it plays now."""
        return self._player.playbackState() is QMediaPlayer.PlaybackState.PlayingState

    @property
    def speed(self) -> float:
        """1.0 = as recorded."""
        return self._player.playbackRate()

    def play(self) -> None:
        """Go on; from the beginning where it stands at the end."""
        if self.loaded:
            if self.position >= self.duration - 0.1:
                self.seek(0.0)
            if not self._fresh:
                self._wanted = None
            self.watch.go_on()
            self._player.play()

    def pause(self) -> None:
        """Stand still."""
        if self.loaded:
            self._player.pause()

    def toggle(self) -> None:
        """Play or pause."""
        self.pause() if self.playing else self.play()

    def seek(self, time_s: float) -> None:
        """Go to a time; a seek outside the loop ends the loop, and nothing is played up to an end any more."""
        time_s = min(max(0.0, time_s), self.duration)
        self._until = None
        if self.loop is not None and not self.loop[0] - 0.01 <= time_s <= self.loop[1] + 0.01:
            self.set_loop(None)
        self._wanted = None if self.playing else time_s
        if self.loaded:
            self.watch.go_on()
            self._send(time_s)
        self.positionChanged.emit(time_s)

    def _send(self, time_s: float) -> None:
        self._picture_lacks(None)
        if self.pictured:
            self._seeking.go(time_s)
        else:
            self._go(round(time_s * 1000))

    def _stand(self, time_s: float) -> None:
        self.watch.stood(time_s)
        shown = self.shown_s is not None and self.frames.index(self.shown_s) == self.frames.index(time_s)
        self._picture_lacks(None if shown else time_s)

    def _picture_lacks(self, at_s: float | None) -> None:
        if at_s != self.unpictured_s:
            self.unpictured_s = at_s
            self.unpicturedChanged.emit()

    def _go(self, at_ms: int) -> None:
        """A player that came to an end has stopped, and a stopped one shows no picture."""
        if self._player.playbackState() is QMediaPlayer.PlaybackState.StoppedState:
            self._player.pause()
        self._player.setPosition(at_ms)

    def step(self, count: int) -> None:
        """Stand still and go to the picture that is `count` after (or before) the one that is shown."""
        self.pause()
        shown = self.position if self._wanted is not None or self.shown_s is None else self.shown_s
        self.seek(self.frames.stepped(shown, count))

    def jump(self, seconds: float) -> None:
        """Go some seconds on or back, playing or not."""
        self.seek(self.position + seconds)

    def set_speed(self, speed: float) -> None:
        """Play at another speed, the pitch kept."""
        self._player.setPlaybackRate(speed)
        self.speedChanged.emit(speed)

    def faster(self, direction: int) -> None:
        """The next speed up (1) or down (-1)."""
        others = [speed for speed in SPEEDS if (speed - self.speed) * direction > 0.001]
        if others:
            self.set_speed(min(others) if direction > 0 else max(others))

    def set_volume(self, volume: float) -> None:
        """0..1, as the ear hears it: the square is what the device gets."""
        self._volume = volume
        if self._audio is not None:
            self._audio.setVolume(volume * volume)

    def set_muted(self, muted: bool) -> None:
        """Silence, without forgetting the volume."""
        self._muted = muted
        if self._audio is not None:
            self._audio.setMuted(muted)

    def play_once(self, start: float, end: float) -> None:
        """Play a stretch from its beginning to its end, and stand still there."""
        self.set_loop(None)
        self.seek(start)
        self._until = end
        self.play()

    def set_loop(self, loop: tuple[float, float] | None) -> None:
        """Play a stretch again and again; None ends that."""
        if loop != self.loop:
            self.loop, self._until = loop, None
            self.loopChanged.emit(loop)

    def _take_frame(self, frame: QVideoFrame) -> None:
        if not frame.isValid() or not self.loaded or (self._fresh and self._wanted is not None):
            return  # nothing, or the beginning, before it has gone where it is to open
        start_s = frame.startTime() / 1e6 if frame.startTime() >= 0 else self.position
        if self._fresh or self._seeking.landed(start_s, playing=self.playing):
            self.shown_s = start_s
            self._picture_lacks(None)
            self.watch.shown(start_s)
            self.frameArrived.emit(frame)

    def _tell_position(self) -> None:
        position = self.position
        if self.loop is not None and position >= self.loop[1]:
            self.seek(self.loop[0])
        elif self._until is not None and position >= self._until:
            self.pause()
            self.seek(self._until)
        else:
            self._told = position
            self.positionChanged.emit(position)

    def _tell_state(self) -> None:
        self._tick.start() if self.playing else self._tick.stop()
        if self.playing and not self._fresh:
            self._wanted = None
        if not self.playing and self.loaded:
            self.positionChanged.emit(self.position)
        self.playingChanged.emit(self.playing)

    def _tell_status(self, status: QMediaPlayer.MediaStatus) -> None:
        if self._fresh and status in READY:
            self._go_where_wanted()
        if status in READY:
            self.watch.opened()
        if status is QMediaPlayer.MediaStatus.EndOfMedia and self.loaded:
            self._end()
        elif status is QMediaPlayer.MediaStatus.InvalidMedia or self._nothing_in_it(status):
            self._fail()

    def _end(self) -> None:
        """The end, or where the recording breaks off."""
        self._seeking.forget()
        place, due = self._told, self.duration
        if self.pictured and self.frames.listed and self.unpictured_s is None:
            place, due = self.shown_s or 0.0, self.frames.last_s
        if self.watch.ended(place, due):
            self._wanted = self.duration
        elif self._wanted is None:
            self._wanted = place
        self.positionChanged.emit(self._wanted)

    def _fail(self) -> None:
        if self.loaded:
            self._seeking.forget()
            self.watch.failed()

    def _go_where_wanted(self) -> None:
        """A seek before the media is loaded is lost on some systems: make it again."""
        self._fresh = False
        if self._wanted is not None:
            self._send(self._wanted)
        if self.playing:
            self._wanted = None

    def _nothing_in_it(self, status: QMediaPlayer.MediaStatus) -> bool:
        loaded = status is QMediaPlayer.MediaStatus.LoadedMedia
        return loaded and not self._player.hasVideo() and not self._player.hasAudio()

    def _tell_failure(self, error: QMediaPlayer.Error, _: str) -> None:
        if error is not QMediaPlayer.Error.NoError:
            self._fail()
