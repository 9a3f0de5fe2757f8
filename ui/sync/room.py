"""The sync room."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QItemSelectionModel, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from analysis.failures import Failure
from app import text
from app.sync_service import SyncService
from app.sync_state import Connection, Entry
from sync.conflicts import Choice
from sync.failures import ConflictStale, RemoteFailure
from ui import language, theme
from ui.shell.top_bar import StatusLight
from ui.sync.calls_page import CallsPage
from ui.sync.item_panel import ItemPanel
from ui.sync.lying_there_bar import LyingThereBar
from ui.sync.model import ENTRY_ROLE, CallsTable, EntriesTable, HistoryTable, RowsTable, RunsTable, clock
from ui.sync.packages import PackagesPage
from ui.sync.untold_bar import UntoldBar
from ui.widgets.rows_view import rows_view


class SyncRoom(QWidget):
    """Shows `SyncService.state()`; every button calls the service, failures go to `failed`."""

    failed = Signal(object)
    settingsRequested = Signal()
    mappingRequested = Signal(str)
    reviewRequested = Signal(str)

    def __init__(self, service: SyncService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._service = service
        self.packages: PackagesPage | None = None
        self.light = StatusLight()
        self.sentence, self.address, self.last = QLabel(), QLabel(), QLabel()
        self.sentence.setProperty("class", "heading")
        self.sentence.setWordWrap(True)
        for label in (self.address, self.last):
            label.setProperty("class", "small")
        for label in (self.sentence, self.address, self.last):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.now, self.settings = QPushButton(), QPushButton()
        self.now.setProperty("class", "primary")
        self.now.clicked.connect(self._sync_now)
        self.settings.clicked.connect(self.settingsRequested)
        self.entries, self.history = EntriesTable(self), HistoryTable(self)
        self.queue_view = self._table(self.entries, {0: 124, 2: 92})
        self.history_view = self._table(self.history, {0: 124, 1: 80, 4: 80})
        calls, self.runs = CallsTable(self), RunsTable(self)
        self.runs_view = self._table(self.runs, {0: 124, 1: 190, 2: 80, 3: 90})
        self.calls_page = CallsPage(
            service.book, self._table(calls, {0: 124, 1: 66, 3: 108, 4: 70, 5: 70, 6: 70}), calls
        )
        for view in (self.queue_view, self.history_view):
            view.selectionModel().currentRowChanged.connect(lambda *_: self._chosen())
        self.untold = UntoldBar(service)
        self.untold.failed.connect(self.failed)
        self.lying_there = LyingThereBar(service)
        self.lying_there.failed.connect(self.failed)
        self.lying_there.settled.connect(self.refresh)
        self.panel = ItemPanel()
        self.panel.resendRequested.connect(lambda op: self._try(lambda: self._service.resend(op)))
        self.panel.choiceMade.connect(lambda op, choice: self._try(lambda: self._service.resolve(op, Choice(choice))))
        self.panel.fieldsChosen.connect(
            lambda op, chosen: self._try(lambda: self._service.resolve(op, Choice.THEIRS, chosen))
        )
        self.panel.leaveRequested.connect(lambda op: self._try(lambda: self._service.leave(op)))
        self.panel.reviewRequested.connect(self.reviewRequested)
        self.panel.mappingRequested.connect(self.mappingRequested)
        self.panel.callsRequested.connect(self.show_calls)
        self._build()
        language.on_change(self, self._retranslate)
        self._unsubscribe = service.subscribe(self.refresh)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt: the queue has the keyboard. As its proxy it would hide what stands before it from the tabulator."""
        super().focusInEvent(event)
        self.queue_view.setFocus(event.reason())

    def _table(self, model: RowsTable, widths: Mapping[int, int]) -> QTableView:
        """A table with these columns so wide (pixels before scaling); the others share the rest."""
        view = rows_view(model)
        view.verticalHeader().setDefaultSectionSize(theme.scaled(34))
        header = view.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column, width in widths.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            view.setColumnWidth(column, theme.scaled(width))
        return view

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (self.sentence, self.address, self.last):
            words.addWidget(label)
        head = QFrame()
        head.setProperty("class", "panel")
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(12)
        row.addWidget(self.light, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.settings)
        row.addWidget(self.now)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.queue_view, "")
        self.tabs.addTab(self.history_view, "")
        self.tabs.addTab(self.calls_page, "")
        self.tabs.addTab(self.runs_view, "")
        self.tabs.currentChanged.connect(lambda _: self._turned())
        left = QFrame()
        left.setProperty("class", "panel")
        inside = QVBoxLayout(left)
        inside.setContentsMargins(6, 6, 6, 6)
        inside.addWidget(self.tabs)
        splitter = QSplitter()
        splitter.addWidget(left)
        splitter.addWidget(self.panel)
        splitter.setSizes([740, 540])
        splitter.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 12, 12, 12)
        outer.setSpacing(10)
        outer.addWidget(head)
        outer.addWidget(self.lying_there)
        outer.addWidget(self.untold)
        outer.addWidget(splitter, 1)

    def add_packages(self, page: PackagesPage) -> None:
        """The part for packages, which needs all of the room's width."""
        self.packages = page
        self.tabs.addTab(page, text.tr("package.tab"))

    def show_packages(self) -> None:
        """Turn to the part for packages."""
        if self.packages is not None:
            self.tabs.setCurrentWidget(self.packages)

    def show_calls(self, op_id: str, title: str) -> None:
        """Turn to the calls about one item."""
        self.tabs.setCurrentWidget(self.calls_page)
        self.calls_page.filter_item(op_id, title)
        self.calls_page.view.setFocus()

    def _turned(self) -> None:
        """Only queue and history have an item beside them; the other parts need all of the room's width."""
        self.panel.setVisible(self.tabs.currentWidget() in (self.queue_view, self.history_view))
        self._refresh_shown()
        self._chosen()

    def _refresh_shown(self) -> None:
        """What is not looked at is read when it is."""
        shown = self.tabs.currentWidget()
        if shown is self.calls_page:
            self.calls_page.refresh()
        elif shown is self.runs_view:
            self.runs.show(self._service.book.runs())

    def refresh(self) -> None:
        """Read how it stands, keeping the chosen item."""
        state = self._service.state()
        self.light.state = str(state.connection)
        self.light.update()
        self.sentence.setText(state.sentence)
        self.address.setText(state.url or text.tr("sync_room.no_address"))
        since = state.offline_since
        told = text.tr("sync_room.last_run", at=clock(state.last_run))
        away = text.tr("sync_room.offline", at=clock(since), n=state.queue) if since else ""
        then = text.tr("sync_room.next_try", at=clock(state.next_try)) if state.next_try else ""
        self.last.setText(" · ".join(filter(None, (away, told, then))))
        self.now.setEnabled(state.connection is not Connection.NONE and not state.running)
        self.now.setText(text.tr("sync_room.running" if state.running else "sync_room.now"))
        kept = self.chosen()
        with QSignalBlocker(self.queue_view.selectionModel()):
            self.entries.show(state.entries)
            self._choose(kept.op_id if kept else None)
        self._show_history()
        self.lying_there.refresh()
        self.untold.refresh()
        self._refresh_shown()
        self.tabs.setTabText(0, text.tr("sync_room.queue", n=state.open))
        self._chosen()

    def _choose(self, op_id: str | None) -> None:
        rows = self.entries.rows
        row = next((n for n, entry in enumerate(rows) if entry.op_id == op_id), 0 if rows else -1)
        if row >= 0:
            index = self.entries.index(row, 0)
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.queue_view.selectionModel().setCurrentIndex(index, flags)

    def _show_history(self) -> None:
        """Keep the chosen line; it has moved down where something was sent meanwhile."""
        kept = self.history_view.currentIndex()
        line = kept.data(ENTRY_ROLE) if kept.isValid() else None
        with QSignalBlocker(self.history_view.selectionModel()):
            self.history.show(self._service.history())
            if line in self.history.rows:
                self.history_view.selectRow(self.history.rows.index(line))

    def chosen(self) -> Entry | None:
        """The item of the chosen row."""
        index = self.queue_view.currentIndex()
        return index.data(ENTRY_ROLE) if index.isValid() else None

    def _beside(self) -> Entry | None:
        """The item that is shown beside the list: that of the queue's row, or the one that a line of the history is
        about."""
        if self.tabs.currentWidget() is not self.history_view:
            return self.chosen()
        index = self.history_view.currentIndex()
        op_id = index.data(ENTRY_ROLE).op_id if index.isValid() else ""
        return next((entry for entry in self.entries.rows if op_id and entry.op_id == op_id), None)

    def _chosen(self) -> None:
        entry = self._beside()
        if entry is None:
            self.panel.show_nothing()
            return
        try:
            conflict = self._service.conflict(entry.op_id) if entry.can_choose else None
            body = self._service.sent_text(entry.op_id)
        except ConflictStale:  # it was settled a moment ago; the list follows
            self.panel.show_nothing()
            return
        known = self._service.known_fields() if conflict else None
        self.panel.show_entry(entry, body, conflict, known)

    def _sync_now(self) -> None:
        self._try(self._service.sync_now)

    def _try(self, act: Callable[[], None]) -> None:
        """Do it; a known failure becomes a sentence above the room."""
        try:
            act()
        except (Failure, RemoteFailure) as failure:
            self.failed.emit(failure)
        self.refresh()

    def _retranslate(self) -> None:
        self.settings.setText(text.tr("sync_room.settings"))
        for place, key in ((1, "history"), (2, "calls"), (3, "runs")):
            self.tabs.setTabText(place, text.tr(f"sync_room.{key}"))
        if self.packages is not None:
            self.tabs.setTabText(self.tabs.indexOf(self.packages), text.tr("package.tab"))
        self.queue_view.setAccessibleName(text.tr("sync_room.queue_name"))
        self.history_view.setAccessibleName(text.tr("sync_room.history"))
        self.runs_view.setAccessibleName(text.tr("sync_room.runs"))
        for model in (self.entries, self.history, self.runs):
            model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(model.columns) - 1)
        self.entries.show(())
        self.history.show(())
        self.runs.show(())
        self.refresh()

    def closeEvent(self, event: object) -> None:
        """Qt: stop listening."""
        self._unsubscribe()
        super().closeEvent(event)  # type: ignore[arg-type]
