"""Which interview is held: today's first, then the others that wait; or a new one."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import cast

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from analysis.failures import Failure
from app import text
from app.domain.types import Candidate, Interview, InterviewStatus
from app.recording.to_be_held import Group
from app.schedule.zones import here_and_there
from app.store.library import Library
from app.store.recordings import local_zone
from app.text import tr
from ui import language, theme
from ui.library.search_field import SearchField
from ui.record.waiting_list import WaitingList
from ui.widgets.text_line import TextLine

ID = Qt.ItemDataRole.UserRole
PAUSE_MS = 150
"""The list follows the search when its writer pauses for so long."""
COLUMNS = ("when", "candidate", "position", "kit")


class Chooser(QWidget):
    """`chosen` has the interview's id; `listed`: the list is as the library was a moment ago; `failed(failure)`."""

    chosen = Signal(str)
    listed = Signal()
    failed = Signal(object)

    def __init__(self, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self.title, self.hint = QLabel(), QLabel()
        self.search = SearchField()
        self.tree = QTreeWidget()
        self.start = QPushButton()
        self.new_title = QLabel()
        self.name = TextLine()
        self.position = QComboBox()
        self.make = QPushButton()
        self._labels = (QLabel(), QLabel())
        self._groups: tuple[Group, ...] = ()
        self._keep = ""
        self.waiting = WaitingList(library, self)
        self.waiting.came.connect(self._show)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.refresh)
        self._build()
        language.on_change(self, self._retell)
        theme.changed.connect(self._fill)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt: the list has the keyboard. As its proxy it would hide the search from the tabulator."""
        super().focusInEvent(event)
        self.tree.setFocus(event.reason())

    def refresh(self, keep: str = "") -> None:
        """Read the list again, in the background."""
        self._keep = keep or self._keep
        self.waiting.ask(self.search.text().strip())

    def close_list(self) -> None:
        """Nothing is read any more."""
        self._pause.stop()
        self.waiting.close()

    def _show(self, words: str, found: object) -> None:
        if isinstance(found, Failure):
            self.failed.emit(found)
            return
        groups = cast("tuple[Group, ...]", found)
        kept, self._keep = self._keep or self.chosen_id(), ""
        if groups != self._groups:
            self._groups = groups
            self._fill()
        item = self._item_of(kept) or self._first()
        if item is not None and item is not self.tree.currentItem():
            self.tree.setCurrentItem(item)
        hint = "choose_hint" if groups else "nothing_found" if words else "nothing_waits"
        self.hint.setText(tr(f"record.{hint}"))
        self._weigh()
        self.listed.emit()

    def _fill(self) -> None:
        """All of them anew; the chosen one stays chosen."""
        kept = self.chosen_id()
        with QSignalBlocker(self.tree):
            self.tree.setUpdatesEnabled(False)
            self.tree.clear()
            for group in self._groups:
                self._add_group(group)
            self.tree.expandAll()
            if (item := self._item_of(kept)) is not None:
                self.tree.setCurrentItem(item)
            self.tree.setUpdatesEnabled(True)

    def _add_group(self, group: Group) -> None:
        words, listed = tr(f"record.group_{group.name}"), len(group.interviews)
        more = tr("record.group_part", name=words, n=listed, of=group.count) if listed < group.count else words
        head = QTreeWidgetItem([more])
        head.setSizeHint(0, QSize(0, theme.scaled(32)))
        head.setFlags(Qt.ItemFlag.ItemIsEnabled)
        head.setFont(0, theme.font(12, bold=True))
        self.tree.addTopLevelItem(head)
        head.setFirstColumnSpanned(True)
        for each in group.interviews:
            kit = len(each.position.questions) if each.position else 0
            item = QTreeWidgetItem([
                _when(each), each.candidate.name, each.position.title if each.position else "",
                tr("record.n_questions", n=kit) if kit else tr("record.without_kit"),
            ])  # fmt: skip
            item.setData(0, ID, each.id)
            item.setSizeHint(0, QSize(0, theme.scaled(36)))
            head.addChild(item)

    def chosen_id(self) -> str:
        """The interview of the chosen line, "" for none."""
        item = self.tree.currentItem()
        return item.data(0, ID) or "" if item is not None else ""

    def begin(self) -> None:
        """Go on with the chosen one."""
        if self.chosen_id() and not self._library.read_only:
            self.chosen.emit(self.chosen_id())

    def _search_now(self) -> None:
        """Enter in the field: what is found has the keys."""
        self._pause.stop()
        self.refresh()
        self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def _step(self, step: int) -> None:
        """The arrows of the field move in the list."""
        items, current = self._items(), self.tree.currentItem()
        if items:
            place = items.index(current) + step if current in items else 0
            self.tree.setCurrentItem(items[max(0, min(len(items) - 1, place))])

    def make_new(self) -> None:
        """An interview that nobody planned: it waits like the others, and is chosen."""
        name = self.name.text().strip()
        if not name or self._library.read_only:
            return
        position_id = self.position.currentData()
        position = self._library.position(position_id) if position_id else None
        known = self._library.find_candidate(name=name)
        with self._library.together():
            candidate = known or self._library.save_candidate(Candidate("", name))
            title = f"{name} · {position.title}" if position else name
            made = self._library.save_interview(
                Interview("", title, 1, InterviewStatus.SCHEDULED, candidate, position, None, datetime.now(UTC),
                          local_zone())
            )  # fmt: skip
        self.name.clear()
        self.refresh(made.id)
        self.chosen.emit(made.id)

    def _item_of(self, interview_id: str) -> QTreeWidgetItem | None:
        return next((item for item in self._items() if item.data(0, ID) == interview_id), None)

    def _first(self) -> QTreeWidgetItem | None:
        return next(iter(self._items()), None)

    def _items(self) -> list[QTreeWidgetItem]:
        heads = [self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount())]
        found = [head.child(row) for head in heads if head is not None for row in range(head.childCount())]
        return [item for item in found if item is not None]

    def _weigh(self) -> None:
        may = not self._library.read_only
        self.start.setEnabled(bool(self.chosen_id()) and may)
        self.make.setEnabled(bool(self.name.text().strip()) and may)

    def _build(self) -> None:
        self.title.setProperty("class", "title")
        self.hint.setProperty("class", "muted")
        self.hint.setWordWrap(True)
        self.tree.setColumnCount(len(COLUMNS))
        self.tree.setRootIsDecorated(False)
        self.tree.setItemsExpandable(False)
        self.tree.setIndentation(theme.scaled(8))
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setUniformRowHeights(True)
        self.tree.header().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.tree.itemDoubleClicked.connect(lambda *_: self.begin())
        self.tree.currentItemChanged.connect(lambda *_: self._weigh())
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            shortcut = QShortcut(QKeySequence(key), self.tree)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(self.begin)
        self.start.setProperty("class", "primary")
        self.start.clicked.connect(self.begin)
        self.name.textChanged.connect(lambda _: self._weigh())
        self.name.returnPressed.connect(self.make_new)
        self.make.clicked.connect(self.make_new)
        self.search.textChanged.connect(self._pause.start)
        self.search.returnPressed.connect(self._search_now)
        for step, key in ((1, Qt.Key.Key_Down), (-1, Qt.Key.Key_Up)):
            shortcut = QShortcut(QKeySequence(key), self.search)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(partial(self._step, step))
        panel = QFrame()
        panel.setProperty("class", "panel")
        column = QVBoxLayout(panel)
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        row = QHBoxLayout()
        row.addWidget(self.hint, 1)
        row.addWidget(self.start)
        column.addLayout(row)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*(theme.scaled(16),) * 4)
        whole.setSpacing(theme.scaled(12))
        whole.addWidget(self.title)
        whole.addWidget(panel, 1)
        whole.addWidget(self._new_panel())

    def _new_panel(self) -> QWidget:
        panel = QFrame()
        panel.setProperty("class", "panel")
        row = QHBoxLayout(panel)
        row.setSpacing(theme.scaled(12))
        form = QFormLayout()
        form.addRow(self._labels[0], self.name)
        form.addRow(self._labels[1], self.position)
        self.new_title.setProperty("class", "heading")
        row.addWidget(self.new_title, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(form, 1)
        row.addWidget(self.make, 0, Qt.AlignmentFlag.AlignBottom)
        return panel

    def _retell(self) -> None:
        self.title.setText(tr("record.choose"))
        self.tree.setHeaderLabels([tr(f"record.column_{name}") for name in COLUMNS])
        self.tree.setAccessibleName(tr("record.choose"))
        self.start.setText(tr("record.to_consent"))
        self.new_title.setText(tr("record.new_interview"))
        self.make.setText(tr("record.create"))
        for label, key, field in zip(self._labels, ("library.column_candidate", "library.column_position"),
                                     (self.name, self.position), strict=True):  # fmt: skip
            label.setText(tr(key))
            field.setAccessibleName(tr(key))
        self.fill_positions()
        self._fill()
        self._weigh()
        self.refresh()

    def fill_positions(self) -> None:
        """The positions as they are now."""
        kept = self.position.currentData()
        self.position.clear()
        self.position.addItem(text.tr("record.no_position"), None)
        for each in self._library.positions():
            self.position.addItem(each.title, each.id)
        self.position.setCurrentIndex(max(0, self.position.findData(kept)))


def _when(interview: Interview) -> str:
    if interview.scheduled_at is None:
        return "–"
    return here_and_there(interview.scheduled_at, interview.time_zone)
