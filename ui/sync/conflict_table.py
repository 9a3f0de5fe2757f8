"""A conflict field by field: what was agreed before, mine, theirs; contested fields are chosen row by row."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from app import text
from app.field_names import field_value
from sync.conflicts import Choice, FieldDifference, Value
from ui import theme
from ui.widgets.plain import plain_tip

COLUMNS = ("field", "base", "mine", "theirs", "choice")
_KEYS = {Qt.Key.Key_M: Choice.MINE, Qt.Key.Key_T: Choice.THEIRS}


class ConflictTable(QTableWidget):
    """`decided` = a row was chosen. M and T choose for the current row; nothing is chosen beforehand."""

    decided = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(COLUMNS), parent)
        self._fields: tuple[FieldDifference, ...] = ()
        self._boxes: dict[str, QComboBox] = {}
        self.verticalHeader().hide()
        self.setWordWrap(True)
        self.setMinimumHeight(theme.scaled(150))
        header = self.horizontalHeader()
        header.setMinimumSectionSize(theme.scaled(76))
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Fixed)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)

    def show_fields(
        self,
        fields: tuple[FieldDifference, ...],
        named: Callable[[str], str],
        said: Callable[[str, Value], str] = field_value,
        *,
        by_row: bool,
    ) -> None:
        """`named` gives a field its name, `said` a value its words; `by_row` = each row is chosen on its own."""
        if fields == self._fields and by_row == bool(self._boxes):
            return
        self._fields, self._boxes = fields, {}
        for place, name in enumerate(COLUMNS):
            title = QTableWidgetItem(text.tr(f"sync_room.{name}"))
            title.setToolTip(plain_tip(title.text()))
            self.setHorizontalHeaderItem(place, title)
        self.setColumnHidden(len(COLUMNS) - 1, not by_row)
        self.setRowCount(len(fields))
        for row, field in enumerate(fields):
            was = field.base if field.has_base else None
            values = (said(field.field, value) for value in (was, field.mine, field.theirs))
            for column, words in enumerate((named(field.field), *values)):
                cell = QTableWidgetItem(words)
                cell.setToolTip(plain_tip(words))
                self.setItem(row, column, cell)
            if by_row:
                self.setCellWidget(row, len(COLUMNS) - 1, self._box(row, named(field.field)))
        if self._boxes:  # Qt does not count what stands in a cell as a widget
            wanted = max(box.sizeHint().width() for box in self._boxes.values())
            self.horizontalHeader().resizeSection(len(COLUMNS) - 1, wanted + theme.scaled(14))
        self.resizeRowsToContents()
        if fields:
            self.setCurrentCell(0, 0)

    def forget(self) -> None:
        """Build everything anew the next time: the language has changed."""
        self._fields = ()

    def _box(self, row: int, name: str) -> QComboBox:
        box = QComboBox()
        for value, key in (("", "choose"), (Choice.MINE, "mine"), (Choice.THEIRS, "theirs")):
            box.addItem(text.tr(f"sync_room.{key}"), str(value))
        box.setAccessibleName(text.tr("sync_room.choice_for", field=name))
        box.currentIndexChanged.connect(lambda _: self._mark(row))
        self._boxes[self._fields[row].field] = box
        return box

    def choices(self) -> dict[str, Choice]:
        """What was chosen so far, by field."""
        chosen = {field: str(box.currentData()) for field, box in self._boxes.items()}
        return {field: Choice(value) for field, value in chosen.items() if value}

    def open_rows(self) -> int:
        """How many rows are not chosen yet."""
        return len(self._boxes) - len(self.choices())

    def choose(self, row: int, choice: Choice) -> None:
        """Choose for one row."""
        box = self._boxes[self._fields[row].field]
        box.setCurrentIndex(box.findData(str(choice)))

    def choose_all(self, choice: Choice) -> None:
        """Choose for all rows."""
        for row in range(len(self._fields)):
            self.choose(row, choice)

    def _mark(self, row: int) -> None:
        """What was chosen stands out, and not by colour alone."""
        choice = self.choices().get(self._fields[row].field)
        with QSignalBlocker(self):
            for column, side in ((2, Choice.MINE), (3, Choice.THEIRS)):
                item = self.item(row, column)
                if item is not None:
                    item.setFont(theme.font(bold=choice is side))
        self.decided.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: long words take another line where there is less room."""
        super().resizeEvent(event)
        self.resizeRowsToContents()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: M and T choose for the current row and go on to the next."""
        choice = _KEYS.get(Qt.Key(event.key())) if not event.modifiers() else None
        row = self.currentRow()
        if choice is None or not self._boxes or row < 0:
            super().keyPressEvent(event)
            return
        self.choose(row, choice)
        self.setCurrentCell(min(row + 1, self.rowCount() - 1), 0)
