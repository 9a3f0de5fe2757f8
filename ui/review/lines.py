"""The rows of the transcript as plain values: what is said, by whom, and what is to be marked in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, Protocol, TypeVar

from analysis.document import Correction, CorrectionKind, Event, Exchange, Role, Segment, Suggestion, Word
from app.origin import imported_from, recognised_by
from app.text import has, percent, tr
from ui.review.model import Recording
from ui.review.originals import Original, originals
from ui.review.passages import TOLERANCE_S, word_places
from ui.review.suggestions import open_suggestions
from ui.review.voices import voice_name

UNCERTAIN_BELOW = 0.5
BEGINS_WITHIN_S = 0.3
"""A question or a word may begin this much beside the segment that says it."""


class Style(Enum):
    """How a stretch of text is marked, and why."""

    UNCERTAIN = "uncertain"
    TERM = "term"
    RESULT = "result"
    FILLER = "filler"
    CORRECTED = "corrected"
    SUGGESTED = "suggested"
    STAR = "star"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters [start, end) of a row's text with their mark; a likely mishearing with what it offers, a part of an
    answer with its name ("situation" …, "unsure").
    """

    start: int
    end: int
    style: Style
    suggestion: Suggestion | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the segment, who speaks, where its words stand, what is marked, and what people corrected in it.

    `exchange` is the index of the question that begins here.
    """

    segment: Segment
    name: str
    role: Role
    places: tuple[tuple[int, int], ...]
    stretches: tuple[Stretch, ...]
    originals: tuple[Original, ...] = ()
    exchange: int | None = None

    def word_at(self, offset: int) -> int | None:
        """The word at a character, or the one before it."""
        found = [index for index, (start, end) in enumerate(self.places) if start <= offset <= end and end > start]
        return found[0] if found else None

    def word_at_time(self, time_s: float) -> int | None:
        """The word being said at a time."""
        for index, word in enumerate(self.segment.words):
            if word.start <= time_s < word.end:
                return index
        return None

    def stretch_at(self, offset: int, style: Style) -> Stretch | None:
        """What is marked in a style at a character."""
        return next((s for s in self.stretches if s.style is style and s.start <= offset <= s.end), None)

    def original_at(self, offset: int) -> Original | None:
        """What was corrected at a character; of several the shortest."""
        return next((o for o in self.originals if o.place[0] <= offset <= o.place[1]), None)

    def hints(self) -> list[str]:
        """What there is to be said of single words, for those who hear the row: each word with its hint."""
        offered = [(s.start, s.end) for s in self.stretches if s.style is Style.SUGGESTED]
        places = [*offered, *(place for original in self.originals for place in original.changed)]
        told = [f"{self.segment.text[start:end]}: {self.hint_at(start)}" for start, end in sorted(places)]
        return [tr("review.part_suggested", part=part_name(part)) for part in self.parts] + told

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of an answer that are in this row, in order and each once."""
        return tuple(dict.fromkeys(s.part for s in self.stretches if s.style is Style.STAR))

    def hint_at(self, offset: int) -> str:
        """What the pointer says about the words there; "" where nothing is to be said."""
        offered, original = self.stretch_at(offset, Style.SUGGESTED), self.original_at(offset)
        if offered is not None and offered.suggestion is not None:
            return tr("review.sounds_like", text=offered.suggestion.after)
        if original is not None:
            return tr(original.text_key, text=original.machine)
        doubt, told = self.stretch_at(offset, Style.UNCERTAIN), self.stretch_at(offset, Style.STAR)
        if doubt is not None:
            word = self.segment.words[self.places.index((doubt.start, doubt.end))]
            return tr("review.uncertain_word", share=percent(word.probability or 0.0))
        return tr("review.part_suggested", part=part_name(told.part)) if told is not None else ""


MARKED_EVENTS = {
    "filler": Style.FILLER,
    "term": Style.TERM,
    "quantified_result": Style.RESULT,
    "structure": Style.STAR,
}


def part_name(part: str, *, short: bool = False) -> str:
    """What a part of an answer is called: a word, or a letter of it where there is no room."""
    key = f"review.{'part' if short else 'structure'}_{part}"
    return tr(key) if has(key) else part


class LineMaker:
    """Makes the rows of a recording. A row to which nothing happened is the very same `Line` as the last time."""

    def __init__(self) -> None:
        self._made: dict[tuple[float, float], tuple[_Basis, Line]] = {}

    def lines(self, recording: Recording, names: Mapping[Role, str]) -> tuple[Line, ...]:
        """The rows in time order; `names` says what a role's voice is called here that nobody named."""
        made = [self._line(basis) for basis in _bases(recording, names)]
        self._made = {(basis.segment.start, basis.segment.end): (basis, line) for basis, line in made}
        return tuple(line for _, line in made)

    def _line(self, basis: _Basis) -> tuple[_Basis, Line]:
        known = self._made.get((basis.segment.start, basis.segment.end))
        return basis, known[1] if known is not None and known[0] == basis else _line_of(basis)


