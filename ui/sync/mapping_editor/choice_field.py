"""One value that is sent: chosen among the choices of the company's field, or typed where it has none."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app import text
from sync.catalogue import Option


class ChoiceField(QComboBox):
    """Shows the words of a choice, gives its key. A key that is no choice (any more) stays visible."""

    changed = Signal()

    def __init__(self, options: tuple[Option, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(10)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._typed = not options
        self.setEditable(self._typed)
        if self._typed:
            self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            self.editTextChanged.connect(lambda _: self.changed.emit())
            return
        self.addItem(text.tr("mapping.option_none"), "")
        for option in options:
            self.addItem(option.named(text.language()), option.key)
        self.activated.connect(lambda _: self.changed.emit())

    def value(self) -> str:
        """The key that is sent; "" = none."""
        return self.currentText().strip() if self._typed else str(self.currentData() or "")

    def set_value(self, value: str) -> None:
        """Show a key, without saying so."""
        with QSignalBlocker(self):
            if self._typed:
                self.setEditText(value)
                return
            place = self.findData(value)
            if place < 0:
                self.addItem(value, value)
                place = self.count() - 1
            self.setCurrentIndex(place)

    def wheelEvent(self, event: object) -> None:
        """Qt: scrolling past a field changes nothing."""
        event.ignore()  # type: ignore[attr-defined]
