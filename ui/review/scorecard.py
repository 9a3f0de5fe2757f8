"""The scorecard: the template's dimensions, comments, closing words, and the verdict at its foot."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from analysis.document import Exchange
from analysis.failures import Failure
from app.domain.enrichment import EnrichmentKind
from app.domain.scores import Scorecard
from app.domain.types import Conclusion
from app.text import language as spoken_language
from app.text import tr
from ui import language, theme
from ui.review.comments import Comments
from ui.review.controls import plain_label
from ui.review.dimension_card import DimensionCard
from ui.review.findings import FindingsPanel
from ui.review.model import Presenter
from ui.review.question_list import QuestionList, listed_questions
from ui.review.score_table import score_table
from ui.review.table import Table
from ui.review.verdict import Verdict
from ui.review.written_field import DraftedField, WrittenField
from ui.widgets.keys import KeylessScroll

LOW = 820
"""Below this height (before scaling) the foot of the scorecard takes less room."""


class ScorecardPanel(QFrame):
    """Shows an assessment and hands every change to the presenter at once. Known failures go to `failed`."""

    changed = Signal()
    commentsChanged = Signal()
    seekAsked = Signal(float)
    playAsked = Signal(float)
    failed = Signal(object)
    signed = Signal()

    def __init__(self, now: Callable[[], float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "panel")
        self.presenter: Presenter | None = None
        self.cards: dict[str, DimensionCard] = {}
        self.chosen: DimensionCard | None = None
        self._exchanges: tuple[Exchange, ...] = ()
        self._all_heard = False
        self.legend = plain_label("small")
        self.legend.setIndent(8)
        self.questions = QuestionList()
        self.comments = Comments(now)
        self.strengths = DraftedField("strengths")
        self.to_improve = DraftedField("to_improve")
        self.summary = WrittenField()
        self.summary_title = plain_label("small")
        self.findings = FindingsPanel()
        self.verdict = Verdict()
        self._build()
        self._connect()
        language.on_change(self, self._rename)

    def _build(self) -> None:
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(6, 8, 12, 8)
        self._column.setSpacing(2)
        self._dimensions = QVBoxLayout()
        self._dimensions.setSpacing(0)
        self._column.addWidget(self.legend)
        self._column.addLayout(self._dimensions)
        below = QVBoxLayout()
        below.setContentsMargins(8, 0, 0, 0)
        below.setSpacing(2)
        for widget in (
            self.questions,
            self.comments,
            self.strengths,
            self.to_improve,
            self.summary_title,
            self.summary,
            self.findings,
        ):
            below.addWidget(widget)
        self._column.addLayout(below)
        self._column.addStretch(1)
        self.scroller = KeylessScroll()
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setWidget(inside)
        line = QFrame()
        line.setFixedHeight(1)
        line.setObjectName("line")
        self._line = line
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 1)
        whole.setSpacing(0)
        whole.addWidget(self.scroller, 1)
        whole.addWidget(line)
        whole.addWidget(self.verdict)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _connect(self) -> None:
        self.comments.commentGiven.connect(self.add_comment)
        self.comments.started.connect(lambda: self.scroller.ensureWidgetVisible(self.comments.field))
        self.comments.bookmarkAsked.connect(self.add_bookmark)
        self.comments.removeAsked.connect(self._remove_comment)
        self.comments.restoreAsked.connect(self._restore_comment)
        self.comments.edited.connect(self._edit_comment)
        self.comments.seekAsked.connect(self.seekAsked)
        self.comments.playAsked.connect(self.playAsked)
        self.comments.tagAsked.connect(self._tag_comment)
        self.questions.rated.connect(self.rate_question)
        self.questions.noted.connect(self.note_question)
        self.questions.seekAsked.connect(self.seekAsked)
        self.strengths.written.connect(self._write_strengths)
        self.to_improve.written.connect(self._write_to_improve)
        self.summary.written.connect(self._write_summary)
        self.findings.seekAsked.connect(self.seekAsked)
        self.verdict.concluded.connect(self._conclude)
        self.verdict.weightReasonGiven.connect(self._give_weight_reason)
        self.verdict.resetAsked.connect(lambda: self._do(lambda p: p.reset_weights()))
        self.verdict.signAsked.connect(self._sign)
        self.verdict.dimensionAsked.connect(lambda key: self.bring(self.cards[key]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.verdict.radar.set_compact(self.height() < theme.scaled(LOW))

    def show_review(self, presenter: Presenter) -> None:
        """Show an interview's assessment."""
        if self.presenter is not presenter or set(self.cards) != {d.id for d in presenter.template.dimensions}:
            self.presenter = presenter
            self._make_cards(presenter)
        self.refresh()
        self.refresh_comments()
        self.summary.show_words(presenter.assessment.summary, editable=not presenter.read_only)

    def _make_cards(self, presenter: Presenter) -> None:
        while self._dimensions.count():
            item = self._dimensions.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.cards, self.chosen = {}, None
        for dimension in presenter.template.dimensions:
            card = DimensionCard(dimension)
            card.setObjectName("dimension")
            card.weightMoved.connect(self.preview_weight)
            card.weightSet.connect(self._set_weight)
            card.rated.connect(self._rate)
            card.unveilAsked.connect(self._unveil)
            card.reasonGiven.connect(self._give_reason)
            card.seekAsked.connect(self.seekAsked)
            card.playAsked.connect(self.playAsked)
            card.chosen.connect(lambda key: self.choose(self.cards[key]))
            self.cards[dimension.id] = card
            self._dimensions.addWidget(card)
        self._restyle()

    def refresh(self) -> None:
        """Show the newest state of the assessment."""
        presenter = self.presenter
        if presenter is None:
            return
        card, comments = presenter.card(), presenter.comments()
        for row in card.dimensions:
            rating = presenter.assessment.ratings.get(row.dimension_id)
            self.cards[row.dimension_id].show_row(
                row,
                veiled=presenter.veiled(row.dimension_id),
                reason=rating.comment if rating else "",
                observed=presenter.observations(row.dimension_id),
                editable=not presenter.read_only,
                weights_locked=presenter.weights_locked,
                comments=[each for each in comments if each.dimension_id == row.dimension_id],
            )
        self.verdict.show_review(presenter, card)
        self._show_legend(presenter)
        self._show_questions(presenter)
        self._show_written(presenter)
        self.refresh_findings()

    def _show_legend(self, presenter: Presenter) -> None:
        """What the star means, and how many of the parts that have one are done."""
        required = [d.id for d in presenter.template.dimensions if d.required]
        ratings = presenter.assessment.ratings
        done = sum(key in ratings and ratings[key].score is not None for key in required)
        self.legend.setText(tr("review.required_legend", done=done, total=len(required)))
        self.legend.setVisible(bool(required))

    def _show_questions(self, presenter: Presenter) -> None:
        ratings, held = presenter.assessment.questions, presenter.held()
        kit = tuple(presenter.kit().values())
        listed = listed_questions(kit, self._exchanges, held, ratings, known=self._all_heard)
        self.questions.show_questions(listed, ratings, editable=not presenter.read_only)
        self.comments.set_timeless(timeless=held.unrecorded)

    def _show_written(self, presenter: Presenter) -> None:
        """Strengths and what to improve, with the lines that can be drafted now."""
        drafted, kept, editable = presenter.draft(), presenter.assessment, not presenter.read_only
        self.strengths.show_words(kept.strengths, drafted.strengths, editable=editable)
        self.to_improve.show_words(kept.to_improve, drafted.to_improve, editable=editable)

    def show_asked(self, exchanges: Sequence[Exchange], *, known: bool) -> None:
        """The exchanges of the recording changed: when which question of the kit was asked. `known` = these are all."""
        self._exchanges, self._all_heard = tuple(exchanges), known
        if self.presenter is not None:
            self._show_questions(self.presenter)

    def table(self) -> Table:
        """The numbers as a table; there must be an assessment."""
        assert self.presenter is not None
        return score_table(self.presenter.card(), self.presenter.template)

    def refresh_findings(self) -> None:
        """Show the newest enrichments: below everything, and a model's claims at their dimensions."""
        if self.presenter is None:
            return
        self.findings.show_findings(self.presenter.findings, editable=not self.presenter.read_only)
        shown = self.presenter.findings.of(EnrichmentKind.CLAIMS)
        for key, card in self.cards.items():
            claims, model = (shown.claims_for(key), shown.made.method.model) if shown else ((), "")
            card.claims.show_claims(claims, model, outdated=bool(shown and shown.outdated))

    def refresh_comments(self) -> None:
        """Show the newest comments."""
        if self.presenter is not None:
            presenter, spoken = self.presenter, spoken_language()
            self.comments.offer_dimensions({d.id: d.title.in_(spoken) for d in presenter.template.dimensions})
            mine = presenter.assessment.assessor
            self.comments.show_comments(presenter.comments(), editable=not presenter.read_only, mine=mine)

    def preview_weight(self, dimension_id: str, weight: int) -> None:
        """Composite, radar and all weights as they would be; nothing is saved yet."""
        if self.presenter is not None:
            self._show_numbers(self.presenter.preview(dimension_id, float(weight)))

    def _show_numbers(self, card: Scorecard) -> None:
        for row in card.dimensions:
            self.cards[row.dimension_id].show_numbers(row)
        self.verdict.show_card(card)

    def _do(self, action: Callable[[Presenter], None]) -> bool:
        """Hand a change to the presenter and show what came of it, also after a known failure."""
        if self.presenter is None:
            return False
        try:
            action(self.presenter)
        except Failure as failure:
            self.failed.emit(failure)
            self.refresh()
            return False
        self.refresh()
        self.changed.emit()
        return True

    def _set_weight(self, dimension_id: str, weight: int) -> None:
        self._do(lambda p: p.set_weight(dimension_id, float(weight)))

    def _rate(self, dimension_id: str, score: float | None) -> None:
        self._do(lambda p: p.rate(dimension_id, score))

    def _unveil(self, dimension_id: str) -> None:
        self._do(lambda p: p.unveil(dimension_id))

    def _give_reason(self, dimension_id: str, words: str) -> None:
        rating = self.presenter.assessment.ratings.get(dimension_id) if self.presenter else None
        if words != (rating.comment if rating else ""):
            self._do(lambda p: p.comment_on(dimension_id, words))

    def _give_weight_reason(self, words: str) -> None:
        if self.presenter is not None and words != self.presenter.assessment.weight_reason:
            self._do(lambda p: p.set_weight_reason(words))

    def _conclude(self, conclusion: Conclusion | None) -> None:
        self._do(lambda p: p.conclude(conclusion))

    def _write_summary(self, words: str) -> None:
        if self.presenter is not None and words != self.presenter.assessment.summary:
            self._do(lambda p: p.set_summary(words))

    def _write_strengths(self, words: str) -> None:
        if self.presenter is not None and words != self.presenter.assessment.strengths:
            self._do(lambda p: p.set_strengths(words))

    def _write_to_improve(self, words: str) -> None:
        if self.presenter is not None and words != self.presenter.assessment.to_improve:
            self._do(lambda p: p.set_to_improve(words))

    def rate_question(self, question: str, score: float | None) -> None:
        """Rate a question of the kit."""
        self._do(lambda p: p.rate_question(question, score))

    def note_question(self, question: str, words: str) -> None:
        """Write a note on a question of the kit."""
        self._do(lambda p: p.comment_on_question(question, words))

    def _tag_comment(self, comment_id: str, dimension_id: str | None) -> None:
        if self._do(lambda p: p.tag_comment(comment_id, dimension_id)):
            self.show_comments_anew()

    def add_comment(self, time_s: float, words: str, end_s: float | None = None) -> None:
        """Save a comment at a time, or on the stretch from there to `end_s`; on the whole interview where it has no
        recording."""
        at_s = None if self.comments.timeless else time_s
        if self._do(lambda p: p.add_comment(at_s, words, end_s=end_s)):
            self.show_comments_anew()

    def add_bookmark(self, time_s: float | None = None) -> None:
        """Save a bookmark, at the present moment unless another is given."""
        at = time_s if isinstance(time_s, float) else self.comments.present()
        if self._do(lambda p: p.add_comment(at, "", bookmark=True)):
            self.show_comments_anew()

    def _edit_comment(self, comment_id: str, words: str, time_s: float | None) -> None:
        if self._do(lambda p: p.edit_comment(comment_id, words, time_s)):
            self.comments.close_editor()
            self.show_comments_anew()

    def _remove_comment(self, comment_id: str) -> None:
        kept = self.presenter.comments() if self.presenter else ()
        removed = next((comment for comment in kept if comment.id == comment_id), None)
        if removed is not None and self._do(lambda p: p.remove_comment(comment_id)):
            self.comments.show_removed(removed)
            self.show_comments_anew()

    def _restore_comment(self, comment_id: str) -> None:
        if self._do(lambda p: p.restore_comment(comment_id)):
            self.show_comments_anew()

    def show_comments_anew(self) -> None:
        """Show what became of the comments, here and wherever else they are shown."""
        self.refresh_comments()
        self.commentsChanged.emit()

    def _sign(self) -> None:
        self._save_written()
        if self._do(lambda p: p.sign()):
            self.signed.emit()

    def _save_written(self) -> None:
        for field in (self.strengths, self.to_improve, self.summary):
            field.save()

    def choose(self, card: DimensionCard | None) -> None:
        """Mark the dimension that the room's digits rate; None = none."""
        if card is not self.chosen:
            self.chosen = card
            self._restyle()

    def rate_by_key(self, event: QKeyEvent) -> bool:
        """Rate the chosen dimension by a digit that was pressed in the room; whether it was used."""
        return self.chosen is not None and self.chosen.rating.type_digit(event)

    def open_questions(self) -> None:
        """Unfold the kit's questions and give the first of them the keys."""
        self.questions.fold.show_open(True)
        row = next(iter(self.questions.rows.values()))
        self._column.activate()
        self.scroller.ensureWidgetVisible(row)
        row.score.rating.picker.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def bring(self, card: DimensionCard) -> None:
        """Show a dimension and give its rating the keys."""
        self.scroller.ensureWidgetVisible(card)
        card.picker.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def bring_into_sight(self, subject: str, *, comments: bool = False) -> None:
        """Show a dimension, a question of the kit, a field, or the comments; anything else is always in sight."""
        fields = {"strengths": self.strengths, "to_improve": self.to_improve}
        if row := self.questions.rows.get(subject):
            self.questions.fold.show_open(True)
            self._column.activate()
        widget = self.comments if comments else self.cards.get(subject) or row or fields.get(subject)
        if widget is not None:
            self.scroller.ensureWidgetVisible(widget)

    def show_saved(self) -> None:
        """Show the newest state also where somebody writes: what was written was undone."""
        self.refresh()
        if self.presenter is None:
            return
        assessment = self.presenter.assessment
        for key, card in self.cards.items():
            rating = assessment.ratings.get(key)
            card.reason.put(rating.comment if rating else "")
        self.verdict.why.put(assessment.weight_reason)
        self.summary.put(assessment.summary)
        self.strengths.put(assessment.strengths)
        self.to_improve.put(assessment.to_improve)
        for row in self.questions.rows.values():
            row.score.put()

    def save_open_fields(self) -> None:
        """Save what is still being typed."""
        self._save_written()
        self.questions.save_open_fields()
        self.comments.keep_draft()
        for card in self.cards.values():
            if card.reason.isModified():
                self._give_reason(card.dimension.id, card.reason.text().strip())
        if self.verdict.why.isModified():
            self._give_weight_reason(self.verdict.why.text().strip())

    def _rename(self) -> None:
        self.setAccessibleName(tr("review.scorecard"))
        self.summary_title.setText(tr("review.summary"))
        self.summary.setAccessibleName(tr("review.summary"))
        self.summary.setPlaceholderText(tr("review.summary_hint"))
        self.refresh()
        self.refresh_comments()

    def _restyle(self) -> None:
        border = theme.color("border").name()
        self._line.setStyleSheet(f"background: {border};")
        for card in self.cards.values():
            mark = theme.color("accent").name() if card is self.chosen else "transparent"
            edges = f"border: none; border-bottom: 1px solid {border}; border-left: 3px solid {mark};"
            card.setStyleSheet(f"QFrame#dimension {{ {edges} }}")
