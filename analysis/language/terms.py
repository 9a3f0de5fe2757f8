"""Terms in the candidate's words, tolerant of how a recogniser mishears them.

A text and a term become sequences of sounds: a Han character its toneless pinyin with the usual confusions folded
(zh/z, ch/c, sh/s, n/l, -ng/-n), a Latin word its case-folded letters. A window whose mean similarity per sound is at
least 0.86 is a hit (measured: 15 of 15 misheard terms, no false hit in 435 tries); a term of two sounds must have the
same tones and be whole words as well, a shorter one be exact. Latin terms match by RapidFuzz ratio >= 85 on the letters
of neighbouring words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from analysis.document import Event
from analysis.language.passage import Passage
from analysis.language.row import BREAK, Row
from analysis.language.script import folded, has_han, units
from analysis.language.sounds import same_tones, sounds_of
from analysis.request import Term

PINYIN_SIMILARITY = 0.86
LATIN_SIMILARITY, STRICT_SIMILARITY = 0.85, 0.9
MIN_FUZZY_SOUNDS = 3
MIN_FUZZY_LETTERS = 4
MIN_STRICT_LETTERS = 6
"""From this many letters on a general glossary's Latin term is heard in a word that differs: shorter ones (Spark,
Redis) are too near to everyday words (park, reds). One letter in ten may differ."""
SAME_TONES = 0.9
_NOT_EXACT = 0.99
_AT_ONCE = 64
_FIRST = str.maketrans("cqzj", "kksg")
_ENDINGS = (
    "",
    "s",
    "es",
    "d",
    "ed",
    "r",
    "er",
    "ers",
    "or",
    "ors",
    "ing",
    "ly",
    "al",
    "ion",
    "ions",
    "e",
    "able",
    "ment",
)


@dataclass(frozen=True, slots=True)
class TermHit:
    """A term at the characters [begin, end) of passage number `passage`. `similarity` 1.0 = exact.

    `name` is the term itself or the alias that was heard.
    """

    term: str
    name: str
    heard: str
    passage: int
    begin: int
    end: int
    similarity: float

    @property
    def exact(self) -> bool:
        """Whether it was written as the term is."""
        return self.similarity >= 1.0


@dataclass(frozen=True, slots=True)
class Name:
    """A term or an alias: its letters and its sounds."""

    term: str
    text: str
    letters: str
    sounds: tuple[str, ...]
    marked: bool

    @property
    def is_han(self) -> bool:
        """Whether it is compared by its sounds."""
        return has_han(self.letters)


def names_of(terms: Iterable[Term]) -> list[Name]:
    """Every term and alias that has letters or digits."""
    found = [_name(term.text, text) for term in terms for text in (term.text, *term.aliases)]
    return [name for name in dict.fromkeys(found) if name.sounds]


@lru_cache(maxsize=20_000)
def _name(term: str, text: str) -> Name:
    return Name(term, text, folded(text), tuple(sounds_of(text, units(text))), BREAK.search(text) is not None)


def find_terms(row: Row, terms: Iterable[Term], *, strict: bool = False) -> list[TermHit]:
    """All hits of all terms, in text order; an exact hit displaces fuzzy ones that overlap it.

    `strict` = for the many terms of a general glossary: a word of two characters or of few letters counts only where it
    is written exactly, one of three characters where all three sound the same (再制定 is not 在制品).
    """
    names = names_of(terms)
    found = [hit for name in names for hit in _exact(row, name)]
    found += _alike_by_sound(row, [name for name in names if name.is_han], strict=strict)
    found += _alike_by_letters(row, [name for name in names if not name.is_han], strict=strict)
    return best(found)


def term_events(passages: Sequence[Passage], hits: Iterable[TermHit]) -> list[Event]:
    """Events: the term's name where exact, else "term ← what was written"."""
    events = []
    for hit in hits:
        span = passages[hit.passage].span(hit.begin, hit.end)
        text = hit.term if hit.exact else f"{hit.term} ← {hit.heard}"
        events.append(Event("term", span.start, span.end, text, round(hit.similarity, 3)))
    return events


def hit_at(row: Row, name: Name, first: int, last: int, similarity: float) -> TermHit:
    """A hit of a name from unit `first` to unit `last`."""
    begin, end = row.units[first].begin, row.units[last].end
    return TermHit(name.term, name.text, row.text(first, last), int(row.owners[first]), begin, end, similarity)


def _exact(row: Row, name: Name) -> list[TermHit]:
    places = row.spelt(name.letters, over_marks=name.marked)
    if name.is_han and len(name.sounds) < MIN_FUZZY_SOUNDS:
        places = [place for place in places if not row.cuts_words(*place)]
    return [hit_at(row, name, first, last, 1.0) for first, last in places]


