"""The table of events: by any of its columns, of one kind or of all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSignalBlocker,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from analysis.document import Analysis, Event
from app.text import percent, timecode, tr
from ui import theme
from ui.review.controls import plain_label
from ui.review.event_words import event_detail, event_length, event_name
from ui.review.table import Table
from ui.review.table_view import TableView

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("time", "what", "detail", "length", "confidence")
LARGEST_FIRST = (3, 4)
"""Chosen as the order, these columns begin with their largest: the longest pause, the surest smile."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Which events are listed and how: a kind ("" = all), the column that orders them, and its direction."""

    kind: str = ""
    column: int = 0
    descending: bool = False


def in_time(analysis: Analysis) -> list[Event]:
    """Every event in time order."""
    return sorted(analysis.events, key=lambda event: event.start)


def events_table(analysis: Analysis) -> Table:
    """Every event in time order, as rows."""
    events = in_time(analysis)
    rows = [
        (timecode(e.start), event_name(e.kind), event_detail(e), event_length(e),
         "" if e.confidence is None else percent(e.confidence))
        for e in events
    ]  # fmt: skip
    return Table([tr(f"review.column_{key}") for key in COLUMNS], rows, [event.start for event in events])


class EventRows(QSortFilterProxyModel):
    """The rows of `events_table` in the order of a column's values, not of their texts; `kind` "" lets all through."""

    def __init__(self, analysis: Analysis, parent: QObject | None = None) -> None:
        super().__init__(parent)
        events = in_time(analysis)
        self.table = events_table(analysis)
        self.counts = Counter(event.kind for event in events)
        self.kind = ""
        self._kinds = [event.kind for event in events]
        self._values: tuple[list[float] | list[str], ...] = (
            [event.start for event in events],
            [event_name(event.kind) for event in events],
            [event_detail(event).casefold() for event in events],
            [event.end - event.start for event in events],
            [-1.0 if event.confidence is None else event.confidence for event in events],
        )
        self.setSourceModel(self.table)

    def show_kind(self, kind: str) -> None:
        """Let only events of a kind through."""
        self.beginFilterChange()
        self.kind = kind
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, row: int, _parent: Index) -> bool:
        return self.kind in ("", self._kinds[row])

    def lessThan(self, left: Index, right: Index) -> bool:
        values = self._values[left.column()]
        return values[left.row()] < values[right.row()]  # type: ignore[operator]


class EventsPage(QWidget):
    """The table below two choices: the kind, and the order, which a click on a heading chooses, too."""

    seekAsked = Signal(float)

    def __init__(self, analysis: Analysis, listing: Listing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = EventRows(analysis)
        self.view = TableView(self._rows.table, tr("review.table_events"), self._rows)
        self.kind, self.order = QComboBox(), QComboBox()
        self._offer_kinds(listing.kind)
        for column, key in enumerate(COLUMNS):
            self.order.addItem(tr(f"review.column_{key}"), column)
        self._build()
        self.view.seekAsked.connect(self.seekAsked)
        self.kind.currentIndexChanged.connect(self._choose_kind)
        self.order.currentIndexChanged.connect(lambda column: self._sort(column, descending=column in LARGEST_FIRST))
        self.view.horizontalHeader().sortIndicatorChanged.connect(self._show_order)
        self._sort(listing.column, descending=listing.descending)
        self.view.setSortingEnabled(True)
        self._choose_kind()

    @property
    def listing(self) -> Listing:
        """What is listed now, and how."""
        heads = self.view.horizontalHeader()
        descending = heads.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder
        return Listing(self._rows.kind, heads.sortIndicatorSection(), descending)

    def _build(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.scaled(10), 0, theme.scaled(10), 0)
        for key, choice in (("review.kind_shown", self.kind), ("review.ordered_by", self.order)):
            label = plain_label("small")
            label.setText(tr(key))
            choice.setAccessibleName(tr(key))
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            bar.addWidget(label)
            bar.addWidget(choice)
            bar.addSpacing(theme.scaled(12))
        bar.addStretch(1)
        room = QVBoxLayout(self)
        room.setContentsMargins(0, theme.scaled(6), 0, 0)
        room.addLayout(bar)
        room.addWidget(self.view, 1)

    def _offer_kinds(self, chosen: str) -> None:
        counts = self._rows.counts
        self.kind.addItem(tr("review.all_kinds", count=counts.total()), "")
        for name, kind in sorted((event_name(kind), kind) for kind in counts):
            self.kind.addItem(tr("review.kind_count", kind=name, count=counts[kind]), kind)
        self.kind.setCurrentIndex(max(0, self.kind.findData(chosen)))

    def _choose_kind(self) -> None:
        self._rows.show_kind(self.kind.currentData())

    def _show_order(self, column: int) -> None:
        """A heading was clicked: the choice of the order says the same, and does not choose anew."""
        with QSignalBlocker(self.order):
            self.order.setCurrentIndex(column)

    def _sort(self, column: int, *, descending: bool) -> None:
        self.view.sortByColumn(column, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder)
