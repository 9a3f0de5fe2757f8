"""The line below the timeline: which stage failed, what the analysis could not give, or how far a running one is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from analysis.document import Missing
from app import text
from app.absence import absences, failed
from app.text import percent, tr
from ui import icons, language, theme
from ui.review.controls import plain_label, restyle
from ui.widgets.plain import plain_tip

STEPS = 1000


class Footing(QWidget):
    """Hidden while there is nothing to say. A failed stage offers to analyse again, which does only what is missing."""

    cancelAsked = Signal()
    analyseAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._missing: tuple[Missing, ...] = ()
        self._people: int | None = None
        self._failure, self._editable = "", True
        self._words: Callable[[], str] = str
        self._running: tuple[float, str] | None = None
        self._anew = True
        self._whole = ""
        self.mark = QLabel()
        self.trouble = plain_label("warn")
        self.trouble.setWordWrap(True)
        self.label = plain_label("small")
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.cancel = self._button(self._cancel)
        self.again = self._button(self.analyseAsked.emit)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.trouble)
        words.addWidget(self.label)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 8, 4)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 3)
        row.addWidget(self.bar, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.cancel)
        row.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        restyle(self.again, "")
        language.on_change(self, self._tell)
        theme.changed.connect(self._tell)

    def _button(self, act: object) -> QPushButton:
        button = QPushButton()
        button.setProperty("class", "quiet")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Space plays on, also after a click here
        button.clicked.connect(act)
        return button

    def show_missing(
        self, missing: Sequence[Missing], *, failure: str = "", people: int | None = None,
        words: Callable[[], str] = str, editable: bool = True,
    ) -> None:  # fmt: skip
        """Nothing runs: say what is absent, if anything is, and in a sentence what an analysis anew failed of.

        `people` is how many it sounds like, where that is not what the analysis was told; `words` says where they
        come from, "" where that needs no saying.
        """
        self._missing, self._running, self._people = tuple(missing), None, people
        self._failure, self._editable, self._words = failure, editable, words
        self._tell()

    def show_running(self, share: float, words: str, *, anew: bool = True) -> None:
        """The recording is being analysed: how far (0..1), and what is done with the time that is left."""
        if self._running is None:
            self.cancel.setEnabled(True)
        self._running, self._anew = (share, words), anew
        self._tell()

    @property
    def running(self) -> bool:
        """Whether an analysis anew is shown."""
        return self._running is not None

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.cancelAsked.emit()

    @property
    def _trouble(self) -> tuple[str, ...]:
        """A sentence for each thing that analysing again may mend."""
        said = (self._failure, *absences(failed(self._missing), text.language()))
        return tuple(sentence[:1].upper() + sentence[1:] for sentence in said if sentence)

    def _remarks(self) -> str:
        """What it sounds like, and what is merely absent."""
        phrases = absences([each for each in self._missing if each not in failed(self._missing)], text.language())
        people = [tr("review.sounds_like_people", count=self._people)] if self._people is not None else []
        absent = [tr("review.missing", what=tr("review.semicolon").join(phrases))] if phrases else []
        return text.joined(*filter(None, (self._words(),)), *people, *absent)

    def _tell(self) -> None:
        running, trouble = self._running, self._trouble
        self._show_controls(running is not None, bool(trouble))
        if running is not None:
            self.bar.setValue(round(running[0] * STEPS))
            self.bar.setAccessibleDescription(percent(running[0]))
            self._whole = tr("review.analysing_anew" if self._anew else "review.analysing_now", words=running[1])
        else:
            self._whole = self._remarks()
        self.trouble.setText("\n".join(trouble))
        self.label.setAccessibleName(self._whole)
        self.label.setToolTip(plain_tip(self._whole))
        self.label.setVisible(bool(self._whole))
        self.setVisible(bool(self._whole or trouble))
        self._fit()

    def _show_controls(self, running: bool, trouble: bool) -> None:
        for widget in (self.bar, self.cancel):
            widget.setVisible(running)
        self.mark.setVisible(trouble and not running)
        self.trouble.setVisible(trouble and not running)
        self.again.setVisible(trouble and not running and self._editable)
        side = theme.scaled(16)
        self.mark.setPixmap(icons.icon("warning", "warn").pixmap(side, side))
        self.bar.setFixedHeight(theme.scaled(8))
        self.cancel.setText(tr("review.cancel"))
        self.again.setText(tr("review.analyse_again"))
        self.again.setToolTip(tr("review.analyse_again_help"))
        self.bar.setAccessibleName(tr("review.stage_running"))

    def _fit(self) -> None:
        """What is merely absent stays on one line; what went wrong is read to its end above it."""
        width = max(0, self.label.width())
        self.label.setText(QFontMetricsF(self.label.font()).elidedText(self._whole, Qt.TextElideMode.ElideRight, width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: as much of the line as there is room for."""
        super().resizeEvent(event)
        self._fit()
