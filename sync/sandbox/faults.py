"""Faults on demand: what real HR systems and the networks before them do wrong, with a fixed seed.

A specification is a comma-separated list of `NAME[:CHANCE][:SECONDS][:retry=S][:times=N][:field=PATH]`, `seed=N`, and
`skew=S` (the server's clock is so many seconds ahead):
`500:0.2,429:0.1:retry=2,slow:0.1:2,drop_after:0.2`. Without a chance the fault always happens.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

BEFORE = ("401", "409", "429", "500", "503", "html", "drop_before")
"""Faults in place of an answer: nothing is done."""
AFTER = ("500_after", "html_after", "drop_after", "cut", "lose_first", "die_after")
"""Faults after the work is committed: the client cannot know the outcome. `lose_first` drops the answer to the first
try of each write, `die_after` kills the server between commit and answer."""
SLOW = "slow"
DUPLICATE, REORDER, EDIT = "duplicate", "reorder", "edit"
BESIDE = (SLOW, DUPLICATE, REORDER, EDIT)
"""What happens beside the others. `duplicate`: a write is carried out twice, as behind a proxy that tries again, and a
page brings its rows twice. `reorder`: a write is held up on its way while its connection breaks, and is carried out
after the next request; a page brings its rows in another order. `edit`: a person in HR writes to the record that a
write is about, just before it: into a field of a result, or moves an interview on."""
OF_WRITES = (DUPLICATE, REORDER, EDIT)
OF_PAGES = (DUPLICATE, REORDER)
MORTAL = ("die_after",)
"""Faults that end the process: only for a sandbox that has one of its own."""
STANDING = ("field_renamed", "field_removed")
"""What is so as long as it is in force: an administrator changed the company's fields."""
NAMES = (*BEFORE, *AFTER, *STANDING, *BESIDE)
Row = TypeVar("Row")


