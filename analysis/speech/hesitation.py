"""Hesitations that were not written: 嗯, 呃, uh.

Two ways lead to them. At the beginnings of phrases it is the recogniser's ear (`analysis.speech.hums`), where there
really is a voice. And anywhere by sound alone: a filler is voiced, longer than the syllables of words, flat or slightly
falling in pitch, without movement of the formants (Shriberg 1999, "Phonetic consequences of speech disfluency"), and no
word is under it. The limits are chosen on the cautious side: what is found is a lower bound.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.document import PEAK_RATE_HZ, Span, Word
from analysis.observations import Hesitation, Hum
from analysis.speech.hums import WRITTEN
from analysis.speech.writing import syllables

Floats = NDArray[np.float32]

MIN_S = 0.2
MAX_S = 1.5
MAX_PITCH_SPREAD_ST = 1.5
"""Interdecile range of the pitch within a hesitation, semitones."""

MAX_CHANGE_DB = 3.5
"""Median change of the spectrum's shape over 30 ms within a hesitation."""

LIKELY = {"zh": 0.03, "en": 0.1}
UNLIKELY = {"zh": 0.01, "en": 0.02}
"""The ear's chances from which a beginning is a filler, and below which it is none, however level it sounds.

Taken as normal in the logarithm, the chances of true fillers and of other beginnings of the development recording are
equally likely at 0.03. A recogniser has read more English than Chinese fillers and is surer of them.
"""

DOUBTED, SURE = 0.7, 0.9
_DOUBT_WEIGHT = 2.0
"""A second witness is the recogniser's trust in the word that it wrote there: a doubted word of one syllable, or none,
needs half the chance, a sure one twice as much. On the development recording doubt is eight times as frequent under
true fillers as elsewhere, and trust a quarter as frequent; the factor stays far below both."""

_ENCLITIC = frozenset("的地得了着过吗呢吧嘛")
"""These sound much like 呃 and lean on the word before; one that was written after a break in speech is itself."""

MAX_WORD_SHARE = 0.25
_UNTRUSTED = 0.5
_SYLLABLE_S = 0.32
_TAIL_S = 0.2  # the last vowel of a phrase sounds on after the aligned end of its word
_GAP_STEPS = 4
_RANGE_DB = 25.0
_NEAR_S = 0.1
_PLACE_S, _EDGE_S, _LONGEST_WORD_S = 0.15, 0.03, 3.0
_VOICED_WITHIN_STEPS = 10
_HUM_STEPS, _LEAST_STEPS, _FALL_DB = 60, 6, 10.0
_LEAST_SURE, _A_TENFOLD, _SUREST = 0.5, 0.2, 0.9


def hesitations(
    pitch_hz: Floats,
    loudness_db: Floats,
    change_db: Floats,
    speech: Sequence[Span],
    words: Sequence[Word],
    hums: Sequence[Hum] = (),
) -> tuple[Hesitation, ...]:
    """Find hesitations on the 100 Hz grid.

    `change_db` is `SpectrumMeter.change`. `confidence` rises with length, level pitch and a steady spectrum, and with
    the chance of a hum.
    """
    words = sorted(words, key=lambda word: word.start)
    level = _loud_level(loudness_db, speech)
    long = [one for one in _by_sound(pitch_hz, loudness_db - level, change_db, words) if not _denied(one, hums)]
    placed = [(hum, _written_at(hum.start, words)) for hum in hums]
    short = [_heard(hum, pitch_hz, loudness_db) for hum, word in placed if hum.chance >= _needed(hum, word)]
    return _merged(long, [one for one in short if one is not None])


def _by_sound(pitch_hz: Floats, relative_db: Floats, change_db: Floats, words: Sequence[Word]) -> list[Hesitation]:
    """Level, steady voice that no word covers."""
    covered = _covered(words, len(pitch_hz))
    free = np.isfinite(pitch_hz) & (relative_db > -_RANGE_DB) & ~covered
    parts = [part for first, last in _runs(free) for part in _steady(change_db, first, last)]
    found = [_judged(pitch_hz, change_db, covered, first, last) for first, last in parts]
    return [one for one in found if one is not None]


def _denied(found: Hesitation, hums: Sequence[Hum]) -> bool:
    """Whether the ear heard this beginning, and took it for a word."""
    return any(abs(hum.start - found.start) <= _NEAR_S and hum.chance < UNLIKELY[hum.language] for hum in hums)


def _written_at(start: float, words: Sequence[Word]) -> Word | None:
    """The first word under the first 150 ms of a phrase. `words` are in time order."""
    first = bisect_left(words, start - _LONGEST_WORD_S, key=lambda word: word.start)
    last = bisect_left(words, start + _PLACE_S, key=lambda word: word.start)
    return next((word for word in words[first:last] if word.end > start + _EDGE_S), None)


