"""The veil: the machine's score of a dimension stays hidden until the interviewer has rated it or looked on purpose.

Who sees the machine first copies it (University of Washington 2025, N = 528: up to 90 % agreement with a severely
biased machine); so people rate first.
"""

from __future__ import annotations

from dataclasses import replace

from app.domain.scores import DimensionScore, MachineScore, Scorecard
from app.domain.types import Assessment
from app.scoring.machine import NOT_SCORED

VEILED = "veiled"
_HIDDEN = MachineScore(None, None, None, (), VEILED)


def is_veiled(assessment: Assessment, dimension_id: str) -> bool:
    """Whether the machine's score of a dimension is to be hidden from this assessor."""
    rating = assessment.ratings.get(dimension_id)
    return rating is None or (rating.score is None and not rating.unveiled)


def veiled(card: Scorecard, assessment: Assessment) -> Scorecard:
    """The card without what may not be seen yet. That a dimension is not machine scored at all is no secret."""
    rows = tuple(_hidden(row) if is_veiled(assessment, row.dimension_id) else row for row in card.dimensions)
    return replace(card, dimensions=rows)


def _hidden(row: DimensionScore) -> DimensionScore:
    if row.machine.why == NOT_SCORED:
        return row
    return replace(row, machine=_HIDDEN, combined=row.mine, low=None, high=None, preview=False)