class FaultsInvalid(ValueError):
    """The specification cannot be read."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: how likely (0..1), how long `slow` takes (s), the Retry-After it sends, how often it may still be, the
    field that `edit` is about (dotted path)."""

    name: str
    chance: float = 1.0
    seconds: float = 1.0
    retry_after: str = ""
    times: int | None = None
    field: str = "summary"


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes wrong with one request."""

    before: Fault | None = None
    after: Fault | None = None
    slow: Fault | None = None
    duplicate: bool = False
    reorder: bool = False
    edit: Fault | None = None


@dataclass(slots=True)
class Faults:
    """The faults in force. Thread-safe; the same seed and order of requests give the same faults."""

    spec: str = ""
    mortal: bool = False
    skew_s: float = 0.0
    seen: dict[str, int] = field(default_factory=dict)
    _faults: list[Fault] = field(default_factory=list)
    _random: random.Random = field(default_factory=lambda: random.Random(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _tried: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.set(self.spec)

    def set(self, spec: str) -> None:
        """Replace all faults. FaultsInvalid leaves the old ones in force."""
        seed, faults = parse(spec)
        skew_s = parse_skew(spec)
        if not self.mortal and any(fault.name in MORTAL for fault in faults):
            raise FaultsInvalid(spec)
        with self._lock:
            self.spec, self._faults, self._random, self.seen = spec, faults, random.Random(seed), {}
            self.skew_s = skew_s

    def in_force(self) -> tuple[Fault, ...]:
        """Every fault that may still happen."""
        with self._lock:
            return tuple(fault for fault in self._faults if fault.times != 0)

    def now(self) -> float:
        """UTC seconds since 1970 on the server's clock."""
        return time.time() + self.skew_s

    def stands(self, name: str) -> bool:
        """Whether one of the standing faults is in force."""
        with self._lock:
            return any(fault.name == name for fault in self._faults)

    def plan(self, operation: str = "", *, writes: bool = False) -> Plan:
        """Decide for one request. `operation` is the same on each repeat of a write, "" where that cannot be told;
        `writes` = it is no reading."""
        found: dict[str, tuple[int, Fault]] = {}
        with self._lock:
            for place, fault in enumerate(self._faults):
                if fault.name in STANDING or (fault.name in OF_WRITES and not writes):
                    continue
                if not self._drawn(fault) or not self._concerns(fault, operation):
                    continue
                role = fault.name if fault.name in BESIDE else "outcome"
                found.setdefault(role, (place, fault))
            if "outcome" in found and found["outcome"][1].name in BEFORE:  # nothing is done, so not twice or late
                found = {role: one for role, one in found.items() if role not in OF_WRITES}
            for role, (place, _) in found.items():
                if role != EDIT:
                    self._happened(place)
        outcome, slow, edit = (found[role][1] if role in found else None for role in ("outcome", SLOW, EDIT))
        if outcome is not None and outcome.name in BEFORE:
            return Plan(before=outcome, slow=slow)
        return Plan(None, outcome, slow, DUPLICATE in found, REORDER in found, edit)

    def edited(self) -> None:
        """A person found something to edit."""
        with self._lock:
            places = (place for place, fault in enumerate(self._faults) if fault.name == EDIT and fault.times != 0)
            for place in islice(places, 1):
                self._happened(place)

    def delivered(self, lists: Sequence[Sequence[Row]]) -> list[list[Row]] | None:
        """The lists of one page as the faults in force bring them; None = as they are."""
        names = set()
        with self._lock:
            for place, fault in enumerate(self._faults):
                if fault.name in OF_PAGES and any(lists) and self._drawn(fault):
                    names.add(fault.name)
                    self._happened(place)
            if not names:
                return None
            made = [[*rows, *rows] if DUPLICATE in names else [*rows] for rows in lists]
            for rows in made if REORDER in names else ():
                self._random.shuffle(rows)
        return made

    def _drawn(self, fault: Fault) -> bool:
        return fault.times != 0 and self._random.random() < fault.chance

    def _happened(self, place: int) -> None:
        fault = self._faults[place]
        self.seen[fault.name] = self.seen.get(fault.name, 0) + 1
        if fault.times is not None:
            self._faults[place] = replace(fault, times=fault.times - 1)

    def _concerns(self, fault: Fault, operation: str) -> bool:
        if fault.name != "lose_first":
            return True
        is_first = bool(operation) and operation not in self._tried
        self._tried.add(operation)
        return is_first


def parse(spec: str) -> tuple[int, list[Fault]]:
    """The seed and the faults of a specification. FaultsInvalid says which part cannot be read."""
    seed, faults = 1, []
    for part in filter(None, (piece.strip() for piece in spec.split(","))):
        try:
            if part.startswith("seed="):
                seed = int(part[5:])
            elif not part.startswith("skew="):
                faults.append(_fault(part))
        except ValueError as error:
            raise FaultsInvalid(part) from error
    return seed, faults


def parse_skew(spec: str) -> float:
    """How far (s) a specification puts the server's clock ahead; 0 where it says nothing."""
    skews = [piece.strip()[5:] for piece in spec.split(",") if piece.strip().startswith("skew=")]
    try:
        return float(skews[-1]) if skews else 0.0
    except ValueError as error:
        raise FaultsInvalid(f"skew={skews[-1]}") from error


def _fault(part: str) -> Fault:
    name, *options = part.split(":")
    if name not in NAMES:
        raise ValueError(name)
    fault, numbers = Fault(name), []
    for option in options:
        key, is_named, value = option.partition("=")
        if not is_named:
            numbers.append(float(option))
        elif key == "retry":
            fault = replace(fault, retry_after=value)
        elif key == "times":
            fault = replace(fault, times=int(value))
        elif key == "field" and value:
            fault = replace(fault, field=value)
        else:
            raise ValueError(key)
    if len(numbers) > 2 or (numbers and not 0.0 <= numbers[0] <= 1.0):
        raise ValueError(part)
    fault = replace(fault, chance=numbers[0]) if numbers else fault
    return replace(fault, seconds=numbers[1]) if len(numbers) == 2 else fault
