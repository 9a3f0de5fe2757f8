"""Fields for how a question is put. Each can say nothing, in words that its owner gives."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QWidget

from app.domain.kit import LONGEST_S, MANY, Answers, Manner
from app.kit_words import minutes_text, retakes_words
from app.text import tr
from ui import theme

OFFERED = (0, 1, 2, 3, MANY)


class MinutesField(QDoubleSpinBox):
    """A time in minutes, half a minute a step; its lowest value says nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale.c())
        self.setRange(0.0, LONGEST_S / 60)
        self.setDecimals(2)
        self.setSingleStep(0.5)
        self.lineEdit().setTextMargins(theme.SPACE, 0, 0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def seconds(self) -> float | None:
        """What is set, s."""
        return round(self.value() * 60, 3) or None

    def put(self, seconds: float | None) -> None:
        """Show a time."""
        self.setValue((seconds or 0.0) / 60)

    def textFromValue(self, value: float) -> str:
        """Qt: without needless decimals."""
        return minutes_text(60 * value)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Qt: who scrolls past changes nothing."""
        _wheel(self, event)

    def tell(self, nothing: str) -> None:
        """The words in the language in use."""
        self.setSpecialValueText(nothing)
        self.setSuffix(tr("kit.minutes_suffix"))
        self.setAccessibleName(tr("kit.time"))


class PickField(QComboBox):
    """One of some values, the first of which says nothing."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.addItem("", None)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Qt: who scrolls past changes nothing."""
        _wheel(self, event)

    def tell(self, nothing: str) -> None:
        """The words in the language in use."""
        self.setItemText(0, nothing)
        self.setAccessibleName(tr(f"kit.{self._name}"))
        for row in range(1, self.count()):
            self.setItemText(row, self.words_of(self.itemData(row)))

    def words_of(self, value: object) -> str:
        """A value in words."""
        raise NotImplementedError


class AnswersField(PickField):
    """How a question is answered."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("answers", parent)
        for each in Answers:
            self.addItem("", str(each))

    def answers(self) -> Answers | None:
        """What is set."""
        chosen = self.currentData()
        return Answers(chosen) if chosen else None

    def put(self, answers: Answers | None) -> None:
        """Show one."""
        self.setCurrentIndex(self.findData(str(answers)) if answers else 0)

    def words_of(self, value: object) -> str:
        """A value in words."""
        return tr(f"record.answers_{value}")


class RetakesField(PickField):
    """How often a question may be taken again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("retakes", parent)
        for each in OFFERED:
            self.addItem("", each)

    def retakes(self) -> int | None:
        """What is set."""
        chosen = self.currentData()
        return None if chosen is None else int(chosen)

    def put(self, retakes: int | None) -> None:
        """Show a number; one that is not offered is offered from now on."""
        if retakes is None:
            self.setCurrentIndex(0)
            return
        if self.findData(retakes) < 0:
            self.addItem(retakes_words(retakes), retakes)
        self.setCurrentIndex(self.findData(retakes))

    def words_of(self, value: object) -> str:
        """A value in words."""
        assert isinstance(value, int)
        return retakes_words(value)


class MannerFields:
    """The three fields of one manner; `nothing` is the key of what they say where they say nothing."""

    def __init__(self, nothing: str) -> None:
        self._nothing = nothing
        self.minutes, self.answers, self.retakes = MinutesField(), AnswersField(), RetakesField()

    @property
    def all(self) -> tuple[MinutesField, AnswersField, RetakesField]:
        """The fields, in the order in which they stand."""
        return self.minutes, self.answers, self.retakes

    def manner(self) -> Manner:
        """What is set."""
        return Manner(self.minutes.seconds(), self.answers.answers(), self.retakes.retakes())

    def put(self, manner: Manner) -> None:
        """Show one."""
        self.minutes.put(manner.seconds)
        self.answers.put(manner.answers)
        self.retakes.put(manner.retakes)

    def tell(self) -> None:
        """The words in the language in use."""
        for each in self.all:
            each.tell(tr(self._nothing))


def _wheel(field: QWidget, event: QWheelEvent) -> None:
    if not field.hasFocus():
        event.ignore()
    elif isinstance(field, QDoubleSpinBox):
        QDoubleSpinBox.wheelEvent(field, event)
    elif isinstance(field, QComboBox):
        QComboBox.wheelEvent(field, event)
