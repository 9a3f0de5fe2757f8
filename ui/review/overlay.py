"""The menu of what is drawn over the face, on one button of the player."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from app.text import tr
from ui import language
from ui.actions import shown
from ui.review.controls import IconButton
from ui.review.face_marks import Mark

KEYS = {Mark.BOX: "Shift+F", Mark.MESH: "Shift+L", Mark.GAZE: "Shift+G"}


class OverlayButton(IconButton):
    """Opens a menu with a tick for each mark. `wantedChanged`: somebody chose another set of them."""

    wantedChanged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("eye", "review.overlay", parent, checkable=True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setStyleSheet("QToolButton::menu-indicator { image: none; width: 0; }")
        menu = QMenu(self)
        self.ticks: dict[Mark, QAction] = {}
        for mark in Mark:
            tick = self.ticks[mark] = menu.addAction("")
            tick.setCheckable(True)
            tick.setChecked(mark is Mark.BOX)
            tick.toggled.connect(self._tell)
        self._why = menu.addAction("")
        self._why.setEnabled(False)
        self._why_key = ""
        self.setMenu(menu)
        self.offer(frozenset(), "review.marks_not_analysed")
        language.on_change(self, self._name_ticks)

    @property
    def wanted(self) -> set[Mark]:
        """The marks with a tick, be they possible here or not: the choice is for every recording."""
        return {mark for mark, tick in self.ticks.items() if tick.isChecked()}

    def offer(self, possible: Collection[Mark], why_key: str) -> None:
        """Offer what can be drawn here; the text with this key says why the rest cannot."""
        for mark, tick in self.ticks.items():
            tick.setEnabled(mark in possible)
        self._why_key = "" if len(possible) == len(Mark) else why_key
        self._name_ticks()
        self._show()

    def _tell(self) -> None:
        self._show()
        self.wantedChanged.emit()

    def _show(self) -> None:
        """The button is lit while something is drawn."""
        self.setChecked(any(tick.isChecked() and tick.isEnabled() for tick in self.ticks.values()))

    def _name_ticks(self) -> None:
        for mark, tick in self.ticks.items():
            tick.setText(f"{tr(f'review.mark_{mark}')}\t{shown(KEYS[mark])}")
        self._why.setText(tr(self._why_key) if self._why_key else "")
        self._why.setVisible(bool(self._why_key))
