"""What an outside service says about the answers: read by a schema, kept only where the candidate really said it.

As with the claims of a model on this computer, a quote must stand in the transcript as the candidate's own words, in
the answer that is spoken of. A score outside 0..10, an unknown dimension, a term that is not in its quote: all dropped
and counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

import msgspec

from app.domain.enrichment import Dropped, OutsideScore, OutsideScores, OutsideTerm, OutsideTerms
from app.enrichment.claims import MOST_CLAIM, plain
from app.enrichment.quotes import Quotable, Quote, fold

MOST_TERM, MOST_TERMS = 40, 60
"""Characters of a term, and terms of an interview."""
_FENCED = re.compile(r"\A\s*```(?:json)?\s*(.*?)\s*```\s*\Z", re.DOTALL)
_Place = Annotated[int, msgspec.Meta(ge=1)]
Kept = TypeVar("Kept")


class _Term(msgspec.Struct):
    term: Annotated[str, msgspec.Meta(min_length=1)]
    quote: str
    exchange: _Place


class _Score(msgspec.Struct):
    dimension: str
    score: Annotated[float, msgspec.Meta(ge=0, le=10)]
    reason: Annotated[str, msgspec.Meta(min_length=1)]
    quote: str
    exchange: _Place


class _Terms(msgspec.Struct):
    terms: list[msgspec.Raw]


class _Scores(msgspec.Struct):
    scores: list[msgspec.Raw]


class _Sieve(Generic[Kept]):
    """Takes a service's answers one after the other; counts what it drops."""

    def __init__(self, quotable: Quotable) -> None:
        self.quotable = quotable
        self.kept: list[Kept] = []
        self.dropped: Counter[Dropped] = Counter()
        self.asked = self.unreadable = self.cut = 0

    def take(self, text: str, *, cut: bool = False) -> None:
        """One answer; `cut` = it ran out of room."""
        self.asked += 1
        self.cut += cut
        fenced = _FENCED.match(text)
        try:
            rows = self._rows(fenced.group(1) if fenced else text)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            self.unreadable += 1
            return
        for row in rows:
            try:
                reason = self._sift(row)
            except (msgspec.DecodeError, UnicodeError, RecursionError):
                reason = Dropped.MALFORMED
            if reason is not None:
                self.dropped[reason] += 1

    def _rows(self, text: str) -> Sequence[msgspec.Raw]:
        raise NotImplementedError

    def _sift(self, row: msgspec.Raw) -> Dropped | None:
        """Keep a row, or say why not. Raises DecodeError."""
        raise NotImplementedError

    def _quote(self, words: str, place: int) -> Quote | Dropped:
        """Where the words stand in the answer that is spoken of (0-based)."""
        found = self.quotable.find(words, place)
        return found if isinstance(found, Dropped) or found.exchange == place else Dropped.NOT_SAID


class TermSieve(_Sieve[OutsideTerm]):
    """Keeps terms."""

    def result(self) -> OutsideTerms:
        """The terms in the order of what was said."""
        order = sorted(self.kept, key=lambda term: (term.start, term.text))
        return OutsideTerms(tuple(order), dict(self.dropped), self.asked, self.unreadable, self.cut)

    def _rows(self, text: str) -> Sequence[msgspec.Raw]:
        return msgspec.json.decode(text, type=_Terms).terms

    def _sift(self, row: msgspec.Raw) -> Dropped | None:
        one = msgspec.json.decode(row, type=_Term)
        term, place = plain(one.term), one.exchange - 1
        wanted, _ = fold(term)
        if not wanted or len(term) > MOST_TERM:
            return Dropped.MALFORMED
        found = self._quote(one.quote, place)
        if isinstance(found, Dropped):
            return found
        if wanted not in fold(found.text)[0]:
            return Dropped.NOT_SAID
        if any(fold(kept.text)[0] == wanted and kept.exchange == place for kept in self.kept):
            return Dropped.REPEATED
        if len(self.kept) >= MOST_TERMS:
            return Dropped.SURPLUS
        self.kept.append(OutsideTerm(term, found.text, place, found.start, found.end))
        return None


class ScoreSieve(_Sieve[OutsideScore]):
    """Keeps scores for these dimensions."""

    def __init__(self, quotable: Quotable, dimensions: Sequence[str]) -> None:
        super().__init__(quotable)
        self._dimensions = tuple(dimensions)

    def result(self) -> OutsideScores:
        """The scores by dimension and answer."""
        order = sorted(self.kept, key=lambda score: (self._dimensions.index(score.dimension_id), score.exchange))
        return OutsideScores(tuple(order), dict(self.dropped), self.asked, self.unreadable, self.cut)

    def _rows(self, text: str) -> Sequence[msgspec.Raw]:
        return msgspec.json.decode(text, type=_Scores).scores

    def _sift(self, row: msgspec.Raw) -> Dropped | None:
        one = msgspec.json.decode(row, type=_Score)
        reason, place = plain(one.reason), one.exchange - 1
        if not reason or len(reason) > MOST_CLAIM:
            return Dropped.MALFORMED
        if one.dimension not in self._dimensions:
            return Dropped.UNKNOWN_DIMENSION
        found = self._quote(one.quote, place)
        if isinstance(found, Dropped):
            return found
        if any(kept.dimension_id == one.dimension and kept.exchange == place for kept in self.kept):
            return Dropped.REPEATED
        score = round(one.score, 1)
        self.kept.append(OutsideScore(one.dimension, place, score, reason, found.text, found.start, found.end))
        return None
