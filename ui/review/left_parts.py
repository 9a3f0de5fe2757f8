"""What is still missing before signing, each part a way to its place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.text import tr
from ui import language
from ui.review.controls import plain_label
from ui.review.flow import FlowLayout


class LeftParts(QWidget):
    """`partAsked` has the key of the part that was pressed. Hidden where nothing is missing."""

    partAsked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, QPushButton] = {}
        self._parts: tuple[tuple[str, str], ...] = ()
        self._row = FlowLayout(self, spacing=3)
        language.on_change(self, self._fill)

    def show_parts(self, parts: Sequence[tuple[str, str]]) -> None:
        """Show these parts, each as (key, title)."""
        if tuple(parts) != self._parts:
            self._parts = tuple(parts)
            self._fill()
        self.setVisible(bool(self._parts))

    def _fill(self) -> None:
        self._row.clear()
        self.buttons = {}
        head = plain_label("small")
        head.setText(tr("review.left_head"))
        self._row.addWidget(head)
        for key, title in self._parts:
            button = self.buttons[key] = QPushButton(title.replace("&", "&&"))
            button.setProperty("class", "link")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setToolTip(tr("review.left_go"))
            button.clicked.connect(lambda _=False, part=key: self.partAsked.emit(part))
            self._row.addWidget(button)
        self.updateGeometry()
