"""A recording's sound as files for somebody else to listen to: one channel at 16 kHz, in parts of bearable length.

Long recordings are cut where it is quietest shortly before the longest length, so that hardly a word is cut in two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from analysis.disk import writing
from analysis.media.sound import SAMPLE_RATE, SoundFile
from analysis.media.writing_out import container

Progress = Callable[[float], None]
FORMATS = ("flac", "wav", "opus")
_CODECS = {"flac": ("flac", "flac"), "wav": ("wav", "pcm_s16le"), "opus": ("ogg", "libopus")}
"""Container and codec of a format."""
ENDING = {"flac": ".flac", "wav": ".wav", "opus": ".ogg"}
OPUS_BITS = 32_000
SEARCHED_S, QUIET_S = 30.0, 0.4
"""So long before the longest length a place to cut is looked for, and so long it should be quiet there."""
_STEP = SAMPLE_RATE // 20


@dataclass(frozen=True, slots=True)
class Part:
    """A file with a stretch of the sound, which begins at `start` and lasts `seconds`."""

    path: Path
    start: float
    seconds: float


def write_parts(sound: SoundFile, folder: Path, kind: str, longest_s: float, progress: Progress) -> tuple[Part, ...]:
    """Write the sound into `folder`, in parts of at most `longest_s`. `progress` gets the seconds done.

    Raises DiskFull, FolderNotWritable.
    """
    parts = []
    with writing(folder):
        for number, (first, last) in enumerate(cuts(sound, longest_s)):
            path = folder / f"part-{number}{ENDING[kind]}"
            _write(sound, path, kind, first, last)
            parts.append(Part(path, first / SAMPLE_RATE, (last - first) / SAMPLE_RATE))
            progress(last / SAMPLE_RATE)
    return tuple(parts)


def cuts(sound: SoundFile, longest_s: float) -> Iterator[tuple[int, int]]:
    """[first, last) samples of each part; none for no sound."""
    total, longest, first = len(sound.samples), max(SAMPLE_RATE, int(longest_s * SAMPLE_RATE)), 0
    while first < total:
        last = total if total - first <= longest else _quietest(sound, first, first + longest)
        yield first, last
        first = last


def _quietest(sound: SoundFile, first: int, last: int) -> int:
    """The middle of the quietest stretch shortly before `last`."""
    begin = max(first + (last - first) // 2, last - int(SEARCHED_S * SAMPLE_RATE))
    samples = sound.slice(begin / SAMPLE_RATE, last / SAMPLE_RATE).astype(np.float64) ** 2
    width = int(QUIET_S * SAMPLE_RATE)
    if len(samples) <= width:
        return last
    sums = np.concatenate([[0.0], np.cumsum(samples)])
    starts = np.arange(0, len(samples) - width, _STEP)
    energy = sums[starts + width] - sums[starts]
    return begin + int(starts[int(np.argmin(energy))]) + width // 2


def _write(sound: SoundFile, path: Path, kind: str, first: int, last: int) -> None:
    form, codec = _CODECS[kind]
    with container(path, form) as target:
        stream = target.add_stream(codec, rate=SAMPLE_RATE, layout="mono")
        assert isinstance(stream, AudioStream)
        if kind == "opus":
            stream.bit_rate = OPUS_BITS
            stream.options = {"compression_level": "3"}
        target.start_encoding()
        size = stream.codec_context.frame_size or SAMPLE_RATE
        for at in range(first, last, size):
            block = _block(sound, at, min(last, at + size))
            frame = AudioFrame.from_ndarray(block.reshape(1, -1), "s16", "mono")
            frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, at - first, Fraction(1, SAMPLE_RATE)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))


def _block(sound: SoundFile, first: int, last: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    found = sound.slice(first / SAMPLE_RATE, last / SAMPLE_RATE) * np.float32(32768)
    return np.ascontiguousarray(np.rint(found).astype(np.int16))
