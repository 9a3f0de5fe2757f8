"""The transcript as a list: one row a segment, with what is to be marked in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from analysis.document import Event, Exchange, Role, Segment, Suggestion, Word
from app.text import has, percent, timecode, tr
from ui.review.model import Recording
from ui.review.originals import Original, originals
from ui.review.passages import word_places
from ui.review.suggestions import open_suggestions
from ui.review.voices import voice_name

UNCERTAIN_BELOW = 0.5
BEGINS_WITHIN_S = 0.3
"""A question or a word may begin this much beside the segment that says it."""
Index = QModelIndex | QPersistentModelIndex


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
            key = "review.machine_wrote" if original.changed else "review.confirmed"
            return tr(key, text=original.machine)
        doubt, told = self.stretch_at(offset, Style.UNCERTAIN), self.stretch_at(offset, Style.STAR)
        if doubt is not None:
            word = self.segment.words[self.places.index((doubt.start, doubt.end))]
            return tr("review.uncertain_word", share=percent(word.probability))
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


class TranscriptModel(QAbstractListModel):
    """Rows in time order. `hits` are the rows and characters that the search found; `suggested` the rows and stretches
    of the likely mishearings that nobody has settled.
    """

    LineRole = Qt.ItemDataRole.UserRole

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[Line, ...] = ()
        self.hits: tuple[tuple[int, int, int], ...] = ()
        self.suggested: tuple[tuple[int, Stretch], ...] = ()
        self.hidden: frozenset[Style] = frozenset()
        self._starts: list[float] = []
        self._marked: tuple[Line, ...] = ()

    def show(self, recording: Recording | None, names: Mapping[Role, str]) -> None:
        """Show a recording's transcript; rows are made anew."""
        self.beginResetModel()
        self._marked = lines_of(recording, names) if recording else ()
        self.lines = self._with_shown_marks()
        self._starts = [line.segment.start for line in self.lines]
        self.suggested = tuple(
            (row, stretch)
            for row, line in enumerate(self.lines)
            for stretch in line.stretches
            if stretch.style is Style.SUGGESTED
        )
        self.hits = ()
        self.endResetModel()

    def hide(self, styles: frozenset[Style]) -> None:
        """Leave out the marks of some styles."""
        self.hidden = styles
        self.lines = self._with_shown_marks()
        if self.lines:
            self.dataChanged.emit(self.index(0), self.index(len(self.lines) - 1))

    def _with_shown_marks(self) -> tuple[Line, ...]:
        if not self.hidden:
            return self._marked
        return tuple(
            replace(line, stretches=tuple(s for s in line.stretches if s.style not in self.hidden))
            for line in self._marked
        )

    def search(self, wanted: str) -> int:
        """Find a text in any case; how many times it is there."""
        wanted = wanted.casefold()
        self.hits = tuple(
            (row, start, start + len(wanted))
            for row, line in enumerate(self.lines)
            for start in _finds(line.segment.text.casefold(), wanted)
        )
        if self.lines:
            self.dataChanged.emit(self.index(0), self.index(len(self.lines) - 1))
        return len(self.hits)

    def row_at(self, time_s: float) -> int | None:
        """The row that is being said, or was said last."""
        row = bisect_right(self._starts, time_s + 0.001) - 1
        return row if row >= 0 else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.lines):
            return None
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return line.segment.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return "\n".join((f"{timecode(line.segment.start)} {line.name}: {line.segment.text}", *line.hints()))
        return line if role == self.LineRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled if index.isValid() else Qt.ItemFlag.NoItemFlags


def _finds(text: str, wanted: str) -> list[int]:
    found: list[int] = []
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        found.append(at)
        at = text.find(wanted, at + len(wanted))
    return found


def lines_of(recording: Recording, names: Mapping[Role, str]) -> tuple[Line, ...]:
    """Rows of a recording; `names` says what a role's voice is called here that nobody named."""
    analysis = recording.analysis
    marked = sorted((e for e in analysis.events if e.kind in MARKED_EVENTS), key=lambda event: event.start)
    offered: dict[int, list[Stretch]] = {}
    for waiting in open_suggestions(analysis, recording.corrections):
        stretch = Stretch(*waiting.place, Style.SUGGESTED, waiting.suggestion)
        offered.setdefault(waiting.row, []).append(stretch)
    segments = sorted(analysis.transcript.segments, key=lambda s: s.start)
    asked = _asked(segments, analysis.exchanges)
    lines = []
    first = 0
    for row, segment in enumerate(segments):
        while first < len(marked) and marked[first].end < segment.start - 30:
            first += 1
        inside = [e for e in marked[first : first + 400] if e.start < segment.end and e.end > segment.start]
        role = analysis.speakers.roles.get(segment.speaker, Role.OTHER)
        name = voice_name(analysis.speakers, segment.speaker, names)
        places = tuple(word_places(segment))
        corrected = originals(segment, recording.corrections)
        stretches = _stretches(segment, places, inside) + _corrected(corrected) + offered.get(row, [])
        lines.append(Line(segment, name, role, places, _without_doubles(stretches), corrected, asked.get(row)))
    return tuple(lines)


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
        if end > start and word.probability < UNCERTAIN_BELOW:
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
