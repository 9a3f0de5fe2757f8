"""The questions of a kit, a row each: its words, how it is put, and its place."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from app.domain.kit import Kit, Manner
from app.text import tr
from ui import icons, theme
from ui.kit.fields import MannerFields
from ui.widgets.plain import plain_tip
from ui.widgets.text_line import TextLine

WIDTHS = (112, 150, 150)
NUMBER = 26
MOVES = (("up", "chevron_up", -1), ("down", "chevron_down", 1))


class QuestionRow(QWidget):
    """One question. `moved(-1 | 1)`, `removed`."""

    moved = Signal(int)
    removed = Signal()

    def __init__(self, words: str, manner: Manner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number, self.words = QLabel(), TextLine(words)
        self._editable = True
        self.fields = MannerFields("kit.as_usual")
        self.fields.put(manner)
        self.buttons = {name: QToolButton() for name in ("up", "down", "remove")}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        self.number.setProperty("class", "muted")
        row.addWidget(self.number)
        row.addWidget(self.words, 1)
        for field in self.fields.all:
            row.addWidget(field)
        for button in self.buttons.values():
            button.setAutoRaise(True)
            row.addWidget(button)
        for name, _, step in MOVES:
            self.buttons[name].clicked.connect(partial(self._move, step))
        self.buttons["remove"].clicked.connect(self._remove)
        self.words.textChanged.connect(self._tip)
        self._tip(words)

    def controls(self) -> tuple[QWidget, ...]:
        """All that the keyboard goes to, in order."""
        return self.words, *self.fields.all, *self.buttons.values()

    def set_editable(self, *, editable: bool) -> None:
        """Whether it can be changed."""
        self._editable = editable
        for each in self.controls():
            each.setEnabled(editable)

    def _move(self, step: int, _checked: bool = False) -> None:
        self.moved.emit(step)

    def _remove(self) -> None:
        self.removed.emit()

    def _tip(self, words: str) -> None:
        self.words.setToolTip(plain_tip(words))

    def tell(self, place: int, count: int) -> None:
        """Its number and its words in the language in use."""
        self.number.setText(str(place + 1))
        self.words.setAccessibleName(f"{tr('kit.question')} {place + 1}")
        self.fields.tell()
        for field in self.fields.all:
            field.setAccessibleName(f"{field.accessibleName()} {place + 1}")
        for name, button in self.buttons.items():
            button.setToolTip(tr(f"kit.{name}"))
            button.setAccessibleName(f"{tr(f'kit.{name}')} {place + 1}")
        self.buttons["up"].setEnabled(self._editable and place > 0)
        self.buttons["down"].setEnabled(self._editable and place < count - 1)

    def paint(self) -> None:
        """Sizes and icons of the theme in use."""
        self.number.setFixedWidth(theme.scaled(NUMBER))
        for field, wide in zip(self.fields.all, WIDTHS, strict=True):
            field.setFixedWidth(theme.scaled(wide))
        for name, icon, _ in MOVES:
            self.buttons[name].setIcon(icons.icon(icon))
        self.buttons["remove"].setIcon(icons.icon("cross"))
        for button in self.buttons.values():
            button.setIconSize(icons.size())


class QuestionRows(QWidget):
    """All of them, under their heads."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[QuestionRow] = []
        self.editable = True
        self._heads = [QLabel() for _ in range(4)]
        self._column = QVBoxLayout()
        self._column.setSpacing(theme.SPACE)
        self._column.addStretch(1)
        inside = QWidget()
        inside.setLayout(self._column)
        self._column.setContentsMargins(0, 0, theme.SPACE, 0)
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setWidget(inside)
        self._head = QGridLayout()
        self._head.setHorizontalSpacing(theme.SPACE)
        for place, label in enumerate(self._heads):
            label.setProperty("class", "small")
            self._head.addWidget(label, 0, place + 1)
        self._head.setColumnStretch(1, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addLayout(self._head)
        whole.addWidget(self.scroller, 1)

    def put(self, questions: tuple[str, ...], kit: Kit) -> None:
        """Show these in place of what was there."""
        while self.rows:
            self._take_out(self.rows[-1])
        for words in questions:
            self._insert(len(self.rows), words, kit.of(words))
        self.tell()

    def questions(self) -> tuple[str, ...]:
        """The questions that have words, in order, each once."""
        return tuple(dict.fromkeys(words for row in self.rows if (words := row.words.text().strip())))

    def own(self) -> dict[str, Manner]:
        """What is said of single questions; of one that stands there twice, the first."""
        found: dict[str, Manner] = {}
        for row in self.rows:
            words = row.words.text().strip()
            if words:
                found.setdefault(words, row.fields.manner())
        return {words: manner for words, manner in found.items() if manner != Manner()}

    def add(self) -> None:
        """One more, with the keys in it."""
        row = self._insert(len(self.rows), "", Manner())
        self.tell()
        row.words.setFocus(Qt.FocusReason.OtherFocusReason)
        self.scroller.verticalScrollBar().rangeChanged.connect(self._to_the_end, Qt.ConnectionType.SingleShotConnection)

    def _to_the_end(self, _least: int, most: int) -> None:
        self.scroller.verticalScrollBar().setValue(most)

    def _insert(self, place: int, words: str, manner: Manner) -> QuestionRow:
        row = QuestionRow(words, manner)
        row.moved.connect(partial(self._move, row))
        row.removed.connect(partial(self._remove, row))
        self.rows.insert(place, row)
        self._column.insertWidget(place, row)
        row.paint()
        row.set_editable(editable=self.editable)
        return row

    def set_editable(self, *, editable: bool) -> None:
        """Whether they can be changed; who may only read scrolls all the same."""
        self.editable = editable
        for row in self.rows:
            row.set_editable(editable=editable)

    def _take_out(self, row: QuestionRow) -> None:
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _move(self, row: QuestionRow, step: int) -> None:
        place = self.rows.index(row) + step
        if not 0 <= place < len(self.rows):
            return
        self.rows.remove(row)
        self.rows.insert(place, row)
        self._column.removeWidget(row)
        self._column.insertWidget(place, row)
        self.tell()
        button = row.buttons["up" if step < 0 else "down"]
        (button if button.isEnabled() else row.words).setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self, row: QuestionRow) -> None:
        place = self.rows.index(row)
        self._take_out(row)
        self.tell()
        if self.rows:
            self.rows[min(place, len(self.rows) - 1)].words.setFocus(Qt.FocusReason.OtherFocusReason)

    def _in_order(self) -> None:
        """The tabulator goes through the rows as they stand."""
        for before, after in pairwise([self.scroller, *(each for row in self.rows for each in row.controls())]):
            QWidget.setTabOrder(before, after)

    def tell(self) -> None:
        """The words in the language in use."""
        for label, key in zip(self._heads, ("question", "time", "answers", "retakes"), strict=True):
            label.setText(tr(f"kit.{key}"))
        for place, row in enumerate(self.rows):
            row.tell(place, len(self.rows))
        self._in_order()
        self.paint()

    def paint(self) -> None:
        """Sizes and icons of the theme in use."""
        for place, wide in enumerate(WIDTHS):
            self._heads[place + 1].setFixedWidth(theme.scaled(wide))
        self._head.setColumnMinimumWidth(0, theme.scaled(NUMBER) + theme.SPACE)
        for row in self.rows:
            row.paint()
        wide = self.rows[0].buttons["up"].sizeHint().width() if self.rows else 0
        bar = self.scroller.verticalScrollBar().sizeHint().width()
        self._head.setColumnMinimumWidth(5, 3 * (wide + theme.SPACE) + bar)
