"""The tables behind the charts: every event, metric and curve as rows that a screen reader can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QTabWidget, QVBoxLayout, QWidget

from analysis.document import TRACK_RATE_HZ, Analysis
from app import text
from app.domain.template import MetricSupport
from app.scoring.help import metric_help
from app.scoring.metrics import UNIT_KEYS, metric_title
from app.text import has, percent, timecode, tr
from ui import language, theme
from ui.review.controls import plain_label
from ui.review.events_page import EventsPage, Listing
from ui.review.exchange_lane import exchange_label
from ui.review.found_tables import exchanges_table, suggestions_table, terms_summary, terms_table
from ui.review.measured import measured, quality_text, told
from ui.review.model import Recording
from ui.review.origin_page import OriginPage
from ui.review.pauses import moments_of
from ui.review.table import Table
from ui.review.table_view import TableView

if TYPE_CHECKING:
    from ui.review.curve_plot import CurvePlot

CURVE_STEP_S = 10.0
"""One row of the table of curves is the mean of this many seconds."""
SIZE, LEAST_WIDTH, EDGE = (1120, 600), 940, 40
"""Pixels before scaling of the window of tables at first, where the screen has `EDGE` more than that; and of its least
width, below which its tabs scroll."""
HIDDEN_TRACKS = ("box_x", "box_y", "box_w", "box_h", "present")


def metrics_table(analysis: Analysis, supports: Sequence[MetricSupport] = ()) -> Table:
    """Every metric, overall and for each answer; the hint of a row is its metric's help, with the template's bands."""
    names = list(analysis.metrics.overall)
    names += [name for answer in analysis.metrics.answers for name in answer if name not in names]
    names = list(dict.fromkeys(names))
    rows = []
    for name in names:
        overall = analysis.metrics.overall.get(name)
        row = [metric_title(name, text.language()), measured(overall) if overall else ""]
        for answer in analysis.metrics.answers:
            metric = answer.get(name)
            row.append(told(metric) if metric else "")
        basis = "" if overall is None else tr("review.basis", n=overall.n, share=percent(overall.coverage))
        rows.append([*row, basis, quality_text(overall.quality) if overall else ""])
    answers = [exchange_label(number, e) for number, e in enumerate(analysis.exchanges, 1)]
    answers += [""] * (len(analysis.metrics.answers) - len(answers))
    heads = [tr("review.column_metric"), tr("review.overall"), *answers[: len(analysis.metrics.answers)]]
    widths = {0: 170, len(heads): 190}
    heads += [tr("review.column_basis"), tr("review.column_quality")]
    moments = [moments_of(analysis, name) for name in names]
    tips = [_help(name, analysis, supports) or row[0] for name, row in zip(names, rows, strict=True)]
    if not any(moments):
        return Table(heads, rows, widths=widths, tips=tips, fitted=True)
    rows = [[*row, ", ".join(map(timecode, times))] for row, times in zip(rows, moments, strict=True)]
    return Table([*heads, tr("review.column_moments")], rows, moments=moments, widths=widths, tips=tips, fitted=True)


def _help(name: str, analysis: Analysis, supports: Sequence[MetricSupport]) -> str:
    """What a metric means, how the template scores it, and what it cannot tell."""
    known = [analysis.metrics.overall, *analysis.metrics.answers]
    unit = next((each[name].unit for each in known if name in each), "")
    return metric_help(name, text.language(), supports, unit)


def curves_table(recording: Recording) -> Table:
    """Every curve as means over ten seconds; empty where nothing was measured."""
    shown = {name: values for name, values in recording.tracks.items() if name not in HIDDEN_TRACKS}
    step = int(CURVE_STEP_S * TRACK_RATE_HZ)
    length = max((len(values) for values in shown.values()), default=0)
    starts = list(range(0, length, step))
    rows = [
        [timecode(start / TRACK_RATE_HZ), *(_mean(values[start : start + step]) for values in shown.values())]
        for start in starts
    ]
    infos = recording.analysis.tracks
    heads = [
        f"{track_name(name)} ({unit_name(infos[name].unit)})" if name in infos else track_name(name) for name in shown
    ]
    return Table([tr("review.column_time"), *heads], rows, [start / TRACK_RATE_HZ for start in starts])


def unit_name(unit: str) -> str:
    """A track's unit in the window's language; symbols stand as they are."""
    key = UNIT_KEYS.get(unit.split(" ")[0])
    return tr(f"assess.{key}") if key else tr("review.unit_deg") if unit == "deg" else unit


def track_name(name: str) -> str:
    """A track's name in the window's language."""
    for key in (f"review.lane_{name}", f"review.track_{name}", f"expression_ui.{name}"):
        if has(key):
            return tr(key)
    return name


def _mean(values: np.ndarray) -> str:
    finite = values[np.isfinite(values)]
    return f"{float(finite.mean()):.2f}" if len(finite) else ""


class TableDialog(QDialog):
    """The tables, a plot and a page about the numbers, on tabs. Enter or a double click on a row with a time seeks."""

    seekAsked = Signal(float)

    def __init__(
        self,
        recording: Recording | None,
        parent: QWidget | None = None,
        *,
        glossary_titles: Callable[[], Mapping[str, str]] = dict,
        scores: Callable[[], Table] | None = None,
        supports: Sequence[MetricSupport] = (),
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._recording, self._glossary_titles, self._scores = recording, glossary_titles, scores
        self._supports = supports
        self._score_page: QWidget | None = None
        self._plot_page: QWidget | None = None
        self._events: EventsPage | None = None
        self._plot: CurvePlot | None = None
        self._listing, self._track = Listing(), ""
        self.tabs = QTabWidget()
        layout = QVBoxLayout(self)
        layout.addWidget(self.tabs)
        broad = min(theme.scaled(SIZE[0]), self.screen().availableGeometry().width() - EDGE)
        self.resize(max(theme.scaled(LEAST_WIDTH), broad), theme.scaled(SIZE[1]))
        self.tabs.currentChanged.connect(self._plot_where_chosen)
        language.on_change(self, self._fill)

    def show_recording(self, recording: Recording | None) -> None:
        """Show what is true now, at the same place; without a recording there are only the scores."""
        self._recording = recording
        if recording is None and self._scores is None:
            self.close()
        else:
            self._fill()

    def _fill(self) -> None:
        current, here = max(0, self.tabs.currentIndex()), self._table_here()
        place = (here.verticalScrollBar().value(), here.currentIndex().row(), here.hasFocus()) if here else None
        self._note_choices()
        self._plot_page = None
        while self.tabs.count():
            page = self.tabs.widget(0)
            self.tabs.removeTab(0)
            if page is not None:
                page.deleteLater()
        self.setWindowTitle(tr("review.tables"))
        if self._recording is not None:
            self._fill_recorded(self._recording)
        self._score_page = None
        if self._scores is not None:
            self._score_page = self._page(self._scores(), "scores")
            self._add("scores", self._score_page)
        self.tabs.setCurrentIndex(current)
        self._plot_where_chosen(current)
        self._go_back(place)

    def _fill_recorded(self, recording: Recording) -> None:
        analysis = recording.analysis
        self._events = EventsPage(analysis, self._listing)
        self._events.seekAsked.connect(self.seekAsked)
        self._add("events", self._events)
        self._add("metrics", self._view(metrics_table(analysis, self._supports), "metrics"))
        self._add("curves", self._view(curves_table(recording), "curves"))
        self._plot_page = QWidget()
        self._add("plot", self._plot_page)
        self._add("exchanges", self._page(exchanges_table(analysis), "exchanges"))
        self._add("terms", self._page(terms_table(analysis, self._glossary_titles()), "terms", terms_summary(analysis)))
        self._add("suggestions", self._page(suggestions_table(recording), "suggestions"))
        self._add("origin", OriginPage(analysis))

    def show_scores(self, *, to_front: bool = False) -> None:
        """Show the scorecard as it is now; the other pages stay as they are."""
        page = self._score_page
        if page is None or self._scores is None:
            return
        place = self.tabs.indexOf(page)
        chosen = to_front or place == self.tabs.currentIndex()
        self._score_page = self._page(self._scores(), "scores")
        self.tabs.insertTab(place, self._score_page, tr("review.table_scores"))
        self.tabs.removeTab(place + 1)
        page.deleteLater()
        if chosen:
            self.tabs.setCurrentIndex(place)

    def _note_choices(self) -> None:
        """Keep what was chosen on pages that are made anew."""
        if self._events is not None:
            self._listing = self._events.listing
        if self._plot is not None:
            self._track = self._plot.track()
        self._plot = None

    def _table_here(self) -> TableView | None:
        """The table of the page that is shown."""
        page = self.tabs.currentWidget()
        return page if page is None or isinstance(page, TableView) else page.findChild(TableView)

    def _go_back(self, place: tuple[int, int, bool] | None) -> None:
        """To the rows that were in sight, the row that was chosen, and the keys, on the page that is shown."""
        view = self._table_here()
        if view is None or place is None:
            return
        scrolled, row, had_keys = place
        view.setCurrentIndex(view.model().index(row, 0))
        if had_keys:
            view.setFocus()
        QTimer.singleShot(0, view, lambda: view.verticalScrollBar().setValue(scrolled))

    def _add(self, key: str, page: QWidget) -> None:
        self.tabs.addTab(page, tr(f"review.table_{key}"))

    def _plot_where_chosen(self, index: int) -> None:
        """The plot is made when its page is first opened: what it needs takes a moment to load."""
        page = self._plot_page
        recording = self._recording
        if recording is None or page is None or self.tabs.widget(index) is not page or page.layout() is not None:
            return
        from ui.review.curve_plot import CurvePlot

        names = {name: track_name(name) for name in recording.tracks if name not in HIDDEN_TRACKS}
        plot = self._plot = CurvePlot(recording, names)
        if (kept := plot.choice.findData(self._track)) >= 0:
            plot.choice.setCurrentIndex(kept)
        plot.seekAsked.connect(self.seekAsked)
        room = QVBoxLayout(page)
        room.addWidget(plot)

    def _page(self, table: Table, key: str, summary: str = "") -> QWidget:
        """A table below a line that sums it up; in place of an empty one a sentence."""
        page = QWidget()
        room = QVBoxLayout(page)
        room.setContentsMargins(0, theme.scaled(6), 0, 0)
        if summary:
            line = plain_label()
            line.setText(summary)
            line.setWordWrap(True)
            line.setContentsMargins(theme.scaled(10), 0, theme.scaled(10), 0)
            room.addWidget(line)
        if table.rowCount():
            room.addWidget(self._view(table, key), 1)
        else:
            empty = plain_label("muted")
            empty.setText(tr(f"review.no_{key}"))
            empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
            room.addWidget(empty, 1)
        return page

    def _view(self, table: Table, key: str) -> TableView:
        view = TableView(table, tr(f"review.table_{key}"))
        view.seekAsked.connect(self.seekAsked)
        return view
