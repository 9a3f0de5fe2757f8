"""All sources of a recording together, in two threads of their own: a busy window holds up none of them.

Microphones do not share one with pictures: copying a large picture takes longer than some systems wait to be read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame

from app.recording.kinds import Picture, PictureTrack, Role, Sink, SoundTrack
from ui.post import telling
from ui.record.capture import sound_server
from ui.record.capture.camera import Camera
from ui.record.capture.choice import Choice, Device, Picked, What
from ui.record.capture.clock import Pace
from ui.record.capture.devices import DeviceWatch
from ui.record.capture.file_input import FileInput
from ui.record.capture.levels import Level, level_of
from ui.record.capture.microphone import Microphone
from ui.record.capture.pictures import picture_of
from ui.record.capture.problems import SourceProblem
from ui.record.capture.screen import Screen
from ui.record.capture.server_sound import ServerMicrophone, ServerSound, SystemSound
from ui.record.capture.source import Outlet, Source

LEVELS_MS = 66
"""A meter that moves 15 times a second moves evenly, and costs little."""
PREVIEW_FPS = 12.5
PREVIEW_WIDTH = 960
ENDS_MS = 10_000
_STUCK: list[QThread] = []
"""Threads that a device's driver holds: Qt would end the program with one that is destroyed while it runs."""


class CaptureSession(QObject):
    """Records what was chosen into a sink, from `start` to `stop`. It lives in the window's thread, and so its signals.

    `problem(SourceProblem)`: a source gives nothing, the rest goes on; `recovered(Role)`: it gives something again;
    `levels(dict[Role, Level])`: 15 times a second, of the roles that were heard since; `pictured(Role, QImage)`: what
    the camera or screen shows, while `preview` is on.
    """

    problem = Signal(object)
    recovered = Signal(object)
    levels = Signal(object)
    pictured = Signal(object, QImage)

    def __init__(self, choice: Choice, sink: Sink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.choice = choice
        self.troubles: dict[Role, SourceProblem] = {}
        """What is wrong now, by role."""
        self.sizes: dict[Role, tuple[int, int]] = {}
        """The size of the pictures that came, by role."""
        told = _Told(
            telling(self._say_problem), telling(self._say_recovery), telling(self._say_levels),
            telling(self._say_picture),
        )  # fmt: skip
        self._outlet = _Outlet(told, self.sizes, choice, sink)
        sounds = [each for each in choice.picked if each.device.what in (What.MICROPHONE, What.SYSTEM)]
        others = [each for each in choice.picked if each not in sounds]
        self._threads = [_CaptureThread(those, self._outlet, self) for those in (sounds, others) if those]

    @property
    def running(self) -> bool:
        """Whether its sources are open."""
        return any(thread.isRunning() for thread in self._threads)

    def start(self) -> None:
        """Open the sources; returns at once."""
        for thread in self._threads:
            thread.start(QThread.Priority.TimeCriticalPriority)

    def stop(self) -> None:
        """Close them. Nothing comes to the sink afterwards."""
        self._outlet.close()
        for thread in self._threads:
            thread.quit()
        for thread in self._threads:
            if not thread.wait(ENDS_MS):
                thread.setParent(None)
                _STUCK.append(thread)

    def preview(self, *, on: bool, width: int = PREVIEW_WIDTH) -> None:
        """Whether `pictured` tells what is seen, and how wide its pictures are at most, in pixels."""
        self._outlet.previewed, self._outlet.preview_width = on, width

    def preview_shown(self) -> None:
        """The last preview was painted: another one may come. So a busy window gathers no pictures."""
        self._outlet.waiting.clear()

    def _say_problem(self, problem: SourceProblem) -> None:
        self.troubles[problem.role] = problem
        self.problem.emit(problem)

    def _say_recovery(self, role: Role) -> None:
        self.troubles.pop(role, None)
        self.recovered.emit(role)

    def _say_levels(self, levels: dict[Role, Level]) -> None:
        self._outlet.levels_wait = False
        self.levels.emit(levels)

    def _say_picture(self, role: Role, image: QImage) -> None:
        self.pictured.emit(role, image)


@dataclass(frozen=True, slots=True)
class _Told:
    """How the capture threads tell their session, which they do not hold."""

    problem: Callable[[SourceProblem], None]
    recovery: Callable[[Role], None]
    levels: Callable[[dict[Role, Level]], None]
    picture: Callable[[Role, QImage], None]


class _Outlet:
    """Hands on what sources take, in whichever thread it comes: to the sink, to the meters, to the preview."""

    def __init__(self, told: _Told, sizes: dict[Role, tuple[int, int]], choice: Choice, sink: Sink) -> None:
        self._told, self._sizes, self._sink = told, sizes, sink
        self._lock = threading.Lock()
        self._open = True
        self._levels: dict[Role, Level] = {}
        self._paces = {e.role: Pace(e.track.fps) for e in choice.picked if isinstance(e.track, PictureTrack)}
        self._preview_paces = {role: Pace(PREVIEW_FPS) for role in self._paces}
        self.previewed = self.levels_wait = False
        self.preview_width = PREVIEW_WIDTH
        self.waiting: set[Role] = set()

    def close(self) -> None:
        """Nothing more goes to the sink."""
        with self._lock:
            self._open = False

    def show(self, role: Role, frame: QVideoFrame, at_ns: int) -> None:
        """A picture that a source took."""
        if not self._paces[role].lets(at_ns):
            return
        picture = picture_of(frame)
        if picture is None:
            return
        self._sizes[role] = (picture.width, picture.height)
        self._give_picture(role, at_ns, picture)
        if self.previewed and self._open and role not in self.waiting and self._preview_paces[role].lets(at_ns):
            self.waiting.add(role)
            self._told.picture(role, _small(frame.toImage(), self.preview_width))

    def _give_picture(self, role: Role, at_ns: int, picture: Picture) -> None:
        with self._lock:
            if self._open:
                self._sink.picture(role, at_ns, picture)

    def hear(self, role: Role, samples: bytes, at_ns: int) -> None:
        """A block of sound that a source took."""
        level = level_of(samples)
        with self._lock:
            if self._open:
                self._sink.sound(role, at_ns, samples)
            self._levels[role] = self._levels[role].louder(level) if role in self._levels else level

    def lost(self, problem: SourceProblem, *, was_flowing: bool) -> None:
        """A source gives nothing."""
        with self._lock:
            if not self._open:
                return
            if was_flowing:
                self._sink.gone(problem.role)
        self._told.problem(problem)

    def back(self, role: Role) -> None:
        """It gives something again."""
        if self._open:
            self._told.recovery(role)

    def tell_levels(self) -> None:
        """What was heard since the last time; nothing while the window has not heard of that."""
        if self.levels_wait:
            return
        with self._lock:
            levels, self._levels = self._levels, {}
        if levels and self._open:
            self.levels_wait = True
            self._told.levels(levels)


def _small(image: QImage, width: int) -> QImage:
    """Smooth, so that the window has to do little when it paints it."""
    return image.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation) if image.width() > width else image


