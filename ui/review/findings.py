"""What was found beside the analysis: how new each answer is, and what a language model was asked; and how to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app import text
from app.domain.enrichment import AnswerNovelty, EnrichmentKind, NewSentence, Novelty
from app.domain.outside import Purpose
from app.enrichment.wording import claims_summary, expression_lines, method_line, novelty_line
from app.text import tr
from ui import icons, language, theme
from ui.review.claim_list import moment_chip
from ui.review.controls import icon_size, wrapped_label
from ui.widgets.plain import plain_tip

if TYPE_CHECKING:
    from app.domain.template import Template
    from app.enrichment.findings import Findings, Shown


class FindingsPanel(QFrame):
    """Sections at the foot of the scorecard. Claims themselves stand at their dimensions, behind the veil.

    `enrichAsked`, `cancelAsked`: a kind of enrichment (`EnrichmentKind`) is wanted, or not any more.
    """

    enrichAsked = Signal(str)
    cancelAsked = Signal(str)
    seekAsked = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._findings: Findings | None = None
        self._editable = False
        self.novelty, self.claims = NoveltySection(), ClaimsSection()
        self.terms, self.scores, self.expression = (
            OutsideTermsSection(),
            OutsideScoresSection(),
            OutsideExpressionSection(),
        )
        self.sections: dict[EnrichmentKind, Section] = {
            EnrichmentKind.NOVELTY: self.novelty, EnrichmentKind.CLAIMS: self.claims,
            EnrichmentKind.OUTSIDE_TERMS: self.terms, EnrichmentKind.OUTSIDE_SCORES: self.scores,
            EnrichmentKind.OUTSIDE_EXPRESSION: self.expression,
        }  # fmt: skip
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 10, 0, 4)
        whole.setSpacing(10)
        for kind, section in self.sections.items():
            whole.addWidget(section)
            section.asked.connect(lambda k=kind: self.enrichAsked.emit(str(k)))
            section.cancelled.connect(lambda k=kind: self.cancelAsked.emit(str(k)))
            section.seekAsked.connect(self.seekAsked)
        language.on_change(self, self._retell)
        theme.changed.connect(self._retell)

    def _retell(self) -> None:
        """What was read, in another language or theme: the library may be closed by then."""
        if self._findings is not None:
            for section in self.sections.values():
                section.tell()

    def show_findings(self, findings: Findings, *, editable: bool) -> None:
        """Show the newest state of an interview's enrichments."""
        self._findings, self._editable = findings, editable
        self.refresh()

    def show_running(self, kind: EnrichmentKind, words: str | None) -> None:
        """An enrichment is being made: how far it is, in words; None = it is not any more."""
        self.sections[kind].show_running(words)

    def refresh(self) -> None:
        """Read and show everything again."""
        findings = self._findings
        if findings is None:
            return
        novelty, claims = findings.of(EnrichmentKind.NOVELTY), findings.of(EnrichmentKind.CLAIMS)
        self.novelty.show_state(novelty, possible=findings.can_compare, editable=self._editable)
        self.claims.show_state(claims, possible=findings.can_ask, editable=self._editable)
        self.claims.setVisible(findings.can_ask or claims is not None)
        outside = self._show_outside(findings)
        self.setVisible(self.claims.isVisibleTo(self) or findings.can_compare or novelty is not None or outside)

    def _show_outside(self, findings: Findings) -> bool:
        """What outside services found, and how to ask them; whether there is anything of it to be seen."""
        template = findings.template
        asked = (
            (self.terms, EnrichmentKind.OUTSIDE_TERMS, Purpose.TERMS),
            (self.scores, EnrichmentKind.OUTSIDE_SCORES, Purpose.SCORING),
            (self.expression, EnrichmentKind.OUTSIDE_EXPRESSION, Purpose.EXPRESSION),
        )
        seen = False
        for section, kind, purpose in asked:
            shown, possible = findings.of(kind), findings.can_ask_outside(purpose)
            section.template = template
            section.show_state(shown, possible=possible, editable=self._editable)
            section.setVisible(possible or shown is not None)
            seen = seen or possible or shown is not None
        return seen


