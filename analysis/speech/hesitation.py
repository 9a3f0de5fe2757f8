"""Hesitations by ear alone: 嗯, 呃, uh are voiced, level, steady, and no word is under them.

Whisper leaves most of them out, so its words say where speech is that was *not* written down. Fillers are longer than
syllables of words, flat or slightly falling in pitch, and without movement of the formants (Shriberg 1999, "Phonetic
consequences of speech disfluency"). The limits are chosen on the cautious side: what is found is a lower bound.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.document import PEAK_RATE_HZ, Span, Word
from analysis.observations import Hesitation
from analysis.speech.hums import WRITTEN, hums
from analysis.speech.writing import syllables

Floats = NDArray[np.float32]

MIN_S = 0.2
MAX_S = 1.5
MAX_PITCH_SPREAD_ST = 1.5
"""Interdecile range of the pitch within a hesitation, semitones."""

MAX_CHANGE_DB = 3.5
"""Median change of the spectrum's shape over 30 ms within a hesitation."""

MAX_WORD_SHARE = 0.25
DOUBTED = 0.5
_SYLLABLE_S = 0.32
_TAIL_S = 0.2  # the last vowel of a phrase sounds on after the aligned end of its word
_GAP_STEPS = 4
_RANGE_DB = 25.0


def hesitations(
    pitch_hz: Floats, loudness_db: Floats, change_db: Floats, speech: Sequence[Span], words: Sequence[Word]
) -> tuple[Hesitation, ...]:
    """Find hesitations on the 100 Hz grid.

    `change_db` is `SpectrumMeter.change`. `confidence` rises with length, level pitch and a steady spectrum.
    """
    covered = _covered(words, len(pitch_hz))
    level = _loud_level(loudness_db, speech)
    floor = level - _RANGE_DB
    free = np.isfinite(pitch_hz) & (loudness_db > floor) & ~covered
    found = []
    for first, last in _runs(free):
        for a, b in _steady(change_db, first, last):
            hesitation = _judged(pitch_hz, change_db, covered, a, b)
            if hesitation is not None:
                found.append(hesitation)
    short = [
        hum
        for hum in hums(pitch_hz, loudness_db, level, words)
        if not any(hum.start < long.end and long.start < hum.end for long in found)
    ]
    return tuple(sorted([*found, *short], key=lambda one: one.start))


def _covered(words: Sequence[Word], count: int) -> NDArray[np.bool_]:
    """Where a word really sounds.

    Alignment stretches words backwards over what was not written, so a word covers no more than its syllables need,
    counted from its end, and the tail after it. A word of one syllable that the recogniser doubts covers nothing:
    it often stands for a hesitation (我, 能, 恶), unless it is a written one, which needs no second finding.
    """
    covered = np.zeros(count, bool)
    for word in words:
        if word.probability < DOUBTED and syllables(word.text) == 1 and not WRITTEN.match(word.text):
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
