"""A small picture of the recording, taken from it as it is written."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

WIDTH = 320
AFTER_S = 2.0
"""Cameras need a moment until they have found the light."""
TRIES_S = 30.0
TELLING = 20.0
"""Standard deviation of the brightness of a picture that is neither black nor blank."""
_QUALITY = {"qmin": "3", "qmax": "3"}


class Thumbnail:
    """Looks at pictures until one is neither black nor blank."""

    def __init__(self, begin: float) -> None:
        self._after, self._until = begin + AFTER_S, begin + TRIES_S
        self._best: VideoFrame | None = None
        self._spread = -1.0
        self._next = begin

    def look(self, at: float, frame: VideoFrame) -> None:
        """A picture, taken at `at` s; once a second at most."""
        if at < self._next or self._spread > TELLING or at > self._until:
            return
        self._next = at + 1.0
        height = max(2, round(frame.height * WIDTH / frame.width / 2) * 2)
        small = frame.reformat(WIDTH, height, "yuvj420p", interpolation=Interpolation.AREA)
        light = plane_bytes(small.planes[0])[:height, :WIDTH]
        spread = float(light.std()) if at >= self._after else 0.0
        if spread > self._spread:
            self._best, self._spread = small, spread

    def write(self, path: Path) -> None:
        """As a JPEG; nothing where no picture came. Raises OSError."""
        if self._best is None:
            return
        context = av.CodecContext.create("mjpeg", "w")
        context.width, context.height, context.pix_fmt = self._best.width, self._best.height, "yuvj420p"
        context.options, context.time_base = _QUALITY, Fraction(1, 25)
        self._best.pts, self._best.time_base = 0, Fraction(1, 25)
        path.write_bytes(b"".join(bytes(packet) for packet in [*context.encode(self._best), *context.encode(None)]))


def plane_bytes(plane: VideoPlane) -> NDArray[np.uint8]:
    """(rows, bytes a row) of a plane, as they lie in memory."""
    of_any_kind: Any = plane
    return np.frombuffer(of_any_kind, np.uint8).reshape(-1, plane.line_size)
