"""What comes after a recording: analyses that start by themselves, and folders in which other tools record."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer

from analysis.failures import Cancelled, Failure, MediaMissing, MediaUnreadable
from app import policy, text
from app.domain.types import Imported
from app.recording.starting import When, forgotten, is_night, may_analyse, on_mains, waiting, when
from app.recording.watching import Looked, Watch
from ui.post import telling
from ui.shell.context import Context
from ui.shell.topics import unreadable
from ui.shell.window import MainWindow

AGAIN_S = 300.0
LOOK_MS = 5_000
NIGHT_MS = 60_000


class Outlook(NamedTuple):
    """What becomes of a recording: in the language in use whenever `words` is called; `cut` is the key of the button
    that lets something be cut out first, "" where that comes too late or nothing is analysed."""

    words: Callable[[], str]
    cut: str = ""


class Afterwards(QObject):
    """Watches the clock and the folders while the window is open. `start` begins the analysis of an interview."""

    def __init__(self, context: Context, window: MainWindow, start: Callable[[str], None]) -> None:
        super().__init__(window)
        self._context, self._window, self._start = context, window, start
        self.clock: Callable[[], datetime] = lambda: datetime.now().astimezone()
        self.mains: Callable[[], bool] = on_mains
        self._left_alone: set[str] = set()
        self._unreadable: set[Path] = set()
        self.seconds: Callable[[], float] = time.monotonic
        self._looking = self._stopped = False
        self._importing: set[Path] = set()
        self._resting: dict[Path, float] = {}
        self._watch = Watch(context.library.folder)
        self._folders, self._night = QTimer(self), QTimer(self)
        self._folders.timeout.connect(self.look)
        self._night.timeout.connect(self.tick)
        context.work.tookIn.connect(self._took_in)
        context.work.analysisEnded.connect(self._ended)
        if not context.library.read_only:
            self._folders.start(LOOK_MS)
            self._night.start(NIGHT_MS)
            self._first = QTimer(self, singleShot=True)
            self._first.timeout.connect(self._go_on)
            self._first.start(0)
        window.closing.connect(self.stop)

    def stop(self) -> None:
        """The window closes: nothing begins any more."""
        self._stopped = True
        for timer in self.findChildren(QTimer):
            timer.stop()

    # Analyses

    def came(self, interview_id: str) -> None:
        """A recording has come into the library: analyse it as the workstation is set.

        One that waits until a person has cut something out goes on waiting.
        """
        library = self._context.library
        if library.interview(interview_id).cut_first:
            return
        wanted = self._when()
        if wanted is When.AFTER_CUTTING and library.never_begun(interview_id):
            library.set_cut_first(interview_id, True)
        elif wanted in (When.AT_ONCE, When.AFTER_CUTTING) or (wanted is When.AT_NIGHT and self._may_start()):
            self._start(interview_id)

    def later(self) -> str:
        """When a recording that comes now is analysed, in words; "" where that is at once."""
        values = self._context.settings.values
        if self._when() is When.BY_HAND:
            return text.tr("after.by_hand")
        if self._when() is When.AFTER_CUTTING:
            return text.tr("after.cut_first")
        if self._when() is When.AT_ONCE or self._may_start():
            return ""
        return text.tr("after.tonight", time=clock_time(values.night_from_min))

    def recorded(self, interview_id: str) -> None:
        """A recording was made here: as `came`, where anything of it may be analysed."""
        if self._may_analyse(interview_id):
            self.came(interview_id)

    def outlook(self, interview_id: str) -> Outlook:
        """What becomes of a recording that was made here."""
        if not self._may_analyse(interview_id):
            return Outlook(partial(text.tr, "after.not_agreed"))
        if self._context.work.running(interview_id) is not None:
            return Outlook(partial(text.tr, "after.begun"), "after.cut_stop")
        if self._context.library.interview(interview_id).analysis_id is not None:
            return Outlook(partial(text.tr, "after.analysed"))
        return Outlook(self.later, "after.cut_button")

    def _may_analyse(self, interview_id: str) -> bool:
        rules = policy.profile(self._context.settings.values.jurisdiction)
        return may_analyse(self._context.library, interview_id, rules)

    def tick(self) -> None:
        """At night: let what waits be analysed, one after the other; what a person stopped is left alone."""
        if self._when() is not When.AT_NIGHT or not self._may_start():
            return
        library, work = self._context.library, self._context.work
        for interview_id in waiting(library, policy.profile(self._context.settings.values.jurisdiction)):
            if interview_id not in self._left_alone and work.running(interview_id) is None:
                self._start(interview_id)

    def _go_on(self) -> None:
        """The analyses that the program's end cut off go on, unless it is the night that they wait for.

        Where recordings are analysed at once, those that ended with the window are analysed now.
        """
        if self._when() is When.AT_NIGHT:
            self.tick()
            return
        library, values = self._context.library, self._context.settings.values
        at_once = self._when() is When.AT_ONCE
        ended = forgotten(library, policy.profile(values.jurisdiction)) if at_once else ()
        for interview_id in (*library.interrupted, *ended):
            if self._context.work.running(interview_id) is None:
                self._start(interview_id)

    def _ended(self, interview_id: str, failure: Failure | None) -> None:
        if isinstance(failure, Cancelled):
            self._left_alone.add(interview_id)

    def _when(self) -> When:
        return when(self._context.settings.values)

    def _may_start(self) -> bool:
        return is_night(self.clock(), self._context.settings.values) and self.mains()

    # Folders

    def look(self) -> None:
        """Look into the watched folders beside the window; one look at a time.

        A network's folder may never answer: only this look waits for it then, not the window and not its end.
        """
        folders = self._context.settings.values.watched
        if self._looking or self._importing or not (folders or self._watch.remembers):
            return
        self._looking = True
        work = (self._watch, folders, telling(self._looked), telling(self._failed))
        threading.Thread(target=_look, args=work, name="folders", daemon=True).start()

    def _looked(self, looked: Looked) -> None:
        self._looking = False
        if self._stopped:
            return
        self._say_unreadable(set(looked.unreadable))
        for path in looked.ready:
            if self.seconds() >= self._resting.get(path, 0.0):
                self._importing.add(path)
                self._context.work.take_in(path, partial(self._dealt_with, path))

    def _say_unreadable(self, now: set[Path]) -> None:
        """Once of each folder; what can be read again, or is watched no longer, is told no more."""
        for folder in sorted(now - self._unreadable):
            words = partial(text.tr, "after.folder_unreadable", folder=str(folder))
            self._window.message.say(words, "warn", topic=unreadable(folder))
        for folder in self._unreadable - now:
            self._window.message.drop(unreadable(folder))
        self._unreadable = now

    def _dealt_with(self, path: Path, failure: Failure | None) -> None:
        """What is wrong with the file stays so; what was wrong with this computer (a full disk) or with the drive (it
        went away) may pass."""
        self._importing.discard(path)
        if failure is not None and not _stays(failure):
            self._resting[path] = self.seconds() + AGAIN_S
            return
        try:
            self._watch.dealt_with(path)
        except Failure as failure:
            self._window.say_failure(failure)

    def _failed(self, failure: Failure) -> None:
        self._looking = False
        if not self._stopped:
            self._window.say_failure(failure)

    def _took_in(self, imported: Imported) -> None:
        if not imported.already:
            self.came(imported.interview.id)


def _look(
    watch: Watch, folders: tuple[str, ...], tell: Callable[[Looked], None], fail: Callable[[Failure], None]
) -> None:
    """On a thread of its own: it holds nothing of the window."""
    try:
        looked = watch.look(folders)
    except Failure as failure:
        fail(failure)
    else:
        tell(looked)


def _stays(failure: Failure) -> bool:
    """Whether the file itself is at fault."""
    return isinstance(failure, MediaUnreadable) and not isinstance(failure, MediaMissing)


def clock_time(minutes: int) -> str:
    """Minutes after midnight as on a clock: 20:00."""
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
