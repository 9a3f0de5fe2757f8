"""Whether the person looks towards the camera, judged against the same person's own middle.

A proposal, not validated against an eye tracker: head yaw and pitch within 15 degrees of the person's median, and the
balance of the eyeLook blendshapes near its median. A camera is not where the other person's eyes are, so a person who
looks at the screen all the time counts as in contact; only turning away from the usual direction shows.
"""

from __future__ import annotations

import numpy as np

from analysis.face.gaze import balance
from analysis.face.legible import legible
from analysis.face.series import median, step, stretches
from analysis.observations import FaceObservation, Floats

HEAD_LIMIT_DEG = 15.0
EYES_SIDEWAYS_LIMIT = 0.25
EYES_UPWARDS_LIMIT = 0.30
"""Of the eyeLook balance, which runs from -1 to 1; about 9 degrees sideways and 8 up or down."""
_MIN_SAMPLES = 10
_MIN_SEEN_S = 2.0
_GLANCE_S = 0.5
"""Eyes off for less than this are a blink (lowering lids read as looking down) or noise, not a look away."""


def eye_contact(face: FaceObservation) -> Floats:
    """(n,) 1 or 0 per sample; NaN where no face can be read, or throughout where that is too brief for a middle."""
    seen = legible(face)
    contact = np.full(len(face.times), np.nan, np.float32)
    count = int(seen.sum())
    if count < _MIN_SAMPLES or count < _MIN_SEEN_S * face.rate_hz:
        return contact
    eyes = balance(face.blendshapes)
    head_off = np.abs(face.head[:, :2] - median(face.head[seen, :2]))
    eyes_off = np.abs(eyes - median(eyes[seen]))
    head_there = (head_off < HEAD_LIMIT_DEG).all(axis=1)
    eyes_there = (eyes_off[:, 0] < EYES_SIDEWAYS_LIMIT) & (eyes_off[:, 1] < EYES_UPWARDS_LIMIT)
    for run in stretches(face.times, seen & head_there & ~eyes_there, step(face.rate_hz)):
        if run.end - run.start < _GLANCE_S:
            eyes_there[run.first : run.last + 1] = True
    contact[seen] = (head_there & eyes_there)[seen]
    return contact
