"""Pictures and sound as sources give them, with times that nobody needs to wait for, and real recordings of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.failures import Failure
from app.domain.types import Candidate, Interview, InterviewStatus
from app.recording.kinds import Kind, Picture, PictureTrack, Role, SoundTrack, Track
from app.recording.writing import Recording, begin
from app.store import Library
from app.store.tables import now

WIDTH, HEIGHT, FPS = 320, 240, 25.0
RATE, BLOCK = 48_000, 960
CAMERA = PictureTrack(Role.CAMERA, WIDTH, HEIGHT, FPS)
ROOM = SoundTrack(Role.ROOM)
ALL = frozenset(Kind)


def waiting_interview(library: Library, title: str = "李雷 一面") -> Interview:
    """An interview that has no recording yet."""
    candidate = library.save_candidate(Candidate("", "李雷"))
    new = Interview("", title, 1, InterviewStatus.IN_PROGRESS, candidate, None, None, now(), "UTC")
    return library.save_interview(new)


def picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> Picture:
    """A grey picture with a bar that moves, as NV12; its brightness tells its number."""
    light = np.full((height, width), 60 + number % 100, np.uint8)
    light[:, number * 7 % (width - 20) :][:, :20] = 230
    colour = np.full((height // 2, width), 128, np.uint8)
    return Picture(width, height, "nv12", (light.tobytes(), colour.tobytes()), (width, width))


def tone(first: int, count: int, hertz: float = 440.0, rate: int = RATE) -> NDArray[np.int16]:
    """(count,) samples of a tone from sample `first` on."""
    return (np.sin(2 * np.pi * hertz * (first + np.arange(count)) / rate) * 9000).astype(np.int16)


class Feeder:
    """Gives a recording what a camera and microphones would, in real time."""

    def __init__(self, recording: Recording, tracks: Sequence[Track]) -> None:
        self.recording, self._tracks = recording, tracks
        self.began = time.monotonic_ns()
        self._given = dict.fromkeys((track.role for track in tracks), 0)

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Go on for so long, or until something is so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not until():
            for track in self._tracks:
                self._give(track)
            time.sleep(0.005)

    def skip(self) -> None:
        """What would have been given until now is not."""
        now_ns = time.monotonic_ns()
        for track in self._tracks:
            every = 1e9 / track.fps if isinstance(track, PictureTrack) else BLOCK / track.rate * 1e9
            self._given[track.role] = int((now_ns - self.began) / every)

    def _give(self, track: Track) -> None:
        done, now_ns = self._given[track.role], time.monotonic_ns()
        every = 1e9 / track.fps if isinstance(track, PictureTrack) else BLOCK / track.rate * 1e9
        while self.began + (done + 1) * every <= now_ns:
            at = self.began + round(done * every)
            if isinstance(track, PictureTrack):
                self.recording.picture(track.role, at, picture(done, track.width, track.height))
            else:
                samples = np.repeat(tone(done * BLOCK, BLOCK, rate=track.rate), track.channels)
                self.recording.sound(track.role, at, samples.tobytes())
            done += 1
        self._given[track.role] = done


class Attempt:
    """A recording with all that it said."""

    def __init__(
        self, library: Library, tracks: Sequence[Track] = (CAMERA, ROOM), allowed: Collection[Kind] = ALL
    ) -> None:
        self.library = library
        self.interview = waiting_interview(library)
        self.problems: list[Failure] = []
        self.standings: list[object] = []
        self.recording = begin(
            library,
            self.interview.id,
            tracks,
            allowed=allowed,
            on_problem=self.problems.append,
            on_standing=self.standings.append,
        )
        self.feeder = Feeder(self.recording, tracks)
        self.outcome: list[Interview | Failure] = []
        self.ended_s = 0.0

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> Attempt:
        self.feeder.run(seconds, until)
        return self

    def run_on(self, seconds: float) -> Attempt:
        """Go on until so much more than now is safe on the disk, whatever happens meanwhile."""
        wanted = self.recording.now() + seconds
        return self.run(60, lambda: self.recording.standing().kept_s >= wanted)

    def run_until_kept(self, seconds: float) -> Attempt:
        """Go on until so much is safe on the disk."""
        return self.run(30, lambda: self.recording.standing().kept_s >= seconds)

    def stop(self) -> Interview:
        """End it; the interview as it is in the library then."""
        self.recording.stop(self.outcome.append)
        self.ended_s = self.recording.now()
        self.recording.join(60)
        (interview,) = self.outcome
        assert isinstance(interview, Interview), interview
        return interview


def kept(library: Library, interview: Interview) -> tuple[Path, Path]:
    """The files of an interview's recording: as it was written, and the copy that plays."""
    assert interview.media is not None
    vault, sha256 = library.vault, interview.media.sha256
    with vault.lease(sha256) as original, vault.lease_playable(sha256) as playable:
        return original, playable
