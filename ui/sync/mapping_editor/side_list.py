"""One side of the editor: a list of named things with a line below each, and a field to search them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app import text
from ui import language, theme
from ui.widgets.plain import plain_tip

KEY_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its id, its title, the line below, and whether it is mapped already."""

    key: str
    title: str
    below: str
    mapped: bool = False


class SideList(QFrame):
    """`picked` = a row was chosen by Enter or a double click."""

    picked = Signal()
    chosen = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "panel")
        self._name, self._rows = name, tuple[Row, ...]()
        self.heading, self.note, self.search, self.list = QLabel(), QLabel(), QLineEdit(), _Rows()
        self.heading.setProperty("class", "heading")
        self.note.setProperty("class", "small")
        self.note.setWordWrap(True)
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _: self._fill())
        self.list.entered_row.connect(self.picked)
        self.list.itemDoubleClicked.connect(lambda _: self.picked.emit())
        self.list.currentItemChanged.connect(lambda *_: self.chosen.emit(self.key()))
        self.head = QHBoxLayout()
        self.head.addWidget(self.heading, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(theme.SPACE)
        column.addLayout(self.head)
        column.addWidget(self.note)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        language.on_change(self, self._retranslate)

    def show_rows(self, rows: Sequence[Row], note: str = "") -> None:
        """Show these rows, keeping the chosen one; `note` stands above them."""
        self.note.setText(note)
        self.note.setVisible(bool(note))
        if self._rows != tuple(rows):
            self._rows = tuple(rows)
            self._fill()

    def key(self) -> str:
        """The id of the chosen row; "" = none."""
        item = self.list.currentItem()
        return str(item.data(KEY_ROLE)) if item is not None else ""

    def choose(self, key: str) -> None:
        """Choose a row by its id, without saying so."""
        with QSignalBlocker(self.list):
            for place in range(self.list.count()):
                if self.list.item(place).data(KEY_ROLE) == key:
                    self.list.setCurrentRow(place)
                    return
            self.list.setCurrentRow(-1)

    def _fill(self) -> None:
        kept, words = self.key(), self.search.text().casefold().split()
        with QSignalBlocker(self.list):
            self.list.clear()
            for row in self._rows:
                if all(word in f"{row.title} {row.below} {row.key}".casefold() for word in words):
                    self.list.addItem(self._item(row))
        self.choose(kept)

    def _item(self, row: Row) -> QListWidgetItem:
        mark = f"  · {text.tr('mapping.field_mapped')}" if row.mapped else ""
        item = QListWidgetItem(f"{row.title}{mark}\n{row.below}")
        item.setData(KEY_ROLE, row.key)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{row.title}, {row.below}{mark}")
        item.setToolTip(plain_tip(f"{row.title}\n{row.below}\n{row.key}"))
        return item

    def _retranslate(self) -> None:
        self.heading.setText(text.tr(f"mapping.{self._name}"))
        self.search.setPlaceholderText(text.tr(f"mapping.search_{self._name}"))
        self.search.setAccessibleName(text.tr(f"mapping.search_{self._name}"))
        self.list.setAccessibleName(text.tr(f"mapping.{self._name}"))


class _Rows(QListWidget):
    """Enter picks the chosen row."""

    entered_row = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Enter picks, everything else moves."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem() is not None:
            self.entered_row.emit()
            return
        super().keyPressEvent(event)
