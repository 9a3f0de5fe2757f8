"""A candidate's consent, to be looked at: answers, signature or spoken word, the text that was shown, all changes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from analysis.failures import Failure
from app import policy, text
from app.recording.consent_words import ConsentWords
from app.recording.evidence import Drawing, Evidence, Point, Stands, evidence, take_back
from app.report.consent_sheet import paint_drawing
from app.settings import SettingsFile
from app.store.library import Library
from ui import icons, language, theme

SURE_MS = 4000
"""So long a withdrawal waits for its second press."""
MARKS = {
    Stands.AGREED: ("check", "ok"), Stands.REFUSED: ("cross", "muted"), Stands.WITHDRAWN: ("undo", "warn"),
    Stands.UNKNOWN: ("minus", "faint"),
}  # fmt: skip


class ConsentDialog(QDialog):
    """`playAsked(time)`: the spoken consent is to be heard; `saveAsked(evidence)`, `printAsked(evidence)`;
    `failed(failure)`."""

    playAsked = Signal(float)
    saveAsked = Signal(object)
    printAsked = Signal(object)
    failed = Signal(object)

    def __init__(
        self, library: Library, settings: SettingsFile, interview_id: str, parent: QWidget | None = None
    ) -> None:
        """Raises NotFound."""
        super().__init__(parent)
        self._library, self._settings, self._interview_id = library, settings, interview_id
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(theme.scaled(760), theme.scaled(720))
        self.shown: Evidence = evidence(library, interview_id, self._rules())
        self.withdrawals: dict[str, QPushButton] = {}
        self.plays: list[QPushButton] = []
        self.drawn: DrawnSignature | None = None
        self._sure = ""
        self._wait = QTimer(self, singleShot=True, interval=SURE_MS)
        self._wait.timeout.connect(partial(self._be_sure, ""))
        self.print, self.save, self.done_button = QPushButton(), QPushButton(), QPushButton()
        self.scroller = QScrollArea()
        self._build()
        language.on_change(self, self._retell)
        theme.changed.connect(self._retell)

    def _rules(self) -> policy.Profile:
        return policy.profile(self._settings.values.jurisdiction)

    def _build(self) -> None:
        self.scroller.setWidgetResizable(True)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.print.clicked.connect(lambda: self.printAsked.emit(self.shown))
        self.save.clicked.connect(lambda: self.saveAsked.emit(self.shown))
        self.done_button.clicked.connect(self.close)
        self.done_button.setDefault(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE)
        buttons.addWidget(self.print)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        buttons.addWidget(self.done_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(12)
        whole.addWidget(self.scroller, 1)
        whole.addLayout(buttons)

    def refresh(self) -> None:
        """Something changed in the library."""
        try:
            now = evidence(self._library, self._interview_id, self._rules())
        except Failure:
            self.close()  # the interview is no more
            return
        if now != self.shown:
            self.shown = now
            self._retell()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: Escape and Enter close it; no point is about to be withdrawn by a key."""
        super().showEvent(event)
        self.done_button.setFocus(Qt.FocusReason.OtherFocusReason)

    # Withdrawing

    def withdraw(self, point: Point) -> None:
        """The candidate takes a point back: the first press asks, the second one keeps it."""
        key = key_of(point)
        if self._sure != key:
            self._be_sure(key)
            return
        self._be_sure("")
        try:
            take_back(self._library, self._interview_id, self._rules(), point)
        except Failure as failure:
            self.failed.emit(failure)
        self.refresh()

    def _be_sure(self, key: str) -> None:
        self._sure = key
        self._wait.start() if key else self._wait.stop()
        for each, button in self.withdrawals.items():
            button.setText(text.tr("consent.withdraw_sure" if each == key else "consent.withdraw"))

    # What is shown

    def _retell(self) -> None:
        words = ConsentWords(self.shown, text.language())
        self.setWindowTitle(words.title())
        self.print.setText(words.say("print"))
        self.save.setText(words.say("save"))
        self.done_button.setText(words.say("close"))
        self._sure, self.withdrawals, self.plays, self.drawn = "", {}, [], None
        at = self.scroller.verticalScrollBar().value()
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, 0, theme.scaled(8), 0)
        column.setSpacing(theme.scaled(8))
        column.addWidget(_label(self.shown.interview.candidate.name, "title"))
        if who := words.who():
            column.addWidget(_label(who, "muted"))
        column.addWidget(_label(words.given()))
        self._add_points(column, words)
        self._add_proof(column, words)
        self._add_text(column, words)
        self._add_history(column, words)
        column.addStretch(1)
        self.scroller.setWidget(sheet)
        bar = self.scroller.verticalScrollBar().sizeHint().width()
        self.scroller.setMinimumWidth(sheet.minimumSizeHint().width() + bar)  # nothing is cut off at the side
        self._return_to(at)

    def _return_to(self, at: int) -> None:
        """Scroll to where it was, once what is shown has its height."""
        bar = self.scroller.verticalScrollBar()
        QTimer.singleShot(0, bar, lambda: bar.setValue(at))

    def _add_points(self, column: QVBoxLayout, words: ConsentWords) -> None:
        column.addWidget(_heading(words.say("answers")))
        panel, grid = QFrame(), QGridLayout()
        panel.setProperty("class", "panel")
        panel.setLayout(grid)
        grid.setContentsMargins(*(theme.scaled(12),) * 4)
        grid.setHorizontalSpacing(theme.scaled(10))
        grid.setVerticalSpacing(theme.scaled(8))
        grid.setColumnStretch(1, 1)
        for row, point in enumerate(self.shown.points):
            self._add_point(grid, row, point, words)
        column.addWidget(panel)

    def _add_point(self, grid: QGridLayout, row: int, point: Point, words: ConsentWords) -> None:
        icon, token = MARKS[point.stands]
        mark, side = QLabel(), theme.scaled(16)
        mark.setPixmap(icons.icon(icon, token).pixmap(side, side))
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(_label(words.point(point)))
        if point.words:
            said.addWidget(_label(point.words, "small"))
        said.addStretch(1)
        answer = _label(words.answer(point), "warn" if point.stands is Stands.WITHDRAWN else "muted")
        answer.setWordWrap(False)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(mark, row, 0, top)
        grid.addLayout(said, row, 1)
        grid.addWidget(answer, row, 2, top)
        if not self._library.read_only and self._may_withdraw(point):
            button = QPushButton(words.say("withdraw"))
            button.setToolTip(words.say("withdraw_help"))
            button.setAccessibleName(f"{words.say('withdraw')}: {words.point(point)}")
            button.setAutoDefault(False)
            button.clicked.connect(partial(self.withdraw, point))
            self.withdrawals[key_of(point)] = button
            grid.addWidget(button, row, 3, top)

    def _may_withdraw(self, point: Point) -> bool:
        """What was agreed to, or may be analysed without a consent that is kept here."""
        if point.stands is Stands.UNKNOWN and point.modality:
            return policy.allows(self._rules(), point.modality, None)
        return point.stands is Stands.AGREED

    def _add_proof(self, column: QVBoxLayout, words: ConsentWords) -> None:
        lines = words.proof()
        if not lines:
            return
        column.addWidget(_heading(words.say("proof")))
        if self.shown.drawing is not None:
            self.drawn = DrawnSignature(self.shown.drawing)
            self.drawn.setAccessibleName(lines[0])
            column.addWidget(self.drawn)
        for line in lines:
            column.addWidget(_label(line, "muted"))
        row = QHBoxLayout()
        for mark, audible in self.shown.said:
            if audible:
                play = QPushButton(words.say("play", time=text.timecode(mark.at_s)))
                play.setIcon(icons.icon("play", "accent"))
                play.setAutoDefault(False)
                play.clicked.connect(partial(self.playAsked.emit, mark.at_s))
                self.plays.append(play)
                row.addWidget(play)
        row.addStretch(1)
        column.addLayout(row)

    def _add_text(self, column: QVBoxLayout, words: ConsentWords) -> None:
        if not (line := words.fingerprint()):
            return
        column.addWidget(_heading(words.say("text")))
        column.addWidget(_label(line, "small"))
        column.addWidget(_label(words.sameness(), "small" if self.shown.same_words else "warn"))
        if (notice := self.shown.notice) is None:
            return
        panel, inner = QFrame(), QVBoxLayout()
        panel.setProperty("class", "panel")
        panel.setLayout(inner)
        inner.setContentsMargins(*(theme.scaled(12),) * 4)
        inner.setSpacing(theme.scaled(8))
        inner.addWidget(_label(notice.title, "heading"))
        for paragraph in notice.paragraphs():
            inner.addWidget(_label(paragraph))
        column.addWidget(panel)

    def _add_history(self, column: QVBoxLayout, words: ConsentWords) -> None:
        history = words.history()
        if not history:
            return
        column.addWidget(_heading(words.say("changes")))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.scaled(12))
        grid.setColumnStretch(1, 1)
        for row, (when, said) in enumerate(history):
            moment = _label(when, "small")
            moment.setWordWrap(False)
            grid.addWidget(moment, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_label(said), row, 1)
        column.addLayout(grid)


class DrawnSignature(QWidget):
    """A signature as it was drawn."""

    def __init__(self, drawing: Drawing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawing = drawing

    def sizeHint(self) -> QSize:
        """Qt: as the field in which it was drawn."""
        return QSize(theme.scaled(480), theme.scaled(130))

    def minimumSizeHint(self) -> QSize:
        """Qt: so that it can be read."""
        return QSize(theme.scaled(200), theme.scaled(110))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt: the lines on the ground of a panel."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = theme.scaled(6)
        painter.setPen(theme.color("border"))
        painter.setBrush(theme.color("panel"))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), edge, edge)
        inside = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        paint_drawing(painter, inside, self._drawing, theme.color("text"), theme.scaled(2.4))
        painter.end()


def key_of(point: Point) -> str:
    """A point's own among the others."""
    if point.service is not None:
        return f"{point.service.purpose} {point.service.host}"
    return str(point.kind) if point.kind is not None else point.modality


def _label(words: str, text_class: str = "") -> QLabel:
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if text_class:
        label.setProperty("class", text_class)
    return label


def _heading(words: str) -> QLabel:
    label = _label(words, "heading")
    label.setContentsMargins(0, theme.scaled(8), 0, 0)
    return label
