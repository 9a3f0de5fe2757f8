"""The mapping editor: a window beside the main one, which stays usable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from analysis.failures import Failure
from app import text
from app.field_mapping import Ours, alike, example, nature_of, our_fields, suggested
from app.mapping_desk import Example, KnownFields, MappingDesk
from sync.catalogue import FieldType, RemoteField
from sync.failures import RemoteFailure
from sync.mapping import Entry, told
from ui import language, theme
from ui.sync.mapping_editor.draft import Draft
from ui.sync.mapping_editor.entry_form import EntryForm
from ui.sync.mapping_editor.pairs import Pairs
from ui.sync.mapping_editor.side_list import Row, SideList
from ui.sync.mapping_editor.sides import NARROW, Sides
from ui.sync.mapping_editor.target_field import TargetField
from ui.sync.mapping_editor.trial import Trial
from ui.sync.mapping_editor.words import our_example, our_name, their_line, their_name
from ui.sync.model import clock


class MappingEditor(QDialog):
    """Edits the chosen profile's mapping. Nothing is kept before "Save"."""

    saved = Signal()

    def __init__(self, desk: MappingDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.draft = Draft()
        self._examples: tuple[Example, ...] = ()
        self._ours: tuple[Ours, ...] = ()
        self._titles: dict[str, str] = {}
        self._known: KnownFields | None = None
        self._reading = False
        self._said: Callable[[], str] = str
        language.bind(self.setWindowTitle, "mapping.title")
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, True)
        room = self.screen().availableSize() - QSize(40, 60)
        self.resize(QSize(theme.scaled(1240), theme.scaled(820)).boundedTo(room))
        self._make()
        self._build()
        language.on_change(self, self._retranslate)
        self.load()

    # Building

    def _make(self) -> None:
        self.profile, self.about, self.told, self.problem, self.said = (QLabel() for _ in range(5))
        for label in (self.profile, self.about, self.told, self.problem, self.said):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.profile.setProperty("class", "heading")
        self.about.setProperty("class", "small")
        self.told.setProperty("class", "small")
        self.problem.setProperty("class", "bad")
        self.ours, self.theirs = SideList("ours"), SideList("theirs")
        self.read_fields = QPushButton()
        self.read_fields.setProperty("class", "mini")
        self.read_fields.clicked.connect(self._read_fields)
        self.theirs.head.addWidget(self.read_fields)
        self.example = QComboBox()
        self.example.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.example.activated.connect(lambda _: self._choose_example())
        self.pairs = Pairs()
        self.pairs.currentRowChanged.connect(lambda _: self._choose_pair())
        self.pairs.removeAsked.connect(self._remove)
        self.connect_both = QPushButton()
        self.connect_both.setProperty("class", "primary")
        self.connect_both.clicked.connect(self._connect)
        self.ours.picked.connect(self._connect)
        self.theirs.picked.connect(self._connect)
        self.source, self.target = QComboBox(), TargetField()
        self.source.activated.connect(lambda _: self._change(source=str(self.source.currentData())))
        self.target.changed.connect(lambda value: self._change(target=value))
        self.form = EntryForm()
        self.form.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.form.changed.connect(self._edited)
        self.remove, self.undo = QPushButton(), QPushButton()
        self.remove.clicked.connect(self._remove)
        self.undo.clicked.connect(self._put_back)
        self.trial = Trial(self._desk)
        self.trial.tried.connect(self._tried)
        self.preview, self.dry_run, self.save = QPushButton(), QPushButton(), QPushButton()
        self.preview.clicked.connect(self._preview)
        self.dry_run.clicked.connect(self._dry_run)
        self.save.setProperty("class", "primary")
        self.save.clicked.connect(self._save)
        self.save_close, self.discard, self.send_stopped = QPushButton(), QPushButton(), QPushButton()
        self.save_close.clicked.connect(self._save_and_close)
        self.discard.clicked.connect(self._discard)
        self.send_stopped.clicked.connect(self._send_stopped)
        self.take, self.give = QPushButton(), QPushButton()
        self.take.clicked.connect(self._import)
        self.give.clicked.connect(self._export)

    def _build(self) -> None:
        head = QHBoxLayout()
        words = QVBoxLayout()
        words.addWidget(self.profile)
        words.addWidget(self.about)
        head.addLayout(words, 1)
        for button in (self.take, self.give):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.sides = Sides(self.ours, self._middle(), self.theirs)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.sides)
        halves.addWidget(self.trial)
        halves.setSizes([theme.scaled(520), theme.scaled(220)])
        below = QHBoxLayout()
        below.addWidget(self.said, 1)
        for button in (self.send_stopped, self.discard, self.save_close, self.preview, self.dry_run, self.save):
            below.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(theme.SPACE)
        column.addLayout(head)
        column.addWidget(halves, 1)
        column.addLayout(below)
        for button in (self.discard, self.save_close, self.send_stopped, self.undo):
            button.hide()
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: where there is little room, both lists stand above each other and labels above their fields."""
        super().resizeEvent(event)
        narrow = self.width() < theme.scaled(NARROW)
        self.sides.arrange(narrow=narrow)
        self.form.arrange(narrow=narrow)

    def _middle(self) -> QWidget:
        panel = QFrame()
        panel.setProperty("class", "panel")
        self.heading = QLabel()
        self.heading.setProperty("class", "heading")
        head = QHBoxLayout()
        head.addWidget(self.heading, 1)
        head.addWidget(self.undo)
        head.addWidget(self.connect_both)
        self.part = QWidget()
        inner = QVBoxLayout(self.part)
        inner.setContentsMargins(0, 0, theme.SPACE, 0)
        inner.setSpacing(theme.SPACE)
        ends = QGridLayout()
        ends.setColumnStretch(1, 1)
        self.from_label, self.to_label = QLabel(), QLabel()
        for row, (label, field) in enumerate(((self.from_label, self.source), (self.to_label, self.target))):
            label.setProperty("class", "muted")
            label.setBuddy(field)
            ends.addWidget(label, row, 0)
            ends.addWidget(field, row, 1)
            field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            field.setMinimumContentsLength(8)
        inner.addLayout(ends)
        inner.addWidget(self.form)
        inner.addWidget(self.told)
        inner.addWidget(self.problem)
        inner.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignLeft)
        inner.addStretch(1)
        self.entry_area = QScrollArea()
        self.entry_area.setWidgetResizable(True)
        self.entry_area.setWidget(self.part)
        self.example_label = QLabel()
        self.example_label.setProperty("class", "muted")
        self.example_label.setBuddy(self.example)
        shown = QHBoxLayout()
        shown.addWidget(self.example_label)
        shown.addWidget(self.example, 1)
        column = QVBoxLayout(panel)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(theme.SPACE)
        column.addLayout(head)
        column.addLayout(shown)
        column.addWidget(self.pairs, 2)
        column.addWidget(self.entry_area, 3)
        return panel

    # Loading

    def load(self) -> None:
        """Read profile, fields and examples anew; what is not saved is given up."""
        self._known, self._examples = self._desk.known(), self._desk.examples()
        self._titles = self._desk.dimensions(self._examples)
        self.example.clear()
        for one in self._examples:
            self.example.addItem(one.title, one.external_id)
        try:
            mapping = self._desk.profile().shape.mapping
        except RemoteFailure as failure:
            mapping, why = (), failure
            self._say(lambda: text.sentence(why))
        entries = self._desk.kept_draft() or mapping
        self.draft = Draft(mapping, list(entries), self._known)
        self.trial.forget()
        self._choose_example()
        self._show_stopped()

    def choose(self, target: str) -> None:
        """Turn to the entry of a field of the company: the one that stopped an item."""
        for place, entry in enumerate(self.draft.entries):
            if entry.target == target:
                self.pairs.setCurrentRow(place)

    def _chosen_example(self) -> Example | None:
        place = self.example.currentIndex()
        return self._examples[place] if 0 <= place < len(self._examples) else None

    def _choose_example(self) -> None:
        chosen = self._chosen_example()
        self._ours = our_fields(chosen.signed if chosen else None, self._titles)
        self.draft.values = {one.path: one.value for one in self._ours}
        self._show_all()
        self._follow()

    # Showing

    def _show_all(self) -> None:
        self._show_head()
        self._show_sides()
        self._show_pairs()
        self._choose_pair()

    def _show_head(self) -> None:
        try:
            title = self._desk.profile().title(text.language())
        except RemoteFailure as failure:
            self.profile.setText(text.sentence(failure))
            return
        key = "mapping.profile" if self._desk.is_own() else "mapping.profile_shipped"
        self.profile.setText(text.tr(key, title=title))

    def _show_sides(self) -> None:
        sources, targets = ({getattr(entry, end) for entry in self.draft.entries} for end in ("source", "target"))
        self.ours.show_rows(
            [Row(one.path, our_name(one.path, self._titles), our_example(one), one.path in sources)
             for one in self._ours],
            "" if self._examples else text.tr("mapping.example_none"),
        )  # fmt: skip
        self.theirs.show_rows(
            [Row(one.id, their_name(one), their_line(one), one.id in targets) for one in self._fields()],
            self._fields_note(),
        )

    def _fields(self) -> tuple[RemoteField, ...]:
        return self._known.catalogue.fields if self._known else ()

    def _fields_note(self) -> str:
        if self._known is None:
            return text.tr("mapping.fields_never")
        key = "mapping.fields_read" if self._known.catalogue.fields else "mapping.fields_none"
        return text.tr(key, at=clock(self._known.at)) if key == "mapping.fields_read" else text.tr(key)

    def _field(self, target: str) -> RemoteField | None:
        return self.draft.catalogue.field(target) if self.draft.catalogue else None

    def _show_pairs(self) -> None:
        self.pairs.show_pairs([(self._names(n), self.draft.said(n)) for n in range(len(self.draft.entries))])
        self._show_state()

    def _names(self, place: int) -> str:
        entry = self.draft.entries[place]
        return f"{our_name(entry.source, self._titles)}  →  {self._their_name(entry.target)}"

    def _their_name(self, target: str) -> str:
        """A field of the company in words; one that is gone with its id, as another may have its title now."""
        field = self._field(target)
        former = self._known.name_of(target, text.language()) if self._known else target
        return their_name(field) if field else former or "–"

    def _show_state(self) -> None:
        self.take.setEnabled(not self._desk.read_only)
        self.save.setEnabled(self.draft.changed and self.draft.can_be_saved and not self._desk.read_only)
        tryable = self.draft.can_be_saved
        self.preview.setEnabled(tryable and bool(self._examples))
        self.dry_run.setEnabled(tryable)
        self.preview.setToolTip("" if self._examples else text.tr("mapping.preview_none"))
        wanted = self.draft.required_open()
        missing = text.tr("mapping.required_open", fields=", ".join(wanted)) if wanted else ""
        self.heading.setText(text.tr("mapping.pairs"))
        self.about.setText(" ".join(filter(None, (text.tr("mapping.about"), missing))))

    def _choose_pair(self) -> None:
        place = self.pairs.currentRow()
        there = 0 <= place < len(self.draft.entries)
        self.entry_area.setVisible(there)
        if not there:
            return
        entry = self.draft.entries[place]
        self._fill_ends(entry)
        self.form.show_entry(entry, self._field(entry.target))
        self.ours.choose(entry.source)
        self.theirs.choose(entry.target)
        self._show_told(place)

    def _fill_ends(self, entry: Entry) -> None:
        self.source.clear()
        paths = [one.path for one in self._ours]
        for path in paths if entry.source in paths else [entry.source, *paths]:
            self.source.addItem(our_name(path, self._titles), path)
        self.source.setCurrentIndex(self.source.findData(entry.source))
        fields = [(their_name(one), one.id) for one in self._fields()]
        self.target.show_fields(fields, entry.target, self._their_name(entry.target))

    def _show_told(self, place: int) -> None:
        entry, problem = self.draft.entries[place], self.draft.said(place)
        value = self.draft.values.get(entry.source)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.told.setVisible(not problem and bool(self._examples))
        if not problem:
            result = told(entry, value)
            field = self._field(entry.target)
            worded = field.worded(result, text.language()) if field else ""
            said = worded or (example(result) if result is not None else text.tr("mapping.told_none"))
            ours = our_example(Ours(entry.source, nature_of(entry.source), value))
            self.told.setText(text.tr("mapping.told", ours=ours, theirs=said))

    # Editing

    def _connect(self) -> None:
        """Connect what is chosen on both sides; without a list of fields the name is typed afterwards."""
        source, target = self.ours.key(), self.theirs.key()
        if not source or (self._fields() and not target):
            return
        field = self._field(target)
        known = field or RemoteField(target, target, FieldType.TEXT)
        self.draft.entries.append(suggested(source, known, text.language()))
        self._show_sides()
        self._show_pairs()
        self.pairs.setCurrentRow(len(self.draft.entries) - 1)
        self._choose_pair()
        if not target:
            self.target.setFocus()
        self._follow()

    def _change(self, **values: str) -> None:
        """Another source or target for the chosen entry, which is told in the likeliest way then. Where the field takes
        the same as the one before, as one does that was renamed, what was set up stays."""
        place = self.pairs.currentRow()
        before = self.draft.entries[place]
        entry = msgspec.structs.replace(before, **values)
        if entry == before:
            return
        field = self._field(entry.target)
        former = self._known.field(before.target) if self._known else None
        if field is not None and not (former is not None and "target" in values and alike(former, field)):
            entry = suggested(entry.source, field, text.language())
        self.draft.entries[place] = entry
        self._show_sides()
        self._show_pairs()
        if field is not None or "source" in values:
            self._choose_pair()
        self._follow()

    def _edited(self, entry: Entry) -> None:
        place = self.pairs.currentRow()
        self.draft.entries[place] = entry
        self._show_pairs()
        self._show_told(place)
        self._follow()

    def _remove(self) -> None:
        place = self.pairs.currentRow()
        if place < 0:
            return
        names = self._names(place)
        self.draft.remove(place)
        self.undo.show()
        self._say(lambda: text.tr("mapping.undo_remove", what=names))
        self._show_all()
        self._follow()

    def _put_back(self) -> None:
        place = self.draft.put_back()
        self.undo.hide()
        self._say(str)
        self._show_all()
        self.pairs.setCurrentRow(place)
        self.pairs.setFocus()
        self._follow()

    # Trying

    def _follow(self) -> None:
        """Something was edited: what was asked about closing is moot, and an open preview follows."""
        self.discard.hide()
        self.save_close.hide()
        self.trial.follow(self.draft, self._chosen_example())

    def _preview(self) -> None:
        chosen = self._chosen_example()
        if chosen is not None:
            self.trial.preview(self.draft, chosen)

    def _dry_run(self) -> None:
        self.trial.dry_run(self.draft)
        self.trial.body.field.setFocus()  # the next button would get it, and Space save
        self.dry_run.setEnabled(False)

    def _tried(self) -> None:
        self.dry_run.setEnabled(self.draft.can_be_saved)
        self._renew(self._desk.known())

    def _read_fields(self) -> None:
        self._reading = True
        self._show_reading()
        self._desk.read_fields(self._fields_came)

    def _fields_came(self, known: KnownFields | None, failure: Failure | RemoteFailure | None) -> None:
        self._reading = False
        self._show_reading()
        if failure is not None:
            self._say(lambda: text.sentence(failure))
            return
        self._say(str)
        self.trial.forget_dry_run()
        self._renew(known)

    def _renew(self, known: KnownFields | None) -> None:
        if known is not None:
            self._known = self.draft.known = known
            self._show_all()

    def _show_reading(self) -> None:
        self.read_fields.setEnabled(not self._reading)
        self.read_fields.setText(text.tr("mapping.reading" if self._reading else "mapping.read_fields"))

    # Keeping

    def _save(self) -> bool:
        try:
            profile = self._desk.save(tuple(self.draft.entries))
        except (RemoteFailure, Failure) as failure:
            told = failure
            self._say(lambda: text.sentence(told))
            return False
        self._desk.keep_draft(None)
        self.draft.saved = profile.shape.mapping
        self.undo.hide()
        self._say(lambda: text.tr("mapping.saved", title=profile.title(text.language())))
        self._show_all()
        self._follow()
        self._show_stopped()
        self.saved.emit()
        return True

    def _show_stopped(self) -> None:
        count = self._desk.stopped()
        self.send_stopped.setVisible(count > 0 and not self.draft.changed)
        self.send_stopped.setText(f"{text.tr('mapping.stopped', n=count)} · {text.tr('mapping.send_stopped')}")

    def _send_stopped(self) -> None:
        count = self._desk.send_stopped()
        self.send_stopped.hide()
        self._say(lambda: text.tr("mapping.sent_stopped", n=count))

    def _import(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, text.tr("mapping.import"), "", text.tr("mapping.files"))
        if file:
            self.take_file(Path(file))

    def take_file(self, path: Path) -> None:
        """Take over a profile file and choose it."""
        try:
            profile = self._desk.import_file(path)
        except (RemoteFailure, Failure) as failure:
            told = failure
            self._say(lambda: text.sentence(told))
            return
        self._desk.keep_draft(None)
        self.load()
        self._say(lambda: text.tr("mapping.imported", title=profile.title(text.language())))
        self.saved.emit()

    def _export(self) -> None:
        file, _ = QFileDialog.getSaveFileName(self, text.tr("mapping.export"), "", text.tr("mapping.files"))
        if file:
            self.give_file(Path(file if file.endswith(".toml") else f"{file}.toml"))

    def give_file(self, path: Path) -> None:
        """Write the profile with the mapping as it stands here."""
        try:
            self._desk.export_file(tuple(self.draft.entries), path)
        except (RemoteFailure, Failure) as failure:
            told = failure
            self._say(lambda: text.sentence(told))
            return
        self._say(lambda: text.tr("mapping.exported", file=str(path)))

    def _save_and_close(self) -> None:
        if self._save():
            self.close()

    def _discard(self) -> None:
        self._desk.keep_draft(None)
        self.load()
        self.close()

    def window_closes(self) -> None:
        """The main window closes: what is not saved is there again the next time."""
        self._desk.keep_draft(tuple(self.draft.entries) if self.draft.changed and self.isVisible() else None)
        self.draft.entries = list(self.draft.saved)
        self.close()

    def _say(self, words: Callable[[], str]) -> None:
        self._said = words
        self.said.setText(words())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt: what is not saved is asked about in place, once."""
        if self.draft.changed and not self.discard.isVisible():
            self._ask()
            event.ignore()
            return
        super().closeEvent(event)

    def _ask(self) -> None:
        self._say(lambda: text.tr("mapping.unsaved"))
        self.discard.show()
        self.save_close.show()
        self.save_close.setEnabled(self.draft.can_be_saved)
        (self.save_close if self.draft.can_be_saved else self.discard).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Escape closes as the cross does."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)

    def _retranslate(self) -> None:
        for button, key in (
            (self.connect_both, "connect"), (self.remove, "remove"), (self.undo, "undo"), (self.preview, "preview"),
            (self.dry_run, "dry_run"), (self.save, "save"), (self.save_close, "save_close"), (self.discard, "discard"),
            (self.take, "import"), (self.give, "export"),
        ):  # fmt: skip
            button.setText(text.tr(f"mapping.{key}"))
        self.connect_both.setToolTip(text.tr("mapping.connect_hint"))
        self.from_label.setText(text.tr("mapping.from"))
        self.to_label.setText(text.tr("mapping.to"))
        self.example_label.setText(text.tr("mapping.example"))
        for widget, key in (
            (self.source, "from"), (self.target, "to"), (self.example, "example"), (self.pairs, "pairs"),
        ):  # fmt: skip
            widget.setAccessibleName(text.tr(f"mapping.{key}"))
        self.said.setText(self._said())
        self._show_reading()
        self._show_all()
        self.trial.forget_dry_run()
        self.trial.follow(self.draft, self._chosen_example())
