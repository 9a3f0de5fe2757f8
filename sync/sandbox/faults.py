"""Faults on demand: what real HR systems and the networks before them do wrong, with a fixed seed.

A specification is a comma-separated list of `NAME[:CHANCE][:SECONDS][:retry=S][:times=N]`, `seed=N`, and
`skew=S` (the server's clock is so many seconds ahead):
`500:0.2,429:0.1:retry=2,slow:0.1:2,drop_after:0.2`. Without a chance the fault always happens.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field, replace

BEFORE = ("401", "409", "429", "500", "503", "html", "drop_before")
"""Faults in place of an answer: nothing is done."""
AFTER = ("500_after", "html_after", "drop_after", "cut", "lose_first", "die_after")
"""Faults after the work is committed: the client cannot know the outcome. `lose_first` drops the answer to the first
try of each write, `die_after` kills the server between commit and answer."""
SLOW = "slow"
MORTAL = ("die_after",)
"""Faults that end the process: only for a sandbox that has one of its own."""
STANDING = ("field_renamed", "field_removed")
"""What is so as long as it is in force: an administrator changed the company's fields."""
NAMES = (*BEFORE, *AFTER, *STANDING, SLOW)


class FaultsInvalid(ValueError):
    """The specification cannot be read."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: how likely (0..1), how long `slow` takes (s), the Retry-After it sends, how often it may still be."""

    name: str
    chance: float = 1.0
    seconds: float = 1.0
    retry_after: str = ""
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes wrong with one request."""

    before: Fault | None = None
    after: Fault | None = None
    slow: Fault | None = None


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

    def now(self) -> float:
        """UTC seconds since 1970 on the server's clock."""
        return time.time() + self.skew_s

    def stands(self, name: str) -> bool:
        """Whether one of the standing faults is in force."""
        with self._lock:
            return any(fault.name == name for fault in self._faults)

    def plan(self, operation: str = "") -> Plan:
        """Decide for one request; `operation` is the same on each repeat of a write, "" for reading."""
        before = after = slow = None
        with self._lock:
            for place, fault in enumerate(self._faults):
                if fault.name in STANDING:
                    continue
                if fault.times == 0 or self._random.random() >= fault.chance or not self._concerns(fault, operation):
                    continue
                if fault.name == SLOW:
                    slow = fault
                elif before is None and after is None:
                    before, after = (fault, None) if fault.name in BEFORE else (None, fault)
                else:
                    continue
                self.seen[fault.name] = self.seen.get(fault.name, 0) + 1
                if fault.times is not None:
                    self._faults[place] = replace(fault, times=fault.times - 1)
        return Plan(before, after, slow)

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
        else:
            raise ValueError(key)
    if len(numbers) > 2 or (numbers and not 0.0 <= numbers[0] <= 1.0):
        raise ValueError(part)
    fault = replace(fault, chance=numbers[0]) if numbers else fault
    return replace(fault, seconds=numbers[1]) if len(numbers) == 2 else fault
