"""What the tests of the face share: the models, pictures of a file, one pass over them, and made-up observations."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np

from analysis.face import FaceObserver
from analysis.media import frames, probe
from analysis.observations import FaceObservation

MODELS = Path(__file__).resolve().parents[2] / "resources" / "models"


def face_models() -> tuple[Path, Path, Path, Path]:
    """Files in the order that FaceObserver takes them."""
    names = ("face_detector.onnx", "face_landmarks.onnx", "face_blendshapes.onnx", "face_landmarker.task")
    return tuple(MODELS / name for name in names)


def observer() -> FaceObserver:
    return FaceObserver(*face_models(), threads=1)


@cache
def pictures(path: Path, fps: float, start: float = 0.0, end: float = 1e9) -> list[tuple[float, np.ndarray]]:
    """Pictures of a stretch of a recording, with their times."""
    found = []
    for time_s, rgb in frames(path, probe(path, path.name), fps, lambda _: None):
        if time_s > end:
            break
        if time_s >= start:
            found.append((time_s, rgb))
    return found


@cache
def watched(path: Path, fps: float, start: float = 0.0, end: float = 1e9) -> FaceObservation:
    """The face over a stretch of a recording."""
    eyes = observer()
    for time_s, rgb in pictures(path, fps, start, end):
        eyes.look(time_s, rgb)
    return eyes.finish()


def still(path: Path) -> np.ndarray:
    """A picture file as RGB."""
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)


def steady(seconds: float, rate_hz: float = 5.0) -> FaceObservation:
    """An observation in which nothing moves: a face in the middle, looking ahead. For the rules of deriving."""
    times = np.arange(0.0, seconds, 1.0 / rate_hz, dtype=np.float32)
    n = len(times)
    shapes = np.zeros((n, 52), np.float32)
    flat = np.ones((n, 1), np.float32)
    return FaceObservation(
        times=times,
        rate_hz=rate_hz,
        box=flat * np.array([0.4, 0.3, 0.2, 0.3], np.float32),
        head=flat * np.array([2.0, -5.0, 0.0], np.float32),
        gaze=np.zeros((n, 2), np.float32),
        blendshapes=shapes,
        faces=np.ones(n, np.float32),
        lighting=np.full(n, 0.5, np.float32),
        sharpness=np.full(n, 100.0, np.float32),
    )


def without_face(face: FaceObservation, start: float, end: float) -> FaceObservation:
    """The same with nobody in the picture from `start` to `end`."""
    gone = (face.times >= start) & (face.times < end)
    for values in (face.box, face.head, face.gaze, face.blendshapes, face.lighting, face.sharpness):
        values[gone] = np.nan
    return face
