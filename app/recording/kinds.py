"""What is recorded, in plain types: the tracks of a recording, what a capture source hands over, and how it goes.

One clock: every picture and every block of sound says when it was taken, in nanoseconds of `time.monotonic_ns`; what
writes the recording turns that into seconds from its first moment, pauses left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """What a track carries."""

    PICTURE = "picture"
    SOUND = "sound"


class Role(StrEnum):
    """Whom or what a track shows or hears.

    CANDIDATE and INTERVIEWER of sound are microphones of their own, one person each; ROOM is one microphone for all;
    SYSTEM what the computer plays (the far end of an online meeting).
    """

    CAMERA = "camera"
    SCREEN = "screen"
    ROOM = "room"
    INTERVIEWER = "interviewer"
    CANDIDATE = "candidate"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class PictureTrack:
    """A track of pictures as it is written: size in pixels (both even), the most pictures in a second."""

    role: Role
    width: int
    height: int
    fps: float = 25.0
    kind: Kind = field(default=Kind.PICTURE, init=False)


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """A track of sound as its source gives it: 16-bit samples, `rate` in Hz, interleaved `channels`."""

    role: Role
    rate: int = 48_000
    channels: int = 1
    kind: Kind = field(default=Kind.SOUND, init=False)


Track = PictureTrack | SoundTrack


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as the source gives it: `layout` is FFmpeg's name (nv12, yuv420p, yuyv422, bgra, rgb24, ...).

    `planes` lie one after the other, each with `strides` bytes a row, from the top.
    """

    width: int
    height: int
    layout: str
    planes: tuple[bytes | memoryview, ...]
    strides: tuple[int, ...]


class Sink(Protocol):
    """Where capture sources put what they take. Any thread may call; no call waits for the disk."""

    def picture(self, role: Role, at_ns: int, picture: Picture) -> None:
        """One picture, taken at this moment."""

    def sound(self, role: Role, at_ns: int, samples: bytes) -> None:
        """A block of samples, the first of which was heard at this moment."""

    def gone(self, role: Role) -> None:
        """This track's source has vanished: its track ends here (or goes on with the next picture or block)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a recording goes.

    `elapsed_s` of the recording's own time, pauses left out; `kept_s` = how much of it is safe on the disk; `dropped` =
    pictures that the computer was too slow to keep, by role; `free_bytes` on the disk and the minutes that they last
    (None = not known yet). `full`: nothing is written until there is room on the disk again.
    """

    elapsed_s: float
    kept_s: float
    bytes: int
    dropped: dict[Role, int]
    free_bytes: int
    minutes_left: float | None
    paused: bool = False
    full: bool = False
