"""The card of one question: what was asked, what the kit calls it, and what the analysis observed of the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from analysis.document import Analysis, CorrectionKind, Exchange, Learning, Metric
from app.domain.template import MetricSupport
from app.domain.types import QuestionRating
from app.text import timecode, tr
from ui import icons, language, theme
from ui.review import exchange_facts as facts
from ui.review.controls import IconButton, icon_size, plain_label, restyle
from ui.review.flow import FlowLayout
from ui.review.kit_menu import kit_menu
from ui.review.model import CorrectionDraft
from ui.review.pauses import longest_pause
from ui.review.placing import beside
from ui.review.question_list import QuestionScore
from ui.widgets.plain import literal, plain_tip

WIDTH = 430
LABELS = 76
EDGE, BETWEEN = 12, 8
TILES = 3


class ExchangeCard(QFrame):
    """Shows one exchange at a time. `corrected` has the correction of the question that the kit knows it by."""

    seekAsked = Signal(float)
    corrected = Signal(list)
    chosen = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("exchange")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.index: int | None = None
        self._analysis: Analysis | None = None
        self._kit: Mapping[str, str] = {}
        self.supports: Sequence[MetricSupport] = ()
        self._editable = True
        self.number = plain_label("badge")
        self.asked = plain_label("heading")
        self.asked.setWordWrap(True)
        self.before = IconButton("chevron_left", "review.question_before")
        self.after = IconButton("chevron_right", "review.question_after")
        self.close_it = IconButton("cross", "review.close_card")
        self.matched: QPushButton
        self.scroller = QScrollArea()
        self.score_title = plain_label("small")
        self.score = QuestionScore()
        self._rating: QuestionRating | None = None
        self._written = ""
        self._build()
        self._connect()
        self.hide()
        theme.changed.connect(self._tell)
        language.on_change(self, self._tell)

    def _build(self) -> None:
        head = self._head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.number, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addSpacing(4)
        head.addWidget(self.asked, 1)
        for button in (self.before, self.after, self.close_it):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.scroller.setWidgetResizable(True)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = self._whole = QVBoxLayout(self)
        whole.setSpacing(BETWEEN)
        whole.addLayout(head)
        whole.addWidget(self.scroller, 1)
        self.foot = QWidget()
        foot = QGridLayout(self.foot)
        foot.setContentsMargins(0, 0, 4, 0)
        foot.setHorizontalSpacing(8)
        foot.setColumnMinimumWidth(0, theme.scaled(LABELS))
        foot.setColumnStretch(1, 1)
        foot.addWidget(self.score_title, 0, 0, Qt.AlignmentFlag.AlignTop)
        foot.addWidget(self.score, 0, 1)
        whole.addWidget(self.foot)

    def _connect(self) -> None:
        self.before.clicked.connect(lambda: self._go(-1))
        self.after.clicked.connect(lambda: self._go(1))
        self.close_it.clicked.connect(self.closed)

    def show_exchange(
        self,
        analysis: Analysis,
        index: int,
        kit: Mapping[str, str],
        rating: QuestionRating | None = None,
        *,
        editable: bool = True,
        written: str = "",
    ) -> None:
        """Show the exchange of this index, as the document has it now, how its question was rated, and what was
        `written` in answer to it."""
        self._analysis, self.index, self._kit, self._editable = analysis, index, kit, editable
        self._written = written
        self._rating = rating
        self._tell()

    def show_rating(self, rating: QuestionRating | None) -> None:
        """Show how the kit's question was rated that was asked here; where it is none of them there is no rating."""
        self._rating = rating
        matched = self.exchange.matched_question if self.exchange else None
        self.foot.setVisible(matched is not None)
        self.score.show_rating(matched.text if matched else "", rating, editable=self._editable)

    @property
    def exchange(self) -> Exchange | None:
        """The exchange that is shown; None where the document has it no more."""
        exchanges = self._analysis.exchanges if self._analysis else ()
        return exchanges[self.index] if self.index is not None and self.index < len(exchanges) else None

    # What it says

    def _tell(self) -> None:
        self._restyle()
        exchange = self.exchange
        if exchange is None or self._analysis is None or self.index is None:
            return
        self.setAccessibleName(tr("review.exchange", number=self.index + 1, text=exchange.question.text))
        self.score_title.setText(tr("review.rating_row"))
        self.show_rating(self._rating)
        self.number.setText(facts.exchange_number(self.index))
        self.asked.setText(exchange.question.text)
        self.before.setEnabled(self.index > 0)
        self.after.setEnabled(self.index + 1 < len(self._analysis.exchanges))
        old, body = self.scroller.takeWidget(), QWidget()
        if old is not None:
            old.deleteLater()
        rows = _Rows(body)
        self._fill(rows, exchange, self._analysis, self.index)
        rows.end()
        self.scroller.setWidget(body)

    def _fill(self, rows: _Rows, exchange: Exchange, analysis: Analysis, index: int) -> None:
        metrics = facts.answer_metrics(analysis, index)
        self.matched = self._match_button(exchange)
        rows.add("review.kit_question", self.matched)
        if exchange.matched_question is not None and exchange.matched_question.marked:
            rows.say("review.marked_row", tr("review.marked"))
        rows.say("review.written_row", self._written)
        rows.say("review.answer_row", facts.timing_text(exchange))
        rows.say("review.face_row", facts.face_text(index, metrics))
        if exchange.relevance is not None:
            words = facts.relevance_text(exchange.relevance)
            rows.say("review.relevance_row", words, "warn" if exchange.relevance.off_topic else "")
        if exchange.learning is not None:
            words = facts.learning_text(exchange.learning, analysis.transcript.language)
            rows.say("review.follow_up_row", words)
            rows.add("", self._uptakes(exchange.learning))
        self._add_longest_pause(rows, exchange, analysis, metrics)
        measures = facts.key_metrics(metrics, self.supports)
        if measures:
            rows.add("review.measures_row", _tiles(measures))

    def _match_button(self, exchange: Exchange) -> QPushButton:
        """The kit's question, and the way to another one."""
        known = bool(self._kit or exchange.candidates)
        words = facts.matched_text(exchange) if known else tr("review.no_kit")
        room = theme.scaled(WIDTH - LABELS - 2 * EDGE - 60)
        button = QPushButton(literal(QFontMetrics(theme.font()).elidedText(words, Qt.TextElideMode.ElideRight, room)))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setIcon(icons.icon("chevron_down", "muted"))
        button.setIconSize(icon_size())
        button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        button.setStyleSheet("text-align: left;")
        button.setEnabled(known and self._editable)
        button.setToolTip(plain_tip(f"{words}\n{tr('review.kit_question_help')}" if known else words))
        button.setAccessibleName(f"{tr('review.kit_question')}: {words}")
        button.clicked.connect(self._open_menu)
        return button

    def _add_longest_pause(
        self, rows: _Rows, exchange: Exchange, analysis: Analysis, metrics: Mapping[str, Metric]
    ) -> None:
        """The way to the longest silence of the answer, where one was measured."""
        longest, measure = longest_pause(analysis, exchange.answer), metrics.get("pause_max")
        if longest is not None and measure is not None and measure.value is not None:
            length = tr("review.seconds", seconds=f"{longest.end - longest.start:.1f}")
            rows.add("metric.pause_max", self._chips([(longest.start, length)]))

    def _uptakes(self, learning: Learning) -> QWidget:
        """What the answer took up, each with the way to its moment."""
        box = self._chips([(uptake.start, uptake.text) for uptake in learning.taken_up])
        box.setVisible(bool(learning.taken_up))
        return box

    def _chips(self, moments: Sequence[tuple[float, str]]) -> QWidget:
        """Times (s), each with what happens then, as ways to them."""
        box = QWidget()
        row = FlowLayout(box, spacing=5)
        for at, words in moments:
            chip = QPushButton(literal(f"{timecode(at)} {words}"))
            restyle(chip, "chip")
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.setIcon(icons.icon("play", "accent"))
            chip.setIconSize(icon_size())
            chip.setAccessibleName(f"{tr('review.go_to', time=timecode(at))}: {words}")
            chip.clicked.connect(lambda _=False, at=at: self.seekAsked.emit(at))
            row.addWidget(chip)
        return box

    # What it does

    def _go(self, step: int) -> None:
        if self.index is not None:
            self.chosen.emit(self.index + step)

    def _open_menu(self) -> None:
        exchange = self.exchange
        if exchange is not None:
            menu = kit_menu(self, exchange, self._kit, self._match)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.matched.mapToGlobal(self.matched.rect().bottomLeft()))

    def _match(self, question: str) -> None:
        """Say which question of the kit it was, "" for none."""
        exchange = self.exchange
        if exchange is None:
            return
        asked = exchange.question
        before = exchange.matched_question.id if exchange.matched_question else ""
        if question != before:
            draft = CorrectionDraft(CorrectionKind.QUESTION, asked.start, asked.end, before, question)
            self.corrected.emit([draft])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Escape closes; what is not the card's own goes on to the room."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif self.foot.isVisible() and self.score.rating.type_digit(event):
            event.accept()
        else:
            super().keyPressEvent(event)

    # Where it lies

    def place(self, anchor: QRect, room: QRect) -> None:
        """Lie below what it belongs to, or above where there is more room; never over the edge of `room`."""
        width = min(theme.scaled(WIDTH), room.width())
        edge = theme.scaled(EDGE)
        inside = width - 2 * edge
        foot = BETWEEN + self.foot.sizeHint().height() if self.foot.isVisibleTo(self) else 0
        wanted = self._head.heightForWidth(inside) + self._rows_height(inside) + BETWEEN + foot + 2 * edge
        self.setGeometry(beside(anchor, room, width, wanted))

    def _rows_height(self, width: int) -> int:
        body = self.scroller.widget()
        layout = body.layout() if body is not None else None
        return layout.heightForWidth(width) if layout is not None else 0

    def _restyle(self) -> None:
        ground, border = theme.color("panel").name(), theme.color("accent").name()
        radius, edge = theme.scaled(6), theme.scaled(EDGE)
        self._whole.setContentsMargins(edge, edge - 2, edge - 2, edge - 2)
        self.setStyleSheet(
            f"QFrame#exchange {{ background: {ground}; border: 1px solid {border}; border-radius: {radius}px; }}"
        )


