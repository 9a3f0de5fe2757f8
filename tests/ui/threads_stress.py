"""Threads against the window, in a process of its own: `python -m tests.ui.threads_stress [SECONDS]`.

Interviews are recorded with sources that fail and recorders that die, their pages and owners are destroyed while the
threads still talk, a timeline gets all sorts of events, and cycles are collected as often as can be. A crash shows all
stacks. At the end no thread of a recording is left.
"""

from __future__ import annotations

import faulthandler
import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.types import ConsentGiven
from app.recording import consent
from app.recording.consent import Agreed
from app.recording.kinds import Kind, Role
from app.settings import SettingsFile
from app.store.library import Library
from tests.conftest import ROOT
from tests.recording_run.conftest import planned_interview
from tests.ui import review_data
from ui import garbage, theme
from ui.post import telling
from ui.record.capture.choice import PLACES, Arrangement, Choice, Device, What, pick
from ui.record.held import HeldInterview
from ui.record.running_page import RunningPage
from ui.review import lane_list
from ui.review.frames import FrameFinder
from ui.review.timeline import Timeline

SAMPLE = ROOT / "resources" / "sample" / "sample_en.mp4"
TALKERS = 3
OFTEN = 50
"""Allocations after which the youngest objects are looked at."""


def main(seconds: float) -> None:
    """So long. Prints what was done."""
    faulthandler.enable(all_threads=True)
    sys.setswitchinterval(1e-4)
    gc.set_threshold(OFTEN, 2, 2)
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme.set_up(application, "light")
    garbage.INTERVAL_MS = 5
    collector = garbage.GarbageTimer(application)
    ends, dice, rounds = time.monotonic() + seconds, Random(3), 0
    with tempfile.TemporaryDirectory(prefix="mianjian-stress-") as made, Library.open(Path(made) / "l") as library:
        talkers = Talkers()
        for rounds in count(1):
            talkers.begin()
            timeline = a_timeline()
            for _ in recorded(library, Path(made), rounds):
                pester(timeline, dice)
                talkers.change()
                QApplication.processEvents()
            timeline.deleteLater()
            settle()
            if time.monotonic() > ends:
                break
        talkers.end()
        settle()
    collector.stop()
    left = [each.name for each in threading.enumerate() if each.name.startswith(("recording", "stress"))]
    print(f"{rounds} recordings, {talkers.changes} owners destroyed, {talkers.heard} calls, left: {left}", flush=True)
    sys.exit(bool(left))


# Recordings that fail


def recorded(library: Library, folder: Path, number: int) -> Iterator[None]:
    """One interview; yields again and again while the window may run. It ends before its sources, after them, or with
    its page destroyed under it."""
    interview = planned_interview(library, remote_id=f"hr-{number}")
    shown = consent.notice("en", library.folder)
    consent.give(library, interview.id, Agreed((Kind.SOUND, Kind.PICTURE), ("speech",)), shown, ConsentGiven.PAPER)
    owner, settings, source = QWidget(), SettingsFile(library.folder), folder / f"source-{number}.mp4"
    source.symlink_to(SAMPLE)
    page, held = RunningPage(settings, owner), HeldInterview(library, settings, interview, parent=owner)
    owner.resize(1280, 800)
    held.begin(choice(source))
    page.show_held(held)
    owner.show()
    recording, dies = held.recording, number % 2
    assert recording is not None
    yield from while_(0.3)
    source.unlink()
    if dies and getattr(recording, "part_pid", 0):
        os.kill(recording.part_pid, 9)
    yield from while_(0.6)
    page.leave()
    held.stop()
    sources, held.sources = held.sources, None
    del page, held, sources
    shiboken6.delete(owner) if dies else owner.deleteLater()
    joined = threading.Thread(target=recording.join, args=(60,), name="stress-join", daemon=True)
    joined.start()
    while joined.is_alive():
        yield


def choice(file: Path) -> Choice:
    """A file that stands for the camera, and a microphone that is not there."""
    camera, room = PLACES[Arrangement.CAMERA]
    there, gone = Device(What.FILE, str(file), "file"), Device(What.MICROPHONE, "no such microphone", "gone")
    picked = (pick(camera, there, (640, 480)), pick(room, gone))
    assert {each.role for each in picked} == {Role.CAMERA, Role.ROOM}
    return Choice(Arrangement.CAMERA, picked)


