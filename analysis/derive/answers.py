"""The sentences of each answer: what relevance and learning look at."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.derive.conversation import Conversation
from analysis.document import Span
from analysis.language.script import units
from analysis.language.structure import told


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the candidate: the characters [begin, end) of passage number `passage`, and its time."""

    text: str
    span: Span
    passage: int
    begin: int
    end: int

    @property
    def size(self) -> int:
        """Characters (zh) or words (en)."""
        return len(units(self.text))


def answer_sentences(talk: Conversation, *, judged: bool = False) -> list[list[Sentence]]:
    """The candidate's sentences in each exchange's answer, by their middles; `judged` = the long enough ones only."""
    listed = [sentence for number in range(len(talk.candidate_passages)) for sentence in _of(talk, number, judged)]
    return [[s for s in listed if _inside(s.span, exchange.answer)] for exchange in talk.exchanges]


def _of(talk: Conversation, number: int, judged: bool) -> list[Sentence]:
    passage = talk.candidate_passages[number]
    places = told(passage) if judged else passage.sentences()
    return [Sentence(passage.text[b:e], passage.span(b, e), number, b, e) for b, e in places]


def _inside(span: Span, answer: Span) -> bool:
    return answer.start <= (span.start + span.end) / 2 < answer.end
