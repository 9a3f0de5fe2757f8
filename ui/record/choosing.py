"""Which device stands in which place: what a person took, what the workstation remembers, what is plugged in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.recording.kinds import Kind, Role
from ui.record.capture.choice import Arrangement, Choice, Device, Picked, Place, What, pick, places

Listing = Callable[[tuple[What, ...]], tuple[Device, ...]]
NEEDS: dict[Arrangement, frozenset[Kind]] = {
    Arrangement.CAMERA: frozenset({Kind.PICTURE}),
    Arrangement.SCREEN: frozenset(Kind),
    Arrangement.TWO: frozenset({Kind.SOUND}),
    Arrangement.MICROPHONE: frozenset({Kind.SOUND}),
}
"""An arrangement makes sense where one of these may be recorded."""
USUAL = (Arrangement.CAMERA, Arrangement.MICROPHONE, Arrangement.SCREEN, Arrangement.TWO)
"""Which of them is taken where nothing is remembered: the first that the consent allows."""


class Choosing:
    """Kept between starts as `kept()`, which `__init__` reads again; what it cannot read counts as nothing."""

    def __init__(self, kept: Mapping[str, Any], allowed: frozenset[Kind], listing: Listing) -> None:
        self.allowed, self._listing = allowed, listing
        self._wanted = dict(_read(kept.get("devices")))
        self._held: dict[Role, Device] = {}
        self._found: dict[What, tuple[Device, ...]] = {}
        self.look()
        asked = kept.get("arrangement")
        offered = [each for each in USUAL if self.offers(each)]
        self.arrangement = next((each for each in offered if each == asked), next(iter(offered), Arrangement.CAMERA))

    def look(self) -> None:
        """See what is plugged in now."""
        self._found = {what: self._listing((what,)) for what in What}

    def _there(self, kinds: tuple[What, ...]) -> tuple[Device, ...]:
        return tuple(device for what in kinds for device in self._found[what])

    def offers(self, arrangement: Arrangement) -> bool:
        """Whether the consent leaves something of it to record."""
        return bool(NEEDS[arrangement] & self.allowed)

    @property
    def places(self) -> tuple[Place, ...]:
        """The places of the arrangement that may be recorded."""
        return places(self.arrangement, self.allowed)

    def arrange(self, arrangement: Arrangement) -> None:
        """Take another arrangement."""
        self.arrangement = arrangement
        self._held.clear()

    def take(self, role: Role, device: Device | None) -> None:
        """A person puts a device into a place, or leaves it empty."""
        self._wanted[role] = device
        self._held.pop(role, None)

    def options(self, place: Place) -> tuple[Device, ...]:
        """What may stand in a place; first what stood there and is gone for now."""
        found = self._there(place.devices)
        held = self._held.get(place.role)
        return found if held is None or held in found else (held, *found)

    def is_there(self, place: Place, device: Device) -> bool:
        """Whether a device is plugged in now."""
        return device in self._there(place.devices)

    def devices(self) -> dict[Role, Device | None]:
        """The device of each place. One that is unplugged while the choice is open keeps its place."""
        chosen: dict[Role, Device | None] = {}
        for place in self.places:
            device = self._device(place, [each for each in chosen.values() if each is not None])
            chosen[place.role] = device
            if device is not None:
                self._held[place.role] = device
        return chosen

    def _device(self, place: Place, taken: list[Device]) -> Device | None:
        found = self._there(place.devices)
        held = self._held.get(place.role)
        if held is not None:
            return next((each for each in found if each == held), held)
        if place.role in self._wanted:
            wanted = self._wanted[place.role]
            if wanted is None and place.optional:
                return None
            again = _again(wanted, found)
            if again is not None:
                return again
        if not place.filled:
            return None
        return next((each for each in found if each not in taken), next(iter(found), None))

    @property
    def clash(self) -> bool:
        """Whether one microphone stands in two places."""
        used = [d for d in self.devices().values() if d is not None and d.what is What.MICROPHONE]
        return len(used) != len(set(used))

    def choice(self, sizes: Mapping[Role, tuple[int, int]]) -> Choice | None:
        """What can be recorded; None where a place is empty or unplugged, or the size of its pictures not yet known.

        `sizes`: of the pictures that were seen.
        """
        devices, picked = self.devices(), self.filled(sizes)
        fit = all(self._fits(place, devices[place.role], sizes) for place in self.places)
        return Choice(self.arrangement, picked) if picked and fit and not self.clash else None

    def _fits(self, place: Place, device: Device | None, sizes: Mapping[Role, tuple[int, int]]) -> bool:
        if device is None:
            return place.optional
        sized = place.kind is Kind.SOUND or place.role in sizes or min(device.size) > 0
        return sized and self.is_there(place, device)

    def filled(self, sizes: Mapping[Role, tuple[int, int]]) -> tuple[Picked, ...]:
        """The places that have a device, for trying them out."""
        devices = self.devices()
        return tuple(
            pick(place, device, sizes.get(place.role))
            for place in self.places
            if (device := devices[place.role]) is not None
        )

    def kept(self) -> dict[str, Any]:
        """As the workstation's settings keep it."""
        devices = {
            role.value: [d.what.value, d.id, d.name] if d is not None else [] for role, d in self._wanted.items()
        }
        return {"arrangement": self.arrangement.value, "devices": devices}


def _again(wanted: Device | None, found: tuple[Device, ...]) -> Device | None:
    """The remembered device among those that are there: by its id, or by its name at another socket."""
    if wanted is None:
        return None
    same = [each for each in found if each.what is wanted.what]
    named = (each for each in same if each.name == wanted.name)
    return next((each for each in same if each.id == wanted.id), next(named, None))


def _read(devices: object) -> list[tuple[Role, Device | None]]:
    if not isinstance(devices, dict):
        return []
    found: list[tuple[Role, Device | None]] = []
    for role, words in devices.items():
        if role not in set(Role) or not isinstance(words, list) or not all(isinstance(each, str) for each in words):
            continue
        if not words:
            found.append((Role(role), None))
        elif len(words) == 3 and words[0] in set(What):
            found.append((Role(role), Device(What(words[0]), words[1], words[2])))
    return found
