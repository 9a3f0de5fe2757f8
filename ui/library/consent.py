"""What the candidate agreed to have analysed: shown, and recorded, for one interview."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QWidget

from app import policy, text
from app.domain.types import Consent, Interview
from app.lying_there import lying_there
from app.settings import SettingsFile
from app.store.library import Library
from ui import language
from ui.library import outside_consent

TEXT_VERSION = "desk-1"
"""Names the way of recording: an interviewer notes here what the candidate signed or said."""


class ConsentField(QWidget):
    """One line and a menu of modalities. Under profiles that keep consent outside, an empty record changes nothing."""

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
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        language.on_change(self, self._retell)

    def show_interview(self, interview: Interview) -> None:
        """Show what holds for one interview."""
        self._interview = interview
        self._retell()

    def _retell(self) -> None:
        self.button.setText(text.tr("library.consent_record"))
        self.button.setAccessibleName(text.tr("library.consent"))
        self.button.setEnabled(not self._library.read_only)
        if self._interview is None:
            return
        consent = self._library.consent(self._interview.id)
        agreed = consent.modalities if consent else ()
        kinds = _kinds(consent)
        outside = [outside_consent.words(service) for service in outside_consent.agreed(self._library, self._interview)]
        words = self._words(agreed, recorded=consent is not None)
        if kinds:
            words = (
                f"{words}\n{text.tr('library.consent_kinds', what=kinds)}"
                if agreed
                else text.tr("library.consent_not_analysed", what=kinds)
            )
        there = [each.sentence for each in lying_there(self._library) if each.interview_id == self._interview.id]
        self.line.setText("\n".join([words, *outside, *there]))
        self.menu.clear()
        for name in self._modalities():
            action = QAction(text.tr(f"policy.modality_{name}"), self.menu)
            action.setCheckable(True)
            action.setChecked(name in agreed)
            action.toggled.connect(self._record)
            action.setData(name)
            self.menu.addAction(action)
        outside_consent.add_to(self.menu, self._library, self._interview, self._retell)

    def _modalities(self) -> tuple[str, ...]:
        rules = policy.profile(SettingsFile(self._library.folder).values.jurisdiction)
        return tuple(n for n, rule in rules.modalities.items() if rule.analyse and text.has(f"policy.modality_{n}"))

    def _words(self, agreed: tuple[str, ...], *, recorded: bool) -> str:
        if recorded and agreed:
            return text.tr("library.list_comma").join(text.tr(f"policy.modality_{name}") for name in agreed)
        if recorded:
            return text.tr("library.consent_withdrawn")
        rules = policy.profile(SettingsFile(self._library.folder).values.jurisdiction)
        return text.tr(f"library.consent_{rules.consent}")

    def _record(self) -> None:
        if self._interview is None:
            return
        agreed = tuple(each.data() for each in self.menu.actions() if each.isChecked() and each.data())
        self._library.record_consent(self._interview.id, agreed, TEXT_VERSION, self._interview.candidate.name)
        self._retell()


def _kinds(consent: Consent | None) -> str:
    """What may be recorded, where the candidate was asked."""
    kinds = (consent.kinds or ()) if consent is not None else ()
    return text.tr("library.list_comma").join(text.tr(f"record.kind_{kind}") for kind in sorted(kinds, reverse=True))
