"""From a metric's value to points: the band table."""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.domain.template import Band, Dimension, MetricSupport


def band_of(value: float, bands: Sequence[Band]) -> Band | None:
    """The band [low, high) that holds `value`; None for a value that is not finite."""
    if not math.isfinite(value):
        return None
    return next((band for band in bands if holds(band, value)), None)


def holds(band: Band, value: float) -> bool:
    """Whether low ≤ value < high, an absent end being open."""
    return (band.low is None or value >= band.low) and (band.high is None or value < band.high)


def supports_for(dimension: Dimension, language: str) -> tuple[MetricSupport, ...]:
    """The supports of a dimension that apply to answers in `language` ("zh" or "en")."""
    return tuple(s for s in dimension.supports if s.language in ("", language[:2]))
