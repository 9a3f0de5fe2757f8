"""The suggestions for one interview: each with its rule and evidence; a person sends or dismisses it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from analysis.failures import Failure
from app import text
from app.domain.types import Interview
from app.settings import SettingsFile
from app.store.library import Library
from app.suggestions.deciding import Standing, Stands, Suggestions
from ui import language, theme


class SuggestionsDialog(QDialog):
    """Lists what the newest signed revision suggests. `sent` after something goes to the HR system."""

    sent = Signal()
    rulesAsked = Signal()

    def __init__(
        self, library: Library, settings: SettingsFile, interview: Interview, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        del settings
        self._library, self.interview = library, interview
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(theme.scaled(720), theme.scaled(460))
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.note = QLabel()
        self.note.setProperty("class", "small")
        self.note.setWordWrap(True)
        self.cards: list[SuggestionCard] = []
        self._page = QWidget()
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(self._page)
        self.rules, self.done_button = QPushButton(), QPushButton()
        self.rules.clicked.connect(self.rulesAsked)
        self.done_button.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addWidget(self.rules)
        row.addStretch(1)
        row.addWidget(self.done_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addWidget(self.note)
        column.addWidget(self.said)
        column.addWidget(area, 1)
        column.addLayout(row)
        language.on_change(self, self.refresh)

    def refresh(self) -> None:
        """Work them out again: the rules, the signature or the language are others."""
        self.setWindowTitle(text.tr("suggest.dialog_title", name=self.interview.candidate.name))
        self.note.setText(text.tr("suggest.dialog_note"))
        self.rules.setText(text.tr("suggest.edit_rules"))
        self.done_button.setText(text.tr("library.done"))
        found: tuple[Standing, ...] = ()
        try:
            current = Suggestions(self._library, self.interview.id)
            current.reconcile()
            found, words = current.standing(), ""
            if not current.rules:
                words = text.tr("suggest.no_rules")
            elif current.signed is None:
                words = text.tr("suggest.not_signed")
            elif not found:
                words = text.tr("suggest.nothing")
            self._say(words, good=True)
        except Failure as failure:
            self._say(text.sentence(failure), good=False)
        self._show(found)

    def _show(self, found: tuple[Standing, ...]) -> None:
        for card in self.cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = []
        for number, standing in enumerate(found):
            card = SuggestionCard(standing)
            card.sendAsked.connect(partial(self._decide, Suggestions.send))
            card.dismissAsked.connect(partial(self._decide, Suggestions.dismiss))
            self._column.insertWidget(number, card)
            self.cards.append(card)

    def _decide(self, act: Callable[[Suggestions, str], None], rule_id: str) -> None:
        try:
            act(Suggestions(self._library, self.interview.id), rule_id)
        except Failure as failure:
            self._say(text.sentence(failure), good=False)
            return
        self.refresh()
        self.sent.emit()

    def _say(self, words: str, *, good: bool) -> None:
        self.said.setProperty("class", "muted" if good else "bad")
        self.said.style().polish(self.said)
        self.said.setText(words)
        self.said.setVisible(bool(words))


class SuggestionCard(QFrame):
    """One suggestion: what, why, by which rule, and what was decided."""

    sendAsked = Signal(str)
    dismissAsked = Signal(str)

    def __init__(self, standing: Standing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "panel")
        self.standing = standing
        rule = standing.suggestion.rule
        self.title, self.why = QLabel(standing.suggestion.title), QLabel()
        self.title.setProperty("class", "heading")
        self.why.setProperty("class", "muted")
        self.why.setText(
            text.tr("suggest.why", evidence=standing.suggestion.evidence, rule=rule.id, revision=standing.revision)
        )
        for label in (self.title, self.why):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.send, self.dismiss = QPushButton(text.tr("suggest.send")), QPushButton(text.tr("suggest.dismiss"))
        self.send.setProperty("class", "primary")
        self.state = QLabel(self._state())
        self.state.setProperty("class", "ok" if standing.stands is Stands.SENT else "muted")
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        is_open = standing.stands is Stands.OPEN
        self.send.setVisible(is_open)
        self.dismiss.setVisible(is_open)
        self.state.setVisible(not is_open)
        self.send.clicked.connect(lambda: self.sendAsked.emit(rule.id))
        self.dismiss.clicked.connect(lambda: self.dismissAsked.emit(rule.id))
        words = QVBoxLayout()
        words.addWidget(self.title)
        words.addWidget(self.why)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(theme.SPACE)
        row.addLayout(words, 1)
        for widget in (self.state, self.dismiss, self.send):
            row.addWidget(widget)

    def _state(self) -> str:
        decided = self.standing.decided
        if decided is None:
            return ""
        when = decided.at.astimezone().strftime("%Y-%m-%d %H:%M")
        return text.tr(f"suggest.state_{self.standing.stands}", who=decided.by, when=when)
