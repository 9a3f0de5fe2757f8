"""Rows of the transcript split and merged: what corrections that is."""

from __future__ import annotations

import re

from analysis.document import CorrectionKind, Segment, Word
from analysis.rows import BREAK, merged, split_at
from ui.review.model import CorrectionDraft

_PIECE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff][^\w\s]*|[^\s\u3400-\u9fff\U00020000-\U0003ffff]+")
"""What counts as a word in a text that was typed: a Chinese character or a Latin word, with the marks behind it."""


def split_before(segment: Segment, word: int) -> list[CorrectionDraft]:
    """A new row from a word on; nothing for the first one."""
    if not 0 < word < len(segment.words):
        return []
    first, second = split_at(segment, word)
    return [_split(second.start, segment.end, segment.text, first.text, second.text)]


def split_typed(segment: Segment, typed: str, at: int) -> list[CorrectionDraft]:
    """A row whose text was typed anew, and parted at a character."""
    whole, first, second = (" ".join(part.split()) for part in (typed, typed[:at], typed[at:]))
    drafts = []
    if whole != segment.text:
        drafts.append(CorrectionDraft(CorrectionKind.WORD, segment.start, segment.end, segment.text, whole))
    if first and second:
        start = _time_at(segment, _length(first) / _length(whole))
        drafts.append(_split(start, segment.end, whole, first, second))
    return drafts


def _split(start: float, end: float, whole: str, first: str, second: str) -> CorrectionDraft:
    return CorrectionDraft(CorrectionKind.SPLIT, start, end, whole, first + BREAK + second)


def merge_with(above: Segment, segment: Segment) -> list[CorrectionDraft]:
    """A row put on the one above, whose speaker it then is said by: corrections that are undone together."""
    drafts = []
    if segment.speaker != above.speaker:
        span = segment.start, segment.end
        drafts.append(CorrectionDraft(CorrectionKind.SPEAKER, *span, segment.speaker, above.speaker))
    parted = above.text + BREAK + segment.text
    whole = merged(above, segment).text
    return [*drafts, CorrectionDraft(CorrectionKind.MERGE, segment.start, segment.end, parted, whole)]


def respoken(segment: Segment, text: str) -> tuple[Word, ...]:
    """The words of a text in the time of a segment's own, by their characters, as the engine gives it to them."""
    words, said, whole = [], 0, _length(text)
    for piece in _PIECE.findall(text):
        start, said = said, said + len(piece)
        words.append(Word(_time_at(segment, start / whole), _time_at(segment, said / whole), piece, 1.0))
    return tuple(words)


def _length(text: str) -> int:
    return max(1, len("".join(text.split())))


def _time_at(segment: Segment, share: float) -> float:
    """When a share (0..1) of the characters of a segment's words has been said."""
    left = share * sum(len(word.text) for word in segment.words)
    for word in segment.words:
        if left <= len(word.text):
            return round(word.start + (word.end - word.start) * left / max(1, len(word.text)), 3)
        left -= len(word.text)
    return segment.end
