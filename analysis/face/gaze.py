"""Where the eyes look, relative to the head.

Sideways from the irises: landmarks are turned back into the head's frame; the iris centre's way from the middle between
the corners of its eye, over the eye's width, times 30 mm (width of the eye opening) over 12 mm (radius of the eyeball)
is the sine of the angle. Up and down from the eyeLook blendshapes, scaled so that 1 is 25 degrees: the lids move with
the eye and hide the iris, so that its place says little there. (On mirrored frames the irises came out symmetric to
4-6 degrees, the sideways blendshapes only to 7-14: they are left to eye contact, which compares a person with itself.)

Limits: there is no calibration, a person's resting angle is unknown, glasses and half-closed eyes mislead it, and the
camera is not where the other person's eyes are on the screen. Errors of 10 degrees are normal. It is therefore only
used as a change against the same person's median. Signs as seen in the picture: yaw > 0 looks to its right edge,
pitch > 0 up.
"""

from __future__ import annotations

import math

import numpy as np

from analysis.face.blendshapes import both
from analysis.face.inference import Array

_EYES = (((33, 133), 468), ((362, 263), 473))
"""Corners (left one in the picture first) and iris centre of the eye on the picture's left, then of the other."""
_WIDTH_OVER_RADIUS = 30.0 / 12.0
_UPWARDS_DEG = 25.0
_IN, _OUT, _UP, _DOWN = both("eyeLookIn"), both("eyeLookOut"), both("eyeLookUp"), both("eyeLookDown")


def balance(blendshapes: Array) -> Array:
    """(..., 2) sideways and upward balance of the eyeLook blendshapes, about -1..1, from (..., 52).

    "Left" is the person's own left eye, which is on the right of the picture: it looks out to the picture's right.
    """
    sideways = (
        blendshapes[..., _OUT[0]] - blendshapes[..., _IN[0]] + blendshapes[..., _IN[1]] - blendshapes[..., _OUT[1]]
    )
    upwards = blendshapes[..., list(_UP)].sum(axis=-1) - blendshapes[..., list(_DOWN)].sum(axis=-1)
    return (np.stack([sideways, upwards], axis=-1) / 2).astype(np.float32)


def gaze(landmarks: Array, turned: Array, blendshapes: Array) -> tuple[float, float]:
    """Yaw and pitch of the eyes in degrees, relative to the head (`turned`: its rotation, see `pose`)."""
    upright = (landmarks * np.array([1.0, -1.0, -1.0], np.float32)) @ turned
    offsets = []
    for (left, right), iris in _EYES:
        width = float(upright[right, 0] - upright[left, 0])
        middle = float(upright[right, 0] + upright[left, 0]) / 2
        offsets.append((float(upright[iris, 0]) - middle) / max(width, 1e-6))
    sine = max(-1.0, min(1.0, sum(offsets) / 2 * _WIDTH_OVER_RADIUS))
    upwards = float(balance(blendshapes)[1])
    return math.degrees(math.asin(sine)), upwards * _UPWARDS_DEG
