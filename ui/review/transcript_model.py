"""The transcript as a list: one row a segment, with what is to be marked in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from analysis.document import Role
from app.text import timecode
from ui.review.lines import Line, LineMaker, Stretch, Style
from ui.review.model import Recording

Index = QModelIndex | QPersistentModelIndex


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
        self._maker = LineMaker()
        self._marked: tuple[Line, ...] = ()
        self._without: dict[int, tuple[Line, Line]] = {}

    def show(self, recording: Recording | None, names: Mapping[Role, str]) -> bool:
        """Show a recording's transcript. True where all rows are new; else only what is not as it was is told."""
        self._marked = self._maker.lines(recording, names) if recording else ()
        anew = not self.lines or not self._marked
        if anew:
            self.beginResetModel()
            self._put(self._with_shown_marks())
            self.endResetModel()
        else:
            self._exchange(self._with_shown_marks())
        return anew

    def _exchange(self, lines: tuple[Line, ...]) -> None:
        """Put rows in place of those that differ: all before and after these stay.

        Of more rows than before the first are new, of fewer the first are gone: a cursor stays with the last of them.
        """
        old, least = self.lines, min(len(self.lines), len(lines))
        first = next((row for row in range(least) if lines[row] is not old[row]), least)
        after = next((n for n in range(least - first) if lines[-1 - n] is not old[-1 - n]), least - first)
        more, fewer = max(0, len(lines) - len(old)), max(0, len(old) - len(lines))
        if fewer:
            self.beginRemoveRows(QModelIndex(), first, first + fewer - 1)
            self._put((*old[:first], *old[first + fewer :]))
            self.endRemoveRows()
        self._put((*lines[:first], *lines[first + more :]))
        if least - after > first:
            self.dataChanged.emit(self.index(first), self.index(least - after - 1))
        if more:
            self.beginInsertRows(QModelIndex(), first, first + more - 1)
            self._put(lines)
            self.endInsertRows()

    def _put(self, lines: tuple[Line, ...]) -> None:
        self.lines = lines
        self._starts = [line.segment.start for line in lines]
        self.hits = ()
        self.suggested = tuple(
            (row, stretch)
            for row, line in enumerate(lines)
            for stretch in line.stretches
            if stretch.style is Style.SUGGESTED
        )

    def hide(self, styles: frozenset[Style]) -> None:
        """Leave out the marks of some styles."""
        hits, self.hidden, self._without = self.hits, styles, {}
        self._exchange(self._with_shown_marks())
        self.hits = hits

    def _with_shown_marks(self) -> tuple[Line, ...]:
        if not self.hidden:
            return self._marked
        known, self._without = self._without, {}
        for line in self._marked:
            without = known.get(id(line))
            self._without[id(line)] = without if without is not None else (line, _without(line, self.hidden))
        return tuple(self._without[id(line)][1] for line in self._marked)

    def search(self, wanted: str) -> int:
        """Find a text in any case; how many times it is there."""
        wanted = wanted.casefold()
        self.hits = tuple(
            (row, start, start + len(wanted))
            for row, line in enumerate(self.lines)
            for start in _finds(line.segment.text.casefold(), wanted)
        )
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


def _without(line: Line, hidden: frozenset[Style]) -> Line:
    return replace(line, stretches=tuple(each for each in line.stretches if each.style not in hidden))
