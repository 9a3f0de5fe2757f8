"""Lexical measures of text: diversity, connectives, first person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from analysis.document import Event
from analysis.language.lexicon import lexicon
from analysis.language.passage import Passage
from analysis.language.script import tokens

MATTR_WINDOW = 50


def mattr(words: Sequence[str], window: int = MATTR_WINDOW) -> float | None:
    """Moving-average type-token ratio (Covington & McFall 2010), 0..1; None with fewer words than one window.

    Slides one count table along, so it is linear in the length.
    """
    if len(words) < window or window < 1:
        return None
    counts: dict[str, int] = {}
    total, types = 0, 0
    for place, word in enumerate(words):
        counts[word] = counts.get(word, 0) + 1
        types += counts[word] == 1
        if place >= window:
            gone = words[place - window]
            counts[gone] -= 1
            types -= counts[gone] == 0
        if place >= window - 1:
            total += types
    return total / (len(words) - window + 1) / window


def content_words(text: str, language: str) -> list[str]:
    """Case-folded words of a text, hesitation sounds left out."""
    skip = lexicon(language).fillers_always
    return [token.text.casefold() for token in tokens(text) if token.text.casefold() not in skip]


MARKER_CLASSES = ("cause", "contrast", "order", "addition", "condition", "example")


def marker_kind(name: str) -> str:
    """The kind of the events of a class of connectives: "cause" -> "cause_marker"."""
    return f"{name}_marker"


def markers(passage: Passage) -> list[Event]:
    """An event for every connective (because, 首先 …), its kind by its class."""
    events = []
    for name, pattern in lexicon(passage.language).connectives.items():
        for match in pattern.finditer(passage.text):
            span = passage.span(match.start(), match.end())
            events.append(Event(marker_kind(name), span.start, span.end, match.group()))
    return events


def first_person(text: str, language: str) -> tuple[int, int]:
    """(singular, plural) first-person pronouns: 我 against 我们, I/my against we/our. A count, never a score.

    Chinese pronouns are counted as characters, since word cutting may join them to what follows (我会).
    """
    words = lexicon(language)
    if language == "zh":
        plural = _count(words.person_plural, text)
        return _count(words.person_singular, _without(words.person_plural, text)), plural
    listed = [token.text.casefold().replace("’", "'") for token in tokens(text)]
    return sum(w in words.person_singular for w in listed), sum(w in words.person_plural for w in listed)


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _count(words: Iterable[str], text: str) -> int:
    return len(re.findall(_any_of(words), text))


def _without(words: Iterable[str], text: str) -> str:
    return re.sub(_any_of(words), " ", text)
