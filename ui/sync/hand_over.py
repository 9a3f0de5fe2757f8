"""What to hand over: interviews and positions chosen one by one, what travels with them, and a passphrase."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from analysis.failures import DocumentInvalid, Failure
from app import text
from app.domain.types import Interview, Position
from app.handover.consented import Stays, stays
from app.handover.hr_said import Weight, needs_protection, weights
from app.handover.package import Kind
from app.handover.summary import stays_lines
from app.handover.writing import Choice, go_along, offered, recordings_stay
from app.schedule.zones import both_clocks
from app.store.library import Library
from ui import language, theme
from ui.post import telling

ATTACHED = {
    Kind.RESULTS: ("files", "analyses", "recordings", "reports"),
    Kind.OUTWARD: ("said", "documents"),
}
MOST_STAYING = 4
"""Of so many interviews it is said what of them does not travel; of the others how many they are."""
ROLE = Qt.ItemDataRole.UserRole
Question = tuple[tuple[str, ...], frozenset[str]]
"""Of which interviews, and which parts of them, it is asked what stays."""
Read = Callable[[Callable[[], Any], Callable[[Any], None], Callable[[Failure], None]], None]
"""Reads something and tells what it gave, or why it could not, in the window's thread: `ui.shell.work.Work.read`."""


def at_once(reading: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Failure], None]) -> None:
    """Reads in the thread that asks."""
    try:
        found = reading()
    except Failure as failure:
        failed(failure)
    else:
        done(found)


