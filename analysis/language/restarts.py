"""Restarts: somebody breaks off and says it anew ("我们用了……不对，我们采用了", "I went to, I mean, I moved").

Three rules that a person can check, on words (hesitation sounds left out). A sure editing term (说错了, let me
rephrase) that stands alone between marks or pauses. Another editing term (不是, I mean) that does so and after which a
word from just before it is said again. A clause that ends with a word that no clause ends with (把, the) or is written
as broken off, and after which a word from just before is said again. Repeating the very same words is no restart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from analysis.document import Event
from analysis.language.lexicon import Lexicon, lexicon
from analysis.language.passage import Passage
from analysis.language.script import Token, tokens

RESTART = "restart"
_SURE, _RETRACED, _BROKEN_OFF = 0.7, 0.8, 0.6
_REACH = 8
"""So many words before the break are looked through for the word that is said again."""
_SENTENCE_END = re.compile(r"[。！？!?]|\.(?=\s|$)")
_MARK = re.compile(r"[，,;；:：、。！？!?.…—–-]")
_CUT = re.compile(r"[…—–]|\.{2,}|-(?=\s|$)")


@dataclass(frozen=True, slots=True)
class _Break:
    """The characters [begin, end) at which somebody breaks off: an editing term, or the gap between two words."""

    begin: int
    end: int
    edited: bool
    sure: bool


def restarts(passage: Passage) -> list[Event]:
    """`restart` events, each from the first word that is said anew (or the editing term) to the end of the break."""
    words = lexicon(passage.language)
    listed = [token for token in tokens(passage.text) if token.text.casefold() not in words.fillers_always]
    found: list[tuple[int, int, float]] = []
    for at in (*_edits(passage, words), *_open_ends(passage, listed, words)):
        begin, confidence = _begin(passage, listed, at)
        if begin is not None and not any(begin < right and left < at.end for left, right, _ in found):
            found.append((begin, at.end, confidence))
    return [_event(passage, *place) for place in sorted(found)]


def _event(passage: Passage, begin: int, end: int, confidence: float) -> Event:
    span = passage.span(begin, end)
    return Event(RESTART, span.start, span.end, passage.text[begin:end].strip(), confidence)


def _begin(passage: Passage, listed: list[Token], at: _Break) -> tuple[int | None, float]:
    """Where the words that are given up begin, and the confidence; None = no restart."""
    before = [token for token in listed if token.end <= at.begin][-_REACH:]
    after = [token for token in listed if token.begin >= at.end]
    if not before or not after:
        return None, 0.0
    again = next((token for token in reversed(before) if _same(token, after[0])), None)
    if again is not None and not _SENTENCE_END.search(passage.text, again.begin, after[0].begin):
        given_up = [token for token in before if token.begin >= again.begin]
        if at.edited:
            return again.begin, _RETRACED
        if not _repeats(given_up, after):
            return again.begin, _BROKEN_OFF
    return (at.begin, _SURE) if at.sure else (None, 0.0)


def _repeats(given_up: list[Token], after: list[Token]) -> bool:
    """Whether the words before the break are simply said once more."""
    return len(after) >= len(given_up) and all(map(_same, given_up, after))


def _same(left: Token, right: Token) -> bool:
    return left.text.casefold() == right.text.casefold()


def _edits(passage: Passage, words: Lexicon) -> Iterator[_Break]:
    """Editing terms that stand alone between marks or pauses."""
    for match in words.edits.finditer(passage.text):
        before, after = passage.text[: match.start()].rstrip(), passage.text[match.end() :].lstrip()
        if not before or not after:
            continue
        opens = _MARK.match(before[-1]) is not None or passage.pause_after(len(before))
        closes = _MARK.match(after[0]) is not None or passage.pause_after(match.end())
        if opens and closes:
            yield _Break(match.start(), match.end(), edited=True, sure=match.group().casefold() in words.edits_sure)


def _open_ends(passage: Passage, listed: list[Token], words: Lexicon) -> Iterator[_Break]:
    """Gaps with a mark or a pause after a word that no clause ends with, and gaps that are written as broken off."""
    for left, right in pairwise(listed):
        gap = passage.text[left.end : right.begin]
        cut = _CUT.search(gap) is not None
        parted = _MARK.search(gap) is not None or passage.pause_after(left.end)
        if cut or (parted and left.text.casefold() in words.open_words):
            yield _Break(left.end, right.begin, edited=False, sure=False)
