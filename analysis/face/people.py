"""The people of a recording: faces that are followed without a break, and which of them belong to one person.

A face that is followed from picture to picture is one person's. After a cut, or where it looked away for too long, it
is somebody's whom we saw before if it looks like that (see `appearance`); two faces at once are never one person's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.face.appearance import SAME_PERSON, Appearance, appearance, mean
from analysis.face.inference import Picture
from analysis.face.landmarks import Mesh
from analysis.face.look import Region

_SAME_PLACE = 0.5
"""Two regions are one face's when their centres are less than this many sides apart."""
_CALM = 20.0
"""Mean difference in levels of 255 between two crops of one calm face: at most this in six of seven clips at 5 a second
(a swaying camera reached 49), and from 42 on between two people. Below it nobody has taken the place."""
_LOOK_EVERY_S = 1.0
_CROP_STEP = 16


@dataclass
class Following:
    """One face from when it was found until it was lost: `region` as last seen, its look just now and on average."""

    number: int
    start_s: float
    region: Region
    crop: NDArray[np.int16]
    now: Appearance
    average: Appearance
    looked_s: float
    looks: int = 1

    def goes_on(self, time_s: float, rgb: Picture, mesh: Mesh) -> bool:
        """Take in the next picture; False where somebody else's face is in this place now.

        Its look is taken once a second, and whenever the crop changes by more than a calm face does.
        """
        crop, before = _thinned(mesh), self.crop
        self.region, self.crop = mesh.region, crop
        if time_s - self.looked_s < _LOOK_EVERY_S and float(np.abs(crop - before).mean()) < _CALM:
            return True
        look = appearance(rgb, mesh.region, mesh.crop)
        if look.distance(self.now) > SAME_PERSON:
            return False
        self.average, self.now, self.looked_s = mean(self.average, self.looks, look), look, time_s
        self.looks += 1
        return True


@dataclass
class _Person:
    look: Appearance
    looks: int
    end_s: float


class People:
    """Who is followed now, and whom the finished followings belonged to."""

    def __init__(self) -> None:
        self.followed: list[Following] = []
        self._begun = 0
        self._persons: list[_Person] = []
        self._person_of: dict[int, int] = {}

    def begin(self, time_s: float, rgb: Picture, mesh: Mesh) -> Following:
        """Follow a face that is new."""
        self._begun += 1
        look = appearance(rgb, mesh.region, mesh.crop)
        following = Following(self._begun, time_s, mesh.region, _thinned(mesh), look, look, time_s)
        self.followed.append(following)
        return following

    def end(self, following: Following, time_s: float) -> None:
        """The face is not there any more: find out whose it was."""
        self.followed.remove(following)
        who = self._whose(following)
        person = self._persons[who]
        person.look = mean(person.look, person.looks / following.looks, following.average)
        person.looks, person.end_s = person.looks + following.looks, time_s
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


def _thinned(mesh: Mesh) -> NDArray[np.int16]:
    """Every sixteenth pixel of the crop, to see whether it has changed."""
    half = _CROP_STEP // 2
    return mesh.crop[half::_CROP_STEP, half::_CROP_STEP].astype(np.int16)


def near(region: Region, x: float, y: float) -> bool:
    """Whether a place in the picture is within a face's region."""
    return math.hypot(region.centre_x - x, region.centre_y - y) < _SAME_PLACE * region.side
