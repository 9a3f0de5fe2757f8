"""How a person has arranged the lanes of the timeline: their order, which are hidden or folded, how high they are.

Plain values without a window. Lanes come and go with the recording and the build: the place of one that is not here
now is kept, and one that was never here before comes where it stands by itself, folded if it is so at first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

LEAST_PX, MOST_PX = 16, 320
"""How low and how high a lane can be made, in pixels before scaling."""


class Arrangeable(Protocol):
    """What is asked of a lane: its name, and how it is by itself."""

    @property
    def key(self) -> str:
        """What the lane is called here."""
        ...

    @property
    def height(self) -> int:
        """Its own height in pixels before scaling."""
        ...

    @property
    def folded_at_first(self) -> bool:
        """Whether it is folded until somebody opens it."""
        ...


AnyLane = TypeVar("AnyLane", bound=Arrangeable)


@dataclass(frozen=True)
class LaneLayout:
    """An arrangement. `order` has the key of every lane that was ever here; `heights` only those that were changed."""

    order: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    folded: frozenset[str] = frozenset()
    heights: Mapping[str, int] = field(default_factory=dict)

    def met(self, lanes: Sequence[Arrangeable]) -> LaneLayout:
        """With lanes that were never here: each comes after the one that stands before it by itself."""
        order, folded = list(self.order), set(self.folded)
        for place, lane in enumerate(lanes):
            if lane.key not in order:
                order.insert(order.index(lanes[place - 1].key) + 1 if place else 0, lane.key)
                folded |= {lane.key} if lane.folded_at_first else set()
        return replace(self, order=tuple(order), folded=frozenset(folded))

    def arranged(self, lanes: Sequence[AnyLane]) -> tuple[AnyLane, ...]:
        """The lanes in this order, the hidden ones among them. All must have been met."""
        return tuple(sorted(lanes, key=lambda lane: self.order.index(lane.key)))

    def height(self, lane: Arrangeable) -> int:
        """How high a lane is while it is open, in pixels before scaling."""
        return self.heights.get(lane.key, lane.height)

    def with_fold(self, key: str) -> LaneLayout:
        """A lane folded to its title, or opened again."""
        return replace(self, folded=self.folded ^ {key})

    def with_hidden(self, key: str, *, hidden: bool) -> LaneLayout:
        """A lane taken away, or brought back to its place."""
        return replace(self, hidden=self.hidden | {key} if hidden else self.hidden - {key})

    def with_height(self, key: str, height: float) -> LaneLayout:
        """A lane made as high as that, within what is possible."""
        return replace(self, heights={**self.heights, key: round(min(max(height, LEAST_PX), MOST_PX))})

    def moved(self, key: str, beside: str, *, below: bool) -> LaneLayout:
        """A lane put right above or below another one; where that was never here, everything stays."""
        if key == beside or beside not in self.order:
            return self
        order = [each for each in self.order if each != key]
        order.insert(order.index(beside) + below, key)
        return replace(self, order=tuple(order))

    def as_json(self) -> dict[str, object]:
        """What is remembered."""
        return {
            "order": list(self.order),
            "hidden": sorted(self.hidden),
            "folded": sorted(self.folded),
            "heights": dict(self.heights),
        }


def remembered(value: object, only_folded: object = None) -> LaneLayout:
    """What `as_json` gave. It comes from a file that people can edit: what cannot be is left out.

    `only_folded` is what was remembered when lanes could only be folded: their keys.
    """
    if not isinstance(value, dict):
        return LaneLayout(folded=frozenset(_texts(only_folded)))
    heights = value.get("heights")
    sizes = heights.items() if isinstance(heights, dict) else ()
    return LaneLayout(
        tuple(dict.fromkeys(_texts(value.get("order")))),
        frozenset(_texts(value.get("hidden"))),
        frozenset(_texts(value.get("folded"))),
        {str(key): size for key, size in sizes if isinstance(size, int) and LEAST_PX <= size <= MOST_PX},
    )


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
