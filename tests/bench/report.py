"""The tables of docs/performance.md, written from the figures of the benchmarks between marks of their own.

`<!-- table: NAME -->` and `<!-- end -->` hold a table; everything else on the page is written by hand and stays.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from tests.bench.engine_bench import STAGES
from tests.bench.tried_bench import trials
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "performance.md"
_BLOCK = re.compile(r"(<!-- table: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
PROMISED = {
    "analysis_ratio_en": "analysis against the length, English, 720p",
    "analysis_ratio_zh": "analysis against the length, Chinese, 720p",
    "engine_overhead_ratio": "Chinese, against the bare engines one after the other",
    "engine_overhead_ratio_en": "English, against the bare engines one after the other",
    "analysis_peak_mb": "memory of an analysis of three minutes, MB",
    "analysis_peak_mb_10min": "… of 10 minutes, MB",
    "analysis_peak_mb_30min": "… of 30 minutes, MB",
    "analysis_peak_mb_120min": "… of 2 hours, MB",
    "analysis_linearity": "dearest minute over cheapest of 10, 30 and 120 minutes, less one",
    "start_ms": "window usable after start, warm, ms",
    "open_2h_ms": "opening an analysed 2-hour interview, ms",
    "correct_2h_ms": "a corrected word in a 2-hour interview holds the window up for, ms",
    "first_frame_ms": "first picture of a recording after opening, ms",
    "seek_ms_p95": "a seek to its very picture, a key frame a second, 95th percentile, ms",
    "timeline_frame_ms_p95": "a frame of the timeline, 20 curves, 2 hours, 95th percentile, ms",
    "timeline_events_ms_p95": "the same with 10,000 events, crosshair and hover on, 95th percentile, ms",
    "slider_ms_p95": "a step of a weight slider, 95th percentile, ms",
    "library_10k_ms_p95": "library of 10,000 interviews, 95th percentile, ms",
    "sync_pushes": "revisions pushed with both ends killed at random",
    "sync_kills": "… kills",
    "sync_server_deaths_between": "… of these the server's between a commit and its answer",
    "sync_lost": "… lost",
    "sync_doubled": "… doubled",
    "sync_not_the_last": "… results in which another value stands than the last edit's",
    "sync_moment_cards": "one field written on both sides within a second, 200 times: cards",
    "sync_moment_seconds_max": "… longest time between both, s",
    "sync_moment_overwritten": "… written over",
    "sync_moment_lost": "… lost",
    "sync_moment_undecided": "… decided, and something else stands",
    "sync_moment_unmerged": "two fields of a result, one on each side, 50 times: not merged",
    "sync_unanswered_doubled": "every answer lost: doubled",
    "sync_unanswered_missing": "… missing",
    "sync_week_seconds": "500 edits of seven days offline, sent in order, s",
    "sync_week_out_of_order": "… out of order",
    "sync_week_missing": "… missing",
    "sync_upload_cuts": "an upload: cuts",
    "sync_upload_equal": "… arrived with the same SHA-256 (1 = yes)",
    "sync_pull_event_ms_p95": "events of a window that pulls 10,000 candidates, 95th percentile, ms late",
    "sync_secrets": "secrets looked for in databases, logs and what crashes leave",
    "sync_secrets_found": "… found",
    "record_lost_s_max": "recording killed at random, or the power cut: missing afterwards, s",
    "record_cpu_share": "recording 720p at 25 pictures a second, share of one core",
    "record_window_cpu_share": "… the same with the whole window, preview, level and hints",
    "record_window_event_ms_p95": "… events of the window meanwhile, 95th percentile, ms late",
    "record_drift_ms": "sound against picture, drift in 10 minutes, ms",
    "record_step_ms_max": "… the most that they are apart, ms",
    "record_stop_ms": "a recording that ends is in the library after, ms",
}
ENGINES = {
    "sound": "decoding the sound (PyAV)", "pictures": "decoding 5 pictures a second (PyAV)",
    "voice": "voice activity (Silero, onnxruntime)", "transcriber": "Whisper base (faster-whisper)",
    "speakers": "segmentation and CAM++ (onnxruntime)", "pitch": "swift-f0 (onnxruntime)",
    "faces": "four face models (onnxruntime)",
}  # fmt: skip
COLUMNS = {
    "wall_s": "seconds", "cpu_s": "processor s", "wall_ms": "ms a call", "cpu_ms": "processor ms a call",
    "error": "error rate", "peak_mb": "peak MB", "pictures": "pictures", "late_ms": "late, ms",
}  # fmt: skip
"""What an experiment gives, in the table's order."""
LIBRARIES = ("faster-whisper", "ctranslate2", "onnxruntime", "av", "opencv-python", "numpy")

Figures = Mapping[str, float | None]


def write(
    figures: Figures, promises: Mapping[str, float], least: Mapping[str, float], page: Path = PAGE
) -> None:  # fmt: skip
    """Fill the tables of the page; one of rivals, experiments or engines that were not measured stays as it is.

    KeyError for a mark that names no table.
    """

    def filled(found: re.Match[str]) -> str:
        made = table(found[2], figures, promises, least)
        return found[1] + made + found[3] if _is_measured(found[2], figures) else found[0]

    page.write_text(_BLOCK.sub(filled, page.read_text("utf-8")), "utf-8")


