"""What a person chose to record: an arrangement, a device for each of its places, and the tracks that follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.recording.kinds import Kind, PictureTrack, Role, SoundTrack, Track

CAMERA_SIZE = (1280, 720)
CAMERA_FPS = 25.0
SCREEN_FPS = 15.0
"""A shared screen moves little, and its pictures are the largest: 15 a second show a talking face well enough."""
LARGEST = (1920, 1080)
"""Pictures of larger screens are written this large at most."""


class What(StrEnum):
    """A sort of device."""

    CAMERA = "camera"
    SCREEN = "screen"
    WINDOW = "window"
    MICROPHONE = "microphone"
    SYSTEM = "system"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Device:
    """A device as this workstation knows it: `id` is the system's own, `name` what the system calls it.

    `size` in pixels of what it shows, where that is known before it is opened; else (0, 0).
    """

    what: What
    id: str
    name: str = field(compare=False)
    size: tuple[int, int] = field(default=(0, 0), compare=False)


class Arrangement(StrEnum):
    """What belongs together in a recording."""

    CAMERA = "camera"
    SCREEN = "screen"
    TWO = "two"
    MICROPHONE = "microphone"


@dataclass(frozen=True, slots=True)
class Place:
    """A place of an arrangement: whom it shows or hears, what may stand there, and whether it may stay empty.

    `filled`: one that may stay empty has a device as long as nobody takes it away.
    """

    role: Role
    kind: Kind
    devices: tuple[What, ...]
    optional: bool = False
    filled: bool = True


_CAMERAS, _MICROPHONES = (What.CAMERA, What.FILE), (What.MICROPHONE, What.FILE)
PLACES: dict[Arrangement, tuple[Place, ...]] = {
    Arrangement.CAMERA: (
        Place(Role.CAMERA, Kind.PICTURE, _CAMERAS),
        Place(Role.ROOM, Kind.SOUND, _MICROPHONES),
    ),
    Arrangement.SCREEN: (
        Place(Role.SCREEN, Kind.PICTURE, (What.SCREEN, What.WINDOW)),
        Place(Role.SYSTEM, Kind.SOUND, (What.SYSTEM,)),
        Place(Role.INTERVIEWER, Kind.SOUND, _MICROPHONES, optional=True),
    ),
    Arrangement.TWO: (
        Place(Role.CANDIDATE, Kind.SOUND, _MICROPHONES),
        Place(Role.INTERVIEWER, Kind.SOUND, _MICROPHONES),
        Place(Role.CAMERA, Kind.PICTURE, _CAMERAS, optional=True, filled=False),
    ),
    Arrangement.MICROPHONE: (Place(Role.ROOM, Kind.SOUND, _MICROPHONES),),
}
"""The places of each arrangement, in the order in which they are shown."""


def places(arrangement: Arrangement, allowed: frozenset[Kind]) -> tuple[Place, ...]:
    """The places of an arrangement that the consent allows to be opened."""
    return tuple(place for place in PLACES[arrangement] if place.kind in allowed)


@dataclass(frozen=True, slots=True)
class Picked:
    """A device in its place."""

    role: Role
    device: Device
    track: Track


@dataclass(frozen=True, slots=True)
class Choice:
    """What is recorded: never more than the consent allows (see `places`)."""

    arrangement: Arrangement
    picked: tuple[Picked, ...]

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks that the recording has, for `app.recording.writing.begin`."""
        return tuple(each.track for each in self.picked)

    @property
    def kinds(self) -> frozenset[Kind]:
        """What it takes."""
        return frozenset(each.track.kind for each in self.picked)


def pick(place: Place, device: Device, size: tuple[int, int] | None = None) -> Picked:
    """A device for a place; `size` is that of the pictures that were seen of it, where some were."""
    if place.kind is Kind.SOUND:
        return Picked(place.role, device, SoundTrack(place.role, channels=2 if device.what is What.SYSTEM else 1))
    width, height = fitted(size or device.size)
    fps = CAMERA_FPS if device.what in _CAMERAS else SCREEN_FPS
    return Picked(place.role, device, PictureTrack(place.role, width, height, fps))


def fitted(size: tuple[int, int]) -> tuple[int, int]:
    """The size in which pictures are written: even, `LARGEST` at most; a camera's usual one where none is known."""
    width, height = size
    if width < 2 or height < 2:
        return CAMERA_SIZE
    scale = min(1.0, LARGEST[0] / width, LARGEST[1] / height)
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)
