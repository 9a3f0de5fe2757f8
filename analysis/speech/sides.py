"""What each person says into a microphone of their own: the channel's voice activity, without the other's echo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analysis.document import Span
from analysis.media import SAMPLE_RATE, SoundFile

Floats = NDArray[np.float32]

STEP_S = 0.25
"""What both channels hold is judged so finely."""

ALIKE = 0.75
"""Correlation of two loudness curves from which the fainter is an echo of the other.

Over 2 s, an echo has 0.78 and more in nine of ten places (rooms that ring for up to 0.6 s, 8 to 25 dB fainter), two
people who speak at once have 0.7 at most in 99 of 100. The samples themselves are alike only without a room.
"""

_FAINT_DB = 25.0
_AROUND_S, _FRAME, _DELAY_FRAMES = 1.0, 400, 8
_PAD_S = 0.15
_LEAST_S = 0.2  # what is left of an echo's end is shorter


def own_speech(sides: Sequence[SoundFile], speech: Sequence[Sequence[Span]]) -> tuple[tuple[Span, ...], ...]:
    """Each channel's speech without what is only the other person, heard through. `speech` = voice activity of each.

    Where both channels are active, the fainter one holds an echo if its loudness goes the way of the other's, or lies
    more than 25 dB below it; else two people speak at once.
    """
    kept = [
        [span for part in speech[i] for span in _without_echo(part, sides[i], sides[1 - i], speech[1 - i])]
        for i in (0, 1)
    ]
    return tuple(tuple(span for span in spans if span.end - span.start >= _LEAST_S) for spans in kept)


def _without_echo(span: Span, own: SoundFile, other: SoundFile, others: Sequence[Span]) -> list[Span]:
    both = [one for one in others if one.start < span.end and span.start < one.end]
    if not both:
        return [span]
    edges = sorted({span.start, span.end, *(edge for one in both for edge in (one.start, one.end))})
    edges = [edge for edge in edges if span.start <= edge <= span.end]
    kept: list[Span] = []
    for start, end in (piece for pair in pairwise(edges) for piece in _pieces(*pair)):
        middle = (start + end) / 2
        shared = any(one.start <= middle <= one.end for one in both)
        if shared and _is_echo(own, other, middle):
            continue
        if kept and abs(kept[-1].end - start) < 1e-6:
            kept[-1] = Span(kept[-1].start, end)
        else:
            kept.append(Span(start, end))
    return kept


def _pieces(start: float, end: float) -> list[tuple[float, float]]:
    """A stretch in equal pieces of about a quarter of a second."""
    cuts = np.linspace(start, end, max(1, round((end - start) / STEP_S)) + 1).tolist()
    return list(pairwise(cuts))


def _is_echo(own: SoundFile, other: SoundFile, at: float) -> bool:
    mine, theirs = (_levels(one.slice(at - _AROUND_S, at + _AROUND_S)) for one in (own, other))
    near = slice(*(round(place * len(mine)) for place in (0.5 - STEP_S / 4, 0.5 + STEP_S / 4)))
    level, louder = (10 * np.log10(np.mean(10 ** (part[near] / 10)) + 1e-12) for part in (mine, theirs))
    if level >= louder:
        return False
    return bool(level < louder - _FAINT_DB) or _alike(mine, theirs) >= ALIKE


def _levels(samples: Floats) -> Floats:
    """Loudness of each 25 ms, dB full scale."""
    rows = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    return np.asarray(10 * np.log10((rows**2).mean(axis=1) + 1e-9), np.float32)


def _alike(mine: Floats, theirs: Floats) -> float:
    """The largest correlation of one curve with the other of up to 0.2 s before."""
    found = [0.0]
    for delay in range(min(_DELAY_FRAMES, len(mine) - 2) + 1):
        late, early = mine[delay:], theirs[: len(theirs) - delay]
        if late.std() > 0 and early.std() > 0:
            found.append(float(np.corrcoef(late, early)[0, 1]))
    return max(found)


@dataclass(frozen=True)
class OwnSound(SoundFile):
    """One channel in which only its own person is heard: what lies outside `speech` is silence."""

    speech: tuple[Span, ...] = ()

    def slice(self, start_s: float, end_s: float) -> Floats:
        """The samples of [start_s, end_s), silent but for 0.15 s around the own speech."""
        samples = super().slice(start_s, end_s)
        heard = np.zeros(len(samples), bool)
        for span in self.speech:
            begin, end = span.start - _PAD_S - max(0.0, start_s), span.end + _PAD_S - max(0.0, start_s)
            if end > 0 and begin < len(samples) / SAMPLE_RATE:
                heard[max(0, round(begin * SAMPLE_RATE)) : round(end * SAMPLE_RATE)] = True
        return np.where(heard, samples, np.float32(0))
