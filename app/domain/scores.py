"""What scoring gives: machine scores with evidence and interval, and the composite."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """One item behind a machine score: metric `value` of answer `answer` (0-based; None = overall) earned `points`.

    `start`/`end` (s) is the moment to seek to; `weight` the item's share in the dimension's mean.
    """

    metric: str
    answer: int | None
    value: float
    unit: str
    points: float
    weight: float
    start: float
    end: float
    band_source: str


@dataclass(frozen=True, slots=True)
class MachineScore:
    """A machine score 0-10 with its 95 % interval, or None with `why` ("too_little_evidence", "not_machine_scored")."""

    score: float | None
    low: float | None
    high: float | None
    evidence: tuple[Evidence, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """Machine, mine and combined of one dimension, never merged silently. `preview` = combined is the machine's only."""

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