def _needed(hum: Hum, word: Word | None) -> float:
    """The chance from which a hum counts, by the word that was written in its place."""
    likely = LIKELY[hum.language]
    if word is not None and word.text[:1] in _ENCLITIC:
        return np.inf
    if word is None or (word.doubted(DOUBTED) and syllables(word.text) == 1):
        return likely / _DOUBT_WEIGHT
    return likely * _DOUBT_WEIGHT if not word.doubted(SURE) else likely


def _heard(hum: Hum, pitch_hz: Floats, loudness_db: Floats) -> Hesitation | None:
    """A hum as a hesitation up to where its sound falls off by 10 dB; None where no voice is."""
    first = round(hum.start * PEAK_RATE_HZ)
    if not np.isfinite(pitch_hz[first : first + _VOICED_WITHIN_STEPS]).any():
        return None
    part = loudness_db[first : first + _HUM_STEPS]
    fallen = np.flatnonzero(part < np.maximum.accumulate(part) - _FALL_DB)
    length = max(int(fallen[0]), _LEAST_STEPS) if len(fallen) else len(part)
    sure = _LEAST_SURE + _A_TENFOLD * float(np.log10(hum.chance / LIKELY[hum.language]))
    sure = min(max(sure, _LEAST_SURE), _SUREST)
    return Hesitation(hum.start, hum.start + length / PEAK_RATE_HZ, round(sure, 3), hum.text)


def _merged(long: Sequence[Hesitation], short: Sequence[Hesitation]) -> tuple[Hesitation, ...]:
    """Both in time order; what was found both ways is one."""
    found: list[Hesitation] = []
    for one in sorted([*long, *short], key=lambda one: one.start):
        if found and one.start < found[-1].end:
            last = found[-1]
            sure = max(last.confidence, one.confidence)
            found[-1] = Hesitation(last.start, max(last.end, one.end), sure, last.text or one.text)
        else:
            found.append(one)
    return tuple(found)


def _covered(words: Sequence[Word], count: int) -> NDArray[np.bool_]:
    """Where a word really sounds.

    Alignment stretches words backwards over what was not written, so a word covers no more than its syllables need,
    counted from its end, and the tail after it. A word of one syllable that the recogniser doubts covers nothing:
    it often stands for a hesitation (我, 能, 恶), unless it is a written one, which needs no second finding.
    """
    covered = np.zeros(count, bool)
    for word in words:
        if word.doubted(_UNTRUSTED) and syllables(word.text) == 1 and not WRITTEN.match(word.text):
            continue
        needed = _SYLLABLE_S * syllables(word.text)
        start = max(word.start, word.end - needed)
        covered[int(start * PEAK_RATE_HZ) : int(np.ceil((word.end + _TAIL_S) * PEAK_RATE_HZ))] = True
    return covered


def _loud_level(loudness_db: Floats, speech: Sequence[Span]) -> float:
    """The level that speech reaches a tenth of the time, dB; hesitations are at most 25 dB below it."""
    spoken = np.zeros(len(loudness_db), bool)
    for span in speech:
        spoken[int(span.start * PEAK_RATE_HZ) : int(span.end * PEAK_RATE_HZ)] = True
    return float(np.percentile(loudness_db[spoken], 90)) if spoken.any() else 0.0


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of True, joined over gaps below 40 ms."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.view(np.int8), [0]])))
    runs: list[tuple[int, int]] = []
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if runs and first - runs[-1][1] < _GAP_STEPS:
            runs[-1] = runs[-1][0], last
        else:
            runs.append((first, last))
    return runs


def _steady(change_db: Floats, first: int, last: int) -> list[tuple[int, int]]:
    """The parts of a run between jumps of the spectrum."""
    jumps = change_db[first:last] > 2 * MAX_CHANGE_DB
    return [(first + a, first + b) for a, b in _runs(~jumps)]


def _judged(
    pitch_hz: Floats, change_db: Floats, covered: NDArray[np.bool_], first: int, last: int
) -> Hesitation | None:
    length = (last - first) / PEAK_RATE_HZ
    if not MIN_S <= length <= MAX_S or covered[first:last].mean() > MAX_WORD_SHARE:
        return None
    tone = 12 * np.log2(pitch_hz[first:last][np.isfinite(pitch_hz[first:last])])
    spread = float(np.percentile(tone, 90) - np.percentile(tone, 10))
    change = float(np.median(change_db[first:last]))
    if spread > MAX_PITCH_SPREAD_ST or change > MAX_CHANGE_DB:
        return None
    marks = (min(1.0, length / 0.4), 1 - spread / (2 * MAX_PITCH_SPREAD_ST), 1 - change / (2 * MAX_CHANGE_DB))
    return Hesitation(first / PEAK_RATE_HZ, last / PEAK_RATE_HZ, round(float(np.mean(marks)), 3))
