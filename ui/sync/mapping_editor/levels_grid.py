"""The levels of an entry: up to which number which choice is sent."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app import text
from sync.catalogue import Option
from sync.mapping import Level
from ui import theme
from ui.sync.mapping_editor.choice_field import ChoiceField


class LevelsGrid(QWidget):
    """Rows of a bound and a choice; the last one is all above. `changed` = something was edited."""

    changed = Signal()
    spreadAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[tuple[QDoubleSpinBox | None, ChoiceField]] = []
        self._options: tuple[Option, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(2, 1)
        self.add, self.spread, self.turn = QPushButton(), QPushButton(), QPushButton()
        for button in (self.add, self.spread, self.turn):
            button.setProperty("class", "mini")
        self.add.clicked.connect(self._add)
        self.spread.clicked.connect(self.spreadAsked)
        self.turn.clicked.connect(self._turn)
        self._buttons = QWidget()
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(0, 0, 0, 0)
        for button in (self.add, self.spread, self.turn):
            row.addWidget(button)
        row.addStretch(1)

    def show_levels(self, levels: tuple[Level, ...], options: tuple[Option, ...]) -> None:
        """Show these levels; `options` = the choices of the company's field, none = words are typed."""
        self._options = options
        self._clear()
        for place, level in enumerate(levels):
            self._row(place, level)
        self._grid.addWidget(self._buttons, len(levels), 0, 1, 4)
        self.add.setText(text.tr("mapping.level_add"))
        self.spread.setText(text.tr("mapping.level_spread"))
        self.turn.setText(text.tr("mapping.level_turn"))
        self.spread.setVisible(bool(options))

    def levels(self) -> tuple[Level, ...]:
        """The levels as they stand."""
        return tuple(Level(field.value(), bound.value() if bound is not None else None) for bound, field in self.rows)

    def _clear(self) -> None:
        self.rows.clear()
        _empty(self._grid, keep=self._buttons)

    def _row(self, place: int, level: Level) -> None:
        number, bound, label = place + 1, None, QLabel()
        label.setProperty("class", "small")
        label.setText(text.tr("mapping.level_rest" if level.upto is None else "mapping.level_up_to"))
        if level.upto is not None:
            bound = QDoubleSpinBox()
            bound.setRange(-1e6, 1e6)
            bound.setDecimals(2)
            bound.setSingleStep(0.5)
            bound.setValue(level.upto)
            bound.setAccessibleName(text.tr("mapping.level_bound", number=number))
            bound.valueChanged.connect(lambda _: self.changed.emit())
            self._grid.addWidget(bound, place, 1)
        field = ChoiceField(self._options)
        field.set_value(level.value)
        field.setAccessibleName(text.tr("mapping.level_value", number=number))
        field.changed.connect(self.changed)
        remove = QToolButton()
        remove.setText("✕")
        remove.setToolTip(text.tr("mapping.level_remove", number=number))
        remove.setAccessibleName(text.tr("mapping.level_remove", number=number))
        remove.clicked.connect(lambda: self._remove(place))
        self._grid.addWidget(label, place, 0)
        self._grid.addWidget(field, place, 2)
        self._grid.addWidget(remove, place, 3)
        self.rows.append((bound, field))

    def _put(self, levels: tuple[Level, ...]) -> None:
        self.show_levels(levels, self._options)
        self.changed.emit()
        self.add.setFocus()

    def _add(self) -> None:
        levels = list(self.levels())
        bounds = [level.upto for level in levels if level.upto is not None]
        new = Level(self._options[0].key if self._options else "", (bounds[-1] + 1.0) if bounds else 5.0)
        open_end = levels and levels[-1].upto is None
        self._put((*levels[:-1], new, levels[-1]) if open_end else (*levels, new, Level(new.value)))

    def _remove(self, place: int) -> None:
        levels = list(self.levels())
        del levels[place]
        self._put(tuple(levels))

    def _turn(self) -> None:
        levels = self.levels()
        values = [level.value for level in reversed(levels)]
        self._put(tuple(Level(value, level.upto) for value, level in zip(values, levels, strict=True)))


class OptionsGrid(QWidget):
    """What is sent for each of our words. `changed` = something was edited."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, ChoiceField] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.SPACE)
        self._grid.setColumnStretch(1, 1)

    def show_options(self, words: dict[str, str], values: dict[str, str], options: tuple[Option, ...]) -> None:
        """`words` = our words as people read them, by what they are in the assessment; `values` = what is sent."""
        self.fields.clear()
        _empty(self._grid)
        for place, (word, said) in enumerate(words.items()):
            label, field = QLabel(said), ChoiceField(options)
            field.set_value(values.get(word, ""))
            field.setAccessibleName(text.tr("mapping.option_for", word=said))
            field.changed.connect(self.changed)
            label.setBuddy(field)
            self._grid.addWidget(label, place, 0)
            self._grid.addWidget(field, place, 1)
            self.fields[word] = field

    def options(self) -> dict[str, str]:
        """What is sent for each word that has something."""
        return {word: field.value() for word, field in self.fields.items() if field.value()}


def _empty(grid: QGridLayout, keep: QWidget | None = None) -> None:
    while (item := grid.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None and widget is not keep:
            widget.hide()
            widget.deleteLater()
