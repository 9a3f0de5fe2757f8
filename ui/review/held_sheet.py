"""In place of the timeline where an interview was held without a recording: what was asked, written and noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.domain.types import Comment, QuestionRating
from app.recording.asked import AskedQuestion, HeldInterview
from app.text import stretch, timecode, tr
from app.told import here
from ui import language, theme
from ui.review.controls import plain_label, wrapped_label
from ui.widgets.keys import KeylessScroll

WIDEST = 860
"""Pixels before scaling that a line may be long, so that it can be read."""


class HeldSheet(QFrame):
    """The questions in the order in which they were asked, each with what belongs to it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "panel")
        self._held = HeldInterview()
        self._comments: tuple[Comment, ...] = ()
        self._ratings: Mapping[str, QuestionRating] = {}
        self.title = plain_label("title")
        self.detail = wrapped_label("muted")
        self.inside = QWidget()
        self._column = QVBoxLayout(self.inside)
        scroller = KeylessScroll()
        scroller.setWidgetResizable(True)
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.setWidget(self.inside)
        self._whole = QVBoxLayout(self)
        self._whole.addWidget(self.title)
        self._whole.addWidget(self.detail)
        self._whole.addWidget(scroller, 1)
        language.on_change(self, self._fill)
        theme.changed.connect(self._fill)

    def show_held(
        self, held: HeldInterview, comments: Sequence[Comment], ratings: Mapping[str, QuestionRating]
    ) -> None:
        """Show how an interview was held, with the comments and ratings as they are now."""
        new = held, tuple(comments), dict(ratings)
        if new != (self._held, self._comments, self._ratings):
            self._held, self._comments, self._ratings = new
            self._fill()

    def _fill(self) -> None:
        edge = theme.scaled(18)
        self._whole.setContentsMargins(edge, theme.scaled(14), theme.scaled(6), theme.scaled(10))
        self._column.setContentsMargins(0, theme.scaled(6), theme.scaled(12), 0)
        self._column.setSpacing(theme.scaled(12))
        self.setAccessibleName(tr("review.stage_unrecorded"))
        self.title.setText(tr("review.stage_unrecorded"))
        self.detail.setText(tr("review.recording_refused" if self._held.refused else "review.unrecorded"))
        while self._column.count():
            item = self._column.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for number, question in enumerate(self._held.questions, start=1):
            self._column.addWidget(self._block(number, question))
        if not self._held.questions:
            self._column.addWidget(_line(tr("review.nothing_asked"), "muted"))
        if notes := self._notes(None):
            self._column.addWidget(self._between(notes))
        self._column.addStretch(1)

    def _between(self, notes: list[str]) -> QWidget:
        """What was noted while no question was asked."""
        block, column = _block()
        words = _line(tr("review.noted_between" if self._held.questions else "review.noted"))
        words.setFont(theme.font(14, bold=True))
        column.addWidget(words)
        for note in notes:
            column.addWidget(_line(note, "muted"))
        return block

    def _block(self, number: int, question: AskedQuestion) -> QWidget:
        """A question, when it was asked, its rating, its written answer, and what was noted meanwhile."""
        block, column = _block()
        words = _line(f"{number}. {question.text}")
        words.setFont(theme.font(14, bold=True))
        column.addWidget(words)
        column.addWidget(_line(" · ".join(self._facts(question)), "small"))
        answer = question.written or tr("review.nothing_written")
        column.addWidget(_line(answer, "" if question.written else "muted"))
        for note in self._notes(question):
            column.addWidget(_line(note, "muted"))
        return block

    def _facts(self, question: AskedQuestion) -> list[str]:
        times = tr(
            "review.asked_during", times=tr("library.list_comma").join(stretch(*each) for each in question.spans)
        )
        rating = self._ratings.get(question.text)
        if rating is None or rating.score is None:
            return [times]
        return [times, tr("review.question_rated", score=f"{rating.score:g}")]

    def _notes(self, question: AskedQuestion | None) -> list[str]:
        noted = [each for each in self._comments if each.time_s is not None and self._held.at(each.time_s) is question]
        said = [f"{timecode(each.time_s or 0.0)}  {here(each).text or tr('review.bookmark')}" for each in noted]
        rating = self._ratings.get(question.text) if question is not None else None
        return [*said, rating.comment] if rating is not None and rating.comment else said


def _block() -> tuple[QWidget, QVBoxLayout]:
    block = QWidget()
    block.setMaximumWidth(theme.scaled(WIDEST))
    column = QVBoxLayout(block)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.scaled(4))
    return block, column


def _line(words: str, text_class: str = "") -> QWidget:
    label = wrapped_label(text_class)
    label.setText(words)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
