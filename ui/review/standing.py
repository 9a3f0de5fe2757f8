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
    """One calm card: what is the matter, how far it is, and the one button that helps.

    Before an analysis stretches can be cut out of the recording: `beginAsked`, `endAsked` select from and up to the
    playhead, `redactAsked` takes the selection out. `cut_first`: the analysis waits for that.
    """

    analyseAsked = Signal()
    cancelAsked = Signal()
    beginAsked = Signal()
    endAsked = Signal()
    redactAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "panel")
        self.stage = Stage.NOT_ANALYSED
        self.share, self.words, self.reason = 0.0, "", ""
        self.editable = True
        self.cut_first = False
        self.selection = ""
        self.title = plain_label("title")
        self.detail = plain_label("muted")
        self.bar = QProgressBar()
        self.action = QPushButton()
        self.action.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Space plays on, also after a click here
        self.begins, self.ends, self.redact = QPushButton(), QPushButton(), QPushButton()
        self.cutting = QWidget()
        self.selected = plain_label("small")
        self.selected.setAlignment(Qt.AlignmentFlag.AlignCenter)
        tools = QHBoxLayout(self.cutting)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.addStretch(1)
        for button, asked in (
            (self.begins, self.beginAsked), (self.ends, self.endAsked), (self.redact, self.redactAsked),
        ):  # fmt: skip
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(asked)
            tools.addWidget(button)
        tools.addStretch(1)
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
        whole.addWidget(self.cutting)
        whole.addWidget(self.selected)
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

    def show_selection(self, words: str) -> None:
        """The selected stretch in words, "" for none."""
        self.selection = words
        self._rename()

    def _act(self) -> None:
        if self.stage is Stage.RUNNING:
            self.action.setEnabled(False)
            self.cancelAsked.emit()
        else:
            self.analyseAsked.emit()

    def _rename(self) -> None:
        running = self.stage is Stage.RUNNING
        cuts = self.stage is Stage.NOT_ANALYSED and self.editable
        waits = cuts and self.cut_first
        self.title.setText(tr("review.stage_cut_first" if waits else f"review.stage_{self.stage.value}"))
        known = {Stage.RUNNING: self.words, Stage.FAILED: self.reason}
        more = "review.stage_cut_first_more" if waits else f"review.stage_{self.stage.value}_more"
        self.detail.setText(known.get(self.stage) or tr(more))
        self.cutting.setVisible(cuts)
        self.selected.setVisible(cuts)
        self.selected.setText(self.selection or tr("review.cut_nothing"))
        self.redact.setEnabled(bool(self.selection))
        for button, key in ((self.begins, "begin"), (self.ends, "end"), (self.redact, "redact")):
            button.setText(tr(f"review.cut_{key}"))
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
