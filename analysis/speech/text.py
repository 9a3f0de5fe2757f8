"""The words of a recording, written down window by window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.document import Span, Word
from analysis.media import SoundFile
from analysis.observations import HeardSegment, TextObservation
from analysis.request import Term
from analysis.speech.invention import invented
from analysis.speech.omissions import repeats, unheard
from analysis.speech.recogniser import LANGUAGES, Heard, Recogniser, Samples
from analysis.speech.windows import Window, windows
from analysis.speech.writing import polished, segments, trimmed

Progress = Callable[[float], None]

BATCH = 3
"""Windows heard together: a fourth costs 100 MB and saves no time on two cores."""
_SURE_LANGUAGE = 0.8


def observe_text(
    sound: SoundFile,
    speech: Sequence[Span],
    language: str,
    terms: Sequence[Term],
    model_folder: str | Path,
    device: str,
    threads: int,
    progress: Progress,
) -> TextObservation:
    """Write down what is said, with word times.

    `speech` are the spans of `observe_sound`; `language` "zh", "en" or "auto" (decided for every window, so that
    mixed interviews work); `terms` of the position are hinted; `model_folder` is a faster-whisper folder; `device`
    "cpu" or "cuda"; `progress` gets the media seconds done. Raises ModelUnusable, DeviceMissing.
    """
    waiting = windows(sound, speech)
    if not waiting:
        progress(sound.duration)
        return TextObservation(language if language in LANGUAGES else "", (), 0)
    recogniser = Recogniser(model_folder, device, threads, [term.text for term in terms])
    try:
        found, suppressed = _listen(recogniser, sound, speech, waiting, language, progress)
    finally:
        recogniser.close()
    return TextObservation(_leading(found, language), tuple(found), suppressed)


def _listen(
    recogniser: Recogniser,
    sound: SoundFile,
    speech: Sequence[Span],
    waiting: Sequence[Window],
    language: str,
    progress: Progress,
) -> tuple[list[HeardSegment], int]:
    found: list[HeardSegment] = []
    suppressed = 0
    for first in range(0, len(waiting), BATCH):
        batch = waiting[first : first + BATCH]
        before = found[-1].language if found else None
        written, dropped = _hear(recogniser, sound, speech, batch, language, before)
        missed = [
            Window((span,))
            for window, segments in zip(batch, written, strict=True)
            for span in unheard([word for segment in segments for word in segment.words], window, speech)
        ]
        again, more = _hear(recogniser, sound, speech, missed, "auto", before) if missed else ([], 0)
        known = [segment for segments in written for segment in segments]
        new = [segment for segments in again if not repeats(segments, known) for segment in segments]
        found += sorted([*known, *new], key=lambda segment: segment.start)
        suppressed += dropped + more
        progress(min(batch[-1].end, sound.duration))
    progress(sound.duration)
    return found, suppressed


def _hear(
    recogniser: Recogniser,
    sound: SoundFile,
    speech: Sequence[Span],
    batch: Sequence[Window],
    language: str,
    before: str | None,
) -> tuple[list[list[HeardSegment]], int]:
    """The segments of each window of a batch, and how many stretches were dropped as invented."""
    samples = [window.samples(sound) for window in batch]
    spoken = _spoken(recogniser, samples, language, before)
    found: list[list[HeardSegment]] = [[] for _ in batch]
    suppressed = 0
    for kind in sorted(set(spoken)):
        places = [i for i, one in enumerate(spoken) if one == kind]
        answers = recogniser.hear([samples[i] for i in places], kind)
        for i, heard in zip(places, answers, strict=True):
            found[i], dropped = _written(heard, batch[i], speech, kind)
            suppressed += dropped
    return found, suppressed


def _spoken(recogniser: Recogniser, samples: Sequence[Samples], language: str, before: str | None) -> list[str]:
    """Each window's language; an unsure window follows the one before it."""
    if language in LANGUAGES:
        return [language] * len(samples)
    kinds: list[str] = []
    for kind, share in recogniser.languages(samples):
        before = kind if share >= _SURE_LANGUAGE or before is None else before
        kinds.append(before)
    return kinds


def _written(
    heard: Sequence[Heard], window: Window, speech: Sequence[Span], language: str
) -> tuple[list[HeardSegment], int]:
    """One window's segments on the recording's clock, and how many stretches were dropped as invented."""
    words: list[Word] = []
    dropped = 0
    for one in heard:
        placed = [_placed(word, window) for word in one.words]
        if invented(one, placed, speech):
            dropped += 1
        else:
            words += placed
    words = trimmed(polished(words, language), speech)
    return segments(words, language), dropped


def _placed(word: Word, window: Window) -> Word:
    span = window.span(word.start, word.end)
    return Word(span.start, span.end, word.text, word.probability)


def _leading(found: Sequence[HeardSegment], asked: str) -> str:
    if asked in LANGUAGES or not found:
        return asked if asked in LANGUAGES else ""
    spoken: Counter[str] = Counter()
    for segment in found:
        spoken[segment.language] += round(1000 * (segment.end - segment.start))
    return spoken.most_common(1)[0][0]
