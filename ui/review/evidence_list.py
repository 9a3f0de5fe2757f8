"""What a dimension rests on: a few moments as chips, and behind them every piece of evidence as a row that plays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app import text
from app.domain.scores import Evidence
from app.domain.types import Comment
from app.scoring.help import band_text
from app.scoring.metrics import metric_about, metric_title, value_text
from app.scoring.wording import score_text
from app.text import stretch, timecode, tr
from app.told import here
from ui import icons, theme
from ui.review.claim_list import moment_chip
from ui.review.controls import icon_size
from ui.review.evidence_menu import evidence_menu
from ui.review.flow import FlowLayout
from ui.review.table import Table
from ui.review.table_view import TableView
from ui.widgets.action_menu import MenuOffer
from ui.widgets.keys import is_plain

MOST_CHIPS = 3
MOST_ROWS = 8
"""Rows in sight at once; the rest is scrolled to."""
WALKS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
ROW, TIME, MOST_VALUE, CELL = 26, 50, 104, 22
"""Heights and widths in pixels before scaling."""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One row: the times (s) that it plays in turn, its words, and what it stands for in full."""

    times: tuple[float, ...]
    what: str
    value: str
    points: str
    tip: str


def evidence_rows(evidence: Sequence[Evidence], comments: Sequence[Comment]) -> list[EvidenceRow]:
    """Everything measured and everything that people said of the dimension, in time order."""
    rows = [_measured(item) for item in evidence] + [_said(comment) for comment in comments]
    return sorted(rows, key=lambda row: row.times[:1])


def _measured(item: Evidence) -> EvidenceRow:
    spoken = text.language()
    value = value_text(item.value, item.unit, spoken)
    times = item.moments or (item.start,)
    return EvidenceRow(times, metric_title(item.metric, spoken), value, score_text(item.points), evidence_text(item))


def _said(comment: Comment) -> EvidenceRow:
    times = () if comment.time_s is None else (comment.time_s,)
    words = here(comment).text or tr("review.bookmark")
    where = () if comment.time_s is None else (stretch(comment.time_s, comment.end_s),)
    return EvidenceRow(times, words, tr("review.comment"), "", "\n".join((*where, words, comment.author)))


def evidence_text(item: Evidence) -> str:
    """What a chip stands for: the metric, its value, the points that it earned, and by whose bands."""
    where = tr("review.answer", number=item.answer + 1) if item.answer is not None else tr("review.overall")
    spoken = text.language()
    value = f"{metric_title(item.metric, spoken)} {value_text(item.value, item.unit, spoken)}"
    points = tr("review.points", points=score_text(item.points))
    lines = (
        f"{where} · {value}",
        points,
        band_text(item.band, item.band_source, spoken, unit=item.unit),
        metric_about(item.metric, spoken),
    )
    return "\n".join(line for line in lines if line)


