"""The interviews as a Qt table model: plain rows in, display texts out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app import text
from app.domain.types import AnalysisState, Interview, InterviewOrder
from app.schedule.zones import full_time
from ui.widgets.plain import plain_tip

ORDERS = {
    "candidate": InterviewOrder.CANDIDATE, "position": InterviewOrder.POSITION, "time": InterviewOrder.TIME,
    "status": InterviewOrder.STATUS, "analysis": InterviewOrder.ANALYSIS, "length": InterviewOrder.DURATION,
    "composite": InterviewOrder.COMPOSITE, "created": InterviewOrder.CREATED,
}  # fmt: skip
"""The columns, and what the list is sorted by when one is chosen."""
COLUMNS = tuple(ORDERS)
LARGEST_FIRST = ("length", "composite", "created")
Index = QModelIndex | QPersistentModelIndex
NUMBERS = ("length", "composite")
INTERVIEW_ROLE = Qt.ItemDataRole.UserRole + 1


class InterviewTable(QAbstractTableModel):
    """Rows are `Interview`s in the order given; `progress` adds the share done of running analyses."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Interview] = []
        self._progress: dict[str, float] = {}

    def show(self, rows: Sequence[Interview]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def set_progress(self, interview_id: str, share: float | None) -> None:
        """Tell how far an analysis is (0..1), None when it is over."""
        if share is None:
            self._progress.pop(interview_id, None)
        else:
            self._progress[interview_id] = share
        for row, interview in enumerate(self.rows):
            if interview.id == interview_id:
                cell = self.index(row, COLUMNS.index("analysis"))
                self.dataChanged.emit(cell, cell)

    def row_of(self, interview_id: str) -> int:
        """The row of an interview, -1 when it is not among those shown."""
        return next((n for n, row in enumerate(self.rows) if row.id == interview_id), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        """Qt: number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: the columns' titles."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return text.tr(f"library.column_{COLUMNS[section]}")
        if role == Qt.ItemDataRole.TextAlignmentRole and COLUMNS[section] in NUMBERS:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.InitialSortOrderRole and COLUMNS[section] in LARGEST_FIRST:
            return Qt.SortOrder.DescendingOrder
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: what a cell shows."""
        interview = self.rows[index.row()]
        if role == INTERVIEW_ROLE:
            return interview
        column = COLUMNS[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._cell(interview, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in NUMBERS:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return plain_tip(self._tip(interview, column)) if role == Qt.ItemDataRole.ToolTipRole else None

    def _tip(self, interview: Interview, column: str) -> str:
        """What a cell says more of: the planned time on the interview's own clock."""
        match column:
            case "candidate":
                return interview.title
            case "position":
                return self._cell(interview, column)
            case "time" if interview.scheduled_at is not None:
                return full_time(interview.scheduled_at, interview.time_zone)
            case _:
                return ""

    def _cell(self, interview: Interview, column: str) -> str:
        media = interview.media
        match column:
            case "candidate":
                return interview.candidate.name
            case "position":
                return interview.position.title if interview.position else "–"
            case "time":
                planned = interview.scheduled_at
                return added(planned) if planned else f"{interview.created.astimezone():%Y-%m-%d}"
            case "status":
                return text.tr(f"library.status_{interview.status}")
            case "analysis":
                return self._analysis(interview)
            case "length":
                return text.timecode(media.duration_s) if media and media.duration_s else "–"
            case "composite":
                return "–" if interview.composite is None else f"{interview.composite:.1f}"
            case _:
                return added(interview.created)

    def _analysis(self, interview: Interview) -> str:
        share = self._progress.get(interview.id)
        if interview.analysis_state == AnalysisState.RUNNING and share is not None:
            return text.percent(share)
        return text.tr(f"library.analysis_{interview.analysis_state}")


def added(moment: datetime) -> str:
    """When something came or is to be, in this computer's time zone: rows in order read in order."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
