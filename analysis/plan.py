"""Which stages a request needs, in which order, and what each is expected to cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from analysis.progress import CostBook, Forecast, StageCost
from analysis.request import AnalysisRequest
from analysis.transcript import Transcript

HEARING = ("sound", "text", "speakers", "prosody")
SEEING = ("face",)
TAIL = ("derive", "write")
FIRST_COSTS = {
    "sound": StageCost(0.5, 0.005),
    "text": StageCost(1.0, 0.14),
    "imported": StageCost(0.2, 0.0005),
    "speakers": StageCost(0.4, 0.014),
    "prosody": StageCost(0.4, 0.01),
    "face": StageCost(0.3, 0.135),
    "derive": StageCost(0.3, 0.002),
    "write": StageCost(0.2, 0.001),
}
"""Measured on two cores with both lanes running; used until the machine has figures of its own. "face" at FIRST_FPS."""
FIRST_FPS = 5.0


@dataclass(frozen=True)
class Plan:
    """The stages of one run, and under which name each one's cost is remembered."""

    lanes: tuple[tuple[str, ...], ...]
    tail: tuple[str, ...]
    variants: dict[str, str]
    first: dict[str, StageCost]

    @property
    def observing(self) -> tuple[str, ...]:
        """All stages of the lanes."""
        return tuple(name for lane in self.lanes for name in lane)

    def costs(self, book: CostBook) -> dict[str, StageCost]:
        """What each stage is expected to cost."""
        return {name: book.cost(variant, self.first[name]) for name, variant in self.variants.items()}

    def measured(self, forecast: Forecast, done: Collection[str]) -> list[tuple[str, StageCost, float]]:
        """(variant, expected cost, seconds taken) of the stages that ran; of the observing ones those `done`."""
        return [
            (self.variants[name], forecast.costs[name], seconds)
            for name, seconds in forecast.took().items()
            if name in done or name in self.tail
        ]


def plan_for(
    request: AnalysisRequest, device: str, hears: bool, sees: bool, transcript: Transcript | None = None
) -> Plan:
    """Which stages are needed; a cost depends on model, device, threads, frame rate, and on what runs beside."""
    chosen = ((_hearing(transcript),) if hears else ()) + ((SEEING,) if sees else ())
    beside = f"{len(chosen)} lanes, {request.threads} threads"
    model = Path(request.transcriber).name if request.transcriber else "base"
    names = {
        "text": f"text, {model}, {device}, {beside}",
        "face": f"face, {request.face_fps:g}/s, {'+'.join(sorted(request.modalities))}, {beside}",
    }
    stages = [name for lane in (*chosen, TAIL) for name in lane]
    first = dict(FIRST_COSTS)
    first["face"] = StageCost(first["face"].fixed_s, first["face"].per_s * request.face_fps / FIRST_FPS)
    return Plan(chosen, TAIL, {name: names.get(name, f"{name}, {beside}") for name in stages}, first)


def _hearing(transcript: Transcript | None) -> tuple[str, ...]:
    """The stages of hearing: words that were written down already are not heard again, but where they have no times."""
    if transcript is None:
        return HEARING
    words = ("imported",) if transcript.reading.timed else ("text", "imported")
    return tuple(name for stage in HEARING for name in (words if stage == "text" else (stage,)))
