"""What the exchanges of one interview say about each other: relevance of each answer, and what follow-ups brought."""

from __future__ import annotations

from dataclasses import replace

from analysis.derive.answers import answer_sentences
from analysis.derive.conversation import Conversation
from analysis.derive.follow_ups import follow_ups, learnings
from analysis.derive.relevance import relevances


def compared(talk: Conversation) -> Conversation:
    """The conversation with `relevance` and `learning` of each exchange."""
    judged = answer_sentences(talk, judged=True)
    follows = follow_ups(talk, judged)
    hints = relevances(talk.exchanges, judged, follows)
    taken_up = learnings(talk, answer_sentences(talk), follows)
    found = zip(talk.exchanges, hints, taken_up, strict=True)
    return replace(talk, exchanges=tuple(replace(e, relevance=hint, learning=took) for e, hint, took in found))