def _tiles(measures: Sequence[tuple[str, str, str]]) -> QWidget:
    """Measures in rows of three: what it is, and below it what was measured."""
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(1)
    for place, (name, value, meaning) in enumerate(measures):
        row, column = divmod(place, TILES)
        for below, (words, style_class) in enumerate(((name, "small"), (value, ""))):
            label = plain_label(style_class)
            label.setText(words)
            label.setWordWrap(True)
            label.setToolTip(plain_tip(meaning))
            label.setContentsMargins(0, 0 if below or not row else theme.scaled(5), 0, 0)
            grid.addWidget(label, 2 * row + below, column, Qt.AlignmentFlag.AlignTop)
    for column in range(TILES):
        grid.setColumnStretch(column, 1)
    return box


class _Rows:
    """Rows of a label and what belongs to it."""

    def __init__(self, body: QWidget) -> None:
        self._grid = QGridLayout(body)
        self._grid.setContentsMargins(0, 0, 4, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(0, theme.scaled(LABELS))
        self._grid.setColumnStretch(1, 1)

    def add(self, key: str, widget: QWidget) -> None:
        """A row with a widget; `key` is its label's text, "" for none."""
        row = self._grid.rowCount()
        if key:
            label = plain_label("small")
            label.setText(tr(key))
            label.setWordWrap(True)
            self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(widget, row, 1)

    def end(self) -> None:
        """What room is left lies below the rows."""
        self._grid.setRowStretch(self._grid.rowCount(), 1)

    def say(self, key: str, words: str, style_class: str = "") -> None:
        """A row with words; none where there is nothing to say."""
        if words:
            value = plain_label(style_class)
            value.setText(words)
            value.setWordWrap(True)
            self.add(key, value)
