"""A transcript that was imported, laid over the recording: words get times, from cues and voice activity or from what a
recogniser heard.

How sure a word is nobody knows, so it has no probability. The text is left as it was written.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.document import Span, Word
from analysis.failures import TranscriptForeign
from analysis.language.script import has_han, leading_language, spoken_words, syllables
from analysis.observations import Fit, HeardSegment, TextObservation
from analysis.reading import Cue, Reading
from analysis.speech.aligning import Known, aligned
from analysis.speech.writing import trimmed

Times = NDArray[np.float64]
_SLACK_S = 0.05
"""Voice activity may begin so much late, as for recognised words."""
_FASTEST = 12.0
"""Syllables a second that nobody says: voice activity has missed something there."""
_LEAST_INSIDE = 0.5
_BESIDE_S = 1.0
"""A recogniser's word may lie so far outside what it says it is part of."""
_LEAST_ALIGNED = 0.55
"""Below it the text is of another recording: of the corpus' interviews, those with the same questions agree by up to
0.50, unrelated ones by less than 0.02; with a fifth of the characters misheard 0.75 agree, with a third 0.60."""


def placed(found: Reading, speech: Sequence[Span], duration: float, name: str) -> TextObservation:
    """The cues with their words spread over the voice activity within each.

    `speech` are the spans of `observe_sound`, `duration` the recording's, both in s. Raises TranscriptForeign where
    most cues lie beyond the recording's end.
    """
    inside = [cue for cue in found.cues if cue.start is not None and cue.end is not None and cue.start < duration]
    share = len(inside) / len(found.cues)
    if share < _LEAST_INSIDE:
        raise TranscriptForeign(name=name, share=percent(share))
    language = leading_language([cue.text for cue in inside])
    segments = [_segment(cue, _spread(cue, speech, duration), language) for cue in inside]
    left_out = found.skipped + len(found.cues) - len(inside)
    whole = sorted((each for each in segments if each), key=lambda segment: segment.start)
    return TextObservation(language, tuple(whole), 0, fit=Fit(len(found.cues), left_out))


def recognised(found: Reading, speech: Sequence[Span], duration: float, name: str) -> TextObservation:
    """The cues of an outside recogniser. Words have its own times and probabilities where it gave any; those of a cue
    without are spread as in `placed`.

    Raises TranscriptForeign where most cues lie beyond the recording's end.
    """
    spread = placed(replace(found, cues=tuple(replace(cue, words=()) for cue in found.cues)), speech, duration, name)
    if not any(cue.words for cue in found.cues):
        return spread
    inside = [cue for cue in found.cues if cue.start is not None and cue.start < duration]
    language = leading_language([cue.text for cue in inside])
    timed = [_recognised(cue, speech, duration) for cue in inside]
    segments = [_segment(cue, words, language) for cue, (words, _) in zip(inside, timed, strict=True)]
    letters = [sum(map(str.isalnum, cue.text)) for cue in inside]
    share = sum(share * count for (_, share), count in zip(timed, letters, strict=True)) / max(1, sum(letters))
    whole = sorted((each for each in segments if each), key=lambda segment: segment.start)
    return TextObservation(language, tuple(whole), 0, fit=replace(spread.fit or Fit(0), aligned=round(share, 4)))


def _recognised(cue: Cue, speech: Sequence[Span], duration: float) -> tuple[list[Word], float]:
    """The words of a cue as its text writes them, with the times and probabilities of the recogniser's own words, and
    the share 0..1 of the text that was found in those."""
    listed = spoken_words(cue.text)
    first, last = (cue.start or 0.0) - _BESIDE_S, min(duration, (cue.end or 0.0) + _BESIDE_S)
    near = [word for word in cue.words if word.start >= first and word.end <= last]
    known = [Known(word.text, word.start, word.end) for word in near]
    times, share = aligned(listed, known, duration) if known else ([], 0.0)
    if not share:
        return _spread(cue, speech, duration), 0.0
    sure = [_probability(near, start, end) for start, end in times]
    words = [Word(start, end, text, chance) for text, (start, end), chance in zip(listed, times, sure, strict=True)]
    return trimmed(words, speech), share


