"""The questions of the position's kit, rated one by one: a row for each, and a line that counts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from analysis.document import Exchange
from app.domain.types import QuestionRating
from app.recording.asked import HeldInterview
from app.text import tr
from ui import language, theme
from ui.review.claim_list import moment_chip
from ui.review.controls import plain_label, wrapped_label
from ui.review.fold import FoldLine
from ui.review.rating_row import RatingRow
from ui.widgets.text_line import SavedLine


@dataclass(frozen=True, slots=True)
class ListedQuestion:
    """A question of the list. `asked` None = not known; `at_s` = when in the recording, None where it has no such
    moment; `written` = the candidate's written answer."""

    text: str
    asked: bool | None
    at_s: float | None = None
    written: str = ""


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
    """A question's words, the way to where it was asked, what was written in answer, and its rating."""

    seekAsked = Signal(float)

    def __init__(self, question: ListedQuestion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.score = QuestionScore()
        words = wrapped_label()
        words.setText(question.text)
        self._head = QHBoxLayout()
        self._head.setSpacing(theme.scaled(6))
        self._head.addWidget(words, 1)
        self.written = wrapped_label("muted")
        self.written.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._asked = self._show(question)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.scaled(4), 0, 0, theme.scaled(6))
        column.setSpacing(theme.scaled(4))
        column.addLayout(self._head)
        column.addWidget(self.written)
        column.addWidget(self.score)

    def show_question(self, question: ListedQuestion) -> None:
        """More is known of the same question; who writes about it writes on."""
        self._asked.hide()
        self._asked.deleteLater()
        self._asked = self._show(question)
        QWidget.setTabOrder(self.written, self._asked)

    def _show(self, question: ListedQuestion) -> QWidget:
        asked = self._when(question)
        self._head.addWidget(asked, 0, Qt.AlignmentFlag.AlignTop)
        self.written.setText(tr("review.written_answer", words=question.written) if question.written else "")
        self.written.setVisible(bool(question.written))
        return asked

    def _when(self, question: ListedQuestion) -> QWidget:
        at_s = question.at_s
        if at_s is None:
            label = plain_label("small")
            told = {True: tr("review.asked"), False: tr("review.not_asked"), None: ""}
            label.setText(told[question.asked])
            return label
        chip = moment_chip(at_s, question.text)
        chip.clicked.connect(lambda: self.seekAsked.emit(at_s))
        return chip


class QuestionList(QWidget):
    """Folded at first; hidden where the position has no kit and nothing was rated."""

    rated = Signal(str, object)
    noted = Signal(str, str)
    seekAsked = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, QuestionRow] = {}
        self._shown: tuple[ListedQuestion, ...] = ()
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
        self, listed: Sequence[ListedQuestion], ratings: Mapping[str, QuestionRating], *, editable: bool
    ) -> None:
        """Show questions, and how they were rated."""
        self._ratings, self._editable = ratings, editable
        if tuple(listed) != self._shown:
            self._shown = tuple(listed)
            if [each.text for each in self._shown] == list(self.rows):
                for each in self._shown:
                    self.rows[each.text].show_question(each)
            else:
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
        for question in self._shown:
            row = self.rows[question.text] = QuestionRow(question)
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


def listed_questions(
    kit: Sequence[str],
    exchanges: Sequence[Exchange],
    held: HeldInterview,
    rated: Mapping[str, QuestionRating],
    *,
    known: bool,
) -> tuple[ListedQuestion, ...]:
    """The kit's questions in order, then those that were asked or rated and have left the kit. `known` = the whole
    recording was looked at for questions: what is not among `exchanges` was not asked, unless it was marked."""
    times: dict[str, float] = {}
    for exchange in exchanges:
        if exchange.matched_question is not None:
            times.setdefault(exchange.matched_question.text, exchange.question.start)
    others = [each.question for each in rated.values() if each.score is not None or each.comment]
    every = dict.fromkeys((*kit, *(each.text for each in held.questions), *others))
    return tuple(_listed(words, times.get(words), held, known=known) for words in every)


def _listed(words: str, heard_s: float | None, held: HeldInterview, *, known: bool) -> ListedQuestion:
    marked = held.question(words)
    asked = True if heard_s is not None or marked is not None else False if known or held.held else None
    at_s = heard_s if heard_s is not None else marked.at_s if marked else None
    return ListedQuestion(words, asked, at_s, marked.written if marked else "")
