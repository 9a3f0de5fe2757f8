"""How a table of the room looks, and how its rows lead to their moments."""

from __future__ import annotations

import math

from PySide6.QtCore import QAbstractProxyModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from ui import theme
from ui.review.moments import MomentsDelegate
from ui.review.table import Table

WIDTH, LEAST = 130, 52
"""Pixels before scaling of a column whose width nobody says, and of one that makes room for others."""


class TableView(QTableView):
    """Shows a table, or those of its rows that a proxy lets through. Enter or a double click on a row with a time
    seeks; pressed again, to the next one of those that the row has."""

    seekAsked = Signal(float)

    def __init__(
        self, table: Table, name: str, shown: QAbstractProxyModel | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._table, self._shown = table, shown
        self._turn = (-1, 0)
        self._fits = table.fitted
        self._fitting = False
        for model in (table, shown):
            if model is not None:
                model.setParent(self)
        self.setModel(shown or table)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)  # the tabulator leads out of it
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self._arrange_heads()
        if table.moments:
            chips = MomentsDelegate(self)
            chips.seekAsked.connect(self.seekAsked)
            self.setItemDelegateForColumn(table.columnCount() - 1, chips)
            self.verticalHeader().setDefaultSectionSize(theme.scaled(32))
        self.activated.connect(self._seek)

    def _arrange_heads(self) -> None:
        heads = self.horizontalHeader()
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        heads.setDefaultSectionSize(theme.scaled(WIDTH))
        heads.setStretchLastSection(True)
        heads.setTextElideMode(Qt.TextElideMode.ElideRight)
        heads.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in self._table.widths.items():
            self.setColumnWidth(column, theme.scaled(width))
        if self._fits:
            heads.setMinimumSectionSize(theme.scaled(LEAST))
            heads.sectionResized.connect(self._moved)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits:
            self._fitting = True
            for column, width in enumerate(self._fitted()[:-1]):
                self.setColumnWidth(column, width)
            self._fitting = False

    def _fitted(self) -> list[int]:
        """As wide as headings and words are, where there is room for that; else as the words; else all but the first
        and the last as narrow as it takes.
        """
        least, heads, wide = theme.scaled(LEAST), self.horizontalHeader(), self._table.widths
        most = [theme.scaled(wide.get(column, WIDTH)) for column in range(self._table.columnCount())]
        words = [min(max(self.sizeHintForColumn(column), least), width) for column, width in enumerate(most)]
        words[-1] = max(words[-1], theme.scaled(WIDTH))
        headed = [max(width, min(heads.sectionSizeHint(c), most[c])) for c, width in enumerate(words)]
        narrow = [words[0], *(least for _ in words[1:-1]), words[-1]]
        room = self.viewport().width()
        return _between(words, headed, room) if sum(words) <= room else _between(narrow, words, room)

    def _moved(self, column: int, _before: int, _after: int) -> None:
        """A person who makes a column wider means it."""
        if not self._fitting and column < self._table.columnCount() - 1:
            self._fits = False

    def _seek(self, index: QModelIndex) -> None:
        row = (self._shown.mapToSource(index) if self._shown else index).row()
        moments = self.moments_of(row)
        self._turn = (row, self._turn[1] + 1 if self._turn[0] == row else 0)
        if moments:
            self.seekAsked.emit(moments[self._turn[1] % len(moments)])

    def moments_of(self, row: int) -> tuple[float, ...]:
        """The times (s) that a row leads to in turn."""
        moments = self._table.moments[row] if row < len(self._table.moments) else ()
        time_s = self._table.times[row] if row < len(self._table.times) else None
        return moments or (() if time_s is None else (time_s,))


def _between(low: list[int], high: list[int], room: int) -> list[int]:
    """Widths from `low` towards `high`, as far as the room allows."""
    share = min(1.0, max(0.0, (room - sum(low)) / max(1, sum(high) - sum(low))))
    return [least + math.floor(share * (most - least)) for least, most in zip(low, high, strict=True)]
