"""The curves of an interview, one lane each, on one time axis. Where nothing was measured the lane is hatched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from analysis import features
from app.report.charts import hatch, pen
from app.report.data import Series
from app.report.fonts import chart_font
from app.report.palette import ACCENT_SOFT, EVENT_OF_A_ROOM, EVENTS, FAINT, GROUND, LINE, MUTED, SERIES, TEXT
from app.text import timecode

LABEL = 146.0
LANE = 44.0
STRIP = 20.0
AXIS = 20.0
_MIN_GAP_S = 0.35
_STROKE = 64
"""The most pieces of a line that are drawn as one stroke."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A lane of marks: (start, end, text) in seconds, all in one colour."""

    title: str
    marks: tuple[tuple[float, float, str], ...]
    colour: str


def height(series: Sequence[Series], strips: Sequence[Strip]) -> float:
    """How tall the whole chart is, in document pixels."""
    return LANE * len(series) + STRIP * len(strips) + AXIS


def draw_curves(
    painter: QPainter, area: QRectF, duration: float, series: Sequence[Series], strips: Sequence[Strip],
    language: str = "zh",
) -> None:  # fmt: skip
    """Strips of marks (questions, pauses …) on top, then the curves, then the time axis of 0 … `duration` seconds."""
    painter.save()
    painter.setFont(chart_font(10, language))
    y = area.top()
    for strip in strips:
        lane = QRectF(area.left() + LABEL, y, area.width() - LABEL, STRIP - 4)
        _label(painter, area.left(), lane, strip.title, "")
        _draw_strip(painter, lane, duration, strip)
        y += STRIP
    for index, one in enumerate(series):
        lane = QRectF(area.left() + LABEL, y, area.width() - LABEL, LANE - 5)
        _draw_lane(painter, area.left(), lane, duration, one, SERIES[index % len(SERIES)])
        y += LANE
    _axis(painter, QRectF(area.left() + LABEL, y, area.width() - LABEL, AXIS), duration)
    painter.restore()


def _label(painter: QPainter, left: float, lane: QRectF, title: str, unit: str) -> None:
    align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    half = lane.height() / 2 if unit else lane.height()
    painter.setPen(QColor(TEXT))
    words = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, int(LABEL - 10))
    painter.drawText(QRectF(left, lane.top(), LABEL - 8, half), int(align), words)
    painter.setPen(QColor(MUTED))
    painter.drawText(QRectF(left, lane.top() + half, LABEL - 8, lane.height() - half), int(align), unit)


def _draw_strip(painter: QPainter, lane: QRectF, duration: float, strip: Strip) -> None:
    painter.fillRect(lane, QColor(GROUND))
    for start, end, words in strip.marks:
        left = lane.left() + lane.width() * start / duration
        box = QRectF(left, lane.top(), max(1.6, lane.width() * (end - start) / duration - 0.8), lane.height())
        painter.fillRect(box, QColor(strip.colour))
        if words:
            painter.setPen(QColor(TEXT))
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(box.width() - 6))
            painter.drawText(box.adjusted(3, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), shown)


def _draw_lane(painter: QPainter, left: float, lane: QRectF, duration: float, series: Series, colour: str) -> None:
    painter.fillRect(lane, QColor(GROUND))
    known = series.values[np.isfinite(series.values)]
    low, high = series.bounds or _range(known)
    unit = f"{low:g} … {high:g} {series.unit}".strip() if known.size else ""
    _label(painter, left, lane, series.title, unit or series.unit)
    for start, end in gaps(series):
        at, width = lane.width() * start / duration, lane.width() * (end - start) / duration
        box = QRectF(lane.left() + at, lane.top(), width, lane.height())
        hatch(painter, box.intersected(lane))
    painter.setPen(pen(colour, 1.1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for times, values in pieces(series, lane.width()):
        xs = lane.left() + lane.width() * times / duration
        ys = lane.bottom() - 2 - (lane.height() - 4) * np.clip((values - low) / (high - low), 0, 1)
        points = [QPointF(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]
        if len(points) == 1:
            points.append(points[0] + QPointF(1, 0))
        _draw_line(painter, points)


def _draw_line(painter: QPainter, points: list[QPointF]) -> None:
    """In short strokes that share their ends: the time for one stroke grows with the square of its points."""
    for begin in range(0, len(points) - 1, _STROKE):
        painter.drawPolyline(QPolygonF(points[begin : begin + _STROKE + 1]))


def _range(known: np.ndarray) -> tuple[float, float]:
    """A range that outliers do not stretch, rounded outwards."""
    if not known.size:
        return 0.0, 1.0
    low, high = (float(q) for q in np.quantile(known, (0.01, 0.99)))
    if high - low < 1e-6:
        return low - 0.5, high + 0.5
    step = 10.0 ** np.floor(np.log10(high - low))
    return float(np.floor(low / step) * step), float(np.ceil(high / step) * step)


def gaps(series: Series) -> list[tuple[float, float]]:
    """Stretches (s) of 0.35 s or more in which nothing was measured."""
    missing = ~np.isfinite(series.values)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], missing.astype(np.int8), [0]))))
    spans = edges.reshape(-1, 2) / series.rate_hz
    return [(float(a), float(b)) for a, b in spans if b - a >= _MIN_GAP_S]


def pieces(series: Series, width: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """The measured stretches as (times, values), each no finer than `width` asks for: minimum and maximum are kept."""
    known = np.isfinite(series.values)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], known.astype(np.int8), [0])))).reshape(-1, 2)
    stride = max(1, int(len(series.values) / (width * 2)))
    found = []
    for begin, end in edges:
        values = series.values[begin:end].astype(np.float64)
        times = np.arange(begin, end) / series.rate_hz
        if stride > 1 and len(values) > 2 * stride:
            keep = _peaks(values, stride)
            times, values = times[keep], values[keep]
        found.append((times, values))
    return found


def _peaks(values: np.ndarray, stride: int) -> np.ndarray:
    """Indices of minimum and maximum of each stretch of `stride` values, in order, with both ends."""
    whole = len(values) // stride * stride
    blocks = values[:whole].reshape(-1, stride)
    first = np.arange(len(blocks)) * stride
    picked = np.concatenate(([0, len(values) - 1], first + blocks.argmin(axis=1), first + blocks.argmax(axis=1)))
    return np.unique(picked)


def _axis(painter: QPainter, lane: QRectF, duration: float) -> None:
    painter.setPen(pen(LINE, 0.75))
    painter.drawLine(lane.topLeft(), lane.topRight())
    steps = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
    step = next((s for s in steps if duration / s <= 9), steps[-1])
    for tick in np.arange(0, duration + 1e-6, step):
        x = lane.left() + lane.width() * tick / duration
        painter.setPen(pen(FAINT, 0.75))
        painter.drawLine(QPointF(x, lane.top()), QPointF(x, lane.top() + 3))
        painter.setPen(QColor(MUTED))
        box = QRectF(min(x - 24, lane.right() - 48), lane.top() + 4, 48, 13)
        align = Qt.AlignmentFlag.AlignCenter if x + 24 <= lane.right() else Qt.AlignmentFlag.AlignRight
        painter.drawText(box, int(align | Qt.AlignmentFlag.AlignVCenter), timecode(float(tick)))


QUESTION_COLOUR = ACCENT_SOFT


def event_colours() -> dict[str, str]:
    """Colour of each kind of event that has a lane, in the order of the lanes; those of an optional room first."""
    room = features.expression()
    extra = dict.fromkeys(room.EVENT_KINDS, EVENT_OF_A_ROOM) if room else {}
    return {**extra, **EVENTS}
