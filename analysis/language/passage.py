"""Running text with the time of every character: what all rules of this package look at."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from analysis.document import Span, Word
from analysis.language.script import CLAUSE_END, SENTENCE_END, needs_space

_ABBREVIATION = re.compile(r"(?:\b(?:mr|mrs|ms|dr|prof|st|vs|etc|e\.g|i\.e|inc|no)|\b[A-Za-z]|[0-9])\.$", re.IGNORECASE)


@dataclass(frozen=True)
class Passage:
    """Connected speech of one speaker. `starts` and `ends` (s) hold one value per character of `text`.

    `pauses` are silences (s) inside it, in time order: they tell a filler from a word.
    """

    text: str
    starts: tuple[float, ...]
    ends: tuple[float, ...]
    language: str
    pauses: tuple[Span, ...] = ()

    def span(self, begin: int, end: int) -> Span:
        """The time of the characters [begin, end)."""
        return Span(self.starts[begin], self.ends[end - 1])

    def pause_after(self, end: int, tolerance: float = 0.2) -> bool:
        """Whether silence begins within `tolerance` seconds of the end of the character before `end`."""
        time = self.ends[end - 1]
        place = bisect_left([pause.start for pause in self.pauses], time - tolerance)
        return place < len(self.pauses) and self.pauses[place].start <= time + tolerance

    def sentences(self) -> list[tuple[int, int]]:
        """[begin, end) of every sentence, its end mark included."""
        return self._pieces(SENTENCE_END)

    def clauses(self) -> list[tuple[int, int]]:
        """[begin, end) of every clause, its end mark included."""
        return self._pieces(CLAUSE_END)

    def _pieces(self, marks: str) -> list[tuple[int, int]]:
        pieces, begin = [], 0
        for place, character in enumerate(self.text):
            if character in marks or (character == "." and ends_sentence(self.text[: place + 1])):
                if _is_inside_number(self.text, place):
                    continue
                pieces.append((begin, place + 1))
                begin = place + 1
        if self.text[begin:].strip():
            pieces.append((begin, len(self.text)))
        return [(self._first(b), e) for b, e in pieces if self.text[b:e].strip()]

    def _first(self, begin: int) -> int:
        """The first character from `begin` on that is not a space."""
        return begin + len(self.text[begin:]) - len(self.text[begin:].lstrip())


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does; "e.g.", "Dr.", "A." and "3." do not."""
    text = text.rstrip("\"'”’)）」 ")
    if not text:
        return False
    if text[-1] in SENTENCE_END:
        return True
    return text[-1] == "." and not _ABBREVIATION.search(text[-6:])


def _is_inside_number(text: str, place: int) -> bool:
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    return text[place] in ",.:" and len(around) == 2 and around.isdigit()


def passage_of(words: Sequence[Word], language: str, pauses: tuple[Span, ...] = ()) -> Passage:
    """Words as a passage; a word's time is spread evenly over its letters, marks take none."""
    text = ""
    starts: list[float] = []
    ends: list[float] = []
    for word in words:
        if needs_space(text, word.text):
            text += " "
            starts.append(ends[-1])
            ends.append(word.start)
        marks = _time_marks(word)
        starts += marks[:-1]
        ends += marks[1:]
        text += word.text
    return Passage(text, tuple(starts), tuple(ends), language, pauses)


def _time_marks(word: Word) -> list[float]:
    """The times between the characters of a word: one more than there are characters."""
    sounding = [character.isalnum() for character in word.text]
    if not any(sounding):
        sounding = [True] * len(sounding)
    step = (word.end - word.start) / max(1, sum(sounding))
    return [word.start + step * count for count in accumulate(sounding, initial=0)]
