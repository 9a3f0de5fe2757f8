"""Numbers about the face for stretches of the recording."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.document import Metric, Span
from analysis.face.attention import eye_contact
from analysis.face.blinking import blinks, can_blink
from analysis.face.series import Flags, inside, sampled_share, step
from analysis.observations import FaceObservation, Floats

_MIN_SAMPLES = 10
_MIN_BLINK_S = 30.0
"""People blink 10-20 times a minute: a rate over less time would be chance."""


def metrics(face: FaceObservation, spans: Sequence[Sequence[Span]]) -> list[dict[str, Metric]]:
    """For each group of spans (an answer is one span, the candidate's whole speech many): its metrics.

    face_coverage: share of the sampled frames with the face. eye_contact: share of the samples with a face in which
    the person looks towards the camera. blink_rate: per minute of visible face, only from 25 frames a second on.
    """
    seen = np.isfinite(face.box[:, 0])
    contact = eye_contact(face)
    closures = np.array([event.start for event in blinks(face)], np.float32) if can_blink(face) else None
    return [_of_group(face, group, seen, contact, closures) for group in spans]


def _of_group(
    face: FaceObservation,
    spans: Sequence[Span],
    seen: Flags,
    contact: Floats,
    closures: Floats | None,
) -> dict[str, Metric]:
    here = inside(face.times, spans)
    sampled = sampled_share(face.times, spans, face.rate_hz)
    count, faces = int(here.sum()), int((here & seen).sum())
    visible = faces / count if count else 0.0
    known = here & np.isfinite(contact)
    enough = int(known.sum()) >= _MIN_SAMPLES
    return {
        "face_coverage": Metric(
            visible if count else None, "share", count, sampled, "ok" if count else "too_little_face"
        ),
        "eye_contact": Metric(
            float(contact[known].mean()) if enough else None,
            "share",
            int(known.sum()),
            visible * sampled,
            "ok" if enough else _why(faces),
        ),
        "blink_rate": _blink_rate(face, spans, faces, visible * sampled, closures),
    }


def _why(faces: int) -> str:
    return "too_little_face" if faces else "no_face"


def _blink_rate(
    face: FaceObservation,
    spans: Sequence[Span],
    faces: int,
    coverage: float,
    closures: Floats | None,
) -> Metric:
    if closures is None:
        return Metric(None, "per_min", 0, coverage, "sampled_below_25")
    count = int(inside(closures, spans).sum())
    seconds = faces * step(face.rate_hz)
    if seconds < _MIN_BLINK_S:
        return Metric(None, "per_min", count, coverage, _why(faces))
    return Metric(count / seconds * 60.0, "per_min", count, coverage)