class HandOverDialog(QDialog):
    """Nothing is chosen at first: no more leaves than somebody wants. `chosen` gives the choice and the passphrase.

    `read` = what reads analyses, beside the window.
    """

    chosen = Signal(object, str)

    def __init__(self, library: Library, kind: Kind, parent: QWidget | None = None, read: Read = at_once) -> None:
        super().__init__(parent)
        self._library, self._kind, self._read = library, kind, read
        self._receipts, self._called_off = go_along(library) if kind is Kind.OUTWARD else (0, 0)
        self._stay = recordings_stay(library)
        self.resize(theme.scaled(620), theme.scaled(640))
        self.intro, self.count, self.note = QLabel(), QLabel(), QLabel()
        for label in (self.intro, self.note):
            label.setWordWrap(True)
        self.count.setProperty("class", "small")
        self.list = QListWidget()
        self.list.itemChanged.connect(lambda _: self._show_state())
        self.every = QCheckBox()
        self.every.clicked.connect(self._choose_every)
        self._protected = needs_protection(library)
        self._weights: dict[str, Weight] = {}
        self.attached = {name: QCheckBox() for name in ATTACHED[kind]}
        if kind is Kind.RESULTS:
            self.attached["files"].setChecked(True)
        for box in self.attached.values():
            box.toggled.connect(lambda _: self._show_state())
        self.stay = QLabel(self._stay)
        self.stay.setProperty("class", "small")
        self.stay.setWordWrap(True)
        self.unagreed = QLabel()
        self.unagreed.setProperty("class", "warn")
        self.unagreed.setTextFormat(Qt.TextFormat.PlainText)
        self.unagreed.setWordWrap(True)
        self._asked, self._reads = _nothing(), False
        self._staying: tuple[Stays, ...] = ()
        self.protect = QCheckBox()
        self.protect.setChecked(True)
        self.protect.toggled.connect(lambda _: self._show_state())
        self.words, self.again = QLineEdit(), QLineEdit()
        for field in (self.words, self.again):
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.textChanged.connect(lambda _: self._show_state())
        self.write, self.cancel = QPushButton(), QPushButton()
        self.write.setProperty("class", "primary")
        self.write.setDefault(True)
        self.write.clicked.connect(self._give)
        self.cancel.clicked.connect(self.reject)
        self._fill()
        self._build()
        language.on_change(self, self._retranslate)

    def _fill(self) -> None:
        for interview in offered(self._library, self._kind):
            self._add_item(interview)
        if self._kind is Kind.OUTWARD:
            for position in self._library.positions():
                self._add_item(position)

    def _add_item(self, row: Interview | Position) -> None:
        item = QListWidgetItem()
        item.setData(ROLE, row)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Unchecked)
        self.list.addItem(item)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 16)
        column.setSpacing(theme.SPACE)
        head = QHBoxLayout()
        head.addWidget(self.every)
        head.addStretch(1)
        head.addWidget(self.count)
        column.addWidget(self.intro)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self._options())
        column.addWidget(self.unagreed)
        column.addWidget(self._passphrase())
        column.addWidget(self.note)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.write)
        column.addLayout(buttons)

    def _options(self) -> QWidget:
        frame = QFrame()
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 4, 0, 4)
        for name, box in self.attached.items():
            column.addWidget(box)
            if name == "recordings":
                self.stay.setContentsMargins(theme.scaled(26), 0, 0, 0)
                column.addWidget(self.stay)
        if "recordings" in self.attached:
            self.attached["recordings"].setEnabled(not self._stay)
            self.stay.setVisible(bool(self._stay))
        return frame

    def _passphrase(self) -> QWidget:
        frame = QFrame()
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self.protect)
        row = QHBoxLayout()
        row.addWidget(self.words)
        row.addWidget(self.again)
        column.addLayout(row)
        return frame

    def choice(self) -> Choice:
        """What is chosen now; confirmations alone where neither interview nor position is."""
        rows = self._checked()
        interviews = tuple(row.id for row in rows if isinstance(row, Interview))
        positions = tuple(row.id for row in rows if isinstance(row, Position))
        kind = Kind.RECEIPTS if not rows and self._kind is Kind.OUTWARD else self._kind
        wanted = {name: self._is_wanted(name) for name in self.attached}
        return Choice(kind, interviews, positions, **wanted)

    def _checked(self) -> list[Interview | Position]:
        items = (self.list.item(row) for row in range(self.list.count()))
        return [item.data(ROLE) for item in items if item.checkState() == Qt.CheckState.Checked]

    def _choose_every(self, on: bool) -> None:
        state = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        self.list.blockSignals(True)
        for row in range(self.list.count()):
            self.list.item(row).setCheckState(state)
        self.list.blockSignals(False)
        self.list.viewport().update()
        self._show_state()

    def _why_not(self) -> str:
        """The key of what is still missing; "" where it can be written."""
        if not self._checked() and not (self._receipts or self._called_off):
            return "none_chosen"
        if self._reads and self._asked != _nothing():
            return "looking"
        if self.protect.isChecked():
            if not self.words.text():
                return "no_words"
            if self.words.text() != self.again.text():
                return "words_differ"
        elif self._protected and any(self._is_wanted(name) for name in ATTACHED[Kind.OUTWARD]):
            return "protect_said"
        return ""

    def _is_wanted(self, name: str) -> bool:
        box = self.attached.get(name)
        return box is not None and box.isEnabled() and box.isChecked()

    def _show_weight(self) -> None:
        """How much the files of the chosen candidates are."""
        if "documents" not in self.attached:
            return
        chosen = [row for row in self._checked() if isinstance(row, Interview)]
        if new := [row for row in chosen if row.id not in self._weights]:
            self._weights |= weights(self._library, new)
        by_candidate = {row.candidate.id: self._weights[row.id] for row in chosen}
        files = sum(each.files for each in by_candidate.values())
        size = f"{max(0.1, sum(each.bytes for each in by_candidate.values()) / 1e6):.1f} MB"
        box = self.attached["documents"]
        box.setEnabled(files > 0)
        box.setText(text.tr("package.with_documents_size", n=files, size=size) if files
                    else text.tr("package.with_documents"))  # fmt: skip

    def _show_unagreed(self) -> None:
        """What of the chosen interviews stays, for their candidates do not agree to it: asked for anew where another
        choice is made, and read beside the window."""
        choice = self.choice()
        asked = (choice.interviews, choice.wanted) if choice.interviews and choice.wanted else _nothing()
        if asked != self._asked:
            self._asked = asked
            self._ask()
        self.unagreed.setText("\n".join(stays_lines(self._staying, MOST_STAYING)))
        self.unagreed.setVisible(bool(self._staying))

    def _ask(self) -> None:
        if self._asked == _nothing():
            self._staying = ()
        elif not self._reads:  # else the answer that is on its way asks again
            self._reads = True
            rows = [row for row in self._checked() if isinstance(row, Interview)]
            self._read(partial(_staying, self._library, rows, self._asked), telling(self._found), telling(self._failed))

    def _found(self, told: tuple[Question, tuple[Stays, ...]]) -> None:
        self._reads = False
        asked, found = told
        if asked == self._asked:
            self._staying = found
        else:
            self._ask()
        self._show_state()

    def _failed(self, _failure: Failure) -> None:
        """It is said when the package is written."""
        self._found((self._asked, ()))

    def _show_state(self) -> None:
        self._show_weight()
        self._show_unagreed()
        missing, checked = self._why_not(), len(self._checked())
        self.write.setEnabled(not missing)
        for field in (self.words, self.again):
            field.setEnabled(self.protect.isChecked())
        self.every.setChecked(checked == self.list.count() > 0)
        self.every.setEnabled(self.list.count() > 0)
        self.count.setText(text.tr("package.chosen", n=checked, of=self.list.count()))
        key = missing or ("protected" if self.protect.isChecked() else "unprotected")
        self.note.setProperty("class", "warn" if key in ("unprotected", "protect_said") else "small")
        self.note.style().polish(self.note)
        self.note.setText(text.tr(f"package.note_{key}", rules=self._protected))

    def _give(self) -> None:
        passphrase = self.words.text() if self.protect.isChecked() else ""
        self.chosen.emit(self.choice(), passphrase)
        self.accept()

    def _retranslate(self) -> None:
        self.setWindowTitle(text.tr(f"package.title_{self._kind}"))
        intro = text.tr(f"package.intro_{self._kind}")
        told = (("receipts_go", self._receipts), ("called_off_go", self._called_off))
        intro = " ".join([intro, *(text.tr(f"package.{key}", n=number) for key, number in told if number)])
        if not self.list.count():
            intro = " ".join([text.tr(f"package.none_{self._kind}"), *([intro] if any(n for _, n in told) else [])])
        self.intro.setText(intro)
        self.every.setText(text.tr("package.every"))
        for name, box in self.attached.items():
            box.setText(text.tr(f"package.with_{name}"))
        self.protect.setText(text.tr("package.protect"))
        for field, key in ((self.words, "words"), (self.again, "words_again")):
            field.setPlaceholderText(text.tr(f"package.{key}"))
            field.setAccessibleName(text.tr(f"package.{key}"))
        self.write.setText(text.tr("package.write"))
        self.cancel.setText(text.tr("package.cancel"))
        self.list.setAccessibleName(text.tr("package.list"))
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setText(_words(item.data(ROLE)))
        self._show_state()


def _nothing() -> Question:
    return (), frozenset()


def _staying(library: Library, rows: list[Interview], asked: Question) -> tuple[Question, tuple[Stays, ...]]:
    """What stays of these interviews, with what was asked."""
    found: list[Stays] = []
    for row in rows:
        with suppress(DocumentInvalid):  # said when the package is written
            found += stays(library, [row], asked[1])
    return asked, tuple(found)


def _words(row: Interview | Position) -> str:
    if isinstance(row, Position):
        return text.tr("package.only_position", title=row.title)
    when = both_clocks(row.scheduled_at, row.time_zone) if row.scheduled_at else ""
    parts = (row.candidate.name, row.position.title if row.position else "", text.tr("shell.round", n=row.round), when)
    return " · ".join(filter(None, parts))
