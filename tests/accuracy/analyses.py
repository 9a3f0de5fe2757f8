"""Whole analyses of the interviews by the product's own child process, once per recording for all measurements."""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analysis.derive import Derived
from analysis.document import Analysis
from analysis.export import read
from analysis.observations import SpeakerObservation
from analysis.protocol import AnalyseJob
from analysis.request import KitQuestion, Term
from analysis.shelf import Shelf
from app.jobs import run_child
from app.jobs.analysis import Choices, places, request_for
from tests.accuracy.corpus import Interview


@dataclass(frozen=True)
class Analysed:
    """An interview with what the product makes of it; `suggested` = its suggestion of how many speak."""

    interview: Interview
    derived: Derived
    suggested: int

    @property
    def analysis(self) -> Analysis:
        """The document."""
        return self.derived.analysis


class Analyses:
    """Analyses kept in a folder for as long as the report runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[Path, Analysed] = {}
        self._plain: dict[Path, str] = {}

    def of(self, interview: Interview) -> Analysed:
        """Everything on, as a person starts it: language found by itself, two speakers, the position's terms, and the
        interviewer's questions as the kit."""
        if interview.media not in self._found:
            say(f"analysing {interview.name}, {interview.truth['duration_s']:.0f} s")
            terms = tuple(Term(word) for word in interview.truth.get("keywords", []))
            kit = tuple(KitQuestion(text, text) for text in dict.fromkeys(interview.questions.values()))
            derived = self._analyse(interview, Choices(terms=terms, questions=kit))
            speakers = Shelf(self._observed(interview)).latest("speakers", SpeakerObservation)
            self._found[interview.media] = Analysed(interview, derived, speakers.suggested if speakers else 0)
        return self._found[interview.media]

    def text_without_terms(self, interview: Interview) -> str:
        """What is written down where the position has no terms; only the transcriber runs again."""
        if interview.media not in self._plain:
            self.of(interview)
            say(f"transcribing {interview.name} without terms")
            derived = self._analyse(interview, Choices(modalities=("speech",), terms=()))
            self._plain[interview.media] = written(derived.analysis)
        return self._plain[interview.media]

    def _observed(self, interview: Interview) -> Path:
        return self._folder / f"{interview.folder}-{interview.name}"

    def _analyse(self, interview: Interview, choices: Choices) -> Derived:
        out = Path(tempfile.mkdtemp(dir=self._folder)) / "out"
        media = interview.media
        request = request_for(media, media.name, out, self._observed(interview), choices, self._folder)
        run_child(AnalyseJob(request, places(self._folder)), lambda _: None, threading.Event())
        return read(out)


@contextmanager
def analyses() -> Iterator[Analyses]:
    """Analyses that are thrown away at the end."""
    with tempfile.TemporaryDirectory(prefix="mianjian-accuracy-") as folder:
        yield Analyses(Path(folder))


def written(analysis: Analysis) -> str:
    """The whole transcript."""
    return " ".join(segment.text for segment in analysis.transcript.segments)


def say(text: str) -> None:
    """A line on how far it is, beside the report."""
    print(text, file=sys.stderr, flush=True)
