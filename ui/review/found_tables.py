"""The tables of what the analysis found besides curves and events: questions, terms, likely mishearings."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.document import Analysis, Exchange, TermUse
from app.scoring.keywords import LOOKED_FOR
from app.text import percent, timecode, tr
from ui.review import exchange_facts as facts
from ui.review.measured import told
from ui.review.model import Recording
from ui.review.suggestions import open_suggestions
from ui.review.table import Table
from ui.review.voices import role_words, voice_name

WIDTHS = {0: 50, 1: 66, 2: 210, 3: 190, 4: 90, 5: 66, 6: 130}


def exchanges_table(analysis: Analysis) -> Table:
    """Every question with what was observed of its answer."""
    rows = [_exchange_row(number, exchange) for number, exchange in enumerate(analysis.exchanges)]
    keys = ("number", "time", "question", "kit_question", "latency", "length", "topic", "follow_up")
    times = [exchange.question.start for exchange in analysis.exchanges]
    return Table([tr(f"review.column_{key}") for key in keys], rows, times, widths=WIDTHS)


def _exchange_row(number: int, exchange: Exchange) -> list[str]:
    asked, answer = exchange.question, exchange.answer
    matched = exchange.matched_question
    return [
        facts.exchange_number(number),
        timecode(asked.start),
        asked.text,
        matched.text if matched else "–",
        "–" if exchange.latency_s is None else tr("review.seconds", seconds=f"{exchange.latency_s:.1f}"),
        tr("review.seconds", seconds=f"{answer.end - answer.start:.0f}"),
        _topic(exchange),
        _follow_up(exchange),
    ]


def _topic(exchange: Exchange) -> str:
    relevance = exchange.relevance
    if relevance is None:
        return "–"
    key = "review.off_topic_short" if relevance.off_topic else "review.on_topic_short"
    return tr(key, rank=relevance.rank, of=relevance.of)


def _follow_up(exchange: Exchange) -> str:
    learning = exchange.learning
    if learning is None:
        return "–"
    taken = len({uptake.text for uptake in learning.taken_up})
    return tr("review.follow_up_short", number=learning.follows + 1, taken=taken, added=len(learning.added))


def terms_table(analysis: Analysis, titles: Mapping[str, str]) -> Table:
    """How often each term was used, the position's own first, then by glossary and by use.

    `titles` has the glossaries' titles by id; one that nobody named stands by its id.
    """
    listed = (*analysis.terms, *_unheard(analysis))
    uses = sorted(listed, key=lambda use: (use.glossary, -(use.exact + use.fuzzy), use.term))
    rows = [
        [_glossary(use.glossary, titles), use.term, str(use.exact), str(use.fuzzy), ", ".join(_moments(use))]
        for use in uses
    ]
    keys = ("glossary", "term", "exact", "heard_as", "moments")
    return Table(
        [tr(f"review.column_{key}") for key in keys],
        rows,
        [use.times[0] if use.times else None for use in uses],
        moments=[use.times for use in uses],
        widths={0: 110, 1: 190, 2: 70, 3: 90},
    )


def _moments(use: TermUse) -> list[str]:
    """When a term was used, with what was written there where that is not the term."""
    heard = use.heard or ("",) * len(use.times)
    return [f"{timecode(time)} {words}".rstrip() for time, words in zip(use.times, heard, strict=True)]


def _unheard(analysis: Analysis) -> list[TermUse]:
    """The position's terms that were looked for and not heard; the analysis' settings have them, aliases after "|"."""
    asked = [term.split("|")[0] for term in analysis.provenance.settings.get("terms", "").split("; ")]
    known = {use.term for use in analysis.terms if not use.glossary}
    return [TermUse(term, "", 0, 0, ()) for term in dict.fromkeys(asked) if term and term not in known]


def terms_summary(analysis: Analysis) -> str:
    """How many of the position's terms the candidate used; "" where none were looked for."""
    rate = analysis.metrics.overall.get(LOOKED_FOR)
    if rate is None:
        return ""
    own = [use for use in analysis.terms if not use.glossary]
    used = sum(1 for use in own if _is_used(use))
    return tr("review.keyword_match", rate=told(rate)) + (tr("review.terms_used", count=used) if own else "")


def _is_used(use: TermUse) -> bool:
    return use.exact + use.fuzzy > 0


def _glossary(glossary: str, titles: Mapping[str, str]) -> str:
    return titles.get(glossary, glossary) if glossary else tr("review.glossary_own")


def suggestions_table(recording: Recording) -> Table:
    """The likely mishearings that nobody has settled."""
    speakers, words = recording.analysis.speakers, role_words(recording.candidate)
    waiting = [placed.suggestion for placed in open_suggestions(recording.analysis, recording.corrections)]
    rows = [
        [
            timecode(each.start),
            each.before,
            each.after,
            percent(each.similarity),
            voice_name(speakers, each.speaker, words),
        ]
        for each in waiting
    ]
    keys = ("time", "written", "sounds_like", "alike", "who")
    times = [each.start for each in waiting]
    return Table([tr(f"review.column_{key}") for key in keys], rows, times, widths={1: 190, 2: 190})
