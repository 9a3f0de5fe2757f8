"""A document that was derived anew, with what stayed the same kept: what a screen made of that still holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from analysis.derive import Derived
    from analysis.document import Event, Segment
    from analysis.observations import Floats

    Item = TypeVar("Item", Event, Segment)


def kept(known: Derived, new: Derived) -> Derived:
    """The new document and tracks; where a segment, an event or a track equals a known one, it is that very object."""
    before, after = known.analysis, new.analysis
    transcript = replace(after.transcript, segments=_items(before.transcript.segments, after.transcript.segments))
    analysis = replace(after, transcript=transcript, events=_items(before.events, after.events))
    return replace(new, analysis=analysis, tracks=_tracks(known.tracks, new.tracks))


def _items(known: Sequence[Item], new: Sequence[Item]) -> tuple[Item, ...]:
    places = {(each.start, each.end, each.text): each for each in known}
    found = ((each, places.get((each.start, each.end, each.text))) for each in new)
    return tuple(before if before is not None and before == each else each for each, before in found)


def _tracks(known: Mapping[str, Floats], new: Mapping[str, Floats]) -> dict[str, Floats]:
    import numpy as np  # here, so that the window starts without it

    def is_known(name: str) -> bool:
        return name in known and np.array_equal(known[name], new[name], equal_nan=True)

    return {name: known[name] if is_known(name) else values for name, values in new.items()}
