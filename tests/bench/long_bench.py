"""Whether cost and memory stay in step with the length: the long recording of the corpus, 10 and 30 minutes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.bench import recordings
from tests.bench.product import Analysed, analyse, staged

MINUTES = (10, 30)
PARTS = {
    10: "the first 600 s of interviews/long/long_zh.mp4",
    30: "interviews/long/long_zh.mp4 (1797 s)",
    120: "interviews/long/long_zh.mp4 four times over (7186 s)",
}


def what(minutes: Sequence[int]) -> dict[str, str]:
    """What each figure is when these lengths are measured."""
    lengths = ", ".join(map(str, minutes))
    lines = {
        "analysis_linearity": f"how much more a minute costs in the dearest of the recordings of {lengths} minutes "
        "than in the cheapest, as a share, by seconds",
        "analysis_cpu_linearity": "the same by processor seconds",
    }
    for one in minutes:
        lines[f"analysis_ratio_{one}min"] = (
            f"one whole analysis of {PARTS[one]}, 1280 x 720, everything on, 5 faces a second: from the call that "
            "starts the child process to its end, divided by the length; one run after an analysis of a sample that "
            "warms the disk cache"
        )
        lines[f"analysis_cpu_ratio_{one}min"] = "processor seconds of that analysis by its length"
        lines[f"analysis_peak_mb_{one}min"] = "highest memory of that analysis, counted as in analysis_peak_mb"
    return lines


WHAT = what(MINUTES)


def measure(minutes: Sequence[int] = MINUTES) -> dict[str, float | None]:
    """The figures of `what(minutes)`."""
    if recordings.missing():
        return dict.fromkeys(what(minutes))
    analyse(recordings.sample("zh"))
    runs = {one: _run(one) for one in minutes}
    lengths = {one: recordings.length_s(recordings.long_recording(one)) for one in minutes}
    return figures_of(runs, lengths)


def _run(minutes: int) -> Analysed:
    run = analyse(recordings.long_recording(minutes))
    print(f"   {minutes} min: {run.wall_s:.1f} s, processor {run.cpu_s:.1f} s; {staged(run.stages)}")
    print(f"      resident sizes added up: {run.sum_mb:.0f} MB; high-water mark {run.peak_mb:.0f} MB", flush=True)
    return run


def figures_of(runs: dict[int, Analysed], lengths: dict[int, float]) -> dict[str, float | None]:
    """Ratios and peaks of each run, and how far the costs of a minute lie apart. Lengths in seconds."""
    ratios = {one: run.wall_s / lengths[one] for one, run in runs.items()}
    processor = {one: run.cpu_s / lengths[one] for one, run in runs.items()}
    figures: dict[str, float | None] = {
        "analysis_linearity": apart(ratios.values()),
        "analysis_cpu_linearity": apart(processor.values()),
    }
    for one, run in runs.items():
        figures[f"analysis_ratio_{one}min"] = ratios[one]
        figures[f"analysis_cpu_ratio_{one}min"] = processor[one]
        figures[f"analysis_peak_mb_{one}min"] = run.peak_mb
    return figures


def apart(costs: Iterable[float]) -> float:
    """The dearest over the cheapest, less one."""
    costs = list(costs)
    return max(costs) / min(costs) - 1
