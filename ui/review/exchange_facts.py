"""What an analysis says of one exchange, in words: observations and hints for a person, never a score."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.document import Analysis, Exchange, Learning, Metric, Relevance
from app import text
from app.domain.template import MetricSupport
from app.scoring.help import metric_help
from app.scoring.metrics import metric_title
from app.text import percent, tr
from ui.review.measured import quality_text, told

KEY_METRICS = (
    "speech_rate", "pause_share", "filler_density", "quantified_results", "star_coverage", "keyword_rate",
)  # fmt: skip
"""What is told of one answer; everything else stands in the tables."""
FACE = "face_coverage"


def exchange_number(index: int) -> str:
    """Q1 for the first one."""
    return tr("review.exchange_number", number=index + 1)


def matched_text(exchange: Exchange) -> str:
    """The kit's question that was asked, or that it is none of them."""
    return exchange.matched_question.text if exchange.matched_question else tr("review.no_kit_question")


def timing_text(exchange: Exchange) -> str:
    """When the answer begins and how long it is."""
    length = f"{exchange.answer.end - exchange.answer.start:.0f}"
    if exchange.latency_s is None:
        return tr("review.answer_overlaps", length=length)
    return tr("review.answer_timing", latency=f"{exchange.latency_s:.1f}", length=length)


def face_text(index: int, metrics: dict[str, Metric]) -> str:
    """How much of the answer the face was seen in; "" where the picture was not looked at."""
    seen = metrics.get(FACE)
    if seen is None:
        return ""
    if seen.value is None:
        return tr("review.not_measured_why", why=quality_text(seen.quality))
    return tr("review.face_seen_in", share=percent(seen.value), number=index + 1)


def relevance_text(relevance: Relevance) -> str:
    """A hint, marked as one: how near the answer's meaning is to its own question among all of them."""
    key = "review.off_topic" if relevance.off_topic else "review.on_topic"
    return tr(key, rank=relevance.rank, of=relevance.of)


def learning_text(learning: Learning, language: str) -> str:
    """What the follow-up added and how far the answer went into it; `language` is the transcript's."""
    comma = tr("review.comma")
    told_of = tr("review.follow_up", number=learning.follows + 1, added=comma.join(learning.added))
    if not learning.taken_up:
        return f"{told_of}\n{tr('review.nothing_taken_up')}"
    unit = tr("review.characters" if language == "zh" else "review.words", count=learning.elaboration)
    if learning.latency_s is None:
        return f"{told_of}\n{tr('review.taken_up_length', length=unit)}"
    return f"{told_of}\n{tr('review.taken_up', latency=f'{learning.latency_s:.1f}', length=unit)}"


def answer_metrics(analysis: Analysis, index: int) -> dict[str, Metric]:
    """The metrics of an exchange's answer; empty where there are none."""
    answers = analysis.metrics.answers
    return answers[index] if index < len(answers) else {}


def key_metrics(metrics: dict[str, Metric], supports: Sequence[MetricSupport] = ()) -> list[tuple[str, str, str]]:
    """Name, value and help (meaning, band of the template's `supports`, limits) of what is told of an answer; what
    could not be measured with the reason."""
    spoken = text.language()
    return [
        (metric_title(name, spoken), told(metrics[name]), metric_help(name, spoken, supports, metrics[name].unit))
        for name in KEY_METRICS
        if name in metrics
    ]


def exchange_at(analysis: Analysis, time_s: float) -> int | None:
    """The index of the exchange at a time, or of the last one before it."""
    begun = [index for index, each in enumerate(analysis.exchanges) if each.question.start <= time_s + 0.05]
    return begun[-1] if begun else (0 if analysis.exchanges else None)
