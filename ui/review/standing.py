"""What stands in place of the timeline while there is no analysis: none yet, running, or failed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.text import percent, tr
from ui import language, theme
from ui.review.controls import plain_label
from ui.review.model import Stage

STEPS = 1000


class Standing(QFrame):
    """One calm card: what is the matter, how far it is, and the one button that helps."""

    analyseAsked = Signal()
    cancelAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "panel")
        self.stage = Stage.NOT_ANALYSED
        self.share, self.words, self.reason = 0.0, "", ""
        self.editable = True
        self.title = plain_label("title")
        self.detail = plain_label("muted")
        self.bar = QProgressBar()
        self.action = QPushButton()
        self.action.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Space plays on, also after a click here
        for label in (self.title, self.detail):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.action)
        row.addStretch(1)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self.bar, 2)
        middle.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(40, 20, 40, 20)
        whole.setSpacing(12)
        whole.addStretch(1)
        whole.addWidget(self.title)
        whole.addWidget(self.detail)
        whole.addLayout(middle)
        whole.addLayout(row)
        whole.addStretch(1)
        self.action.clicked.connect(self._act)
        language.on_change(self, self._rename)
        theme.changed.connect(self._rename)

    def show_stage(
        self, stage: Stage, *, editable: bool, share: float = 0.0, words: str = "", reason: str = ""
    ) -> None:
        """Show a stage; `words` say what is being done and how long it will take, `reason` why it failed."""
        self.stage, self.editable, self.share, self.words, self.reason = stage, editable, share, words, reason
        self._rename()

    def _act(self) -> None:
        if self.stage is Stage.RUNNING:
            self.action.setEnabled(False)
            self.cancelAsked.emit()
        else:
            self.analyseAsked.emit()

    def _rename(self) -> None:
        running = self.stage is Stage.RUNNING
        self.title.setText(tr(f"review.stage_{self.stage.value}"))
        known = {Stage.RUNNING: self.words, Stage.FAILED: self.reason}
        self.detail.setText(known.get(self.stage) or tr(f"review.stage_{self.stage.value}_more"))
        self.bar.setVisible(running)
        self.bar.setValue(round(self.share * STEPS))
        self.bar.setAccessibleName(tr("review.stage_running"))
        self.bar.setAccessibleDescription(percent(self.share))
        self.action.setVisible(self.stage is not Stage.NO_MEDIA and self.editable)
        self.action.setEnabled(True)
        keys = {Stage.RUNNING: "review.cancel", Stage.FAILED: "review.retry"}
        self.action.setText(tr(keys.get(self.stage, "review.analyse")))
        self.action.setProperty("class", "" if running else "primary")
        self.action.style().unpolish(self.action)
        self.action.style().polish(self.action)
