"""Fillers at the beginnings of phrases: heard again by the recogniser, alone, and asked for by name.

A recogniser has learnt from tidy text. It writes a short 呃 or 嗯 down as a word that sounds like it (恶, 一, 能, 你),
and nothing in that word tells: it may be as sure of it as of any other. But it knows the sounds. When it hears the
first second of a phrase by itself, after a prompt with fillers in it, the chance that the text begins with one parts
them: on the 30-minute Chinese development recording true fillers have 0.16 in the median and 0.02 at least in nine of
ten cases, 485 other beginnings 0.001 in the median and 0.02 at most in 99 of 100.

Fillers stand mostly at the beginnings of phrases (Clark & Fox Tree 2002) and begin with the voice itself; so only those
beginnings are heard again, about twenty a minute, that come after a pause or after a mark in the text, with a voice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analysis.document import PEAK_RATE_HZ, Span, Word
from analysis.media import SAMPLE_RATE, SoundFile
from analysis.observations import Hum
from analysis.speech.loudness import loudness, power
from analysis.speech.recogniser import Recogniser, Samples
from analysis.speech.windows import Window

Floats = NDArray[np.float32]

WRITTEN = re.compile(r"(u+[hm]+|er+m?|h+m+|m+h*m*|[嗯呃额啊哦唔])[,.，。…]*$", re.IGNORECASE)
"""Hesitations that the recogniser wrote down need no second finding."""

PAUSE_STEPS = 12
"""At least 120 ms of quiet lie before."""

QUIET_DB = 25.0
"""So far below the loud parts of the speech around (their 90th percentile), a pause is quiet."""

LEAD_S, PAUSE_S, HEARD_S = 0.3, 0.1, 1.0
"""What is heard of a phrase: 0.3 s of silence, 0.1 s of the pause before it, and its first second.

On the development recording this parts fillers from other beginnings best: a filler alone tells nothing, more of the
pause brings the end of the word before, and without any silence in front the chance changes with every 10 ms.
"""

_NOISE_MARGIN_DB, _LEAST_RISE_DB = 6.0, 12.0
_SPOKEN_WITHIN_S = 0.3
_VOICE_S = 0.05
_VOICE_HZ = 1000.0
_WRITTEN_WITHIN_S = 0.4
_MARKS = frozenset("，。？！；：、,.?!;:")
_NO_PAUSE_S = 0.4
_ABOUT_S = (0.12, 0.04)
_CLEARLY = 3.0  # times as likely as the other filler, to be named


@dataclass(frozen=True, slots=True)
class _Beginning:
    """A phrase that begins at `start`; `pause_s` of the quiet before it is heard with it."""

    start: float
    pause_s: float


def hums(
    recogniser: Recogniser,
    sound: SoundFile,
    heard: Sequence[Window],
    speech: Sequence[Span],
    words: Sequence[Word],
    language: str,
) -> list[Hum]:
    """The phrases of these windows that begin with a voice, each with its chance of beginning with a filler.

    `words` are what was recognised there: where a filler is written, nobody needs to listen again.
    """
    pieces = [piece for window in heard for piece in window.pieces]
    paused = [start for piece in pieces for start in beginnings(sound, piece, speech)]
    found = [_Beginning(start, PAUSE_S) for start in paused]
    found += [_Beginning(start, 0.0) for start in _after_marks(sound, _inside(words, pieces), paused)]
    written = [word for word in words if WRITTEN.match(word.text)]
    unwritten = [one for one in sorted(found, key=lambda one: one.start) if not _covers(written, one.start)]
    answers = recogniser.filler_chances([_part(sound, one) for one in unwritten], language)
    return [_hum(one.start, language, chances) for one, chances in zip(unwritten, answers, strict=True)]


def _inside(words: Sequence[Word], pieces: Sequence[Span]) -> list[Word]:
    inside = [word for word in words if any(piece.start <= word.start < piece.end for piece in pieces)]
    return sorted(inside, key=lambda word: word.start)


def _covers(written: Sequence[Word], start: float) -> bool:
    return any(word.start < start + _WRITTEN_WITHIN_S and word.end > start - PAUSE_S for word in written)


def _hum(start: float, language: str, chances: dict[str, float]) -> Hum:
    first, second = sorted(chances.items(), key=lambda item: -item[1])[:2]
    text = first[0] if first[1] >= _CLEARLY * second[1] else ""
    return Hum(start, language, round(sum(chances.values()), 4), text)


def _part(sound: SoundFile, beginning: _Beginning) -> Samples:
    start = beginning.start
    return np.pad(sound.slice(max(0.0, start - beginning.pause_s), start + HEARD_S), (round(LEAD_S * SAMPLE_RATE), 0))


def _after_marks(sound: SoundFile, words: Sequence[Word], paused: Sequence[float]) -> Iterator[float]:
    """Where a clause begins without a pause (s): the quietest moment about the start of the word after a mark."""
    for before, word in pairwise(words):
        if before.text[-1:] not in _MARKS or word.start - before.end > _NO_PAUSE_S:
            continue
        first = max(0.0, word.start - _ABOUT_S[0])
        powers = power(sound.slice(first, word.start + _ABOUT_S[1]))
        if not len(powers):
            continue
        start = round(first + int(powers.argmin()) / PEAK_RATE_HZ, 3)
        apart = all(abs(start - other) > _ABOUT_S[0] for other in paused)
        if apart and _begins_with_voice(sound.slice(start, start + _VOICE_S)):
            yield start


def beginnings(sound: SoundFile, piece: Span, speech: Sequence[Span]) -> Iterator[float]:
    """Where speech begins with a voice after a pause (s), within a piece of a window."""
    before = PAUSE_STEPS / PEAK_RATE_HZ
    first = max(0.0, piece.start - before)
    samples = sound.slice(first, piece.end)
    loud = loudness(power(samples), round(len(samples) / SAMPLE_RATE * PEAK_RATE_HZ))
    for step in _rises(loud, fresh=piece.start < before):
        start = first + step / PEAK_RATE_HZ
        spoken = any(span.start < start + _SPOKEN_WITHIN_S and span.end > start for span in speech)
        if spoken and _begins_with_voice(sound.slice(start, start + _VOICE_S)):
            yield round(start, 3)


def _rises(loud: Floats, *, fresh: bool) -> list[int]:
    """Steps at which sound follows quiet; `fresh` = nothing was there before, which is quiet as well."""
    if not len(loud):
        return []
    level, noise = float(np.percentile(loud, 90)), float(np.percentile(loud, 5))
    limit = min(max(level - QUIET_DB, noise + _NOISE_MARGIN_DB), level - _LEAST_RISE_DB)
    quiet = PAUSE_STEPS if fresh else 0
    found = []
    for step, sounding in enumerate((loud > limit).tolist()):
        if sounding and quiet >= PAUSE_STEPS:
            found.append(step)
        quiet = 0 if sounding else quiet + 1
    return found


def _begins_with_voice(samples: Samples) -> bool:
    """Most of its power lies below 1 kHz; that of a consonant's hiss or burst lies above."""
    if not len(samples):
        return False
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    low = round(_VOICE_HZ * len(samples) / SAMPLE_RATE)
    return float(spectrum[:low].sum()) > 0.5 * float(spectrum.sum())
