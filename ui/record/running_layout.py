"""How the page of a held interview is laid out: its widgets, where they stand, and how large.

What is pressed while somebody speaks is in sight without scrolling on a laptop: where room is short the picture gives
way first, then the list of questions and a long question scroll, each by itself.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.recording.running import Prompt
from app.settings import SettingsFile
from ui import icons, theme
from ui.record.hints import HintStrip
from ui.record.sources_shown import SourcesShown
from ui.review.flow import FlowLayout
from ui.review.rating_row import RatingRow
from ui.widgets.keys import KeylessScroll
from ui.widgets.text_line import TextLine

ROOM = 62
"""Beside the words of a question: its sign, paddings, a scroll bar."""
SIDE, LEAST_SIDE, LEFT_SIZE, AFTER_SIZE = 300, 150, 30, 15
LEAST_PICTURE, LEAST_LIST, LEAST_WORDS = 64, 108, 56
"""So high (pixels) are picture, list of questions, and a question or its written answer at least."""


class RunningLayout(QWidget):
    """The widgets of the page."""

    def __init__(self, settings: SettingsFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strip = HintStrip(settings)
        self.sources = SourcesShown()
        self._wide = 0
        self.preview, self.troubles = self.sources.preview, self.sources.troubles
        self._make_widgets()
        self._build()
        theme.changed.connect(self._paint)
        self._paint()

    def _make_widgets(self) -> None:
        self.state, self.elapsed, self.disk, self.consent_line = QLabel(), QLabel(), QLabel(), QLabel()
        self.number, self.question, self.left, self.after = QLabel(), QLabel(), QLabel(), QLabel()
        self.bar = QProgressBar()
        self.next, self.retake, self.pause, self.stop = (QPushButton() for _ in range(4))
        self.marker, self.candidate_button, self.withdraw = (QPushButton() for _ in range(3))
        self.withdraw_menu = QMenu(self.withdraw)
        self.withdraw.setMenu(self.withdraw_menu)
        self.rating = RatingRow()
        self.rating_title = QLabel()
        self.note = TextLine()
        self.answer = QPlainTextEdit()
        self.answer.setTabChangesFocus(True)
        self.questions = QListWidget()
        self.prompts = {prompt: QPushButton() for prompt in Prompt}
        self.questions_title, self.marks = QLabel(), QLabel()
        self.no_questions = QWidget()  # takes the place of the list where there is no kit
        self.said_line, self.said = QLabel(), QPushButton()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.scaled(12))
        self.consent_line.setWordWrap(True)
        for widget in (self.state, self.elapsed):
            head.addWidget(widget)
        head.addWidget(self.consent_line, 1)
        head.addWidget(self.disk)
        head.addWidget(self.stop)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(theme.scaled(8))
        left.addWidget(self._question_panel(), 1)
        left.addWidget(self._marks_panel())
        self._side(right)
        body = QHBoxLayout()
        body.setSpacing(theme.scaled(12))
        self.lead = _scrolling(left)
        self._leading = self.lead.widget() or self.lead
        self._leading.installEventFilter(self)
        body.addWidget(self.lead, 1)
        self.side = _scrolling(right)
        self.inside = self.side.widget() or self.side
        body.addWidget(self.side)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*(theme.scaled(12),) * 4)
        whole.setSpacing(theme.scaled(8))
        whole.addLayout(head)
        whole.addWidget(self.troubles)
        whole.addWidget(self.strip)
        whole.addLayout(self._said_row())
        whole.addLayout(body, 1)
        for label in (self.state, self.consent_line, self.disk, self.number, self.question, self.said_line):
            label.setTextFormat(Qt.TextFormat.PlainText)
        for button in (self.next, self.retake, self.pause, self.stop, self.marker, self.candidate_button, self.said,
                       self.withdraw, *self.prompts.values()):  # fmt: skip
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _said_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.said_line.setWordWrap(True)
        row.addWidget(self.said_line, 1)
        row.addWidget(self.said)
        return row

    def _question_panel(self) -> QWidget:
        panel, column = _panel(12, 8)
        self.number.setProperty("class", "muted")
        self.marks.setProperty("class", "small")
        self.question.setWordWrap(True)
        self.question.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.addWidget(self.question)
        self._words = _scrolling(words)
        times = QHBoxLayout()
        times.addWidget(self.left)
        times.addWidget(self.after)
        times.addStretch(1)
        times.addWidget(self.marks, 0, Qt.AlignmentFlag.AlignBottom)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        deciding = QWidget()
        buttons = FlowLayout(deciding, spacing=theme.scaled(6))
        self.next.setProperty("class", "primary")
        for button in (self.next, self.retake, self.pause):
            buttons.addWidget(button)
        for widget in (self._words, self.answer):
            widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        column.addWidget(self.number)
        column.addWidget(self._words, 2)
        column.addWidget(self.answer, 3)
        column.addLayout(times)
        column.addWidget(self.bar)
        column.addWidget(deciding)
        return panel

    def _marks_panel(self) -> QWidget:
        """What is marked and rated; below it what the candidate is shown."""
        panel, column = _panel(10, 6)
        row = QHBoxLayout()
        row.addWidget(self.note, 1)
        row.addWidget(self.marker)
        rate = QHBoxLayout()
        rate.addWidget(self.rating_title)
        rate.addWidget(self.rating, 1)
        self.candidate_button.setCheckable(True)
        there = QWidget()
        shown = FlowLayout(there, spacing=theme.scaled(6))
        for widget in (self.candidate_button, *self.prompts.values()):
            shown.addWidget(widget)
        column.addLayout(row)
        column.addLayout(rate)
        column.addWidget(there)
        return panel

    def _side(self, right: QVBoxLayout) -> None:
        right.setSpacing(theme.scaled(6))
        right.addWidget(self.sources)
        self.questions_title.setProperty("class", "small")
        self.questions.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.questions.setWordWrap(True)
        self.questions.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.questions.setResizeMode(QListView.ResizeMode.Adjust)
        self.questions.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.questions.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.questions.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        right.addWidget(self.questions_title)
        right.addWidget(self.questions, 1)
        right.addWidget(self.no_questions, 1)
        right.addWidget(self.withdraw)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the window is another size."""
        super().resizeEvent(event)
        self._fit_side()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: what leads the interview needs another width since its words are others."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit_side()
        return super().eventFilter(watched, event)

    def _fit_side(self) -> None:
        """What leads the interview has the room that it needs; what stands beside it has the rest, within limits."""
        bar = self.side.verticalScrollBar().sizeHint().width()
        needed = self._leading.minimumSizeHint().width() + 2 * bar + 3 * theme.scaled(12)
        wide = max(theme.scaled(LEAST_SIDE), min(theme.scaled(SIDE), self.width() - needed))
        if wide == self._wide:
            return
        self._wide = wide
        self.questions.setFixedWidth(wide)
        self.inside.setMaximumWidth(wide)
        self.side.setFixedWidth(wide + bar)
        self.preview.setFixedWidth(wide)
        self._fit_questions()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: it is about to be seen; the style has its last word on fonts before."""
        super().showEvent(event)
        self._paint()

    def _fit_questions(self) -> None:
        """As high as their words need: the view itself forgets the style's padding."""
        wide = (self._wide or theme.scaled(SIDE)) - theme.scaled(ROOM)
        metrics, wrapped = QFontMetrics(theme.font()), Qt.TextFlag.TextWordWrap
        for row in range(self.questions.count()):
            item = self.questions.item(row)
            high = metrics.boundingRect(QRect(0, 0, wide, 10_000), wrapped, item.text()).height()
            item.setSizeHint(QSize(wide, high + theme.scaled(14)))

    def _paint(self) -> None:
        self._wide = 0
        self.question.setFont(theme.font(26))
        self.left.setFont(theme.mono(LEFT_SIZE))
        self.after.setFont(theme.font(AFTER_SIZE))
        self.elapsed.setFont(theme.mono(15))
        self.answer.setFont(theme.font(16))
        self.bar.setFixedHeight(theme.scaled(6))
        self.marker.setIcon(icons.icon("bookmark"))
        for pictured in (self.marker, self.pause, self.questions):
            pictured.setIconSize(icons.size())
        self.questions.setMinimumHeight(theme.scaled(LEAST_LIST))
        for widget in (self._words, self.answer):
            widget.setMinimumHeight(theme.scaled(LEAST_WORDS))
        self.preview.setMinimumHeight(theme.scaled(LEAST_PICTURE))
        self.preview.setMaximumHeight(theme.scaled(SIDE * 9 / 16))
        self._fit_side()
        self.bar.setStyleSheet(
            f"QProgressBar {{ border: none; background: {theme.color('border').name()}; border-radius: 3px; }}"
            f"QProgressBar::chunk {{ background: {theme.color('accent').name()}; border-radius: 3px; }}"
        )


def _scrolling(column: QVBoxLayout) -> KeylessScroll:
    """A column that scrolls by itself where the window is low: the other one stays in sight."""
    column.setContentsMargins(0, 0, 0, 0)
    inside, scroller = QWidget(), KeylessScroll()
    inside.setLayout(column)
    scroller.setWidgetResizable(True)
    scroller.setFrameShape(QFrame.Shape.NoFrame)
    scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroller.setWidget(inside)
    for each in (inside, scroller.viewport()):
        each.setAutoFillBackground(False)
    return scroller


def _panel(edge: int, gap: int) -> tuple[QFrame, QVBoxLayout]:
    """A panel and the column in it; its edges and the gaps between its lines in pixels."""
    panel = QFrame()
    panel.setProperty("class", "panel")
    column = QVBoxLayout(panel)
    column.setContentsMargins(*(theme.scaled(edge),) * 4)
    column.setSpacing(theme.scaled(gap))
    return panel, column
