"""The library room: find an interview, import recordings, start an analysis, open the review."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QItemSelection, QModelIndex, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFocusEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.domain.types import Interview, InterviewQuery, InterviewStatus
from app.recording.cut_off import can_go_on
from app.store.library import Library
from ui import icons, language, theme
from ui.library.delegate import StatusDelegate
from ui.library.details import DetailsPanel
from ui.library.hand_over import HandOverButton
from ui.library.list_menu import menu_at
from ui.library.model import COLUMNS, INTERVIEW_ROLE, ORDERS, InterviewTable
from ui.library.search_field import SearchField
from ui.widgets.action_menu import MenuOffer
from ui.widgets.plain import plain_tip
from ui.widgets.rows_view import rows_view

FILTER_DELAY_MS = 120
WIDTHS = {"time": 136, "status": 112, "analysis": 92, "length": 78, "composite": 116, "created": 136}
ROOM_FOR = {"created": 1500, "length": 1100, "time": 1000, "analysis": 900}
"""The room's width (before scaling) from which on a column is shown: the details show what it says, too."""
MOST_POSITION = 180
"""The filter's width (before scaling), however long a position is called; its list shows all of it."""
MEDIA_PATTERN = "*.mp4 *.m4v *.mkv *.mov *.webm *.avi *.wav *.mp3 *.m4a *.aac *.flac *.ogg *.oga *.opus"


