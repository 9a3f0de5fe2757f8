"""The composite: Σ weight × combined / Σ weight present, with coverage and interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from app.domain.scores import Composite, DimensionScore
from app.scoring.interval import Z95, standard_error


def composite(rows: Sequence[DimensionScore], min_coverage: float) -> Composite:
    """The composite over rated dimensions; a grey preview does not count. None below `min_coverage`.

    SE² = Σ (weight × SE)² / (Σ weight)², over the dimensions that have an interval; a dimension that only the
    interviewer rated adds none. Without any interval the composite's is not available.
    """
    present = [row for row in rows if row.combined is not None and not row.preview and row.weight > 0]
    total = sum(row.weight for row in rows)
    weight = sum(row.weight for row in present)
    coverage = weight / total if total else 0.0
    if not present or coverage < min_coverage - 1e-9:
        return Composite(None, None, None, coverage)
    value = sum(row.weight * (row.combined or 0.0) for row in present) / weight
    errors = [
        row.weight * standard_error(row.low, row.high)
        for row in present
        if row.low is not None and row.high is not None
    ]
    if not errors:
        return Composite(value, None, None, coverage)
    half = Z95 * math.sqrt(sum(error * error for error in errors)) / weight
    return Composite(value, max(0.0, value - half), min(10.0, value + half), coverage)


def preview(rows: Sequence[DimensionScore], min_coverage: float) -> Composite:
    """The composite if previews counted: what a technician sees of a bare folder. Never an assessment."""
    return composite([replace(row, preview=False) for row in rows], min_coverage)
