"""Events of speech: pauses, fillers, repetitions, back-channels, overlaps, terms, quantified results, structure.

All but back-channels and overlaps are the candidate's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.derive.conversation import Conversation
from analysis.document import Event, Span
from analysis.language.fillers import fillers, repetitions
from analysis.language.structure import quantified_results, structure
from analysis.language.terms import find_terms, term_events
from analysis.observations import Hesitation, ProsodyObservation
from analysis.request import Term

_DOUBLE_S = 0.15
_LONG_PAUSE_S = 1.0


@dataclass(frozen=True)
class SpokenEvents:
    """`events` in time order; `terms` = (term, time in s) of every hit by the candidate; `unwritten` = those fillers
    among the events that are no part of the text."""

    events: tuple[Event, ...]
    terms: tuple[tuple[str, float], ...]
    unwritten: frozenset[Event] = frozenset()

    @cached_property
    def _middles(self) -> NDArray[np.float64]:
        return np.asarray([(event.start + event.end) / 2 for event in self.events], dtype=np.float64)

    def within(self, span: Span) -> tuple[Event, ...]:
        """The events whose middle lies in the span."""
        places = np.flatnonzero((self._middles >= span.start) & (self._middles < span.end))
        return tuple(self.events[place] for place in places)


def spoken_events(talk: Conversation, prosody: ProsodyObservation | None, terms: Sequence[Term]) -> SpokenEvents:
    """Everything that the words and the silences tell."""
    events = _pauses(talk)
    named: list[tuple[str, float]] = []
    filled: list[Event] = []
    for passage in talk.candidate_passages():
        filled += fillers(passage)
        events += repetitions(passage) + quantified_results(passage)
        hits = find_terms(passage, terms)
        events += term_events(passage, hits)
        named += [(hit.term, passage.starts[hit.begin]) for hit in hits]
        if any(_meets(passage.starts[0], passage.ends[-1], exchange.answer) for exchange in talk.exchanges):
            events += structure(passage)
    heard = prosody.hesitations if prosody else ()
    unwritten = _hesitations(talk, heard, filled)
    events += filled + unwritten + _backchannels(talk, heard)
    events += [Event("overlap", span.start, span.end) for span in talk.overlaps]
    return SpokenEvents(in_order(events), tuple(sorted(named, key=lambda hit: hit[1])), frozenset(unwritten))


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """By time, then kind: the same events always come out in the same order."""
    return tuple(sorted(events, key=lambda e: (e.start, e.end, e.kind, e.text)))


def _pauses(talk: Conversation) -> list[Event]:
    """Silent pauses with their class (Campione & Véronis 2002): medium up to 1 s, long above."""
    return [
        Event("pause", pause.start, pause.end, "long" if pause.end - pause.start > _LONG_PAUSE_S else "medium")
        for floor in talk.candidate_floors
        for pause in floor.pauses()
    ]


def _hesitations(talk: Conversation, heard: Iterable[Hesitation], written: Sequence[Event]) -> list[Event]:
    """The candidate's hesitations that no written filler covers already, but for those that only show listening."""
    speech = talk.candidate_speech
    listening = [sign for sign in talk.backchannels if sign.speaker == talk.candidate]
    found = []
    for hesitation in heard:
        middle = (hesitation.start + hesitation.end) / 2
        if not any(span.start <= middle <= span.end for span in speech):
            continue
        if any(e.start - _DOUBLE_S < hesitation.end and e.end + _DOUBLE_S > hesitation.start for e in written):
            continue
        if any(sign.start <= middle <= sign.end for sign in listening):
            continue
        found.append(Event("filler", hesitation.start, hesitation.end, hesitation.text, hesitation.confidence))
    return found


def _backchannels(talk: Conversation, heard: Sequence[Hesitation]) -> list[Event]:
    """Short signs of listening whose words are known: written ones, and a 嗯 that was heard."""
    found = []
    for sign in talk.backchannels:
        hums = (one.text for one in heard if _meets(one.start, one.end, Span(sign.start, sign.end)))
        text = sign.text or next((text for text in hums if text), "")
        if text:
            found.append(Event("backchannel", sign.start, sign.end, text))
    return found


def _meets(start: float, end: float, span: Span) -> bool:
    return start < span.end and end > span.start
