"""Measures in words: a value with its unit, or why there is none."""

from __future__ import annotations

from analysis.document import Metric
from app import text
from app.scoring.metrics import metric_title, value_text
from app.text import has, tr

LOWER_BOUND = "lower_bound"


def measured(metric: Metric) -> str:
    """A metric's value with its unit, "≥" before what is at least so much; or that there is none."""
    if metric.value is None:
        return tr("review.not_measured")
    value = value_text(metric.value, metric.unit, text.language())
    return f"≥ {value}" if metric.quality == LOWER_BOUND else value


def told(metric: Metric) -> str:
    """The same with the reason why it was not measured."""
    if metric.value is None:
        return tr("review.not_measured_why", why=quality_text(metric.quality))
    return measured(metric)


def metric_text(name: str, metric: Metric) -> str:
    """Name, value and unit."""
    return f"{metric_title(name, text.language())} {measured(metric)}"


def quality_text(code: str) -> str:
    """Why a metric is as good as it is."""
    return tr(f"review.quality_{code}") if has(f"review.quality_{code}") else code
