"""The small card below a likely mishearing: take the words that it sounds like, or keep what is written."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from analysis.document import Suggestion
from app.text import tr
from ui import theme
from ui.review.controls import restyle
from ui.review.flow import FlowLayout

GAP, BORDER = 6, 1


class Offer(QFrame):
    """Offers one suggestion. Enter takes it, A all `alike`, Delete keeps what is written, Escape decides nothing.

    The card has the keys itself, not one of its buttons: Space goes on to the player, so that one can listen first.
    """

    taken = Signal()
    allTaken = Signal()
    kept = Signal()
    closed = Signal()

    def __init__(self, suggestion: Suggestion, alike: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.suggestion, self.alike = suggestion, alike
        self.setObjectName("offer")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.take = self._button(self.taken.emit, "primary")
        self.take_all = self._button(self.allTaken.emit, "")
        self.keep = self._button(self.kept.emit, "")
        self.take_all.setVisible(alike > 1)
        self._inside = QWidget(self)
        self._row = FlowLayout(self._inside, spacing=GAP)
        for button in self._buttons():
            self._row.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(GAP, GAP, GAP, GAP)
        whole.addWidget(self._inside)
        self._name()
        self._restyle()

    def _button(self, act: Callable[[], None], style_class: str) -> QPushButton:
        button = QPushButton()
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        restyle(button, style_class)
        button.clicked.connect(act)
        return button

    def _buttons(self) -> list[QPushButton]:
        several = [self.take_all] if self.alike > 1 else []
        return [self.take, *several, self.keep]

    def _name(self) -> None:
        self.take.setText(tr("review.change_to", text=self.suggestion.after))
        self.take.setToolTip(tr("review.change_help"))
        self.take_all.setText(tr("review.change_all", count=self.alike))
        self.take_all.setToolTip(tr("review.change_all_help"))
        self.keep.setText(tr("review.keep_written"))
        self.keep.setToolTip(tr("review.keep_help"))
        self.setAccessibleName(tr("review.sounds_like", text=self.suggestion.after))
        self.setAccessibleDescription(tr("review.offer_keys"))

    def _restyle(self) -> None:
        ground, border = theme.color("panel").name(), theme.color("accent").name()
        self.setStyleSheet(
            f"QFrame#offer {{ background: {ground}; border: 1px solid {border}; border-radius: {theme.scaled(6)}px; }}"
        )

    def place(self, word: QRect, room: QRect) -> None:
        """Lie below a word, or above it where there is no room, within `room`."""
        around = 2 * (GAP + BORDER)
        wide = sum(button.sizeHint().width() + GAP for button in self._buttons()) - GAP + around
        width = min(wide, room.width())
        size = QSize(width, self._row.heightForWidth(width - around) + around)
        top = word.bottom() + 4
        if top + size.height() > room.bottom() and word.top() - 4 - size.height() >= room.top():
            top = word.top() - 4 - size.height()
        left = max(room.left(), min(word.left() - GAP, room.right() - size.width()))
        self.setGeometry(left, top, size.width(), size.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: what is not the card's own goes on to the room."""
        actions = {
            Qt.Key.Key_Return: self.taken.emit, Qt.Key.Key_Enter: self.taken.emit, Qt.Key.Key_Delete: self.kept.emit,
            Qt.Key.Key_Backspace: self.kept.emit, Qt.Key.Key_Escape: self.closed.emit,
        }  # fmt: skip
        if self.alike > 1:
            actions[Qt.Key.Key_A] = self.allTaken.emit
        action = actions.get(Qt.Key(event.key()))
        if action is None:
            super().keyPressEvent(event)
        else:
            action()
