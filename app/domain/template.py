"""A scoring template: dimensions with weight, anchors and the metrics that may support them, and their bands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Localized:
    """A text in both languages."""

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """The text in `language` ("zh…" gives Chinese, everything else English)."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Band:
    """Values in [low, high) of a metric earn `score` (0-10). None = open end."""

    low: float | None
    high: float | None
    score: float


@dataclass(frozen=True, slots=True)
class MetricSupport:
    """A metric that supports a dimension: its share among the supports, bands per language, and the bands' source.

    `language` "" = any, else "zh" or "en". `source` is a citation, or "company setting, no norm".
    """

    metric: str
    share: float
    bands: tuple[Band, ...]
    source: str
    language: str = ""
    min_n: int = 1


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing to assess. `weight` is relative; `anchors` are BARS texts by score.

    `observations` are metrics shown beside it, unscored.
    """

    id: str
    title: Localized
    description: Localized
    weight: float
    required: bool
    anchors: tuple[tuple[int, Localized], ...]
    supports: tuple[MetricSupport, ...] = ()
    observations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A versioned template. `machine_share` ≤ 0.4; `min_coverage` 0..1 below which there is no composite."""

    id: str
    version: int
    title: Localized
    dimensions: tuple[Dimension, ...]
    machine_share: float = 0.3
    min_coverage: float = 0.7

    @property
    def supports(self) -> tuple[MetricSupport, ...]:
        """The supports of all dimensions."""
        return tuple(support for dimension in self.dimensions for support in dimension.supports)
