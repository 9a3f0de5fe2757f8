"""From recognised words to written text: simplified characters, full-width punctuation, sentences, trimmed times."""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Sequence

import opencc

from analysis.document import Span, Word
from analysis.observations import HeardSegment

HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_WIDE = str.maketrans({",": "，", "?": "？", "!": "！", ":": "：", ";": "；", ".": "。"})
_NARROW_MARK = re.compile(rf"(?<=[{HAN}])[,?!:;](?!\d)|(?<=[{HAN}])\.(?=\s*(?:[{HAN}]|$))|[,?!:;](?=[{HAN}])")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_CLEAR_COUNT = 3
_HAN_CHAR = re.compile(rf"[{HAN}]")
_SENTENCE_END = re.compile(r"[。？！?!…]$|(?<!\d)\.$")
_CLAUSE_END = re.compile(r"[，、；：,;:]$")
_NO_SPACE_BEFORE = re.compile(rf"^[{HAN}，。？！：；、,.?!:;%）)】”’]")
_NO_SPACE_AFTER = re.compile(rf"[{HAN}，。？！：；、（(【“‘]$")

PAUSE_S = 0.7
"""A segment ends where nobody speaks for so long."""

MAX_SEGMENT_S = 15.0
_MIN_SENTENCE_S = 0.8
_TRIM_SLACK_S = 0.05


@functools.cache
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """Traditional characters made simplified."""
    return str(_to_simplified().convert(text))


def joined(words: Sequence[Word]) -> str:
    """The words as one text: spaces between Latin words, none beside Chinese characters and closing marks."""
    text = ""
    for word in words:
        number = text[-1:] in (".", ",", ":") and text[-2:-1].isdigit() and word.text[0].isdigit()
        gap = text and not number and not _NO_SPACE_BEFORE.search(word.text) and not _NO_SPACE_AFTER.search(text)
        text += (" " if gap else "") + word.text
    return text


def polished(words: Sequence[Word], language: str) -> list[Word]:
    """Words with clean text: no spaces around, in Chinese simplified with full-width marks after Han characters.

    Empty words disappear; a word of marks alone joins the word before it.
    """
    tidy: list[Word] = []
    for word in words:
        text = word.text.strip()
        if tidy and text and not any(char.isalnum() for char in text):
            last = tidy[-1]
            tidy[-1] = Word(last.start, last.end, last.text + text, last.probability)
        elif text and any(char.isalnum() for char in text):
            tidy.append(Word(word.start, word.end, text, word.probability))
    return _chinese(tidy) if language == "zh" else tidy


def _chinese(words: list[Word]) -> list[Word]:
    """Convert the whole text at once, as phrases decide between characters, and give each word its part back."""
    whole = "".join(word.text for word in words)
    converted = simplified(whole)
    if len(converted) != len(whole):
        converted = "".join(simplified(word.text) for word in words)
    widened = _NARROW_MARK.sub(lambda mark: mark.group().translate(_WIDE), converted)
    if len(widened) != len(whole):
        return [Word(word.start, word.end, simplified(word.text), word.probability) for word in words]
    result, place = [], 0
    for word in words:
        result.append(Word(word.start, word.end, widened[place : place + len(word.text)], word.probability))
        place += len(word.text)
    return result


def trimmed(words: Sequence[Word], speech: Sequence[Span]) -> list[Word]:
    """Words without the silence that alignment draws into them: each keeps its longest part within speech.

    A word with no speech under it keeps its times. Starts never run backwards.
    """
    ends = [span.end for span in speech]
    result: list[Word] = []
    floor = 0.0
    for word in words:
        parts = _parts(word, speech, ends)
        start, end = max(parts, key=lambda part: part[1] - part[0]) if parts else (word.start, word.end)
        start = max(start, floor)
        end = max(end, start + 0.01)
        floor = start
        sure = None if word.probability is None else round(word.probability, 4)
        result.append(Word(round(start, 3), round(end, 3), word.text, sure))
    return result


def _parts(word: Word, speech: Sequence[Span], ends: Sequence[float]) -> list[tuple[float, float]]:
    found = []
    for span in speech[bisect_left(ends, word.start - _TRIM_SLACK_S) :]:
        if span.start - _TRIM_SLACK_S >= word.end:
            break
        start, end = max(word.start, span.start - _TRIM_SLACK_S), min(word.end, span.end + _TRIM_SLACK_S)
        if end > start:
            found.append((start, end))
    return found


def segments(words: Sequence[Word], language: str) -> list[HeardSegment]:
    """Cut words into segments at pauses, at sentence ends, and at clause ends where one grows beyond 15 s."""
    groups: list[list[Word]] = [[]]
    for word in words:
        if groups[-1] and _breaks(groups[-1], word):
            groups.append([])
        groups[-1].append(word)
    return [_segment(part, language) for group in groups if group for part in _short_enough(group)]


def _breaks(group: Sequence[Word], word: Word) -> bool:
    if word.start - group[-1].end >= PAUSE_S:
        return True
    return bool(_SENTENCE_END.search(group[-1].text)) and group[-1].end - group[0].start >= _MIN_SENTENCE_S


def _short_enough(group: list[Word]) -> list[list[Word]]:
    """Halve a group at a clause end, or else at its longest gap, until every part is short enough."""
    if group[-1].end - group[0].start <= MAX_SEGMENT_S or len(group) < 4:
        return [group]
    middle = (group[0].start + group[-1].end) / 2
    inner = range(len(group) // 4, max(len(group) * 3 // 4, len(group) // 4 + 1))
    clauses = [i for i in inner if _CLAUSE_END.search(group[i].text)]
    if clauses:
        cut = min(clauses, key=lambda i: abs(group[i].end - middle)) + 1
    else:
        cut = max(inner, key=lambda i: (group[i + 1].start - group[i].end, -abs(group[i].end - middle))) + 1
    return _short_enough(group[:cut]) + _short_enough(group[cut:])


def _segment(words: Sequence[Word], language: str) -> HeardSegment:
    text = joined(words)
    return HeardSegment(words[0].start, words[-1].end, _written_in(text, language), text, tuple(words))


def _written_in(text: str, language: str) -> str:
    """The window's language, unless a whole segment is plainly written in the other one."""
    han, latin = len(_HAN_CHAR.findall(text)), len(_LATIN_WORD.findall(text))
    if language == "zh" and han == 0 and latin >= _CLEAR_COUNT:
        return "en"
    return "zh" if language == "en" and latin == 0 and han >= _CLEAR_COUNT else language


def syllables(text: str) -> int:
    """Han characters, and about a syllable for three Latin letters and two for a digit; at least 1."""
    han = len(_HAN_CHAR.findall(text))
    latin = sum(char.isascii() and char.isalpha() for char in text)
    digits = sum(char.isdigit() for char in text)
    return max(1, han + round(latin / 3) + 2 * digits)
