"""Lanes of visible expression: what a face shows, described and never interpreted.

Reached through `lane_list.optional_lanes` alone, so that a build can leave this file out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from analysis.document import TRACK_RATE_HZ, Event
from app.text import percent, tr
from ui import theme
from ui.review import strokes
from ui.review.curve_lanes import GAP_S, Curve, CurveLane
from ui.review.event_lanes import BarLane
from ui.review.lane import Lane, View, hatch, tint
from ui.review.model import Recording
from ui.review.pyramid import gaps, pyramid_of

THREE = ("positive", "neutral", "negative")
SEVEN = {
    "seven_happy": "series_2", "seven_neutral": "series_7", "seven_surprised": "series_5", "seven_sad": "series_1",
    "seven_angry": "series_3", "seven_fearful": "series_4", "seven_disgusted": "series_8",
}  # fmt: skip
LABELLED_FROM = 0.5
"""A smile or frown is written beside the face from this value on."""
_DIM = 210
_FADED = 170
UNCLEAR_FROM, SHORTEST_UNCLEAR_S = 0.5, 0.15
"""The track is 1 where it is unclear; one sample alone is not worth a mark."""

Doubles = NDArray[np.float64]


class StackLane(Lane):
    """Positive, neutral and negative as shares of one, stacked; faded and hatched where none of them leads clearly, and
    empty where no face was seen."""

    height = 40

    def __init__(self, recording: Recording) -> None:
        super().__init__("expression")
        self.pyramids = {name: pyramid_of(recording.tracks[name], TRACK_RATE_HZ) for name in THREE}
        self.gaps = gaps(recording.tracks["positive"], TRACK_RATE_HZ, GAP_S)
        doubtful = recording.tracks.get("unclear", np.empty(0))
        self.unclear = gaps(np.where(doubtful > UNCLEAR_FROM, np.nan, 0.0), TRACK_RATE_HZ, SHORTEST_UNCLEAR_S)

    def title(self) -> str:
        """The lane's name."""
        return tr("expression_ui.lane")

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Neutral is the ground, positive hangs from above, negative stands below; one column a pixel."""
        x = np.arange(np.floor(area.left()), np.ceil(area.right()), dtype=np.float64)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(area, theme.color("hatch"))
        painter.setPen(Qt.PenStyle.NoPen)
        for name, token, from_top in (("positive", "series_2", True), ("negative", "series_3", False)):
            share = self._shares(name, view, x)
            size = share * area.height()
            top = np.full_like(x, area.top()) if from_top else area.bottom() - size
            painter.setBrush(tint(token, _DIM))
            strokes.draw_rects(painter, np.column_stack((x, top, np.ones_like(x), size)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
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
        for spans, ground in ((self.unclear, tint("track_bg", _FADED)), (self.gaps, theme.color("track_bg"))):
            for start, end in spans:
                if view.shows(start, end):
                    left, right = max(area.left(), view.x(start)), min(area.right(), view.x(end))
                    place = QRectF(left, area.top(), right - left, area.height())
                    painter.fillRect(place, ground)
                    hatch(painter, place)

    def value_text(self, time_s: float) -> str:
        """The three shares; before them that it is unclear, where none of them leads."""
        values = {name: pyramid.value(time_s) for name, pyramid in self.pyramids.items()}
        if not all(np.isfinite(value) for value in values.values()):
            return ""
        shares = [f"{tr(f'expression_ui.{name}')} {percent(value)}" for name, value in values.items()]
        doubtful = any(start <= time_s < end for start, end in self.unclear)
        return " · ".join([tr("expression_ui.unclear"), *shares] if doubtful else shares)

    def reason_text(self, time_s: float) -> str:
        """No face was seen."""
        return tr("review.gap_face") if any(start <= time_s <= end for start, end in self.gaps) else ""


class SmileLane(BarLane):
    """Smiles as soft pills, frowns as small arcs on the same row."""

    def __init__(self, recording: Recording) -> None:
        events = recording.analysis.events
        smiles = [event for event in events if event.kind == "smile"]
        super().__init__("smile", "expression_ui.lane_smile", smiles, "series_2", round_=True)
        self.frowns = tuple(event for event in events if event.kind == "frown")
        self._both = tuple(sorted((*smiles, *self.frowns), key=lambda event: event.start))

    def title(self) -> str:
        """Smiles and frowns."""
        return tr("expression_ui.lane_smile")

    def _all(self) -> tuple[Event, ...]:
        return self._both

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Pills, then arcs."""
        super().paint(painter, area, view)
        painter.setPen(QPen(theme.color("series_3"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for frown in self.frowns:
            if view.shows(frown.start, frown.end):
                painter.drawPath(_arc(view.x((frown.start + frown.end) / 2), area))


def _arc(x: float, area: QRectF) -> QPainterPath:
    width, height = theme.scaled(12), theme.scaled(8)
    path = QPainterPath()
    path.moveTo(x - width / 2, area.center().y() + height / 2)
    path.quadTo(x, area.center().y() - height, x + width / 2, area.center().y() + height / 2)
    return path


def lanes(recording: Recording) -> list[Lane]:
    """The lanes that this recording has anything for."""
    found: list[Lane] = []
    tracks = recording.tracks
    if all(name in tracks for name in THREE) and np.isfinite(tracks["positive"]).any():
        found.append(StackLane(recording))
    smiles = SmileLane(recording)
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
                "seven", "expression_ui.lane_seven", curves, limits=(0.0, 1.0), decimals=2, gap_key="review.gap_face",
                height=44, folded=True,
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
