"""What the tests of visible expression share: one pass over a recording, and made-up observations."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from analysis.expression import OBSERVED, Observer
from analysis.expression.episodes import MOUTH_SMILE
from analysis.observations import FaceObservation
from tests.analysis.seeing import MODELS, observer, pictures, steady

NEUTRAL, HAPPY, SAD, ANGRY, FEARFUL, DISGUSTED, SURPRISED = range(7)


def expression_observer() -> Observer:
    return Observer(MODELS / "face_expression.onnx", 1)


@cache
def read(path: Path, fps: float, start: float = 0.0, end: float = 1e9) -> tuple[FaceObservation, dict]:
    """Face and visible expression over a stretch of a recording."""
    eyes, reader = observer(), expression_observer()
    for time_s, rgb in pictures(path, fps, start, end):
        reader.look(rgb, eyes.look(time_s, rgb))
    return eyes.finish(), reader.finish()


def showing(seconds: float, *stretches: tuple[float, float, int, float]) -> tuple[FaceObservation, dict]:
    """A neutral face, but class `kind` with probability 0.95 and mouthSmile `mouth` in (start, end, kind, mouth)."""
    face = steady(seconds)
    seven = np.full((len(face.times), 7), 0.01, np.float32)
    seven[:, NEUTRAL] = 0.94
    for start, end, kind, mouth in stretches:
        here = (face.times >= start) & (face.times < end)
        seven[here] = 0.05 / 6
        seven[here, kind] = 0.95
        for half in MOUTH_SMILE:
            face.blendshapes[here, half] = mouth
    return face, {OBSERVED: seven}
