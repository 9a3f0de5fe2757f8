"""Filled pauses and immediate repetitions in text.

Chinese 嗯 呃 always; 啊 额 at the start of a clause; 那个 这个 就是 然后 only when a pause follows, when repeated,
or (not 然后) when standing alone between commas (Zhao & Jurafsky 2005); besides, 那个 without a noun to point at, and
就是 at the start of a sentence, with nothing before it that something could be. English um, uh, er always; like, you
know between commas. A recogniser drops many fillers, so what is found is a lower bound.
"""

from __future__ import annotations

import re
from functools import cache

import rjieba

from analysis.document import Event
from analysis.language.lexicon import Lexicon, lexicon, marker_pattern
from analysis.language.passage import Passage
from analysis.language.script import CLAUSE_END, SENTENCE_END, Token, has_han, tokens

SURE, LIKELY, POSSIBLE = 0.9, 0.7, 0.6
_BREAK = CLAUSE_END + ".-—"
_LONGEST_REPEAT = 3
_GOVERNING = frozenset(("as", "do", "did", "if", "what", "how", "that", "to", "let", "should", "all", "who"))
_CLAUSE = re.compile(f"[{re.escape(CLAUSE_END)}]")
_RELATIVE = re.compile(r".{3,10}的\w")
_LONG_CLAUSE = 6
_PHRASE = 12  # characters that the word before is looked for in
_SENTENCE_BREAK = re.compile(r"[。！？!?.…]")


def fillers(passage: Passage) -> list[Event]:
    """Filler events of one passage, in time order, none inside another."""
    words = lexicon(passage.language)
    found: list[tuple[int, int, float]] = []
    for match in _candidates(passage.language).finditer(passage.text):
        confidence = _confidence(passage, match.group().casefold(), match.start(), match.end(), words)
        if confidence:
            found.append((match.start(), match.end(), confidence))
    return [_event("filler", passage, begin, end, confidence) for begin, end, confidence in found]


@cache
def _candidates(language: str) -> re.Pattern[str]:
    words = lexicon(language)
    everything = words.fillers_always | words.fillers_clause_start | words.fillers_context | words.fillers_pause_only
    doubled = [f"(?:{re.escape(word)})+" for word in sorted(everything, key=len, reverse=True) if has_han(word)]
    latin = marker_pattern([word for word in everything if not has_han(word)]).pattern
    return re.compile("|".join([*doubled, latin]), re.IGNORECASE)


def _confidence(passage: Passage, word: str, begin: int, end: int, words: Lexicon) -> float | None:
    repeated = _smallest_period(word)
    base, times = (word[:repeated], len(word) // repeated) if has_han(word) else (word, 1)
    before, after = passage.text[:begin].rstrip(), passage.text[end:].lstrip()
    opens = not before or before[-1] in _BREAK
    closes = not after or after[0] in _BREAK
    if base in words.fillers_always:
        return SURE
    if base in words.fillers_clause_start:
        return LIKELY if opens and (closes or passage.pause_after(end)) else None
    if times > 1 or after.casefold().startswith(base) or re.match(rf"[，, ]+{re.escape(base)}", after, re.IGNORECASE):
        return LIKELY
    if not has_han(base):
        return _phrase(passage, base, before, end, opens=opens, closes=closes and bool(after))
    if passage.pause_after(end) and not after.startswith(tuple("。！？!?.")):
        return LIKELY
    alone = base in words.fillers_context and opens and closes and bool(after)
    return (
        POSSIBLE if alone or _headless(base, before, after, words) or _subjectless(base, before, after, words) else None
    )


def _headless(base: str, before: str, after: str, words: Lexicon) -> bool:
    """那个 with neither a noun after it nor a verb before it whose object it is: 其次那个我重新设计了一遍.

    In a short clause (那个我知道) it is what the clause is about, before a relative clause (那个我们用过的系统) it has
    its noun behind that.
    """
    rest = after.lstrip("，, ")
    if base not in words.fillers_demonstrative or not rest.startswith(words.headless):
        return False
    if before and before[-1] not in _BREAK and rjieba.tag(before[-_PHRASE:])[-1][1].startswith("v"):
        return False
    clause = _CLAUSE.split(rest, maxsplit=1)[0]
    return len(clause) >= _LONG_CLAUSE and not _RELATIVE.match(clause)


def _subjectless(base: str, before: str, after: str, words: Lexicon) -> bool:
    """就是 that begins a sentence, and not an answer such as 就是这样."""
    first = base in words.fillers_sentence_start and (not before or before[-1] in SENTENCE_END)
    return first and bool(after) and after[0] not in _BREAK and not after.startswith(words.answering)


def _phrase(passage: Passage, base: str, before: str, end: int, *, opens: bool, closes: bool) -> float | None:
    """ "like", "you know": between marks; "Then you know. I …" before a pause, but not "as you know"."""
    if opens and closes:
        return LIKELY
    last = before.split()[-1].casefold() if before else ""
    apart = closes and " " in base and last not in _GOVERNING and passage.pause_after(end)
    return POSSIBLE if apart else None


def _smallest_period(word: str) -> int:
    return next(n for n in range(1, len(word) + 1) if len(word) % n == 0 and word[:n] * (len(word) // n) == word)


def repetitions(passage: Passage) -> list[Event]:
    """Immediate repeats of one to three words within a sentence; emphasis (非常非常, very very) is left out."""
    words = lexicon(passage.language)
    skip = words.fillers_always | words.repetitions_allowed
    listed = [token for token in tokens(passage.text) if token.text.casefold() not in words.fillers_always]
    found, place = [], 0
    while place < len(listed):
        length = _repeat_length(passage, listed, place, skip)
        if length:
            found.append(_event("repetition", passage, listed[place].begin, listed[place + 2 * length - 1].end, LIKELY))
        place += length or 1
    return found


def _repeat_length(passage: Passage, listed: list[Token], place: int, skip: frozenset[str]) -> int:
    for length in range(_LONGEST_REPEAT, 0, -1):
        first, second = listed[place : place + length], listed[place + length : place + 2 * length]
        if len(second) < length or not _same(first, second):
            continue
        if all(token.text.casefold() in skip or token.text[0].isdigit() for token in first):
            continue
        if not _SENTENCE_BREAK.search(passage.text[first[0].begin : second[-1].end]):
            return length
    return 0


def _same(first: list[Token], second: list[Token]) -> bool:
    return all(a.text.casefold() == b.text.casefold() for a, b in zip(first, second, strict=True))


def _event(kind: str, passage: Passage, begin: int, end: int, confidence: float) -> Event:
    span = passage.span(begin, end)
    return Event(kind, span.start, span.end, passage.text[begin:end], confidence)


def is_backchannel(text: str, language: str) -> bool:
    """Whether a short turn says only 嗯, 对, 好的, yeah …"""
    words = lexicon(language).backchannels
    pieces = [piece for piece in re.split(r"[，。、！？,.!?… ]+", text.casefold()) if piece]
    if not pieces:
        return False
    return " ".join(pieces) in words or all(piece in words for piece in pieces)
