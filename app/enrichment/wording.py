"""Enrichments in words, for the window and the command line alike."""

from __future__ import annotations

from app import text
from app.domain.enrichment import (
    AnswerNovelty,
    Claims,
    Enrichment,
    NoNovelty,
    OutsideExpression,
    OutsideScores,
    OutsideTerms,
)

MOST_NAMED = 4


def novelty_line(one: AnswerNovelty, least: int) -> str:
    """How much of an answer is new, against how many; or why it was not compared: it takes `least` others."""
    if one.new is None:
        return text.tr(f"enrich.why_{one.why or NoNovelty.TOO_FEW}", n=one.others, least=least)
    typical = text.percent(one.typical or 0.0)
    return text.tr("enrich.new", new=one.new, of=one.sentences, n=one.others, typical=typical)


def claims_summary(claims: Claims | OutsideTerms | OutsideScores) -> str:
    """How many claims, terms or scores were dropped and why; every quote that is shown was checked."""
    dropped = sum(claims.dropped.values())
    why = text.tr("report.list_comma").join(
        text.tr("enrich.dropped_one", why=text.tr(f"enrich.dropped_{reason}"), n=count)
        for reason, count in sorted(claims.dropped.items(), key=lambda one: -one[1])
    )
    said = text.tr("enrich.dropped", n=dropped, why=why) if dropped else text.tr("enrich.dropped_none")
    if claims.unreadable:
        said += text.tr("enrich.unreadable", n=claims.unreadable, of=claims.asked)
    if claims.cut:
        said += text.tr("enrich.cut", n=claims.cut, of=claims.asked)
    return said


def expression_lines(found: OutsideExpression) -> list[dict[str, object]]:
    """For each answer its number, when its first picture was taken, and the mean shares, the largest first."""
    lines: list[dict[str, object]] = []
    for exchange in sorted({sample.exchange for sample in found.samples}):
        own = [sample for sample in found.samples if sample.exchange == exchange]
        names = {name for sample in own for name in sample.values}
        means = {name: sum(sample.values.get(name, 0.0) for sample in own) / len(own) for name in names}
        listed = sorted(means.items(), key=lambda item: (-item[1], item[0]))[:MOST_NAMED]
        what = " · ".join(f"{name} {text.percent(share)}" for name, share in listed)
        lines.append({"number": exchange + 1, "time": text.timecode(own[0].time_s), "what": f"{what} ({len(own)})"})
    return lines


def method_line(made: Enrichment) -> str:
    """What made it, and when."""
    at = made.created.astimezone().strftime("%Y-%m-%d %H:%M")
    method = made.method
    said = text.tr(
        f"enrich.by_{method.name}", model=method.model, version=method.version, at=at, host=method.place,
        service=method.settings.get("service", ""),
    )  # fmt: skip
    quoting = method.name == "outside_service" and not isinstance(made.body, OutsideExpression)
    return said + (text.tr("enrich.quotes_checked") if quoting else "")
