"""Positions: title, terms to listen for, the kit's questions, template, and whether weights are locked."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from analysis.failures import Failure
from app import text
from app.domain.types import Position
from app.store.library import Library
from ui import language, theme
from ui.kit.dialog import KitDialog


class PositionsDialog(QDialog):
    """Edits positions; each change is saved when its field is left."""

    def __init__(self, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._position: Position | None = None
        language.bind(self.setWindowTitle, "library.positions")
        self.resize(theme.scaled(860), theme.scaled(560))
        self.list = QListWidget()
        self.list.currentItemChanged.connect(lambda item, _: self._chosen(item))
        self.add = QPushButton()
        self.add.clicked.connect(self.add_position)
        self.title, self.department = QLineEdit(), QLineEdit()
        self.keywords, self.questions = QPlainTextEdit(), QPlainTextEdit()
        for several in (self.keywords, self.questions):
            several.setTabChangesFocus(True)
        self.kit = QPushButton()
        self.kit.clicked.connect(self.edit_kit)
        self.template = QComboBox()
        self.locked = QCheckBox()
        self.note = QLabel()
        self.note.setProperty("class", "small")
        self.note.setWordWrap(True)
        self._build()
        language.on_change(self, self._retranslate)
        self._reload()

    def _build(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        left.addWidget(self.add)
        self._fields = {
            "title": self.title, "department": self.department, "keywords": self.keywords,
            "questions": self.questions, "template": self.template,
        }  # fmt: skip
        self._labels = {name: QLabel() for name in self._fields}
        form = QFormLayout()
        form.setHorizontalSpacing(theme.SPACE * 2)
        form.setVerticalSpacing(theme.SPACE + 2)
        for name, field in self._fields.items():
            self._labels[name].setBuddy(field)
            form.addRow(self._labels[name], field if field is not self.questions else self._questions_with_kit())
        form.addRow(QLabel(), self.locked)
        form.addRow(QLabel(), self.note)
        self.close_button = QPushButton()
        self.close_button.setProperty("class", "primary")
        self.close_button.clicked.connect(self.accept)
        right = QVBoxLayout()
        right.addLayout(form, 1)
        right.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignRight)
        for label in self._labels.values():
            label.setProperty("class", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 16)
        row.setSpacing(theme.SPACE * 2)
        row.addLayout(left, 1)
        row.addLayout(right, 2)
        self.form = form

    def _questions_with_kit(self) -> QWidget:
        both = QWidget()
        column = QVBoxLayout(both)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.questions, 1)
        column.addWidget(self.kit, 0, Qt.AlignmentFlag.AlignLeft)
        return both

    def choose(self, position_id: str) -> None:
        """Edit this one; where it is not there, the one that was edited before."""
        for row in range(self.list.count()):
            if self.list.item(row).data(Qt.ItemDataRole.UserRole).id == position_id:
                self.list.setCurrentRow(row)

    def edit_kit(self) -> None:
        """Edit how the questions of the position are put."""
        self._save()
        if self._position is not None:
            try:
                dialog = KitDialog(self._library, self._position.id, self)
            except Failure as failure:
                self.note.setText(text.sentence(failure))
                return
            dialog.saved.connect(self._kit_saved)
            dialog.open()

    def _kit_saved(self) -> None:
        if self._position is not None:
            self._position = self._library.position(self._position.id)
            self._renew_item(self._position)
            self._fill(self._position)

    def _reload(self, keep: str | None = None) -> None:
        self.list.clear()
        for position in self._library.positions():
            item = QListWidgetItem(position.title or text.tr("library.untitled"))
            item.setData(Qt.ItemDataRole.UserRole, position)
            self.list.addItem(item)
            if position.id == keep:
                self.list.setCurrentItem(item)
        if self.list.currentRow() < 0 and self.list.count():
            self.list.setCurrentRow(0)
        self._enable()

    def add_position(self) -> None:
        """Add an empty position and put the cursor into its title."""
        self._save()
        added = self._library.save_position(Position(id=str(uuid4()), title=text.tr("library.new_position")))
        self._reload(keep=added.id)
        self.title.setFocus()
        self.title.selectAll()

    def _chosen(self, item: QListWidgetItem | None) -> None:
        self._save()
        self._position = item.data(Qt.ItemDataRole.UserRole) if item else None
        if self._position:
            self._fill(self._position)
        self._enable()

    def _fill(self, position: Position) -> None:
        self.title.setText(position.title)
        self.department.setText(position.department)
        self.keywords.setPlainText("\n".join(position.keywords))
        self.questions.setPlainText("\n".join(position.questions))
        self.template.setCurrentIndex(max(0, self.template.findData(position.template_id)))
        self.locked.setChecked(position.weights_locked)

    def _save(self) -> None:
        if self._position is None or self._library.read_only:
            return
        questions = _lines(self.questions)
        edited = replace(
            self._position,
            title=self.title.text().strip() or self._position.title,
            department=self.department.text().strip(),
            keywords=_lines(self.keywords),
            questions=questions,
            kit=self._position.kit.following(self._position.questions, questions),
            template_id=self.template.currentData() or self._position.template_id,
            weights_locked=self.locked.isChecked(),
        )
        if edited != self._position:
            self._position = self._library.save_position(edited)
            self._renew_item(self._position)

    def _renew_item(self, position: Position) -> None:
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.data(Qt.ItemDataRole.UserRole).id == position.id:
                item.setText(position.title)
                item.setData(Qt.ItemDataRole.UserRole, position)

    def done(self, result: int) -> None:
        """Qt: closing saves what was being edited."""
        self._save()
        super().done(result)

    def _enable(self) -> None:
        on = self._position is not None and not self._library.read_only
        for field in (*self._fields.values(), self.locked):
            field.setEnabled(on)
        self.kit.setEnabled(self._position is not None)
        self.add.setEnabled(not self._library.read_only)

    def _retranslate(self) -> None:
        for name, label in self._labels.items():
            label.setText(text.tr(f"library.position_{name}"))
            self._fields[name].setAccessibleName(text.tr(f"library.position_{name}"))
        self.list.setAccessibleName(text.tr("library.positions"))
        self.keywords.setPlaceholderText(text.tr("library.one_per_line"))
        self.questions.setPlaceholderText(text.tr("library.one_per_line"))
        self.kit.setText(text.tr("kit.open"))
        self.locked.setText(text.tr("library.position_locked"))
        self.note.setText(text.tr("library.position_note"))
        self.add.setText(text.tr("library.add_position"))
        self.close_button.setText(text.tr("library.done"))
        chosen = self.template.currentData()
        self.template.clear()
        for template in self._library.templates():
            self.template.addItem(template.title.in_(text.language()), template.id)
        self.template.setCurrentIndex(max(0, self.template.findData(chosen)))


def _lines(field: QPlainTextEdit) -> tuple[str, ...]:
    return tuple(line.strip() for line in field.toPlainText().splitlines() if line.strip())
