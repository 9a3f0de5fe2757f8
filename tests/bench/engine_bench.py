"""What the pipeline costs over its bare engines: the same calls of the same libraries, one engine after the other."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from app.jobs.analysis import threads
from app.jobs.child import THREAD_LIMITS
from tests.bench import recordings
from tests.bench.engines import ENGINES
from tests.bench.product import REPEATS, Analysed, analyse
from tests.conftest import ROOT

_HOW = (
    "interviews/dev/zh_be_dev.mp4 (160 s), in English en_pm_dev.mp4 (196 s), at 1280 x 720; "
    "a whole analysis (one child process, start to end) divided by "
    "the sum of the bare engines (each a fresh process; from the import of its library over loading its models to its "
    "last call, with the calls and settings that the product was seen to make: decoding of sound and pictures by PyAV, "
    "voice activity, faster-whisper, speakers, pitch and faces by onnxruntime), taken in turns, "
    f"median of {REPEATS} rounds after one analysis that warms the disk cache; "
)
WHAT = {
    "engine_overhead_ratio": _HOW + "seconds",
    "engine_overhead_ratio_work": "the same without the bare engines' importing and loading",
    "engine_cpu_ratio": "processor seconds of the same: above 1 is what the product does around its engines",
}
WHAT |= {f"{key}_en": f"{what}; in English" for key, what in WHAT.items()}
STAGES = {
    "sound": "sound", "pictures": "face", "voice": "sound", "transcriber": "text", "speakers": "speakers",
    "pitch": "prosody", "faces": "face",
}  # fmt: skip
"""The product's stage that has each engine."""

Spent = dict[str, dict[str, float]]


def measure() -> dict[str, float | None]:
    """The figures of `WHAT`."""
    if recordings.missing():
        return dict.fromkeys(WHAT)
    chinese, parts = _measured(recordings.interview_720p("zh"))
    english, _ = _measured(recordings.interview_720p("en"))
    return chinese | parts | {f"{key}_en": value for key, value in english.items()}


def _measured(media: Path) -> tuple[dict[str, float | None], dict[str, float | None]]:
    """The ratios of one recording, and the cells of its table."""
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as name:
        _run("record", media, Path(name))
        analyse(media)
        rounds = [(analyse(media), {one: _run(one, media, Path(name)) for one in ENGINES}) for _ in range(REPEATS)]
    runs, bare = [run for run, _ in rounds], [bare for _, bare in rounds]
    parts = parts_of(runs, bare)
    _print(parts)
    return figures_of(runs, bare), parts


def figures_of(runs: list[Analysed], bare: list[Spent]) -> dict[str, float | None]:
    """Medians of the product over medians of the engines' sums."""
    whole = statistics.median(run.wall_s for run in runs)
    work = statistics.median(sum(one["work_s"] for one in spent.values()) for spent in bare)
    total = statistics.median(sum(one["load_s"] + one["work_s"] for one in spent.values()) for spent in bare)
    processor = statistics.median(sum(one["cpu_s"] for one in spent.values()) for spent in bare)
    return {
        "engine_overhead_ratio": whole / total,
        "engine_overhead_ratio_work": whole / work,
        "engine_cpu_ratio": statistics.median(run.cpu_s for run in runs) / processor,
    }


def _run(engine: str, media: Path, folder: Path) -> dict[str, float]:
    environment = os.environ | dict.fromkeys(THREAD_LIMITS, str(threads()))
    command = [sys.executable, "-m", "tests.bench.engines", engine, str(media), str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    spent: dict[str, float] = json.loads(done.stdout or "{}")
    return spent


def parts_of(runs: list[Analysed], bare: list[Spent]) -> dict[str, float | None]:
    """Medians of each engine, of the product's stages and of the whole product: the cells of a table."""
    parts: dict[str, float | None] = {
        f"engine.{engine}.{key}": statistics.median(one[engine][key] for one in bare)
        for engine in ENGINES
        for key in ("load_s", "work_s", "cpu_s", "calls")
    }
    for stage in runs[0].stages:
        parts[f"engine.stage.{stage}"] = statistics.median(run.stages[stage] for run in runs)
    for key in ("wall_s", "cpu_s"):
        parts[f"engine.product.{key}"] = statistics.median(getattr(run, key) for run in runs)
    return parts


def _print(parts: dict[str, float | None]) -> None:
    """Each engine beside the stage that has it: in the product, two lanes share the cores."""
    print("   engine        load s  calls s  processor s   calls   the product's stage, s")
    for engine in ENGINES:
        load, work, processor, calls = (
            parts[f"engine.{engine}.{key}"] for key in ("load_s", "work_s", "cpu_s", "calls")
        )
        stage = STAGES[engine]
        numbers = f"{load:7.2f} {work:8.2f} {processor:12.2f} {calls:7.0f}"
        print(f"   {engine:12} {numbers}   {stage} {parts.get(f'engine.stage.{stage}', 0.0):.2f}")
    whole, processor = parts["engine.product.wall_s"], parts["engine.product.cpu_s"]
    print(f"   the product, start to end: {whole:.2f} s, processor {processor:.2f} s", flush=True)
