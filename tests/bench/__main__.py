"""Runs the benchmarks by name, prints each figure with what it means, and merges them into a JSON file."""

from __future__ import annotations

import argparse
import json
import sys
import time
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).parent
PROMISES = {
    "analysis_ratio_en": 0.15, "analysis_ratio_zh": 0.18, "engine_overhead_ratio": 1.0, "analysis_peak_mb": 1500,
    "start_ms": 1500, "open_2h_ms": 500, "timeline_frame_ms_p95": 16, "slider_ms_p95": 16, "library_10k_ms_p95": 100,
    "sync_lost": 0, "sync_doubled": 0,
}  # fmt: skip


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(path.stem.removesuffix("_bench") for path in FOLDER.glob("*_bench.py"))


def main() -> int:
    """Run and print. 1 when a figure is above its promise."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names()))
    parser.add_argument("--json", type=Path, metavar="FILE", help="merge the figures into FILE")
    options = parser.parse_args()
    unknown = set(options.names) - set(names())
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(names())}")
    figures: dict[str, float | None] = {}
    for name in options.names or names():
        module = import_module(f"tests.bench.{name}_bench")
        print(f"== {name}", flush=True)
        began = time.monotonic()
        measured = module.measure()
        figures |= measured
        for key, value in measured.items():
            show(key, value, getattr(module, "WHAT", {}).get(key, ""))
        print(f"   ({time.monotonic() - began:.0f} s)", flush=True)
    if options.json:
        kept = json.loads(options.json.read_text("utf-8")) if options.json.is_file() else {}
        options.json.write_text(json.dumps(kept | figures, indent=2, sort_keys=True), "utf-8")
    broken = [key for key, value in figures.items() if value is not None and value > PROMISES.get(key, float("inf"))]
    if broken:
        print("above the promise: " + ", ".join(broken))
    return int(bool(broken))


def show(key: str, value: float | None, what: str) -> None:
    """One figure with its promise and its meaning."""
    number = "not measured" if value is None else f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
    promise = f"  (promise: at most {PROMISES[key]})" if key in PROMISES else ""
    print(f"   {key} = {number}{promise}\n      {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