@dataclass(frozen=True, slots=True)
class _Basis:
    """All that a row is made of. `corrections` are those of words that have to do with it."""

    segment: Segment
    name: str
    role: Role
    events: tuple[Event, ...]
    offered: tuple[Stretch, ...]
    corrections: tuple[Correction, ...]
    exchange: int | None
    imported: bool


def _line_of(basis: _Basis) -> Line:
    segment = basis.segment
    places = tuple(word_places(segment))
    corrected = originals(segment, basis.corrections, imported=basis.imported)
    stretches = [*_stretches(segment, places, basis.events), *_corrected(corrected), *basis.offered]
    return Line(segment, basis.name, basis.role, places, _without_doubles(stretches), corrected, basis.exchange)


def _bases(recording: Recording, names: Mapping[Role, str]) -> Iterable[_Basis]:
    analysis = recording.analysis
    marked = _Stretches(sorted((e for e in analysis.events if e.kind in MARKED_EVENTS), key=lambda event: event.start))
    words = _Stretches([each for each in recording.corrections if each.kind is CorrectionKind.WORD])
    offered: dict[int, list[Stretch]] = {}
    for waiting in open_suggestions(analysis, recording.corrections):
        stretch = Stretch(*waiting.place, Style.SUGGESTED, waiting.suggestion)
        offered.setdefault(waiting.row, []).append(stretch)
    segments = sorted(analysis.transcript.segments, key=lambda s: s.start)
    asked = _asked(segments, analysis.exchanges)
    speakers = analysis.speakers
    called = {speaker: voice_name(speakers, speaker, names) for speaker in {each.speaker for each in segments}}
    imported = bool(imported_from(analysis)) and not recognised_by(analysis)
    for row, segment in enumerate(segments):
        near = words.touching(segment.start - TOLERANCE_S, segment.end + TOLERANCE_S)
        if near:  # what was corrected there before is told by those that overlap them
            near = words.touching(min(each.start for each in near), max(each.end for each in near))
        yield _Basis(
            segment,
            called[segment.speaker],
            speakers.roles.get(segment.speaker, Role.OTHER),
            marked.touching(segment.start, segment.end),
            tuple(offered.get(row, ())),
            near,
            asked.get(row),
            imported,
        )


class _Timed(Protocol):
    @property
    def start(self) -> float: ...

    @property
    def end(self) -> float: ...


Item = TypeVar("Item", bound=_Timed)


class _Stretches(Generic[Item]):
    """Finds those of many stretches of time that touch another."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = sorted(enumerate(items), key=lambda each: each[1].start)
        self._starts = [item.start for _, item in self._items]
        self._longest = max((item.end - item.start for item in items), default=0.0)

    def touching(self, start: float, end: float) -> tuple[Item, ...]:
        """Those with a part in [start, end], in the order in which they were given."""
        first, last = bisect_left(self._starts, start - self._longest), bisect_right(self._starts, end)
        found = [(place, item) for place, item in self._items[first:last] if item.end >= start]
        return tuple(item for _, item in sorted(found, key=lambda each: each[0]))


def _asked(segments: Sequence[Segment], exchanges: Sequence[Exchange]) -> dict[int, int]:
    """For each row in which a question begins, the index of its exchange."""
    starts = [segment.start for segment in segments]
    rows: dict[int, int] = {}
    for index, exchange in enumerate(exchanges):
        row = bisect_right(starts, exchange.question.start + BEGINS_WITHIN_S) - 1
        rows.setdefault(max(0, row), index)
    return rows


def _stretches(segment: Segment, places: Sequence[tuple[int, int]], events: Sequence[Event]) -> list[Stretch]:
    found = []
    for word, (start, end) in zip(segment.words, places, strict=True):
        if end > start and word.doubted(UNCERTAIN_BELOW):
            found.append(Stretch(start, end, Style.UNCERTAIN))
    for event in events:
        inside = [place for word, place in zip(segment.words, places, strict=True) if _said_within(word, event)]
        if inside:
            style = MARKED_EVENTS[event.kind]
            part = event.text if style is Style.STAR else ""
            found.append(Stretch(inside[0][0], inside[-1][1], style, part=part))
    return found


def _said_within(word: Word, event: Event) -> bool:
    middle = (word.start + word.end) / 2
    return event.start - 0.02 <= middle <= event.end + 0.02


def _corrected(found: Sequence[Original]) -> list[Stretch]:
    return [Stretch(*place, Style.CORRECTED) for original in found for place in original.changed]


def _without_doubles(stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """One line under a word: an offer says more than a doubt or a term there. A part of an answer is no line."""
    offers = [s for s in stretches if s.style is Style.SUGGESTED]
    return tuple(
        each
        for each in stretches
        if each in offers
        or each.style is Style.STAR
        or not any(each.start < offer.end and offer.start < each.end for offer in offers)
    )
