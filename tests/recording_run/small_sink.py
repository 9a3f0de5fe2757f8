"""A recorder and sources that are small and real: a tone is written to a WAV file, which goes into the library."""

from __future__ import annotations

import math
import struct
import threading
import time
import wave
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from analysis.failures import Failure
from app.failures import ConsentMissing
from app.recording.kinds import Kind, Picture, PictureTrack, Role, SoundTrack, Standing
from app.store.importing import import_file
from app.store.recordings import Belonging
from ui.record.capture.choice import What
from ui.record.held import Means

RATE = 16_000
STEP_MS = 20


class WavRecorder:
    """Writes the first track of sound; its time is a clock's, pauses left out."""

    def __init__(self, library, interview_id, tracks, *, allowed, on_problem, on_standing, go_on=False):
        if any(track.kind not in allowed for track in tracks):
            raise ConsentMissing(what="picture")
        self.library, self.interview_id, self.tracks = library, interview_id, tracks
        self.on_problem, self.on_standing, self.go_on = on_problem, on_standing, go_on
        self.path = Path(library.folder) / f"{interview_id}.wav"
        self._file = wave.open(str(self.path), "wb")  # noqa: SIM115  closed in `stop`
        self._file.setnchannels(1)
        self._file.setsampwidth(2)
        self._file.setframerate(RATE)
        self._before, self._since, self.paused = 0.0, time.monotonic(), False
        self.pictures, self.blocks, self.ended, self.threads = 0, 0, [], []

    def picture(self, role, at_ns, picture):
        self.pictures += 1

    def sound(self, role, at_ns, samples):
        if not self.paused:
            self.blocks += 1
            self._file.writeframes(samples)

    def gone(self, role):
        self.ended.append(role)

    def now(self):
        return self._before if self.paused else self._before + time.monotonic() - self._since

    def pause(self):
        self._before, self.paused = self.now(), True

    def resume(self):
        self._since, self.paused = time.monotonic(), False

    def tell(self, **changes):
        values = {
            "elapsed_s": self.now(), "kept_s": self.now(), "bytes": 1000, "dropped": {Role.CAMERA: 0},
            "free_bytes": 1 << 30, "minutes_left": 90.0,
        }  # fmt: skip
        self.on_standing(Standing(**(values | changes)))

    def stop(self, done):
        self._file.close()

        def shelve():
            try:
                done(
                    import_file(self.library, self.path, belonging=Belonging(interview_id=self.interview_id)).interview
                )
            except Failure as failure:
                done(failure)

        thread = threading.Thread(target=shelve, name="shelving", daemon=True)
        self.threads.append(thread)
        thread.start()


class ToneSources(QObject):
    """A tone into each role of sound, a grey picture into each role of picture, 50 times a second."""

    problem = Signal(object)
    recovered = Signal(object)
    levels = Signal(object)
    pictured = Signal(object, QImage)

    def __init__(self, choice, sink):
        super().__init__()
        self.choice, self._sink, self._phase, self.running = choice, sink, 0, False
        self._timer = QTimer(self, interval=STEP_MS)
        self._timer.timeout.connect(self._give)

    def start(self):
        self.running = True
        self._timer.start()

    def stop(self):
        self.running = False
        self._timer.stop()

    def preview(self, *, on, width):
        pass

    def preview_shown(self):
        pass

    def _give(self):
        size = RATE * STEP_MS // 1000
        tone = [round(8000 * math.sin(2 * math.pi * 440 * (self._phase + n) / RATE)) for n in range(size)]
        self._phase += size
        for each in self.choice.picked:
            if each.track.kind is Kind.SOUND:
                self._sink.sound(each.role, time.monotonic_ns(), struct.pack(f"<{size}h", *tone))
            else:
                grey = Picture(2, 2, "rgb24", (bytes(12),), (6,))
                self._sink.picture(each.role, time.monotonic_ns(), grey)


@dataclass(frozen=True)
class Picked:
    role: Role
    track: object

    @property
    def device(self):
        return SimpleNamespace(name=f"small {self.role}", what=What.FILE)


@dataclass(frozen=True)
class Choice:
    picked: tuple

    @property
    def tracks(self):
        return tuple(each.track for each in self.picked)


class SmallPanel(QWidget):
    """Chooses a camera and a microphone, as far as they are allowed."""

    choiceChanged = Signal()

    def __init__(self, settings, allowed):
        super().__init__()
        self.allowed, self.closed = allowed, False

    def choice(self):
        both = (Picked(Role.CAMERA, PictureTrack(Role.CAMERA, 2, 2)), Picked(Role.ROOM, SoundTrack(Role.ROOM, RATE)))
        return Choice(tuple(each for each in both if each.track.kind in self.allowed))

    def keyed(self):
        return ()

    def close_sources(self):
        self.closed = True


@dataclass
class Made:
    """What was made, to be looked at."""

    recorders: list
    sources: list

    def wait(self):
        """Until what has ended is in the library."""
        for recorder in self.recorders:
            for thread in recorder.threads:
                thread.join(30)

    def means(self):
        def begin(*arguments, **named):
            self.recorders.append(WavRecorder(*arguments, **named))
            return self.recorders[-1]

        def opened(choice, sink):
            self.sources.append(ToneSources(choice, sink))
            return self.sources[-1]

        return Means(begin, opened)