def while_(seconds: float) -> Iterator[None]:
    """Again and again for so long."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        yield


# Objects that end while threads talk to them


class Heard(QObject):
    """What threads talk to. Its signal is emitted in the window's thread only."""

    said = Signal(object)

    def __init__(self, talkers: Talkers, parent: QObject) -> None:
        super().__init__(parent)
        self._talkers = talkers
        self.said.connect(self._count)

    def say(self, words: object) -> None:
        """Somebody says this."""
        self.said.emit(words)

    def _count(self, _words: object) -> None:
        assert threading.current_thread() is threading.main_thread()
        self._talkers.heard += 1


class Talkers:
    """Threads that talk to an object which is destroyed again and again."""

    def __init__(self) -> None:
        self.heard = self.changes = 0
        self._tell = telling(self._none)
        self._stop = threading.Event()
        self._owner: QWidget | None = None
        self._threads: list[threading.Thread] = []

    def begin(self) -> None:
        """Talk, from the first call on."""
        if not self._threads:
            self._threads = [
                threading.Thread(target=self._talk, name=f"stress-{n}", daemon=True) for n in range(TALKERS)
            ]
            for thread in self._threads:
                thread.start()

    def change(self) -> None:
        """Another object in the place of the last one, which is destroyed now or by the event loop."""
        before, self._owner = self._owner, QWidget()
        heard, finder = Heard(self, self._owner), FrameFinder(self._owner)
        self._tell = telling(heard.say)
        finder.look(lambda _: np.arange(3, dtype=np.int32))
        if before is not None:
            shiboken6.delete(before) if self.changes % 2 else before.deleteLater()
        self.changes += 1

    def end(self) -> None:
        """No more; returns when no thread is left."""
        self._stop.set()
        for thread in self._threads:
            thread.join(20)

    def _none(self, _words: object) -> None:
        pass

    def _talk(self) -> None:
        while not self._stop.wait(0.0005):
            self._tell([object()])


# The timeline


def a_timeline() -> Timeline:
    """Ten minutes in all lanes."""
    shown = review_data.recording(600.0, review_data.VOICE[:4])
    timeline = Timeline()
    timeline.resize(900, 500)
    timeline.show_lanes(lane_list.lanes_of(shown, tuple), lane_list.overview_of(shown))
    timeline.show()
    return timeline


def pester(timeline: Timeline, dice: Random) -> None:
    """An event of any sort."""
    at, none = QPointF(dice.uniform(0, 900), dice.uniform(0, 500)), Qt.KeyboardModifier.NoModifier
    point, viewport, button = at.toPoint(), timeline.viewport(), Qt.MouseButton.LeftButton
    events = (
        lambda: QMouseEvent(QEvent.Type.MouseMove, at, at, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, none),
        lambda: QMouseEvent(QEvent.Type.MouseButtonPress, at, at, button, button, none),
        lambda: QMouseEvent(QEvent.Type.MouseButtonRelease, at, at, button, Qt.MouseButton.NoButton, none),
        lambda: QWheelEvent(at, at, QPoint(), QPoint(0, dice.choice((-120, 120))), Qt.MouseButton.NoButton, none,
                            Qt.ScrollPhase.NoScrollPhase, False),
        lambda: QHelpEvent(QEvent.Type.ToolTip, point, point),
        lambda: QEvent(dice.choice((QEvent.Type.Enter, QEvent.Type.Leave, QEvent.Type.StyleChange))),
    )  # fmt: skip
    QCoreApplication.sendEvent(viewport, dice.choice(events)())
    key = dice.choice((Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Down, Qt.Key.Key_F))
    QCoreApplication.sendEvent(timeline, QKeyEvent(QEvent.Type.KeyPress, key, none))
    timeline.resize(timeline.size() + QSize(dice.randint(-2, 2), dice.randint(-2, 2)))


def settle() -> None:
    """What was to be destroyed is, and what waits is heard."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    gc.collect()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
