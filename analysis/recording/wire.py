"""What is said between `app.recording` and the child that writes: one job as a JSON line, then JSON lines with bytes.

Times are nanoseconds of the recording's own clock: from its first moment, pauses left out. Both sides import this.
"""

from __future__ import annotations

import msgspec


class PictureSource(msgspec.Struct, frozen=True, tag_field="kind", tag="picture"):
    """A track of pictures as it is written: size in pixels, both even; the most pictures in a second."""

    role: str
    width: int
    height: int
    fps: float


BITS_720P25 = 1_500_000
PIXELS_720P25 = 1280 * 720 * 25
SOUND_BITS = 64_000
"""A channel."""


def bits_of(source: PictureSource) -> int:
    """Bits a second for a picture of this size and rate."""
    share = source.width * source.height * source.fps / PIXELS_720P25
    return round(BITS_720P25 * float(share**0.75))


class SoundSource(msgspec.Struct, frozen=True, tag_field="kind", tag="sound"):
    """A microphone, or what the computer plays: 16-bit samples, `rate` in Hz, interleaved `channels`."""

    role: str
    rate: int
    channels: int


Source = PictureSource | SoundSource


class Files(msgspec.Struct, frozen=True):
    """Where the files of a part go: the recording, the copy that plays, what is known of them, and `Finished`."""

    original: str
    playable: str
    thumbnail: str
    facts: str
    frames: str
    finished: str


class RecordJob(msgspec.Struct, frozen=True):
    """Write a part that begins at `from_ns`. Messages name a source by its place in `sources`."""

    files: Files
    sources: tuple[Source, ...]
    from_ns: int = 0


class Shown(msgspec.Struct, frozen=True, tag_field="type", tag="picture"):
    """A picture. Its planes follow, `sizes` bytes each; see `app.recording.kinds.Picture`."""

    source: int
    at_ns: int
    width: int
    height: int
    layout: str
    strides: tuple[int, ...]
    sizes: tuple[int, ...]


class Heard(msgspec.Struct, frozen=True, tag_field="type", tag="sound"):
    """A block of samples, `size` bytes, the first of which was heard at `at_ns`."""

    source: int
    at_ns: int
    size: int


class Clock(msgspec.Struct, frozen=True, tag_field="type", tag="clock"):
    """It is `at_ns`: what has not come by now is late."""

    at_ns: int


class Cut(msgspec.Struct, frozen=True, tag_field="type", tag="cut"):
    """A pause ended: what comes now goes on at `at_ns`."""

    at_ns: int


class Gone(msgspec.Struct, frozen=True, tag_field="type", tag="gone"):
    """A source has vanished."""

    source: int
    at_ns: int


Said = Shown | Heard | Clock | Cut | Gone


class Kept(msgspec.Struct, frozen=True, tag_field="type", tag="kept"):
    """What was taken before `at_s` is safe on the disk. `bytes` of all files; `safe` = bytes of the original synced."""

    at_s: float
    bytes: int
    safe: int


class Finished(msgspec.Struct, frozen=True, tag_field="type", tag="finished"):
    """The part is whole. `sha256` and `bytes` of the original; `playable`: whether the copy is whole, too."""

    sha256: str
    bytes: int
    duration_s: float
    pictures: int
    samples: int
    playable: bool


class Failed(msgspec.Struct, frozen=True, tag_field="type", tag="failed"):
    """The part ends here; a known failure with its parameters as text."""

    code: str
    params: dict[str, str]


Reply = Kept | Finished | Failed


def length_of(said: Said) -> int:
    """How many bytes follow the line."""
    if isinstance(said, Shown):
        return sum(said.sizes)
    return said.size if isinstance(said, Heard) else 0
