"""How much of an answer nobody else has said: an observation that interests, never a score.

A sentence is new where no sentence of any other candidate's answer to the same question means the same (cosine below
`analysis.language.meaning.SURE_MATCH`, the same line that tells whether a question of the kit was asked). Only answers
in the same language are compared: across languages the encoder's cosines are lower, and everything would look new.

What others said is never shown, nor who they are: an interviewer learns a count and a similarity, no word of a person
who did not agree to be read beside this one. Below `LEAST_OTHERS` there is no result, because a share against one or
two answers says nothing, and because it would tell about a person who can be guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

import numpy as np

from analysis.language.meaning import SURE_MATCH
from app.domain.enrichment import AnswerNovelty, NewSentence, NoNovelty, Novelty
from app.enrichment.answers import Answer, weight
from app.enrichment.vectors import AnswerVectors, Floats

LEAST_OTHERS = 3
LEAST_QUESTION = 7
"""Shorter questions (by `app.enrichment.answers.weight`: "为什么呢？", "And then?") are asked about anything."""
LISTED = 3
"""So many of the newest sentences are named."""
MOST_TYPICAL = 15
"""What is typical is told by so many others at most, spread evenly over them: each costs as much as the answer."""

Others = Mapping[str, Sequence[AnswerVectors]]
"""The interviews of each other candidate, by whatever tells candidates apart."""


def novelty(said: Sequence[Answer], own: AnswerVectors, others: Others) -> Novelty:
    """The novelty of each answer; `own` are the vectors of `said`."""
    return Novelty(tuple(_compare(answer, own, others) for answer in said), LEAST_OTHERS)


def _compare(answer: Answer, own: AnswerVectors, others: Others) -> AnswerNovelty:
    place = answer.exchange
    mine = own.sentences[place]
    found = AnswerNovelty(place, answer.start, 0, len(mine))
    if not len(mine):
        return _without(found, NoNovelty.TOO_SHORT)
    if answer.follows and not answer.kit:
        return _without(found, NoNovelty.FOLLOW_UP)
    rivals = [rows for each in others.values() if len(rows := _answers_of(answer, own, each))]
    if len(rivals) < LEAST_OTHERS:
        return _without(found, NoNovelty.TOO_FEW, len(rivals))
    nearest = _nearest(mine, np.concatenate(rivals))
    return AnswerNovelty(
        place, answer.start, len(rivals), len(mine), int((nearest < SURE_MATCH).sum()), _typical(mine, rivals),
        _newest(answer, nearest),
    )  # fmt: skip


def _without(found: AnswerNovelty, why: NoNovelty, others: int = 0) -> AnswerNovelty:
    return AnswerNovelty(found.exchange, found.start, others, found.sentences, why=why)


def _answers_of(answer: Answer, own: AnswerVectors, interviews: Sequence[AnswerVectors]) -> Floats:
    """All sentences with which one other candidate answered the same question, in whichever round."""
    rows = [interview.sentences[place] for interview in interviews for place in _same(answer, own, interview)]
    return np.concatenate(rows) if rows else np.zeros((0, own.questions.shape[1]), np.float32)


def _same(answer: Answer, own: AnswerVectors, other: AnswerVectors) -> list[int]:
    """The exchanges of another interview with the same question: the same of the kit, else the one that resembles it.

    Two questions that nobody planned resemble each other where each is the other's best match and their cosine says
    that they mean the same.
    """
    same_language = [place for place, one in enumerate(other.answers) if one.language == answer.language and one.count]
    if answer.kit and (planned := [place for place in same_language if other.answers[place].kit == answer.kit]):
        return planned
    if answer.follows or weight(answer.question) < LEAST_QUESTION:
        return []
    alike = own.questions @ other.questions.T
    best = int(alike[answer.exchange].argmax()) if alike.shape[1] else -1
    if best not in same_language or other.answers[best].follows or (answer.kit and other.answers[best].kit):
        return []
    mutual = int(alike[:, best].argmax()) == answer.exchange
    return [best] if mutual and alike[answer.exchange, best] >= SURE_MATCH else []


def _nearest(mine: Floats, theirs: Floats) -> Floats:
    """For each sentence the cosine to the most similar of the others' sentences, 0..1."""
    nearest: Floats = np.clip((mine @ theirs.T).max(axis=1), 0.0, 1.0)
    return nearest


def _typical(mine: Floats, rivals: Sequence[Floats]) -> float:
    """The median share of new sentences among the others, each against all the rest and this candidate."""
    everybody = np.concatenate([mine, *rivals])
    ends = np.cumsum([len(mine), *(len(rows) for rows in rivals)])
    shares = []
    for place in np.unique(np.linspace(0, len(rivals) - 1, min(len(rivals), MOST_TYPICAL)).astype(int)):
        alike = rivals[place] @ everybody.T
        alike[:, ends[place] : ends[place + 1]] = -1.0  # not against itself
        shares.append(float((alike.max(axis=1) < SURE_MATCH).mean()))
    return round(median(shares), 4)


def _newest(answer: Answer, nearest: Floats) -> tuple[NewSentence, ...]:
    order = [place for place in np.argsort(nearest, kind="stable") if nearest[place] < SURE_MATCH][:LISTED]
    chosen = [(answer.sentences[place], round(float(nearest[place]), 3)) for place in order]
    return tuple(NewSentence(said.text, said.start, said.end, near) for said, near in chosen)
