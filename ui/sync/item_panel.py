"""One item of the outbox: what it says to the byte, how it stands, and the decision that it may need."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.sync_state import Entry, State
from sync.conflicts import Choice, Conflict
from ui import language, theme
from ui.sync.field_names import Names, field_name, field_value, item_names
from ui.sync.model import clock


class ItemPanel(QFrame):
    """The right side of the sync room. Nothing on it is editable: what was signed is sent as it is."""

    resendRequested = Signal(str)
    choiceMade = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "panel")
        self._entry: Entry | None = None
        self.title, self.sentence, self.facts, self.body_label = QLabel(), QLabel(), QLabel(), QLabel()
        self.title.setProperty("class", "heading")
        for label in (self.facts, self.body_label):
            label.setProperty("class", "small")
        for label in (self.title, self.sentence, self.facts):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.body = QPlainTextEdit()
        self.body.setReadOnly(True)
        self.body.setFont(theme.mono())
        self.fields = QTableWidget(0, 4)
        self.fields.verticalHeader().hide()
        self.fields.horizontalHeader().setStretchLastSection(True)
        self.fields.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.mine, self.theirs, self.resend = QPushButton(), QPushButton(), QPushButton()
        self.mine.clicked.connect(lambda: self._choose(Choice.MINE))
        self.theirs.clicked.connect(lambda: self._choose(Choice.THEIRS))
        self.resend.clicked.connect(self._resend)
        buttons = QHBoxLayout()
        for button in (self.theirs, self.mine, self.resend):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(8)
        for widget in (self.title, self.sentence, self.facts, self.fields, self.body_label):
            column.addWidget(widget)
        column.addWidget(self.body, 1)
        column.addLayout(buttons)
        language.on_change(self, self._retranslate)
        self.show_nothing()

    def show_nothing(self) -> None:
        """No item is chosen: say what comes here."""
        self._entry = None
        for widget in (self.sentence, self.facts, self.fields, self.body_label, self.body):
            widget.hide()
        for button in (self.mine, self.theirs, self.resend):
            button.hide()
        self._set_title(text.tr("sync_room.nothing"), "muted")

    def show_entry(self, entry: Entry, body: str, conflict: Conflict | None) -> None:
        """Show an item; `body` is exactly what it says, `conflict` its differences where it waits for a decision."""
        self._entry = entry
        self._set_title(entry.title, "heading")
        self.sentence.setText(entry.sentence)
        self.facts.setText(self._facts(entry))
        self.body_label.setText(text.tr("sync_room.body"))
        if self.body.toPlainText() != body:
            self.body.setPlainText(body)
        for widget in (self.sentence, self.facts, self.body_label, self.body):
            widget.show()
        self.fields.setVisible(conflict is not None)
        if conflict:
            self._fill(conflict, item_names(body, conflict))
        self.mine.setVisible(conflict is not None)
        self.theirs.setVisible(conflict is not None)
        self.resend.setVisible(entry.can_resend)
        self._name_resend()

    def _set_title(self, words: str, look: str) -> None:
        self.title.setProperty("class", look)
        self.title.style().polish(self.title)
        self.title.setText(words)
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter if look == "muted" else Qt.AlignmentFlag.AlignLeft)

    def _facts(self, entry: Entry) -> str:
        facts = [text.tr("sync_room.written", at=clock(entry.created)), text.tr("sync_room.attempts", n=entry.attempts)]
        if entry.done:
            facts.append(text.tr("sync_room.arrived", at=clock(entry.done)))
        if entry.next_try:
            facts.append(text.tr("sync_room.next_try", at=clock(entry.next_try)))
        if entry.remote_id:
            facts.append(text.tr("sync_room.remote_id", id=entry.remote_id))
        return " · ".join(facts)

    def _fill(self, conflict: Conflict, names: Names) -> None:
        self.fields.setHorizontalHeaderLabels([text.tr(f"sync_room.{n}") for n in ("field", "base", "mine", "theirs")])
        self.fields.setRowCount(len(conflict.fields))
        for row, field in enumerate(conflict.fields):
            was = field.base if field.has_base else None
            values = (field_value(field.field, value) for value in (was, field.mine, field.theirs))
            for column, words in enumerate((field_name(field.field, names), *values)):
                self.fields.setItem(row, column, QTableWidgetItem(words))
        self.fields.resizeColumnToContents(0)

    def _name_resend(self) -> None:
        handed = self._entry is not None and self._entry.state is State.HANDED
        self.resend.setText(text.tr("sync_room.send_here" if handed else "sync_room.resend"))

    def _resend(self) -> None:
        if self._entry:
            self.resendRequested.emit(self._entry.op_id)

    def _choose(self, choice: Choice) -> None:
        if self._entry:
            self.choiceMade.emit(self._entry.op_id, str(choice))

    def _retranslate(self) -> None:
        self.mine.setText(text.tr("sync_room.keep_mine"))
        self.theirs.setText(text.tr("sync_room.keep_theirs"))
        self._name_resend()
        self.body.setAccessibleName(text.tr("sync_room.body"))
        self.fields.setAccessibleName(text.tr("sync_room.field"))
        if self._entry is None:
            self.title.setText(text.tr("sync_room.nothing"))
