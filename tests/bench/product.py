"""One whole analysis by the product's own child process, as the window and the command line start it."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import threading
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from analysis.document import Analysis
from analysis.export import read
from analysis.plan import HEARING, SEEING
from analysis.protocol import AnalyseJob, AnalysisResult
from app.jobs import run_child
from app.jobs.analysis import Choices, places, request_for
from tests.bench.meter import Meter

REPEATS = int(os.environ.get("MIANJIAN_BENCH_REPEATS", "3"))
"""Runs that count, after one that warms the disk cache; their median is given."""

EVERYTHING = Choices()
"""As the window starts it: all modalities, 5 faces a second, the language found out."""


@dataclass(frozen=True)
class Analysed:
    """What an analysis took, and what came out. `stages`: seconds of each stage, of which two lanes run at once."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    sum_mb: float
    stages: dict[str, float]
    analysis: Analysis

    @property
    def text(self) -> str:
        """The transcript's words."""
        return " ".join(segment.text for segment in self.analysis.transcript.segments)


def analyse(media: Path, choices: Choices = EVERYTHING) -> Analysed:
    """Analyse a file in a fresh child process: from the call of `run_child` to the child's end, its start included."""
    scratch = Path(tempfile.mkdtemp(prefix="mianjian-bench-"))
    try:
        request = request_for(media, media.name, scratch / "out", scratch / "observed", choices, scratch)
        with Meter() as meter:
            result = run_child(AnalyseJob(request, places(scratch)), lambda _: None, threading.Event())
        assert isinstance(result, AnalysisResult)
        if failed := wanted(request.modalities) - set(result.stages):
            raise RuntimeError(f"stages that failed: {', '.join(sorted(failed))}")
        analysis = read(scratch / "out").analysis
        return Analysed(meter.wall_s, meter.cpu_s, meter.peak_mb, meter.sum_mb, result.stages, analysis)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def wanted(modalities: Collection[str]) -> set[str]:
    """The observing stages that an analysis of these modalities has: a quick one that lacks some is no result."""
    return {*(HEARING if "speech" in modalities else ()), *(SEEING if "face" in modalities else ())}


def repeated(media: Path, choices: Choices = EVERYTHING, repeats: int = REPEATS) -> list[Analysed]:
    """The runs that count, fastest first, after one that does not."""
    analyse(media, choices)
    return sorted((analyse(media, choices) for _ in range(repeats)), key=lambda run: run.wall_s)


def middle(runs: list[Analysed]) -> Analysed:
    """The run whose seconds are the median (the lower one of an even number)."""
    return min(runs, key=lambda run: abs(run.wall_s - statistics.median_low([one.wall_s for one in runs])))


def staged(stages: dict[str, float]) -> str:
    """Seconds of each stage in one line."""
    return ", ".join(f"{name} {seconds:.1f}" for name, seconds in stages.items())
