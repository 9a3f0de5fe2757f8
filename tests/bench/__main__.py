"""Runs the benchmarks by name, prints each figure with what it means, and merges them into a JSON file."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path

from tests.bench import report
from tests.bench.recordings import SAMPLE

FOLDER = Path(__file__).parent
MINUTES = {
    "analysis": 6.0, "correct": 0.5, "engine": 7.0, "library": 0.5, "long": 7.0, "player": 0.5, "start": 1.0,
    "record": 6.0, "sync": 6.0, "timeline": 0.5, "long120": 27.0, "record_soak": 21.0, "rivals": 13.0, "tried": 15.0,
    "record_busy": 2.0,
}  # fmt: skip
"""About how long each takes on two quiet cores."""
BY_NAME = ("long120", "record_busy", "record_soak", "rivals", "tried")
"""Only run when they are named."""
PROMISES = {
    "analysis_ratio_en": 0.15, "analysis_ratio_zh": 0.18, "engine_overhead_ratio": 1.0,
    "engine_overhead_ratio_en": 1.0, "analysis_peak_mb": 1500,
    "analysis_peak_mb_10min": 1500, "analysis_peak_mb_30min": 1500, "analysis_peak_mb_120min": 1500,
    "analysis_linearity": 0.10, "start_ms": 1500, "open_2h_ms": 500, "correct_2h_ms": 100,
    "timeline_frame_ms_p95": 16, "timeline_events_ms_p95": 16, "slider_ms_p95": 16, "library_10k_ms_p95": 100,
    "first_frame_ms": 200, "seek_ms_p95": 100, "sync_lost": 0, "sync_doubled": 0, "sync_not_the_last": 0,
    "sync_moment_overwritten": 0, "sync_moment_lost": 0, "sync_moment_undecided": 0, "sync_moment_unmerged": 0,
    "sync_moment_seconds_max": 1,
    "sync_unanswered_doubled": 0, "sync_unanswered_missing": 0, "sync_week_seconds": 60, "sync_week_out_of_order": 0,
    "sync_week_missing": 0, "sync_pull_event_ms_p95": 16, "sync_secrets_found": 0,
    "record_lost_s_max": 2, "record_cpu_share": 0.6, "record_drift_ms": 5, "record_step_ms_max": 40,
    "record_stop_ms": 1000, "record_window_event_ms_p95": 16, "record_window_cpu_share": 0.6,
}  # fmt: skip
LEAST = {
    "sync_pushes": 1000, "sync_kills": 100, "sync_server_deaths_between": 1, "sync_moment_cards": 200,
    "sync_upload_cuts": 50, "sync_upload_equal": 1, "sync_secrets": 3,
}  # fmt: skip
"""Figures that have to be at least so much: how hard it was tried, and what has to come of it."""

Figures = dict[str, float | None]


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(path.stem.removesuffix("_bench") for path in FOLDER.glob("*_bench.py"))


def default_names() -> list[str]:
    """Those that run when none is named."""
    return [name for name in names() if name not in BY_NAME]


def main() -> int:
    """Run and print. 1 when a promise is broken."""
    options = _options()
    chosen = options.names or default_names()
    print(
        f"about {sum(MINUTES[name] for name in chosen):.0f} minutes on two quiet cores: {', '.join(chosen)}", flush=True
    )
    if options.sample:
        os.environ[SAMPLE] = "1"
        print("on the bundled samples of 57 s: for trying the benchmarks, no results")
    figures: Figures = {}
    meanings: dict[str, str] = {}
    for name in chosen:
        module = import_module(f"tests.bench.{name}_bench")
        print(f"== {name}", flush=True)
        began = time.monotonic()
        figures |= module.measure()
        meanings |= getattr(module, "WHAT", {})
        for key, value in figures.items():
            if key in getattr(module, "WHAT", {}):
                show(key, value, meanings[key])
        print(f"   ({time.monotonic() - began:.0f} s)", flush=True)
    _keep(figures, options)
    broken = [] if options.sample else broken_promises(figures)
    if broken:
        print("broken promises: " + ", ".join(broken))
    return int(bool(broken))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__.split("\n", 1)[0])
    listed = f"{', '.join(default_names())}; only by name: {', '.join(BY_NAME)}"
    parser.add_argument("names", nargs="*", metavar="NAME", help=listed)
    parser.add_argument("--json", type=Path, metavar="FILE", help="merge the figures into FILE")
    parser.add_argument("--sample", action="store_true", help="try it on the bundled samples of 57 s")
    parser.add_argument(
        "--document", action="store_true", help="write the tables of docs/performance.md from --json's FILE"
    )
    options = parser.parse_args()
    unknown = set(options.names) - set(names())
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(names())}")
    if options.document and (options.json is None or options.sample):
        parser.error("--document needs --json FILE, and figures of the corpus")
    return options


def _keep(figures: Figures, options: argparse.Namespace) -> None:
    if options.json:
        kept = merged(options.json, figures)
        if options.document:
            report.write(kept, PROMISES, LEAST)


def merged(file: Path, figures: Figures) -> Figures:
    """What the file had, with these figures over it, written back."""
    kept: Figures = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    kept |= figures
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(kept, indent=2, sort_keys=True), "utf-8")
    return kept


def broken_promises(figures: Figures) -> list[str]:
    """The measured figures that break their promise."""
    measured = {key: value for key, value in figures.items() if value is not None}
    most, least = float("inf"), float("-inf")
    return [key for key, value in measured.items() if not LEAST.get(key, least) <= value <= PROMISES.get(key, most)]


def show(key: str, value: float | None, what: str) -> None:
    """One figure with its promise and its meaning."""
    number = "not measured" if value is None else f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
    promise = f"  (promise: at most {PROMISES[key]})" if key in PROMISES else ""
    promise = f"  (promise: at least {LEAST[key]})" if key in LEAST else promise
    promise += "  BROKEN" if broken_promises({key: value}) else ""
    print(f"   {key} = {number}{promise}\n      {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
