"""What the transcript's search found, as moments of the recording and as marks on the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPen

from ui import theme
from ui.review import strokes
from ui.review.lane import tint
from ui.review.lines import Line

if TYPE_CHECKING:
    from ui.review.timeline import Timeline

Doubles = NDArray[np.float64]
TOKEN = "series_5"
WIDE, HIGH = 4, 8
"""A mark's size in pixels before scaling."""
CROWDED = 80
"""Where more hits than this are in sight, only their marks are drawn: lines would cover the lanes."""


def hit_times(lines: Sequence[Line], hits: Sequence[tuple[int, int, int]]) -> list[float]:
    """When each hit (row, first character, end) is said (s): the word that it begins in, else the next."""
    return [_time_at(lines[row], start) for row, start, _ in hits]


def _time_at(line: Line, offset: int) -> float:
    said = line.segment
    last = said.words[-1].start if said.words else said.start
    words = zip(said.words, line.places, strict=True)
    return next((word.start for word, (start, end) in words if end > max(start, offset)), last)


def paint(painter: QPainter, timeline: Timeline, top: float) -> None:
    """Marks at the foot of the overview and of the ruler, which ends at `top`; lines from there through the lanes."""
    hits, strip, view = timeline.hits, timeline.overview_area(), timeline.view()
    if not len(hits):
        return
    seen = hits[(hits >= view.start) & (hits <= view.end)]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    if len(seen) <= CROWDED:
        x = view.xs(seen)
        painter.setPen(QPen(tint(TOKEN, 130), 1))
        foot = np.full_like(x, timeline.lanes_end())
        strokes.draw_lines(painter, np.column_stack((x, np.full_like(x, top), x, foot)))
    _marks(painter, timeline.overview.whole(strip).xs(hits), strip.bottom())
    _marks(painter, view.xs(seen), top)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


def _marks(painter: QPainter, x: Doubles, bottom: float) -> None:
    """Small upright blocks that end at `bottom`; two on the same pixel are one."""
    x, wide, high = np.unique(np.round(x)), theme.scaled(WIDE), theme.scaled(HIGH)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(TOKEN))
    size = np.full_like(x, wide), np.full_like(x, high)
    strokes.draw_rects(painter, np.column_stack((x - wide / 2, np.full_like(x, bottom - high), *size)))
