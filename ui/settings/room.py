"""Settings in groups on one page. Each change is kept at once, but those of the connection to the HR system, which take
effect together."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.settings import SettingsFile
from ui import language, theme
from ui.settings.after import AfterFields
from ui.settings.hr_system import HrSystemFields
from ui.settings.language_model import LanguageModelFields
from ui.settings.outside import OutsideFields
from ui.settings.schedule import ScheduleFields
from ui.widgets.text_line import TextLine

SCALES = (100, 125, 150, 175, 200)


class SettingsRoom(QWidget):
    """Shows `SettingsFile` and writes changes back; says what others must act upon."""

    themeChosen = Signal(str, int)
    languageChosen = Signal(str)
    assessorChanged = Signal(str)
    transcriberFolderChosen = Signal(Path)

    def __init__(
        self,
        settings: SettingsFile,
        transcribers: tuple[str, ...],
        jurisdictions: tuple[str, ...],
        folder: Path,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._transcribers, self._jurisdictions = transcribers, jurisdictions
        self._folder = folder
        self._texts: list[tuple[QLabel, str]] = []
        self._make_fields()
        self._build()
        language.on_change(self, self._retranslate)

    def _make_fields(self) -> None:
        self.assessor = TextLine(self._settings.values.assessor)
        self.assessor.editingFinished.connect(self._save_assessor)
        self.language, self.theme, self.scale = QComboBox(), QComboBox(), QComboBox()
        self.language.activated.connect(self._save_language)
        self.theme.activated.connect(self._save_theme)
        self.scale.activated.connect(self._save_theme)
        self.hr = HrSystemFields(self._settings, self)
        self.language_model = LanguageModelFields(self._settings, self)
        self.outside = OutsideFields(self._settings, self)
        self.schedule = ScheduleFields(self._settings, self._folder, self)
        self.after = AfterFields(self._settings, self)
        self.transcriber, self.device, self.jurisdiction = QComboBox(), QComboBox(), QComboBox()
        self.transcriber.activated.connect(self._save_engine)
        self.device.activated.connect(self._save_engine)
        self.jurisdiction.activated.connect(self._save_engine)
        self.add_model = QPushButton()
        self.add_model.clicked.connect(self._choose_model)
        self.folder = QLabel(str(self._folder))
        self.folder.setTextFormat(Qt.TextFormat.PlainText)
        self.folder.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.folder.setWordWrap(True)

    def _build(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(14)
        models = QHBoxLayout()
        models.setSpacing(theme.SPACE)
        models.addWidget(self.transcriber, 1)
        models.addWidget(self.add_model)
        groups: dict[str, tuple[tuple[str, object], ...]] = {
            "person": (("assessor", self.assessor),),
            "look": (("language", self.language), ("theme", self.theme), ("scale", self.scale)),
            "ehr": self.hr.rows(),
            "schedule": self.schedule.rows(),
            "after": self.after.rows(),
            "engine": (
                ("transcriber", models), ("device", self.device), ("jurisdiction", self.jurisdiction),
                ("folder", self.folder),
            ),
            "llm": self.language_model.rows(),
            "services": self.outside.rows(),
        }  # fmt: skip
        for name, fields in groups.items():
            panel, form = self._group(name, fields)
            column.addWidget(panel)
            if name == "ehr":
                self.hr.live_in(form)
        column.addStretch(1)
        page.setMaximumWidth(theme.scaled(860))
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)

    def _group(self, name: str, fields: tuple[tuple[str, object], ...]) -> tuple[QFrame, QFormLayout]:
        panel = QFrame()
        panel.setProperty("class", "panel")
        column = QVBoxLayout(panel)
        column.setContentsMargins(18, 14, 18, 16)
        heading, note = QLabel(), QLabel()
        heading.setProperty("class", "heading")
        note.setProperty("class", "small")
        note.setWordWrap(True)
        self._texts += [(heading, f"settings.{name}"), (note, f"settings.{name}_note")]
        form = QFormLayout()
        form.setHorizontalSpacing(20)
        form.setVerticalSpacing(10)
        for key, field in fields:
            if not key and isinstance(field, QWidget):
                form.addRow(field)
                continue
            label = QLabel()
            label.setProperty("class", "muted")
            label.setMinimumWidth(theme.scaled(130))
            self._texts.append((label, f"settings.{key}"))
            if isinstance(field, QHBoxLayout):
                form.addRow(label, field)
            elif isinstance(field, QWidget):
                label.setBuddy(field)
                form.addRow(label, field)
        column.addWidget(heading)
        column.addWidget(note)
        column.addLayout(form)
        return panel, form

    def _retranslate(self) -> None:
        for label, key in self._texts:
            label.setText(text.tr(key))
        self.add_model.setText(text.tr("settings.add_model"))
        named = {
            "assessor": self.assessor, "language": self.language, "theme": self.theme, "scale": self.scale,
            "transcriber": self.transcriber, "device": self.device, "jurisdiction": self.jurisdiction,
        }  # fmt: skip
        for key, widget in named.items():
            widget.setAccessibleName(text.tr(f"settings.{key}"))
        values = self._settings.values
        self._fill(self.language, [(text.tr(f"settings.language_{n or 'system'}"), n) for n in ("", "zh", "en")],
                   values.language)  # fmt: skip
        self._fill(self.theme, [(text.tr(f"settings.theme_{n}"), n) for n in ("system", "light", "dark")],
                   values.theme)  # fmt: skip
        self._fill(self.scale, [(f"{n} %", n) for n in SCALES], values.scale)
        self._fill(self.device, [(text.tr(f"settings.device_{n}"), n) for n in ("auto", "cpu", "cuda")], values.device)
        self._fill(self.jurisdiction, [(text.tr(f"policy.profile_{n.lower()}"), n) for n in self._jurisdictions],
                   values.jurisdiction)  # fmt: skip
        self._fill(self.transcriber, [(n, n) for n in self._transcribers], values.transcriber)

    def _fill(self, box: QComboBox, choices: list[tuple[str, object]], current: object) -> None:
        with QSignalBlocker(box):
            box.clear()
            for words, value in choices:
                box.addItem(words, value)
            box.setCurrentIndex(max(0, box.findData(current)))

    def set_transcribers(self, names: tuple[str, ...], chosen: str) -> None:
        """The transcribers that there are, after one was added."""
        self._transcribers = names
        self._settings.change(transcriber=chosen)
        self._fill(self.transcriber, [(n, n) for n in names], chosen)

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: whoever goes elsewhere has entered what there is to enter."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.hr.apply()

    def _save_assessor(self) -> None:
        name = self.assessor.text().strip()
        if name and name != self._settings.values.assessor:
            self._settings.change(assessor=name)
            self.assessorChanged.emit(name)

    def _save_language(self) -> None:
        self._settings.change(language=self.language.currentData())
        self.languageChosen.emit(self.language.currentData())

    def _save_theme(self) -> None:
        self._settings.change(theme=self.theme.currentData(), scale=self.scale.currentData())
        self.themeChosen.emit(self.theme.currentData(), self.scale.currentData())

    def _save_engine(self) -> None:
        self._settings.change(
            transcriber=self.transcriber.currentData(),
            device=self.device.currentData(),
            jurisdiction=self.jurisdiction.currentData(),
        )
        self.outside.refresh()

    def _choose_model(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, text.tr("settings.add_model"))
        if folder:
            self.transcriberFolderChosen.emit(Path(folder))
