"""Upright strokes of one pixel beside each other, painted as one picture.

A curve that holds more samples than pixels is a stroke from its lowest to its highest value in each pixel. One line a
stroke costs the painter ten times what it takes to compare a whole picture's rows with all strokes at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

Doubles = NDArray[np.float64]
Rows = NDArray[np.int16]
_FARTHEST = 30_000
"""Pixels above and below which a stroke's end is out of every picture: what an int16 holds."""


class ColumnImage:
    """A transparent picture over an area, in the pixels of the screen; what is put into it later lies on top.

    `ratio` is how many of those make one of the painter's. The picture begins at a whole one: `left` and `top` say at
    which, counted from the painter's origin.
    """

    def __init__(self, painter: QPainter, area: QRectF) -> None:
        self.ratio = painter.deviceTransform().m11()
        self.left, self.top = round(area.left() * self.ratio), round(area.top() * self.ratio)
        self.width = max(1, round(area.right() * self.ratio) - self.left)
        self.height = max(1, round(area.bottom() * self.ratio) - self.top)
        # Qt wants lines of a picture to begin at multiples of four bytes.
        self._stride = -(-self.width // 4) * 4
        self._places = np.zeros((self.height, self._stride), np.uint8)
        self._colours = [0]

    @property
    def first(self) -> float:
        """Where the picture begins, in pixels of the painter."""
        return self.left / self.ratio

    def put(self, x: float, top: Doubles, bottom: Doubles, colour: QColor, *, least_px: float = 1.0) -> None:
        """Strokes of one pixel beside each other, the first from `x` on, between two heights; all are pixels of the
        painter. The heights may lie ten times as far away as the picture is high. A stroke with a NaN is left out; none
        is lower than `least_px`."""
        first, top, bottom = self._on_screen(x, top, bottom)
        begin, end = max(0, first), min(self.width, first + len(top))
        if end <= begin:
            return
        shown = slice(begin - first, end - first)
        upper, lower = self._rows(top[shown], bottom[shown], round(least_px * self.ratio))
        rows = np.arange(self.height, dtype=np.int16)[:, None]
        inside = ((rows >= upper) & (rows < lower)).view(np.uint8)
        inside *= np.uint8(len(self._colours))
        part = self._places[:, begin:end]
        np.maximum(part, inside, out=part)
        self._colours.append(colour.rgba())

    def _on_screen(self, x: float, top: Doubles, bottom: Doubles) -> tuple[int, Doubles, Doubles]:
        """The column of the picture that the first stroke is in, and the strokes with as many columns as they have on
        the screen."""
        if self.ratio == 1.0:
            return round(x) - self.left, top, bottom
        begin, end = round(x * self.ratio), round((x + len(top)) * self.ratio)
        which = ((np.arange(begin, end) + 0.5) / self.ratio - x).astype(np.intp)
        which = np.minimum(np.maximum(which, 0), len(top) - 1)
        return begin - self.left, top[which], bottom[which]

    def _rows(self, top: Doubles, bottom: Doubles, least: int) -> tuple[Rows, Rows]:
        """The first row of each stroke and the one after its last; none where there is a NaN: fmin and fmax drop it."""
        upper = np.fmin(np.rint(top * self.ratio) - self.top, _FARTHEST)
        lower = np.fmax(np.maximum(np.rint(bottom * self.ratio) - self.top, upper + least), -_FARTHEST)
        return upper.astype(np.int16), np.minimum(lower, _FARTHEST).astype(np.int16)

    def draw(self, painter: QPainter) -> None:
        """Paint it where it belongs."""
        image = QImage(self._places.data, self.width, self.height, self._stride, QImage.Format.Format_Indexed8)
        image.setColorTable(self._colours)
        # Qt paints from a table of colours four times slower than it makes a picture without one.
        whole = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        whole.setDevicePixelRatio(self.ratio)
        painter.drawImage(QPointF(self.first, self.top / self.ratio), whole)


def joined(top: Doubles, bottom: Doubles) -> tuple[Doubles, Doubles]:
    """Strokes each long enough to touch the one before it; a NaN leaves a gap."""
    upper, lower = top.copy(), bottom.copy()
    np.fmin(top[1:], bottom[:-1], where=np.isfinite(top[1:]), out=upper[1:])
    np.fmax(bottom[1:], top[:-1], where=np.isfinite(bottom[1:]), out=lower[1:])
    return upper, lower
