"""The line below the timeline: what the analysis could not give and why, or how far an analysis anew is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QWidget

from analysis.document import Missing
from app import text
from app.absence import absences
from app.text import percent, tr
from ui import language, theme
from ui.review.controls import plain_label
from ui.widgets.plain import plain_tip

STEPS = 1000


class Footing(QWidget):
    """Hidden while there is nothing to say."""

    cancelAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._missing: tuple[Missing, ...] = ()
        self._running: tuple[float, str] | None = None
        self._whole = ""
        self.label = plain_label("small")
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.cancel = QPushButton()
        self.cancel.setProperty("class", "quiet")
        self.cancel.clicked.connect(self._cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 8, 4)
        row.addWidget(self.label, 3)
        row.addWidget(self.bar, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.cancel)
        language.on_change(self, self._tell)
        theme.changed.connect(self._tell)

    def show_missing(self, missing: Sequence[Missing]) -> None:
        """Nothing runs: say what is absent, if anything is."""
        self._missing, self._running = tuple(missing), None
        self._tell()

    def show_running(self, share: float, words: str) -> None:
        """The recording is being analysed anew: how far (0..1), and what is done with the time that is left."""
        if self._running is None:
            self.cancel.setEnabled(True)
        self._running = (share, words)
        self._tell()

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.cancelAsked.emit()

    def _tell(self) -> None:
        running = self._running
        for widget in (self.bar, self.cancel):
            widget.setVisible(running is not None)
        self.bar.setFixedHeight(theme.scaled(8))
        self.cancel.setText(tr("review.cancel"))
        self.bar.setAccessibleName(tr("review.stage_running"))
        if running is not None:
            self.bar.setValue(round(running[0] * STEPS))
            self.bar.setAccessibleDescription(percent(running[0]))
            self._whole = tr("review.analysing_anew", words=running[1])
        else:
            phrases = absences(self._missing, text.language())
            self._whole = tr("review.missing", what=tr("review.semicolon").join(phrases)) if phrases else ""
        self.label.setAccessibleName(self._whole)
        self.label.setToolTip(plain_tip(self._whole))
        self.setVisible(bool(self._whole))
        self._fit()

    def _fit(self) -> None:
        width = max(0, self.label.width())
        self.label.setText(QFontMetricsF(self.label.font()).elidedText(self._whole, Qt.TextElideMode.ElideRight, width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: as much of the line as there is room for."""
        super().resizeEvent(event)
        self._fit()
