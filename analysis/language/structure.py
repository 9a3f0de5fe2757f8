"""Suggestions for a reader: answer structure (situation, task, action, result) and quantified results.

Both are marker rules. Measured on 27 sentences: the lexicon alone names 0.70 right, so a class is shown as a suggestion
with its confidence, and a sentence with equal marks for two classes as "unsure". Neither is ever scored by itself.
"""

from __future__ import annotations

import re
from functools import cache

from analysis.document import Event
from analysis.language.lexicon import lexicon
from analysis.language.passage import Passage
from analysis.language.script import units

UNSURE = "unsure"
STRUCTURE_CLASSES = ("situation", "task", "action", "result", UNSURE)
MIN_UNITS = 4
_ONE_MARKER, _TWO_MARKERS, _TIE = 0.6, 0.75, 0.3
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


def structure(passage: Passage) -> list[Event]:
    """`structure` events for the sentences of an answer that carry a marker."""
    events = []
    for begin, end in passage.sentences():
        if len(units(passage.text[begin:end])) < MIN_UNITS:
            continue
        found = classify(passage.text[begin:end], passage.language)
        if found:
            span = passage.span(begin, end)
            events.append(Event("structure", span.start, span.end, found[0], found[1]))
    return events


def classify(sentence: str, language: str) -> tuple[str, float] | None:
    """The class with the most distinct markers and its confidence; None without a marker."""
    counts = {
        name: len({match.group().casefold() for match in pattern.finditer(sentence)})
        for name, pattern in lexicon(language).star.items()
    }
    best = max(counts.values(), default=0)
    if not best:
        return None
    leading = [name for name, count in counts.items() if count == best]
    if len(leading) > 1:
        return UNSURE, _TIE
    return leading[0], _TWO_MARKERS if best > 1 else _ONE_MARKER


def quantified_results(passage: Passage) -> list[Event]:
    """`quantified_result` events: a clause with a change verb and a number with a unit (or a percentage, 一半, half).

    A clause of a sentence that names a goal and no outcome ("my goal was to cut churn by a quarter") is not a result.
    """
    words = lexicon(passage.language)
    events = []
    for begin, end in passage.sentences():
        sentence = passage.text[begin:end]
        found = classify(sentence, passage.language)
        if found and found[0] == "task" and not words.star["result"].search(sentence):
            continue
        for left, right in passage.clauses():
            if begin <= left < end:
                events += _quantified_clause(passage, left, min(right, end))
    return events


def _quantified_clause(passage: Passage, begin: int, end: int) -> list[Event]:
    clause = passage.text[begin:end]
    changes = list(lexicon(passage.language).change.finditer(clause))
    numbers = list(_quantity(passage.language).finditer(clause))
    if not changes or not numbers or _wished(clause, passage.language):
        return []
    left = min(changes[0].start(), numbers[0].start())
    right = max(changes[-1].end(), numbers[-1].end())
    span = passage.span(begin + left, begin + right)
    return [Event("quantified_result", span.start, span.end, clause[left:right], 0.8)]


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
