"""Tracks, events and metrics of visible expression: a pure function of what was observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from analysis.document import Event, Metric, Span, TrackInfo
from analysis.expression import METRICS, OBSERVED, TRACKS
from analysis.expression.curves import seven_way, three_way, unclear
from analysis.expression.episodes import MIN_SMILE_S, episodes, frown_score, smile_score
from analysis.face.legible import legible
from analysis.face.measures import why_few
from analysis.face.series import described, held, in_order, inside, sampled_share, step
from analysis.observations import FaceObservation, Floats

_MIN_SECONDS = 2.0
_MIN_RATE_SECONDS = 10.0
"""Below this much visible face a rate per minute would be chance."""


def derive(
    face: FaceObservation, extra: Mapping[str, Floats], length: int, spans: Sequence[Sequence[Span]]
) -> tuple[dict[str, Floats], dict[str, TrackInfo], list[Event], list[dict[str, Metric]]]:
    """Tracks of `length` samples at 10 Hz, their descriptions, smiles and frowns, and metrics per group of spans.

    `extra` holds what `Observer.finish` gave, over the same samples as `face`. What is too dark or too blurred to read
    shows nothing.
    """
    readable = legible(face)[:, None]
    seven = np.where(readable, extra[OBSERVED], np.nan).astype(np.float32)
    face = replace(face, blendshapes=np.where(readable, face.blendshapes, np.nan).astype(np.float32))
    three = three_way(face.times, seven, face.blendshapes)
    smile, frown = smile_score(face, seven), frown_score(face, seven)
    doubtful = np.where(np.isfinite(three[:, 0]), unclear(three), np.nan).astype(np.float32)
    columns = [*three.T, *seven_way(face.times, seven, face.blendshapes).T, smile, frown, doubtful]
    tracks = {name: held(face.times, column, length) for name, column in zip(TRACKS, columns, strict=True)}
    infos = {name: described(track, "0-1", "expression", face.rate_hz) for name, track in tracks.items()}
    smiles, frowns = episodes(face, smile, "smile"), episodes(face, frown, "frown")
    events = in_order([*smiles, *frowns], length)
    return tracks, infos, events, [_metrics(face, three, smiles, frowns, group) for group in spans]


def _metrics(
    face: FaceObservation, three: Floats, smiles: list[Event], frowns: list[Event], spans: Sequence[Span]
) -> dict[str, Metric]:
    here = inside(face.times, spans)
    shown = here & np.isfinite(three[:, 0])
    count = int(shown.sum())
    seconds = count * step(face.rate_hz)
    coverage = sampled_share(face.times, spans, face.rate_hz) * count / max(1, int(here.sum()))
    if seconds < _MIN_SECONDS:
        why = why_few(face, here)
        return {name: Metric(None, unit, count, coverage, why) for name, unit in METRICS.items()}
    return _episode_metrics(face, smiles, frowns, spans, seconds, coverage) | _share_metrics(three[shown], coverage)


def _episode_metrics(
    face: FaceObservation,
    smiles: list[Event],
    frowns: list[Event],
    spans: Sequence[Span],
    seconds: float,
    coverage: float,
) -> dict[str, Metric]:
    """An episode counts where it begins; its time counts where it lies. Slow sampling misses the shorter ones."""
    begun = _begun_in(smiles, spans)
    frowned = _begun_in(frowns, spans)
    time_s = sum(
        max(0.0, min(event.end, span.end) - max(event.start, span.start)) for event in smiles for span in spans
    )
    counted = "ok" if face.rate_hz >= 1.0 / MIN_SMILE_S else "lower_bound"
    rated = seconds >= _MIN_RATE_SECONDS
    per_minute = Metric(
        begun / seconds * 60.0 if rated else None, "per_min", begun, coverage, counted if rated else "too_little_face"
    )
    return {
        "smile_count": Metric(float(begun), "count", begun, coverage, counted),
        "smiles_per_min": per_minute,
        "smile_share": Metric(min(1.0, time_s / seconds), "share", begun, coverage),
        "frown_count": Metric(float(frowned), "count", frowned, coverage, "low_reliability"),
    }


def _share_metrics(three: Floats, coverage: float) -> dict[str, Metric]:
    """Shares of the clear moments in which each of the three leads; void where most moments are unclear."""
    doubtful = unclear(three)
    share = float(doubtful.mean())
    clear = three[~doubtful]
    quality = "ok" if share <= 0.5 else "unclear"
    leading = clear.argmax(axis=1)
    shares = {
        f"{name}_share": Metric(
            float((leading == column).mean()) if quality == "ok" else None,
            "share",
            len(clear),
            coverage * (1.0 - share),
            quality,
        )
        for column, name in enumerate(("positive", "neutral", "negative"))
    }
    return {**shares, "unclear_share": Metric(share, "share", len(three), coverage)}


def _begun_in(events: list[Event], spans: Sequence[Span]) -> int:
    return sum(any(span.start <= event.start < span.end for span in spans) for event in events)
