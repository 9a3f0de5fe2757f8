"""What is drawn over the candidate's face: its box, its landmarks, and where it looks. Each at will."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import StrEnum

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from analysis.document import TRACK_RATE_HZ
from ui import theme
from ui.review.face_mesh import PARTS
from ui.review.model import Floats, Recording

BOX_TRACKS = ("box_x", "box_y", "box_w", "box_h")
LOOK_TRACKS = (("head_yaw", "gaze_yaw"), ("head_pitch", "gaze_pitch"))
GREEN, AMBER, SHADE = QColor("#26b98e"), QColor("#ffb84d"), QColor(0, 0, 0, 170)
LABEL = QColor("#4fe0b0")
EYES_AT = 0.3
"""How far below the box's upper edge the eyes are, as a share of its height; the box ends at brows and chin."""
ARROW = 1.5
"""Widths of the face that the arrow of a look to the very side would have."""
RESTS_DEG = 5.0
"""A look nearer to the usual direction than this is within the noise of the angles: a ring, not an arrow."""


class Mark(StrEnum):
    """What can be drawn; the value ends the name of its texts, its action and its setting."""

    BOX = "box"
    MESH = "mesh"
    GAZE = "gaze"


class FaceMarks:
    """Holds what is known of the face by time, which marks are wanted, and draws them over a picture."""

    def __init__(self) -> None:
        self.wanted: set[Mark] = {Mark.BOX}
        self.allowed = True
        self.label: Callable[[float], str] | None = None
        self.mesh: Floats | None = None
        """(478, 2) landmarks of the picture that is shown now, as shares of it; None where there are none."""
        self._boxes: Floats | None = None
        self._look: Floats | None = None

    def show_recording(self, recording: Recording | None) -> None:
        """Take box and look from an analysed recording."""
        tracks = recording.tracks if recording else {}
        whole = all(name in tracks for name in BOX_TRACKS)
        self._boxes = np.stack([tracks[name] for name in BOX_TRACKS], axis=1) if whole else None
        self._look = usual_removed(tracks)

    def possible(self) -> frozenset[Mark]:
        """What this recording has."""
        if not self.allowed or self._boxes is None or not np.isfinite(self._boxes).any():
            return frozenset()
        return frozenset(Mark) if self._look is not None else frozenset(Mark) - {Mark.GAZE}

    def box(self, time_s: float) -> QRectF | None:
        """The face at a time as shares of the picture; None where none was seen."""
        values = _at(self._boxes, time_s)
        return None if values is None else QRectF(*(float(value) for value in values))

    def look(self, time_s: float) -> tuple[float, float] | None:
        """Degrees to the picture's right and up, from where this person usually looks; None where nobody knows."""
        values = _at(self._look, time_s)
        return None if values is None else (float(values[0]), float(values[1]))

    def nearest(self, faces: tuple[Floats, ...], time_s: float) -> Floats | None:
        """Of the faces that were found in the picture, the one in the box: the candidate's, and nobody else's."""
        box = self.box(time_s)
        if box is None:
            return None
        inside = [face for face in faces if box.contains(QPointF(*(float(value) for value in face.mean(axis=0))))]
        return max(inside, key=lambda face: float(np.ptp(face[:, 0])), default=None)

    def paint(self, painter: QPainter, area: QRectF, time_s: float) -> None:
        """Draw what is wanted and known into the picture's area."""
        box = self.box(time_s) if self.allowed else None
        if box is None:
            return
        if self.mesh is not None and Mark.MESH in self.wanted:
            _paint_mesh(painter, area, self.mesh)
        face = placed(box, area)
        if Mark.BOX in self.wanted:
            self._paint_box(painter, area, face, time_s)
        look = self.look(time_s)
        if look is not None and Mark.GAZE in self.wanted:
            paint_look(painter, face, look)

    def _paint_box(self, painter: QPainter, area: QRectF, face: QRectF, time_s: float) -> None:
        painter.setPen(QPen(GREEN, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(face, 4, 4)
        label = self.label(time_s) if self.label else ""
        if label:
            painter.setFont(theme.font(12))
            top = max(area.top() + 2.0, face.top() - theme.scaled(20))
            place = QRectF(face.left(), top, area.width(), theme.scaled(18))
            painter.setPen(SHADE)
            painter.drawText(place.translated(1, 1), Qt.AlignmentFlag.AlignVCenter, label)
            painter.setPen(LABEL)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, label)


def usual_removed(tracks: Mapping[str, Floats]) -> Floats | None:
    """(n, 2) where the eyes look in the picture, head and eyes together, less the person's own middle (degrees).

    There is no calibration: the middle of a whole interview is where this person looks when looking at the other.
    """
    if not all(name in tracks for names in LOOK_TRACKS for name in names):
        return None
    look = np.stack([tracks[head] + tracks[eyes] for head, eyes in LOOK_TRACKS], axis=1)
    return look - np.nanmedian(look, axis=0) if np.isfinite(look).any() else None


def placed(box: QRectF, area: QRectF) -> QRectF:
    """A box of shares in the picture's area."""
    left, top = area.left() + box.x() * area.width(), area.top() + box.y() * area.height()
    return QRectF(left, top, box.width() * area.width(), box.height() * area.height())


def arrow_of(face: QRectF, look: tuple[float, float]) -> QLineF:
    """From between the eyes towards where they look."""
    start = QPointF(face.center().x(), face.top() + EYES_AT * face.height())
    across, up = (math.sin(math.radians(max(-90.0, min(90.0, angle)))) for angle in look)
    length = ARROW * face.width()
    return QLineF(start, start + QPointF(across * length, -up * length))


def paint_look(painter: QPainter, face: QRectF, look: tuple[float, float]) -> None:
    """An arrow, or a ring where the person looks as usual."""
    line = arrow_of(face, look)
    for colour, width in ((SHADE, 5.0), (AMBER, 2.5)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if math.hypot(*look) < RESTS_DEG:
            radius = max(4.0, face.width() * 0.06)
            painter.drawEllipse(line.p1(), radius, radius)
        else:
            painter.drawLine(line)
            painter.drawPolyline(_head(line))


def _head(line: QLineF) -> QPolygonF:
    side = min(14.0, max(7.0, line.length() * 0.3))
    wings = (QLineF.fromPolar(side, line.angle() + turn).p2() for turn in (150.0, -150.0))
    left, right = (line.p2() + wing for wing in wings)
    return QPolygonF([left, line.p2(), right])


def _paint_mesh(painter: QPainter, area: QRectF, mesh: Floats) -> None:
    points = [QPointF(area.left() + float(x) * area.width(), area.top() + float(y) * area.height()) for x, y in mesh]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(79, 224, 176, 150), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPoints(points)
    painter.setPen(QPen(LABEL, 1.2))
    for part in PARTS:
        painter.drawPolyline(QPolygonF([points[index] for index in part]))


def _at(values: Floats | None, time_s: float) -> Floats | None:
    index = int(time_s * TRACK_RATE_HZ)
    if values is None or not 0 <= index < len(values) or not np.isfinite(values[index]).all():
        return None
    found: Floats = values[index]
    return found