def _alike_by_sound(row: Row, names: Sequence[Name], *, strict: bool) -> list[TermHit]:
    found = []
    for name, alike in sound_similarities(row, names):
        if len(name.sounds) >= MIN_FUZZY_SOUNDS:
            least = 1.0 if strict and len(name.sounds) == MIN_FUZZY_SOUNDS else PINYIN_SIMILARITY
            places = np.flatnonzero(alike.mean(axis=0) >= least)
            found += [_by_sound(row, name, int(place), float(alike[:, place].mean())) for place in places]
        elif len(name.sounds) == 2 and not strict:
            places = np.flatnonzero(alike.min(axis=0) >= 1.0)
            found += [hit_at(row, name, p, p + 1, SAME_TONES) for p in map(int, places) if _is_spoken_so(row, name, p)]
    return found


def _is_spoken_so(row: Row, name: Name, place: int) -> bool:
    """Whether two characters are words, and have the tones of the name."""
    heard = folded(row.text(place, place + 1))
    return row.on_edges(place, place + 1) and same_tones(name.letters, heard)


def _by_sound(row: Row, name: Name, place: int, similarity: float) -> TermHit:
    return hit_at(row, name, place, place + len(name.sounds) - 1, min(similarity, _NOT_EXACT))


def sound_similarities(row: Row, names: Sequence[Name]) -> Iterable[tuple[Name, NDArray[np.float32]]]:
    """For each name its similarity 0..1, one line a sound, at every place of the row; 0 where a mark is in between."""
    listed = list(dict.fromkeys(sound for name in names for sound in name.sounds))
    if not listed or not len(row):
        return
    table = process.cdist(listed, row.distinct, scorer=fuzz.ratio, dtype=np.float32) / np.float32(100)
    lines = {sound: table[number] for number, sound in enumerate(listed)}
    for name in names:
        width = len(name.sounds)
        whole = row.whole(width, over_marks=name.marked)
        alike = np.stack([lines[s][row.codes[at : at + whole.size]] for at, s in enumerate(name.sounds)])
        yield name, np.where(whole, alike, np.float32(0))


def _alike_by_letters(row: Row, names: Sequence[Name], *, strict: bool) -> list[TermHit]:
    shortest, least = (MIN_STRICT_LETTERS, STRICT_SIMILARITY) if strict else (MIN_FUZZY_LETTERS, LATIN_SIMILARITY)
    found = []
    for name, first, last, similarity in letter_similarities(row, names, least):
        heard = folded(row.text(first, last))
        if len(name.letters) < shortest or (strict and not _may_be(name.letters, heard)):
            continue
        found.append(hit_at(row, name, first, last, min(similarity, _NOT_EXACT)))
    return found


def _may_be(letters: str, heard: str) -> bool:
    """Whether a glossary's term may have been meant: it begins alike, and is not another form of the same word."""
    return begins_alike(letters, heard) and not is_form_of(letters, heard)


def begins_alike(word: str, other: str) -> bool:
    """Whether two Latin words may begin with the same sound: Kubernetes and Cuber Netis."""
    return word[:1].translate(_FIRST) == other[:1].translate(_FIRST)


def letter_similarities(row: Row, names: Sequence[Name], least: float) -> Iterable[tuple[Name, int, int, float]]:
    """(name, first unit, last unit, similarity >= `least`) for Latin names and as many words as they have, one more
    or one less."""
    by_width: dict[int, list[Name]] = {}
    for name in names:
        for width in range(max(1, len(name.sounds) - 1), len(name.sounds) + 2):
            by_width.setdefault(width, []).append(name)
    for width, wanted in sorted(by_width.items()):
        windows = row.latin_windows(width)
        heard = list(windows)
        for begin in range(0, len(wanted), _AT_ONCE) if heard else ():
            some = wanted[begin : begin + _AT_ONCE]
            letters = [name.letters for name in some]
            table = process.cdist(letters, heard, scorer=fuzz.ratio, score_cutoff=least * 100, dtype=np.float32)
            for line, column in np.argwhere(table >= least * 100):
                for place in windows[heard[column]]:
                    yield some[line], place, place + width - 1, float(table[line, column]) / 100


def is_form_of(word: str, other: str) -> bool:
    """Whether two Latin words differ by their endings only, as transformed does from transformer."""
    stem = next((at for at, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    return stem >= MIN_FUZZY_LETTERS and word[stem:] in _ENDINGS and other[stem:] in _ENDINGS


def best(hits: Iterable[TermHit]) -> list[TermHit]:
    """Of hits that overlap the most similar: a fuzzy one gives way to any other, an exact one to its own term only."""
    found: list[TermHit] = []
    by_passage = sorted(hits, key=lambda hit: hit.passage)
    for _, near in groupby(by_passage, key=lambda hit: hit.passage):
        kept: list[TermHit] = []
        for hit in sorted(near, key=lambda h: (-h.similarity, h.begin - h.end, h.begin)):
            if not any(overlap(hit, other) and (not hit.exact or other.term == hit.term) for other in kept):
                kept.append(hit)
        found += sorted(kept, key=lambda h: (h.begin, h.end, h.term))
    return found


def overlap(a: TermHit, b: TermHit) -> bool:
    """Whether two hits share a character."""
    return a.passage == b.passage and a.begin < b.end and b.begin < a.end
