"""How one of our fields is told to a field of the company: type, scale, levels, choices, language of words."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import msgspec
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.field_mapping import RANGES, WORDS, Nature, in_words, language_of, nature_of, spread
from sync.catalogue import Option, RemoteField
from sync.mapping import CHOICES, Entry, Level
from ui import language, theme
from ui.sync.mapping_editor.levels_grid import LevelsGrid, OptionsGrid

TYPES: tuple[str, ...] = get_args(get_type_hints(Entry)["type"])
ENDS = ("scale_from_low", "scale_from_high", "scale_to_low", "scale_to_high")
_NUMBERS = ("number", "integer")
_OWN = "own"


class EntryForm(QWidget):
    """Edits one entry; `changed` carries what it became. What does not belong to its type is not shown."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: Entry | None = None
        self._field: RemoteField | None = None
        self.kind = _Still()
        self.kind.activated.connect(lambda _: self._choose_kind())
        self.scale_on, self.levels_on = QCheckBox(), QCheckBox()
        self.scale_on.toggled.connect(self._choose_scale)
        self.levels_on.toggled.connect(self._choose_levels)
        self.ends = {name: _number() for name in ENDS}
        for end in self.ends.values():
            end.valueChanged.connect(lambda _: self._edited())
        self.digits = QSpinBox()
        self.digits.setRange(0, 6)
        self.digits.valueChanged.connect(lambda _: self._edited())
        self.words = _Still()
        self.words.activated.connect(lambda _: self._choose_words())
        self.levels, self.options = LevelsGrid(), OptionsGrid()
        self.levels.changed.connect(self._edited)
        self.levels.spreadAsked.connect(self._spread)
        self.options.changed.connect(self._edited)
        self.yes = {word: QCheckBox() for word in WORDS["conclusion"]}
        for tick in self.yes.values():
            tick.toggled.connect(lambda _: self._edited())
        self._build()
        language.on_change(self, self._retranslate)

    def _build(self) -> None:
        self._ends = QWidget()
        scale = QGridLayout(self._ends)
        scale.setContentsMargins(0, 0, 0, 0)
        ends = [*self.ends.values()]
        for line in (0, 1):
            scale.addWidget(ends[2 * line], line, 1)
            scale.addWidget(QLabel("–"), line, 2)
            scale.addWidget(ends[2 * line + 1], line, 3)
        scale.addWidget(QLabel("→"), 1, 0)
        scale.setColumnStretch(4, 1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE // 2)
        column.addWidget(self.scale_on)
        column.addWidget(self._ends)
        levels = QWidget()
        column = QVBoxLayout(levels)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE // 2)
        column.addWidget(self.levels_on)
        column.addWidget(self.levels)
        ticks = QWidget()
        row = QHBoxLayout(ticks)
        row.setContentsMargins(0, 0, 0, 0)
        for tick in self.yes.values():
            row.addWidget(tick)
        row.addStretch(1)
        self._rows: dict[str, tuple[QLabel, QWidget]] = {}
        self.form = QFormLayout(self)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setHorizontalSpacing(theme.SPACE * 2)
        self.form.setVerticalSpacing(theme.SPACE)
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        named = {
            "type": self.kind, "scale": whole, "digits": self.digits, "words": self.words, "levels": levels,
            "options": self.options, "true_for": ticks,
        }  # fmt: skip
        for name, widget in named.items():
            label = QLabel()
            label.setProperty("class", "muted")
            label.setBuddy(widget)
            self._rows[name] = (label, widget)
            self.form.addRow(label, widget)

    def arrange(self, *, narrow: bool) -> None:
        """Where there is little room, each label stands above its field."""
        wrap = QFormLayout.RowWrapPolicy
        self.form.setRowWrapPolicy(wrap.WrapAllRows if narrow else wrap.DontWrapRows)

    def show_entry(self, entry: Entry, field: RemoteField | None) -> None:
        """Show an entry and the company's field that it goes to, where that is known."""
        self._entry, self._field = entry, field
        blocked = [QSignalBlocker(widget) for widget in self._values()]
        self.kind.setCurrentIndex(self.kind.findData(entry.type))
        self.scale_on.setChecked(entry.scale is not None)
        for end, value in zip(self.ends.values(), entry.scale or self._likely_scale(), strict=True):
            end.setValue(value)
        self.digits.setValue(entry.digits)
        self.levels_on.setChecked(bool(entry.levels))
        self.words.setCurrentIndex(self.words.findData(self._spoken(entry)))
        for word, tick in self.yes.items():
            tick.setChecked(word in entry.true_for)
        del blocked
        self._show_grids(entry)
        self._show_rows(entry)

    def _values(self) -> tuple[QWidget, ...]:
        ticks = (self.scale_on, self.levels_on, *self.yes.values())
        return (self.kind, self.digits, self.words, *ticks, *self.ends.values())

    def _show_grids(self, entry: Entry) -> None:
        self.levels.show_levels(entry.levels, self._choices(entry))
        self.options.show_options(self._our_words(entry), entry.options, self._choices(entry))

    def _show_rows(self, entry: Entry) -> None:
        word = nature_of(entry.source) is Nature.WORD
        counted = nature_of(entry.source) in (*RANGES, Nature.NUMBER)
        speaks = entry.type == "text" and word
        shown = {
            "scale": entry.type in _NUMBERS,
            "digits": entry.type == "number",
            "words": speaks,
            "levels": not word and (entry.type in CHOICES or (entry.type == "text" and counted)),
            "options": word and (entry.type in CHOICES or (speaks and bool(entry.options))),
            "true_for": word and entry.type == "boolean",
        }
        for name, on in shown.items():
            self.form.setRowVisible(self._rows[name][1], on)
        self._ends.setVisible(entry.scale is not None)
        self.levels_on.setVisible(entry.type == "text")
        self.levels.setVisible(entry.type in CHOICES or bool(entry.levels))

    def _choices(self, entry: Entry) -> tuple[Option, ...]:
        return self._field.options if self._field is not None and entry.type in CHOICES else ()

    def _our_words(self, entry: Entry) -> dict[str, str]:
        return in_words(entry.source, text.language())

    def _spoken(self, entry: Entry) -> str:
        return language_of(entry) or (_OWN if entry.options else "")

    def _likely_scale(self) -> tuple[float, float, float, float]:
        entry, field = self._entry, self._field
        low, high = RANGES.get(nature_of(entry.source), (0.0, 10.0)) if entry else (0.0, 10.0)
        known = field is not None and field.low is not None and field.high is not None
        assert field is not None or not known
        return (low, high, field.low, field.high) if known else (low, high, low, high)  # type: ignore[union-attr,return-value]

    # What a person edits

    def _edited(self) -> None:
        """Something that leaves the form as it is was edited."""
        if self._entry is None:
            return
        ends = tuple(end.value() for end in self.ends.values())
        values: dict[str, Any] = {"digits": self.digits.value()}
        values["scale"] = ends if self.scale_on.isChecked() and self._entry.type in _NUMBERS else None
        if self._entry.levels or self.levels.rows:
            values["levels"] = self.levels.levels()
        if self.options.isVisibleTo(self):
            values["options"] = self.options.options()
        if self._entry.type == "boolean" and nature_of(self._entry.source) is Nature.WORD:
            values["true_for"] = tuple(word for word, tick in self.yes.items() if tick.isChecked())
        self._become(msgspec.structs.replace(self._entry, **values), anew=False)

    def _become(self, entry: Entry, *, anew: bool = True) -> None:
        """The entry is this now; `anew` = other parts of the form are to be seen."""
        self._entry = entry
        if anew:
            self.show_entry(entry, self._field)
        elif entry.type == "text" and entry.options:
            with QSignalBlocker(self.words):
                self.words.setCurrentIndex(self.words.findData(self._spoken(entry)))
        self.changed.emit(entry)

    def _choose_kind(self) -> None:
        """Another type: what belongs to the one before only goes."""
        assert self._entry is not None
        kind, before = str(self.kind.currentData()), self._entry
        if kind == before.type:
            return
        nature = nature_of(before.source)
        kept = Entry(before.source, before.target, kind)  # type: ignore[arg-type]
        if kind in _NUMBERS:
            kept = msgspec.structs.replace(kept, scale=before.scale)
        elif kind in CHOICES and before.type in CHOICES:
            kept = msgspec.structs.replace(kept, levels=before.levels, options=before.options)
        elif kind in CHOICES and nature is not Nature.WORD and self._field is not None:
            kept = msgspec.structs.replace(kept, levels=before.levels or spread(self._field, nature))
        elif kind == "boolean" and nature is Nature.WORD:
            kept = msgspec.structs.replace(kept, true_for=("hire",))
        elif kind == "text" and nature is Nature.WORD:
            kept = msgspec.structs.replace(kept, options=in_words(before.source, text.language()))
        self._become(kept)

    def _choose_scale(self, on: bool) -> None:
        if self._entry is not None:
            scale = self._likely_scale() if on else None
            self._become(msgspec.structs.replace(self._entry, scale=scale))

    def _choose_levels(self, on: bool) -> None:
        if self._entry is not None:
            levels = (Level("", 5.0), Level("")) if on else ()
            self._become(msgspec.structs.replace(self._entry, levels=levels))

    def _choose_words(self) -> None:
        if self._entry is not None:
            spoken = str(self.words.currentData())
            own = self._entry.options or in_words(self._entry.source, text.language())
            options = own if spoken == _OWN else in_words(self._entry.source, spoken) if spoken else {}
            self._become(msgspec.structs.replace(self._entry, options=options))

    def _spread(self) -> None:
        if self._entry is not None and self._field is not None:
            levels = spread(self._field, nature_of(self._entry.source))
            self._become(msgspec.structs.replace(self._entry, levels=levels))

    def _retranslate(self) -> None:
        for name, (label, widget) in self._rows.items():
            label.setText(text.tr(f"mapping.{name}"))
            widget.setAccessibleName(text.tr(f"mapping.{name}"))
        self.scale_on.setText(text.tr("mapping.scale_on"))
        self.levels_on.setText(text.tr("mapping.levels_on"))
        for name, end in self.ends.items():
            end.setAccessibleName(text.tr(f"mapping.{name}"))
        for word, tick in self.yes.items():
            tick.setText(text.tr(f"report.conclusion_{word}"))
        spoken = (("", "plain"), ("zh", "zh"), ("en", "en"), (_OWN, "own"))
        self.kind.fill([(text.tr(f"mapping.type_{kind}"), kind) for kind in TYPES])
        self.words.fill([(text.tr(f"mapping.words_{name}"), value) for value, name in spoken])
        if self._entry is not None:
            self.show_entry(self._entry, self._field)


class _Still(QComboBox):
    """A choice that scrolling past does not change."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def fill(self, choices: list[tuple[str, str]]) -> None:
        """Put the choices in, keeping the chosen one."""
        kept = self.currentData()
        with QSignalBlocker(self):
            self.clear()
            for words, value in choices:
                self.addItem(words, value)
            self.setCurrentIndex(max(0, self.findData(kept)))

    def wheelEvent(self, event: object) -> None:
        """Qt: the page scrolls instead."""
        event.ignore()  # type: ignore[attr-defined]


def _number() -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setRange(-1e6, 1e6)
    field.setDecimals(2)
    field.setMinimumWidth(theme.scaled(74))
    return field
