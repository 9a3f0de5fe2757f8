"""Smiles and frowns: a score per sample, and the episodes in which it is high.

Smile: mean of the mouthSmile blendshapes and P(happy); each alone is fooled (a crying grimace has mouthSmile .74, an
open mouth in speech P(happy)). F1 of the mean above .45 on four sets of labelled faces: .92 .98 .82 .79; the lower
threshold and the two times are proposals, checked on clips with counted smiles.

Frown: mean of P(angry) + P(disgusted) and of how far browDown is above the person's own median. browDown has no common
scale between people or cameras, so the frown has low reliability and says so in its confidence and quality.
"""

from __future__ import annotations

import numpy as np

from analysis.document import Event
from analysis.face.series import hysteresis, joined, smoothed, step, stretches
from analysis.observations import FaceObservation, Floats

MOUTH_SMILE, BROW_DOWN = (44, 45), (1, 2)
"""Left and right among the 52 blendshapes."""
ENTER, LEAVE = 0.45, 0.30
MIN_SMILE_S, MIN_FROWN_S = 0.3, 0.6
MERGE_GAP_S = 0.5
_MAX_REST = 0.6
_MIN_REST_S = 3.0
_BROW_RANGE = 0.3
"""A browDown this far above the person's median counts in full."""
_FROWN_CONFIDENCE = 0.5
_SCORE_SMOOTHING_S = 0.4
_HAPPY, _ANGRY, _DISGUSTED = 1, 3, 5
_RAISED = 0.1


def smile_score(face: FaceObservation, seven: Floats) -> Floats:
    """(n,) 0..1 against the person's own resting level, NaN where no face was seen."""
    mouth = raised_corners(face.blendshapes)
    score: Floats = ((mouth + confirmed_happy(seven, mouth)) / 2).astype(np.float32)
    return _above_rest(face.times, score)


def raised_corners(blendshapes: Floats) -> Floats:
    """(n,) mean of the two mouthSmile blendshapes."""
    mean: Floats = blendshapes[:, list(MOUTH_SMILE)].mean(axis=1, dtype=np.float32)
    return mean


def confirmed_happy(seven: Floats, mouth: Floats) -> Floats:
    """(n,) P(happy), taken back where the corners of the mouth are not raised at all (mouthSmile below 0.1).

    The classifier is over-confident: on one resting face it says happy 1.00 for minutes. On the labelled pictures this
    changes the three-way accuracy by nothing.
    """
    confirmed: Floats = (seven[:, _HAPPY] * np.clip(mouth / _RAISED, 0.0, 1.0)).astype(np.float32)
    return confirmed


def frown_score(face: FaceObservation, seven: Floats) -> Floats:
    """(n,) 0..1 against the person's own resting level, NaN where no face was seen."""
    brow = face.blendshapes[:, list(BROW_DOWN)].mean(axis=1)
    known = brow[np.isfinite(brow)]
    middle = float(np.median(known)) if len(known) else 0.0
    lowered = np.clip((brow - middle) / _BROW_RANGE, 0.0, 1.0)
    return _above_rest(face.times, (lowered + seven[:, _ANGRY] + seven[:, _DISGUSTED]) / 2)


def _above_rest(times: Floats, score: Floats) -> Floats:
    """The score with the person's resting level (median, at most 0.6) moved to 0, lightly smoothed.

    Without at least 3 s of face there is no resting level to speak of, and the score stays as it is. Whoever smiles
    more than half of the time has a high resting level: only what goes beyond it counts then.
    """
    known = score[np.isfinite(score)]
    seconds = len(known) * float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    rest = min(float(np.median(known)), _MAX_REST) if seconds >= _MIN_REST_S else 0.0
    return smoothed(times, np.clip((score - rest) / (1.0 - rest), 0.0, 1.0), _SCORE_SMOOTHING_S)


def episodes(face: FaceObservation, score: Floats, kind: str) -> list[Event]:
    """Events of `kind` ("smile" or "frown"); confidence is the mean score, halved for frowns."""
    shortest = MIN_SMILE_S if kind == "smile" else MIN_FROWN_S
    weight = 1.0 if kind == "smile" else _FROWN_CONFIDENCE
    runs = joined(stretches(face.times, hysteresis(score, ENTER, LEAVE), step(face.rate_hz)), MERGE_GAP_S)
    return [
        Event(kind, run.start, run.end, confidence=weight * float(np.nanmean(score[run.first : run.last + 1])))
        for run in runs
        if run.end - run.start >= shortest
    ]
