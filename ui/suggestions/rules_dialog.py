"""The table in which HR edits the rules; what can be used is kept at once, what cannot is said."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from analysis.failures import Failure
from app import text
from app.domain.types import Conclusion
from app.store.library import Library
from app.suggestions.applying import SIGNS
from app.suggestions.deciding import marked
from app.suggestions.rules import (
    Outcome,
    Rule,
    Subject,
    When,
    Whose,
    company_rules,
    example_rules,
    write_rules,
    wrong_with,
)
from ui import language, theme
from ui.widgets.plain import plain_tip
from ui.widgets.text_line import TextLine

COLUMNS = ("id", "subject", "whose", "op", "value", "coverage", "then", "name", "code", "marks")
WIDTHS = {"id": 148, "subject": 170, "whose": 118, "op": 64, "value": 80, "coverage": 118, "then": 142, "code": 84,
          "marks": 102}  # fmt: skip
NAME_WIDTH = 296
"""At least so wide is the column of the names: what is written in it is what people in HR read."""


class RulesDialog(QDialog):
    """One row a rule. `changed` when other rules are kept."""

    changed = Signal()

    def __init__(self, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        room = self.screen().availableSize() - QSize(40, 60)
        self.resize(QSize(theme.scaled(1500), theme.scaled(520)).boundedTo(room))
        self.note, self.said = QLabel(), QLabel()
        self.note.setProperty("class", "small")
        for label in (self.note, self.said):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme.scaled(44))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.add, self.remove, self.example, self.done_button = (QPushButton() for _ in range(4))
        self.add.clicked.connect(self.add_rule)
        self.remove.clicked.connect(self.remove_rule)
        self.example.clicked.connect(self.take_example)
        self.done_button.clicked.connect(self.close)
        row = QHBoxLayout()
        for button in (self.add, self.remove, self.example):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.done_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addWidget(self.note)
        column.addWidget(self.table, 1)
        column.addWidget(self.said)
        column.addLayout(row)
        self._writable = not library.read_only
        try:
            rules = company_rules(library.folder)
        except Failure as failure:
            # What HR wrote by hand stays as it is until it can be read.
            rules, self._writable = (), False
            self._broken: Failure | None = failure
        else:
            self._broken = None
        for rule in rules:
            self._append(rule)
        language.on_change(self, self._retranslate)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the names get what the others leave."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        column = COLUMNS.index("name")
        others = self.table.horizontalHeader().length() - self.table.columnWidth(column)
        left = self.table.viewport().width() - others
        self.table.setColumnWidth(column, max(theme.scaled(NAME_WIDTH), left))

    # The rows

    def _append(self, rule: Rule) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        when = rule.when
        subject = _box([], editable=True)
        subject.setCurrentText(when.dimension)
        value = QDoubleSpinBox()
        value.setRange(0, 10)
        value.setDecimals(1)
        value.setSingleStep(0.5)
        value.setValue(max(0.0, when.value))
        value.lineEdit().setTextMargins(theme.SPACE, 0, 0, 0)
        coverage = QDoubleSpinBox()
        coverage.setRange(0, 1)
        coverage.setSingleStep(0.05)
        coverage.setValue(when.coverage)
        coverage.lineEdit().setTextMargins(theme.SPACE, 0, 0, 0)
        cells: dict[str, QWidget] = {
            "id": TextLine(rule.id), "subject": subject, "whose": _box(list(Whose)), "op": _box(list(SIGNS)),
            "value": value, "coverage": coverage, "then": _box(list(Outcome)), "name": TextLine(rule.name),
            "code": TextLine(rule.code),
        }  # fmt: skip
        for name, widget in cells.items():
            self.table.setCellWidget(row, COLUMNS.index(name), widget)
        marks = QTableWidgetItem()
        marks.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        self.table.setItem(row, COLUMNS.index("marks"), marks)
        self._fill_subjects(subject, when)
        _choose(self.box(row, "whose"), when.score)
        _choose(self.box(row, "op"), when.op or ">=")
        _choose(self.box(row, "then"), rule.then)
        for widget in cells.values():
            self._follow(widget)

    def _follow(self, widget: QWidget) -> None:
        if isinstance(widget, QComboBox):
            widget.currentTextChanged.connect(lambda _: self.keep())
        elif isinstance(widget, QDoubleSpinBox):
            widget.valueChanged.connect(lambda _: self.keep())
        elif isinstance(widget, QLineEdit):
            widget.textChanged.connect(lambda _: self.keep())

    def cell(self, row: int, name: str) -> QWidget:
        """The field of a rule."""
        return self.table.cellWidget(row, COLUMNS.index(name))

    def box(self, row: int, name: str) -> QComboBox:
        """The list of a rule's field."""
        found = self.cell(row, name)
        assert isinstance(found, QComboBox)
        return found

    def line(self, row: int, name: str) -> QLineEdit:
        """The line of a rule's field."""
        found = self.cell(row, name)
        assert isinstance(found, QLineEdit)
        return found

    def number(self, row: int, name: str) -> QDoubleSpinBox:
        """The number of a rule's field."""
        found = self.cell(row, name)
        assert isinstance(found, QDoubleSpinBox)
        return found

    def rules(self) -> tuple[Rule, ...]:
        """The rules as they stand in the table."""
        return tuple(self._rule(row) for row in range(self.table.rowCount()))

    def _rule(self, row: int) -> Rule:
        box = self.box(row, "subject")
        at = box.findText(box.currentText())
        kind, name = box.itemData(at) if at >= 0 else (Subject.DIMENSION, box.currentText().strip())
        number = self.number(row, "value").value()
        op = str(self.box(row, "op").currentData())
        if kind is Subject.CONCLUSION:
            when = When(conclusion=name)
        elif kind is Subject.COMPOSITE:
            when = When(composite=True, op=op, value=number, coverage=round(self.number(row, "coverage").value(), 2))
        else:
            when = When(dimension=name, score=Whose(self.box(row, "whose").currentData()), op=op, value=number)
        return Rule(
            self.line(row, "id").text().strip(), when, Outcome(self.box(row, "then").currentData()),
            self.line(row, "name").text().strip(), self.line(row, "code").text().strip(),
        )  # fmt: skip

    def _fill_subjects(self, box: QComboBox, when: When) -> None:
        """Dimensions of all templates by their titles, the composite, and each recommendation."""
        with QSignalBlocker(box):
            box.clear()
            titles: dict[str, str] = {}
            for template in self._library.templates():
                for dimension in template.dimensions:
                    titles.setdefault(dimension.title.in_(text.language()), dimension.id)
            for title, dimension_id in titles.items():
                box.addItem(title, (Subject.DIMENSION, dimension_id))
            box.addItem(text.tr("suggest.composite"), (Subject.COMPOSITE, ""))
            for each in Conclusion:
                words = text.tr("suggest.conclusion_is", value=text.tr(f"suggest.conclusion_{each}"))
                box.addItem(words, (Subject.CONCLUSION, each.value))
            wanted = (when.subject, when.conclusion or when.dimension)
            known = [row for row in range(box.count()) if box.itemData(row) == wanted]
            if not known and when.subject is Subject.DIMENSION and when.dimension:
                box.setCurrentIndex(-1)
                box.setEditText(when.dimension)
            else:
                box.setCurrentIndex(known[0] if known else 0)

    # What a person does

    def add_rule(self) -> None:
        """One more, to be filled in."""
        taken = {rule.id for rule in self.rules()}
        free = next(f"rule-{n}" for n in range(1, 1000) if f"rule-{n}" not in taken)
        first = self._library.templates()[0].dimensions[0].id
        self._append(Rule(free, When(dimension=first, op=">=", value=9.0), Outcome.COURSE, "-"))
        row = self.table.rowCount() - 1
        self._retell_rows()
        self.table.selectRow(row)
        self.line(row, "name").clear()
        self.line(row, "name").setFocus()
        self.keep()

    def remove_rule(self) -> None:
        """Take the chosen one away."""
        if self.table.currentRow() >= 0:
            self.table.removeRow(self.table.currentRow())
            self.keep()

    def take_example(self) -> None:
        """Add the rules that come as an example, those that are not there."""
        taken = {rule.id for rule in self.rules()}
        for rule in example_rules():
            if rule.id not in taken:
                self._append(rule)
        self._retell_rows()
        self.keep()

    def keep(self) -> None:
        """Keep the rules where all can be used, and tell what each would mark."""
        self._enable()
        for row in range(self.table.rowCount()):
            self.cell(row, "subject").setToolTip(plain_tip(self.box(row, "subject").currentText()))
            for name in ("id", "name", "code"):
                self.line(row, name).setToolTip(plain_tip(self.line(row, name).text()))
        rules = self.rules()
        wrong = wrong_with(rules)
        if wrong or not self._writable:
            self._say(text.tr("suggest.not_kept", reason=wrong) if wrong else "", good=False)
            return
        try:
            if rules != company_rules(self._library.folder):
                write_rules(self._library.folder, rules)
                self._library.record("rules_changed", "suggestions", str(len(rules)))
                self.changed.emit()
        except Failure as failure:
            self._say(text.sentence(failure), good=False)
            return
        self._tell_marks(rules)

    def _tell_marks(self, rules: tuple[Rule, ...]) -> None:
        found, of = marked(self._library, rules)
        for row, rule in enumerate(rules):
            self.table.model().setData(
                self.table.model().index(row, COLUMNS.index("marks")), text.tr("suggest.marks", n=found[rule.id], of=of)
            )
        self._say(text.tr("suggest.kept", n=len(rules)), good=True)

    def _say(self, words: str, *, good: bool) -> None:
        self.said.setProperty("class", "ok" if good else "bad")
        self.said.style().polish(self.said)
        self.said.setText(words)

    def _enable(self) -> None:
        """Only what a rule's condition is about can be filled in."""
        for row in range(self.table.rowCount()):
            when = self._rule(row).when
            scored = when.subject is not Subject.CONCLUSION
            self.cell(row, "whose").setEnabled(when.subject is Subject.DIMENSION)
            self.cell(row, "op").setEnabled(scored)
            self.cell(row, "value").setEnabled(scored)
            self.cell(row, "coverage").setEnabled(when.subject is Subject.COMPOSITE)
        self.table.setEnabled(self._writable)
        for button in (self.add, self.remove, self.example):
            button.setEnabled(self._writable)

    def _retranslate(self) -> None:
        self.setWindowTitle(text.tr("suggest.rules_title"))
        self.note.setText(text.tr("suggest.rules_note"))
        self.table.setHorizontalHeaderLabels([text.tr(f"suggest.column_{name}") for name in COLUMNS])
        self.table.setAccessibleName(text.tr("suggest.rules_title"))
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, name in enumerate(COLUMNS):
            if name in WIDTHS:
                self.table.setColumnWidth(column, theme.scaled(WIDTHS[name]))
        self._share()
        for button, key in ((self.add, "add"), (self.remove, "remove"), (self.example, "example")):
            button.setText(text.tr(f"suggest.{key}"))
        self.done_button.setText(text.tr("library.done"))
        self._retell_rows()
        if self._broken is not None:
            self._enable()
            self._say(text.sentence(self._broken), good=False)
        else:
            self.keep()

    def _retell_rows(self) -> None:
        for row in range(self.table.rowCount()):
            self._fill_subjects(self.box(row, "subject"), self._rule(row).when)
            for name, of in (("whose", "whose"), ("then", "then")):
                box = self.box(row, name)
                with QSignalBlocker(box):
                    for item in range(box.count()):
                        box.setItemText(item, text.tr(f"suggest.{of}_{box.itemData(item)}"))
            for name in COLUMNS[:-1]:
                self.cell(row, name).setAccessibleName(text.tr(f"suggest.column_{name}"))


def _box(values: list[str] | list[Whose] | list[Outcome], *, editable: bool = False) -> QComboBox:
    box = QComboBox()
    box.setEditable(editable)
    if editable:
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    for value in values:
        box.addItem(SIGNS.get(str(value), str(value)), str(value))
    return box


def _choose(box: QComboBox, value: str) -> None:
    box.setCurrentIndex(max(0, box.findData(str(value))))
