"""Whole analyses of the labelled interviews: words, speakers, roles, pauses, fillers, terms, questions, rates."""

from __future__ import annotations

from collections.abc import Sequence

from tests.accuracy.analyses import Analyses
from tests.accuracy.corpus import Corpus, Interview
from tests.accuracy.figures import Section, Subject, Table
from tests.accuracy.findings import Findings, figures, findings

TEXT = (
    "The product's own analysis in its child process, with the position's terms and with the interviewer's "
    "questions as the kit. Pooled figures leave out a recording with the same words as another one (the same "
    "interview with noise)."
)


def measure(corpus: Corpus, analyses: Analyses) -> Section:
    """Every interview below ten minutes, and in all by language."""
    section = Section("interviews", "Whole interviews", TEXT)
    fill(section, corpus.interviews, analyses, pool="interviews", without_terms=True)
    return section


def fill(
    section: Section, interviews: Sequence[Interview], analyses: Analyses, *, pool: str, without_terms: bool
) -> None:
    """Put the figures of these interviews, and pooled ones under `pool`_zh and `pool`_en, into the section."""
    if not interviews:
        section.skipped.append("there is no interview with a truth file")
    pooled: dict[str, list[tuple[Interview, Findings]]] = {}
    for interview in interviews:
        plain = analyses.text_without_terms(interview) if without_terms else None
        found = findings(analyses.of(interview), plain)
        section.figures += figures(Subject(interview.name, interview.media_kind), [found])
        if interview.copy_of is None:
            pooled.setdefault(interview.language, []).append((interview, found))
    for language, parts in sorted(pooled.items()):
        if [interview.name for interview, _ in parts] != [f"{pool}_{language}"]:
            kinds = " and ".join(sorted({interview.media_kind for interview, _ in parts}))
            section.figures += figures(Subject(f"{pool}_{language}", kinds), [found for _, found in parts])
    section.tables.append(_rates([part for parts in pooled.values() for part in parts]))
    _say_what_is_missing(section)


def _rates(parts: Sequence[tuple[Interview, Findings]]) -> Table:
    """The speech rate of every answer."""
    rows = [
        (interview.name, rate.question, f"{rate.true:.0f}", f"{rate.shown:.0f}", f"{100 * rate.deviation:+.1f} %")
        for interview, found in parts
        for rate in found.rates
    ]
    columns = ("interview", "answer", "true, a minute", "shown", "deviation")
    return Table("Speech rate of each answer", columns, tuple(rows))


def _say_what_is_missing(section: Section) -> None:
    stems = {figure.stem for figure in section.figures}
    if stems and not {"offtopic_precision", "offtopic_recall"} & stems:
        section.skipped.append("off-topic hints: no answer has one")
    if stems and "suggestion_precision" not in stems:
        section.skipped.append("suggested corrections: none was suggested")