class EvidenceView(TableView):
    """The rows. Enter or a click plays what a row is about; again, its next moment. `goAsked`: only go to a moment."""

    goAsked = Signal(float)

    def __init__(self, rows: Sequence[EvidenceRow], parent: QWidget | None = None) -> None:
        self.rows = tuple(rows)
        heads = [tr(f"review.column_{key}") for key in ("time", "evidence", "value", "points")]
        words = [(timecode(row.times[0]) if row.times else "–", row.what, row.value, row.points) for row in self.rows]
        table = Table(heads, words, tips=[row.tip for row in self.rows])
        super().__init__(table, tr("review.evidence"), parent=parent)
        self.setFont(theme.font(12))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.scaled(ROW))
        self.verticalHeader().setMinimumSectionSize(1)
        heading = self.horizontalHeader()
        heading.setStretchLastSection(False)
        heading.setMinimumSectionSize(1)
        heading.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.activated.disconnect(self._seek)  # one press is enough here, and two are not three
        self.clicked.connect(self._seek)
        MenuOffer(self, self.row_menu)

    def row_menu(self, at: QPoint | None) -> QMenu | None:
        """The menu of the row at a point, else of the chosen one."""
        place = (self.currentIndex() if at is None else self.indexAt(at)).row()
        if place < 0:
            return None
        row = self.rows[place]
        words = " · ".join(filter(None, (row.what, row.value, row.points)))
        return evidence_menu(self, row.times, words, self.seekAsked.emit, self.goAsked.emit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._seek(self.currentIndex())
        elif is_plain(event) and event.key() in WALKS:
            super().keyPressEvent(event)
        else:
            event.ignore()  # letters, digits and the space bar are the room's, not a search in the list

    def moments_of(self, row: int) -> tuple[float, ...]:
        """The times of a row."""
        return self.rows[row].times

    def _wide(self, words: Sequence[str]) -> int:
        """The width that the longest of some words needs in a cell or a heading."""
        metrics = QFontMetricsF(theme.font(12))
        return round(max(map(metrics.horizontalAdvance, words))) + theme.scaled(CELL)

    def sizeHint(self) -> QSize:
        rows = min(len(self.rows), MOST_ROWS)
        return QSize(theme.scaled(240), self.horizontalHeader().sizeHint().height() + rows * theme.scaled(ROW) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(1, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        heads = [self.horizontalHeader().sectionSizeHint(column) for column in range(4)]
        time, points = max(theme.scaled(TIME), heads[0]), max(self._wide((tr("review.column_points"),)), heads[3])
        values = (tr("review.column_value"), *(row.value for row in self.rows))
        room = self.viewport().width() - time - points
        value = max(min(self._wide(values), theme.scaled(MOST_VALUE), room - heads[1]), heads[2])
        rest = max(1, room - value)
        for column, width in enumerate((time, rest, value, points)):
            self.setColumnWidth(column, width)


class EvidenceList(QWidget):
    """Chips for the heaviest moments, and one that unfolds all rows. Hidden where there is nothing."""

    playAsked = Signal(float)
    goAsked = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.open = False
        self.view: EvidenceView | None = None
        self.all: QPushButton | None = None
        self._evidence: tuple[Evidence, ...] = ()
        self._comments: tuple[Comment, ...] = ()
        self._row_of_chips = QWidget()
        self.chips = FlowLayout(self._row_of_chips, spacing=5)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.scaled(4))
        self._column.addWidget(self._row_of_chips)

    def show_evidence(self, evidence: Sequence[Evidence], comments: Sequence[Comment]) -> None:
        """Show what the machine's score rests on, and the comments that speak of the dimension."""
        if (tuple(evidence), tuple(comments)) != (self._evidence, self._comments):
            self._evidence, self._comments = tuple(evidence), tuple(comments)
            self.refresh()

    def show_open(self, open_: bool) -> None:
        """Unfold all rows, or fold them."""
        self.open = open_
        self.refresh()
        if self.all is not None:
            self.all.setFocus()

    def refresh(self) -> None:
        """Fill it anew: in another language, another theme."""
        self.chips.clear()
        self.all = None
        count = len(self._evidence) + len(self._comments)
        self.setVisible(bool(count))
        if count:
            for item in self.heaviest():
                self.chips.addWidget(self._chip(item))
            self.all = self._toggle(count)
            self.chips.addWidget(self.all)
        self._show_rows()

    def _chip(self, item: Evidence) -> QPushButton:
        chip, words = moment_chip(item.start, evidence_text(item)), evidence_text(item)
        chip.clicked.connect(lambda: self.playAsked.emit(item.start))
        times = item.moments or (item.start,)
        MenuOffer(chip, lambda _: evidence_menu(chip, times, words, self.playAsked.emit, self.goAsked.emit))
        return chip

    def heaviest(self) -> list[Evidence]:
        """The heaviest of each moment: two metrics of one answer begin at one time."""
        found: dict[int, Evidence] = {}
        for item in sorted(self._evidence, key=lambda e: (-e.weight, e.start)):
            found.setdefault(int(item.start), item)
        return list(found.values())[:MOST_CHIPS]

    def _toggle(self, count: int) -> QPushButton:
        button = QPushButton(tr("review.evidence_all", count=count))
        button.setProperty("class", "chip")
        button.setIcon(icons.icon("chevron_up" if self.open else "chevron_down", "accent"))
        button.setIconSize(icon_size())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(tr("review.evidence_help"))
        button.setAccessibleDescription(tr("findings.unfolded" if self.open else "findings.folded"))
        button.clicked.connect(lambda: self.show_open(not self.open))
        return button

    def _show_rows(self) -> None:
        if self.view is not None:
            self.view.hide()
            self.view.deleteLater()
            self.view = None
        if self.open and (rows := evidence_rows(self._evidence, self._comments)):
            self.view = EvidenceView(rows)
            self.view.seekAsked.connect(self.playAsked)
            self.view.goAsked.connect(self.goAsked)
            self._column.addWidget(self.view)
