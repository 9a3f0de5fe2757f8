"""From raw class probabilities to curves: three ways, against the person's own resting face, smoothed.

Surprise is left out of the three: raised brows while speaking read as surprise with near certainty. Where it takes
(nearly) all of the probability, the floor below makes the three equal, which reads as "unclear" and not as a guess.
"""

from __future__ import annotations

import numpy as np

from analysis.expression.episodes import confirmed_happy, raised_corners
from analysis.face.series import Flags, quantile, smoothed
from analysis.observations import Floats

SMOOTHING_S = 1.5
UNCLEAR_MARGIN = 0.15
"""The leading one of the three must lead by this much, or the moment is unclear."""
_FLOOR = 0.02
_REST_MARGIN = float(np.log(3.0))
"""At rest, neutral is to be at least three times as likely as either other one."""
_REST_QUANTILE = 0.3
"""What a face shows for more than 70 % of the time is its resting face; a laugh through half of a clip is not."""
_NEUTRAL, _HAPPY, _SAD, _ANGRY, _FEARFUL, _DISGUSTED = range(6)


def three_way(times: Floats, seven: Floats, blendshapes: Floats) -> Floats:
    """(n, 3) positive, neutral, negative, each row adding up to 1; NaN where no face was seen.

    Log-odds against neutral are lowered by how far the person's own resting face lies above, then smoothed over 1.5 s.
    Happy without a raised corner of the mouth counts as neutral (see `episodes.confirmed_happy`).
    """
    logs = np.log(raw_three_way(seven, blendshapes) + _FLOOR)
    resting = quantile(logs - logs[:, 1:2], _REST_QUANTILE)
    logs -= np.maximum(np.nan_to_num(resting) + _REST_MARGIN, 0.0) * np.array([1.0, 0.0, 1.0])
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
