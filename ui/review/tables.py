"""The tables behind the charts: every event, metric and curve as rows that a screen reader can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QDialog, QHeaderView, QTableView, QTabWidget, QVBoxLayout, QWidget

from analysis.document import TRACK_RATE_HZ, Analysis
from app import text
from app.scoring.metrics import UNIT_KEYS, metric_title
from app.text import has, percent, timecode, tr
from ui import language, theme
from ui.review.controls import plain_label
from ui.review.event_lanes import event_detail, event_name, exchange_label
from ui.review.found_tables import exchanges_table, suggestions_table, terms_summary, terms_table
from ui.review.measured import measured, quality_text, told
from ui.review.model import Recording
from ui.review.moments import MomentsDelegate
from ui.review.origin_page import OriginPage
from ui.review.table import Table

CURVE_STEP_S = 10.0
"""One row of the table of curves is the mean of this many seconds."""
HIDDEN_TRACKS = ("box_x", "box_y", "box_w", "box_h", "present")


def events_table(analysis: Analysis) -> Table:
    """Every event in time order."""
    events = sorted(analysis.events, key=lambda event: event.start)
    rows = [
        (timecode(e.start), event_name(e.kind), event_detail(e), f"{e.end - e.start:.1f} s",
         "" if e.confidence is None else percent(e.confidence))
        for e in events
    ]  # fmt: skip
    keys = ("time", "what", "detail", "length", "confidence")
    return Table([tr(f"review.column_{key}") for key in keys], rows, [event.start for event in events])


def metrics_table(analysis: Analysis) -> Table:
    """Every metric, overall and for each answer."""
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
    return Table([*heads, tr("review.column_basis"), tr("review.column_quality")], rows, widths=widths)


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
        recording: Recording,
        parent: QWidget | None = None,
        *,
        glossary_titles: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._recording, self._glossary_titles = recording, glossary_titles
        self._plot_page: QWidget | None = None
        self._turn: tuple[Table | None, int, int] = (None, -1, 0)
        self.tabs = QTabWidget()
        layout = QVBoxLayout(self)
        layout.addWidget(self.tabs)
        self.resize(theme.scaled(940), theme.scaled(580))
        self.tabs.currentChanged.connect(self._plot_where_chosen)
        language.on_change(self, self._fill)

    def _fill(self) -> None:
        current = max(0, self.tabs.currentIndex())
        self._plot_page = None
        while self.tabs.count():
            page = self.tabs.widget(0)
            self.tabs.removeTab(0)
            if page is not None:
                page.deleteLater()
        self.setWindowTitle(tr("review.tables"))
        analysis = self._recording.analysis
        self._add("events", self._view(events_table(analysis), "events"))
        self._add("metrics", self._view(metrics_table(analysis), "metrics"))
        self._add("curves", self._view(curves_table(self._recording), "curves"))
        self._plot_page = QWidget()
        self._add("plot", self._plot_page)
        self._add("exchanges", self._page(exchanges_table(analysis), "exchanges"))
        self._add("terms", self._page(terms_table(analysis, self._glossary_titles()), "terms", terms_summary(analysis)))
        self._add("suggestions", self._page(suggestions_table(self._recording), "suggestions"))
        self._add("origin", OriginPage(analysis))
        self.tabs.setCurrentIndex(current)
        self._plot_where_chosen(current)

    def _add(self, key: str, page: QWidget) -> None:
        self.tabs.addTab(page, tr(f"review.table_{key}"))

    def _plot_where_chosen(self, index: int) -> None:
        """The plot is made when its page is first opened: what it needs takes a moment to load."""
        page = self._plot_page
        if page is None or self.tabs.widget(index) is not page or page.layout() is not None:
            return
        from ui.review.curve_plot import CurvePlot

        names = {name: track_name(name) for name in self._recording.tracks if name not in HIDDEN_TRACKS}
        plot = CurvePlot(self._recording, names)
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

    def _view(self, table: Table, key: str) -> QTableView:
        view = QTableView()
        table.setParent(view)
        view.setModel(table)
        view.setAccessibleName(tr(f"review.table_{key}"))
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setAlternatingRowColors(True)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.verticalHeader().hide()
        view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        view.horizontalHeader().setDefaultSectionSize(theme.scaled(130))
        view.horizontalHeader().setStretchLastSection(True)
        view.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        view.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in table.widths.items():
            view.setColumnWidth(column, theme.scaled(width))
        if table.moments:
            chips = MomentsDelegate(view)
            chips.seekAsked.connect(self.seekAsked)
            view.setItemDelegateForColumn(table.columnCount() - 1, chips)
            view.verticalHeader().setDefaultSectionSize(theme.scaled(32))
        view.activated.connect(lambda index: self._seek(table, index.row()))
        return view

    def _seek(self, table: Table, row: int) -> None:
        """To a row's time; pressed again, to the next one of those that it has."""
        moments = table.moments[row] if row < len(table.moments) else ()
        self._turn = (table, row, self._turn[2] + 1) if self._turn[:2] == (table, row) else (table, row, 0)
        time_s = table.times[row] if row < len(table.times) else None
        if moments:
            time_s = moments[self._turn[2] % len(moments)]
        if time_s is not None:
            self.seekAsked.emit(time_s)
