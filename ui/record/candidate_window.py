"""What the candidate sees on a second screen: the question, its time, a word of encouragement. Nothing else, ever."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QScreen
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QProgressBar, QVBoxLayout, QWidget

from app import text
from app.domain.kit import Answers
from app.recording.running import Prompt, Running
from ui import theme

PROMPT_MS = 12_000
LARGE, SMALL = 34, 26
LONG_QUESTION = 90


def time_words(running: Running, language: str) -> str:
    """What is left for the present question, in words: whole minutes while there are two or more, then seconds."""
    left = running.left()
    if left is None:
        return ""
    if left <= 0:
        return text.tr_in(language, "record.time_over")
    if left > 90:
        return text.tr_in(language, "record.left_minutes", n=round(left / 60))
    return text.tr_in(language, "record.left_seconds", n=max(1, round(left / 5) * 5 if left > 10 else int(left) + 1))


class CandidateWindow(QWidget):
    """Full screen on another display where there is one. `wrote`: the written answer as it stands; `gone`: closed."""

    wrote = Signal(str)
    gone = Signal()

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.setWindowTitle(text.tr_in(language, "record.candidate_title"))
        self.question, self.left, self.prompt = QLabel(), QLabel(), QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.answer = QPlainTextEdit()
        self.answer.setPlaceholderText(text.tr_in(language, "record.answer_here"))
        self.answer.setAccessibleName(text.tr_in(language, "record.answer_here"))
        self.answer.setTabChangesFocus(True)
        self._prompted = QTimer(self, singleShot=True, interval=PROMPT_MS)
        self._prompted.timeout.connect(lambda: self.show_prompt(None))
        self._shown: tuple[int, int] | None = None
        self.answer.textChanged.connect(self._tell)
        self._build()
        theme.changed.connect(self._paint)
        self._paint()

    def _build(self) -> None:
        for label in (self.question, self.left, self.prompt):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.left.setProperty("class", "muted")
        self.bar.setFixedHeight(theme.scaled(6))
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.scaled(64),) * 4)
        column.setSpacing(theme.scaled(24))
        column.addStretch(2)
        column.addWidget(self.question)
        column.addWidget(self.answer, 10)
        column.addWidget(self.prompt)
        column.addStretch(2)
        column.addWidget(self.left)
        column.addWidget(self.bar)
        self.answer.hide()

    # What it shows

    def show_running(self, running: Running) -> None:
        """The present question and its time; between questions nothing."""
        now = running.now
        current = now.current
        self.question.setText(current.text if current is not None else self._between(running))
        words = time_words(running, self.language) if current is not None else ""
        late = current is not None and running.is_late()
        self.left.setText(text.tr_in(self.language, "record.rests") if now.paused else words)
        self.left.setProperty("class", "warn" if late and not now.paused else "muted")
        self.left.style().polish(self.left)
        left, planned = running.left(), running.kit[current.number].seconds if current is not None else 0.0
        self.bar.setVisible(current is not None and planned > 0)
        self.bar.setValue(round(1000 * max(0.0, min(1.0, (left or 0.0) / planned))) if planned else 0)
        self._show_answer(running)
        self._size_question()

    def _between(self, running: Running) -> str:
        now = running.now
        key = (
            "end"
            if now.ended
            else "greeting"
            if not running.kit
            else "welcome"
            if not now.takes
            else "wait"
            if len(now.asked) < len(running.kit)
            else "last"
        )
        return text.tr_in(self.language, f"record.candidate_{key}")

    def _show_answer(self, running: Running) -> None:
        current = running.now.current
        writes = running.answers() is not Answers.SPEECH and current is not None
        self.answer.setVisible(writes)
        for place in (0, self._column.indexOf(self.prompt) + 1):
            self._column.setStretch(place, 0 if writes else 2)
        key = (current.number, current.take) if current is not None else None
        if key != self._shown:
            self._shown = key
            self.show_prompt(None)
            self.put_answer(running.now.answers.get(key, "") if key is not None else "")
            if writes:
                self.answer.setFocus()

    def put_answer(self, words: str) -> None:
        """Show what was written elsewhere, without telling anybody."""
        if words != self.answer.toPlainText():
            with QSignalBlocker(self.answer):
                self.answer.setPlainText(words)

    def show_prompt(self, prompt: Prompt | None) -> None:
        """A word of encouragement for some seconds; None = none."""
        self.prompt.setText(text.tr_in(self.language, f"record.prompt_{prompt}") if prompt is not None else "")
        if prompt is not None:
            self._prompted.start()

    # Where it is shown

    def open_beside(self, window: QWidget) -> bool:
        """Full screen on a display that the window is not on; behind it where there is none. Whether there is one."""
        other = other_screen(window)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)  # the keys are the interviewer's
        if other is None:
            self.resize(theme.scaled(960), theme.scaled(600))
            self.show()
            self.lower()
            window.raise_()
        else:
            self.setGeometry(other.geometry())
            self.setWindowState(Qt.WindowState.WindowFullScreen)  # `showFullScreen` would take the keys
            self.show()
        window.activateWindow()
        return other is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: nothing can be done here but write."""
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        """Qt: a field that is shown again has the keyboard."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and self.answer.isVisible():
            self.answer.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt: somebody closed it."""
        super().closeEvent(event)
        self.gone.emit()

    def _tell(self) -> None:
        self.wrote.emit(self.answer.toPlainText())

    def _size_question(self) -> None:
        wanted = theme.font(SMALL if len(self.question.text()) > LONG_QUESTION else LARGE)
        if self.question.font() != wanted:
            self.question.setFont(wanted)

    def _paint(self) -> None:
        self._size_question()
        self.left.setFont(theme.mono(24))
        self.prompt.setFont(theme.font(24))
        self.answer.setFont(theme.font(20))
        ground, accent = theme.color("window").name(), theme.color("accent").name()
        self.setStyleSheet(
            f"CandidateWindow {{ background: {ground}; }}"
            f"QProgressBar {{ border: none; background: {theme.color('border').name()}; border-radius: 3px; }}"
            f"QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}"
        )
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.prompt.setStyleSheet(f"color: {accent};")


def other_screen(window: QWidget) -> QScreen | None:
    """A display that the window is not on."""
    here = window.screen()
    return next((screen for screen in QGuiApplication.screens() if screen is not here), None)
