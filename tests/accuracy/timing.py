"""Events against true spans: which belongs to which, one to one, and how far they are apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from analysis.document import Event, Span

NEAR_S = 0.5
"""An event of words is right when it lies within this of the true word."""
PAIRED_S = 2.0
"""What lies further apart is not the same thing at the wrong time but another one."""
Pair = tuple[Event, Span]


def pairs(
    events: Sequence[Event], wanted: Sequence[Span], same: Callable[[Event, int], bool], within_s: float
) -> list[tuple[Event, int]]:
    """Events with the index of their true span, nearest first, none used twice; `within_s` is the largest gap."""
    near = [
        (abs(event.start - span.start) + abs(event.end - span.end), place, number)
        for place, event in enumerate(events)
        for number, span in enumerate(wanted)
        if same(event, number) and gap(event, span) <= within_s
    ]
    found: dict[int, int] = {}
    for _, place, number in sorted(near):
        if place not in found and number not in found.values():
            found[place] = number
    return [(events[place], number) for place, number in sorted(found.items())]


def anything(_event: Event, _number: int) -> bool:
    """For events that have no name to compare."""
    return True


def gap(event: Event, span: Span) -> float:
    """Seconds between an event and a span, 0 where they touch."""
    return max(0.0, event.start - span.end, span.start - event.end)


def overlap(one: Event | Span, other: Event | Span) -> float:
    """Seconds that two stretches share."""
    return max(0.0, min(one.end, other.end) - max(one.start, other.start))
