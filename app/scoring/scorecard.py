"""The whole scorecard of one assessment. Machine scores are made once per analysis; the rest is cheap enough to be done
again at every frame while a slider moves."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.document import Analysis
from app.domain.scores import DimensionScore, MachineScore, Scorecard
from app.domain.template import Dimension, Template
from app.domain.types import Assessment
from app.scoring.composite import composite
from app.scoring.machine import NOT_SCORED, TOO_LITTLE, machine_scores
from app.scoring.weights import effective_weights, template_weights


def scorecard(
    template: Template, analysis: Analysis | None, assessment: Assessment | None, keyword_rate: float | None = None
) -> Scorecard:
    """Machine scores and card in one go, for callers that do it once."""
    machine = machine_scores(template, analysis) if analysis else {}
    return card(template, machine, assessment, keyword_rate)


def card(
    template: Template,
    machine: Mapping[str, MachineScore],
    assessment: Assessment | None,
    keyword_rate: float | None = None,
    weights: Mapping[str, float] | None = None,
) -> Scorecard:
    """The scorecard from machine scores that are already there. `weights` (%) in place of the assessment's, while a
    slider moves."""
    base = template_weights(template)
    changed = weights if weights is not None else (assessment.weights if assessment else {})
    effective = effective_weights(template, changed)
    rows = tuple(
        _row(d, effective[d.id], base[d.id], machine.get(d.id) or _absent(d), _mine(assessment, d.id), template)
        for d in template.dimensions
    )
    return Scorecard(rows, composite(rows, template.min_coverage), keyword_rate)


def _absent(dimension: Dimension) -> MachineScore:
    return MachineScore(None, None, None, (), TOO_LITTLE if dimension.supports else NOT_SCORED)


def _mine(assessment: Assessment | None, dimension_id: str) -> float | None:
    rating = assessment.ratings.get(dimension_id) if assessment else None
    return rating.score if rating else None


def _row(
    dimension: Dimension, weight: float, base: float, machine: MachineScore, mine: float | None, template: Template
) -> DimensionScore:
    if mine is None:
        combined, low, high = machine.score, machine.low, machine.high
    elif machine.score is None:
        combined, low, high = mine, None, None
    else:
        share = template.machine_share
        combined = (1 - share) * mine + share * machine.score
        low, high = _moved(machine, combined)
    grey = mine is None and combined is not None
    return DimensionScore(dimension.id, weight, base, machine, mine, combined, low, high, grey)


def _moved(machine: MachineScore, combined: float) -> tuple[float | None, float | None]:
    """The machine's interval, moved to the combined score at its full width.

    Scaling it by the machine's share would take the interviewer's rating as exact. It is not (two separate interviewers
    agree by r = .44, Huffcutt 2013): it is taken to be as uncertain as the machine's, and not independent of it.
    """
    if machine.score is None or machine.low is None or machine.high is None:
        return None, None
    below, above = machine.score - machine.low, machine.high - machine.score
    return max(0.0, combined - below), min(10.0, combined + above)
