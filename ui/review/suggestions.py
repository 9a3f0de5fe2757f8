"""Likely mishearings: which of them still wait for a person, and what accepting or dismissing one is.

Accepting makes a correction of the word. Dismissing makes one too, which says that the machine's own words are right:
it is kept, named with who said so, undone and carried along like every other correction.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.document import Analysis, Correction, CorrectionKind, Segment, Suggestion
from ui.review.model import CorrectionDraft
from ui.review.passages import TOLERANCE_S, Place, folded, place_of

SAME_S = 0.5
"""A word that was confirmed is known again this near to its time."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A suggestion that waits, and where the transcript says it: a segment (by its place in time order) and characters
    of its text."""

    suggestion: Suggestion
    row: int
    place: Place


def open_suggestions(analysis: Analysis, corrections: Iterable[Correction]) -> tuple[Placed, ...]:
    """The suggestions that nobody has settled, in time order: the transcript still reads so, and none has confirmed it.

    `corrections` are those in force.
    """
    kept = [each for each in corrections if each.kind is CorrectionKind.WORD and each.before == each.after]
    segments = sorted(analysis.transcript.segments, key=lambda segment: segment.start)
    starts = [segment.start for segment in segments]
    longest = max((segment.end - segment.start for segment in segments), default=0.0)
    waiting = []
    for suggestion in sorted(analysis.suggestions, key=lambda each: (each.start, each.end)):
        if not any(_confirms(correction, suggestion) for correction in kept):
            waiting += _placed(suggestion, segments, starts, longest)
    return tuple(waiting)


def _placed(
    suggestion: Suggestion, segments: Sequence[Segment], starts: Sequence[float], longest: float
) -> list[Placed]:
    """Where the transcript says it, as a list of one; empty where it does not any more. No segment is longer than
    `longest` (s)."""
    first = bisect_left(starts, suggestion.start - longest - TOLERANCE_S)
    last = bisect_right(starts, suggestion.end + TOLERANCE_S)
    for row in reversed(range(first, last)):
        place = place_of(segments[row], suggestion.before, suggestion.start)
        if place is not None:
            return [Placed(suggestion, row, place)]
    return []


def _confirms(correction: Correction, suggestion: Suggestion) -> bool:
    near = abs(correction.start - suggestion.start) <= SAME_S
    return near and folded(correction.before) == folded(suggestion.before)


def alike(suggestions: Iterable[Suggestion], chosen: Suggestion) -> tuple[Suggestion, ...]:
    """Those that would make the same words of the same words, the chosen one among them."""
    wanted = (folded(chosen.before), chosen.after)
    return tuple(each for each in suggestions if (folded(each.before), each.after) == wanted)


def accepted(suggestion: Suggestion) -> CorrectionDraft:
    """The correction that a suggestion offers."""
    return CorrectionDraft(CorrectionKind.WORD, suggestion.start, suggestion.end, suggestion.before, suggestion.after)


def dismissed(suggestion: Suggestion) -> CorrectionDraft:
    """What says that the machine's words are right as they stand."""
    return CorrectionDraft(CorrectionKind.WORD, suggestion.start, suggestion.end, suggestion.before, suggestion.before)
