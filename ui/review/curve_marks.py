"""Small shapes along curves that share a lane: a curve is known by its shape as well as by its colour.

They leave the line whole, where dashes would lose peaks; one curve of each lane goes without.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter, QPen, QPolygonF

from ui import theme
from ui.review.lane import View
from ui.review.pyramid import Columns

Doubles = NDArray[np.float64]
APART_PX, SIZE_PX = 110, 3.5
"""How far apart a curve's shapes are, and half of one's size; before scaling."""
SHAPES: tuple[tuple[tuple[float, float], ...], ...] = (
    (),
    ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
    ((0, -1.1), (1, 0.8), (-1, 0.8)),
    ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
    ((0, 1.1), (1, -0.8), (-1, -0.8)),
    ((-0.4, -1.2), (0.4, -1.2), (0.4, 1.2), (-0.4, 1.2)),
    ((-1.2, -0.4), (1.2, -0.4), (1.2, 0.4), (-1.2, 0.4)),
)
"""Nothing, square, triangle, diamond, triangle on its point, upright bar, bar lying down: corners in half sizes."""


def paint(painter: QPainter, columns: Columns, y: Doubles, view: View, token: str, place: int, of: int) -> None:
    """The shapes of the curve at `place` of `of`, where it lies at pixels `y` in its columns. They stay with the curve
    while the window is moved, and no two curves have theirs at the same time."""
    if not 0 < place < len(SHAPES) or not len(columns.x):
        return
    step = theme.scaled(APART_PX) * view.span / view.width
    offset = step * place / of
    times = np.arange(np.floor(view.start / step), view.end / step + 1) * step + offset
    index = np.searchsorted(columns.x, times)
    index = index[(times >= view.start) & (times <= view.end) & (index < len(y))]
    index = index[np.isfinite(y[index])]
    x = view.xs(columns.x[index])
    draw(painter, zip(x.tolist(), y[index].tolist(), strict=True), token, place)


def draw(painter: QPainter, places: Iterable[tuple[float, float]], token: str, shape: int) -> None:
    """A shape at each of some pixels, ringed in the ground's colour so that it stands out of its curve."""
    size = theme.scaled(SIZE_PX * 2) / 2
    polygon = QPolygonF([QPointF(x * size, y * size) for x, y in SHAPES[shape]])
    painter.setPen(QPen(theme.color("track_bg"), 1))
    painter.setBrush(theme.color(token))
    for x, y in places:
        painter.drawPolygon(polygon.translated(x, y))


def sample(painter: QPainter, area: QRectF, token: str, shape: int) -> None:
    """A piece of the curve for the legend."""
    middle = area.center().y()
    painter.setPen(QPen(theme.color(token), 1))
    painter.drawLine(QLineF(area.left(), middle, area.right(), middle))
    if shape:
        draw(painter, [(area.center().x(), middle)], token, shape)
