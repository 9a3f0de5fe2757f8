"""From raw class probabilities to curves of seven and of three, against the person's own resting face, smoothed.

Surprise is left out of the three: raised brows while speaking read as surprise with near certainty. Where it takes
(nearly) all of the probability, the floor below makes the three equal, which reads as "unclear" and not as a guess.
"""

from __future__ import annotations

import numpy as np

from analysis.expression.episodes import confirmed_happy, raised_corners
from analysis.face.series import Flags, quantile, smoothed
from analysis.observations import Floats

SMOOTHING_S = 1.5
SEVEN_SMOOTHING_S = 1.0
UNCLEAR_MARGIN = 0.15
"""The leading one of the three must lead by this much, or the moment is unclear."""
_FLOOR = 0.06
"""Probability added to all columns together: what the classifier rules out is unlikely, not impossible."""
_REST_ODDS = 1.5
"""At rest, neutral is to be at least so many times as likely as all others together."""
_REST_QUANTILE = 0.3
"""What a face shows for more than 70 % of the time is its resting face; a laugh through half of a clip is not."""
_NEUTRAL, _HAPPY, _SAD, _ANGRY, _FEARFUL, _DISGUSTED = range(6)


def three_way(times: Floats, seven: Floats, blendshapes: Floats) -> Floats:
    """(n, 3) positive, neutral, negative, each row adding up to 1; NaN where no face was seen.

    Happy without a raised corner of the mouth counts as neutral (see `episodes.confirmed_happy`).
    """
    return _against_rest(times, raw_three_way(seven, blendshapes), 1, SMOOTHING_S)


def seven_way(times: Floats, seven: Floats, blendshapes: Floats) -> Floats:
    """(n, 7) the classes in the order of `seven`, each row adding up to 1; NaN where no face was seen.

    Happy without a raised corner of the mouth counts as neutral, as in the three.
    """
    return _against_rest(times, _confirmed(seven, blendshapes), _NEUTRAL, SEVEN_SMOOTHING_S)


def _against_rest(times: Floats, shown: Floats, neutral: int, seconds: float) -> Floats:
    """Log-odds against the column `neutral`, lowered by how far the resting face lies above it, then smoothed."""
    columns = shown.shape[1]
    logs = np.log(shown + _FLOOR / columns)
    resting = quantile(logs - logs[:, neutral : neutral + 1], _REST_QUANTILE)
    lowered = np.maximum(np.nan_to_num(resting) + np.log(_REST_ODDS * (columns - 1)), 0.0)
    lowered[neutral] = 0.0
    odds = np.exp(logs - lowered)
    return smoothed(times, (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32), seconds)


def raw_three_way(seven: Floats, blendshapes: Floats) -> Floats:
    """(n, 3) probabilities of positive, neutral and negative in one frame, without surprise, not adding up to 1."""
    confirmed = _confirmed(seven, blendshapes)
    negative = confirmed[:, [_SAD, _ANGRY, _FEARFUL, _DISGUSTED]].sum(axis=1)
    return np.stack([confirmed[:, _HAPPY], confirmed[:, _NEUTRAL], negative], axis=1)


def _confirmed(seven: Floats, blendshapes: Floats) -> Floats:
    """(n, 7) probabilities with the part of happy that the mouth does not confirm moved to neutral."""
    result = seven.copy()
    result[:, _HAPPY] = confirmed_happy(seven, raised_corners(blendshapes))
    result[:, _NEUTRAL] += seven[:, _HAPPY] - result[:, _HAPPY]
    return result


def unclear(three: Floats) -> Flags:
    """(n,) where none of the three leads clearly; False where no face was seen."""
    ordered = np.sort(three, axis=1)
    result: Flags = (ordered[:, 2] - ordered[:, 1]) < UNCLEAR_MARGIN
    return result
