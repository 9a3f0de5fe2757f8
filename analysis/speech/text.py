"""The words of a recording, written down window by window, and each microphone for itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from analysis.document import Span, Word
from analysis.media import SoundFile
from analysis.media.stretches import within
from analysis.observations import HeardSegment, Hum, TextObservation
from analysis.request import Term
from analysis.speech.hums import hums
from analysis.speech.invention import invented
from analysis.speech.omissions import repeats, unheard
from analysis.speech.recogniser import LANGUAGES, Heard, Recogniser, Samples
from analysis.speech.sides import OwnSound
from analysis.speech.windows import Window, windows
from analysis.speech.writing import polished, segments, trimmed

Progress = Callable[[float], None]

BATCH = 3
"""Windows heard together: a fourth costs 100 MB and saves no time on two cores."""
_SURE_LANGUAGE = 0.8
_NEIGHBOUR_S = 1.0


def observe_text(
    sound: SoundFile,
    speech: Sequence[Span],
    language: str,
    terms: Sequence[Term],
    model_folder: str | Path,
    device: str,
    threads: int,
    progress: Progress,
    sides: Sequence[Sequence[Span]] = (),
    shared: Sequence[Span] = (),
) -> TextObservation:
    """Write down what is said, with word times.

    `speech` and `sides` are the spans of `observe_sound`; where each person has a microphone, each is written down for
    itself, so that nothing is lost where both speak at once, and what they say into one in `shared` stretches together.
    `language` is "zh", "en" or "auto" (decided for every
    window, so that mixed interviews work); `terms` of the position are hinted; `model_folder` is a faster-whisper
    folder; `device` "cpu" or "cuda"; `progress` gets the media seconds done. Raises ModelUnusable, DeviceMissing.
    """
    parts = _parts_of(sound, speech, sides, shared)
    if not any(part.waiting for part in parts):
        progress(sound.duration)
        return TextObservation(language if language in LANGUAGES else "", (), 0)
    recogniser = Recogniser(model_folder, device, threads, [term.text for term in terms])
    try:
        heard = _listen(recogniser, parts, language, progress)
    finally:
        recogniser.close()
    return _together(heard, language)


@dataclass(frozen=True)
class _Part:
    """A sound with its speech in windows: the whole recording, or one side of it."""

    sound: SoundFile
    speech: Sequence[Span]
    waiting: Sequence[Window]
    side: int | None


def _parts_of(
    sound: SoundFile, speech: Sequence[Span], sides: Sequence[Sequence[Span]], shared: Sequence[Span]
) -> list[_Part]:
    if not sides:
        return [_Part(sound, speech, windows(sound, speech), None)]
    own = [OwnSound(side.samples, speech=tuple(spans)) for side, spans in zip(sound.sides, sides, strict=True)]
    parts = [_Part(one, one.speech, windows(one, one.speech), number) for number, one in enumerate(own)]
    together = within(speech, shared)
    return [*parts, _Part(sound, together, windows(sound, together), None)] if together else parts


def _listen(recogniser: Recogniser, parts: Sequence[_Part], language: str, progress: Progress) -> list[_Heard]:
    """Each part in turn; `progress` gets its share of the recording's length."""
    heard, share = [], 1 / len(parts)
    for number, part in enumerate(parts):
        before = number * part.sound.duration
        listener = _Listener(recogniser, part.sound, part.speech, language)
        found = listener.listen(part.waiting, lambda done, before=before: progress((before + done) * share))  # type: ignore[misc]
        found.segments = [replace(segment, side=part.side) for segment in found.segments]
        heard.append(found)
    return heard


def _together(heard: Sequence[_Heard], language: str) -> TextObservation:
    segments_of_all = sorted((segment for one in heard for segment in one.segments), key=lambda one: one.start)
    hums_of_all = sorted((hum for one in heard for hum in one.hums), key=lambda hum: hum.start)
    suppressed = sum(one.suppressed for one in heard)
    return TextObservation(_leading(segments_of_all, language), tuple(segments_of_all), suppressed, tuple(hums_of_all))


@dataclass
class _Heard:
    """What was heard so far: segments and hums in time order, and how many stretches were dropped as invented."""

    segments: list[HeardSegment] = field(default_factory=list)
    hums: list[Hum] = field(default_factory=list)
    suppressed: int = 0


