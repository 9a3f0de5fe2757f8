"""What the tests of the face share: the models, pictures of a file, one pass over them, and made-up observations."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from analysis.document import Span
from analysis.face import FaceObserver
from analysis.face.blendshapes import INDEX
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
        person=np.ones(n, np.float32),
    )


def without_face(face: FaceObservation, start: float, end: float) -> FaceObservation:
    """The same with nobody in the picture from `start` to `end`."""
    gone = (face.times >= start) & (face.times < end)
    for values in (face.box, face.head, face.gaze, face.blendshapes, face.lighting, face.sharpness, face.person):
        values[gone] = np.nan
    return face


def crowd(*faces: FaceObservation) -> FaceObservation:
    """Faces of several people, person 1 first, in one observation; where nobody is seen, one row without a face."""
    rows: dict[str, list[np.ndarray]] = {}
    for number, face in enumerate(faces, 1):
        seen = np.isfinite(face.box[:, 0])
        numbered = replace(face, person=np.where(seen, np.float32(number), np.float32(np.nan)))
        for field in fields(face):
            if field.name != "rate_hz":
                rows.setdefault(field.name, []).append(getattr(numbered, field.name))
    whole = {name: np.concatenate(parts) for name, parts in rows.items()}
    seen, first = np.isfinite(whole["person"]), np.arange(len(whole["times"])) < len(faces[0].times)
    kept = seen | (first & ~np.isin(whole["times"], whole["times"][seen]))
    order = np.argsort(whole["times"][kept], kind="stable")
    return replace(faces[0], **{name: values[kept][order] for name, values in whole.items()})


def only(face: FaceObservation, *spans: Span) -> FaceObservation:
    """The face in these spans, and nobody outside of them."""
    gone = np.ones(len(face.times), bool)
    for span in spans:
        gone &= ~((face.times >= span.start) & (face.times < span.end))
    for values in (face.box, face.head, face.gaze, face.blendshapes, face.lighting, face.sharpness, face.person):
        values[gone] = np.nan
    return face


def talking(face: FaceObservation, *spans: Span, seed: int = 1) -> FaceObservation:
    """The face with a mouth that moves in these spans."""
    moves = np.random.default_rng(seed).uniform(0, 0.6, len(face.times)).astype(np.float32)
    for span in spans:
        here = (face.times >= span.start) & (face.times < span.end)
        face.blendshapes[here, INDEX["jawOpen"]] = moves[here]
    return face


def with_somebody_else(face: FaceObservation, start: float, end: float, person: int = 2) -> FaceObservation:
    """The same with another person in the candidate's place from `start` to `end`."""
    without_face(face, start, end).person[(face.times >= start) & (face.times < end)] = person
    return face
