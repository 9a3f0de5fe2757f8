"""How much a face stands out: the largest and most central one is the first guess at whom a picture is about."""

from __future__ import annotations

import numpy as np

from analysis.observations import Floats


def prominence(x: Floats, y: Floats, width: Floats) -> Floats:
    """(n,) areas of faces, up to halved towards the picture's corners; centres and widths as shares of the picture."""
    off_centre = np.minimum(1.0, np.hypot(x - 0.5, y - 0.5) / np.hypot(0.5, 0.5))
    weights: Floats = width**2 * (1.0 - 0.5 * off_centre)
    return weights
