"""What the terms yield: hits of the position's own, how often each term of every glossary is used, and suggestions.

A suggestion is a place where the recogniser probably wrote something else than was said (为服务 for 微服务). It is
offered to a person as a correction and changes nothing by itself: what is written may be right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.document import Correction, Suggestion, TermUse
from analysis.language.passage import Passage
from analysis.language.row import Row
from analysis.language.script import folded, has_han
from analysis.language.sounds import is_kin
from analysis.language.terms import (
    MIN_FUZZY_SOUNDS,
    Name,
    TermHit,
    begins_alike,
    best,
    find_terms,
    hit_at,
    is_form_of,
    letter_similarities,
    names_of,
    overlap,
    sound_similarities,
)
from analysis.request import Glossary, Term

OWN = ""
"""The glossary of the position's own terms."""
SURE_SIMILARITY = 0.93
"""A general glossary's term is suggested from here on: at most one sound of three to five is a little off."""
NEAR_LETTERS, MIN_NEAR_LETTERS = 0.75, 7
"""A Latin word of at least so many letters is a near miss from this similarity on, where it begins as the term does."""
SOUNDS_PER_MISS = 3
"""One sound in three may be another one in a near miss, and it has to be one that is easily taken for the term's."""
SAME_S = 0.5
"""A word that was confirmed is known again this near to its time."""


@dataclass(frozen=True)
class Vocabulary:
    """`hits` of the position's own terms in text order, `uses` by glossary, `suggestions` in time order."""

    hits: tuple[TermHit, ...]
    uses: tuple[TermUse, ...]
    suggestions: tuple[Suggestion, ...]


def vocabulary(
    passages: Sequence[Passage],
    speaker: str,
    terms: Sequence[Term],
    glossaries: Sequence[Glossary],
    language: str,
    corrections: Iterable[Correction] = (),
) -> Vocabulary:
    """All that the terms yield in one speaker's passages. A glossary's term is named in the interview's `language`.

    Of the `corrections` in force those count that confirm the machine's own words: what a person says was rightly heard
    is no term that was misheard.
    """
    row = Row(passages)
    confirmed = [correction for correction in corrections if correction.before == correction.after]

    def meant(hits: Iterable[TermHit]) -> list[TermHit]:
        return [hit for hit in hits if hit.exact or not _is_confirmed(hit, row.passages, confirmed)]

    own = meant(find_terms(row, terms))
    by_glossary = {glossary.id: meant(find_terms(row, glossary.terms, strict=True)) for glossary in glossaries}
    written = [hit for hits in (own, *by_glossary.values()) for hit in hits if hit.exact]
    own = _unless_written(own, written)
    by_glossary = {name: _unless_written(hits, written) for name, hits in by_glossary.items()}
    uses = _uses(row.passages, OWN, own, {})
    for glossary in glossaries:
        labels = {term.text: _label(term, language) for term in glossary.terms}
        uses += _uses(row.passages, glossary.id, by_glossary[glossary.id], labels)
    likely = [hit for hit in own if not (hit.exact or is_form_of(folded(hit.name), folded(hit.heard)))]
    likely += _unless_written(meant(near_misses(row, terms)), written)
    likely += [h for hits in by_glossary.values() for h in hits if SURE_SIMILARITY <= h.similarity < 1.0]
    return Vocabulary(tuple(own), tuple(uses), _suggestions(row.passages, speaker, likely))


def _is_confirmed(hit: TermHit, passages: Sequence[Passage], confirmed: Iterable[Correction]) -> bool:
    """Whether a person said of these very words, at this time, that they are right."""
    start = passages[hit.passage].starts[hit.begin]
    return any(
        abs(correction.start - start) <= SAME_S and folded(correction.before) == folded(hit.heard)
        for correction in confirmed
    )


