"""The markers of `resources/lexicons/*.toml`, one file a language, read once."""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Lexicon:
    """Markers of one language. Words are case folded; patterns ignore case.

    `star` and `connectives` map a class to its markers, `star_exemplars` a class (and "other") to example sentences.
    """

    language: str
    fillers_always: frozenset[str]
    fillers_clause_start: frozenset[str]
    fillers_context: frozenset[str]
    fillers_pause_only: frozenset[str]
    fillers_demonstrative: frozenset[str]
    fillers_sentence_start: frozenset[str]
    headless: tuple[str, ...]
    answering: tuple[str, ...]
    backchannels: frozenset[str]
    repetitions_allowed: frozenset[str]
    questions: re.Pattern[str]
    closing: re.Pattern[str]
    star: dict[str, re.Pattern[str]]
    connectives: dict[str, re.Pattern[str]]
    person_singular: frozenset[str]
    person_plural: frozenset[str]
    change: re.Pattern[str]
    wished: re.Pattern[str]
    quantity_units: tuple[str, ...]
    edits: re.Pattern[str]
    edits_sure: frozenset[str]
    open_words: frozenset[str]
    star_exemplars: dict[str, tuple[str, ...]]
    follow_up: re.Pattern[str]
    common_words: frozenset[str]
    function_words: frozenset[str]


def folder() -> Path:
    """Where the lexicons lie, in a checkout and in a frozen program alike."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen else Path(__file__).resolve().parent.parent.parent
    return root / "resources" / "lexicons"


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon for "zh" or "en" (any other language uses the English one)."""
    name = "zh" if language == "zh" else "en"
    return parse(tomllib.loads((folder() / f"{name}.toml").read_text("utf-8")))


def parse(raw: dict[str, Any]) -> Lexicon:
    """A lexicon out of the tables of its file."""
    fillers, person, quantities = raw["fillers"], raw["person"], raw["quantities"]
    restarts, follow_up = raw["restarts"], raw["follow_up"]
    return Lexicon(
        language=raw["language"],
        fillers_always=_words(fillers["always"]),
        fillers_clause_start=_words(fillers["clause_start"]),
        fillers_context=_words(fillers["context"]),
        fillers_pause_only=_words(fillers["context_pause_only"]),
        fillers_demonstrative=_words(fillers["demonstratives"]),
        fillers_sentence_start=_words(fillers["sentence_start"]),
        headless=tuple(fillers["headless"]),
        answering=tuple(fillers["answering"]),
        backchannels=_words(raw["backchannels"]["words"]),
        repetitions_allowed=_words(raw["repetitions"]["allowed"]),
        questions=_patterns(raw["questions"]["patterns"]),
        closing=_patterns(raw["closing"]["patterns"]),
        star={name: marker_pattern(words) for name, words in raw["star"].items()},
        connectives={name: marker_pattern(words) for name, words in raw["connectives"].items()},
        person_singular=_words(person["singular"]),
        person_plural=_words(person["plural"]),
        change=marker_pattern(quantities["change"]),
        wished=marker_pattern(quantities["wished"]),
        quantity_units=tuple(sorted(quantities["units"], key=len, reverse=True)),
        edits=marker_pattern([*restarts["always"], *restarts["context"]]),
        edits_sure=_words(restarts["always"]),
        open_words=_words(restarts["open"]),
        star_exemplars={name: tuple(sentences) for name, sentences in raw["star_exemplars"].items()},
        follow_up=_patterns(follow_up["patterns"]),
        common_words=_words(follow_up["common"]),
        function_words=_words(follow_up["function"]),
    )


def _words(words: list[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


def _patterns(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def marker_pattern(words: list[str]) -> re.Pattern[str]:
    """Any of the markers, longest first; Latin ones as whole words; "^" before one = only where a clause begins."""
    ordered = sorted(words, key=len, reverse=True)
    return re.compile("|".join(_bounded(word) for word in ordered) or r"(?!)", re.IGNORECASE)


def _bounded(word: str) -> str:
    if word.startswith("^"):
        return rf"(?:^|(?<=[，。；、！？,.;!? ])){_bounded(word[1:])}"
    escaped = re.escape(word).replace(r"\ ", r"[ ,]+")
    if word[0].isascii() and word[0].isalnum():
        return rf"(?<![A-Za-z0-9]){escaped}(?![A-Za-z0-9])"
    return escaped
