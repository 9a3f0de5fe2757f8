"""The outbox's items and the history as Qt table models."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app import text
from app.exchanges import ExchangeLine, RunLine
from app.sync_state import Entry, HistoryLine
from ui.widgets.plain import plain_tip

Index = QModelIndex | QPersistentModelIndex
ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1


def clock(moment: datetime | None) -> str:
    """A UTC moment in this computer's zone."""
    return f"{moment.astimezone():%m-%d %H:%M:%S}" if moment else "–"


class RowsTable(QAbstractTableModel):
    """Rows of plain values; subclasses say the columns' keys and what a cell shows."""

    columns: tuple[str, ...] = ()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Any] = []

    def show(self, rows: Sequence[Any]) -> None:
        """Replace all rows."""
        if list(rows) == self.rows:
            return
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        """Qt: number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: the columns' titles."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return text.tr(f"sync_room.column_{self.columns[section]}")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: what a cell shows."""
        row = self.rows[index.row()]
        if role == ENTRY_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(row, self.columns[index.column()])
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self.cell(row, self.columns[index.column()]))
        return None

    def cell(self, row: Any, column: str) -> str:
        """The text of one cell."""
        return str(getattr(row, column))


class EntriesTable(RowsTable):
    """Items of the outbox in the order given: what waits for a person, what waits to be sent, then the newest."""

    columns = ("created", "title", "state", "sentence")

    def cell(self, row: Entry, column: str) -> str:
        """The text of one cell."""
        match column:
            case "created":
                return clock(row.created)
            case "title":
                return row.title
            case "state":
                return text.tr(f"sync_room.state_{row.standing}")
            case _:
                return row.sentence


class HistoryTable(RowsTable):
    """What went over the line, newest first."""

    columns = ("at", "direction", "title", "how", "bytes")

    def cell(self, row: HistoryLine, column: str) -> str:
        """The text of one cell."""
        match column:
            case "at":
                return clock(row.at)
            case "direction":
                return text.tr("sync_room.sent" if row.sent else "sync_room.received")
            case "title":
                return row.title
            case "how":
                return row.sentence
            case _:
                return f"{row.bytes:,}"


class CallsTable(RowsTable):
    """Every call, newest first."""

    columns = ("at", "method", "path", "status", "sent_bytes", "received_bytes", "duration")

    def cell(self, row: ExchangeLine, column: str) -> str:
        """The text of one cell; a mark says how it went without any colour."""
        match column:
            case "at":
                return clock(row.at)
            case "status":
                return f"{'✓' if row.good else '✕'} {row.status or text.tr('sync_room.no_answer')}"
            case "sent_bytes" | "received_bytes":
                return f"{getattr(row, column):,}"
            case "duration":
                return f"{row.seconds * 1000:.0f} ms"
            case _:
                return str(getattr(row, column))


class RunsTable(RowsTable):
    """The last runs, newest first; those in a row that went the same are one."""

    columns = ("at", "times", "sent_items", "received_rows", "how")

    def cell(self, row: RunLine, column: str) -> str:
        """The text of one cell."""
        match column:
            case "at":
                return clock(row.at)
            case "times":
                return text.tr("sync_room.since", n=row.times, at=clock(row.began)) if row.times > 1 else "1"
            case "sent_items":
                return str(row.sent)
            case "received_rows":
                return str(row.received)
            case _:
                return f"{'✓' if row.good else '✕'} {row.sentence}"
