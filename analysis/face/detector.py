"""Finding faces in a whole picture: BlazeFace short range, and the same on tiles for faces far from the camera.

Anchors, decoding and thresholds are those of MediaPipe's `face_detector_graph.cc`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from analysis.face.inference import Array, Network, Picture, sigmoid
from analysis.face.look import Region

_SIZE = 128
_MIN_SCORE = 0.5
_SAME_FACE_IOU = 0.3
_REGION_SCALE = 1.5
_MIN_TILE = 96
"""Pixels: a face in a smaller tile would be too coarse for landmarks."""


@dataclass(frozen=True, slots=True)
class Detection:
    """A face box in picture pixels, its score 0..1, and the two eyes as (x, y)."""

    x: float
    y: float
    w: float
    h: float
    score: float
    eyes: tuple[tuple[float, float], tuple[float, float]]

    @property
    def centre(self) -> tuple[float, float]:
        """Centre of the box, pixels."""
        return self.x + self.w / 2, self.y + self.h / 2

    def region(self) -> Region:
        """Where the landmark model should look first."""
        (ax, ay), (bx, by) = self.eyes
        return Region(*self.centre, max(self.w, self.h) * _REGION_SCALE, math.atan2(by - ay, bx - ax))


def _anchors() -> Array:
    """(896, 2) anchor centres 0..1: 16 x 16 cells with 2 anchors, then 8 x 8 cells with 6."""
    rows = [
        ((x + 0.5) / cells, (y + 0.5) / cells)
        for cells, each in ((16, 2), (8, 6))
        for y in range(cells)
        for x in range(cells)
        for _ in range(each)
    ]
    return np.array(rows, np.float32)


class Detector:
    """Finds the faces of a picture."""

    def __init__(self, model: Path, threads: int) -> None:
        self._network = Network(model, threads)
        self._centres = _anchors()

    def whole(self, rgb: Picture) -> list[Detection]:
        """Faces in the whole picture; down to about a tenth of its longer side."""
        return self._in_window(rgb, 0, 0, rgb.shape[1], rgb.shape[0])

    def tiled(self, rgb: Picture, share: float) -> list[Detection]:
        """Faces in square tiles whose side is `share` of the picture's shorter side, overlapping by 40 %."""
        height, width = rgb.shape[:2]
        side = int(min(height, width) * share)
        if side < _MIN_TILE:
            return []
        found: list[Detection] = []
        for top in _starts(height, side):
            for left in _starts(width, side):
                found += self._in_window(rgb, left, top, side, side)
        return distinct(found)

    def _in_window(self, rgb: Picture, left: int, top: int, width: int, height: int) -> list[Detection]:
        scale = _SIZE / max(width, height)
        view = rgb[top : top + height, left : left + width]
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = _shrunk(view, size)
        pad_x, pad_y = (_SIZE - size[0]) // 2, (_SIZE - size[1]) // 2
        canvas = np.full((1, _SIZE, _SIZE, 3), -1.0, np.float32)
        canvas[0, pad_y : pad_y + size[1], pad_x : pad_x + size[0]] = small.astype(np.float32) / 127.5 - 1.0
        raw, logits = self._network.run(canvas)
        scores = sigmoid(logits[0, :, 0])
        keep = np.flatnonzero(scores >= _MIN_SCORE)
        points = raw[0, keep] / _SIZE
        points[:, [0, 4, 6]] += self._centres[keep, :1]
        points[:, [1, 5, 7]] += self._centres[keep, 1:]
        points[:, [0, 4, 6]] = (points[:, [0, 4, 6]] * _SIZE - pad_x) / scale + left
        points[:, [1, 5, 7]] = (points[:, [1, 5, 7]] * _SIZE - pad_y) / scale + top
        points[:, 2:4] *= _SIZE / scale
        found = [_detection(row, float(score)) for row, score in zip(points, scores[keep], strict=True)]
        return distinct(found)


def _shrunk(view: Picture, size: tuple[int, int]) -> Picture:
    """The view at `size` (width, height). Far down it goes in two steps: averaging all of a large picture is slow."""
    if view.shape[1] > 4 * size[0]:
        view = cv2.resize(view, (2 * size[0], 2 * size[1]), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
    kind = cv2.INTER_AREA if view.shape[1] > size[0] else cv2.INTER_LINEAR
    return cv2.resize(view, size, interpolation=kind).astype(np.uint8, copy=False)


def _detection(row: Array, score: float) -> Detection:
    cx, cy, w, h, ax, ay, bx, by = (float(value) for value in row[:8])
    return Detection(cx - w / 2, cy - h / 2, w, h, score, ((ax, ay), (bx, by)))


def _starts(length: int, side: int) -> list[int]:
    """Evenly spread tile starts that cover `length` with at least 40 % overlap."""
    if length <= side:
        return [0]
    count = math.ceil((length - side) / (side * 0.6)) + 1
    return [round(i * (length - side) / (count - 1)) for i in range(count)]


def overlap(a: Detection, b: Detection) -> float:
    """Intersection over union of two boxes."""
    w = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    h = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / (a.w * a.h + b.w * b.h - w * h)


def distinct(found: list[Detection]) -> list[Detection]:
    """The best detection of each face, by falling score."""
    kept: list[Detection] = []
    for one in sorted(found, key=lambda d: -d.score):
        if one.w > 0 and one.h > 0 and all(overlap(one, other) < _SAME_FACE_IOU for other in kept):
            kept.append(one)
    return kept
