"""What the metrics of one answer, or of the whole interview, rest on; and how a number is withheld with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.derive.conversation import Conversation
from analysis.derive.events import SpokenEvents
from analysis.derive.floor import is_pause
from analysis.derive.spans import clipped, gaps, total
from analysis.document import Event, Metric, Span, Word
from analysis.language.script import join_words

MIN_SPEECH_S = 3.0
MIN_UNITS = 8
TOO_LITTLE, LOW_SNR, NO_TEXT, UNSURE_TEXT, IMPORTED = (
    "too_little_speech",
    "low_snr",
    "no_text",
    "low_confidence",
    "imported",
)
NO_PAUSES, NO_GAP, ONE_SPEAKER = "no_pauses", "no_gap", "one_speaker"
LOWER_BOUND = "lower_bound"


@dataclass(frozen=True)
class Basis:
    """What one answer, or the whole interview, rests on: the candidate's floor, speech, words and events.

    `silences` are all gaps in the speech on the floor, `pauses` those long enough to count; `unwritten` are the fillers
    that are no part of the text.
    """

    span: Span
    floor_s: float
    speech: tuple[Span, ...]
    silences: tuple[Span, ...]
    pauses: tuple[Span, ...]
    words: tuple[Word, ...]
    text: str
    language: str
    events: tuple[Event, ...]
    unwritten: frozenset[Event]

    @property
    def speech_s(self) -> float:
        """Seconds of voice activity."""
        return total(self.speech)

    @property
    def imported(self) -> bool:
        """Whether the words come from a transcript that somebody wrote: how sure they are nobody knows, and what was
        said twice or begun anew may have been left out."""
        return any(word.probability is None for word in self.words)

    def of(self, kind: str) -> tuple[Event, ...]:
        """The events of one kind."""
        return tuple(event for event in self.events if event.kind == kind)


def basis(talk: Conversation, spoken: SpokenEvents, span: Span) -> Basis:
    """The candidate's part of a span."""
    floors = clipped(talk.candidate_spans, span.start, span.end)
    speech = clipped(talk.candidate_speech, span.start, span.end)
    silences = tuple(gap for floor in floors for gap in gaps(clipped(speech, floor.start, floor.end)))
    words = tuple(talk.said.words(span, talk.candidate)) if talk.candidate else ()
    return Basis(
        span=span,
        floor_s=total(floors),
        speech=speech,
        silences=silences,
        pauses=tuple(gap for gap in silences if is_pause(gap)),
        words=words,
        text=join_words([word.text for word in words]),
        language=talk.language,
        events=spoken.within(span),
        unwritten=spoken.unwritten,
    )


def metric(value: float | None, unit: str, n: int, coverage: float, quality: str) -> Metric:
    """A metric; its value is withheld unless the quality allows it."""
    shown = value if quality in ("ok", LOWER_BOUND) else None
    return Metric(None if shown is None else round(shown, 4), unit, int(n), round(min(1.0, coverage), 4), quality)


def share_of(part: float, whole: float) -> float:
    """part / whole, 0..1; 0 of nothing."""
    return min(1.0, part / whole) if whole else 0.0
