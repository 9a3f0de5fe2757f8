"""Rows of the transcript that a person split or merged: one rule for the engine and for the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.document import Correction, CorrectionKind, Segment, Word
from analysis.language.writing import folded, join_words

NEAR_S = 1.0
"""A correction finds its place within this many seconds of its time; a new analysis may have moved words a little."""
BREAK = "\n"
"""Stands between the two rows in the text of a correction."""


def rearranged(segments: Sequence[Segment], correction: Correction) -> tuple[Segment, ...] | None:
    """The rows, in time order, with one split or two merged; unchanged where it is so already, None = no place.

    The place is the beginning of a word near the correction's `start`; of several one from which the text of the second
    row is read, and of those the nearest.
    """
    rows = sorted(segments, key=lambda segment: (segment.start, segment.end))
    found = _place(rows, correction)
    if found is None:
        return None
    row, word = found
    if correction.kind is CorrectionKind.SPLIT:
        return tuple(rows) if word == 0 else (*rows[:row], *split_at(rows[row], word), *rows[row + 1 :])
    if word > 0:
        return tuple(rows)
    if row == 0 or rows[row - 1].speaker != rows[row].speaker:
        return None
    return (*rows[: row - 1], merged(rows[row - 1], rows[row]), *rows[row + 1 :])


def _place(rows: Sequence[Segment], correction: Correction) -> tuple[int, int] | None:
    """The row and the word in it with which the second row begins, or began."""
    parted = correction.before if BREAK in correction.before else correction.after
    wanted = folded(parted.partition(BREAK)[2])
    best: tuple[bool, float, int, int] | None = None
    for row, segment in enumerate(rows):
        if segment.start > correction.start + NEAR_S or segment.end < correction.start - NEAR_S:
            continue
        for place, word in enumerate(segment.words):
            off = abs(word.start - correction.start)
            if off <= NEAR_S:
                said = folded("".join(each.text for each in segment.words[place:]))
                reads = bool(wanted) and (said.startswith(wanted) or wanted.startswith(said))
                found = (not reads, off, row, place)
                best = found if best is None else min(best, found)
    return None if best is None else best[2:]


def split_at(segment: Segment, place: int) -> tuple[Segment, Segment]:
    """A row as two, the second one beginning with the word at `place`, which is not the first."""
    first, second = segment.words[:place], segment.words[place:]
    at = 0
    for word in first:
        found = segment.text.find(word.text, at)
        at = found + len(word.text) if found >= 0 else at
    cut = segment.text.find(second[0].text, at)
    left, right = (segment.text[:cut], segment.text[cut:]) if cut > 0 else (_text(first), _text(second))
    return (
        replace(segment, end=max(word.end for word in first), text=left.rstrip(), words=first),
        replace(segment, start=second[0].start, text=right.lstrip(), words=second),
    )


def merged(first: Segment, second: Segment) -> Segment:
    """Both as one, in the language of the longer one."""
    spoken = (*first.words, *second.words)
    words = tuple(sorted(spoken, key=lambda word: word.start + word.end))
    text = join_words([first.text, second.text]) if words == spoken else _text(words)
    longer = first if len(first.text) >= len(second.text) else second
    return Segment(first.start, max(first.end, second.end), first.speaker, longer.language, text, words)


def _text(words: Sequence[Word]) -> str:
    return join_words([word.text for word in words])
