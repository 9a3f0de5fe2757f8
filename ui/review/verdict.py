"""The foot of the scorecard: composite with interval and coverage, radar, recommendation, and signing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.domain.scores import Composite, Scorecard
from app.domain.types import Conclusion
from app.scoring.wording import interval_text, score_text
from app.text import percent, tr
from ui import icons, language, theme
from ui.review.controls import IconButton, icon_size, plain_label, restyle
from ui.review.left_parts import LeftParts
from ui.review.model import Presenter
from ui.review.score_widgets import Radar
from ui.widgets.plain import plain_tip
from ui.widgets.text_line import SavedLine

RECOMMENDATION, REASON = "", "reason for the weights"
"""Parts that are missing besides dimensions, whose ids have no space."""
KEYS = {
    Conclusion.HIRE: "review.hire", Conclusion.UNSURE: "review.unsure",
    Conclusion.NO_HIRE: "review.no_hire", Conclusion.CANNOT_TELL: "review.cannot_tell",
}  # fmt: skip


BASIS_SIZES = (12, 11, 10)
"""Interval and coverage get smaller before they are cut off."""


class CompositeNumber(QWidget):
    """The composite, large, with its interval and coverage below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.composite = Composite(None, None, None, 0.0)
        self.provisional = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_composite(self, composite: Composite, *, provisional: bool) -> None:
        """Show it; `provisional` (grey) while something in it is only the machine's."""
        self.composite, self.provisional = composite, provisional
        self.setAccessibleName(f"{tr('review.composite')} {self.value_text()}, {self.basis()}")
        self.update()

    def value_text(self) -> str:
        """The composite without a decimal that its interval does not carry."""
        return score_text(self.composite.value, self.composite.low, self.composite.high)

    def basis(self) -> str:
        """Interval and coverage in words."""
        composite = self.composite
        coverage = tr("review.coverage", share=percent(composite.coverage))
        if composite.value is None:
            return coverage
        if composite.low is None or composite.high is None:
            return f"{tr('review.no_interval')} · {coverage}"
        return f"{interval_text(composite.low, composite.high)} · {coverage}"

    def event(self, event: QEvent) -> bool:
        """Qt: on hover, what the composite and its coverage mean."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), plain_tip(tr("review.composite_help")), self)
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        return QSize(160, theme.scaled(74))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(110), theme.scaled(74))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("muted"))
        painter.drawText(
            QRectF(0, 0, self.width(), theme.scaled(17)), Qt.AlignmentFlag.AlignVCenter, tr("review.composite")
        )
        value = self.composite.value
        painter.setFont(theme.font(30, bold=True))
        painter.setPen(theme.color("faint" if value is None or self.provisional else "text"))
        painter.drawText(
            QRectF(0, theme.scaled(17), self.width(), theme.scaled(38)),
            Qt.AlignmentFlag.AlignVCenter,
            self.value_text(),
        )
        room, words = QRectF(0, theme.scaled(55), self.width(), theme.scaled(18)), self.basis()
        sizes = (size for size in BASIS_SIZES if _wide(words, size) <= room.width())
        painter.setFont(theme.font(next(sizes, BASIS_SIZES[-1])))
        painter.setPen(theme.color("muted"))
        words = QFontMetricsF(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()


def _wide(words: str, size: int) -> float:
    return QFontMetricsF(theme.font(size)).horizontalAdvance(words)


class Verdict(QFrame):
    """Composite and radar, the reason for changed weights, the recommendation, sign and send."""

    concluded = Signal(object)
    weightReasonGiven = Signal(str)
    resetAsked = Signal()
    signAsked = Signal()
    dimensionAsked = Signal(str)
    tableAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = CompositeNumber()
        self.radar = Radar()
        self.deviation = plain_label("warn")
        self.deviation.setWordWrap(True)
        self.why = SavedLine()
        self.reset = QPushButton()
        self.reset.setProperty("class", "quiet")
        self.choices = {conclusion: QPushButton() for conclusion in Conclusion}
        self.group = QButtonGroup(self)
        self.group.setExclusive(False)
        self.table = IconButton("table", "review.scores_table", self.number)
        self.parts = LeftParts()
        self.left = plain_label("small")
        self.left.setWordWrap(True)
        self.signature = plain_label("ok")
        self.signature.setWordWrap(True)
        self.sign = QPushButton()
        self.sign.setProperty("class", "primary")
        self.sign.setMinimumHeight(theme.scaled(38))
        for button in (self.reset, self.sign, *self.choices.values()):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._presenter: Presenter | None = None
        self._card: Scorecard | None = None
        self._build()
        self._connect()
        language.on_change(self, self._rename)
        theme.changed.connect(self._restyle)

    def _build(self) -> None:
        corner = QHBoxLayout(self.number)
        corner.setContentsMargins(0, 0, 0, 0)
        corner.addWidget(self.table, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        top = QHBoxLayout()
        top.addWidget(self.radar)
        top.addWidget(self.number, 1)
        reason = QHBoxLayout()
        reason.setSpacing(4)
        reason.addWidget(self.why, 1)
        reason.addWidget(self.reset)
        grid = QGridLayout()
        grid.setSpacing(5)
        for column, button in enumerate(self.choices.values()):
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self.group.addButton(button)
            grid.addWidget(button, 0, column)
        self._grid = grid
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 8, 14, 12)
        whole.setSpacing(7)
        whole.addLayout(top)
        whole.addWidget(self.deviation)
        whole.addLayout(reason)
        whole.addLayout(grid)
        whole.addWidget(self.parts)
        whole.addWidget(self.left)
        whole.addWidget(self.signature)
        whole.addWidget(self.sign)

    def _connect(self) -> None:
        for conclusion, button in self.choices.items():
            button.clicked.connect(lambda checked, c=conclusion: self.concluded.emit(c if checked else None))
        self.why.written.connect(self.weightReasonGiven)
        self.reset.clicked.connect(self.resetAsked)
        self.sign.clicked.connect(self.signAsked)
        self.table.clicked.connect(self.tableAsked)
        self.parts.partAsked.connect(self._go)

    def _go(self, part: str) -> None:
        """To what is missing: a dimension is elsewhere, recommendation and reason are here."""
        if part == REASON:
            self.why.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif part == RECOMMENDATION:
            next(iter(self.choices.values())).setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.dimensionAsked.emit(part)

    def show_review(self, presenter: Presenter, card: Scorecard) -> None:
        """Show the state of an assessment."""
        self._presenter = presenter
        self.show_card(card)
        editable = not presenter.read_only
        chosen = presenter.assessment.conclusion
        for conclusion, button in self.choices.items():
            button.setChecked(conclusion is chosen)
            button.setEnabled(editable)
        self.why.show_words(presenter.assessment.weight_reason)
        deviates = presenter.deviates()
        self.why.setVisible(deviates)
        self.why.setEnabled(editable)
        self.reset.setVisible(deviates and editable and not presenter.weights_locked)
        self._rename()

    def show_card(self, card: Scorecard) -> None:
        """Show only what follows a moving slider."""
        self._card = card
        rows = card.dimensions
        provisional = any(row.preview for row in rows)
        self.number.show_composite(card.composite, provisional=provisional)
        self.radar.show_rows(rows, self._titles())
        self._show_deviation()

    def _titles(self) -> tuple[str, ...]:
        if self._presenter is None:
            return ()
        return tuple(d.title.in_(text.language()) for d in self._presenter.template.dimensions)

    def _show_deviation(self) -> None:
        assert self._card is not None
        off = [
            tr("review.weight_off", title=title, points=f"{row.weight - row.template_weight:+.0f}")
            for row, title in zip(self._card.dimensions, self._titles(), strict=True)
            if abs(row.weight - row.template_weight) >= 0.5
        ]
        self.deviation.setVisible(bool(off))
        words = tr("review.weights_off", what=tr("review.comma").join(off)) if off else ""
        if words != self.deviation.text():
            self.deviation.setText(words)

    def _rename(self) -> None:
        for conclusion, button in self.choices.items():
            button.setText(tr(KEYS[conclusion]))
            button.setAccessibleName(tr(KEYS[conclusion]))
        self.why.setPlaceholderText(tr("review.weight_reason"))
        self.why.setAccessibleName(tr("review.weight_reason"))
        self.reset.setText(tr("review.reset_weights"))
        self.radar.setAccessibleName(tr("review.radar"))
        if self._presenter is not None and self._card is not None:
            self.radar.show_rows(self._card.dimensions, self._titles())
            self._show_deviation()
            self.number.update()
            self._show_signing(self._presenter)
        self._fit()

    def _show_signing(self, presenter: Presenter) -> None:
        left = list(presenter.left())
        if presenter.needs_reason():
            left.append((REASON, tr("review.weight_reason_short")))
        signed, behind, growing = presenter.is_signed(), presenter.is_behind(), presenter.is_growing()
        signatures = presenter.assessment.signatures
        blocked = bool(left) or presenter.read_only or signed or behind or growing
        self.sign.setEnabled(not blocked)
        key = "sign_again" if signatures else "sign"
        key = "signed_button" if signed else "sign_after_analysis" if growing else "sign_waits" if behind else key
        words = tr(f"review.{key}")
        self.sign.setText(words)
        self.sign.setAccessibleName(words)
        self.parts.show_parts(() if presenter.read_only else left)
        waiting = self._waits_for(presenter)
        self.left.setText(waiting)
        self.left.setVisible(bool(waiting))
        missing = tr("review.left", what=tr("review.comma").join(title for _, title in left)) if left else ""
        why = "\n".join(filter(None, ("" if presenter.read_only else missing, waiting)))
        self.sign.setToolTip(plain_tip(why))
        self.sign.setAccessibleDescription(why)
        self.signature.setVisible(bool(signatures))
        if signatures:
            newest = signatures[-1]
            key = "review.signed" if signed else "review.signed_before"
            when = newest.signed_at.astimezone().strftime("%Y-%m-%d %H:%M")
            self.signature.setText(tr(key, revision=newest.revision, when=when, hash=newest.sha256[:12]))
            restyle(self.signature, "ok" if signed else "warn")
        self._restyle()

    def _waits_for(self, presenter: Presenter) -> str:
        """What signing waits for besides parts that are missing; "" for nothing."""
        if presenter.read_only:
            return tr("review.read_only")
        behind = tr("review.behind") if presenter.is_behind() else ""
        growing = tr("review.growing") if presenter.is_growing() else ""
        return "\n".join(filter(None, (behind, growing)))

    def _restyle(self) -> None:
        self.sign.setMinimumHeight(theme.scaled(38))
        signed = self._presenter is not None and self._presenter.is_signed()
        self.sign.setIconSize(icon_size())
        self.sign.setIcon(icons.icon("check" if signed else "send", "on_accent" if self.sign.isEnabled() else "faint"))

    def _fit(self) -> None:
        """Two rows of recommendations where one is too narrow."""
        wanted = sum(button.sizeHint().width() for button in self.choices.values()) + 15
        columns = 4 if wanted <= max(self.width() - 28, 1) or self.width() < 100 else 2
        for place, button in enumerate(self.choices.values()):
            self._grid.addWidget(button, place // columns, place % columns)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()
