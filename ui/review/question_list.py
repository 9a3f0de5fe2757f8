"""The questions of the position's kit, rated one by one: a row for each, and a line that counts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from analysis.document import Exchange
from app.domain.types import QuestionRating
from app.text import tr
from ui import language, theme
from ui.review.claim_list import moment_chip
from ui.review.controls import plain_label, wrapped_label
from ui.review.fold import FoldLine
from ui.review.rating_row import RatingRow
from ui.widgets.text_line import SavedLine


class QuestionScore(QWidget):
    """The rating of one question and a note on it: below its row here, and on the question's card."""

    rated = Signal(str, object)
    noted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.question = ""
        self._kept = ""
        self.rating = RatingRow()
        self.note = SavedLine()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.scaled(4))
        column.addWidget(self.rating)
        column.addWidget(self.note)
        self.rating.rated.connect(lambda score: self.rated.emit(self.question, score))
        self.note.written.connect(self._note)
        language.on_change(self, self._rename)

    def show_rating(self, question: str, rating: QuestionRating | None, *, editable: bool) -> None:
        """Show how a question was rated; None = not yet."""
        words = rating.comment if rating else ""
        if question != self.question:
            self.save()
            self.note.setText(words)
        self.question, self._kept = question, words
        score = rating.score if rating else None
        self.rating.show_score(score, editable=editable)
        self.note.setReadOnly(not editable)
        self.note.show_words(self._kept)
        self.note.setVisible(score is not None or bool(self._kept) or self.note.hasFocus())
        self._rename()

    def put(self) -> None:
        """Show what is kept also where somebody writes: what was written was undone."""
        self.note.put(self._kept)

    def save(self) -> None:
        """Tell what is written now."""
        self.note.save()

    def _note(self, words: str) -> None:
        if self.question and not self.note.isReadOnly() and words != self._kept:
            self._kept = words
            self.noted.emit(self.question, words)

    def _rename(self) -> None:
        self.rating.name(self.question)
        self.note.setPlaceholderText(tr("review.reason"))
        self.note.setAccessibleName(tr("review.reason_of", title=self.question))


class QuestionRow(QWidget):
    """A question's words, the way to where it was asked, and its rating."""

    seekAsked = Signal(float)

    def __init__(self, question: str, asked: float | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.score = QuestionScore()
        words = wrapped_label()
        words.setText(question)
        head = QHBoxLayout()
        head.setSpacing(theme.scaled(6))
        head.addWidget(words, 1)
        head.addWidget(self._when(question, asked), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.scaled(4), 0, 0, theme.scaled(6))
        column.setSpacing(theme.scaled(4))
        column.addLayout(head)
        column.addWidget(self.score)

    def _when(self, question: str, asked: float | None) -> QWidget:
        if asked is None:
            label = plain_label("small")
            label.setText(tr("review.not_asked"))
            return label
        chip = moment_chip(asked, question)
        chip.clicked.connect(lambda: self.seekAsked.emit(asked))
        return chip


class QuestionList(QWidget):
    """Folded at first; hidden where the position has no kit and nothing was rated."""

    rated = Signal(str, object)
    noted = Signal(str, str)
    seekAsked = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, QuestionRow] = {}
        self._shown: tuple[tuple[str, float | None], ...] = ()
        self._ratings: Mapping[str, QuestionRating] = {}
        self._editable = True
        self.inside = QWidget()
        self._column = QVBoxLayout(self.inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.scaled(4))
        self.fold = FoldLine(self.inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, theme.scaled(2), 0, theme.scaled(2))
        whole.setSpacing(theme.scaled(2))
        whole.addWidget(self.fold)
        whole.addWidget(self.inside)
        language.on_change(self, self._rename)

    def show_questions(
        self, asked: Sequence[tuple[str, float | None]], ratings: Mapping[str, QuestionRating], *, editable: bool
    ) -> None:
        """Show questions, each with the time (s) at which it was asked, and how they were rated."""
        self._ratings, self._editable = ratings, editable
        if tuple(asked) != self._shown:
            self._shown = tuple(asked)
            self._fill()
        self._tell()

    def save_open_fields(self) -> None:
        """Save the notes that are still being written."""
        for row in self.rows.values():
            row.score.save()

    def _fill(self) -> None:
        while self._column.count():
            item = self._column.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.rows = {}
        for question, time_s in self._shown:
            row = self.rows[question] = QuestionRow(question, time_s)
            row.seekAsked.connect(self.seekAsked)
            row.score.rated.connect(self.rated)
            row.score.noted.connect(self.noted)
            self._column.addWidget(row)

    def _tell(self) -> None:
        for question, row in self.rows.items():
            row.score.show_rating(question, self._ratings.get(question), editable=self._editable)
        done = sum(row.score.rating.picker.score() is not None for row in self.rows.values())
        self.fold.say(tr("review.questions_rated", done=done, total=len(self.rows)), tr("review.questions_help"))
        self.setVisible(bool(self.rows))

    def _rename(self) -> None:
        """The rows are made in one language."""
        self.save_open_fields()
        self._fill()
        self._tell()


def asked_questions(
    kit: Sequence[str], exchanges: Sequence[Exchange], rated: Mapping[str, QuestionRating]
) -> tuple[tuple[str, float | None], ...]:
    """The kit's questions in order, then rated ones that have left the kit; each with the time (s) it was asked at."""
    times: dict[str, float] = {}
    for exchange in exchanges:
        if exchange.matched_question is not None:
            times.setdefault(exchange.matched_question.text, exchange.question.start)
    others = [each.question for each in rated.values() if each.score is not None or each.comment]
    return tuple((question, times.get(question)) for question in dict.fromkeys((*kit, *others)))
