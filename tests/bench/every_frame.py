"""What somebody would write in an afternoon: OpenCV reads every frame, and the product's face models look at each.

    python -m tests.bench.every_frame MEDIA DETECTOR LANDMARKS BLENDSHAPES EXPRESSION

Models run as onnxruntime runs them by default. Prints the frames read and the frames with a face, as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from analysis.face.blendshapes import LANDMARKS_READ

DETECTED, SURE = 128, 0.5


def main(media: str, *models: str) -> None:
    """Look at every frame."""
    detector, landmarks, blendshapes, expression = map(onnxruntime.InferenceSession, models)
    capture = cv2.VideoCapture(media)
    read = seen = 0
    while True:
        there, picture = capture.read()
        if not there:
            break
        read += 1
        rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
        box = face_in(rgb, detector)
        if box is None:
            continue
        points, presence = _run(landmarks, _square(rgb, box, 1.5, 256) / 255)[:2]
        if 1 / (1 + np.exp(-float(presence.ravel()[0]))) < SURE:
            continue
        seen += 1
        _run(blendshapes, points.reshape(1, 478, 3)[:, LANDMARKS_READ, :2])
        _run(expression, _square(rgb, box, 1.0, 112))
    capture.release()
    print(json.dumps({"read": read, "seen": seen}))


def face_in(rgb: np.ndarray, detector: onnxruntime.InferenceSession) -> tuple[float, float, float] | None:
    """Centre and side in pixels of the surest face, None where none is sure enough."""
    height, width = rgb.shape[:2]
    side = max(width, height)
    canvas = np.zeros((side, side, 3), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    canvas[top : top + height, left : left + width] = rgb
    small = cv2.resize(canvas, (DETECTED, DETECTED), interpolation=cv2.INTER_AREA)
    boxes, logits = _run(detector, small[None] / np.float32(127.5) - 1)
    best = int(logits[0, :, 0].argmax())
    if 1 / (1 + np.exp(-float(logits[0, best, 0]))) < SURE:
        return None
    x, y, w, h = boxes[0, best, :4] / DETECTED
    anchor_x, anchor_y = _anchor(best)
    return (x + anchor_x) * side - left, (y + anchor_y) * side - top, max(w, h) * side


def _anchor(number: int) -> tuple[float, float]:
    """Centre of the detector's anchor, 0..1: 16 x 16 cells with 2 anchors, then 8 x 8 with 6."""
    cells, each, first = (16, 2, 0) if number < 512 else (8, 6, 512)
    cell = (number - first) // each
    return (cell % cells + 0.5) / cells, (cell // cells + 0.5) / cells


def _square(rgb: np.ndarray, box: tuple[float, float, float], margin: float, size: int) -> np.ndarray:
    x, y, side = box
    scale = size / (side * margin)
    matrix = np.array([[scale, 0, size / 2 - x * scale], [0, scale, size / 2 - y * scale]])
    return cv2.warpAffine(rgb, matrix, (size, size))[None]


def _run(session: onnxruntime.InferenceSession, value: np.ndarray) -> list[np.ndarray]:
    found: list[np.ndarray] = session.run(None, {session.get_inputs()[0].name: value.astype(np.float32)})
    return found


if __name__ == "__main__":
    main(str(Path(sys.argv[1])), *sys.argv[2:])
