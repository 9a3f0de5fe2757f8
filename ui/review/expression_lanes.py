"""Lanes of visible expression: what a face shows, described and never interpreted.

Reached through `lane_list.optional_lanes` alone, so that a build can leave this file out.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from analysis.document import TRACK_RATE_HZ
from app.text import percent, tr
from ui import theme
from ui.review import legend, strokes
from ui.review.bar_lanes import CROWDED, BarLane, apart, in_order, indexed, visible
from ui.review.column_image import ColumnImage
from ui.review.curve_lanes import Curve, CurveLane
from ui.review.event_index import EventIndex
from ui.review.lane import Lane, Sample, View, covered, hatch, stretches, tint
from ui.review.model import Recording
from ui.review.pyramid import gaps, pyramid_of
from ui.review.reasons import Reasons

THREE = ("positive", "neutral", "negative")
SEVEN = {
    "seven_happy": "series_2", "seven_neutral": "series_7", "seven_surprised": "series_5", "seven_sad": "series_1",
    "seven_angry": "series_3", "seven_fearful": "series_4", "seven_disgusted": "series_8",
}  # fmt: skip
LABELLED_FROM = 0.5
"""A smile or frown is written beside the face from this value on."""
_FADED = 170
UNCLEAR_FROM, SHORTEST_UNCLEAR_S = 0.5, 0.15
"""The track is 1 where it is unclear; one sample alone is not worth a mark."""

Doubles = NDArray[np.float64]


class StackLane(Lane):
    """Positive, neutral and negative as shares of one, stacked; faded and hatched where none of them leads clearly, and
    empty where no face was seen."""

    height = 42

    def __init__(self, recording: Recording, reasons: Reasons | None = None) -> None:
        super().__init__("expression")
        self.pyramids = {name: pyramid_of(recording.tracks[name], TRACK_RATE_HZ) for name in THREE}
        self.gaps = (reasons or Reasons(recording)).of_face("positive")
        doubtful = recording.tracks.get("unclear", np.empty(0))
        unclear = gaps(np.where(doubtful > UNCLEAR_FROM, np.nan, 0.0), TRACK_RATE_HZ, SHORTEST_UNCLEAR_S)
        self.unclear = EventIndex(unclear)

    def title(self) -> str:
        """The lane's name."""
        return tr("expression_ui.lane")

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Neutral is the ground, positive hangs from above, negative stands below; one column a pixel."""
        image = ColumnImage(painter, area)
        x = np.arange(image.first, area.right())
        top, foot = np.full_like(x, area.top()), np.full_like(x, area.bottom())
        image.put(x[0], top, foot, theme.color("stack"))
        positive, negative = (self._shares(name, view, x) * area.height() for name in ("positive", "negative"))
        image.put(x[0], top, top + positive, theme.color("series_2"), least_px=0)
        image.put(x[0], foot - negative, foot, theme.color("series_3"), least_px=0)
        image.draw(painter)
        self._paint_gaps(painter, area, view)

    def _shares(self, name: str, view: View, x: Doubles) -> Doubles:
        """The share at each pixel: the middle of what lies under it, joined across between samples."""
        columns = self.pyramids[name].columns(view.start, view.span, int(view.width))
        middle = np.clip((columns.low + columns.high) / 2, 0.0, 1.0)
        seen = np.isfinite(middle)
        if not seen.any():
            return np.full_like(x, np.nan)
        result: Doubles = np.interp(x + 0.5, view.xs(columns.x[seen]), middle[seen])
        return result

    def _paint_gaps(self, painter: QPainter, area: QRectF, view: View) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for spans, ground in ((self.unclear, tint("track_bg", _FADED)), (self.gaps.spans, theme.color("track_bg"))):
            places = covered(stretches(spans, area, view, 1.0))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            strokes.draw_rects(painter, places)
            hatch(painter, places)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def legend(self) -> tuple[Sample, ...]:
        """What hangs from above, the ground, what stands below, and what is faded."""
        return tuple(Sample(tr(f"expression_ui.{name}"), partial(_stacked, name)) for name in (*THREE, "unclear"))

    def value_text(self, time_s: float) -> str:
        """The three shares; before them that it is unclear, where none of them leads."""
        values = {name: pyramid.value(time_s) for name, pyramid in self.pyramids.items()}
        if not all(np.isfinite(value) for value in values.values()):
            return ""
        shares = [f"{tr(f'expression_ui.{name}')} {percent(value)}" for name, value in values.items()]
        doubtful = self.unclear.at(time_s) is not None
        return " · ".join([tr("expression_ui.unclear"), *shares] if doubtful else shares)


def _stacked(name: str, painter: QPainter, area: QRectF) -> None:
    """A sample of the stack in which one of its parts stands out."""
    painter.fillRect(area, theme.color("stack"))
    half = area.height() / 2
    if name == "positive":
        painter.fillRect(area.adjusted(0, 0, 0, -half), theme.color("series_2"))
    elif name == "negative":
        painter.fillRect(area.adjusted(0, half, 0, 0), theme.color("series_3"))
    elif name == "unclear":
        hatch(painter, np.array([[area.left(), area.top(), area.width(), area.height()]]))


class SmileLane(BarLane):
    """Smiles as soft pills, frowns as small arcs on the same row."""

    height = legend.room_for(1)

    def __init__(self, recording: Recording, reasons: Reasons | None = None) -> None:
        smiles, frowns = ([event for event in recording.analysis.events if event.kind == k] for k in ("smile", "frown"))
        gaps = (reasons or Reasons(recording)).of_face("smile")
        super().__init__("smile", "expression_ui.lane_smile", smiles, "series_2", round_=True, others=frowns, gaps=gaps)
        self.frowns = in_order(frowns)
        self._middles: Doubles = np.sort(indexed(self.frowns).spans.mean(axis=1))

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Pills, then arcs."""
        super().paint(painter, area, view)
        x = apart(view.xs(visible(self._middles, view)))
        _arcs(painter, x, area.center().y(), narrow=len(x) > CROWDED)

    def legend(self) -> tuple[Sample, ...]:
        """Pill and arc."""
        return Sample(tr("expression_ui.smile"), self._pill), Sample(tr("expression_ui.frown"), _one_arc)

    def _pill(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(self.token))
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)


