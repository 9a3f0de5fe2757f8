"""Noticing a cut: another camera, another speaker's window, another layout of the call."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from analysis.face.inference import Picture

CUT = 25.0
"""Mean difference in levels of 255. Moving people reached 16 between neighbouring pictures at 5 a second and 27 between
the furthest of a clip, different recordings began at 44: a false cut costs one search."""
_SIZE, _READ = (32, 18), (96, 54)
"""Compared are means of nine pixels each: enough to see a cut, and a twentieth of the time of averaging all of them."""


class Scene:
    """Compares each picture with the one before it, both shrunk to 32 x 18."""

    def __init__(self) -> None:
        self._last: NDArray[np.int16] | None = None

    def cut(self, rgb: Picture) -> bool:
        """Whether this picture is of another scene than the last one; the first is of none."""
        read = cv2.resize(rgb, _READ, interpolation=cv2.INTER_NEAREST)
        small = cv2.resize(read, _SIZE, interpolation=cv2.INTER_AREA).astype(np.int16)
        last, self._last = self._last, small
        return last is not None and float(np.abs(small - last).mean()) > CUT