def _probability(words: Sequence[Word], start: float, end: float) -> float | None:
    """The least probability of the recogniser's words that lie in a stretch; None where it does not tell."""
    inside = [word.probability for word in words if word.end > start + 1e-6 and word.start < end - 1e-6]
    told = [chance for chance in inside if chance is not None]
    return min(told) if told and len(told) == len(inside) else None


def matched(
    found: Reading, heard: TextObservation, speech: Sequence[Span], duration: float, name: str
) -> TextObservation:
    """The cues of a text without times, with times from the words that a recogniser heard.

    What it did not hear lies between what it did. Raises TranscriptForeign where hardly anything was heard.
    """
    words = [spoken_words(cue.text) for cue in found.cues]
    listed = [word for each in words for word in each]
    known = [Known(w.text, w.start, w.end) for w in sorted(_words(heard), key=lambda word: word.start)]
    times, share = aligned(listed, known, duration)
    if share < _LEAST_ALIGNED:
        raise TranscriptForeign(name=name, share=percent(share))
    language = leading_language([cue.text for cue in found.cues])
    timed = [Word(start, end, word, None) for word, (start, end) in zip(listed, times, strict=True)]
    timed, segments, place = trimmed(timed, speech), [], 0
    for cue, own in zip(found.cues, words, strict=True):
        segments.append(_segment(cue, timed[place : place + len(own)], language))
        place += len(own)
    whole = tuple(each for each in segments if each)
    fit = Fit(len(found.cues), found.skipped, round(share, 4))
    return TextObservation(language, whole, heard.suppressed, heard.hums, fit)


def percent(share: float) -> str:
    """A share 0..1 as text."""
    return f"{share * 100:.0f} %"


def _words(heard: TextObservation) -> list[Word]:
    return [word for segment in heard.segments for word in segment.words]


def _segment(cue: Cue, words: Sequence[Word], language: str) -> HeardSegment | None:
    if not words:
        return None
    spoken = "zh" if has_han(cue.text) else "en" if language == "en" or len(cue.text.split()) >= 3 else language
    return HeardSegment(words[0].start, words[-1].end, spoken, cue.text, tuple(words), speaker=cue.speaker)


def _spread(cue: Cue, speech: Sequence[Span], duration: float) -> list[Word]:
    """The words of a cue, each with its share, by syllables, of the voice activity inside."""
    words = spoken_words(cue.text)
    start, end = cue.start or 0.0, min(cue.end or 0.0, duration)
    weights = np.asarray([syllables(word) for word in words], dtype=np.float64)
    if not words or not any(character.isalnum() for character in cue.text):
        return []
    spans = _within(speech, start, max(end, start + 0.01))
    if weights.sum() > _FASTEST * sum(span.end - span.start for span in spans):
        spans = [Span(start, max(end, start + 0.01))]
    spoken = np.cumsum([0.0, *(span.end - span.start for span in spans)])
    marks = np.cumsum([0.0, *weights]) / max(weights.sum(), 1.0) * spoken[-1]
    spoken, marks = spoken.round(9), marks.round(9)
    begins, ends = _clock(marks[:-1], spans, spoken, "right"), _clock(marks[1:], spans, spoken, "left")
    spread = [Word(float(b), float(e), word, None) for b, e, word in zip(begins, ends, words, strict=True)]
    return trimmed(spread, spans)


def _within(speech: Sequence[Span], start: float, end: float) -> list[Span]:
    """The voice activity between two times."""
    found: list[Span] = []
    for span in speech[bisect_left([span.end for span in speech], start - _SLACK_S) :]:
        if span.start - _SLACK_S >= end:
            break
        part = Span(max(span.start - _SLACK_S, start), min(span.end + _SLACK_S, end))
        if found and part.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, part.end))
        elif part.end > part.start:
            found.append(part)
    return found


def _clock(marks: Times, spans: Sequence[Span], spoken: Times, side: Literal["left", "right"]) -> Times:
    """Seconds of speech since the first span, as times; on a border, of the span before (left) or after (right)."""
    places = np.clip(np.searchsorted(spoken, marks, side=side) - 1, 0, len(spans) - 1)
    starts = np.asarray([span.start for span in spans])
    times: Times = starts[places] + marks - spoken[places]
    return times