def _arcs(painter: QPainter, x: Doubles | list[float], y: float, *, narrow: bool = False) -> None:
    """An arc at each of some pixels, in lines of one pixel beside each other: a wider pen is slow."""
    wide, high = theme.scaled(4 if narrow else 12), theme.scaled(4)
    share = np.linspace(-1.0, 1.0, 3 if narrow else 9)
    arc = strokes.joined(share * wide / 2, high * (2 * share**2 - 1) / 2)
    painter.setPen(QPen(theme.color("series_3"), 1))
    places = np.asarray(x, np.float64).reshape(-1, 1, 1)
    for below in (0.0, 1.0):
        shift = np.concatenate([places, np.full_like(places, y + below)] * 2, axis=2)
        strokes.draw_lines(painter, (arc[None, :, :] + shift).reshape(-1, 4))


def _one_arc(painter: QPainter, area: QRectF) -> None:
    _arcs(painter, [area.center().x()], area.center().y())


def lanes(recording: Recording, reasons: Reasons) -> list[Lane]:
    """The lanes that this recording has anything for."""
    found: list[Lane] = []
    tracks = recording.tracks
    if all(name in tracks for name in THREE) and np.isfinite(tracks["positive"]).any():
        found.append(StackLane(recording, reasons))
    smiles = SmileLane(recording, reasons)
    if smiles.events or smiles.frowns or ("smile" in tracks and np.isfinite(tracks["smile"]).any()):
        found.append(smiles)
    curves = tuple(
        Curve(pyramid_of(tracks[name], TRACK_RATE_HZ), token, f"expression_ui.{name}")
        for name, token in SEVEN.items()
        if name in tracks and np.isfinite(tracks[name]).any()
    )
    if curves:
        found.append(
            CurveLane(
                "seven", "expression_ui.lane_seven", curves, limits=(0.0, 1.0), decimals=2, folded=True,
                gaps=reasons.of_face(*SEVEN), height=legend.room_for(4),
            )
        )  # fmt: skip
    return found


def face_label(recording: Recording, time_s: float) -> str:
    """What is written beside the face: a smile or a frown with its value, or nothing."""
    for name in ("smile", "frown"):
        values = recording.tracks.get(name)
        index = int(time_s * TRACK_RATE_HZ)
        if values is not None and 0 <= index < len(values) and values[index] >= LABELLED_FROM:
            return tr(f"expression_ui.label_{name}", value=f"{float(values[index]):.2f}")
    return ""
