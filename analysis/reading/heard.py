"""What an outside recogniser heard, kept as a file beside the recording: like a transcript, but with its source.

The file is this program's own: nobody chooses one by hand, and so only a recogniser that was really asked is named.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from analysis.document import Word
from analysis.failures import TranscriptUnknown
from analysis.reading.cues import Cue, Reading, Source, one_line

SUFFIX = ".heard"
FORMAT = "mianjian-heard-1"


class HeardWord(msgspec.Struct, frozen=True):
    """A word with its times (s) and its probability 0..1, None = not told."""

    start: float
    end: float
    text: str
    probability: float | None = None


class HeardPart(msgspec.Struct, frozen=True):
    """What one person says in one go."""

    start: float
    end: float
    text: str
    speaker: str = ""
    words: tuple[HeardWord, ...] = ()


class HeardFile(msgspec.Struct, frozen=True):
    """The whole file. `asked` tells what was asked for, so that the same need not be asked again."""

    source: Source
    parts: tuple[HeardPart, ...]
    asked: str = ""
    language: str = ""
    format: Literal["mianjian-heard-1"] = "mianjian-heard-1"


def encode(file: HeardFile) -> bytes:
    """The bytes of a file."""
    return msgspec.json.format(msgspec.json.encode(file), indent=1)


def decode(raw: bytes, name: str) -> HeardFile:
    """The file in these bytes. Raises TranscriptUnknown."""
    try:
        return msgspec.json.decode(raw, type=HeardFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TranscriptUnknown(name=name) from error


def read(raw: bytes, name: str) -> Reading:
    """Its cues with their words. Raises TranscriptUnknown."""
    file = decode(raw, name)
    cues = sorted(map(_cue, file.parts), key=lambda cue: (cue.start or 0.0, cue.end or 0.0))
    return Reading(tuple(cue for cue in cues if cue.text), timed=True, source=file.source)


def _cue(part: HeardPart) -> Cue:
    words = tuple(Word(word.start, word.end, word.text, word.probability) for word in part.words)
    return Cue(one_line(part.text), one_line(part.speaker), part.start, max(part.start, part.end), words)
