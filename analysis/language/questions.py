"""Which sentences ask, and which question of the kit was asked.

The match is a cosine of sentence embeddings (recall at 1 of 0.94 in Chinese and 0.75 in English for paraphrases). It
ranks for a person to confirm: the score says nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.document import QuestionMatch
from analysis.language.lexicon import lexicon
from analysis.language.meaning import CLEAR_MARGIN, LEAST_MATCH, SURE_MATCH, available, vectors
from analysis.language.passage import Passage
from analysis.request import KitQuestion

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


def rank(questions: Sequence[str], kit: Sequence[KitQuestion]) -> list[tuple[QuestionMatch, ...]]:
    """For each question as it was asked the best three questions of the kit, best first; cosines clipped to 0..1.

    None are listed without the encoder.
    """
    if not questions or not kit or not available():
        return [() for _ in questions]
    scores = np.clip(vectors(questions) @ vectors([question.text for question in kit]).T, 0.0, 1.0)
    return [_best(row, kit) for row in scores]


def asked(best: Sequence[QuestionMatch]) -> QuestionMatch | None:
    """Which of the ranked questions was asked; None where it is not clear. The best three are listed in any case."""
    if not best:
        return None
    lead = best[0].score - (best[1].score if len(best) > 1 else 0.0)
    clear = best[0].score >= SURE_MATCH or (best[0].score >= LEAST_MATCH and lead >= CLEAR_MARGIN)
    return best[0] if clear else None


def _best(row: Any, kit: Sequence[KitQuestion]) -> tuple[QuestionMatch, ...]:
    order = sorted(range(len(kit)), key=lambda i: -float(row[i]))[:LISTED]
    return tuple(QuestionMatch(kit[i].id, kit[i].text, round(float(row[i]), 3)) for i in order)
