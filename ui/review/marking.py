"""What the transcript marks, at will: the toggles of its tool bar."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.review.controls import IconButton
from ui.review.lines import Style

MARKS: dict[str, frozenset[Style]] = {
    "uncertain": frozenset({Style.UNCERTAIN}),
    "terms": frozenset({Style.TERM, Style.RESULT}),
    "fillers": frozenset({Style.FILLER}),
    "star": frozenset({Style.STAR}),
}
"""The marks that can be switched off. What a person corrected, and what waits for a person, is marked always."""


class Marking(QWidget):
    """One toggle a mark. `changed` has the names of those that are on."""

    changed = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.buttons: dict[str, IconButton] = {}
        for name in MARKS:
            button = self.buttons[name] = IconButton(f"mark_{name}", f"review.mark_{name}", checkable=True)
            button.setChecked(True)
            button.toggled.connect(self._tell)
            row.addWidget(button)

    def on(self) -> list[str]:
        """The names of the marks that are shown."""
        return [name for name, button in self.buttons.items() if button.isChecked()]

    def hidden(self) -> frozenset[Style]:
        """The styles that are not shown."""
        return frozenset().union(*(styles for name, styles in MARKS.items() if not self.buttons[name].isChecked()))

    def restore(self, names: object) -> None:
        """Switch on those of a remembered list, and the others off; anything but a list changes nothing."""
        if isinstance(names, list):
            for name, button in self.buttons.items():
                button.setChecked(name in names)

    def _tell(self) -> None:
        self.changed.emit(self.on())
