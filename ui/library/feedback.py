"""The form for feedback: the candidate's own, typed in or handed over, and the interviewer's on how it went."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from analysis.failures import Failure
from app import text
from app.domain.people import Side
from app.domain.types import Interview
from app.feedback import QUESTIONS, give, spoken
from app.store.library import Library
from ui import language, theme
from ui.widgets.text_line import TextLine


class FeedbackDialog(QDialog):
    """One form for both sides; what is kept is not changed any more. `sent` when something goes to the HR system."""

    sent = Signal()

    def __init__(self, library: Library, interview: Interview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library, self.interview = library, interview
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(theme.scaled(640), theme.scaled(620))
        self.side, self.given_by, self.words = QComboBox(), TextLine(), QPlainTextEdit()
        self.words.setTabChangesFocus(True)
        self.words.setMinimumHeight(theme.scaled(90))
        for each in Side:
            self.side.addItem("", each.value)
        self.ratings = {side: {name: QComboBox() for name in names} for side, names in QUESTIONS.items()}
        self.labels: dict[QWidget, QLabel] = {}
        self.may_send, self.hint = QCheckBox(), QLabel()
        self.hint.setProperty("class", "small")
        self.said, self.earlier = QLabel(), QPlainTextEdit()
        self.said.setWordWrap(True)
        self.earlier.setReadOnly(True)
        self.earlier.setTabChangesFocus(True)
        self.before = QLabel()
        self.before.setProperty("class", "small")
        self.save, self.done_button = QPushButton(), QPushButton()
        self.save.setProperty("class", "primary")
        self.save.clicked.connect(self.keep)
        self.done_button.clicked.connect(self.close)
        self._build()
        self.side.currentIndexChanged.connect(self._show_side)
        language.on_change(self, self._retranslate)

    def _build(self) -> None:
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(theme.SPACE * 2)
        self.form.setVerticalSpacing(theme.SPACE)
        questions = [box for boxes in self.ratings.values() for box in boxes.values()]
        for field in (self.side, self.given_by, *questions, self.words):
            label = QLabel()
            label.setProperty("class", "muted")
            label.setBuddy(field)
            self.labels[field] = label
            self.form.addRow(label, field)
        send = QHBoxLayout()
        send.addWidget(self.may_send)
        send.addWidget(self.hint, 1)
        self.form.addRow(QLabel(), send)
        buttons = QHBoxLayout()
        buttons.addWidget(self.save)
        buttons.addWidget(self.said, 1)
        buttons.addWidget(self.done_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addLayout(self.form)
        column.addLayout(buttons)
        column.addWidget(self.before)
        column.addWidget(self.earlier, 1)

    @property
    def chosen(self) -> Side:
        """Whose feedback is being written."""
        return Side(self.side.currentData())

    def keep(self) -> None:
        """Keep what is written, and empty the form."""
        ratings = {name: box.currentData() for name, box in self.ratings[self.chosen].items() if box.currentData()}
        words = self.words.toPlainText().strip()
        if not ratings and not words:
            self._say(text.tr("feedback.empty"), good=False)
            return
        may_send = self.may_send.isChecked()
        try:
            _, told = give(
                self._library, self.interview.id, self.chosen, self.given_by.text().strip(), ratings, words,
                may_send=may_send,
            )  # fmt: skip
        except Failure as failure:
            self._say(text.sentence(failure), good=False)
            return
        self._clear()
        self._say(text.tr("feedback.kept_sent" if told else "feedback.kept_here" if may_send else "feedback.kept"))
        if told:
            self.sent.emit()

    def _clear(self) -> None:
        self.words.clear()
        for boxes in self.ratings.values():
            for box in boxes.values():
                box.setCurrentIndex(0)
        self.may_send.setChecked(False)
        self._show_earlier()

    def _show_side(self, _: int = 0) -> None:
        """The questions of the side that is chosen; who gives it is filled in."""
        for side, boxes in self.ratings.items():
            for box in boxes.values():
                self.form.setRowVisible(box, side is self.chosen)
        candidate = self.chosen is Side.CANDIDATE
        self.given_by.setText(self.interview.candidate.name if candidate else self._library.assessor)
        self.hint.setVisible(candidate)
        self.may_send.setChecked(False)
        self._say("")

    def _show_earlier(self) -> None:
        kept = self._library.feedback(self.interview.id)
        lines = [
            text.tr("feedback.line", when=each.at.astimezone().strftime("%Y-%m-%d %H:%M"),
                    side=text.tr(f"feedback.side_{each.side}"), by=each.given_by, words=spoken(each))
            for each in reversed(kept)
        ]  # fmt: skip
        self.before.setText(text.tr("feedback.earlier", n=len(kept)))
        self.before.setVisible(bool(kept))
        self.earlier.setVisible(bool(kept))
        self.earlier.setPlainText("\n\n".join(lines))

    def _say(self, words: str, *, good: bool = True) -> None:
        self.said.setProperty("class", "ok" if good else "bad")
        self.said.style().polish(self.said)
        self.said.setText(words)

    def _retranslate(self) -> None:
        self.setWindowTitle(text.tr("feedback.title", name=self.interview.candidate.name))
        named: dict[QWidget, str] = {self.side: "side", self.given_by: "given_by", self.words: "words"}
        for boxes in self.ratings.values():
            for name, box in boxes.items():
                named[box] = f"question_{name}"
                self._fill(box)
        for field, key in named.items():
            self.labels[field].setText(text.tr(f"feedback.{key}"))
            field.setAccessibleName(text.tr(f"feedback.{key}"))
        with QSignalBlocker(self.side):
            for row in range(self.side.count()):
                self.side.setItemText(row, text.tr(f"feedback.side_{self.side.itemData(row)}"))
        self.earlier.setAccessibleName(text.tr("feedback.earlier", n=""))
        self.may_send.setText(text.tr("feedback.may_send"))
        self.hint.setText(text.tr("feedback.may_send_hint"))
        self.save.setText(text.tr("feedback.save"))
        self.save.setEnabled(not self._library.read_only)
        self.done_button.setText(text.tr("library.done"))
        if not self.given_by.text():
            self._show_side()
        self._show_earlier()

    @staticmethod
    def _fill(box: QComboBox) -> None:
        chosen = box.currentIndex()
        box.clear()
        box.addItem(text.tr("feedback.rating_none"), 0)
        for value in range(1, 6):
            box.addItem(text.tr(f"feedback.rating_{value}"), value)
        box.setCurrentIndex(max(0, chosen))
