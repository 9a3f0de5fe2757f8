"""In which language an interview is spoken and by how many people: what an analysis is asked to take for granted."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app import text
from app.domain.types import MOST_SPEAKERS, SPOKEN, Interview
from app.store.library import Library

AS_IT_SOUNDS = 0


class SpokenField(QWidget):
    """Two choices of one interview, saved as they are made; the next analysis goes by them."""

    saved = Signal(object)

    def __init__(self, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._interview: Interview | None = None
        self.spoken, self.speakers = QComboBox(), QComboBox()
        for name in SPOKEN:
            self.spoken.addItem("", name)
        for count in (*range(1, MOST_SPEAKERS + 1), AS_IT_SOUNDS):
            self.speakers.addItem("", count)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for box in (self.spoken, self.speakers):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.activated.connect(self._save)
            row.addWidget(box, 1)
        self.setFocusProxy(self.spoken)

    def show_interview(self, interview: Interview, *, enabled: bool) -> None:
        """What is chosen for an interview."""
        self._interview = interview
        self._name()
        self.setEnabled(enabled)
        for box, value in ((self.spoken, interview.spoken), (self.speakers, interview.speakers)):
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(value))

    def _name(self) -> None:
        for index, name in enumerate(SPOKEN):
            self.spoken.setItemText(index, text.tr(f"library.spoken_{name}"))
        for index in range(self.speakers.count()):
            count = self.speakers.itemData(index)
            key = "speakers_auto" if count == AS_IT_SOUNDS else "speakers_one" if count == 1 else "speakers"
            self.speakers.setItemText(index, text.tr(f"library.{key}", n=count))
        self.spoken.setAccessibleName(text.tr("library.spoken_language"))
        self.speakers.setAccessibleName(text.tr("library.speakers_count"))
        self.spoken.setToolTip(text.tr("library.spoken_help"))
        self.speakers.setToolTip(text.tr("library.speakers_help"))

    def _save(self) -> None:
        interview = self._interview
        if interview is None:
            return
        wanted = replace(interview, spoken=self.spoken.currentData(), speakers=self.speakers.currentData())
        if wanted != interview:
            self.saved.emit(self._library.save_interview(wanted))