@dataclass(frozen=True)
class _Listener:
    """Hears window after window of one recording."""

    recogniser: Recogniser
    sound: SoundFile
    speech: Sequence[Span]
    language: str

    def listen(self, waiting: Sequence[Window], progress: Progress) -> _Heard:
        """All windows, a batch at a time; what the recogniser passed over is heard once more."""
        heard = _Heard()
        for first in range(0, len(waiting), BATCH):
            batch = waiting[first : first + BATCH]
            before = heard.segments[-1].language if heard.segments else None
            kinds = self._kinds(batch, self.language, before)
            written, dropped = self._write(batch, kinds)
            again, more = self._again(batch, written, before)
            known = [segment for segments in written for segment in segments]
            new = [segment for segments in again if not repeats(segments, known) for segment in segments]
            heard.segments += sorted([*known, *new], key=lambda segment: segment.start)
            heard.hums += self._hums(batch, kinds, [word for segment in (*known, *new) for word in segment.words])
            heard.suppressed += _apart([*dropped, *more])
            progress(min(batch[-1].end, self.sound.duration))
        progress(self.sound.duration)
        return heard

    def _kinds(self, batch: Sequence[Window], language: str, before: str | None) -> list[str]:
        if language in LANGUAGES:
            return [language] * len(batch)
        return _spoken(self.recogniser, [window.samples(self.sound) for window in batch], before)

    def _write(self, batch: Sequence[Window], kinds: Sequence[str]) -> tuple[list[list[HeardSegment]], list[Span]]:
        """The segments of each window of a batch, and the stretches that were dropped as invented."""
        found: list[list[HeardSegment]] = [[] for _ in batch]
        suppressed: list[Span] = []
        for kind in sorted(set(kinds)):
            places = [i for i, one in enumerate(kinds) if one == kind]
            answers = self.recogniser.hear([batch[i].samples(self.sound) for i in places], kind)
            for i, heard in zip(places, answers, strict=True):
                found[i], dropped = _written(heard, batch[i], self.speech, kind)
                suppressed += dropped
        return found, suppressed

    def _again(
        self, batch: Sequence[Window], written: Sequence[Sequence[HeardSegment]], before: str | None
    ) -> tuple[list[list[HeardSegment]], list[Span]]:
        """A second hearing of speech that no word lies over, in whatever language it is."""
        missed = [
            Window((span,))
            for window, segments in zip(batch, written, strict=True)
            for span in unheard([word for segment in segments for word in segment.words], window, self.speech)
        ]
        return self._write(missed, self._kinds(missed, "auto", before)) if missed else ([], [])

    def _hums(self, batch: Sequence[Window], kinds: Sequence[str], words: Sequence[Word]) -> list[Hum]:
        found: list[Hum] = []
        for kind in sorted(set(kinds)):
            windows_of_kind = [window for window, one in zip(batch, kinds, strict=True) if one == kind]
            found += hums(self.recogniser, self.sound, windows_of_kind, self.speech, words, kind)
        return sorted(found, key=lambda hum: hum.start)


def _spoken(recogniser: Recogniser, samples: Sequence[Samples], before: str | None) -> list[str]:
    """Each window's language; an unsure window follows the one before it."""
    kinds: list[str] = []
    for kind, share in recogniser.languages(samples):
        before = kind if share >= _SURE_LANGUAGE or before is None else before
        kinds.append(before)
    return kinds


def _written(
    heard: Sequence[Heard], window: Window, speech: Sequence[Span], language: str
) -> tuple[list[HeardSegment], list[Span]]:
    """One window's segments on the recording's clock, and the stretches that were dropped as invented."""
    words: list[Word] = []
    dropped: list[Span] = []
    for one in heard:
        placed = [_placed(word, window) for word in one.words]
        if invented(one, placed, speech):
            dropped.append(Span(placed[0].start, placed[-1].end))
        else:
            words += placed
    words = trimmed(polished(words, language), speech)
    return segments(words, language), dropped


def _apart(spans: Sequence[Span]) -> int:
    """How many stretches these are: one that was heard and dropped twice is one, and so are neighbours."""
    count, end = 0, -np.inf
    for span in sorted(spans, key=lambda span: span.start):
        count += span.start > end + _NEIGHBOUR_S
        end = max(end, span.end)
    return count


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
