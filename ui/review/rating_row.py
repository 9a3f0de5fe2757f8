"""A rating with its way out: beside the ten fields stands a button that says "not assessed", which is not zero."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.text import tr
from ui import language, theme
from ui.review.score_widgets import RatingPicker


class RatingRow(QWidget):
    """`rated` has what the person chose: a score 0-10, or None = not assessed."""

    rated = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picker = RatingPicker()
        self.none = QPushButton()
        self.none.setProperty("class", "mini")
        self.none.setCheckable(True)
        self.none.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.scaled(5))
        row.addWidget(self.none)
        row.addWidget(self.picker, 1)
        self.picker.rated.connect(self._rate)
        self.none.clicked.connect(self._take_back)
        language.on_change(self, self._rename)

    def show_score(self, score: float | None, *, editable: bool) -> None:
        """Show a rating without telling anybody."""
        self.picker.show_score(score)
        self.none.setChecked(score is None)
        self.picker.setEnabled(editable)
        self.none.setEnabled(editable)

    def type_digit(self, event: QKeyEvent) -> bool:
        """Rate by a key that was pressed elsewhere, if it is a digit; whether it was one."""
        digit = event.key() - Qt.Key.Key_0
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not plain or not 0 <= digit <= 9 or not self.picker.isEnabled():
            return False
        self.picker.type_digit(digit)
        return True

    def name(self, what: str) -> None:
        """Say what is rated, to those who hear the window."""
        self.picker.setAccessibleName(tr("review.rating_of", title=what))
        self.none.setAccessibleName(tr("review.not_assessed_of", title=what))

    def _rate(self, score: float | None) -> None:
        self.none.setChecked(score is None)
        self.rated.emit(score)

    def _take_back(self) -> None:
        self.none.setChecked(True)
        if self.picker.score() is not None:
            self.picker.show_score(None)
            self.rated.emit(None)

    def _rename(self) -> None:
        self.none.setText(tr("review.not_assessed_short"))
        self.none.setToolTip(tr("review.not_assessed_help"))