class Section(QWidget):
    """A title with a button, a line that tells the state, and what came out."""

    asked = Signal()
    cancelled = Signal()
    seekAsked = Signal(float)
    title_key, ask_key, none_key, impossible_key = "", "", "", ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Shown | None = None
        self._running: str | None = None
        self._possible, self._editable = False, False
        self.title = wrapped_label("heading")
        self.ask = QPushButton()
        self.ask.setProperty("class", "quiet")
        self.ask.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Space plays on, also after a click here
        self.ask.clicked.connect(self._pressed)
        self.state, self.warning, self.by = wrapped_label("small"), wrapped_label("warn"), wrapped_label("small")
        self.body = QVBoxLayout()
        self.body.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.ask, 0, Qt.AlignmentFlag.AlignTop)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(3)
        whole.addLayout(head)
        whole.addWidget(self.state)
        whole.addWidget(self.warning)
        whole.addLayout(self.body)
        whole.addWidget(self.by)

    def show_state(self, shown: Shown | None, *, possible: bool, editable: bool) -> None:
        """Show what came out, if anything did, and whether it can be had."""
        self._shown, self._possible, self._editable = shown, possible, editable
        self.tell()

    def show_running(self, words: str | None) -> None:
        """It is being made; None = not any more."""
        self._running = words
        self.tell()

    def _pressed(self) -> None:
        if self._running is None:
            self.asked.emit()
        else:
            self.ask.setEnabled(False)
            self.cancelled.emit()

    def tell(self) -> None:
        """Say what is known, in the language and the colours in use."""
        shown, running = self._shown, self._running
        self.title.setText(tr(self.title_key))
        self._tell_button()
        words = running if running is not None else self._state(shown)
        self.state.setText(words)
        self.state.setVisible(bool(words))
        outdated = tr(f"enrich.outdated_{shown.outdated}") if shown and shown.outdated else ""
        self.warning.setText(outdated)
        self.warning.setVisible(bool(outdated))
        self.by.setText(method_line(shown.made) if shown else "")
        self.by.setVisible(shown is not None)
        self._empty_body()
        if shown is not None:
            self._fill(shown)

    def _tell_button(self) -> None:
        busy = self._running is not None
        again = self._shown is not None
        words = tr("review.cancel" if busy else f"{self.ask_key}_again" if again else self.ask_key)
        self.ask.setText(words)
        self.ask.setAccessibleName(f"{tr(self.title_key)}: {words}")
        self.ask.setIcon(icons.icon("cross" if busy else "refresh" if again else "play", "accent"))
        self.ask.setIconSize(icon_size())
        self.ask.setEnabled(self._editable and (busy or self._possible))

    def _state(self, shown: Shown | None) -> str:
        """What is said where nothing came out."""
        if shown is not None:
            return ""
        return tr(self.none_key if self._possible else self.impossible_key)

    def _empty_body(self) -> None:
        while self.body.count():
            item = self.body.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _fill(self, shown: Shown) -> None:
        raise NotImplementedError

    def _line(self, time_s: float, words: QWidget, tip: str) -> QHBoxLayout:
        chip = moment_chip(time_s, tip)
        chip.clicked.connect(lambda: self.seekAsked.emit(time_s))
        line = QHBoxLayout()
        line.setSpacing(theme.scaled(8))
        line.addWidget(chip, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(words, 1)
        return line


class NoveltySection(Section):
    """How much of each answer nobody else has said."""

    title_key, ask_key = "enrich.novelty_title", "findings.compare"
    none_key, impossible_key = "findings.novelty_none", "findings.novelty_impossible"

    def _state(self, shown: Shown | None) -> str:
        found = shown.novelty if shown else None
        if found is None or any(one.new is not None for one in found.answers):
            return super()._state(shown)
        return tr("findings.novelty_too_few", n=max((a.others for a in found.answers), default=0), least=found.least)

    def _fill(self, shown: Shown) -> None:
        found = shown.novelty or Novelty((), 0)
        if all(one.new is None for one in found.answers):
            return
        for one in found.answers:
            self.body.addWidget(self._row(one, found.least))

    def _row(self, one: AnswerNovelty, least: int) -> QWidget:
        """An answer: where it begins, how new it is, and its newest sentences."""
        row = QWidget()
        what = wrapped_label()
        number, words = tr("review.answer", number=one.exchange + 1), novelty_line(one, least)
        what.setText(tr("findings.answer", number=number, what=words))
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(self._line(one.start, what, f"{number} · {words}"))
        for said in one.newest:
            column.addLayout(self._sentence(said))
        return row

    def _sentence(self, said: NewSentence) -> QHBoxLayout:
        words = wrapped_label("small")
        words.setText(tr("findings.quote", quote=said.text))
        words.setToolTip(plain_tip(tr("findings.nearest", nearest=f"{said.nearest:.2f}")))
        line = self._line(said.start, words, said.text)
        line.setContentsMargins(theme.scaled(16), 0, 0, 0)
        return line


class ClaimsSection(Section):
    """What a language model was asked, and how much of its answer was kept."""

    title_key, ask_key = "enrich.claims_title", "findings.ask"
    none_key, impossible_key = "findings.claims_none", "failure.llm_off"

    def _fill(self, shown: Shown) -> None:
        claims = shown.claims
        if claims is None:
            return
        words = [tr("findings.claims_veiled")] if shown.veiled else []
        for line in (*words, claims_summary(claims)):
            label = wrapped_label("small")
            label.setText(line)
            self.body.addWidget(label)


class OutsideSection(Section):
    """What an outside service found: always with its name and host, never among what this program says itself."""

    template: Template

    def _say(self, words: str) -> None:
        label = wrapped_label("small")
        label.setText(words)
        self.body.addWidget(label)

    def _moment(self, start: float, words: str, quote: str, tip: str) -> None:
        """A line with the moment to go to, and the candidate's words below."""
        row, said, quoted = QWidget(), wrapped_label(), wrapped_label("small")
        said.setText(words)
        quoted.setText(tr("findings.quote", quote=quote))
        quoted.setToolTip(plain_tip(tip))
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(self._line(start, said, f"{words} · {quote}"))
        column.addWidget(quoted)
        self.body.addWidget(row)


class OutsideTermsSection(OutsideSection):
    """The terms that an outside service named."""

    title_key, ask_key = "enrich.outside_terms_title", "findings.outside_terms_ask"
    none_key, impossible_key = "findings.outside_terms_none", "findings.outside_terms_off"

    def _fill(self, shown: Shown) -> None:
        found = shown.terms
        if found is None:
            return
        for term in found.terms:
            self._moment(term.start, term.text, term.quote, tr("review.answer", number=term.exchange + 1))
        if not found.terms:
            self._say(tr("findings.outside_found_none"))
        self._say(claims_summary(found))


class OutsideScoresSection(OutsideSection):
    """What an outside service would give each answer; behind the veil of its dimension, and counted nowhere."""

    title_key, ask_key = "enrich.outside_scores_title", "findings.outside_scores_ask"
    none_key, impossible_key = "findings.outside_scores_none", "findings.outside_scores_off"

    def _fill(self, shown: Shown) -> None:
        found = shown.scores
        if found is None:
            return
        self._say(tr("findings.outside_scores_count"))
        if shown.veiled:
            self._say(tr("findings.outside_scores_veiled"))
        titles = {each.id: each.title.in_(text.language()) for each in self.template.dimensions}
        for one in found.scores:
            title = tr("findings.outside_score", title=titles[one.dimension_id], score=f"{one.score:g}")
            answer = tr("review.answer", number=one.exchange + 1)
            self._moment(one.start, tr("findings.answer", number=answer, what=title), one.quote, one.reason)
            self._say(one.reason)
        if not found.scores and not shown.veiled:
            self._say(tr("findings.outside_found_none"))
        self._say(claims_summary(found))


class OutsideExpressionSection(OutsideSection):
    """What an outside service saw in pictures of the candidate, answer by answer: described, never scored."""

    title_key, ask_key = "enrich.outside_expression_title", "findings.outside_expression_ask"
    none_key, impossible_key = "findings.outside_expression_none", "findings.outside_expression_off"

    def tell(self) -> None:
        """What was read, in the language and theme in use."""
        if text.has(self.title_key):  # a build without that room has none of its words
            super().tell()

    def _fill(self, shown: Shown) -> None:
        found = shown.expression
        if found is None:
            return
        for line in expression_lines(found):
            number = tr("review.answer", number=line["number"])
            self._say(tr("findings.answer", number=number, what=line["what"]))
        if not found.samples:
            self._say(tr("findings.outside_found_none"))
        if found.unseen:
            self._say(tr("findings.outside_unseen", n=found.unseen))