class LibraryRoom(QWidget):
    """Lists what the library holds; says what a person wants done with it by signals."""

    openRequested = Signal(str)
    importRequested = Signal(list)
    recordingGiven = Signal(str, list)
    analyseRequested = Signal(str)
    cancelRequested = Signal(str)
    positionsRequested = Signal()
    exportRequested = Signal(str, str)
    handOverAsked = Signal(object)
    packageAsked = Signal()
    peopleAsked = Signal(str, str)
    consentAsked = Signal(str)
    cutRequested = Signal(str)
    goOnRequested = Signal(str)
    endRequested = Signal(str)

    def __init__(self, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self.setAcceptDrops(not library.read_only)
        self.table = InterviewTable(self)
        self.search = SearchField()
        self.status = QComboBox()
        self.position = QComboBox()
        self.count = QLabel()
        self.count.setProperty("class", "small")
        self.view = self._make_view()
        self.details = DetailsPanel(library)
        self.details.openRequested.connect(self.openRequested)
        self.details.analyseRequested.connect(self.analyseRequested)
        self.details.cancelRequested.connect(self.cancelRequested)
        self.details.positionsRequested.connect(self.positionsRequested)
        self.details.recordingAsked.connect(self.choose_recording)
        self.details.consent.showAsked.connect(self.consentAsked)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FILTER_DELAY_MS)
        self._timer.timeout.connect(self.refresh)
        self._build()
        language.on_change(self, self._retranslate)
        theme.changed.connect(self._paint)
        self._paint()
        self.refresh()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt: the table has the keyboard. As its proxy it would hide what stands before it from the tabulator."""
        super().focusInEvent(event)
        self.view.setFocus(event.reason())

    def _make_view(self) -> QTableView:
        view = rows_view(self.table)
        header = view.horizontalHeader()
        header.setMinimumSectionSize(theme.scaled(60))
        header.setSectionsClickable(True)
        header.setSortIndicator(COLUMNS.index("created"), Qt.SortOrder.DescendingOrder)
        header.setSortIndicatorShown(True)
        header.sortIndicatorChanged.connect(lambda *_: self.refresh())
        view.setItemDelegateForColumn(COLUMNS.index("status"), StatusDelegate(view))
        view.doubleClicked.connect(self._open)
        MenuOffer(view, lambda at: menu_at(self, at))
        view.selectionModel().selectionChanged.connect(self._selected)
        language.bind(view.setAccessibleName, "library.table")
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            shortcut = QShortcut(QKeySequence(key), view)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda: self._open(view.currentIndex()))
        return view

    def _build(self) -> None:
        self.search.textChanged.connect(lambda _: self._timer.start())
        self.import_files = QPushButton()
        self.import_files.setProperty("class", "primary")
        self.import_files.clicked.connect(self.choose_files)
        self.import_folder = QPushButton()
        self.import_folder.clicked.connect(self.choose_folder)
        self.hand_over = HandOverButton()
        self.hand_over.handOverAsked.connect(self.handOverAsked)
        self.hand_over.packageAsked.connect(self.packageAsked)
        for button in (self.import_files, self.import_folder, self.hand_over):
            button.setEnabled(not self._library.read_only)
        for box in (self.status, self.position):
            box.currentIndexChanged.connect(self.refresh)
        bar = QHBoxLayout()
        bar.setSpacing(theme.SPACE)
        bar.addWidget(self.search, 1)
        for widget in (self.status, self.position, self.hand_over, self.import_folder, self.import_files):
            bar.addWidget(widget)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.view)
        self.pages.addWidget(self._empty_page())
        panel = QFrame()
        panel.setProperty("class", "panel")
        column = QVBoxLayout(panel)
        column.setContentsMargins(1, 1, 1, 6)
        column.addWidget(self.pages, 1)
        self.count.setContentsMargins(0, 0, 12, 0)
        column.addWidget(self.count, 0, Qt.AlignmentFlag.AlignRight)
        splitter = QSplitter()
        splitter.addWidget(panel)
        splitter.addWidget(self.details)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([900, 360])
        splitter.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 12, 12, 12)
        outer.setSpacing(10)
        outer.addLayout(bar)
        outer.addWidget(splitter, 1)

    def _empty_page(self) -> QWidget:
        page = QWidget()
        self.empty_mark = QLabel()
        self.empty_title = QLabel()
        self.empty_title.setProperty("class", "title")
        self.empty_hint = QLabel()
        self.empty_hint.setProperty("class", "muted")
        self.empty_hint.setWordWrap(True)
        self.empty_hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(page)
        column.setContentsMargins(40, 40, 40, 40)
        column.addStretch(2)
        for widget in (self.empty_mark, self.empty_title):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.empty_hint)
        column.addStretch(3)
        return page

    def refresh(self) -> None:
        """Read the list again, keeping the chosen row."""
        chosen = self.chosen()
        rows = self._library.interviews(self._query())
        self.table.show(rows)
        self._show_count()
        self.pages.setCurrentIndex(0 if rows else 1)
        self._tell_why_empty()
        self._tell_position()
        row = self.table.row_of(chosen.id) if chosen else -1
        if rows:
            self.view.selectRow(max(0, row))
        else:
            self.details.show_interview(None)

    def _show_count(self) -> None:
        rows = len(self.table.rows)
        self.count.setText(text.tr("library.count_one" if rows == 1 else "library.count", n=rows))
        self.count.setVisible(rows > 0)

    def refresh_soon(self) -> None:
        """Something changed: read the list again when the changes have settled."""
        self._timer.start()

    def _query(self) -> InterviewQuery:
        header = self.view.horizontalHeader()
        return InterviewQuery(
            order=ORDERS[COLUMNS[header.sortIndicatorSection()]],
            descending=header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder,
            text=self.search.text().strip(),
            status=self.status.currentData(),
            position_id=self.position.currentData(),
        )

    @property
    def read_only(self) -> bool:
        """Whether another window writes this library."""
        return self._library.read_only

    def chosen(self) -> Interview | None:
        """The interview of the chosen row."""
        index = self.view.currentIndex()
        return index.data(INTERVIEW_ROLE) if index.isValid() else None

    def can_go_on(self, interview_id: str) -> bool:
        """Whether an interview was cut off and can go on."""
        return can_go_on(self._library, interview_id)

    def choose(self, interview_id: str) -> None:
        """Select an interview, when it is among those shown."""
        row = self.table.row_of(interview_id)
        if row >= 0:
            self.view.selectRow(row)

    def show_progress(self, interview_id: str, share: float | None, words: str = "") -> None:
        """How far an analysis is, in the list and in the details."""
        self.table.set_progress(interview_id, share)
        self.details.show_progress(interview_id, share, words)

    def choose_recording(self, interview_id: str) -> None:
        """Ask for the recording that an interview waits for."""
        file, _ = QFileDialog.getOpenFileName(self, text.tr("library.add_recording"), "", _pattern())
        if file:
            self.recordingGiven.emit(interview_id, [Path(file)])

    def choose_files(self) -> None:
        """Ask for recordings and import them."""
        files, _ = QFileDialog.getOpenFileNames(self, text.tr("library.import_files"), "", _pattern())
        if files:
            self.importRequested.emit([Path(file) for file in files])

    def choose_folder(self) -> None:
        """Ask for a folder and import the recordings in it."""
        folder = QFileDialog.getExistingDirectory(self, text.tr("library.import_folder"))
        if folder:
            self.importRequested.emit([Path(folder)])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: where there is little room, names come before dates and lengths (the details show them)."""
        super().resizeEvent(event)
        for column, least in ROOM_FOR.items():
            self.view.setColumnHidden(COLUMNS.index(column), self.width() < theme.scaled(least))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Qt: files may be dropped anywhere in the room."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt: import what was dropped; on the details of an interview that waits for its recording, as this one."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        waiting = self.details.waits_for_recording()
        if (
            waiting
            and len(paths) == 1
            and self.details.rect().contains(self.details.mapFrom(self, event.position()).toPoint())
        ):
            self.recordingGiven.emit(waiting, paths)
        else:
            self.importRequested.emit(paths)

    def _selected(self, _chosen: QItemSelection, _left: QItemSelection) -> None:
        self.details.show_interview(self.chosen())

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.openRequested.emit(index.data(INTERVIEW_ROLE).id)

    def _retranslate(self) -> None:
        self.import_files.setText(text.tr("library.import_files"))
        self.import_folder.setText(text.tr("library.import_folder"))
        self.status.setAccessibleName(text.tr("library.column_status"))
        self.position.setAccessibleName(text.tr("library.column_position"))
        self._fill_filters()
        self.table.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        self._show_count()
        self._tell_why_empty()
        self.view.viewport().update()

    def _fill_filters(self) -> None:
        for box in (self.status, self.position):
            with QSignalBlocker(box):
                kept = box.currentData()
                box.clear()
                for words, value in self._statuses() if box is self.status else self._positions():
                    box.addItem(words, value)
                box.setCurrentIndex(max(0, box.findData(kept)))
                box.view().setMinimumWidth(box.view().sizeHintForColumn(0) + theme.scaled(24))
        self._tell_position()

    def _tell_position(self) -> None:
        self.position.setToolTip(plain_tip(self.position.currentText()))

    def _statuses(self) -> list[tuple[str, InterviewStatus | None]]:
        named = [(text.tr(f"library.status_{status}"), status) for status in InterviewStatus]
        return [(text.tr("library.every_status"), None), *named]

    def _positions(self) -> list[tuple[str, str | None]]:
        return [(text.tr("library.every_position"), None), *((p.title, p.id) for p in self._library.positions())]

    def refresh_positions(self) -> None:
        """Positions were changed: fill the filter and the details again."""
        self._fill_filters()
        self.details.show_interview(self.chosen())

    def _tell_why_empty(self) -> None:
        filtered = bool(self.search.text().strip() or self.status.currentData() or self.position.currentData())
        self.empty_title.setText(text.tr("library.nothing_found" if filtered else "library.empty"))
        self.empty_hint.setText(text.tr("library.nothing_found_hint" if filtered else "library.empty_hint"))

    def _paint(self) -> None:
        size = theme.scaled(56)
        self.empty_mark.setPixmap(icons.icon("video", "faint").pixmap(size, size))
        self.view.verticalHeader().setDefaultSectionSize(theme.scaled(40))
        header = self.view.horizontalHeader()
        for column, name in enumerate(COLUMNS):
            fixed = name in WIDTHS
            header.setSectionResizeMode(
                column, QHeaderView.ResizeMode.Interactive if fixed else QHeaderView.ResizeMode.Stretch
            )
            if fixed:
                self.view.setColumnWidth(column, theme.scaled(WIDTHS[name]))
        self.details.setMinimumWidth(theme.scaled(320))
        self.position.setMaximumWidth(theme.scaled(MOST_POSITION))


def _pattern() -> str:
    """What a file dialog offers: recordings first, then everything."""
    return f"{text.tr('library.recordings')} ({MEDIA_PATTERN});;{text.tr('library.all_files')} (*)"
