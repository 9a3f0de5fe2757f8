"""Whether an answer is about its question: a hint for a person to look at, never a score.

Sentence vectors find the question of an answer in a fifth to a quarter of cases only (of 16 Chinese and 12 English
questions), so the rank is shown for what it is, and `off_topic` is said with care: the answer is long, its question
comes among the last of this interview's questions, and not one of its sentences has anything in common with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.derive.answers import Sentence
from analysis.document import Exchange, Relevance
from analysis.language.meaning import UNRELATED, available, vectors
from analysis.observations import Floats

MIN_UNITS = 30
"""A shorter answer may say the right thing in other words than its question's."""
MIN_QUESTIONS = 4
"""With fewer questions to compare with, a rank says nothing."""
LAST_SHARE = 0.75
"""Off topic only where the question ranks behind this share of all."""


def relevances(
    exchanges: Sequence[Exchange], answers: Sequence[Sequence[Sentence]], follows: Mapping[int, int]
) -> list[Relevance | None]:
    """For each exchange the rank of its question by what the answer says; None with nothing to compare.

    An answer to a follow-up question may be about the question that it follows as well.
    """
    if not available():
        return [None] * len(exchanges)
    asked = vectors([exchange.question.text for exchange in exchanges])
    return [_relevance(said, exchanges, asked, _with_parents(number, follows)) for number, said in enumerate(answers)]


def _with_parents(number: int, follows: Mapping[int, int]) -> list[int]:
    chain = [number]
    while chain[-1] in follows:
        chain.append(follows[chain[-1]])
    return chain


def _relevance(
    said: Sequence[Sentence], exchanges: Sequence[Exchange], asked: Floats, own: Sequence[int]
) -> Relevance | None:
    texts = [exchange.question.text for exchange in exchanges]
    others = {text: place for place, text in enumerate(texts) if text not in {texts[mine] for mine in own}}
    if not said or not others:
        return None
    alike = np.max(vectors([sentence.text for sentence in said]) @ asked.T, axis=0)
    mine = float(max(alike[place] for place in own))
    rank = 1 + sum(float(alike[place]) > mine for place in others.values())
    of = 1 + len(others)
    long = sum(sentence.size for sentence in said) >= MIN_UNITS
    off_topic = long and of >= MIN_QUESTIONS and rank > LAST_SHARE * of and mine < UNRELATED
    return Relevance(rank, of, off_topic)
