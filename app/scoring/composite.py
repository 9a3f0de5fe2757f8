"""The composite: Σ weight × combined / Σ weight present, with coverage and interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from app.domain.scores import Composite, DimensionScore
from app.scoring.interval import Z95, standard_error

CORRELATION = 0.5
"""Assumed between the errors of two dimensions: the same answers and the same interviewer stand behind both. A company
setting, no norm; 0 would make the composite look more certain than it is."""


def composite(rows: Sequence[DimensionScore], min_coverage: float) -> Composite:
    """The composite over rated dimensions; a grey preview does not count. None below `min_coverage`."""
    present = [row for row in rows if row.combined is not None and not row.preview and row.weight > 0]
    total = sum(row.weight for row in rows)
    weight = sum(row.weight for row in present)
    coverage = weight / total if total else 0.0
    if not present or coverage < min_coverage - 1e-9:
        return Composite(None, None, None, coverage)
    value = sum(row.weight * (row.combined or 0.0) for row in present) / weight
    half = _half_width(present, weight)
    if half is None:
        return Composite(value, None, None, coverage)
    return Composite(value, max(0.0, value - half), min(10.0, value + half), coverage)


def _half_width(rows: Sequence[DimensionScore], weight: float) -> float | None:
    """1.96 × SE with SE² = [Σ aᵢ² + 2ρ Σᵢ<ⱼ aᵢaⱼ] / (Σ weight)², aᵢ = weightᵢ × SEᵢ; None where no row has an interval.

    A row that only the interviewer rated has no interval of its own; it is taken to be as uncertain as the least
    certain row that has one.
    """
    known = {r.dimension_id: standard_error(r.low, r.high) for r in rows if r.low is not None and r.high is not None}
    if not known:
        return None
    worst = max(known.values())
    parts = [row.weight * known.get(row.dimension_id, worst) for row in rows]
    squares = sum(part * part for part in parts)
    variance = squares + CORRELATION * (sum(parts) ** 2 - squares)
    return Z95 * math.sqrt(variance) / weight


def preview(rows: Sequence[DimensionScore], min_coverage: float) -> Composite:
    """The composite if previews counted: what a technician sees of a bare folder. Never an assessment."""
    return composite([replace(row, preview=False) for row in rows], min_coverage)
