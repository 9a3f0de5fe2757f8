"""What a language model claims about a dimension, each claim with its quote: a moment of the recording to go to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain.enrichment import Claim
from app.text import timecode, tr
from ui import icons, language, theme
from ui.review.controls import icon_size, wrapped_label
from ui.review.fold import FoldLine
from ui.widgets.plain import plain_tip


class ClaimList(QWidget):
    """A line that says whose claims these are, and below it the claims; hidden where there is none.

    Its first line folds and unfolds them. Nothing here is the interviewer's or the engine's, and it says so.
    """

    seekAsked = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._claims: tuple[Claim, ...] = ()
        self._model, self._outdated = "", False
        self.rows = QWidget()
        self.fold = FoldLine(self.rows)
        self._column = QVBoxLayout(self.rows)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(2)
        whole.addWidget(self.fold)
        whole.addWidget(self.rows)
        language.on_change(self, self._rename)
        theme.changed.connect(self._fill)

    @property
    def open(self) -> bool:
        """Whether the claims are unfolded."""
        return self.fold.open

    def show_claims(self, claims: Sequence[Claim], model: str, *, outdated: bool) -> None:
        """Show these claims of a model; `outdated` = made from an earlier state of the transcript."""
        changed = (tuple(claims), model, outdated) != (self._claims, self._model, self._outdated)
        self._claims, self._model, self._outdated = tuple(claims), model, outdated
        self.setVisible(bool(self._claims))
        if changed:
            self._fill()
            self._rename()

    def show_open(self, open_: bool) -> None:
        """Unfold the claims, or fold them."""
        self.fold.show_open(open_)

    def _fill(self) -> None:
        while self._column.count():
            item = self._column.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for claim in self._claims:
            self._column.addWidget(self._row(claim))
        self._rename()

    def _row(self, claim: Claim) -> QWidget:
        row = QWidget()
        words, quote = wrapped_label(), wrapped_label("small")
        words.setText(claim.claim)
        quote.setText(tr("findings.quote", quote=claim.quote))
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(words)
        text.addWidget(quote)
        line = QHBoxLayout(row)
        line.setContentsMargins(theme.scaled(4), 0, 0, 0)
        line.setSpacing(theme.scaled(8))
        line.addWidget(self._chip(claim), 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(text, 1)
        return row

    def _chip(self, claim: Claim) -> QPushButton:
        chip = moment_chip(claim.start, "\n".join((claim.claim, tr("findings.quote", quote=claim.quote))))
        chip.clicked.connect(lambda: self.seekAsked.emit(claim.start))
        return chip

    def _rename(self) -> None:
        words = tr("findings.claims_by", n=len(self._claims), model=self._model)
        whole = f"{tr('findings.outdated')} · {words}" if self._outdated else words
        self.fold.say(whole, tr("findings.claims_help"))


def moment_chip(time_s: float, tip: str) -> QPushButton:
    """A button that stands for a moment of the recording; `tip` says what is there."""
    chip = QPushButton(timecode(time_s))
    chip.setProperty("class", "chip")
    chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    chip.setIcon(icons.icon("play", "accent"))
    chip.setIconSize(icon_size())
    chip.setToolTip(plain_tip(tip))
    chip.setAccessibleName(tr("review.go_to", time=timecode(time_s)))
    chip.setAccessibleDescription(tip)
    return chip
