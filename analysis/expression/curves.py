"""From raw class probabilities to curves: three ways, against the person's own resting face, smoothed.

Surprise is left out of the three: raised brows while speaking read as surprise with near certainty. Where it takes
(nearly) all of the probability, the floor below makes the three equal, which reads as "unclear" and not as a guess.
"""

from __future__ import annotations

import numpy as np

from analysis.expression.episodes import confirmed_happy, raised_corners
from analysis.face.series import Flags, median, smoothed
from analysis.observations import Floats

SMOOTHING_S = 1.5
UNCLEAR_MARGIN = 0.15
"""The leading one of the three must lead by this much, or the moment is unclear."""
_FLOOR = 0.02
_REST_MARGIN = float(np.log(2.0))
"""At rest, neutral is to be at least twice as likely as either other one."""
_MAX_CORRECTION = float(np.log(20.0))
"""A resting face is corrected by at most these odds: a person who smiles throughout is not thereby neutral."""
_NEUTRAL, _HAPPY, _SAD, _ANGRY, _FEARFUL, _DISGUSTED = range(6)


def three_way(times: Floats, seven: Floats, blendshapes: Floats) -> Floats:
    """(n, 3) positive, neutral, negative, each row adding up to 1; NaN where no face was seen.

    Log-odds against neutral are lowered by how far the person's median lies above rest, then smoothed over 1.5 s.
    Happy without a raised corner of the mouth counts as neutral (see `episodes.confirmed_happy`).
    """
    logs = np.log(raw_three_way(seven, blendshapes) + _FLOOR)
    resting = median(logs - logs[:, 1:2])
    logs -= np.clip(np.nan_to_num(resting) + _REST_MARGIN, 0.0, _MAX_CORRECTION) * np.array([1.0, 0.0, 1.0])
    odds = np.exp(logs)
    return smoothed(times, (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32), SMOOTHING_S)


def raw_three_way(seven: Floats, blendshapes: Floats) -> Floats:
    """(n, 3) probabilities of positive, neutral and negative in one frame, without surprise, not adding up to 1."""
    happy = confirmed_happy(seven, raised_corners(blendshapes))
    neutral = seven[:, _NEUTRAL] + seven[:, _HAPPY] - happy
    return np.stack([happy, neutral, seven[:, [_SAD, _ANGRY, _FEARFUL, _DISGUSTED]].sum(axis=1)], axis=1)


def unclear(three: Floats) -> Flags:
    """(n,) where none of the three leads clearly; False where no face was seen."""
    ordered = np.sort(three, axis=1)
    result: Flags = (ordered[:, 2] - ordered[:, 1]) < UNCLEAR_MARGIN
    return result
