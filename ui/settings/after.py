"""The settings of what comes after a recording: when it is analysed, and the folders in which other tools record."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSignalBlocker, Qt, QTime
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.recording.starting import When, when
from app.settings import SettingsFile
from ui import language, theme

ROWS = 3


class AfterFields(QObject):
    """The fields and what they keep."""

    def __init__(self, settings: SettingsFile, parent: QWidget) -> None:
        super().__init__(parent)
        self._settings, self._parent = settings, parent
        values = settings.values
        self.when = QComboBox()
        self.when.activated.connect(self._save_when)
        self.begins, self.ends = QTimeEdit(), QTimeEdit()
        for edit, minutes in ((self.begins, values.night_from_min), (self.ends, values.night_to_min)):
            edit.setDisplayFormat("HH:mm")
            edit.setTime(QTime(minutes // 60 % 24, minutes % 60))
            edit.lineEdit().setTextMargins(theme.SPACE, 0, 0, 0)
            edit.timeChanged.connect(self._save_night)
        self.between = QLabel("–")
        self.between.setProperty("class", "muted")
        self.mains = QLabel()
        self.mains.setProperty("class", "small")
        self.mains.setWordWrap(True)
        self.folders = QListWidget(parent)
        self.folders.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.add, self.remove = QPushButton(parent), QPushButton(parent)
        self.folders.currentRowChanged.connect(lambda row: self.remove.setEnabled(row >= 0))
        self.add.clicked.connect(self._choose)
        self.remove.clicked.connect(self._remove)
        self.note = QLabel()
        self.note.setProperty("class", "small")
        self.note.setWordWrap(True)
        self._show_folders()
        language.on_change(self, self._retranslate)

    def rows(self) -> tuple[tuple[str, object], ...]:
        """The fields by the keys of their labels, as the settings room shows them."""
        night = QHBoxLayout()
        night.setSpacing(theme.SPACE)
        for widget in (self.begins, self.between, self.ends):
            night.addWidget(widget)
        night.addWidget(self.mains, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE)
        buttons.addWidget(self.note, 1)
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        watched = QVBoxLayout()
        watched.setSpacing(theme.SPACE)
        watched.addWidget(self.folders)
        watched.addLayout(buttons)
        box = QWidget()
        watched.setContentsMargins(0, 0, 0, 0)
        box.setLayout(watched)
        return (("analyse_when", self.when), ("night", night), ("watched", box))

    def watch(self, folder: Path) -> None:
        """Watch a folder from now on; one that lies in another, or is watched already, changes nothing."""
        watched = self._settings.values.watched
        if not any(folder.is_relative_to(each) for each in watched):
            kept = tuple(each for each in watched if not Path(each).is_relative_to(folder))
            self._settings.change(watched=(*kept, str(folder)))
            self._show_folders()

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._parent, text.tr("settings.watched_add"))
        if folder:
            self.watch(Path(folder))

    def _remove(self) -> None:
        gone = self.folders.currentItem()
        if gone is not None:
            kept = tuple(each for each in self._settings.values.watched if each != gone.text())
            self._settings.change(watched=kept)
            self._show_folders()

    def _show_folders(self) -> None:
        self.folders.clear()
        self.folders.addItems(list(self._settings.values.watched))
        for row in range(self.folders.count()):
            item = self.folders.item(row)
            item.setToolTip(item.text())
        self.folders.setVisible(self.folders.count() > 0)
        self.remove.setVisible(self.folders.count() > 0)
        self.remove.setEnabled(False)
        rows = min(self.folders.count(), ROWS)
        self.folders.setFixedHeight(theme.scaled(28 * rows + 4))

    def _save_when(self) -> None:
        self._settings.change(analyse_when=str(self.when.currentData()))
        self._show_night()

    def _save_night(self) -> None:
        begins, ends = self.begins.time(), self.ends.time()
        self._settings.change(
            night_from_min=begins.hour() * 60 + begins.minute(), night_to_min=ends.hour() * 60 + ends.minute()
        )

    def _show_night(self) -> None:
        night = when(self._settings.values) is When.AT_NIGHT
        for widget in (self.begins, self.ends):
            widget.setEnabled(night)

    def _retranslate(self) -> None:
        with QSignalBlocker(self.when):
            self.when.clear()
            for each in When:
                self.when.addItem(text.tr(f"settings.when_{each}"), str(each))
            self.when.setCurrentIndex(self.when.findData(str(when(self._settings.values))))
        self.mains.setText(text.tr("settings.night_mains"))
        self.add.setText(text.tr("settings.watched_add"))
        self.remove.setText(text.tr("settings.watched_remove"))
        self.note.setText(text.tr("settings.watched_note"))
        self.when.setAccessibleName(text.tr("settings.analyse_when"))
        self.begins.setAccessibleName(text.tr("settings.night_begins"))
        self.ends.setAccessibleName(text.tr("settings.night_ends"))
        self.folders.setAccessibleName(text.tr("settings.watched"))
        self._show_night()
