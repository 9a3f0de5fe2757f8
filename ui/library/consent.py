"""What the candidate agreed to have analysed: shown, and recorded, for one interview."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from app import policy, text
from app.domain.types import Consent, Interview, InterviewStatus
from app.lying_there import lying_there
from app.recording.consent_words import listed
from app.recording.evidence import DESK, taken_back
from app.settings import SettingsFile
from app.store.library import Library
from ui import language
from ui.library import outside_consent

TEXT_VERSION = DESK


class ConsentField(QWidget):
    """One line and a menu of modalities. Under profiles that keep consent outside, an empty record changes nothing.

    `showAsked(id)`: all of it is to be shown.
    """

    showAsked = Signal(str)

    def __init__(self, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._interview: Interview | None = None
        self.line = QLabel()
        self.line.setWordWrap(True)
        self.button = QPushButton()
        self.button.setProperty("class", "quiet")
        self.menu = QMenu(self.button)
        self.button.setMenu(self.menu)
        self.show_all = QPushButton()
        self.show_all.setProperty("class", "link")
        self.show_all.clicked.connect(self._show_all)
        row = QHBoxLayout()
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.show_all, 0, Qt.AlignmentFlag.AlignLeft)
        language.on_change(self, self._retell)

    def show_interview(self, interview: Interview) -> None:
        """Show what holds for one interview."""
        self._interview = interview
        self._retell()

    def _show_all(self) -> None:
        if self._interview is not None:
            self.showAsked.emit(self._interview.id)

    def _retell(self) -> None:
        self.show_all.setText(text.tr("consent.show"))
        self.button.setText(text.tr("library.consent_record"))
        self.button.setAccessibleName(text.tr("library.consent"))
        self.button.setEnabled(not self._library.read_only)
        if self._interview is None:
            return
        consent = self._library.consent(self._interview.id)
        agreed = consent.modalities if consent else ()
        kinds = _kinds(consent)
        outside = [outside_consent.words(service) for service in outside_consent.agreed(self._library, self._interview)]
        words = self._words(agreed, recorded=consent is not None, waits=_waits(self._interview))
        if kinds:
            words = (
                f"{words}\n{text.tr('library.consent_kinds', what=kinds)}"
                if agreed
                else text.tr("library.consent_not_analysed", what=kinds)
            )
        there = [
            each.sentence
            for each in lying_there(self._library)
            if each.interview_id == self._interview.id and each.what
        ]
        self.line.setText("\n".join([words, *self._taken_back(self._interview.id), *outside, *there]))
        self.menu.clear()
        for name in self._modalities():
            action = QAction(text.tr(f"policy.modality_{name}"), self.menu)
            action.setCheckable(True)
            action.setChecked(name in agreed)
            action.toggled.connect(self._record)
            action.setData(name)
            self.menu.addAction(action)
        outside_consent.add_to(self.menu, self._library, self._interview, self._retell)

    def _taken_back(self, interview_id: str) -> list[str]:
        """What was agreed to once and is not any more."""
        gone = taken_back(self._library, interview_id)
        return [text.tr("consent.taken_back", what=listed(gone, text.language()))] if gone else []

    def _modalities(self) -> tuple[str, ...]:
        rules = policy.profile(SettingsFile(self._library.folder).values.jurisdiction)
        return tuple(n for n, rule in rules.modalities.items() if rule.analyse and text.has(f"policy.modality_{n}"))

    def _words(self, agreed: tuple[str, ...], *, recorded: bool, waits: bool) -> str:
        """`waits`: for its recording, before which the candidate is asked."""
        if recorded and agreed:
            return text.tr("library.list_comma").join(text.tr(f"policy.modality_{name}") for name in agreed)
        if recorded:
            return text.tr("library.consent_withdrawn")
        if waits:
            return text.tr("library.consent_not_asked")
        rules = policy.profile(SettingsFile(self._library.folder).values.jurisdiction)
        return text.tr(f"library.consent_{rules.consent}")

    def _record(self) -> None:
        if self._interview is None:
            return
        agreed = tuple(each.data() for each in self.menu.actions() if each.isChecked() and each.data())
        self._library.record_consent(self._interview.id, agreed, TEXT_VERSION, self._interview.candidate.name)
        self._retell()


def _waits(interview: Interview) -> bool:
    return interview.media is None and interview.status not in (InterviewStatus.TO_REVIEW, InterviewStatus.ASSESSED)


def _kinds(consent: Consent | None) -> str:
    """What may be recorded, where the candidate was asked."""
    kinds = (consent.kinds or ()) if consent is not None else ()
    return text.tr("library.list_comma").join(text.tr(f"record.kind_{kind}") for kind in sorted(kinds, reverse=True))
