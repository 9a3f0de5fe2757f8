"""Side by side with what a person would take instead: whisper-ctranslate2 for the words, OpenCV's loop for the face."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from analysis import features
from app.jobs.analysis import Choices, model_store, threads
from tests.bench import recordings, scratch_venv
from tests.bench.meter import Meter
from tests.bench.product import REPEATS, Analysed, analyse
from tests.conftest import ROOT

FACES = ("face_detector", "face_landmarks", "face_blendshapes", "face_expression")
FULL_FPS = 25.0
_TURNS = f"taken in turns, median of {REPEATS} after one that warms the disk cache"
WHAT = {
    "rival_words_ratio_en": "whisper-ctranslate2 0.5.8 (same Whisper base, int8, 2 threads, language given, word "
    "times, else its defaults) on interviews/dev/en_pm_dev.mp4: the product's seconds for speech alone (words, "
    "speakers, pitch, all metrics and files; language given) divided by the rival's, each from start to end of its "
    "process; " + _TURNS,
    "rival_words_ratio_zh": "the same on interviews/dev/zh_be_dev.mp4",
    "rival_face_ratio": "a loop that reads every frame with OpenCV and runs the same four face models on each: the "
    "product's seconds for face and expression at 5 a second divided by the loop's, on interviews/dev/zh_be_dev.mp4 at "
    f"1280 x 720; {_TURNS}",
    "rival_face_ratio_full": "the same with the product, too, looking at all 25 frames a second",
}

Spent = dict[str, float]


def measure() -> dict[str, float | None]:
    """The figures of `WHAT`, and below them what they were made of."""
    figures: dict[str, float | None] = dict.fromkeys(WHAT)
    if recordings.missing():
        return figures
    print("   what                      seconds  processor s  peak MB  error rate")
    if scratch_venv.ready():
        for language in ("en", "zh"):
            figures |= _words(language)
    if features.expression():
        figures |= _faces()
    return figures


def _words(language: str) -> dict[str, float | None]:
    interview = recordings.interview(language)
    choices = Choices(language=language, modalities=("speech",))
    taken = in_turns({
        "ours": lambda: _ours(analyse(interview.path, choices), interview),
        "theirs": lambda: whisper_ctranslate2(interview),
    })  # fmt: skip
    _print(f"words_{language}", taken)
    ratio = {f"rival_words_ratio_{language}": taken["ours"]["wall_s"] / taken["theirs"]["wall_s"]}
    return ratio | _parts(f"words_{language}", taken)


def _faces() -> dict[str, float | None]:
    media = recordings.interview_720p("zh")
    modalities = tuple(one for one in features.modalities() if one != "speech")
    taken = in_turns({
        "ours": lambda: _ours(analyse(media, Choices(modalities=modalities))),
        "ours_full": lambda: _ours(analyse(media, Choices(modalities=modalities, face_fps=FULL_FPS))),
        "theirs": lambda: every_frame(media),
    })  # fmt: skip
    _print("face", taken)
    theirs = taken["theirs"]["wall_s"]
    return {
        "rival_face_ratio": taken["ours"]["wall_s"] / theirs,
        "rival_face_ratio_full": taken["ours_full"]["wall_s"] / theirs,
    } | _parts("face", taken)


def in_turns(ways: Mapping[str, Callable[[], Spent]], repeats: int = REPEATS) -> dict[str, Spent]:
    """Medians of what each way spent, after one round that does not count."""
    rounds = [{name: way() for name, way in ways.items()} for _ in range(repeats + 1)][1:]
    return {
        name: {key: statistics.median(one[name][key] for one in rounds) for key in rounds[0][name]} for name in ways
    }


def _ours(run: Analysed, interview: recordings.Interview | None = None) -> Spent:
    spent = {"wall_s": run.wall_s, "cpu_s": run.cpu_s, "peak_mb": run.peak_mb}
    return spent | ({"error": interview.error_rate(run.text)} if interview else {})


def whisper_ctranslate2(interview: recordings.Interview) -> Spent:
    """Its command line, from start to end."""
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as name:
        folder = Path(name)
        model, _ = model_store(folder).transcriber(None)
        options = {
            "model_directory": model, "language": interview.language, "device": "cpu", "compute_type": "int8",
            "threads": threads(), "word_timestamps": True, "output_format": "json", "output_dir": folder / "out",
            "local_files_only": True,
        }  # fmt: skip
        flags = [word for key, value in options.items() for word in (f"--{key}", str(value))]
        spent = _metered([str(scratch_venv.program("whisper-ctranslate2")), str(interview.path), *flags])
        written = json.loads((folder / "out" / f"{interview.path.stem}.json").read_text("utf-8"))
    return spent | {"error": interview.error_rate(written["text"])}


def every_frame(media: Path) -> Spent:
    """The loop of `every_frame`, from start to end of its process."""
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as name:
        store = model_store(Path(name))
        models = [str(store.path(role)) for role in FACES]
    return _metered([sys.executable, "-m", "tests.bench.every_frame", str(media), *models])


def _metered(command: list[str]) -> Spent:
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    with Meter() as meter:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return {"wall_s": meter.wall_s, "cpu_s": meter.cpu_s, "peak_mb": meter.peak_mb}


def _print(what: str, taken: Mapping[str, Spent]) -> None:
    for name, spent in taken.items():
        error = f"{spent['error']:10.3f}" if "error" in spent else ""
        row = f"{spent['wall_s']:8.1f} {spent['cpu_s']:12.1f} {spent['peak_mb']:8.0f}"
        print(f"   {what + ' ' + name:24} {row} {error}", flush=True)


def _parts(what: str, taken: Mapping[str, Spent]) -> dict[str, float | None]:
    return {f"rival.{what}.{name}.{key}": value for name, spent in taken.items() for key, value in spent.items()}
