"""How far an analysis is and how long it will still take, from the media seconds that its stages have done.

Each stage costs a fixed part (loading its models) and seconds per media second. The first run on a machine starts from
figures measured on two cores and scales them by what it sees; every run leaves its own measured costs in the cache.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

WARM_S = 2.0
"""Weight, in seconds, of the belief that this run is as fast as expected; keeps early estimates steady."""
NEWEST_SHARE = 0.5
"""Share of the newest run in a remembered cost."""
REPORT_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Progress:
    """One report: `done_s` of `total_s` media seconds of one stage; `share` 0..1 and `remaining_s` of the whole."""

    stage: str
    done_s: float
    total_s: float
    share: float
    remaining_s: float


@dataclass(frozen=True, slots=True)
class StageDone:
    """A stage has finished, and its observation is kept."""

    stage: str


Report = Callable[[Progress | StageDone], None]


@dataclass(frozen=True, slots=True)
class StageCost:
    """Seconds that a stage takes: `fixed_s` + `per_s` for each second of media."""

    fixed_s: float
    per_s: float

    def seconds(self, media_s: float) -> float:
        """Expected seconds for so much media."""
        return self.fixed_s + self.per_s * media_s


@dataclass(slots=True)
class _Stage:
    cost: StageCost
    started: float | None = None
    ended: float | None = None
    done_s: float = 0.0
    reported: float = 0.0
    left_then: float = 0.0


@dataclass
class Forecast:
    """Follows the stages of one run. `lanes` run beside each other, the stages of a lane one after the other.

    `costs` are keyed by stage. Thread safe: every lane reports from its own thread.
    """

    lanes: tuple[tuple[str, ...], ...]
    tail: tuple[str, ...]
    media_s: float
    costs: dict[str, StageCost]
    clock: Callable[[], float] = time.monotonic
    _stages: dict[str, _Stage] = field(init=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _begun: float = field(init=False)

    def __post_init__(self) -> None:
        self._begun = self.clock()
        names = [name for lane in (*self.lanes, self.tail) for name in lane]
        self._stages = {name: _Stage(self.costs[name]) for name in names}

    def start(self, name: str) -> None:
        """The stage begins now."""
        with self._lock:
            stage = self._stages[name]
            stage.started = stage.reported = self.clock()
            stage.left_then = stage.cost.seconds(self.media_s) * self._pace()

    def did(self, name: str, media_s: float) -> Progress:
        """The stage has done so many media seconds."""
        with self._lock:
            stage = self._stages[name]
            stage.done_s = min(max(media_s, stage.done_s), self.media_s)
            self._learn(stage)
            return self._progress(name, stage.done_s)

    def end(self, name: str) -> Progress:
        """The stage has finished; one that was kept from an earlier run was never started and took no time."""
        with self._lock:
            stage = self._stages[name]
            stage.ended = self.clock()
            stage.done_s = self.media_s
            return self._progress(name, self.media_s)

    def took(self) -> dict[str, float]:
        """Seconds of the finished stages that ran."""
        return {
            name: stage.ended - stage.started
            for name, stage in self._stages.items()
            if stage.started is not None and stage.ended is not None
        }

    def _learn(self, stage: _Stage) -> None:
        """A stage at share f of its media: what is left is as expected at first, and as measured towards its end."""
        assert stage.started is not None
        now = self.clock()
        share = stage.done_s / self.media_s if self.media_s else 1.0
        spent = max(0.0, now - stage.started - stage.cost.fixed_s)
        expected = stage.cost.per_s * self.media_s * self._pace()
        measured = spent / share if share else expected
        stage.left_then = (1 - share) * ((1 - share) * expected + share * measured)
        stage.reported = now

    def _pace(self) -> float:
        """How much slower this run is than expected: finished stages' seconds over their expected seconds."""
        spent = expected = WARM_S
        for stage in self._stages.values():
            if stage.started is not None and stage.ended is not None:
                spent += stage.ended - stage.started
                expected += stage.cost.seconds(self.media_s)
        return spent / expected

    def _left(self, name: str) -> float:
        stage = self._stages[name]
        if stage.ended is not None:
            return 0.0
        if stage.started is None:
            return stage.cost.seconds(self.media_s) * self._pace()
        return max(0.0, stage.left_then - (self.clock() - stage.reported))

    def _progress(self, name: str, done_s: float) -> Progress:
        beside = max((sum(map(self._left, lane)) for lane in self.lanes), default=0.0)
        remaining = beside + sum(map(self._left, self.tail))
        elapsed = self.clock() - self._begun
        share = elapsed / (elapsed + remaining) if elapsed + remaining > 0 else 1.0
        return Progress(name, done_s, self.media_s, share, remaining)


class Throttle:
    """Lets through one report in `REPORT_EVERY_S` for each stage, and every report that ends one."""

    def __init__(self, report: Report, clock: Callable[[], float] = time.monotonic) -> None:
        self._report = report
        self._clock = clock
        self._last: dict[str, float] = {}
        self._lock = threading.Lock()

    def __call__(self, event: Progress | StageDone) -> None:
        with self._lock:
            if isinstance(event, Progress) and event.done_s < event.total_s:
                now = self._clock()
                if now - self._last.get(event.stage, -REPORT_EVERY_S) < REPORT_EVERY_S:
                    return
                self._last[event.stage] = now
            self._report(event)


class CostBook:
    """Costs that earlier runs measured on this machine, by stage and variant (model, device, threads, lanes)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._costs = msgspec.json.decode(path.read_bytes(), type=dict[str, StageCost])
        except (OSError, msgspec.DecodeError):
            self._costs = {}  # a cache: without it the first figures serve

    def cost(self, variant: str, first: StageCost) -> StageCost:
        """What earlier runs say, else the first figure."""
        return self._costs.get(variant, first)

    def learn(self, measured: Iterable[tuple[str, StageCost, float]], media_s: float) -> None:
        """Take in (variant, cost believed, seconds taken) of a run over `media_s`, and keep the book."""
        for variant, believed, seconds in measured:
            newest = max(0.0, seconds - believed.fixed_s) / media_s if media_s else believed.per_s
            known = self._costs.get(variant)
            per_s = newest if known is None else NEWEST_SHARE * newest + (1 - NEWEST_SHARE) * known.per_s
            self._costs[variant] = replace(believed, per_s=per_s)
        with contextlib.suppress(OSError):  # a cache that cannot be written costs only a less exact forecast
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part = self.path.with_name(f"{self.path.name}.{os.getpid()}")
            part.write_bytes(msgspec.json.encode(self._costs))
            os.replace(part, self.path)
