"""Lanes of things that last: bars, and what stands on one row with them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from analysis.document import Event
from app.text import tr
from ui import theme
from ui.review import legend, strokes
from ui.review.event_index import EventIndex
from ui.review.event_words import event_text, event_value
from ui.review.lane import NO_GAPS, Gaps, Mark, MarkedLane, Sample, View, stretches

Doubles = NDArray[np.float64]
CROWDED = 150
"""More rounded shapes than this are drawn as squares, in one call."""


def in_order(events: Sequence[Event]) -> tuple[Event, ...]:
    """Events in the order of their beginnings."""
    return tuple(sorted(events, key=lambda event: event.start))


def indexed(events: Sequence[Event]) -> EventIndex:
    """The index of events that are in order."""
    return EventIndex((event.start, event.end) for event in events)


class BarLane(MarkedLane):
    """Events as bars of one colour; with `round_` as soft pills, else as blocks.

    `others` are events that stand on the same row and are drawn otherwise.
    """

    height = 20

    def __init__(
        self,
        key: str,
        title_key: str,
        events: Sequence[Event],
        token: str,
        *,
        round_: bool = False,
        others: Sequence[Event] = (),
        gaps: Gaps = NO_GAPS,
    ) -> None:
        self._all = in_order((*events, *others))
        super().__init__(key, indexed(self._all))
        self.title_key, self.token, self.round, self.gaps = title_key, token, round_, gaps
        self.events = in_order(events)
        self.bars = indexed(self.events)

    def title(self) -> str:
        """The lane's name."""
        return tr(self.title_key)

    def mark(self, place: int) -> Mark:
        event = self._all[place]
        return Mark(event.start, event.end, event_text(event))

    def value_text(self, time_s: float) -> str:
        """The event at a time."""
        place = self.index.at(time_s)
        return "" if place is None else event_value(self._all[place])

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Only what is visible; bars on the same pixels are one."""
        row = self.row(area)
        bars = merged(stretches(self.bars, row, view, 2.0 if not self.round else row.height()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(self.token))
        if self.round and len(bars) <= CROWDED:
            for x, y, width, height in bars.tolist():
                painter.drawRoundedRect(QRectF(x, y, width, height), height / 2, height / 2)
        else:
            strokes.draw_rects(painter, bars)

    def row(self, area: QRectF) -> QRectF:
        """Where the bars stand in a lane's area."""
        high = min(area.height() * (0.44 if self.round else 0.6), theme.scaled(12 if self.round else 16))
        return QRectF(area.left(), area.center().y() - high / 2, area.width(), high)


def merged(bars: Doubles) -> Doubles:
    """Bars in the order of their beginnings, those that begin on the same pixel as one, the longest."""
    if len(bars) < 2:
        return bars
    left = np.round(bars[:, 0])
    first = np.flatnonzero(np.diff(left, prepend=left[0] - 1))
    result = bars[first]
    result[:, 2] = np.maximum.reduceat(bars[:, 0] + bars[:, 2], first) - result[:, 0]
    return result


class PauseLane(BarLane):
    """Pauses as grey blocks, fillers and repetitions as dots on the same row."""

    height = legend.room_for(1)

    def __init__(self, pauses: Sequence[Event], fillers: Sequence[Event], gaps: Gaps = NO_GAPS) -> None:
        super().__init__("pauses", "review.lane_pauses", pauses, "series_7", others=fillers, gaps=gaps)
        self.fillers = in_order(fillers)
        self._middles: Doubles = np.sort(indexed(self.fillers).spans.mean(axis=1))

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Blocks, then dots over them, ringed in the ground's colour so that they stand out."""
        super().paint(painter, area, view)
        centre, radius = area.center().y(), theme.scaled(3)
        x = apart(view.xs(visible(self._middles, view)))
        painter.setBrush(theme.color("series_5"))
        if len(x) > CROWDED:
            painter.setPen(Qt.PenStyle.NoPen)
            size = np.full_like(x, 3.0)
            strokes.draw_rects(painter, np.column_stack((x - 1.5, np.full_like(x, centre - 1.5), size, size)))
            return
        painter.setPen(QPen(theme.color("track_bg"), 1))
        for place in x.tolist():
            painter.drawEllipse(QPointF(place, centre), radius, radius)

    def legend(self) -> tuple[Sample, ...]:
        """Block and dot."""
        return (
            Sample(tr("review.legend_pause"), self.sample),
            Sample(tr("review.legend_filler"), _dot),
        )

    def sample(self, painter: QPainter, area: QRectF) -> None:
        """A bar for the legend."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(self.token))
        painter.drawRect(QRectF(area.center().x() - 3, area.top(), 6, area.height()))


def visible(times: Doubles, view: View) -> Doubles:
    """Those of some times in order that are in sight."""
    first, last = np.searchsorted(times, (view.start, view.end))
    return times[first:last]


def apart(x: Doubles) -> Doubles:
    """Pixels without those closer to each other than two: they would only hide each other."""
    result: Doubles = np.unique(np.round(x / 2)) * 2
    return result


def _dot(painter: QPainter, area: QRectF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("series_5"))
    painter.drawEllipse(area.center(), theme.scaled(3), theme.scaled(3))
