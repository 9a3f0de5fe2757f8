"""Suggestions for a reader: answer structure (situation, task, action, result) and quantified results.

The structure comes from markers (当时, my task was …) and, where they are silent or disagree, from what the sentence
means beside the example sentences of the lexicons. A class is shown as a suggestion with its confidence, a sentence
that may be of two classes as "unsure". Neither is ever scored by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from analysis.document import Event
from analysis.language.lexicon import lexicon
from analysis.language.meaning import CLEAR_MARGIN, available, vectors
from analysis.language.passage import Passage
from analysis.language.script import units
from analysis.observations import Floats

RESULT, UNSURE = "result", "unsure"
STRUCTURE_CLASSES = ("situation", "task", "action", RESULT, UNSURE)
MIN_UNITS = 4
_ONE_MARKER, _AGREED, _BY_MEANING, _TIE = 0.6, 0.75, 0.5, 0.3
OTHER = "other"
"""The class of example sentences that are part of no story."""
_ZH_NUMBER = r"(?:[0-9]+(?:[.,][0-9]+)*|[〇零一二两三四五六七八九十百千万亿几半]+(?:点[〇零一二两三四五六七八九]+)?)"
_ZH_SHARE = r"百分之[〇零一二两三四五六七八九十百点0-9.]+|一半|[一二两三四五六七八九]成"
_EN_NUMBER = (
    r"(?:[0-9]+(?:[.,][0-9]+)*|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    r"fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|"
    r"thousand|million|billion|dozen|a|an)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine|hundred|thousand|"
    r"million|billion|and))*)"
)
_EN_SHARE = (
    r"\b(?:half|a (?:third|quarter|fifth)|(?:one|two|three) (?:thirds?|quarters?|fifths?)|doubled|tripled|halved)\b"
)


def told(passage: Passage) -> list[tuple[int, int]]:
    """[begin, end) of the sentences that are long enough to be judged."""
    return [(b, e) for b, e in passage.sentences() if len(units(passage.text[b:e])) >= MIN_UNITS]


def structure(passage: Passage) -> list[Event]:
    """`structure` events for the sentences of an answer that are part of a story."""
    events = []
    places, numbers = told(passage), _quantified(passage)
    leaning = lean([passage.text[begin:end] for begin, end in places])
    for (begin, end), leans in zip(places, leaning, strict=True):
        number = any(begin <= left < end for left, _ in numbers)
        found = judge(marked(passage.text[begin:end], passage.language, number=number), leans)
        if found:
            span = passage.span(begin, end)
            events.append(Event("structure", span.start, span.end, found[0], found[1]))
    return events


@dataclass(frozen=True, slots=True)
class Marked:
    """The classes with the most distinct markers, and how many markers that is."""

    classes: tuple[str, ...]
    markers: int


def marked(sentence: str, language: str, *, number: bool = False) -> Marked:
    """What the markers in a sentence say; a quantified result (`number`) is one more marker of a result."""
    counts = {
        name: len({match.group().casefold() for match in pattern.finditer(sentence)})
        for name, pattern in lexicon(language).star.items()
    }
    counts[RESULT] = counts.get(RESULT, 0) + number
    best = max(counts.values())
    return Marked(tuple(name for name, count in counts.items() if best and count == best), best)


def lean(sentences: Sequence[str]) -> list[dict[str, float]]:
    """For each sentence how much its meaning leans to each class, as cosines.

    Sentences share their topic with a whole interview and with each other, which says nothing of their part in a story.
    So a class is the mean of its examples, in both languages, less the mean of all classes: what sets it apart.
    Without the encoder the dictionaries are empty.
    """
    if not sentences or not available():
        return [{} for _ in sentences]
    names, middle, directions = _directions()
    return [dict(zip(names, map(float, row), strict=True)) for row in (vectors(sentences) - middle) @ directions.T]


def _directions() -> tuple[list[str], Floats, Floats]:
    """Class names, the mean of all classes, and the direction of length 1 in which each class lies from there."""
    lexicons = [lexicon(language) for language in ("zh", "en")]
    names = list(lexicons[0].star_exemplars)
    examples = [[text for words in lexicons for text in words.star_exemplars.get(name, ())] for name in names]
    classes = np.stack([vectors(texts).mean(axis=0) for texts in examples])
    middle = classes.mean(axis=0)
    apart = classes - middle
    return names, middle, apart / np.linalg.norm(apart, axis=1, keepdims=True)


def judge(marks: Marked, leans: dict[str, float]) -> tuple[str, float] | None:
    """A sentence's class and its confidence from its markers and its meaning; None = part of no story."""
    if not leans:
        return _by_markers(marks)
    first, second = sorted(leans, key=lambda name: -leans[name])[:2]
    clear = leans[first] - leans[second] >= CLEAR_MARGIN
    if not marks.classes:
        if clear:
            return None if first == OTHER else (first, _BY_MEANING)
        return None if OTHER in (first, second) else (UNSURE, _TIE)
    if len(marks.classes) > 1:
        return (first, _BY_MEANING) if clear and first in marks.classes else (UNSURE, _TIE)
    name = marks.classes[0]
    if marks.markers > 1 or first == name:
        return name, _AGREED
    return (UNSURE, _TIE) if clear and first != OTHER else (name, _ONE_MARKER)


