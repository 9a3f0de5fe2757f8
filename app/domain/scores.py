"""What scoring gives: machine scores with evidence and interval, and the composite."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.template import Band


@dataclass(frozen=True, slots=True)
class Evidence:
    """One item behind a machine score: metric `value` of answer `answer` (0-based) earned the `points` of `band`.

    `start`/`end` (s) is the answer's span, to seek to; `moments` are times inside it at which the thing measured was
    heard (a pause, a filler, a result), where there are such. `weight` is the item's share in the dimension's mean;
    the weights of a dimension's evidence add up to 1.
    """

    metric: str
    answer: int
    value: float
    unit: str
    points: float
    weight: float
    start: float
    end: float
    band_source: str
    band: Band
    moments: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class MachineScore:
    """A machine score 0-10 with its 95 % interval, or None with `why`: "too_little_evidence", "not_machine_scored", or
    "to_come" while the analysis runs."""

    score: float | None
    low: float | None
    high: float | None
    evidence: tuple[Evidence, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """Machine, mine and combined of one dimension, never merged silently; weights in %.

    `low`/`high` are the combined score's interval; `preview` = nobody rated yet, combined is the machine's alone.
    """

    dimension_id: str
    weight: float
    template_weight: float
    machine: MachineScore
    mine: float | None
    combined: float | None
    low: float | None
    high: float | None
    preview: bool


@dataclass(frozen=True, slots=True)
class Composite:
    """Σ weight × combined / Σ weight present, with interval; `coverage` = Σ weight present / Σ weight (0..1)."""

    value: float | None
    low: float | None
    high: float | None
    coverage: float


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All of it for one assessment."""

    dimensions: tuple[DimensionScore, ...]
    composite: Composite
    keyword_rate: float | None
