"""Speech that the recogniser passed over: it writes one language and drops the other, or it drops a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from analysis.document import Span, Word
from analysis.observations import HeardSegment
from analysis.speech.windows import Window
from analysis.speech.writing import syllables

MIN_UNHEARD_S = 2.0
"""Shorter stretches without words are breath, laughter and hums."""

_JOIN_S = 1.0
_SLOW_SYLLABLE_S, _SLACK_S = 0.4, 0.3
_SAME_TEXT = 0.7


def unheard(words: Sequence[Word], window: Window, speech: Sequence[Span]) -> list[Span]:
    """Stretches of speech in a window that no word lies over, joined over short pauses, at least 2 s each.

    A word covers what its syllables can take, at both of its ends, as alignment stretches words over what was dropped.
    """
    covers = sorted(_covers(words), key=lambda span: span.start)
    spoken = [
        Span(max(span.start, piece.start), min(span.end, piece.end))
        for piece in window.pieces
        for span in speech
        if span.start < piece.end and piece.start < span.end
    ]
    left: list[Span] = []
    for part in (rest for span in spoken for rest in _without(span, covers)):
        if left and part.start - left[-1].end < _JOIN_S and not _between(covers, left[-1].end, part.start):
            left[-1] = Span(left[-1].start, part.end)
        else:
            left.append(part)
    return [span for span in left if span.end - span.start >= MIN_UNHEARD_S]


def _covers(words: Sequence[Word]) -> list[Span]:
    found = []
    for word in words:
        needed = _SLOW_SYLLABLE_S * syllables(word.text) + _SLACK_S
        found.append(Span(word.start, min(word.end, word.start + needed)))
        found.append(Span(max(word.start, word.end - needed), word.end))
    return found


def _without(span: Span, covers: Sequence[Span]) -> list[Span]:
    parts, start = [], span.start
    for cover in covers:
        if cover.end <= start or cover.start >= span.end:
            continue
        if cover.start > start:
            parts.append(Span(start, cover.start))
        start = max(start, cover.end)
    return [*parts, Span(start, span.end)] if start < span.end else parts


def _between(covers: Sequence[Span], start: float, end: float) -> bool:
    return any(cover.start < end and start < cover.end for cover in covers)


def repeats(found: Sequence[HeardSegment], known: Sequence[HeardSegment]) -> bool:
    """Whether a second hearing only gives again what stands beside it already, at times that were a little off."""
    new, old = _plain(found), _plain(known)
    if not new:
        return True
    match = SequenceMatcher(None, new, old, autojunk=False).find_longest_match()
    return match.size >= _SAME_TEXT * len(new)


def _plain(segments: Sequence[HeardSegment]) -> str:
    return "".join(char for segment in segments for char in segment.text.lower() if char.isalnum())
