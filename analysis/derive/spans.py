"""Arithmetic of time spans: sorted, disjoint lists of `Span` unless said otherwise."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analysis.document import Span

Mask = NDArray[np.bool_]


def merged(spans: Iterable[Span], gap_s: float = 0.0) -> tuple[Span, ...]:
    """Sorted and disjoint; spans at most `gap_s` apart become one."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if found and span.start <= found[-1].end + gap_s:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        elif span.end > span.start:
            found.append(span)
    return tuple(found)


def clipped(spans: Sequence[Span], start: float, end: float) -> tuple[Span, ...]:
    """The parts of the spans inside [start, end]."""
    first = bisect_left([span.end for span in spans], start)
    parts = []
    for span in spans[first:]:
        if span.start >= end:
            break
        part = Span(max(span.start, start), min(span.end, end))
        if part.end > part.start:
            parts.append(part)
    return tuple(parts)


def total(spans: Iterable[Span]) -> float:
    """Seconds in all."""
    return sum(span.end - span.start for span in spans)


def gaps(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The silences between neighbouring spans."""
    return tuple(Span(a.end, b.start) for a, b in pairwise(spans) if b.start > a.end)


def mask(spans: Iterable[Span], length: int, rate_hz: float) -> Mask:
    """True for the samples i whose time i / rate_hz lies in one of the spans."""
    found = np.zeros(length, dtype=np.bool_)
    for span in spans:
        found[max(0, int(np.ceil(span.start * rate_hz - 1e-6))) : max(0, int(np.ceil(span.end * rate_hz - 1e-6)))] = (
            True
        )
    return found
