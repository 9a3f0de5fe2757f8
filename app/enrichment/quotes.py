"""Whether a quote stands in the transcript as the candidate's own words, and where.

A quote stands where its letters and digits, after NFKC and case folding and without spaces and punctuation, follow each
other in one answer; in a script with spaces it must begin and end with whole words. What a model changed, left out or
joined together is not found. What is shown is the transcript's own text at that place, never the model's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from analysis.document import Role
from analysis.language.passage import Passage, passage_of
from analysis.language.script import HAN, leading_language
from app.domain.enrichment import Dropped
from app.enrichment.answers import Document, candidate_words, weight

LEAST_WEIGHT = 6
"""Six Han characters or three words: shorter ones turn up by chance, and prove nothing."""
MOST_WEIGHT = 120
"""Longer than this, it is the answer that was copied, not a quote."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The candidate's words in the answer of an exchange (0-based), with their times (s)."""

    text: str
    exchange: int
    start: float
    end: float


class _Text:
    """Text in which quotes are looked for: `folded`, and for each of its characters the place in the text."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self.folded, self._places = fold(passage.text)

    def find(self, wanted: str) -> tuple[int, int] | None:
        """[begin, end) in the text of the first place where the folded characters stand as whole words."""
        at = self.folded.find(wanted)
        while at >= 0:
            last = at + len(wanted) - 1
            begin, end = self._places[at][0], self._places[last][1]
            if self._parted(at) and self._parted(last + 1):
                return begin, end
            at = self.folded.find(wanted, at + 1)
        return None

    def _parted(self, place: int) -> bool:
        """Whether a word may begin or end before this folded character: beside Han characters always."""
        if place in (0, len(self.folded)):
            return True
        before, after = self._places[place - 1], self._places[place]
        if before == after:
            return False  # in the middle of what one character folds to (㎏)
        beside = self.folded[place - 1 : place + 1]
        return after[0] > before[1] or HAN.search(beside) is not None


class Quotable:
    """The answers of an interview."""

    def __init__(self, document: Document) -> None:
        words = [candidate_words(document.transcript, document.speakers, one.answer) for one in document.exchanges]
        self._answers = [_Text(passage_of(said, leading_language([word.text for word in said]))) for said in words]
        roles = document.speakers.roles
        others = (s for s in document.transcript.segments if roles.get(s.speaker) is not Role.CANDIDATE)
        self._others = "\n".join(fold(segment.text)[0] for segment in others)

    @property
    def texts(self) -> tuple[str, ...]:
        """The candidate's words of each answer."""
        return tuple(answer.passage.text for answer in self._answers)

    def passages(self) -> tuple[Passage, ...]:
        """The same with their times."""
        return tuple(answer.passage for answer in self._answers)

    def find(self, quote: str, exchange: int | None = None) -> Quote | Dropped:
        """Where a quote stands, looked for first in the answer of `exchange`; or why it is dropped."""
        said = weight(unicodedata.normalize("NFKC", quote))
        if not LEAST_WEIGHT <= said <= MOST_WEIGHT:
            return Dropped.TOO_SHORT if said < LEAST_WEIGHT else Dropped.TOO_LONG
        wanted, _ = fold(quote)
        order = sorted(range(len(self._answers)), key=lambda place: place != exchange)
        for place in order:
            if (found := self._answers[place].find(wanted)) is not None:
                passage = self._answers[place].passage
                span = passage.span(*found)
                return Quote(passage.text[found[0] : found[1]], place, span.start, span.end)
        return Dropped.OTHER_SPEAKER if wanted in self._others else Dropped.NOT_SAID


def fold(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Letters and digits after NFKC and case folding; for each of them where [begin, end) it comes from.

    A character is folded together with the marks that combine with it, so that any part of a text folds to a part of
    what the text folds to.
    """
    folded, places = "", []
    for begin, end in _clusters(text):
        plain = unicodedata.normalize("NFKC", text[begin:end]).casefold()
        kept = "".join(character for character in plain if character.isalnum())
        folded += kept
        places += [(begin, end)] * len(kept)
    return folded, places


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    begins = [place for place, character in enumerate(text) if place == 0 or not unicodedata.combining(character)]
    return pairwise([*begins, len(text)])
