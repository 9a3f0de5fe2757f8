"""One item of the outbox: what it says to the byte, how it stands, and the decision that it may need."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.field_names import Names, PulledWords, field_name, field_value, item_names
from app.known_fields import KnownFields
from app.sync_state import Entry, Kind, State
from sync.catalogue import RemoteField
from sync.conflicts import Choice, Conflict, Value
from sync.failures import CONTESTED
from ui import language, theme
from ui.sync.conflict_table import ConflictTable
from ui.sync.leaving import LeavingBar
from ui.sync.model import clock


class ItemPanel(QFrame):
    """The right side of the sync room. Nothing on it is editable: what was signed is sent as it is."""

    resendRequested = Signal(str)
    choiceMade = Signal(str, str)
    fieldsChosen = Signal(str, object)
    leaveRequested = Signal(str)
    reviewRequested = Signal(str)
    mappingRequested = Signal(str)
    callsRequested = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "panel")
        self._entry: Entry | None = None
        self._conflict: Conflict | None = None
        self.title, self.sentence, self.facts, self.body_label, self.hint = (QLabel() for _ in range(5))
        self.title.setProperty("class", "heading")
        for label in (self.facts, self.body_label, self.hint):
            label.setProperty("class", "small")
        for label in (self.title, self.sentence, self.facts, self.hint):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.body = QPlainTextEdit()
        self.body.setReadOnly(True)
        self.body.setFont(theme.mono())
        self.body.setTabChangesFocus(True)
        self.fields = ConflictTable()
        self.fields.decided.connect(self._show_apply)
        self.leaving = LeavingBar()
        self.leaving.agreed.connect(lambda: self._tell(self.leaveRequested, "op_id"))
        self._make_buttons()
        self.body.setMinimumHeight(theme.scaled(110))
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(14, 14, 14, 8)
        column.setSpacing(8)
        for widget in (self.title, self.sentence, self.facts, self.fields, self.hint):
            column.addWidget(widget, int(widget is self.fields))
        column.addLayout(self._decisions)
        column.addWidget(self.apply)
        column.addWidget(self.leaving)
        column.addWidget(self.body_label)
        column.addWidget(self.body, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(whole)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 14)
        outer.addWidget(scroll, 1)
        self._others.setContentsMargins(14, 0, 14, 0)
        outer.addLayout(self._others)
        language.on_change(self, self._retranslate)
        self.show_nothing()

    def _make_buttons(self) -> None:
        self.mine, self.theirs, self.apply, self.resend, self.edit, self.mapping, self.leave, self.calls = (
            QPushButton() for _ in range(8)
        )
        self.apply.setProperty("class", "primary")
        self.mine.clicked.connect(lambda: self._choose(Choice.MINE))
        self.theirs.clicked.connect(lambda: self._choose(Choice.THEIRS))
        self.apply.clicked.connect(self._apply)
        self.resend.clicked.connect(lambda: self._tell(self.resendRequested, "op_id"))
        self.edit.clicked.connect(lambda: self._tell(self.reviewRequested, "interview_id"))
        self.mapping.clicked.connect(lambda: self._tell(self.mappingRequested, "field"))
        self.leave.clicked.connect(self._ask_to_leave)
        self.calls.clicked.connect(lambda: self._tell(self.callsRequested, "op_id", "title"))
        self._decisions, self._others = QHBoxLayout(), QHBoxLayout()
        for button in (self.theirs, self.mine):
            self._decisions.addWidget(button)
        for button in (self.calls, self.leave, self.edit, self.mapping, self.resend):
            self._others.addWidget(button)

    def show_nothing(self) -> None:
        """No item is chosen: say what comes here."""
        self._entry = self._conflict = None
        for widget in (self.sentence, self.facts, self.fields, self.hint, self.leaving, self.body_label, self.body):
            widget.hide()
        for button in self._buttons():
            button.hide()
        self._set_title(text.tr("sync_room.nothing"), "muted")

    def _buttons(self) -> tuple[QPushButton, ...]:
        return (self.mine, self.theirs, self.apply, self.resend, self.edit, self.mapping, self.leave, self.calls)

    def show_entry(self, entry: Entry, body: str, conflict: Conflict | None, known: KnownFields | None = None) -> None:
        """Show an item; `body` is exactly what it says, `conflict` its differences where it waits for a decision,
        `known` the company's fields."""
        if self._entry is None or self._entry.op_id != entry.op_id:
            self.leaving.hide()
        self._entry, self._conflict = entry, conflict
        self._set_title(entry.title, "heading")
        self.sentence.setText(entry.sentence)
        self.facts.setText(self._facts(entry))
        self.body_label.setText(text.tr("pulled.body" if entry.is_pulled else "sync_room.body"))
        if self.body.toPlainText() != body:
            self.body.setPlainText(body)
        for widget in (self.sentence, self.facts, self.body_label, self.body):
            widget.show()
        self.calls.setVisible(not entry.is_pulled)
        self.fields.setVisible(conflict is not None)
        if conflict:
            words = PulledWords() if entry.is_pulled else _Words(known, item_names(body, conflict))
            self.fields.show_fields(conflict.fields, words.name, words.value, by_row=self._by_row())
        self._show_buttons(entry)

    def _by_row(self) -> bool:
        return self._conflict is not None and self._conflict.reason == CONTESTED

    def _show_buttons(self, entry: Entry) -> None:
        contested = self._by_row()
        self.mine.setVisible(self._conflict is not None)
        self.theirs.setVisible(self._conflict is not None)
        self.apply.setVisible(contested)
        self.hint.setVisible(contested)
        whose = "pulled.keep" if entry.is_pulled else "sync_room.all" if contested else "sync_room.keep"
        self.mine.setText(text.tr(f"{whose}_mine"))
        self.theirs.setText(text.tr(f"{whose}_theirs"))
        self._show_apply()
        self.resend.setVisible(entry.can_resend)
        self._name_resend()
        self.leave.setVisible(entry.can_leave)
        self.leave.setEnabled(not self.leaving.isVisibleTo(self))
        self.mapping.setVisible(entry.by_mapping)
        self.edit.setVisible(entry.kind is Kind.ASSESSMENT and entry.can_leave)
        main = self.mapping if entry.by_mapping else self.resend
        for button in (self.resend, self.mapping):
            button.setProperty("class", "primary" if button is main and entry.can_leave else "")
            button.style().polish(button)

    def _show_apply(self) -> None:
        chosen, rest = self.fields.choices().values(), self.fields.open_rows()
        mine = sum(choice is Choice.MINE for choice in chosen)
        self.apply.setEnabled(rest == 0)
        self.apply.setText(text.tr("sync_room.apply", mine=mine, theirs=len(chosen) - mine))
        self.hint.setText(text.tr("sync_room.choose_hint", n=rest) if rest else text.tr(self._when_done()))

    def _when_done(self) -> str:
        pulled = self._entry is not None and self._entry.is_pulled
        return "pulled.choose_done" if pulled else "sync_room.choose_done"

    def _set_title(self, words: str, look: str) -> None:
        self.title.setProperty("class", look)
        self.title.style().polish(self.title)
        self.title.setText(words)
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter if look == "muted" else Qt.AlignmentFlag.AlignLeft)

    def _facts(self, entry: Entry) -> str:
        if entry.is_pulled:
            return text.tr("pulled.facts", at=clock(entry.created), id=entry.external_id)
        facts = [text.tr("sync_room.written", at=clock(entry.created)), text.tr("sync_room.attempts", n=entry.attempts)]
        if entry.done:
            done = "arrived" if entry.arrived else "settled"
            facts.append(text.tr(f"sync_room.{done}", at=clock(entry.done)))
        if entry.next_try:
            facts.append(text.tr("sync_room.next_try", at=clock(entry.next_try)))
        if entry.remote_id:
            facts.append(text.tr("sync_room.remote_id", id=entry.remote_id))
        if entry.file_name:
            facts.append(text.tr("sync_room.file", name=entry.file_name, size=size_words(entry.file_size)))
        return " · ".join(facts)

    def _tell(self, signal: SignalInstance, *names: str) -> None:
        """Say something of the item that is shown."""
        if self._entry is not None:
            signal.emit(*(getattr(self._entry, name) for name in names))

    def _name_resend(self) -> None:
        words = {State.HANDED: "send_here", State.HELD: "send_held"}
        state = self._entry.state if self._entry is not None else State.PENDING
        self.resend.setText(text.tr(f"sync_room.{words.get(state, 'resend')}"))

    def _choose(self, choice: Choice) -> None:
        if self._by_row():
            self.fields.choose_all(choice)
        elif self._entry:
            self.choiceMade.emit(self._entry.op_id, str(choice))

    def _apply(self) -> None:
        if self._entry and self.fields.open_rows() == 0:
            self.fieldsChosen.emit(self._entry.op_id, self.fields.choices())

    def _ask_to_leave(self) -> None:
        if self._entry:
            self.leave.setEnabled(False)
            self.leaving.ask("sync_room.leave_assessment" if self._entry.kind is Kind.ASSESSMENT else
                             "sync_room.leave_other", lambda: self.leave.setEnabled(True))  # fmt: skip

    def _retranslate(self) -> None:
        self._name_resend()
        self.edit.setText(text.tr("sync_room.open_review"))
        self.edit.setToolTip(text.tr("sync_room.open_review_hint"))
        self.mapping.setText(text.tr("mapping.open"))
        self.leave.setText(text.tr("sync_room.leave"))
        self.calls.setText(text.tr("sync_room.calls_of_this"))
        self.body.setAccessibleName(text.tr("sync_room.body"))
        self.fields.setAccessibleName(text.tr("sync_room.field"))
        self.fields.forget()
        if self._entry is None:
            self.title.setText(text.tr("sync_room.nothing"))
        else:
            self._show_buttons(self._entry)


class _Words:
    """What fields are called, and their values: those of the company as it calls them."""

    def __init__(self, known: KnownFields | None, ours: Names) -> None:
        self._known, self._ours = known, ours

    def _field(self, path: str) -> RemoteField | None:
        return self._known.catalogue.field(path) if self._known else None

    def name(self, path: str) -> str:
        field = self._field(path)
        return field.named(text.language()) if field else field_name(path, self._ours)

    def value(self, path: str, value: Value) -> str:
        field = self._field(path)
        return field.worded(value, text.language()) or field_value(path, value) if field else field_value(path, value)


def size_words(size: int) -> str:
    """A size in bytes as people read it: 1536 -> "1.5 KiB"."""
    value, unit = float(size), "B"
    for larger in ("KiB", "MiB", "GiB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
