"""The same figures as `interviews` on recordings of ten minutes and more; by name only, as they take minutes."""

from __future__ import annotations

from tests.accuracy.analyses import Analyses
from tests.accuracy.corpus import Corpus
from tests.accuracy.expression import interview_figures
from tests.accuracy.figures import Section
from tests.accuracy.interviews import fill

TEXT = (
    "The acoustic rule that finds short hums was set by looking at the 30-minute Chinese recording of the development "
    "media: its filler figures are not independent."
)


def measure(corpus: Corpus, analyses: Analyses) -> Section:
    """Every long interview."""
    section = Section("long", "Long interviews", TEXT)
    fill(section, corpus.long, analyses, pool="long", without_terms=False)
    section.figures += interview_figures("long", [analyses.of(each) for each in corpus.long])
    return section
