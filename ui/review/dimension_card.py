"""One dimension of the scorecard: weight, machine, mine, combined, evidence, and the reason for a rating."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from analysis.document import Metric
from app import text
from app.domain.scores import DimensionScore
from app.domain.template import Dimension
from app.domain.types import Comment
from app.scoring.help import metric_help
from app.scoring.wording import score_text, weight_text
from app.text import tr
from ui import icons, language, theme
from ui.review.claim_list import ClaimList
from ui.review.controls import icon_size, plain_label, restyle
from ui.review.dimension_menu import dimension_menu
from ui.review.evidence_list import EvidenceList
from ui.review.measured import metric_text
from ui.review.rating_row import RatingRow
from ui.review.score_widgets import ScoreNumbers, WeightSlider, rating_text
from ui.widgets.action_menu import MenuOffer
from ui.widgets.plain import plain_tip
from ui.widgets.text_line import SavedLine


class DimensionCard(QFrame):
    """Shows one row of the scorecard and says what a person does to it."""

    weightMoved = Signal(str, int)
    weightSet = Signal(str, int)
    rated = Signal(str, object)
    unveilAsked = Signal(str)
    reasonGiven = Signal(str, str)
    seekAsked = Signal(float)
    playAsked = Signal(float)
    chosen = Signal(str)

    def __init__(self, dimension: Dimension, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.dimension = dimension
        self._row: DimensionScore | None = None
        self.veiled, self._asking, self._locked = False, False, False
        self._observed: tuple[tuple[str, Metric], ...] = ()
        self._build()
        self._connect()
        language.on_change(self, self._turn)
        theme.changed.connect(self._turn)
        MenuOffer(self, lambda _: dimension_menu(self))

    def _build(self) -> None:
        self.done = plain_label()
        self.done.setContentsMargins(0, 3, 0, 0)
        self.done.hide()
        self.title = plain_label("heading")
        self.title.setWordWrap(True)
        self.weight = plain_label("small")
        self.slider = WeightSlider()
        self.numbers = ScoreNumbers()
        self.veil = QPushButton(self.numbers)
        self.veil.setProperty("class", "chip")
        self.veil.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.rating = RatingRow()
        self.picker = self.rating.picker
        self.evidence = EvidenceList()
        self.claims = ClaimList()
        self.observed = plain_label("small")
        self.observed.setWordWrap(True)
        self.reason = SavedLine()
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.done, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.weight, 0, Qt.AlignmentFlag.AlignTop)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(5, 6, 0, 10)
        whole.setSpacing(4)
        whole.addLayout(head)
        for widget in (
            self.slider,
            self.numbers,
            self.rating,
            self.evidence,
            self.claims,
            self.observed,
            self.reason,
        ):
            whole.addWidget(widget)

    def _connect(self) -> None:
        key = self.dimension.id
        self.slider.weightMoved.connect(lambda weight: self.weightMoved.emit(key, weight))
        self.slider.weightSet.connect(lambda weight: self.weightSet.emit(key, weight))
        self.rating.rated.connect(lambda score: self.rated.emit(key, score))
        self.evidence.playAsked.connect(self.playAsked)
        self.evidence.goAsked.connect(self.seekAsked)
        self.veil.clicked.connect(self._lift)
        self.claims.seekAsked.connect(self.seekAsked)
        self.reason.written.connect(lambda words: self.reasonGiven.emit(key, words))
        for control in (self.slider, self.veil, self.rating.none, self.picker, self.reason):
            control.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: who works on a dimension has chosen it."""
        if event.type() is QEvent.Type.FocusIn:
            self.chosen.emit(self.dimension.id)
        return super().eventFilter(watched, event)

    def show_row(
        self,
        row: DimensionScore,
        *,
        veiled: bool,
        reason: str,
        observed: Sequence[tuple[str, Metric]],
        editable: bool,
        weights_locked: bool,
        comments: Sequence[Comment] = (),
    ) -> None:
        """Show everything of a dimension; `comments` are those that speak of it."""
        if veiled != self.veiled:
            self._asking = False
        self.veiled = veiled
        self._observed = tuple(observed)
        self.rating.show_score(row.mine, editable=editable)
        self.done.setVisible(self.dimension.required and row.mine is not None)
        self.slider.setEnabled(editable and not weights_locked)
        self._locked = weights_locked
        self.veil.setEnabled(editable)
        self.reason.setReadOnly(not editable)
        self.reason.setClearButtonEnabled(editable)
        self.reason.show_words(reason)
        self.reason.setVisible(row.mine is not None or bool(reason) or self.reason.hasFocus())
        self.show_numbers(row)
        self.evidence.show_evidence(row.machine.evidence, comments)
        self._rename()

    def show_numbers(self, row: DimensionScore) -> None:
        """Show only what follows a moving slider."""
        self._row = row
        hidden = self.veiled and row.machine.why != "not_machine_scored"
        self.numbers.show_row(row, hide_machine=hidden)
        self.veil.setVisible(hidden)
        self.slider.show_weight(row.weight, row.template_weight)
        self.weight.setText(tr("review.weight_value", value=weight_text(row.weight)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_veil()

    def _place_veil(self) -> None:
        self.veil.adjustSize()
        needed = self.veil.sizeHint()
        column, mine, _ = self.numbers.columns()
        room = column.width()
        if self._asking and needed.width() > room:  # nothing is rated yet: the question may lie over "mine"
            room = mine.right() - 6
            needed.setWidth(int(room))
        width, height = min(needed.width(), int(room)), min(needed.height(), int(column.height()) - 16)
        self.veil.setGeometry(0, theme.scaled(17), max(40, width), height)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: a click on the card chooses it, so that the room's digits rate it."""
        super().mousePressEvent(event)
        self.chosen.emit(self.dimension.id)

    def _lift(self) -> None:
        """The first press asks, the second looks: looking before rating is written down."""
        if self._asking:
            self.unveilAsked.emit(self.dimension.id)
        else:
            self._asking = True
            self._rename()

    def _turn(self) -> None:
        """Another language or theme."""
        self.evidence.refresh()
        self._rename()

    def _rename(self) -> None:
        spoken = text.language()
        title = self.dimension.title.in_(spoken)
        star = " *" if self.dimension.required else ""
        self.title.setText(title + star)
        self.done.setPixmap(icons.icon("check", "ok").pixmap(icon_size()))
        self.done.setAccessibleName(tr("review.part_done"))
        self.done.setToolTip(tr("review.part_done"))
        self.title.setToolTip(plain_tip(anchors_text(self.dimension, spoken)))
        self.picker.setToolTip(plain_tip(anchors_text(self.dimension, spoken)))
        self.slider.setToolTip(tr("review.weights_locked" if self._locked else "review.weight_help"))
        self.slider.setAccessibleName(tr("review.weight_of", title=title))
        self.rating.name(title)
        self.veil.setText(tr("review.unveil_ask" if self._asking else "review.veil"))
        self.veil.setToolTip(tr("review.unveil_help"))
        self.veil.setIcon(icons.icon("eye" if self._asking else "eye_off", "accent"))
        self.veil.setIconSize(icon_size())
        self.reason.setPlaceholderText(tr("review.reason"))
        self.reason.setAccessibleName(tr("review.reason_of", title=title))
        observed = "  ·  ".join(metric_text(name, metric) for name, metric in self._observed)
        self.observed.setText(tr("review.observed", what=observed) if observed else "")
        told = (metric_help(name, spoken, self.dimension.supports, each.unit) for name, each in self._observed)
        self.observed.setToolTip(plain_tip("\n".join(filter(None, told))))
        self.observed.setVisible(bool(observed))
        restyle(self.observed, "small")
        if self._row is not None:
            self.weight.setText(tr("review.weight_value", value=weight_text(self._row.weight)))
            self.picker.setAccessibleDescription(rating_text(self._row.mine))
            self.numbers.setAccessibleName(self._spoken(title, self._row))
        self._place_veil()
        self.numbers.update()

    def _spoken(self, title: str, row: DimensionScore) -> str:
        machine = tr("review.veil") if self.veiled else score_text(row.machine.score, row.machine.low, row.machine.high)
        parts = [f"{tr('review.machine')} {machine}", f"{tr('review.mine')} {rating_text(row.mine)}"]
        return ", ".join([title, *parts, f"{tr('review.combined')} {score_text(row.combined, row.low, row.high)}"])


def anchors_text(dimension: Dimension, spoken: str) -> str:
    """What a dimension means, and what each anchored score looks like."""
    lines = [dimension.description.in_(spoken)]
    lines += [f"{score}  {anchor.in_(spoken)}" for score, anchor in sorted(dimension.anchors)]
    return "\n".join(line for line in lines if line)
