"""What an outside recogniser heard, read out of its answer with every doubt: it becomes what a person reads."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sync.providers.failures import ServiceEmpty, ServiceNonsense, ServiceTimes
from sync.providers.profile import Answer, dig

SLACK_S = 1.0
"""Services round, and count what their decoder adds: so far beyond the end a time may lie."""
GAP_S, LONGEST_S = 0.8, 20.0
"""Words without segments are parted at pauses this long, and at this length anyway."""
_ENDS = "。！？!?；;."
MOST_SPEAKER = 40


@dataclass(frozen=True, slots=True)
class HeardWord:
    """One word with its times (s); `probability` 0..1, None = not told."""

    start: float
    end: float
    text: str
    probability: float | None = None
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class HeardPart:
    """What one person says in one go, one line, never empty; `speaker` "" = not told."""

    start: float
    end: float
    text: str
    speaker: str = ""
    words: tuple[HeardWord, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """All that was heard, in time order; `language` as the service calls it, "" = not told."""

    language: str
    parts: tuple[HeardPart, ...]

    def later(self, seconds: float) -> Heard:
        """The same, `seconds` later."""
        return replace(self, parts=tuple(_later(part, seconds) for part in self.parts))


def read_heard(answer: object, shape: Answer, duration_s: float, host: str) -> Heard:
    """What an answer says about a sound of `duration_s`. Raises ServiceNonsense, ServiceTimes, ServiceEmpty."""
    reader = _Reader(shape, duration_s, host)
    segments = reader.rows(dig(answer, shape.segments), shape.segment) if shape.segments else None
    words = reader.rows(dig(answer, shape.words), shape.word) if shape.words else []
    if segments is None:
        parts = _grouped([word for word, _ in words])
    else:
        parts = [_part(segment, reader.within(row)) for segment, row in segments]
        parts = _with_words(parts, [word for word, _ in words]) if words else parts
    parts = sorted((part for part in parts if part.text), key=lambda part: (part.start, part.end))
    if not parts:
        raise ServiceEmpty(host=host)
    language = dig(answer, shape.language) if shape.language else ""
    return Heard(language if isinstance(language, str) else "", tuple(parts))


class _Reader:
    """Rows of an answer as words with times in seconds."""

    def __init__(self, shape: Answer, duration_s: float, host: str) -> None:
        self._shape, self._duration, self._host = shape, duration_s, host
        self._scale = 1000.0 if shape.unit == "ms" else 1.0

    def rows(self, found: object, paths: dict[str, str]) -> list[tuple[HeardWord, object]]:
        """Each row of a list, read and as it stood. Raises ServiceNonsense, ServiceTimes."""
        if not isinstance(found, list):
            raise ServiceNonsense(host=self._host)
        return [(self._row(row, paths), row) for row in found]

    def within(self, row: object) -> list[HeardWord]:
        """The words inside a segment."""
        if not self._shape.words_in:
            return []
        found = dig(row, self._shape.words_in)
        return [] if found is None else [word for word, _ in self.rows(found, self._shape.word)]

    def _row(self, row: object, paths: dict[str, str]) -> HeardWord:
        text = dig(row, paths["text"])
        if not isinstance(text, str):
            raise ServiceNonsense(host=self._host)
        start, end = self._time(dig(row, paths["start"])), self._time(dig(row, paths["end"]))
        if end < start:
            raise ServiceTimes(host=self._host)
        speaker = dig(row, paths["speaker"]) if "speaker" in paths else None
        chance = dig(row, paths["probability"]) if "probability" in paths else None
        return HeardWord(start, end, _one_line(text), self._chance(chance), _speaker(speaker))

    def _time(self, value: object) -> float:
        """Seconds within the sound. Numbers may come as text."""
        try:
            seconds = float(value) / self._scale  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            raise ServiceNonsense(host=self._host) from None
        if isinstance(value, bool):
            raise ServiceNonsense(host=self._host)
        if not math.isfinite(seconds) or not -0.01 <= seconds <= self._duration + SLACK_S:
            raise ServiceTimes(host=self._host)
        return min(max(0.0, seconds), self._duration)

    def _chance(self, value: object) -> float | None:
        """A probability 0..1; what is none is not known."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        share = value / 100 if self._shape.percent else value
        return float(share) if 0 <= share <= 1 else None


def _part(segment: HeardWord, words: list[HeardWord]) -> HeardPart:
    ordered = tuple(sorted((word for word in words if word.text), key=lambda word: (word.start, word.end)))
    speaker = segment.speaker or next((word.speaker for word in ordered if word.speaker), "")
    return HeardPart(segment.start, segment.end, segment.text, speaker, ordered)


def _with_words(parts: Sequence[HeardPart], words: Sequence[HeardWord]) -> list[HeardPart]:
    """The segments with the words of a list of its own: each goes where its middle is."""
    ordered = sorted(parts, key=lambda part: part.start)
    starts = [part.start for part in ordered]
    own: list[list[HeardWord]] = [[] for _ in ordered]
    for word in words:
        place = bisect_right(starts, (word.start + word.end) / 2) - 1
        if ordered:
            own[max(0, place)].append(word)
    return [
        _part(HeardWord(part.start, part.end, part.text, None, part.speaker), mine)
        for part, mine in zip(ordered, own, strict=True)
    ]


def _grouped(words: Sequence[HeardWord]) -> list[HeardPart]:
    """Words without segments, parted where somebody else speaks, at pauses, and at the ends of sentences."""
    groups: list[list[HeardWord]] = []
    for word in sorted((word for word in words if word.text), key=lambda word: (word.start, word.end)):
        if not groups or _parts_from(groups[-1], word):
            groups.append([])
        groups[-1].append(word)
    return [
        HeardPart(own[0].start, max(word.end for word in own), _joined(own), own[0].speaker, tuple(own))
        for own in groups
    ]


def _parts_from(before: Sequence[HeardWord], word: HeardWord) -> bool:
    last = before[-1]
    long = word.end - before[0].start > LONGEST_S
    return word.speaker != last.speaker or word.start - last.end > GAP_S or last.text[-1] in _ENDS or long


def _joined(words: Sequence[HeardWord]) -> str:
    """The words as a line: no blank between Chinese characters, one between others."""
    said = ""
    for word in words:
        between = said and said[-1].isascii() and word.text[0].isascii() and word.text[0].isalnum()
        said += f" {word.text}" if between else word.text
    return said


def _later(part: HeardPart, seconds: float) -> HeardPart:
    words = tuple(replace(word, start=word.start + seconds, end=word.end + seconds) for word in part.words)
    return replace(part, start=part.start + seconds, end=part.end + seconds, words=words)


def _speaker(value: object) -> str:
    if value is None or isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return _one_line(str(value))[:MOST_SPEAKER]


def _one_line(text: str) -> str:
    """One line without control and direction characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def read_values(found: Any, shape: Answer, host: str) -> dict[str, float]:
    """Shares 0..1 by name: of expressions. Raises ServiceNonsense, ServiceEmpty."""
    if not isinstance(found, dict):
        raise ServiceNonsense(host=host)
    values: dict[str, float] = {}
    for name, value in found.items():
        share = value / 100 if shape.percent and isinstance(value, int | float) else value
        if isinstance(value, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise ServiceNonsense(host=host)
        values[_one_line(str(name))[:MOST_SPEAKER]] = float(share)
    if not values:
        raise ServiceEmpty(host=host)
    return values