def _is_measured(name: str, figures: Figures) -> bool:
    kind, _, rest = name.partition(".")
    start = {"engines": "engine.", "rival": f"rival.{rest}", "tried": f"tried.{rest}"}.get(kind, "")
    return any(key.startswith(start) for key in figures)


def table(name: str, figures: Figures, promises: Mapping[str, float], least: Mapping[str, float]) -> str:
    """One table's lines. Names: machine, promises, lengths, engines, rival.words, rival.face, tried.EXPERIMENT."""
    kind, _, rest = name.partition(".")
    makers = {
        "machine": lambda: machine(),
        "promises": lambda: _promises(figures, promises, least),
        "lengths": lambda: _lengths(figures),
        "engines": lambda: _engines(figures),
        "rival": lambda: _rivals(rest, figures),
        "tried": lambda: _tried(rest, figures),
    }
    return makers[kind]()


def machine() -> str:
    """What the figures were taken on."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    where = f"{usable} cores ({_processor()}), {platform.system()}"
    return f"Measured on {where}, Python {platform.python_version()}, {libraries}.\n"


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def number(value: float | None) -> str:
    """Three figures that count; a dash for what was not measured."""
    if value is None:
        return "–"
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def _lines(head: str, rows: list[list[str]]) -> str:
    cells = head.split("|")
    return "".join("| " + " | ".join(row) + " |\n" for row in (cells, ["---"] * len(cells), *rows))


def _promises(figures: Figures, promises: Mapping[str, float], least: Mapping[str, float]) -> str:
    said = {key: f"≤ {number(most)}" for key, most in promises.items()}
    said |= {key: f"≥ {number(most)}" for key, most in least.items()}
    rows = [[what, said[key], _held(key, figures, promises, least), f"`{key}`"] for key, what in PROMISED.items()]
    return _lines("promise|figure|measured|key", rows)


def _held(key: str, figures: Figures, promises: Mapping[str, float], least: Mapping[str, float]) -> str:
    """A figure; one that breaks its promise says so."""
    value = figures.get(key)
    kept = value is None or least.get(key, value) <= value <= promises.get(key, value)
    return number(value) if kept else f"**{number(value)}** broken"


def _lengths(figures: Figures) -> str:
    keys = ("analysis_ratio", "analysis_cpu_ratio", "analysis_peak_mb")
    rows = [[f"{one} min", *(number(figures.get(f"{key}_{one}min")) for key in keys)] for one in (10, 30, 120)]
    return _lines("recording|seconds / length|processor seconds / length|peak MB", rows)


def _engines(figures: Figures) -> str:
    def cell(key: str) -> str:
        return number(figures.get(key))

    rows = [
        [what, *(cell(f"engine.{name}.{part}") for part in ("load_s", "work_s", "cpu_s", "calls")),
         f"{STAGES[name]} {cell(f'engine.stage.{STAGES[name]}')}"]
        for name, what in ENGINES.items()
    ]  # fmt: skip
    sums = [_sum(figures, part) for part in ("load_s", "work_s", "cpu_s")]
    whole = f"start to end {cell('engine.product.wall_s')}, processor {cell('engine.product.cpu_s')}"
    rows.append(["**sum**", *map(number, sums), "", whole])
    return _lines("bare engine|load s|calls s|processor s|calls|the product's stage, s", rows)


def _sum(figures: Figures, part: str) -> float | None:
    values = [value for name in ENGINES if (value := figures.get(f"engine.{name}.{part}")) is not None]
    return sum(values) if values else None


def _rivals(what: str, figures: Figures) -> str:
    rows = []
    for row, columns in _grouped("rival", figures).items():
        where, _, who = row.partition(".")
        if where.startswith(what):
            found = [number(columns.get(name)) for name in ("wall_s", "cpu_s", "peak_mb", "error")]
            rows.append([where.replace("_", " "), who.replace("_", " "), *found])
    return _lines("what|who|seconds|processor s|peak MB|error rate", sorted(rows))


def _tried(experiment: str, figures: Figures) -> str:
    found = _grouped("tried", figures)
    rows = [trial for trial in trials() if trial.experiment == experiment and trial.row in found]
    names = [name for name in COLUMNS if any(name in found[trial.row] for trial in rows)]
    cells = [[trial.variant, trial.language, *(number(found[trial.row].get(name)) for name in names)] for trial in rows]
    return _lines("|".join(["variant", "language", *(COLUMNS[name] for name in names)]), cells)


def _grouped(prefix: str, figures: Figures) -> dict[str, dict[str, float | None]]:
    """The columns of each row: a figure's name is `PREFIX.ROW.COLUMN`, a row's name may have dots itself."""
    found: dict[str, dict[str, float | None]] = {}
    for key, value in figures.items():
        if key.startswith(f"{prefix}."):
            row, _, column = key.removeprefix(f"{prefix}.").rpartition(".")
            found.setdefault(row, {})[column] = value
    return found
