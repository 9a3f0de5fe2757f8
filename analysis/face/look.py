"""What one frame shows of a face."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from analysis.face.inference import Array, Picture


@dataclass(frozen=True, slots=True)
class Region:
    """A square of the picture that stands upright on the face: centre and side in pixels, angle in radians.

    `angle` is that of the line between the eyes, positive when it falls to the right of the picture.
    """

    centre_x: float
    centre_y: float
    side: float
    angle: float

    def scaled(self, margin: float) -> Region:
        """The same square, `margin` times as wide."""
        return Region(self.centre_x, self.centre_y, self.side * margin, self.angle)

    def zoomed(self, factor: float) -> Region:
        """The square in a picture with `factor` times as many pixels a side."""
        return Region(self.centre_x * factor, self.centre_y * factor, self.side * factor, self.angle)

    def to_picture(self, size: int) -> Array:
        """(2, 3) affine matrix from pixels of a `size` x `size` crop to pixels of the picture."""
        scale = self.side / size
        cos, sin = math.cos(self.angle) * scale, math.sin(self.angle) * scale
        half = size / 2
        return np.array(
            [
                [cos, -sin, self.centre_x - half * cos + half * sin],
                [sin, cos, self.centre_y - half * sin - half * cos],
            ],
            np.float32,
        )

    def cut(self, rgb: Picture, size: int) -> Picture:
        """The square as an upright `size` x `size` picture; outside of the picture it is black."""
        matrix = self.to_picture(size)
        source = rgb
        factor = int(self.side // (2 * size))
        if factor > 1:  # shrink by averaging first: a warp that skips pixels would alias
            source, left, top = self._shrunk(rgb, factor)
            matrix = ((matrix - np.array([[0, 0, left], [0, 0, top]], np.float32)) / factor).astype(np.float32)
        crop = cv2.warpAffine(source, matrix, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        return crop.astype(np.uint8, copy=False)

    def _shrunk(self, rgb: Picture, factor: int) -> tuple[Picture, int, int]:
        """The picture around the square, `factor` times smaller, and where in the picture it begins (x, y)."""
        reach = self.side * (abs(math.cos(self.angle)) + abs(math.sin(self.angle))) / 2 + factor
        left, top = max(0, int(self.centre_x - reach)), max(0, int(self.centre_y - reach))
        around = rgb[top : max(top, int(self.centre_y + reach)), left : max(left, int(self.centre_x + reach))]
        size = max(1, around.shape[1] // factor), max(1, around.shape[0] // factor)
        if around.size == 0:
            return rgb[:1, :1], left, top
        around = around[: size[1] * factor, : size[0] * factor]
        return cv2.resize(around, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False), left, top


@dataclass(frozen=True)
class FaceLook:
    """A face in one frame.

    `box` x, y, w, h as shares of the picture; `landmarks` (478, 3) in picture pixels (z in the same unit, smaller is
    nearer); `region` the eye-aligned square that just holds the landmarks; `blendshapes` (52,) 0..1; head angles in
    degrees (see `pose`), gaze in degrees relative to the head (see `gaze`); `lighting` mean grey 0..1; `sharpness`
    variance of the Laplacian of the face at 128 pixels; `presence` the model's own certainty 0..1; `beside` further
    faces in the same frame.
    """

    time_s: float
    box: tuple[float, float, float, float]
    landmarks: Array
    region: Region
    blendshapes: Array
    yaw: float
    pitch: float
    roll: float
    gaze_yaw: float
    gaze_pitch: float
    lighting: float
    sharpness: float
    presence: float
    beside: tuple[FaceLook, ...] = ()