def _unless_written(hits: Iterable[TermHit], written: Sequence[TermHit]) -> list[TermHit]:
    """The hits without those that are heard where a term is written: 灰度发布 is not 灰度发表 misheard."""

    def covers(exact: TermHit, hit: TermHit) -> bool:
        return exact.term == hit.term or (exact.begin <= hit.begin and hit.end <= exact.end)

    return [hit for hit in hits if hit.exact or not any(overlap(o, hit) and covers(o, hit) for o in written)]


def _label(term: Term, language: str) -> str:
    """The first name of a term that is written as the language is, else the term itself."""
    return next((name for name in (term.text, *term.aliases) if has_han(name) == (language == "zh")), term.text)


def _uses(
    passages: Sequence[Passage], glossary: str, hits: Iterable[TermHit], labels: Mapping[str, str]
) -> list[TermUse]:
    def time(hit: TermHit) -> float:
        return round(passages[hit.passage].starts[hit.begin], 3)

    by_term: dict[str, list[TermHit]] = {}
    for hit in sorted(hits, key=time):
        by_term.setdefault(hit.term, []).append(hit)
    return [
        TermUse(
            term=labels.get(term, term),
            glossary=glossary,
            exact=sum(hit.exact for hit in found),
            fuzzy=sum(not hit.exact for hit in found),
            times=tuple(map(time, found)),
            heard=tuple("" if hit.exact else hit.heard for hit in found),
        )
        for term, found in sorted(by_term.items())
    ]


def near_misses(row: Row, terms: Iterable[Term]) -> list[TermHit]:
    """Places that sound or look somewhat like a term: too little for a hit, enough to ask."""
    names = names_of(terms)
    found = _near_by_sound(row, [name for name in names if name.is_han])
    found += _near_by_letters(row, [name for name in names if not name.is_han])
    return found


def _near_by_sound(row: Row, names: Sequence[Name]) -> list[TermHit]:
    """All sounds but one in three are the same, and the other is one that is easily taken for it (复, 付 and 布)."""
    found = []
    for name, alike in sound_similarities(row, [name for name in names if len(name.sounds) >= MIN_FUZZY_SOUNDS]):
        misses = (alike < 1.0).sum(axis=0)
        most = len(name.sounds) // SOUNDS_PER_MISS
        for place in np.flatnonzero((misses > 0) & (misses <= most)):
            if _all_kin(row, name, int(place), alike[:, place]):
                last = int(place) + len(name.sounds) - 1
                found.append(hit_at(row, name, int(place), last, float(alike[:, place].mean())))
    return [hit for hit in found if folded(hit.heard) != folded(hit.name)]


def _all_kin(row: Row, name: Name, place: int, alike: NDArray[np.float32]) -> bool:
    last = place + len(name.sounds) - 1
    pairs = zip(name.sounds, row.sounds[place : last + 1], alike, strict=True)
    return not row.cuts_words(place, last) and all(same >= 1.0 or is_kin(a, b) for a, b, same in pairs)


def _near_by_letters(row: Row, names: Sequence[Name]) -> list[TermHit]:
    found = []
    wanted = [name for name in names if len(name.letters) >= MIN_NEAR_LETTERS]
    for name, first, last, similarity in letter_similarities(row, wanted, NEAR_LETTERS):
        words = row.letters[first : last + 1]
        known = any(word == name.letters or is_form_of(name.letters, word) for word in words)
        if similarity < 1.0 and begins_alike(name.letters, words[0]) and not known:
            found.append(hit_at(row, name, first, last, similarity))
    return found


def _suggestions(passages: Sequence[Passage], speaker: str, likely: Iterable[TermHit]) -> tuple[Suggestion, ...]:
    """One suggestion a place, the most similar; a repeat of the same word is a place of its own."""
    found = []
    for hit in best(likely):
        span = passages[hit.passage].span(hit.begin, hit.end)
        found.append(Suggestion(span.start, span.end, speaker, hit.heard, hit.name, round(hit.similarity, 3)))
    return tuple(sorted(found, key=lambda suggestion: (suggestion.start, suggestion.end)))
