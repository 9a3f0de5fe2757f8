"""Chips as small pictures that are painted once: thousands of frames show the same few words."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPixmap

from ui import theme
from ui.review import strokes

MOST = 200
"""So many are kept, a few megabytes: more than are ever in sight."""
MOST_PX = 1000
"""A label longer than that is cut: what another program wrote may be of any length."""
LINE_PX, DASH_PX, BREAK_PX = 2.0, 4.0, 3.0
"""The line of the second kind of chips is broken, so that they are told apart without colour."""


class ChipStamps:
    """The chips of one lane, in the theme, scale and resolution that they were last asked for. `tokens` are the colours
    of the lines at their feet, whole and broken."""

    def __init__(self, tokens: tuple[str, str]) -> None:
        self._tokens = tokens
        self._ratio, self._high, self._font = 1.0, 0.0, theme.font(12)
        self._style: tuple[object, ...] = ()
        self._made: dict[tuple[str, bool], QPixmap] = {}

    def __len__(self) -> int:
        return len(self._made)

    def prepare(self, painter: QPainter, high: float) -> None:
        """Chips will be so high, in the painter's pixels; those made for another look are forgotten."""
        self._ratio, self._high, self._font = painter.deviceTransform().m11(), high, theme.font(12)
        style = (theme.is_dark(), self._font.pixelSize(), self._ratio, high)
        if style != self._style or len(self._made) > MOST:
            self._style = style
            self._made.clear()

    def chip(self, label: str, *, second: bool) -> QPixmap:
        """The chip with a label; its width in the painter's pixels is that of its picture's `deviceIndependentSize`."""
        made = self._made.get((label, second))
        if made is None:
            made = self._made[label, second] = self._painted(label, second)
        return made

    def draw(self, painter: QPainter, left: float, top: float, chip: QPixmap) -> None:
        """Put a chip on the whole pixel of the screen that is nearest."""
        ratio = self._ratio
        painter.drawPixmap(QPointF(round(left * ratio) / ratio, round(top * ratio) / ratio), chip)

    def _painted(self, label: str, second: bool) -> QPixmap:
        metrics = QFontMetricsF(self._font)
        label = metrics.elidedText(label, Qt.TextElideMode.ElideRight, MOST_PX)
        wide = np.ceil(metrics.horizontalAdvance(label)) + 10
        picture = QPixmap(QSize(round(wide * self._ratio), round(self._high * self._ratio)))
        picture.setDevicePixelRatio(self._ratio)
        # On an opaque ground, or text would lose its subpixels.
        picture.fill(theme.color("track_bg"))
        area = QRectF(0, 0, wide, self._high)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent_soft"))
        painter.drawRoundedRect(area, 3, 3)
        underline(painter, area, self._tokens[second], broken=second)
        painter.setFont(self._font)
        painter.setPen(theme.color("text"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, label)
        painter.end()
        return picture


def underline(painter: QPainter, area: QRectF, token: str, *, broken: bool) -> None:
    """The line at the foot of an area, in pieces if it is broken."""
    left, end = area.left(), area.right()
    pieces = np.arange(left, end, DASH_PX + BREAK_PX) if broken else np.array([left])
    ends = np.minimum(pieces + DASH_PX, end) if broken else np.array([end])
    places = np.full_like(pieces, area.bottom() - LINE_PX), ends - pieces, np.full_like(pieces, LINE_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(token))
    strokes.draw_rects(painter, np.column_stack((pieces, *places)))
