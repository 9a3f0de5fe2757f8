"""Where a person is in the transcript, kept by time while its rows are made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QPoint

if TYPE_CHECKING:
    from ui.review.transcript_list import TranscriptList


class ListPlace:
    """What stands at the top of the list and which row has the keys, taken before a change and given back after it.

    A row that became two, or got another height, does not push what is being read out of sight.
    """

    def __init__(self, rows: TranscriptList) -> None:
        self._rows = rows
        self._value = rows.verticalScrollBar().value()
        top, chosen = rows.indexAt(QPoint(2, 1)), rows.currentIndex()
        lines = rows.rows.lines
        self._top = lines[top.row()].segment.start if top.isValid() and top.row() < len(lines) else None
        self._inset = rows.visualRect(top).top() if top.isValid() else 0
        self._chosen = lines[chosen.row()].segment.start if chosen.isValid() and chosen.row() < len(lines) else None

    def give_back(self) -> None:
        """Lay the rows out and go where it was."""
        rows, bar = self._rows, self._rows.verticalScrollBar()
        rows.doItemsLayout()
        bar.setValue(self._value)
        place = rows.rows.row_at(self._top) if self._top is not None else None
        if place is not None and self._value > 0:
            bar.setValue(bar.value() + rows.visualRect(rows.rows.index(place)).top() - self._inset)
        chosen = rows.rows.row_at(self._chosen) if self._chosen is not None else None
        if chosen is not None:
            index, value = rows.rows.index(chosen), bar.value()
            rows.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            bar.setValue(value)
