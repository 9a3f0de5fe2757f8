"""Lanes of things with a name: terms, parts of an answer, whatever has no lane of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from analysis.document import Event
from app.text import tr
from ui import theme
from ui.review import strokes
from ui.review.bar_lanes import BarLane
from ui.review.chip_stamps import ChipStamps, underline
from ui.review.event_words import event_detail, event_name
from ui.review.lane import NO_GAPS, Gaps, Sample, View

Doubles = NDArray[np.float64]
RESULT, PART = "quantified_result", "structure"


class ChipLane(BarLane):
    """Events as labelled chips; only a tick where there is no room.

    `is_second` tells which kinds are told apart by a broken line of another colour; `names` are the text keys of both.
    """

    height = 28

    def __init__(
        self,
        key: str,
        title_key: str,
        events: Sequence[Event],
        *,
        token: str = "series_7",
        is_second: Callable[[str], bool] = lambda _: False,
        second_token: str = "series_7",
        names: tuple[str, ...] = (),
        gaps: Gaps = NO_GAPS,
    ) -> None:
        super().__init__(key, title_key, events, token, gaps=gaps)
        self._second_token, self._names = second_token, names
        self._stamps = ChipStamps((token, second_token))
        self._is_second = np.array([is_second(event.kind) for event in self.events], np.bool_)

    def label(self, event: Event) -> str:
        """What stands on a chip."""
        return event_detail(event) or event_name(event.kind)

    def value_text(self, time_s: float) -> str:
        """The chip at a time."""
        place = self.index.at(time_s)
        return "" if place is None else self.label(self.events[place])

    def legend(self) -> tuple[Sample, ...]:
        """Whole and broken line."""
        return tuple(
            Sample(tr(name), partial(underline, token=self._token(second=second), broken=second))
            for name, second in zip(self._names, (False, True), strict=False)
        )

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Chips from left to right, never over each other; ticks where there is no room."""
        high = min(area.height() - 4, theme.scaled(20))
        row = QRectF(area.left(), area.center().y() - high / 2, area.width(), high)
        shown = self.bars.within(view.start, view.end)
        left = np.maximum(area.left(), view.xs(self.bars.starts[shown]))
        self._stamps.prepare(painter, high)
        chips, rest = self._laid_out(shown, left, area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for second in (False, True):
            self._ticks(painter, row, left[rest & (self._is_second[shown] == second)], second=second)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for place, chip in chips:
            self._stamps.draw(painter, place, row.top(), chip)

    def _laid_out(
        self, shown: NDArray[np.intp], left: Doubles, area: QRectF
    ) -> tuple[list[tuple[float, QPixmap]], NDArray[np.bool_]]:
        """Chips with the pixel that they begin at, and which of the events in sight are none. Each chip leaps over
        those below it, so that thousands of events cost no more than the chips that there is room for."""
        chips: list[tuple[float, QPixmap]] = []
        rest = np.ones(len(shown), np.bool_)
        place = 0
        while place < len(shown):
            index = int(shown[place])
            begin = float(left[place])
            chip = self._stamps.chip(self.label(self.events[index]), second=bool(self._is_second[index]))
            end = begin + chip.deviceIndependentSize().width()
            if end > area.right():
                break
            chips.append((begin, chip))
            rest[place] = False
            place = int(left.searchsorted(end + 3))
        return chips, rest

    def _ticks(self, painter: QPainter, row: QRectF, left: Doubles, *, second: bool) -> None:
        """Upright bars; those of the second kind are broken in the middle."""
        x = np.round(left)
        x = x[np.diff(x, prepend=-np.inf) > 0]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(self._token(second=second)))
        parts = ((3.0, 4.0), (row.height() - 7, 4.0)) if second else ((3.0, row.height() - 6),)
        for top, high in parts:
            places = np.full_like(x, row.top() + top), np.full_like(x, 2.0), np.full_like(x, high)
            strokes.draw_rects(painter, np.column_stack((x, *places)))

    def _token(self, *, second: bool) -> str:
        return self._second_token if second else self.token


class TermLane(ChipLane):
    """Terms of the position and quantified results."""

    def __init__(self, events: Sequence[Event], gaps: Gaps = NO_GAPS) -> None:
        super().__init__(
            "terms", "review.lane_terms", events, token="series_5", second_token="series_2",
            is_second=lambda kind: kind == RESULT, names=("review.legend_term", "review.legend_result"), gaps=gaps,
        )  # fmt: skip

    def label(self, event: Event) -> str:
        """The term itself, without what the recogniser wrote instead of it ("负载均衡 ← 复载均衡")."""
        return event.text.split(" ← ")[0].strip() or event_name(event.kind)


class StructureLane(ChipLane):
    """Parts of an answer as suggestions (situation, task …) and the words that join its thoughts; folded at first."""

    folded_at_first = True

    def __init__(self, events: Sequence[Event], gaps: Gaps = NO_GAPS) -> None:
        super().__init__(
            "structure", "review.lane_structure", events, token="series_6", second_token="series_7",
            is_second=lambda kind: kind != PART, names=("review.legend_part", "review.legend_marker"), gaps=gaps,
        )  # fmt: skip


class OtherLane(ChipLane):
    """What no other lane shows, by its name; folded at first."""

    folded_at_first = True
    height = 24

    def __init__(self, events: Sequence[Event]) -> None:
        super().__init__("others", "review.lane_others", events)

    def label(self, event: Event) -> str:
        """The name of what happened."""
        return event_name(event.kind)
