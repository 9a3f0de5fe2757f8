"""A language model's claims: read leniently, believed only where the quote stands in the transcript.

A model may invent, may follow words of the recording, may chatter around its JSON. Whatever it says, a claim is kept
only with a quote that stands verbatim among the candidate's own words, for a dimension of the template; every other one
is dropped and counted. A score is not asked for, and where one is given it is not read.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from app.domain.enrichment import Claim, Claims, Dropped
from app.enrichment.quotes import Quotable, Quote, fold

MOST_PER_DIMENSION = 6
MOST_CLAIM = 300
"""Characters of a claim; a longer one is an essay."""
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_GRADE = re.compile(
    r"\d\s*/\s*(?:5|10|100)\b|\d\s*out of\s*(?:5|10|100|five|ten)\b|\b(?:score|rating|grade)\s*[:=]\s*\d"
    r"|(?:评分|打分|得分|等级)\s*[:：=]\s*\d|打\s*\d+\s*分|满分\s*\d",
    re.IGNORECASE,
)
"""Words that grade: those of the recording may (a customer's rating), but not in such a form."""


class Sieve:
    """Takes a model's answers one after the other; what passes is in `result`."""

    def __init__(self, quotable: Quotable, dimensions: Sequence[str]) -> None:
        self._quotable, self._dimensions = quotable, tuple(dimensions)
        self._kept: list[Claim] = []
        self._dropped: Counter[Dropped] = Counter()
        self._asked = self._unreadable = self._cut = 0

    def take(self, text: str, *, cut: bool = False) -> None:
        """One answer; `cut` = it ran out of room."""
        self._asked += 1
        self._cut += cut
        found, readable = offered(text)
        self._unreadable += not readable
        for one in found:
            reason = self._sift(one)
            if reason is not None:
                self._dropped[reason] += 1

    def result(self) -> Claims:
        """What was kept, by dimension and time, and what was dropped for which reason."""
        order = sorted(self._kept, key=lambda claim: (self._dimensions.index(claim.dimension_id), claim.start))
        return Claims(tuple(order), dict(self._dropped), self._asked, self._unreadable, self._cut)

    def _sift(self, one: dict[str, Any]) -> Dropped | None:
        """Keep a claim, or say why not."""
        dimension, claim, quote = one.get("dimension"), one.get("claim"), one.get("quote")
        if not isinstance(dimension, str) or not isinstance(claim, str) or not isinstance(quote, str):
            return Dropped.MALFORMED
        claim = plain(claim)
        if not claim or len(claim) > MOST_CLAIM:
            return Dropped.MALFORMED
        if dimension not in self._dimensions:
            return Dropped.UNKNOWN_DIMENSION
        if _GRADE.search(claim):
            return Dropped.GRADES
        found = self._quotable.find(quote, _exchange(one.get("exchange")))
        return self._add(dimension, claim, found) if isinstance(found, Quote) else found

    def _add(self, dimension: str, claim: str, quote: Quote) -> Dropped | None:
        same = [kept for kept in self._kept if kept.dimension_id == dimension]
        if any(fold(kept.quote)[0] == fold(quote.text)[0] for kept in same):
            return Dropped.REPEATED
        if len(same) >= MOST_PER_DIMENSION:
            return Dropped.SURPLUS
        self._kept.append(Claim(dimension, claim, quote.text, quote.exchange, quote.start, quote.end))
        return None


def offered(text: str) -> tuple[list[dict[str, Any]], bool]:
    """The claims in a model's answer, wherever they stand in it, also in one that was cut off; and whether it could be
    read at all: an answer in the agreed form may well say that there is no evidence."""
    text, at = _THOUGHT.sub("", text), 0
    found: list[dict[str, Any]] = []
    readable = text.strip(" \n`json") == "[]"
    decoder = json.JSONDecoder()
    while (at := text.find("{", at)) >= 0:
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1  # not whole: what stands inside it may be
            continue
        readable = True
        found += _claims_in(value)
    return found, readable


def _claims_in(value: object) -> Iterator[dict[str, Any]]:
    """Everything that has a claim or a quote, however deep it is wrapped."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict) and ("quote" in one or "claim" in one):
            yield one
        elif isinstance(one, dict | list):
            waiting += reversed(list(one.values()) if isinstance(one, dict) else one)


def _exchange(value: object) -> int | None:
    """The answer (0-based) that the model names by its number; a hint for looking, nothing more."""
    if isinstance(value, str) and value.strip(" ()").isdecimal():
        value = int(value.strip(" ()"))
    return value - 1 if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def plain(text: str) -> str:
    """Words that may be shown: one line, without control and direction characters."""
    return " ".join("".join(c if c.isprintable() or c.isspace() else "" for c in text).split())
