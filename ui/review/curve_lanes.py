"""Lanes of measured curves and of the waveform."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPen

from app.text import tr
from ui import theme
from ui.review import curve_marks, strokes
from ui.review.column_image import ColumnImage, joined
from ui.review.lane import NO_GAPS, Gaps, Lane, Sample, View, baseline
from ui.review.pyramid import Pyramid, pyramid_of

Doubles = NDArray[np.float64]
LEAST_PX = 2
"""How thick a curve of strokes is where it is level: about as thick as a smoothed line."""
QUIETEST_DB = -80.0
"""Below this a recording is silent."""


@dataclass(frozen=True)
class Curve:
    """One curve of a lane: its track's pyramid, its colour token, and the text key of its name."""

    pyramid: Pyramid
    token: str
    name_key: str


class CurveLane(Lane):
    """One or more curves on a common scale; where there are several, shapes along them tell them apart.

    `limits` None takes the curves' own range (1st to 99th percentile, a little widened). `zero` draws that value as a
    dotted line.
    """

    def __init__(
        self,
        key: str,
        title_key: str,
        curves: tuple[Curve, ...],
        *,
        unit_key: str = "",
        limits: tuple[float, float] | None = None,
        zero: float | None = None,
        decimals: int = 0,
        gaps: Gaps = NO_GAPS,
        height: int = 30,
        folded: bool = False,
    ) -> None:
        super().__init__(key)
        self.title_key, self.unit_key, self.curves = title_key, unit_key, curves
        self.zero, self.decimals, self.gaps = zero, decimals, gaps
        self.height, self.folded_at_first = height, folded
        self.limits = limits or _common_limits(curves)

    def title(self) -> str:
        """The lane's name with its unit."""
        name = tr(self.title_key)
        return f"{name} {tr(self.unit_key)}" if self.unit_key else name

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """The zero line, then the curves, then their shapes."""
        if self.zero is not None:
            baseline(painter, area, float(self._y(np.array([self.zero]), area)[0]))
        image = ColumnImage(painter, area)
        found = [curve.pyramid.columns(view.start, view.span, int(view.width)) for curve in self.curves]
        lows = [self._y(columns.low, area) for columns in found]
        highs = [low if each.single else self._y(each.high, area) for each, low in zip(found, lows, strict=True)]
        for curve, columns, low, high in zip(self.curves, found, lows, highs, strict=True):
            if not columns.single and len(low):
                ends = joined(high - 0.5, low + 0.5)
                image.put(view.x(columns.x[0]) - 0.5, *ends, theme.color(curve.token), least_px=LEAST_PX)
        image.draw(painter)
        for curve, columns, low in zip(self.curves, found, lows, strict=True):
            if columns.single:
                painter.setPen(QPen(theme.color(curve.token), 1))
                strokes.draw_lines(painter, strokes.joined(view.xs(columns.x), low))
        for place, (curve, columns) in enumerate(zip(self.curves, found, strict=True)):
            middle = (lows[place] + highs[place]) / 2
            curve_marks.paint(painter, columns, middle, view, curve.token, place, len(self.curves))

    def legend(self) -> tuple[Sample, ...]:
        """Each curve with its shape, where there are several."""
        if len(self.curves) < 2:
            return ()
        return tuple(
            Sample(tr(curve.name_key), partial(curve_marks.sample, token=curve.token, shape=place))
            for place, curve in enumerate(self.curves)
        )

    def _y(self, values: Doubles, area: QRectF) -> Doubles:
        low, high = self.limits
        room = area.height() - 4
        result: Doubles = area.bottom() - 2 - (values - low) * (room / (high - low))
        return np.minimum(np.maximum(result, area.top() + 2 - 0.02 * room), area.bottom() - 2 + 0.02 * room)

    def value_text(self, time_s: float) -> str:
        """Each curve's value with the unit."""
        parts = []
        for curve in self.curves:
            value = curve.pyramid.value(time_s)
            if np.isfinite(value):
                name = f"{tr(curve.name_key)} " if len(self.curves) > 1 else ""
                parts.append(f"{name}{value:z.{self.decimals}f}")
        unit = f" {tr(self.unit_key)}" if self.unit_key and parts else ""
        return " · ".join(parts) + unit


def _common_limits(curves: tuple[Curve, ...]) -> tuple[float, float]:
    found = [limits for curve in curves if (limits := curve.pyramid.limits())]
    if not found:
        return 0.0, 1.0
    low, high = min(low for low, _ in found), max(high for _, high in found)
    margin = (high - low) * 0.08 or 1.0
    return low - margin, high + margin


class WaveLane(Lane):
    """The waveform from its peaks."""

    height = 26

    def __init__(self, peaks: NDArray[np.float32], rate_hz: float, gaps: Gaps = NO_GAPS) -> None:
        super().__init__("wave")
        self.gaps = gaps
        self.pyramid = pyramid_of(peaks[:, 0], rate_hz, peaks[:, 1])
        loudest = float(np.nanmax(np.abs(peaks))) if len(peaks) else 1.0
        self.gain = 1.0 / max(loudest, 0.05)

    def title(self) -> str:
        """The lane's name."""
        return tr("review.lane_wave")

    def value_text(self, time_s: float) -> str:
        """The level of the recording."""
        index = int(time_s * self.pyramid.rate_hz)
        if not 0 <= index < len(self.pyramid.base):
            return ""
        peak = max(abs(float(values[index])) for values in (self.pyramid.base, self.pyramid.base_high))
        level = 20 * np.log10(max(peak, 1e-9))
        shown = f"{level:.0f}" if level > QUIETEST_DB else f"< {QUIETEST_DB:.0f}"
        return f"{shown} {tr('review.unit_db')}"

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """One vertical line a pixel."""
        paint_wave(painter, area, view, self.pyramid, self.gain, "series_7")


def paint_wave(painter: QPainter, area: QRectF, view: View, pyramid: Pyramid, gain: float, token: str) -> None:
    """Draw peaks as vertical lines around the middle of an area."""
    columns = pyramid.columns(view.start, view.span, int(view.width))
    if not len(columns.x):
        return
    middle, reach = area.center().y(), area.height() / 2 - 1
    top, bottom = (middle - np.clip(peak * gain, -1, 1) * reach for peak in (columns.high, columns.low))
    image = ColumnImage(painter, area)
    image.put(view.x(columns.x[0]) - 0.5, top, bottom, theme.color(token))
    image.draw(painter)
