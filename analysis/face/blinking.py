"""Blinks, only from frames that are close enough together."""

from __future__ import annotations

import numpy as np

from analysis.document import Event
from analysis.face.blendshapes import both
from analysis.face.series import step, stretches
from analysis.observations import FaceObservation, Floats

BLINK_RATE_HZ = 25.0
_RATE_SLACK_HZ = 0.1
BLINK_MAX_S = 0.4
"""Blinks take 0.1-0.4 s; a longer closure is looking down or closed eyes (research: eyeBlink rises to .6 then)."""
_BLINK_RISE = 0.20
"""How far eyeBlink must rise above its level around the blink. Read off clips with counted blinks."""
_BLINK_LEVEL_S = 1.0


def can_blink(face: FaceObservation) -> bool:
    """Whether the frames are close enough together to see blinks."""
    return face.rate_hz >= BLINK_RATE_HZ - _RATE_SLACK_HZ


def blinks(face: FaceObservation) -> list[Event]:
    """Short closures of both eyes: eyeBlink rises by 0.2 above its level around and is back within 0.4 s."""
    closed = face.blendshapes[:, list(both("eyeBlink"))].mean(axis=1)
    level = _open_level(face.times, closed)
    rise = closed - level
    runs = stretches(face.times, rise > _BLINK_RISE / 2, step(face.rate_hz))
    found = []
    for run in runs:
        if run.end - run.start >= BLINK_MAX_S or run.first == 0 or run.last == len(closed) - 1:
            continue
        shut = closed[run.first : run.last + 1].max()
        peak = float(rise[run.first : run.last + 1].max())
        opened = shut - max(closed[run.first - 1], closed[run.last + 1])
        if peak >= _BLINK_RISE and opened >= _BLINK_RISE / 2:
            found.append(Event("blink", run.start, run.end, confidence=min(1.0, peak / (2 * _BLINK_RISE))))
    return found


def _open_level(times: Floats, closed: Floats) -> Floats:
    """The 30th percentile of eyeBlink within a second around: the eyes' state between blinks, looking down or not."""
    low = np.searchsorted(times, times - _BLINK_LEVEL_S / 2)
    high = np.searchsorted(times, times + _BLINK_LEVEL_S / 2, side="right")
    level = np.full(len(times), np.nan, np.float32)
    for number in np.flatnonzero(np.isfinite(closed)):
        around = closed[low[number] : high[number]]
        level[number] = np.quantile(around[np.isfinite(around)], 0.3)
    return level
