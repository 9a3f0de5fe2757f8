"""Exchanges where it was marked in the interview which question was asked when: that counts before a guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from analysis.derive.spans import clipped
from analysis.document import Exchange, Question, QuestionMatch, Span
from analysis.request import Asked

OWN_ANSWER_S = 2.0
"""So much speech of the candidate before anything is asked aloud answers the marked question itself."""


@dataclass(frozen=True, slots=True)
class Marked:
    """Exchanges in time order; `known` has by index the question that was asked there (`first`), or that an exchange
    is a follow-up to (`within`)."""

    exchanges: tuple[Exchange, ...]
    first: Mapping[int, QuestionMatch]
    within: Mapping[int, str]


def by_marks(found: Sequence[Exchange], asked: Sequence[Asked], answering: Sequence[Span]) -> Marked:
    """What was found, set right by what was marked.

    An exchange belongs to the marked stretch in which its answer begins, and its answer does not reach beyond it. A
    stretch in which nothing was heard to be asked is an exchange all the same; what was asked anew later is none.
    `answering` is the candidate's voice activity.
    """
    if not asked:
        return Marked(tuple(found), {}, {})
    stretches = _apart(asked)
    listed: list[tuple[Exchange, QuestionMatch | None, str]] = [
        (_cut(each, stretches), None, "") for each in found if _place(each, stretches) is None
    ]
    for stretch in stretches:
        if not stretch.used:
            continue
        inside = [_cut(each, stretches) for each in found if _place(each, stretches) is stretch]
        match = QuestionMatch(stretch.id, stretch.text, 1.0, marked=True)
        main, rest = _main(stretch, inside, answering)
        listed += [(main, match, ""), *((each, None, stretch.id) for each in rest)]
    listed.sort(key=lambda each: (each[0].question.start, each[0].answer.start))
    return Marked(
        tuple(each for each, _, _ in listed),
        {place: match for place, (_, match, _) in enumerate(listed) if match is not None},
        {place: within for place, (_, _, within) in enumerate(listed) if within},
    )


def _apart(asked: Sequence[Asked]) -> list[Asked]:
    """In time order, none reaching into the next."""
    ordered = sorted(asked, key=lambda each: each.start)
    ends = [each.start for each in ordered[1:]]
    return [replace(each, end=min(each.end, end)) for each, end in zip(ordered, [*ends, float("inf")], strict=True)]


def _place(exchange: Exchange, stretches: Sequence[Asked]) -> Asked | None:
    at = exchange.answer.start
    return next((each for each in stretches if each.start <= at < each.end), None)


def _cut(exchange: Exchange, stretches: Sequence[Asked]) -> Exchange:
    """The same, its answer no longer than up to where the next thing was marked."""
    start, end = exchange.answer.start, exchange.answer.end
    place = _place(exchange, stretches)
    bounds = [each.start for each in stretches if each.start > start] + ([place.end] if place else [])
    return replace(exchange, answer=Span(start, max(start, min([end, *bounds]))))


def _main(stretch: Asked, inside: Sequence[Exchange], answering: Sequence[Span]) -> tuple[Exchange, Sequence[Exchange]]:
    """The exchange of the marked question itself, and those that follow within its stretch."""
    before = min(inside[0].question.start, stretch.end) if inside else stretch.end
    said = clipped(answering, stretch.start, before)
    spoken = sum(span.end - span.start for span in said)
    if inside and spoken < OWN_ANSWER_S:
        return inside[0], inside[1:]
    start = said[0].start if said else before
    answer = Span(start, said[-1].end if said else before)
    return Exchange(Question(stretch.start, start, stretch.text), answer), inside
