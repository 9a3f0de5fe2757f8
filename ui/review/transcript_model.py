"""The transcript as a list: one row a segment, with what is to be marked in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from analysis.document import Analysis, Event, Role, Segment, Word
from app.text import timecode, tr
from ui.review.corrected import word_places

UNCERTAIN_BELOW = 0.5
Index = QModelIndex | QPersistentModelIndex


class Style(Enum):
    """How a stretch of text is marked, and why."""

    UNCERTAIN = "uncertain"
    TERM = "term"
    RESULT = "result"
    FILLER = "filler"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters [start, end) of a row's text with their mark."""

    start: int
    end: int
    style: Style


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the segment, who speaks, where its words stand, and what is marked."""

    segment: Segment
    name: str
    role: Role
    places: tuple[tuple[int, int], ...]
    stretches: tuple[Stretch, ...]

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


MARKED_EVENTS = {"filler": Style.FILLER, "term": Style.TERM, "quantified_result": Style.RESULT}


class TranscriptModel(QAbstractListModel):
    """Rows in time order. `hits` are the rows and characters that the search found."""

    LineRole = Qt.ItemDataRole.UserRole

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[Line, ...] = ()
        self.hits: tuple[tuple[int, int, int], ...] = ()
        self._starts: list[float] = []

    def show(self, analysis: Analysis | None, names: Mapping[Role, str]) -> None:
        """Show a document's transcript; rows are made anew."""
        self.beginResetModel()
        self.lines = lines_of(analysis, names) if analysis else ()
        self._starts = [line.segment.start for line in self.lines]
        self.hits = ()
        self.endResetModel()

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
            return f"{timecode(line.segment.start)} {line.name}: {line.segment.text}"
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


def lines_of(analysis: Analysis, names: Mapping[Role, str]) -> tuple[Line, ...]:
    """Rows of a document; `names` says what a role is called here."""
    marked = sorted((e for e in analysis.events if e.kind in MARKED_EVENTS), key=lambda event: event.start)
    roles = analysis.speakers.roles
    lines = []
    first = 0
    for segment in sorted(analysis.transcript.segments, key=lambda s: s.start):
        while first < len(marked) and marked[first].end < segment.start - 30:
            first += 1
        inside = [e for e in marked[first : first + 400] if e.start < segment.end and e.end > segment.start]
        role = roles.get(segment.speaker, Role.OTHER)
        name = names.get(role) or tr("review.speaker", name=segment.speaker)
        places = tuple(word_places(segment))
        lines.append(Line(segment, name, role, places, _stretches(segment, places, inside)))
    return tuple(lines)


def _stretches(segment: Segment, places: Sequence[tuple[int, int]], events: Sequence[Event]) -> tuple[Stretch, ...]:
    found = []
    for word, (start, end) in zip(segment.words, places, strict=True):
        if end > start and word.probability < UNCERTAIN_BELOW:
            found.append(Stretch(start, end, Style.UNCERTAIN))
    for event in events:
        inside = [place for word, place in zip(segment.words, places, strict=True) if _said_within(word, event)]
        if inside:
            found.append(Stretch(inside[0][0], inside[-1][1], MARKED_EVENTS[event.kind]))
    return tuple(found)


def _said_within(word: Word, event: Event) -> bool:
    middle = (word.start + word.end) / 2
    return event.start - 0.02 <= middle <= event.end + 0.02
