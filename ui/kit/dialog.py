"""Edits the kit of one position: what holds for all its questions, and each question by itself."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from analysis.failures import Failure
from app import text
from app.domain.kit import Kit
from app.store.library import Library
from app.text import tr
from ui import language, theme
from ui.kit.fields import MannerFields
from ui.kit.rows import QuestionRows


class KitDialog(QDialog):
    """`saved` when the position has another kit. Raises NotFound where the position is not there.

    Closed without saving, it says once that something was changed.
    """

    saved = Signal()

    def __init__(self, library: Library, position_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._opened = library.position(position_id)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.resize(theme.scaled(1040), theme.scaled(640))
        self.usual_title, self.usual_note = QLabel(), QLabel()
        self.rows_title, self.rows_note, self.said = QLabel(), QLabel(), QLabel()
        self.usual = MannerFields("kit.open_here")
        self._labels = tuple(QLabel() for _ in self.usual.all)
        self.rows = QuestionRows()
        self.add, self.cancel, self.save = QPushButton(), QPushButton(), QPushButton()
        self._build()
        self._connect()
        self.usual.put(self._opened.kit.usual)
        self.rows.put(self._opened.questions, self._opened.kit)
        self._filled = self._asked_about = self._edited()
        language.on_change(self, self._retell)
        theme.changed.connect(self.rows.paint)

    def keep(self) -> None:
        """Save it. What somebody else changed meanwhile is replaced only when that was seen."""
        if self._library.read_only:
            return
        try:
            self._keep()
        except Failure as failure:
            self._say(text.sentence(failure))

    def _keep(self) -> None:
        with self._library.together():
            now = self._library.position(self._opened.id)
            if (now.questions, now.kit) != (self._opened.questions, self._opened.kit):
                self._opened = now
                self._say(tr("kit.changed_meanwhile"))
                self.save.setText(tr("kit.save_over"))
                return
            questions, kit = self._edited()
            wanted = replace(now, questions=questions, kit=kit)
            if wanted != now:
                self._library.save_position(wanted)
        if wanted != now:
            self.saved.emit()
        self.accept()

    def _edited(self) -> tuple[tuple[str, ...], Kit]:
        """What stands in the fields."""
        return self.rows.questions(), Kit(self.usual.manner(), self.rows.own())

    def reject(self) -> None:
        """Qt: closed by Escape, by a button or by the window's own; changes that were not asked about stay."""
        edited = self._edited()
        if edited in (self._filled, self._asked_about):
            super().reject()
            return
        self._asked_about = edited
        self._say(tr("kit.unsaved"))
        self.cancel.setText(tr("kit.drop"))

    def _say(self, words: str) -> None:
        self.said.setText(words)
        self.said.setVisible(bool(words))

    def _connect(self) -> None:
        self.add.clicked.connect(self.rows.add)
        self.cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self.keep)
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            QShortcut(QKeySequence(Qt.KeyboardModifier.ControlModifier | key), self).activated.connect(self.keep)

    def _build(self) -> None:
        for label in (self.usual_title, self.rows_title):
            label.setProperty("class", "heading")
        for label in (self.usual_note, self.rows_note):
            label.setProperty("class", "small")
        for label in (self.usual_note, self.rows_note, self.said):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setProperty("class", "warn")
        self.said.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*(theme.scaled(16),) * 4)
        whole.setSpacing(theme.scaled(12))
        whole.addWidget(self._usual_panel())
        whole.addWidget(self._rows_panel(), 1)
        whole.addWidget(self.said)
        whole.addLayout(self._buttons())

    def _usual_panel(self) -> QWidget:
        panel, column = _panel()
        column.addWidget(self.usual_title)
        row = QHBoxLayout()
        row.setSpacing(theme.scaled(12))
        for label, field in zip(self._labels, self.usual.all, strict=True):
            label.setProperty("class", "muted")
            label.setBuddy(field)
            row.addWidget(label)
            row.addWidget(field)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.usual_note)
        return panel

    def _rows_panel(self) -> QWidget:
        panel, column = _panel()
        column.addWidget(self.rows_title)
        column.addWidget(self.rows, 1)
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addWidget(self.rows_note, 1)
        column.addLayout(row)
        return panel

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        self.save.setProperty("class", "primary")
        self.cancel.setProperty("class", "quiet")
        for button in (self.cancel, self.save):
            row.addWidget(button)
        for button in (self.add, self.cancel, self.save):
            button.setAutoDefault(False)
        may = not self._library.read_only
        self.rows.set_editable(editable=may)
        for widget in (self.save, self.add, *self.usual.all):
            widget.setEnabled(may)
        return row

    def _retell(self) -> None:
        self.setWindowTitle(tr("kit.title", name=self._opened.title))
        self.usual_title.setText(tr("kit.usual"))
        self.usual_note.setText(tr("kit.usual_note"))
        self.rows_title.setText(tr("kit.questions"))
        self.rows_note.setText(tr("kit.questions_note"))
        for label, key in zip(self._labels, ("time", "answers", "retakes"), strict=True):
            label.setText(tr(f"kit.{key}"))
        self.usual.tell()
        self.rows.tell()
        self.add.setText(tr("kit.add"))
        self.cancel.setText(tr("kit.cancel"))
        self.save.setText(tr("kit.save"))
        self._say("")
        self._asked_about = self._filled  # what was asked is not to be read any more


def _panel() -> tuple[QFrame, QVBoxLayout]:
    panel = QFrame()
    panel.setProperty("class", "panel")
    column = QVBoxLayout(panel)
    column.setSpacing(theme.scaled(8))
    return panel, column
