"""What a metric means, how a template scores it and what it cannot tell: a few lines for whoever points at a number."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.template import Band, MetricSupport
from app.scoring.metrics import NEVER_SCORED, metric_about, metric_title, source_text, value_text
from app.text import tr_in


def metric_help(name: str, language: str, supports: Iterable[MetricSupport] = (), unit: str = "") -> str:
    """Lines in `language`: title and meaning, then the best band of each of the `supports` that scores the metric, or
    that nothing may. `unit` is the metric's own. "" where this build has no text for it.
    """
    about = metric_about(name, language)
    if not about:
        return ""
    lines = [tr_in(language, "assess.help_meaning", metric=metric_title(name, language), about=about)]
    for support in supports:
        if support.metric == name:
            best = max(support.bands, key=lambda band: band.score)
            lines.append(band_text(best, support.source, language, spoken=support.language, unit=unit))
    if name in NEVER_SCORED:
        lines.append(tr_in(language, "assess.help_never_scored"))
    return "\n".join(lines)


def band_text(band: Band, source: str, language: str, *, spoken: str = "", unit: str = "") -> str:
    """What a band earns and whose it is: "2 to 5 earn 10 points (company setting, no norm)".

    `spoken` is the language of interviews that it applies to, "" for all.
    """
    low, high = _limit(band.low, unit, language), _limit(band.high, unit, language)
    key = "below" if band.low is None else "from" if band.high is None else "between"
    span = tr_in(language, f"assess.help_{key}", low=low, high=high)
    where = tr_in(language, f"assess.help_in_{spoken}") if spoken else ""
    whose = source_text(source, language)
    return tr_in(language, "assess.help_band", span=span, points=f"{band.score:g}", where=where, source=whose)


def _limit(value: float | None, unit: str, language: str) -> str:
    if value is None:
        return ""
    return value_text(value, unit, language) if unit else f"{value:g}"
