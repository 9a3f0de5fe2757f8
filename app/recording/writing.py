"""A recording while it happens: takes what sources give, hands it to the child that writes, and survives the child.

No call of a source waits: pictures that the computer is too slow for are dropped and counted, sound never is. When the
child dies another one goes on with a new part, and gets again what sound of the last second may not have been safe.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil

from analysis.failures import Failure, FolderNotWritable
from analysis.recording import wire
from app.domain.types import Interview
from app.failures import (
    ConsentMissing,
    InterviewRecorded,
    RecorderDied,
    RecordingDiskFull,
    RecordingLeft,
    RecordingSpaceShort,
)
from app.recording import folders
from app.recording.kinds import Kind, Picture, PictureTrack, Role, Standing, Track
from app.recording.part_child import PartChild, PartDied
from app.recording.shelving import is_at_once, shelve
from app.recording.timeline import NS, Timeline
from app.recording.waiting import Waiting
from app.store import Library
from app.store.vault import writing_into

CLOCK_S = 0.2
STANDING_S = 1.0
HANG_S = 20.0
"""A child that says nothing for so long hangs; a disk that wakes up may take half of it."""
WARN_MINUTES, WARN_AGAIN_MINUTES = (10.0, 3.0), 15.0
ROOM_BYTES = 64 << 20
"""After the disk was full, recording goes on once so much is free."""
RATE_KNOWN_S = 10.0
RESENT_S = 0.3
START_AGAIN_S = 1.0
LONG_LIFE_S = 5.0
LATE_S, CATCH_UP_S = 0.8, 10.0
"""Pictures that waited longer are dropped, so that never more than 2 s of a recording are not safe; for so long a new
child may catch up with what waited for it."""
LAST_TRIES = 2
"""So often another child is started for what still waits when the recording was stopped."""

OnProblem = Callable[[Failure], None]
OnStanding = Callable[[Standing], None]
Done = Callable[[Interview | Failure], None]


def begin(
    library: Library,
    interview_id: str,
    tracks: Sequence[Track],
    *,
    allowed: Collection[Kind],
    go_on: bool = False,
    join_later: bool = False,
    on_problem: OnProblem = lambda _: None,
    on_standing: OnStanding = lambda _: None,
) -> Recording:
    """Begin to record an interview; the recording's time begins now.

    `allowed` is what the candidate agreed to have recorded, within the rules: a track of another kind is refused.
    `on_problem` hears of what goes wrong while recording goes on, `on_standing` once a second how it goes, both on a
    thread of the recording. `go_on`: the interview has a recording of this program that a crash ended; what is recorded
    now follows it, and both are one recording in the end (end an analysis of the earlier one before). `join_later`:
    where it has several parts in the end, `done` gets the interview as it is at once, and they are left for `recover`.
    Raises ConsentMissing, ReadOnly, NotFound, InterviewRecorded, DiskFull, FolderNotWritable.
    """
    refused = [track for track in tracks if track.kind not in allowed]
    if refused or not tracks:
        raise ConsentMissing(what=", ".join(sorted({str(track.kind) for track in refused})))
    if len({track.role for track in tracks}) < len(tracks):
        raise ValueError("two tracks of one role")
    interview = library.to_be_continued(interview_id) if go_on else library.to_be_recorded(interview_id)
    name = f"{interview.title} {datetime.now().astimezone():%Y-%m-%d %H.%M}.mkv"
    folder = library.vault.recording(interview_id)
    if folder.exists():
        raise InterviewRecorded(title=interview.title)
    before = interview.media
    with writing_into(library.vault.folder):
        if before is None:
            folders.make(folder, interview_id, name)
        else:
            with library.vault.lease(before.sha256) as earlier:
                folders.make(folder, interview_id, before.name, earlier, before.sha256)
    before_ns = round((before.duration_s or 0.0) * NS) if before else 0
    return Recording(library, interview_id, tuple(tracks), on_problem, on_standing, before_ns, join_later=join_later)


@dataclass
class _Safe:
    """What the children said, of all parts together."""

    at_ns: int = 0
    part_ns: int = 0
    """Where the part begins that is written."""
    bytes: int = 0
    bytes_before: int = 0
    part_bytes: int = 0


class Recording:
    """A `Sink`. Made by `begin`, ended by `stop`. Any thread may call."""

    def __init__(
        self,
        library: Library,
        interview_id: str,
        tracks: tuple[Track, ...],
        on_problem: OnProblem,
        on_standing: OnStanding,
        before_ns: int = 0,
        *,
        join_later: bool = False,
    ) -> None:
        self.interview_id = interview_id
        self._join_later = join_later
        self._library, self._on_problem, self._on_standing = library, on_problem, on_standing
        self._folder = library.vault.recording(interview_id)
        self._sources = tuple(source_of(track) for track in tracks)
        self._numbers = {track.role: number for number, track in enumerate(tracks)}
        rates = {n: track.fps for n, track in enumerate(tracks) if isinstance(track, PictureTrack)}
        self._waiting = Waiting(rates)
        self._timeline = Timeline(time.monotonic_ns(), before_ns)
        self._safe = _Safe(at_ns=before_ns, part_ns=before_ns)
        self._part: PartChild | None = None
        self._done: Done | None = None
        self._outcome: Interview | Failure | None = None
        self._telling = threading.Lock()
        self._ended = threading.Event()
        self._warned = 0
        self._full = False
        self._last_tries = 0
        self._bits = _bits(self._sources)
        self._writer = threading.Thread(target=self._work, name="recording-writer", daemon=True)
        self._watch = threading.Thread(target=self._look_after, name="recording-standing", daemon=True)
        self._writer.start()
        self._watch.start()

    def picture(self, role: Role, at_ns: int, picture: Picture) -> None:
        """One picture, taken at this moment; its bytes are copied where they are lent."""
        number, at = self._numbers[role], self._timeline.recorded(at_ns)
        if at is None or not self._waiting.wants_picture(number, at):
            return
        planes = tuple(plane if isinstance(plane, bytes) else bytes(plane) for plane in picture.planes)
        sizes = tuple(len(plane) for plane in planes)
        strides = tuple(picture.strides)
        said = wire.Shown(number, at, picture.width, picture.height, picture.layout, strides, sizes)
        self._waiting.put_picture(said, planes)

    def sound(self, role: Role, at_ns: int, samples: bytes) -> None:
        """A block of samples, the first of which was heard at this moment."""
        at = self._timeline.recorded(at_ns)
        if at is not None and samples:
            self._waiting.put(wire.Heard(self._numbers[role], at, len(samples)), (bytes(samples),))

    def gone(self, role: Role) -> None:
        """This track's source has vanished: its track ends here, or goes on with the next picture or block."""
        self._waiting.put(wire.Gone(self._numbers[role], self._timeline.time_of(time.monotonic_ns())))

    def pause(self) -> None:
        """What is taken from now on is not recorded."""
        self._timeline.pause(time.monotonic_ns())

    def resume(self) -> None:
        """What is taken from now on is recorded; the pause leaves no gap."""
        at = self._timeline.resume(time.monotonic_ns())
        if at is not None:
            self._waiting.put(wire.Cut(at))

    def now(self) -> float:
        """The recording's time, s."""
        return self._timeline.time_of(time.monotonic_ns()) / NS

    def standing(self) -> Standing:
        """How it goes."""
        free = self._free_bytes()
        dropped = {role: self._waiting.dropped.get(number, 0) for role, number in self._numbers.items()}
        pictured = {role: count for role, count in dropped.items() if self._is_picture(role)}
        return Standing(
            elapsed_s=self.now(),
            kept_s=self._safe.at_ns / NS,
            bytes=self._bytes,
            dropped=pictured,
            free_bytes=free,
            minutes_left=free / self._bytes_a_minute(),
            paused=self._timeline.paused,
            full=self._full,
        )

    def stop(self, done: Done) -> None:
        """End it and take it into the library; `done` gets the interview, or what went wrong, on a thread of its own;
        at once where it came to an end before. Where parts of it are joined later, `being_recorded` is still true.

        Whatever goes wrong, what was recorded stays on the disk and is taken in when the library is next opened.
        """
        with self._telling:
            self._done, outcome = done, self._outcome
        self._timeline.pause(time.monotonic_ns())
        self._waiting.close()
        if outcome is not None:
            done(outcome)

    def join(self, timeout_s: float | None = None) -> None:
        """Wait until `done` was told, for those that need to know."""
        self._writer.join(timeout_s)
        self._watch.join(timeout_s)

    @property
    def safe_bytes(self) -> int:
        """How much of the part that is being written survives a power cut."""
        return self._safe.part_bytes

    @property
    def part_pid(self) -> int:
        """The process that writes now, 0 where there is none."""
        part = self._part
        return part.pid if part is not None else 0

    @property
    def _bytes(self) -> int:
        return self._safe.bytes_before + self._safe.bytes

    def _is_picture(self, role: Role) -> bool:
        return isinstance(self._sources[self._numbers[role]], wire.PictureSource)

    def _work(self) -> None:
        """The writing thread: part after part until the recording is stopped, then into the library."""
        try:
            while not self._write_part():
                pass
            interview = self._take_in()
        except Failure as failure:
            self._end_with(failure)
        except OSError:
            self._end_with(FolderNotWritable(folder=str(self._folder)))
        except Exception as unforeseen:
            self._end_with(RecordingLeft(detail=f"{type(unforeseen).__name__}: {unforeseen}"))
            raise
        else:
            self._end_with(interview)

    def _take_in(self) -> Interview:
        if self._join_later and not is_at_once(self._folder):
            return self._library.interview(self.interview_id)
        return shelve(self._library, self._folder)

    def _end_with(self, outcome: Interview | Failure) -> None:
        """It is over: whoever stopped it is told; where nobody did, the problem is said now."""
        self._ended.set()
        with self._telling:
            self._outcome, done = outcome, self._done
        if done is not None:
            done(outcome)
        elif isinstance(outcome, Failure):
            self._on_problem(outcome)

    def _write_part(self) -> bool:
        """Write until the end, True, or until the child dies."""
        began = time.monotonic()
        try:
            part = self._start_part()
            self._feed(part)
            finished = part.finish()
        except PartDied as died:
            self._safe.bytes_before, self._safe.bytes = self._bytes, 0
            self._safe.part_ns = self._safe.at_ns
            self._part = None
            self._say_death(died)
            if time.monotonic() - began < LONG_LIFE_S and not died.full:
                self._waiting.rest(START_AGAIN_S)
            return self._is_over()
        except Failure as failure:  # no folder for the part
            self._on_problem(failure)
            self._wait_for_room()
            return self._is_over()
        self._safe.bytes = finished.bytes * (2 if finished.playable else 1)
        return True

    def _is_over(self) -> bool:
        """Whether it was stopped and nothing is left to write, or nobody can write it."""
        self._last_tries += self._waiting.closed
        return self._waiting.closed and (self._waiting.empty or self._last_tries > LAST_TRIES)

    def _start_part(self) -> PartChild:
        with writing_into(self._library.vault.folder):
            files = folders.new_part(self._folder)
        begin_ns = self._safe.part_ns = self._safe.at_ns
        part = self._part = PartChild(wire.RecordJob(files, self._sources, begin_ns), self._hear)
        with suppress(OSError, psutil.Error):  # who does not know it waits a little less for a part to be finished
            folders.note_writer(Path(files.original).parent, part.pid)
        for said, payload in self._waiting.sent_since(begin_ns - round(RESENT_S * NS)):
            part.say(said, payload)
        return part

    def _feed(self, part: PartChild) -> None:
        """Hand on what waits, and from time to time what time it is: that of what was handed on, as long as something
        waits, for a slow computer may never come to the end of it. Raises PartDied."""
        clock, began, caught_up = 0.0, time.monotonic(), False
        while True:
            now_ns = self._timeline.time_of(time.monotonic_ns())
            limited = caught_up and not self._waiting.closed
            item = self._waiting.take(CLOCK_S, now_ns - round(LATE_S * NS) if limited else None)
            caught_up = caught_up or self._waiting.empty or time.monotonic() - began > CATCH_UP_S
            if item is not None:
                part.say(*item)
            elif self._waiting.closed:
                break
            empty = self._waiting.empty
            if (empty or item is not None) and time.monotonic() - clock >= CLOCK_S:
                clock = time.monotonic()
                reached_ns = self._timeline.time_of(time.monotonic_ns()) if empty or item is None else item[0].at_ns
                part.say(wire.Clock(reached_ns), ())
        part.say(wire.Clock(self._timeline.time_of(time.monotonic_ns())), ())

    def _hear(self, kept: wire.Kept) -> None:
        self._safe.at_ns = max(self._safe.at_ns, round(kept.at_s * NS))
        self._safe.bytes, self._safe.part_bytes = kept.bytes, kept.safe
        self._waiting.forget_sent(self._safe.at_ns - 2 * round(RESENT_S * NS))

    def _say_death(self, died: PartDied) -> None:
        if died.full:
            self._on_problem(RecordingDiskFull(folder=str(self._library.folder)))
            self._wait_for_room()
        else:
            self._on_problem(RecorderDied(detail=died.detail))

    def _wait_for_room(self) -> None:
        """Until there is room again, or the recording is stopped; what comes meanwhile is lost."""
        while not self._waiting.closed and self._free_bytes() < ROOM_BYTES:
            self._full = True
            self._waiting.rest(START_AGAIN_S)
            self._waiting.clear()
        self._full = False
        self._safe.at_ns = self._safe.part_ns = self._timeline.time_of(time.monotonic_ns())

    def _look_after(self) -> None:
        """The standing, once a second; a child that hangs is ended."""
        while not self._ended.wait(STANDING_S):
            part = self._part
            if part is not None and time.monotonic() - part.heard_at > HANG_S:
                part.kill()
            standing = self.standing()
            self._watch_space(standing.minutes_left)
            self._on_standing(standing)

    def _watch_space(self, minutes: float | None) -> None:
        if minutes is None:
            return
        due = sum(minutes < each for each in WARN_MINUTES)
        if due > self._warned:
            self._on_problem(RecordingSpaceShort(minutes=int(minutes)))
            self._warned = due
        elif minutes > WARN_AGAIN_MINUTES:
            self._warned = 0

    def _free_bytes(self) -> int:
        try:
            return shutil.disk_usage(self._folder).free
        except OSError:
            return 0

    def _bytes_a_minute(self) -> float:
        """As measured of the part that is written, once there is enough to measure; the recording and its playable
        copy. What was not recorded between two parts would make it too little."""
        kept_s = (self._safe.at_ns - self._safe.part_ns) / NS
        if kept_s > RATE_KNOWN_S:
            return max(1.0, self._safe.bytes / kept_s * 60)
        return 2 * self._bits / 8 * 60


def source_of(track: Track) -> wire.Source:
    """A track as the child that writes it is told of it."""
    if isinstance(track, PictureTrack):
        if track.width % 2 or track.height % 2 or track.width < 2 or track.height < 2:
            raise ValueError((track.width, track.height))
        return wire.PictureSource(str(track.role), track.width, track.height, track.fps)
    return wire.SoundSource(str(track.role), track.rate, track.channels)


def _bits(sources: Sequence[wire.Source]) -> int:
    """What they are about in a second."""
    return sum(wire.bits_of(one) if isinstance(one, wire.PictureSource) else wire.SOUND_BITS for one in sources)


__all__ = ["Recording", "begin"]
