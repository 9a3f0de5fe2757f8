"""Brief closures of the eyes; blinks are counted only from frames that are close enough together."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from analysis.document import Event
from analysis.face.blendshapes import both
from analysis.face.series import Flags, Stretch, step, stretches
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
    closed, rise = _closing(face)
    found = []
    for run in _brief(face, rise):
        if run.first == 0 or run.last == len(closed) - 1:
            continue
        shut = closed[run.first : run.last + 1].max()
        peak = float(rise[run.first : run.last + 1].max())
        opened = shut - max(closed[run.first - 1], closed[run.last + 1])
        if peak >= _BLINK_RISE and opened >= _BLINK_RISE / 2:
            found.append(Event("blink", run.start, run.end, confidence=min(1.0, peak / (2 * _BLINK_RISE))))
    return found


def shut(face: FaceObservation) -> Flags:
    """(n,) samples at which the eyes are briefly closed, at any frame rate: what they look at is then unknown.

    Between the lids of a blink the iris is guessed, some 15 degrees too low on the bundled samples. Eyes that stay
    closed cannot be told from eyes that look down, and are not flagged.
    """
    flags = np.zeros(len(face.times), bool)
    if not len(flags):
        return flags
    closed, rise = _closing(face)
    for run in _brief(face, rise):
        here = slice(run.first, run.last + 1)
        around = [closed[place] for place in (run.first - 1, run.last + 1) if 0 <= place < len(closed)]
        opens = closed[here].max() - max(around, default=0.0) >= _BLINK_RISE / 2
        flags[here] = opens and rise[here].max() >= _BLINK_RISE
    return flags


def _closing(face: FaceObservation) -> tuple[Floats, Floats]:
    """(n,) eyeBlink of both eyes, and how far it is above its level around."""
    closed = face.blendshapes[:, list(both("eyeBlink"))].mean(axis=1)
    return closed, closed - _open_level(closed, face.rate_hz)


def _brief(face: FaceObservation, rise: Floats) -> list[Stretch]:
    runs = stretches(face.times, rise > _BLINK_RISE / 2, step(face.rate_hz))
    return [run for run in runs if run.end - run.start < BLINK_MAX_S]


def _open_level(closed: Floats, rate_hz: float) -> Floats:
    """The 30th percentile of eyeBlink within a second around: the eyes' state between blinks, looking down or not."""
    half = max(1, round(rate_hz * _BLINK_LEVEL_S / 2))
    padded = np.pad(closed, half, constant_values=np.nan)
    windows = np.sort(sliding_window_view(padded, 2 * half + 1), axis=1)  # NaN comes last
    known = np.isfinite(windows).sum(axis=1)
    level = windows[np.arange(len(closed)), (0.3 * np.maximum(known - 1, 0)).astype(int)]
    return np.where(np.isfinite(closed), level, np.nan).astype(np.float32)
