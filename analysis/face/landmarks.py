"""478 landmarks of one face and the 52 blendshapes that follow from them (FaceMesh v2, Blendshape v2)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from analysis.document import Fallback
from analysis.face.blendshapes import LANDMARKS_READ
from analysis.face.inference import Array, Network, Picture, sigmoid
from analysis.face.look import Region

_SIZE = 256
_EYE_CORNERS = (33, 263)
"""Outer corners of the two eyes: the line that the next region is turned to."""
LOOK_MARGIN = 1.5
"""The model wants a square 1.5 times as wide as the face."""


@dataclass(frozen=True)
class Mesh:
    """`points` (478, 3) in picture pixels, the model's certainty that there is a face, and the crop it read."""

    points: Array
    presence: float
    crop: Picture
    region: Region

    @property
    def centre(self) -> tuple[float, float]:
        """Middle of the face, pixels."""
        return self.region.centre_x, self.region.centre_y


class LandmarkModel:
    """Runs the landmark model on a region of the picture and the blendshape model on its points."""

    def __init__(self, landmarks: Path, blendshapes: Path, threads: int, device: str = "cpu") -> None:
        self._mesh = Network(landmarks, threads, device)
        self._shapes = Network(blendshapes, 1)  # a small network: a second thread only adds waiting

    @property
    def fallback(self) -> Fallback | None:
        """Why the landmarks come from the processor, where that is news."""
        return self._mesh.fallback

    def mesh(self, rgb: Picture, region: Region) -> Mesh:
        """Landmarks of the face inside `region` (already widened by LOOK_MARGIN)."""
        crop = region.cut(rgb, _SIZE)
        flat, presence, _ = self._mesh.run((crop[None].astype(np.float32)) / 255.0)
        points = flat.reshape(478, 3).copy()
        matrix = region.to_picture(_SIZE)
        points[:, :2] = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        points[:, 2] *= region.side / _SIZE
        return Mesh(points, float(sigmoid(presence).ravel()[0]), crop, upright_square(points))

    def blendshapes(self, points: Array) -> Array:
        """(52,) in 0..1 from landmarks in pixels; the model is blind to position and scale."""
        return self._shapes.run(points[None, LANDMARKS_READ, :2])[0]


def upright_square(points: Array) -> Region:
    """The smallest square turned to the eyes that holds all landmarks."""
    left, right = points[_EYE_CORNERS[0]], points[_EYE_CORNERS[1]]
    angle = math.atan2(float(right[1] - left[1]), float(right[0] - left[0]))
    cos, sin = math.cos(angle), math.sin(angle)
    x = points[:, 0] * cos + points[:, 1] * sin
    y = points[:, 1] * cos - points[:, 0] * sin
    low_x, high_x, low_y, high_y = float(x.min()), float(x.max()), float(y.min()), float(y.max())
    mid_x, mid_y = (low_x + high_x) / 2, (low_y + high_y) / 2
    return Region(mid_x * cos - mid_y * sin, mid_x * sin + mid_y * cos, max(high_x - low_x, high_y - low_y), angle)


def light_and_sharpness(crop: Picture) -> tuple[float, float]:
    """Mean grey 0..1 and variance of the Laplacian of the face at 128 pixels, from the landmark model's crop."""
    edge = round(_SIZE * (1 - 1 / LOOK_MARGIN) / 2)
    grey = cv2.cvtColor(crop[edge:-edge, edge:-edge], cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (128, 128), interpolation=cv2.INTER_AREA)
    _, spread = cv2.meanStdDev(cv2.Laplacian(small, cv2.CV_16S))
    return float(cv2.mean(small)[0]) / 255.0, float(spread[0, 0]) ** 2
