"""Turns of a recording with one microphone for each person: each channel's own voice activity, without the echo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.document import Span
from analysis.media import SoundFile
from analysis.speech.activity import observe_sound

_STEP_S = 0.05
_LEAD_DB = 3.0
_MERGE_S = 0.5
_MIN_S = 0.2


def side_spans(sides: Sequence[SoundFile], progress: Callable[[float], None]) -> list[tuple[Span, ...]]:
    """Each channel's speech, without what is only the other person heard through (quieter than on the other side)."""
    duration = sides[0].duration
    speech = []
    for i, side in enumerate(sides):
        speech.append(observe_sound(side, lambda done, i=i: progress((i * duration + done) / 2)).speech)  # type: ignore[misc]
    levels = [_levels(side) for side in sides]
    return [_own(speech[i], levels[i], levels[1 - i], speech[1 - i]) for i in (0, 1)]


def _levels(side: SoundFile) -> NDArray[np.float32]:
    """RMS in dB per 50 ms."""
    found = []
    for start in np.arange(0, side.duration, 60.0):
        block = side.slice(float(start), float(start) + 60)
        step = int(_STEP_S * 16000)
        rows = np.pad(block, (0, -len(block) % step)).reshape(-1, step)
        found.append(10 * np.log10(np.maximum((rows**2).mean(axis=1), 1e-10)))
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def _own(
    speech: Sequence[Span], own: NDArray[np.float32], other: NDArray[np.float32], others: Sequence[Span]
) -> tuple[Span, ...]:
    mine, theirs = _mask(speech, len(own)), _mask(others, len(own))
    mine &= ~theirs | (own > other - _LEAD_DB)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mine.view(np.int8), [0]])))
    spans: list[Span] = []
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        start, end = first * _STEP_S, last * _STEP_S
        if spans and start - spans[-1].end < _MERGE_S:
            spans[-1] = Span(spans[-1].start, end)
        else:
            spans.append(Span(start, end))
    return tuple(span for span in spans if span.end - span.start >= _MIN_S)


def _mask(spans: Sequence[Span], count: int) -> NDArray[np.bool_]:
    mask = np.zeros(count, bool)
    for span in spans:
        mask[int(span.start / _STEP_S) : int(np.ceil(span.end / _STEP_S))] = True
    return mask
