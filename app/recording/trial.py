"""Some seconds recorded for trying out: written as a recording is, seen and heard once, and thrown away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.failures import DiskFull, Failure, FolderNotWritable
from analysis.recording import wire
from app.failures import TrialFailed
from app.recording import folders
from app.recording.kinds import Picture, PictureTrack, Role, Track
from app.recording.part_child import PartChild, PartDied
from app.recording.timeline import Timeline
from app.recording.waiting import Waiting
from app.recording.writing import CLOCK_S, source_of
from app.store.vault import Vault, writing_into

Done = Callable[[Path | Failure], None]
DISCARD_S = 2.0


class Trial:
    """A `Sink`, from when it is made until `stop`. Any thread may call.

    `done` gets the file that plays, or what went wrong, on a thread of the trial. The file is there until `discard`,
    at the latest until the library is next opened.
    """

    def __init__(self, vault: Vault, tracks: Sequence[Track], done: Done) -> None:
        self._vault, self._done = vault, done
        self._sources = tuple(source_of(track) for track in tracks)
        self._numbers = {track.role: number for number, track in enumerate(tracks)}
        self._waiting = Waiting({n: track.fps for n, track in enumerate(tracks) if isinstance(track, PictureTrack)})
        self._timeline = Timeline(time.monotonic_ns())
        self._thrown = threading.Event()
        self._thread = threading.Thread(target=self._work, name="trial", daemon=True)
        self._thread.start()

    def picture(self, role: Role, at_ns: int, picture: Picture) -> None:
        """One picture, taken at this moment."""
        number, at = self._numbers[role], self._timeline.recorded(at_ns)
        if at is not None and self._waiting.wants_picture(number, at):
            planes = tuple(bytes(plane) for plane in picture.planes)
            sizes = tuple(len(plane) for plane in planes)
            shape = (picture.width, picture.height, picture.layout, tuple(picture.strides))
            self._waiting.put_picture(wire.Shown(number, at, *shape, sizes), planes)

    def sound(self, role: Role, at_ns: int, samples: bytes) -> None:
        """A block of samples, the first of which was heard at this moment."""
        at = self._timeline.recorded(at_ns)
        if at is not None and samples:
            self._waiting.put(wire.Heard(self._numbers[role], at, len(samples)), (bytes(samples),))

    def gone(self, role: Role) -> None:
        """This track ends here."""
        self._waiting.put(wire.Gone(self._numbers[role], self._now()))

    def stop(self) -> None:
        """What comes from now on is not taken; `done` is told soon."""
        self._waiting.close()

    def discard(self) -> None:
        """Throw it away, at once where that is possible; `done` is not told any more."""
        self._thrown.set()
        self._waiting.close()
        self._thread.join(DISCARD_S)

    def _now(self) -> int:
        return self._timeline.time_of(time.monotonic_ns())

    def _work(self) -> None:
        try:
            with self._vault.working() as folder:
                self._tell(self._write(folder))
                self._thrown.wait()
        except (DiskFull, FolderNotWritable) as failure:
            self._tell(failure)

    def _tell(self, outcome: Path | Failure) -> None:
        if not self._thrown.is_set():
            self._done(outcome)

    def _write(self, folder: Path) -> Path | Failure:
        with writing_into(self._vault.folder):
            files = folders.new_part(folder)
        try:
            part = PartChild(wire.RecordJob(files, self._sources), lambda _: None)
            self._feed(part)
            if self._thrown.is_set():
                part.end()
            else:
                part.finish()
        except PartDied as died:
            return DiskFull(folder=str(self._vault.folder)) if died.full else TrialFailed(detail=died.detail)
        return Path(files.playable)

    def _feed(self, part: PartChild) -> None:
        while not self._thrown.is_set():
            item = self._waiting.take(CLOCK_S)
            if item is not None:
                part.say(*item)
            elif self._waiting.closed:
                break
            if self._waiting.empty:
                part.say(wire.Clock(self._now()), ())
