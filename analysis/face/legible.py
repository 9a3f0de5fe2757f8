"""Whether a face is light and sharp enough for what it shows to be read.

Measured by making pictures worse (197 labelled portraits, six clips). Darker, with the grain of a small camera: at a
mean grey of 0.11 the seven expressions lose 9 of 62 points of accuracy, at 0.09 they lose 16, and the eyes' direction
is off by 6 and 8 degrees in the worst tenth. Blurred: down to a Laplacian variance of 12 little changes; at 8 (a blur
of 2.5 pixels at 128) a fifth of the probability goes to another expression, at 5 half. A face with dark skin in
ordinary room light lies far above the first limit.
"""

from __future__ import annotations

import numpy as np

from analysis.face.series import Flags
from analysis.observations import FaceObservation

MIN_LIGHTING, MIN_SHARPNESS = 0.10, 8.0
TOO_DARK, BLURRED = "too_dark", "blurred"


def too_dark(face: FaceObservation) -> Flags:
    """(n,) faces that are too dark; False where there is none."""
    return face.lighting < MIN_LIGHTING


def blurred(face: FaceObservation) -> Flags:
    """(n,) faces that are not sharp enough; False where there is none."""
    return face.sharpness < MIN_SHARPNESS


def legible(face: FaceObservation) -> Flags:
    """(n,) faces whose expression and eyes can be read."""
    seen: Flags = np.isfinite(face.box[:, 0])
    return seen & ~too_dark(face) & ~blurred(face)


def why_not(face: FaceObservation, here: Flags) -> str | None:
    """Why the faces of these samples cannot be read, None where at least half of them can."""
    seen = here & np.isfinite(face.box[:, 0])
    if (seen & legible(face)).sum() * 2 >= seen.sum():
        return None
    return TOO_DARK if (seen & too_dark(face)).sum() >= (seen & blurred(face)).sum() else BLURRED
