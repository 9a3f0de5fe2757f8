"""From what was observed of the face to tracks and events: a pure function, no picture is seen again."""

from __future__ import annotations

import numpy as np

from analysis.document import Event, Missing, TrackInfo
from analysis.face import attention
from analysis.face.blinking import blinks, can_blink, shut
from analysis.face.legible import BLURRED, TOO_DARK, blurred, too_dark
from analysis.face.measures import metrics, other_shown
from analysis.face.series import Flags, described, held, in_order, joined, smoothed, step, stretches
from analysis.observations import FaceObservation, Floats

__all__ = ["derive", "metrics"]

Tracks = dict[str, Floats]

HEAD_SMOOTHING_S = 0.6
FACE_LOST_S = 1.0
GAZE_AWAY_S = 1.5
_GAZE_BACK_S = 0.4
"""A look back shorter than this does not end a look away: it is within the noise of the angles."""

_UNITS = {
    "present": "0-1",
    "box_x": "share",
    "box_y": "share",
    "box_w": "share",
    "box_h": "share",
    "head_yaw": "deg",
    "head_pitch": "deg",
    "head_roll": "deg",
    "gaze_yaw": "deg",
    "gaze_pitch": "deg",
    "eye_contact": "0-1",
}


def derive(face: FaceObservation, length: int) -> tuple[Tracks, dict[str, TrackInfo], list[Event], list[Missing]]:
    """Tracks of `length` samples at 10 Hz, their descriptions, events in time order, and what cannot be had.

    `face` has one row per time (see `candidate`). Where somebody else is shown instead, the candidate is not lost;
    where the face is too dark or blurred to read (see `legible`), an event says so. Head and gaze angles are as seen in
    the picture (see `pose`, `gaze`), the head's smoothed over 0.6 s; a blink has no gaze.
    """
    seen = np.isfinite(face.box[:, 0])
    head = smoothed(face.times, face.head, HEAD_SMOOTHING_S)
    gaze = np.where(shut(face)[:, None], np.float32(np.nan), face.gaze)
    contact = attention.eye_contact(face)
    columns = [seen.astype(np.float32), *face.box.T, *head.T, *gaze.T, contact]
    tracks = {name: held(face.times, column, length) for name, column in zip(_UNITS, columns, strict=True)}
    infos = {name: described(tracks[name], unit, "face", face.rate_hz) for name, unit in _UNITS.items()}
    other = other_shown(face)
    dark = seen & too_dark(face)
    absent = {"face_lost": ~seen & ~other, "other_shown": other, TOO_DARK: dark, BLURRED: seen & blurred(face) & ~dark}
    events = [event for kind, flags in absent.items() for event in _lasting(face, kind, flags)]
    events += _gaze_away(face, contact)
    missing: list[Missing] = []
    if not seen.any():
        missing.append(Missing("face", "no_face"))
    elif not np.isfinite(contact).any():
        missing.append(Missing("eye_contact", "face_too_short"))
    if can_blink(face):
        events += blinks(face)
    else:
        missing.append(Missing("blink", "sampled_below_25"))
    return tracks, infos, in_order(events, length), missing


def _lasting(face: FaceObservation, kind: str, flags: Flags) -> list[Event]:
    runs = stretches(face.times, flags, step(face.rate_hz))
    return [Event(kind, run.start, run.end) for run in runs if run.end - run.start >= FACE_LOST_S]


def _gaze_away(face: FaceObservation, contact: Floats) -> list[Event]:
    runs = stretches(face.times, contact == 0.0, step(face.rate_hz))
    runs = joined(runs, _GAZE_BACK_S)
    return [Event("gaze_away", run.start, run.end) for run in runs if run.end - run.start >= GAZE_AWAY_S]
