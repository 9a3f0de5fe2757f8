"""Events of speech: pauses, fillers, repetitions, restarts, back-channels, overlaps, terms, quantified results,
connectives, structure.

All but back-channels and overlaps are the candidate's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.derive.conversation import Conversation
from analysis.derive.floor import LONG_PAUSE_S
from analysis.document import Correction, Event, Span
from analysis.language.fillers import SURE, fillers, repetitions
from analysis.language.lexical import markers
from analysis.language.meaning import vectors
from analysis.language.passage import Passage
from analysis.language.restarts import restarts
from analysis.language.structure import quantified_results, structure, told
from analysis.language.terms import term_events
from analysis.language.vocabulary import OWN, Vocabulary, vocabulary
from analysis.observations import Hesitation, ProsodyObservation
from analysis.request import Glossary, Term

_DOUBLE_S = 0.15


@dataclass(frozen=True)
class SpokenEvents:
    """`events` in time order; `vocabulary` = what the terms yield in the candidate's words; `unwritten` = those fillers
    among the events that are no part of the text."""

    events: tuple[Event, ...]
    vocabulary: Vocabulary
    unwritten: frozenset[Event] = frozenset()

    @cached_property
    def terms(self) -> tuple[tuple[str, float], ...]:
        """(term, time in s) of every hit of the position's own terms."""
        own = (use for use in self.vocabulary.uses if use.glossary == OWN)
        return tuple(sorted(((use.term, time) for use in own for time in use.times), key=lambda hit: hit[1]))

    @cached_property
    def _middles(self) -> NDArray[np.float64]:
        return np.asarray([(event.start + event.end) / 2 for event in self.events], dtype=np.float64)

    def within(self, span: Span) -> tuple[Event, ...]:
        """The events whose middle lies in the span."""
        places = np.flatnonzero((self._middles >= span.start) & (self._middles < span.end))
        return tuple(self.events[place] for place in places)


def spoken_events(
    talk: Conversation,
    prosody: ProsodyObservation | None,
    terms: Sequence[Term],
    glossaries: Sequence[Glossary] = (),
    corrections: Iterable[Correction] = (),
) -> SpokenEvents:
    """Everything that the words and the silences tell. `corrections` are those of words that are in force."""
    passages = talk.candidate_passages
    found = vocabulary(passages, talk.candidate or "", terms, glossaries, talk.language, corrections)
    events = [*_pauses(talk), *term_events(passages, found.hits)]
    filled: list[Event] = []
    for passage in passages:
        fluent = _disfluencies(passage)
        filled += [event for event in fluent if event.kind == "filler"]
        events += [event for event in fluent if event.kind != "filler"] + quantified_results(passage)
    events += _structures(talk)
    heard = prosody.hesitations if prosody else ()
    unwritten = _hesitations(talk, heard, filled)
    events += filled + unwritten + _backchannels(talk, heard)
    events += [Event("overlap", span.start, span.end) for span in talk.overlaps]
    return SpokenEvents(in_order(events), found, frozenset(unwritten))


def _disfluencies(passage: Passage) -> list[Event]:
    """Fillers, repetitions, restarts and connectives of a passage, none counted twice.

    What a restart gives up is no repetition, its editing term (I mean) no filler, and a filler (然后) no connective.
    """
    anew = restarts(passage)
    filled = [event for event in fillers(passage) if event.confidence == SURE or not _touches(event, anew)]
    repeated = [event for event in repetitions(passage) if not _touches(event, anew)]
    return [*anew, *filled, *repeated, *(event for event in markers(passage) if not _touches(event, filled))]


def _touches(event: Event, others: Sequence[Event]) -> bool:
    return any(event.start < other.end and other.start < event.end for other in others)


def _structures(talk: Conversation) -> list[Event]:
    """The structure of the passages that belong to an answer; their sentences are encoded all at once."""
    answering = [
        passage
        for passage in talk.candidate_passages
        if any(_meets(passage.starts[0], passage.ends[-1], exchange.answer) for exchange in talk.exchanges)
    ]
    vectors([passage.text[begin:end] for passage in answering for begin, end in told(passage)])
    return [event for passage in answering for event in structure(passage)]


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """By time, then kind: the same events always come out in the same order."""
    return tuple(sorted(events, key=lambda e: (e.start, e.end, e.kind, e.text)))


def _pauses(talk: Conversation) -> list[Event]:
    """Silent pauses with their class (Campione & Véronis 2002): medium up to 1 s, long above."""
    return [
        Event("pause", pause.start, pause.end, "long" if pause.end - pause.start > LONG_PAUSE_S else "medium")
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