def _by_markers(marks: Marked) -> tuple[str, float] | None:
    if len(marks.classes) > 1:
        return UNSURE, _TIE
    return (marks.classes[0], _AGREED if marks.markers > 1 else _ONE_MARKER) if marks.classes else None


def quantified_results(passage: Passage) -> list[Event]:
    """`quantified_result` events: a clause with a change verb and a number with a unit (or a percentage, 一半, half).

    A clause of a sentence that names a goal and no outcome ("my goal was to cut churn by a quarter") is not a result.
    """
    spans = [(passage.span(begin, end), passage.text[begin:end]) for begin, end in _quantified(passage)]
    return [Event("quantified_result", span.start, span.end, text, 0.8) for span, text in spans]


def _quantified(passage: Passage) -> list[tuple[int, int]]:
    words = lexicon(passage.language)
    found: list[tuple[int, int]] = []
    for begin, end in passage.sentences():
        sentence = passage.text[begin:end]
        if marked(sentence, passage.language).classes == ("task",) and not words.star[RESULT].search(sentence):
            continue
        for left, right in passage.clauses():
            if begin <= left < end:
                found += _quantified_clause(passage, left, min(right, end))
    return found


def _quantified_clause(passage: Passage, begin: int, end: int) -> list[tuple[int, int]]:
    clause = passage.text[begin:end]
    changes = list(lexicon(passage.language).change.finditer(clause))
    numbers = list(_quantity(passage.language).finditer(clause))
    if not changes or not numbers or _wished(clause, passage.language):
        return []
    left = min(changes[0].start(), numbers[0].start())
    right = max(changes[-1].end(), numbers[-1].end())
    return [(begin + left, begin + right)]


def _wished(clause: str, language: str) -> bool:
    """Whether the clause names a goal, a condition or a rule instead of something achieved."""
    words = lexicon(language)
    return bool(words.star["task"].search(clause) or words.wished.search(clause))


@cache
def _quantity(language: str) -> re.Pattern[str]:
    listed = lexicon(language).quantity_units
    if language == "zh":
        names = "|".join(re.escape(name) for name in listed)
        return re.compile(rf"{_ZH_SHARE}|{_ZH_NUMBER}(?:多|几|余)?(?:{names})", re.IGNORECASE)
    names = "|".join(re.escape(name) + (r"\b" if name[-1].isalnum() else "") for name in listed)
    return re.compile(rf"{_EN_SHARE}|(?<![A-Za-z]){_EN_NUMBER}[ -]?(?:{names})", re.IGNORECASE)
