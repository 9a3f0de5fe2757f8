"""Where an entry goes: one of the company's fields, or a name that is typed where there is no list of them."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget


class TargetField(QComboBox):
    """`changed` carries the id of the field. A field that is gone stays visible."""

    changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.activated.connect(lambda _: self._picked())

    def show_fields(self, fields: list[tuple[str, str]], target: str, name: str) -> None:
        """`fields` = title and id of each; none = the name is typed. `name` = what the target is called."""
        with QSignalBlocker(self):
            self.clear()
            self.setEditable(not fields)
            line = self.lineEdit()
            if line is not None:
                self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
                self.setEditText(target)
                line.editingFinished.connect(self._typed, Qt.ConnectionType.UniqueConnection)
                return
            for title, field_id in fields:
                self.addItem(title, field_id)
            if self.findData(target) < 0:
                self.insertItem(0, name, target)
            self.setCurrentIndex(self.findData(target))

    def _picked(self) -> None:
        if not self.isEditable():
            self.changed.emit(str(self.currentData()))

    def _typed(self) -> None:
        if self.isEditable():
            self.changed.emit(self.currentText().strip())

    def wheelEvent(self, event: object) -> None:
        """Qt: scrolling past a field changes nothing."""
        event.ignore()  # type: ignore[attr-defined]
