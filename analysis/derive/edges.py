"""Turn edges moved to where voices really start and stop.

A diariser sees edges in steps and through its window; voice activity is finer. An edge that falls into a silence, or
within 0.35 s of one, belongs at that silence; an edge in the midst of unbroken speech stays where it is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from analysis.document import Span, Turn

EDGE_S = 0.35


def refined(turns: Sequence[Turn], activity: Sequence[Span]) -> tuple[Turn, ...]:
    """The turns with refined edges, in time order. A turn without any voice activity stays as it is."""
    starts = [span.start for span in activity]
    ends = [span.end for span in activity]
    found = []
    for turn in turns:
        first, last = bisect_right(ends, turn.start), bisect_left(starts, turn.end) - 1
        if first > last:
            found.append(turn)
            continue
        start = _start(turn.start, activity[first : last + 1])
        end = _end(turn.end, activity[first : last + 1])
        found.append(replace(turn, start=start, end=end) if end > start else turn)
    kept = [turn for turn in found if not _is_scrap(turn, found, activity)]
    return tuple(sorted(kept, key=lambda turn: (turn.start, turn.end)))


def _is_scrap(turn: Turn, turns: Sequence[Turn], activity: Sequence[Span]) -> bool:
    """A turn that is nothing but the first or last moment of what another speaker says in one breath."""
    if turn.end - turn.start >= EDGE_S:
        return False
    island = next((s for s in _near(activity, turn) if s.start <= turn.start and turn.end <= s.end), None)
    if island is None or island.end - island.start < 2 * (turn.end - turn.start):
        return False
    if min(turn.start - island.start, island.end - turn.end) > 0.01:
        return False
    return any(o.speaker != turn.speaker and o.start < turn.end and o.end > turn.start for o in turns)


def _near(activity: Sequence[Span], turn: Turn) -> Sequence[Span]:
    first = bisect_right([span.end for span in activity], turn.start)
    return activity[first : first + 2]


def _start(time: float, islands: Sequence[Span]) -> float:
    """A start: at its island's beginning where that is near; past a scrap of the island before it."""
    here = islands[0]
    if time <= here.start:
        return here.start
    behind, ahead = time - here.start, here.end - time
    if ahead < EDGE_S and ahead < behind and len(islands) > 1:
        return islands[1].start
    return here.start if behind <= EDGE_S else time


def _end(time: float, islands: Sequence[Span]) -> float:
    here = islands[-1]
    if time >= here.end:
        return here.end
    behind, ahead = time - here.start, here.end - time
    if behind < EDGE_S and behind < ahead and len(islands) > 1:
        return islands[-2].end
    return here.end if ahead <= EDGE_S else time
