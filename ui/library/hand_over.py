"""The library's button for packages: to a laptop, results to the office, and take one in."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from app.handover.package import Kind
from ui import language


class HandOverButton(QPushButton):
    """A button with a menu; says what is wanted by signals."""

    handOverAsked = Signal(object)
    packageAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        language.bind(self.setText, "package.button")
        self.choices = QMenu(self)
        for kind in (Kind.OUTWARD, Kind.RESULTS):
            self._add(f"button_{kind}").triggered.connect(partial(self._ask, kind))
        self.choices.addSeparator()
        self._add("button_take").triggered.connect(self.packageAsked)
        self.setMenu(self.choices)

    def _ask(self, kind: Kind, _checked: bool = False) -> None:
        self.handOverAsked.emit(kind)

    def _add(self, key: str) -> QAction:
        action = QAction(self.choices)
        language.bind(action.setText, f"package.{key}")
        self.choices.addAction(action)
        return action
