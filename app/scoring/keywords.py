"""Which of the position's keywords the candidate said."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.document import Analysis, Event, Role

LOOKED_FOR = "keyword_rate"
"""The metric that an analysis has only where it was given terms to look for."""

HEARD_AS = "←"
"""A term event reads "负载均衡 ← 复载均衡" where the recogniser wrote something else."""


def keywords_heard(keywords: Iterable[str], analysis: Analysis) -> dict[str, tuple[float, ...]]:
    """For each keyword the times (s) at which the candidate said it; empty where it was not heard."""
    times: dict[str, list[float]] = {word: [] for word in keywords}
    folded = {_fold(word): word for word in times}
    for event in analysis.events:
        word = folded.get(_fold(event.text.split(HEARD_AS)[0])) if event.kind == "term" else None
        if word is not None and _by_candidate(event, analysis):
            times[word].append(event.start)
    return {word: tuple(found) for word, found in times.items()}


def keyword_rate(keywords: Iterable[str], analysis: Analysis | None) -> float | None:
    """Share 0..1 of the keywords that were heard; None without keywords, or where the analysis looked for none."""
    words = tuple(keywords)
    if not words or analysis is None or LOOKED_FOR not in analysis.metrics.overall:
        return None
    heard = keywords_heard(words, analysis)
    return sum(1 for word in words if heard[word]) / len(words)


def _fold(word: str) -> str:
    return "".join(word.casefold().split())


def _by_candidate(event: Event, analysis: Analysis) -> bool:
    """Whether the candidate speaks at the event's middle; an unknown speaker counts, since nobody else is known."""
    middle = (event.start + event.end) / 2
    speakers = [turn.speaker for turn in analysis.speakers.turns if turn.start <= middle <= turn.end]
    roles = [analysis.speakers.roles.get(speaker) for speaker in speakers]
    return not roles or Role.CANDIDATE in roles