class _CaptureThread(QThread):
    """Makes the sources, runs their events, ends them: they never leave this thread."""

    def __init__(self, picked: Sequence[Picked], outlet: _Outlet, parent: QObject) -> None:
        super().__init__(parent)
        self._picked, self._outlet = picked, outlet

    def run(self) -> None:
        """Qt: the thread's life."""
        all_of_it = QObject()
        sources = sources_for(self._picked, self._outlet, all_of_it)
        watch, meter = DeviceWatch(all_of_it), QTimer(all_of_it, interval=LEVELS_MS)
        meter.timeout.connect(self._outlet.tell_levels)
        for source in sources:
            watch.changed.connect(source.look)
            source.start()
        meter.start()
        self.exec()
        for source in sources:
            source.stop()
        all_of_it.deleteLater()


def sources_for(picked: Sequence[Picked], outlet: Outlet, parent: QObject) -> list[Source]:
    """A source for each device, one for all roles of a file."""
    files: dict[str, list[Picked]] = {}
    sources: list[Source] = []
    for each in picked:
        if each.device.what is What.FILE:
            files.setdefault(each.device.id, []).append(each)
        else:
            sources.append(_source(each, outlet, parent))
    for those in files.values():
        sources.append(FileInput(those[0].device, tuple(each.track for each in those), outlet, parent))
    return sources


def _source(picked: Picked, outlet: Outlet, parent: QObject) -> Source:
    device, track = picked.device, picked.track
    if isinstance(track, SoundTrack):
        return _sound(device)(device, track, outlet, parent)
    return (Camera if device.what is What.CAMERA else Screen)(device, track.role, outlet, parent)


def _sound(device: Device) -> type[ServerSound] | type[Microphone]:
    """By which way a sound is recorded: by the sound server's where it knows it, else by Qt's."""
    if device.what is What.SYSTEM:
        return SystemSound
    return ServerMicrophone if device.id in (sound_server.inputs() or ()) else Microphone
