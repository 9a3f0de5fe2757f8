"""How a table of the room looks, and how its rows lead to their moments."""

from __future__ import annotations

from PySide6.QtCore import QAbstractProxyModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from ui import theme
from ui.review.moments import MomentsDelegate
from ui.review.table import Table


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
        for model in (table, shown):
            if model is not None:
                model.setParent(self)
        self.setModel(shown or table)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
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
        heads.setDefaultSectionSize(theme.scaled(140))
        heads.setStretchLastSection(True)
        heads.setTextElideMode(Qt.TextElideMode.ElideRight)
        heads.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in self._table.widths.items():
            self.setColumnWidth(column, theme.scaled(width))

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
