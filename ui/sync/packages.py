"""The sync room's part for packages: hand over, take in, decide what differs, and what went to and fro."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from analysis.failures import Failure
from app import text
from app.handover.cards import Card, decide, open_cards
from app.handover.package import Kind
from app.handover.summary import card_words, kind_words, line_words, value_words
from app.handover.writing import PackageLine, packages
from app.store.library import Library
from sync.conflicts import Choice
from ui import language, theme
from ui.sync.model import ENTRY_ROLE, RowsTable, clock
from ui.widgets.rows_view import rows_view


class CardsTable(RowsTable):
    """Differences that wait for a decision."""

    columns = ("what", "base", "mine", "theirs", "by")

    def cell(self, row: Card, column: str) -> str:
        """The text of one cell."""
        match column:
            case "what":
                return card_words(row)
            case "base":
                return value_words(row, row.base) if row.has_base else "–"
            case "mine":
                return value_words(row, row.mine)
            case "theirs":
                return value_words(row, row.theirs)
            case _:
                return row.by


class PackagesTable(RowsTable):
    """Packages that were written or taken here, newest first."""

    columns = ("at", "way", "package", "counts")

    def cell(self, row: PackageLine, column: str) -> str:
        """The text of one cell."""
        match column:
            case "at":
                return clock(row.at)
            case "way":
                return text.tr("package.went_out" if row.outgoing else "package.came_in", by=row.by or "–")
            case "package":
                return f"{kind_words(row.kind)} · {row.file}"
            case _:
                return line_words(row)


class PackagesPage(QScrollArea):
    """Says by signals what a person wants; decides differences itself. Failures go to `failed`.

    Scrolls where the window is low.
    """

    handOverAsked = Signal(object)
    takeAsked = Signal()
    cancelAsked = Signal()
    decided = Signal()
    failed = Signal(object)

    def __init__(self, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._told: Callable[[], tuple[str, ...]] = tuple
        self.out, self.home, self.take = QPushButton(), QPushButton(), QPushButton()
        self.out.clicked.connect(lambda: self.handOverAsked.emit(Kind.OUTWARD))
        self.home.clicked.connect(lambda: self.handOverAsked.emit(Kind.RESULTS))
        self.take.clicked.connect(self.takeAsked)
        self.hint, self.running, self.cards_title, self.summary = QLabel(), QLabel(), QLabel(), QLabel()
        self.hint.setProperty("class", "muted")
        self.cards_title.setProperty("class", "heading")
        for label in (self.hint, self.running, self.summary):
            label.setWordWrap(True)
        for label in (self.running, self.summary, self.cards_title):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.cancel = QPushButton()
        self.cancel.clicked.connect(self.cancelAsked)
        self.cards, self.lines = CardsTable(self), PackagesTable(self)
        self.cards_view, self.lines_view = _table(self.cards), _table(self.lines)
        self.mine, self.theirs = QPushButton(), QPushButton()
        self.mine.clicked.connect(lambda: self._decide(Choice.MINE))
        self.theirs.clicked.connect(lambda: self._decide(Choice.THEIRS))
        self._build()
        language.on_change(self, self._retranslate)
        self.show_ended()

    def _build(self) -> None:
        buttons = QHBoxLayout()
        for button in (self.out, self.home, self.take):
            button.setEnabled(not self._library.read_only)
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.work = QFrame()
        row = QHBoxLayout(self.work)
        row.setContentsMargins(0, 0, 0, 0)
        for widget, share in ((self.running, 2), (self.progress, 1), (self.cancel, 0)):
            row.addWidget(widget, share)
        self.told = QFrame()
        self.told.setProperty("class", "panel")
        inside = QVBoxLayout(self.told)
        inside.setContentsMargins(12, 10, 12, 10)
        inside.addWidget(self.summary)
        decisions = QHBoxLayout()
        decisions.addStretch(1)
        decisions.addWidget(self.theirs)
        decisions.addWidget(self.mine)
        self.decisions = QFrame()
        below = QVBoxLayout(self.decisions)
        below.setContentsMargins(0, 0, 0, 0)
        below.addWidget(self.cards_title)
        below.addWidget(self.cards_view, 1)
        below.addLayout(decisions)
        content = QWidget()
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.cards_view.setMinimumHeight(theme.scaled(76))
        self.lines_view.setMinimumHeight(theme.scaled(110))
        column = QVBoxLayout(content)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(theme.SPACE)
        column.addLayout(buttons)
        column.addWidget(self.hint)
        column.addWidget(self.work)
        column.addWidget(self.told)
        column.addWidget(self.decisions, 2)
        column.addWidget(self.lines_view, 3)
        self.setFocusProxy(self.lines_view)

    def refresh(self) -> None:
        """Read cards and packages again, keeping the chosen card."""
        kept = self.cards_view.currentIndex().row()
        self.cards.show(open_cards(self._library))
        self.lines.show(packages(self._library))
        self.decisions.setVisible(bool(self.cards.rows))
        self.cards_title.setText(text.tr("package.cards_title", n=len(self.cards.rows)))
        if self.cards.rows:
            self.cards_view.selectRow(min(max(kept, 0), len(self.cards.rows) - 1))

    def show_running(self, words: Callable[[], str], share: float) -> None:
        """A package is being written or taken: what is done, and how far it is (0..1)."""
        self.running.setText(words())
        self.progress.setValue(round(share * 100))
        self.work.show()

    def show_ended(self) -> None:
        """Nothing runs."""
        self.work.hide()

    def tell(self, lines: Callable[[], tuple[str, ...]]) -> None:
        """What came of the last package, in the language in use."""
        self._told = lines
        self._retell()

    def _retell(self) -> None:
        lines = self._told()
        self.summary.setText("\n".join(lines))
        self.told.setVisible(bool(lines))

    def _decide(self, choice: Choice) -> None:
        index = self.cards_view.currentIndex()
        if not index.isValid():
            return
        try:
            decide(self._library, index.data(ENTRY_ROLE).id, choice)
        except Failure as failure:
            self.failed.emit(failure)
        self.refresh()
        self.decided.emit()

    def _retranslate(self) -> None:
        for button, key in (
            (self.out, "button_outward"), (self.home, "button_results"), (self.take, "button_take"),
            (self.cancel, "cancel"), (self.mine, "keep_mine"), (self.theirs, "take_theirs"),
        ):  # fmt: skip
            button.setText(text.tr(f"package.{key}"))
        self.hint.setText(text.tr("package.hint"))
        self.cards_view.setAccessibleName(text.tr("package.help_cards"))
        self.lines_view.setAccessibleName(text.tr("package.tab"))
        for model in (self.cards, self.lines):
            model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(model.columns) - 1)
            model.show(())
        self._retell()
        self.refresh()


def _table(model: RowsTable) -> QTableView:
    view = rows_view(model)
    view.verticalHeader().setDefaultSectionSize(theme.scaled(34))
    header = view.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
    return view
