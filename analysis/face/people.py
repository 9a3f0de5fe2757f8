"""The people of a recording: faces that are followed without a break, and which of them belong to one person.

A face that is followed from picture to picture is one person's. After a cut, or where it looked away for too long, it
is somebody's whom we saw before if it looks like that (see `appearance`); two faces at once are never one person's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.face.appearance import SAME_PERSON, Appearance, mean
from analysis.face.look import Region

_SAME_PLACE = 0.5
"""Two regions are one face's when their centres are less than this many sides apart."""


@dataclass
class Following:
    """One face from when it was found until it was lost: `region` as last seen, its look just now and on average."""

    number: int
    start_s: float
    region: Region
    now: Appearance
    average: Appearance
    pictures: int = 1

    def goes_on(self, region: Region, look: Appearance) -> bool:
        """Take in the next picture; False where somebody else's face is in this place now."""
        if look.distance(self.now) > SAME_PERSON:
            return False
        self.average, self.now, self.region = mean(self.average, self.pictures, look), look, region
        self.pictures += 1
        return True


@dataclass
class _Person:
    look: Appearance
    pictures: int
    end_s: float


class People:
    """Who is followed now, and whom the finished followings belonged to."""

    def __init__(self) -> None:
        self.followed: list[Following] = []
        self._begun = 0
        self._persons: list[_Person] = []
        self._person_of: dict[int, int] = {}

    def begin(self, time_s: float, region: Region, look: Appearance) -> Following:
        """Follow a face that is new."""
        self._begun += 1
        following = Following(self._begun, time_s, region, look, look)
        self.followed.append(following)
        return following

    def end(self, following: Following, time_s: float) -> None:
        """The face is not there any more: find out whose it was."""
        self.followed.remove(following)
        who = self._whose(following)
        person = self._persons[who]
        person.look = mean(person.look, person.pictures / following.pictures, following.average)
        person.pictures, person.end_s = person.pictures + following.pictures, time_s
        self._person_of[following.number] = who

    def end_all(self, time_s: float) -> None:
        """A cut, or the end of the recording."""
        for following in list(self.followed):
            self.end(following, time_s)

    def rescale(self, factor: float) -> None:
        """The pictures have `factor` times as many pixels a side now."""
        for following in self.followed:
            following.region = following.region.zoomed(factor)

    def taken(self, x: float, y: float) -> bool:
        """Whether the face at this place is followed already."""
        return any(near(following.region, x, y) for following in self.followed)

    def persons(self) -> dict[int, int]:
        """Of each finished following its person: 1, 2, 3 … by first appearance."""
        order: dict[int, int] = {}
        for number in sorted(self._person_of):
            order.setdefault(self._person_of[number], len(order) + 1)
        return {number: order[who] for number, who in self._person_of.items()}

    def _whose(self, following: Following) -> int:
        """Who looks most like it among those who were not in the picture beside it, else somebody new."""
        distances = dict(self._absent(following))
        best = min(distances, key=lambda who: distances[who], default=None)
        if best is not None and distances[best] <= SAME_PERSON:
            return best
        self._persons.append(_Person(following.average, 0, -math.inf))
        return len(self._persons) - 1

    def _absent(self, following: Following) -> Iterator[tuple[int, float]]:
        for who, person in enumerate(self._persons):
            if person.end_s <= following.start_s:
                yield who, person.look.distance(following.average)


def near(region: Region, x: float, y: float) -> bool:
    """Whether a place in the picture is within a face's region."""
    return math.hypot(region.centre_x - x, region.centre_y - y) < _SAME_PLACE * region.side
