"""The machine's score of a dimension: points per answer and metric, their weighted mean, and an interval over answers.

score = Σ share × points / Σ share over every (answer, metric) pair that can be measured. A metric that the analysis
withholds (too little speech, noise …) is left out of both sums; it never counts as 0.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.document import Analysis, Event, Metric
from app.domain.scores import Evidence, MachineScore
from app.domain.template import Band, Dimension, MetricSupport, Template
from app.scoring.bands import band_of, holds, supports_for
from app.scoring.interval import bootstrap_interval
from app.scoring.metrics import modality_of

MIN_ANSWERS = 2
"""Fewer answers with evidence than this say nothing about how the person answers: no machine score."""

DEFAULT_SCORED = ("speech",)
"""Face and visible expression count only where a jurisdiction's profile says so."""

TOO_LITTLE = "too_little_evidence"
NOT_SCORED = "not_machine_scored"
USABLE = ("ok",)
"""A lower bound is shown, but it has no place in a band: "at least 0 fillers" is no merit."""

MARKERS = ("cause_marker", "contrast_marker", "order_marker", "addition_marker", "condition_marker", "example_marker")
EVENTS_OF_METRIC: Mapping[str, tuple[str, ...]] = {
    "pause_rate": ("pause",),
    "pause_mean": ("pause",),
    "pause_median": ("pause",),
    "pause_max": ("pause",),
    "pause_share": ("pause",),
    "filler_density": ("filler",),
    "filler_rate": ("filler",),
    "repetition_density": ("repetition",),
    "restart_density": ("restart",),
    "quantified_results": ("quantified_result",),
    "star_coverage": ("structure",),
    "connective_density": MARKERS,
    **{f"{kind}s": (kind,) for kind in MARKERS},
}
"""Which kinds of events show a metric's moments."""

MAX_MOMENTS = 4


@dataclass(frozen=True, slots=True)
class _Item:
    answer: int
    support: MetricSupport
    metric: Metric
    band: Band


def machine_scores(
    template: Template, analysis: Analysis, scored: Collection[str] = DEFAULT_SCORED
) -> dict[str, MachineScore]:
    """The machine's score of every dimension, by its id. Compute once per analysis: the window keeps it."""
    return {d.id: machine_score(d, analysis, scored) for d in template.dimensions}


def machine_score(dimension: Dimension, analysis: Analysis, scored: Collection[str] = DEFAULT_SCORED) -> MachineScore:
    """The machine's score 0-10 with evidence and 95 % interval, or None and why.

    `scored`: the modalities that the jurisdiction's profile lets count, where a template asks for them.
    """
    supports = [s for s in supports_for(dimension, analysis.transcript.language) if modality_of(s.metric) in scored]
    if not supports:
        return MachineScore(None, None, None, (), NOT_SCORED)
    items = [item for index in range(len(analysis.exchanges)) for item in _items(index, supports, analysis)]
    if len({item.answer for item in items}) < MIN_ANSWERS:
        return MachineScore(None, None, None, (), TOO_LITTLE)
    evidence = _evidence(items, analysis)
    score = recompute(evidence)
    low, high = bootstrap_interval([(e.answer, e.weight, e.points) for e in evidence], score)
    return MachineScore(round(score, 6), low, high, evidence)


def _items(index: int, supports: Iterable[MetricSupport], analysis: Analysis) -> list[_Item]:
    if index >= len(analysis.metrics.answers):
        return []
    metrics = analysis.metrics.answers[index]
    found = []
    for support in supports:
        metric = metrics.get(support.metric)
        if metric is None or metric.value is None or metric.quality not in USABLE or metric.n < support.min_n:
            continue
        band = band_of(metric.value, support.bands)
        if band is not None:
            found.append(_Item(index, support, metric, band))
    return found


def _evidence(items: Sequence[_Item], analysis: Analysis) -> tuple[Evidence, ...]:
    total = sum(item.support.share for item in items)
    return tuple(_one(item, total, analysis) for item in items)


def _one(item: _Item, total: float, analysis: Analysis) -> Evidence:
    answer = analysis.exchanges[item.answer].answer
    kinds = EVENTS_OF_METRIC.get(item.support.metric, ())
    assert item.metric.value is not None
    return Evidence(
        metric=item.support.metric,
        answer=item.answer,
        value=item.metric.value,
        unit=item.metric.unit,
        points=item.band.score,
        weight=item.support.share / total,
        start=answer.start,
        end=answer.end,
        band_source=item.support.source,
        band=item.band,
        moments=_moments(analysis.events, kinds, answer.start, answer.end),
    )


def _moments(events: Iterable[Event], kinds: Collection[str], start: float, end: float) -> tuple[float, ...]:
    """Up to four times of events of these kinds in [start, end]: the longest first chosen, told in time order."""
    inside = [e for e in events if e.kind in kinds and start <= e.start <= end]
    inside.sort(key=lambda e: e.start - e.end)
    return tuple(sorted(e.start for e in inside[:MAX_MOMENTS]))


def recompute(evidence: Iterable[Evidence]) -> float:
    """The score from the listed evidence and its bands alone: Σ weight × points / Σ weight.

    The points are read from each item's band, and ValueError is raised for a value that its band does not hold: an
    edited evidence list cannot pass as the score's basis.
    """
    items = tuple(evidence)
    for item in items:
        if not holds(item.band, item.value):
            raise ValueError(f"{item.metric}: {item.value} is outside its band")
    total = sum(item.weight for item in items)
    if not total:
        raise ValueError("no evidence")
    return sum(item.weight * item.band.score for item in items) / total
