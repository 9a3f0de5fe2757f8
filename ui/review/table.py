"""A table of texts: what the room's tables are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui.review.moments import MOMENTS
from ui.widgets.plain import plain_tip

Index = QModelIndex | QPersistentModelIndex


class Table(QAbstractTableModel):
    """Rows of texts under headings; `times` (s) where a row belongs to a moment.

    With `moments` the last column has the times of each row, as chips. `widths` (px before scaling) by column. `tips`
    are the rows' hints; without them each cell's is its own text, which may be cut off. `fitted`: all columns are to be
    in sight where their words leave room for it, none wider than its width.
    """

    def __init__(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        times: Sequence[float | None] = (),
        parent: QObject | None = None,
        *,
        moments: Sequence[Sequence[float]] = (),
        widths: Mapping[int, int] | None = None,
        tips: Sequence[str] = (),
        fitted: bool = False,
    ) -> None:
        super().__init__(parent)
        self._headings, self._rows, self.times = tuple(headings), [tuple(row) for row in rows], tuple(times)
        self.moments = [tuple(each) for each in moments]
        self.widths = dict(widths or {})
        self._tips = tuple(tips)
        self.fitted = fitted

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        words = self._rows[index.row()][index.column()]
        if role == MOMENTS and self.moments and index.column() == len(self._headings) - 1:
            return self.moments[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._tips[index.row()] if self._tips else words)
        return words if role == Qt.ItemDataRole.DisplayRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._headings[section])
        return self._headings[section] if role == Qt.ItemDataRole.DisplayRole else None
