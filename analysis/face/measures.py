"""Numbers about the face for stretches of the recording."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.document import Metric, Span
from analysis.face.attention import eye_contact
from analysis.face.blinking import blinks, can_blink
from analysis.face.legible import why_not
from analysis.face.series import Flags, inside, sampled_share, step
from analysis.observations import FaceObservation, Floats

OTHER_SHOWN = "other_shown"
_MIN_SAMPLES = 10
_MIN_BLINK_S = 30.0
"""People blink 10-20 times a minute: a rate over less time would be chance."""


def metrics(face: FaceObservation, spans: Sequence[Sequence[Span]]) -> list[dict[str, Metric]]:
    """For each group of spans (an answer is one span, the candidate's whole speech many): its metrics.

    face_coverage: share of the sampled frames with the face. eye_contact: share of the samples with a legible face in
    which the person looks towards the camera. blink_rate: per minute of visible face, only from 25 frames a second on.
    """
    contact = eye_contact(face)
    closures = np.array([event.start for event in blinks(face)], np.float32) if can_blink(face) else None
    return [_of_group(face, group, contact, closures) for group in spans]


def other_shown(face: FaceObservation) -> Flags:
    """(n,) whether somebody else is in the picture in the candidate's place."""
    if face.person is None:
        return np.zeros(len(face.times), np.bool_)
    other: Flags = np.isfinite(face.person) & ~np.isfinite(face.box[:, 0])
    return other


def why_few(face: FaceObservation, here: Flags) -> str:
    """Why there are too few samples of the candidate's face to read among these."""
    seen = here & np.isfinite(face.box[:, 0])
    unread = why_not(face, here) if seen.any() else None
    if unread:
        return unread
    if 2 * (here & other_shown(face)).sum() > here.sum():
        return OTHER_SHOWN
    return "too_little_face" if seen.any() else "no_face"


def _of_group(
    face: FaceObservation, spans: Sequence[Span], contact: Floats, closures: Floats | None
) -> dict[str, Metric]:
    here = inside(face.times, spans)
    seen = here & np.isfinite(face.box[:, 0])
    sampled = sampled_share(face.times, spans, face.rate_hz)
    count = int(here.sum())
    visible = float(seen.sum()) / count if count else 0.0
    known = here & np.isfinite(contact)
    share = float(known.sum()) / count if count else 0.0
    enough = int(known.sum()) >= _MIN_SAMPLES
    return {
        "face_coverage": _coverage(face, here, visible, sampled),
        "eye_contact": Metric(
            float(contact[known].mean()) if enough else None,
            "share",
            int(known.sum()),
            share * sampled,
            "ok" if enough else why_few(face, here),
        ),
        "blink_rate": _blink_rate(face, spans, here, visible * sampled, closures),
    }


def _coverage(face: FaceObservation, here: Flags, visible: float, sampled: float) -> Metric:
    """The share itself is always right; that somebody else was shown instead explains a low one."""
    count, others = int(here.sum()), int((here & other_shown(face)).sum())
    if not count:
        return Metric(None, "share", 0, sampled, "too_little_face")
    return Metric(visible, "share", count, sampled, OTHER_SHOWN if others > (1.0 - visible) * count / 2 else "ok")


def _blink_rate(
    face: FaceObservation, spans: Sequence[Span], here: Flags, coverage: float, closures: Floats | None
) -> Metric:
    if closures is None:
        return Metric(None, "per_min", 0, coverage, "sampled_below_25")
    count = int(inside(closures, spans).sum())
    seconds = float((here & np.isfinite(face.box[:, 0])).sum()) * step(face.rate_hz)
    if seconds < _MIN_BLINK_S:
        return Metric(None, "per_min", count, coverage, why_few(face, here))
    return Metric(count / seconds * 60.0, "per_min", count, coverage)
