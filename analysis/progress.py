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
from statistics import median

import msgspec

from analysis.document import MediaInfo, Missing

BELIEF = 0.04
"""Weight, as a share of the whole run, of the belief that it is as fast as expected; keeps early estimates steady."""
OWN_BELIEF = 0.3
"""The same for one stage, against the pace of the whole run: a stage may report but every two minutes of media."""
OVERDUE = 0.05
"""Share of a stage's expected time that is still left when it has taken longer than expected."""
REMEMBERED = 6
"""Runs whose costs are remembered for each stage."""
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


@dataclass(frozen=True, slots=True)
class SoFar:
    """What stands of the running analysis, told whenever a stage has come to its end.

    `kept` names the files in `observed_dir` of each stage that is there, be it from an earlier run; `failed` are the
    stages that will not come, `to_come` those that are not done yet, the optional room under its own name.
    """

    media: MediaInfo
    kept: dict[str, str]
    failed: tuple[Missing, ...]
    to_come: tuple[str, ...]


Report = Callable[[Progress | StageDone | SoFar], None]


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
    """One stage of the run. `spent_s` and `worth_s`: seconds taken, and expected, for what it has reported as done."""

    cost: StageCost
    media_s: float
    started: float | None = None
    reported: float = 0.0
    spent_s: float = 0.0
    worth_s: float = 0.0
    done_s: float = 0.0
    ended: bool = False

    @property
    def expected_s(self) -> float:
        return self.cost.seconds(self.media_s)

    def did(self, media_s: float, now: float) -> None:
        assert self.started is not None
        self.done_s = min(max(media_s, self.done_s), self.media_s)
        self.reported, self.spent_s, self.worth_s = now, now - self.started, self.cost.seconds(self.done_s)

    def left(self, pace: float, now: float) -> float:
        """What it will still take: the rest of what is expected, at its own pace as far as that is known."""
        if self.ended:
            return 0.0
        if self.started is None:
            return self.expected_s * pace
        belief = OWN_BELIEF * self.expected_s
        own_pace = (self.spent_s + belief * pace) / (self.worth_s + belief) if belief else pace
        left = (self.expected_s - self.worth_s) * own_pace - (now - self.reported)
        return max(left, OVERDUE * self.expected_s * pace)


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
        self._stages = {name: _Stage(self.costs[name], self.media_s) for name in names}

    def start(self, name: str) -> None:
        """The stage begins now."""
        with self._lock:
            stage = self._stages[name]
            stage.started = stage.reported = self.clock()

    def did(self, name: str, media_s: float) -> Progress:
        """The stage has done so many media seconds."""
        with self._lock:
            stage = self._stages[name]
            stage.did(media_s, self.clock())
            return self._progress(stage, name)

    def end(self, name: str) -> Progress:
        """The stage has finished; one that was kept from an earlier run was never started and took no time."""
        with self._lock:
            stage = self._stages[name]
            if stage.started is not None:
                stage.did(self.media_s, self.clock())
            stage.ended, stage.done_s = True, self.media_s
            return self._progress(stage, name)

    def took(self) -> dict[str, float]:
        """Seconds of the finished stages that ran."""
        return {
            name: stage.spent_s for name, stage in self._stages.items() if stage.ended and stage.started is not None
        }

    def _pace(self) -> float:
        """How much slower this run is than expected, by all that its stages have reported so far."""
        stages = self._stages.values()
        belief = BELIEF * sum(stage.expected_s for stage in stages)
        worth = belief + sum(stage.worth_s for stage in stages)
        return (belief + sum(stage.spent_s for stage in stages)) / worth if worth else 1.0

    def _progress(self, reporting: _Stage, name: str) -> Progress:
        pace, now = self._pace(), self.clock()
        left = {key: stage.left(pace, now) for key, stage in self._stages.items()}
        beside = max((sum(left[key] for key in lane) for lane in self.lanes), default=0.0)
        remaining = beside + sum(left[key] for key in self.tail)
        elapsed = now - self._begun
        share = elapsed / (elapsed + remaining) if elapsed + remaining > 0 else 1.0
        return Progress(name, reporting.done_s, self.media_s, share, remaining)


class Throttle:
    """Lets through one report in `REPORT_EVERY_S` for each stage, and every report that ends one."""

    def __init__(self, report: Report, clock: Callable[[], float] = time.monotonic) -> None:
        self._report = report
        self._clock = clock
        self._last: dict[str, float] = {}
        self._lock = threading.Lock()

    def __call__(self, event: Progress | StageDone | SoFar) -> None:
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
        self._measured: dict[str, list[float]] = {}
        with contextlib.suppress(OSError, msgspec.DecodeError):  # a cache: without it the first figures serve
            self._measured = msgspec.json.decode(path.read_bytes(), type=dict[str, list[float]])

    def cost(self, variant: str, first: StageCost) -> StageCost:
        """The median of the last runs and of the first figure: a run on a busy machine counts for little."""
        return replace(first, per_s=median([first.per_s, *self._measured.get(variant, [])]))

    def learn(self, measured: Iterable[tuple[str, StageCost, float]], media_s: float) -> None:
        """Take in (variant, expected cost, seconds taken) of a run over `media_s`, and keep the book."""
        for variant, expected, seconds in measured:
            per_s = max(0.0, seconds - expected.fixed_s) / media_s if media_s else expected.per_s
            self._measured[variant] = [*self._measured.get(variant, []), per_s][-REMEMBERED:]
        with contextlib.suppress(OSError):  # a cache that cannot be written costs only a less exact forecast
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part = self.path.with_name(f"{self.path.name}.{os.getpid()}")
            part.write_bytes(msgspec.json.encode(self._measured))
            os.replace(part, self.path)
