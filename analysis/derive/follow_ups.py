"""Follow-up questions, and what answers take up of what they added: an observation with evidence, never a score."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.derive.answers import Sentence
from analysis.derive.conversation import Conversation
from analysis.document import Exchange, Learning, Role, Uptake
from analysis.language.content import significant_words, stem
from analysis.language.lexicon import lexicon
from analysis.language.meaning import LEAST_MATCH, SURE_MATCH, vectors
from analysis.language.row import Row
from analysis.language.script import has_han, join_words, leading_language
from analysis.language.terms import TermHit, find_terms, hit_at, names_of
from analysis.request import Term

SHARED_WORDS = 2
"""A question with so many content words of the answer before goes on from it; with one, their meaning is near too."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that an interviewer says before an answer, the words that lead up to the question included."""

    text: str
    start: float

    @property
    def language(self) -> str:
        return leading_language([self.text])


def follow_ups(talk: Conversation, answers: Sequence[Sequence[Sentence]]) -> dict[int, int]:
    """For each follow-up question's exchange the one that it goes on from, which is the one before."""
    asked = _asked(talk)
    return {
        number: number - 1
        for number in range(1, len(talk.exchanges))
        if _goes_on(asked[number], answers[number - 1], fresh=_opens_subject(*talk.exchanges[number - 1 : number + 1]))
    }


def _asked(talk: Conversation) -> list[_Asked]:
    """What is said to each question, from the end of the answer before."""
    found, start = [], 0.0
    for exchange in talk.exchanges:
        said = [
            segment.text
            for segment in talk.said.touching(start, exchange.question.end)
            if talk.roles.get(segment.speaker) is Role.INTERVIEWER
            and start <= (segment.start + segment.end) / 2 <= exchange.question.end
        ]
        found.append(_Asked(join_words(said) or exchange.question.text, start))
        start = exchange.answer.end
    return found


def _goes_on(asked: _Asked, said: Sequence[Sentence], *, fresh: bool) -> bool:
    """Whether a question points back to the answer before it, or shares its words or its meaning; `fresh` = it is
    known to open another subject, unless it points back."""
    if lexicon(asked.language).follow_up.search(asked.text):
        return True
    if fresh or not said:
        return False
    shared = _stems(asked.text) & _stems(" ".join(sentence.text for sentence in said))
    alike = float(np.max(vectors([sentence.text for sentence in said]) @ vectors([asked.text])[0]))
    return len(shared) >= SHARED_WORDS or alike >= SURE_MATCH or (bool(shared) and alike >= LEAST_MATCH)


def _opens_subject(before: Exchange, exchange: Exchange) -> bool:
    """Whether it is another question of the kit than the one before."""
    asked, last = exchange.matched_question, before.matched_question
    return asked is not None and (last is None or asked.id != last.id)


def _stems(text: str) -> set[str]:
    return {stem(word) for word in significant_words(text, leading_language([text]))}


def learnings(
    talk: Conversation, answers: Sequence[Sequence[Sentence]], follows: Mapping[int, int]
) -> list[Learning | None]:
    """For each exchange how its answer takes up what its question added; None where that is nothing, or the question
    is no follow-up."""
    brought_in = _brought_in(talk)
    return [
        _learning(talk, number, follows[number], brought_in[number], said)
        if number in follows and brought_in[number]
        else None
        for number, said in enumerate(answers)
    ]


def _brought_in(talk: Conversation) -> list[tuple[str, ...]]:
    """For each question its content words that nobody had said before it."""
    earlier = deque(sorted(talk.segments, key=lambda segment: segment.start))
    heard, known = "", set[str]()
    found = []
    for asked in _asked(talk):
        while earlier and (earlier[0].start + earlier[0].end) / 2 < asked.start:
            text = earlier.popleft().text
            heard += text + "\n"
            known |= _stems(text)
        words = significant_words(asked.text, asked.language)
        found.append(tuple(w for w in words if stem(w) not in known and not (has_han(w) and w in heard)))
    return found


def _learning(
    talk: Conversation, number: int, follows: int, added: tuple[str, ...], said: Sequence[Sentence]
) -> Learning:
    passages = sorted({sentence.passage for sentence in said})
    row = Row([talk.candidate_passages[passage] for passage in passages])
    hits = [replace(hit, passage=passages[hit.passage]) for hit in (*_alike(row, added), *_other_forms(row, added))]
    inside = [hit for hit in hits if any(_in_sentence(hit, sentence) for sentence in said)]
    first = {(hit.passage, hit.begin): hit for hit in reversed(inside)}
    found = [_uptake(talk, hit) for _, hit in sorted(first.items())]
    begun = talk.exchanges[number].answer.start
    return Learning(
        follows=follows,
        added=added,
        taken_up=tuple(found),
        latency_s=round(max(0.0, found[0].start - begun), 3) if found else None,
        elaboration=_elaboration(said, inside),
    )


def _uptake(talk: Conversation, hit: TermHit) -> Uptake:
    span = talk.candidate_passages[hit.passage].span(hit.begin, hit.end)
    return Uptake(hit.heard, span.start, span.end)


def _alike(row: Row, added: Sequence[str]) -> list[TermHit]:
    """The words as they are, or something that sounds like them."""
    return find_terms(row, [Term(word) for word in added])


def _other_forms(row: Row, added: Sequence[str]) -> list[TermHit]:
    """Latin words with another ending: deployed for deploy."""
    names = {stem(name.text): name for name in names_of([Term(word) for word in added]) if not name.is_han}
    places = [(place, names.get(stem(letters))) for place, letters in enumerate(row.letters)] if names else []
    return [hit_at(row, name, place, place, 1.0) for place, name in places if name]


def _in_sentence(hit: TermHit, sentence: Sentence) -> bool:
    return hit.passage == sentence.passage and sentence.begin <= hit.begin < sentence.end


def _elaboration(said: Sequence[Sentence], hits: Sequence[TermHit]) -> int:
    """Characters or words in the sentences that take something up and in those directly after."""
    takes = [any(_in_sentence(hit, sentence) for hit in hits) for sentence in said]
    counted = [now or before for now, before in zip(takes, [False, *takes], strict=False)]
    return sum(sentence.size for sentence, counts in zip(said, counted, strict=True) if counts)
