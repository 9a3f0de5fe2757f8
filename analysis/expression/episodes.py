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
from analysis.face.blendshapes import both
from analysis.face.series import hysteresis, joined, smoothed, step, stretches
from analysis.observations import FaceObservation, Floats

ENTER, LEAVE = 0.45, 0.30
MIN_SMILE_S, MIN_FROWN_S = 0.3, 0.6
MERGE_GAP_S = 0.5
_REST_QUANTILE = 0.2
_MAX_REST = 0.4
_BROW_RANGE = 0.3
"""A browDown this far above the person's median counts in full."""
_FROWN_CONFIDENCE = 0.5
_SCORE_SMOOTHING_S = 0.4
_HAPPY, _ANGRY, _DISGUSTED = 1, 3, 5


def smile_score(face: FaceObservation, seven: Floats) -> Floats:
    """(n,) 0..1 against the person's own resting level, NaN where no face was seen."""
    mouth = face.blendshapes[:, list(both("mouthSmile"))].mean(axis=1)
    return _above_rest(face.times, (mouth + seven[:, _HAPPY]) / 2)


def frown_score(face: FaceObservation, seven: Floats) -> Floats:
    """(n,) 0..1 against the person's own resting level, NaN where no face was seen."""
    brow = face.blendshapes[:, list(both("browDown"))].mean(axis=1)
    known = brow[np.isfinite(brow)]
    middle = float(np.median(known)) if len(known) else 0.0
    lowered = np.clip((brow - middle) / _BROW_RANGE, 0.0, 1.0)
    return _above_rest(face.times, (lowered + seven[:, _ANGRY] + seven[:, _DISGUSTED]) / 2)


def _above_rest(times: Floats, score: Floats) -> Floats:
    """The score with the person's resting level (20th percentile, at most 0.4) moved to 0, lightly smoothed.

    Without at least 3 s of face there is no resting level to speak of, and the score stays as it is.
    """
    known = score[np.isfinite(score)]
    seconds = len(known) * float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    rest = min(float(np.quantile(known, _REST_QUANTILE)), _MAX_REST) if seconds >= 3.0 else 0.0
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
