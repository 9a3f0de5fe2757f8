"""The experiments that decided settings, made again: one table. By name only, it takes a quarter of an hour."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.jobs.analysis import model_store, threads
from app.jobs.child import THREAD_LIMITS
from tests.bench import recordings, scratch_venv
from tests.conftest import ROOT

WHAT: dict[str, str] = {}
"""Every figure is a cell of the table, `tried.EXPERIMENT.VARIANT.LANGUAGE.COLUMN`; nothing is promised of them."""
STAGES = ("voice", "text", "speakers", "pitch", "face")
BATCHES = (1, 2, 3, 4, 8)
WAITING = "OMP_WAIT_POLICY"


@dataclass(frozen=True)
class Trial:
    """One variant on the interview of one language; `environment` is set for its process."""

    experiment: str
    variant: str
    language: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def row(self) -> str:
        """Its row of the table; its figures are named `tried.ROW.COLUMN`."""
        return f"{self.experiment}.{self.variant}.{self.language}"


def trials() -> Iterator[Trial]:
    """All of them, in the table's order."""
    for stage in STAGES:
        yield from (Trial("threads", f"{stage} {count}", "zh") for count in (1, 2))
    for language in ("en", "zh"):
        yield from (Trial("decoding", f"batch {size}", language) for size in BATCHES)
        yield from (Trial("decoding", variant, language) for variant in ("beam 1", "sequential"))
        yield from (Trial("language", variant, language) for variant in ("found", "given"))
    yield Trial("waiting", "unset", "zh")
    yield from (Trial("waiting", policy, "zh", {WAITING: policy}) for policy in ("passive", "active"))
    yield from (Trial("landmarks", f"onnxruntime {count}", "zh") for count in (1, 2))
    yield from (Trial("landmarks", f"LiteRT {count}", "zh") for count in (1, 2))
    for experiment, variants in (
        ("video", ("one", "halves")), ("skipping", ("all", "needed")), ("reading", ("two", "one")),
        ("lanes", ("beside", "after")),
    ):  # fmt: skip
        yield from (Trial(experiment, variant, "zh") for variant in variants)


def measure() -> dict[str, float | None]:
    """Every cell, printed row by row."""
    figures: dict[str, float | None] = {}
    if recordings.missing():
        return figures
    litert = scratch_venv.ready()
    print("   experiment  variant        language   seconds  processor   else")
    for trial in trials():
        if trial.variant.startswith("LiteRT") and not litert:
            continue
        found = run(trial)
        print("   " + row(trial, found), flush=True)
        figures |= {f"tried.{trial.row}.{name}": value for name, value in found.items()}
    return figures


def run(trial: Trial) -> dict[str, float]:
    """A fresh process, with the limits that the product's child has. The text it gives becomes its error rate."""
    limits = dict.fromkeys(THREAD_LIMITS, str(threads()))
    done = subprocess.run(
        command(trial),
        cwd=ROOT,
        env=os.environ | limits | trial.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found = json.loads(done.stdout.splitlines()[-1])
    if (heard := found.pop("text", None)) is not None:
        found["error"] = recordings.interview(trial.language).error_rate(heard)
    return {name: float(value) for name, value in found.items()}


def command(trial: Trial) -> list[str]:
    """What to start; LiteRT runs in the environment of the rivals."""
    if trial.variant.startswith("LiteRT"):
        with tempfile.TemporaryDirectory() as folder:
            bundle = model_store(Path(folder)).path("face_mesh")
        script = Path(__file__).with_name("litert_landmarks.py")
        return [str(scratch_venv.program("python")), str(script), trial.variant.split()[1], str(bundle)]
    pictured = trial.experiment in ("video", "skipping", "reading", "lanes") or trial.variant.startswith("face")
    media = recordings.interview_720p(trial.language) if pictured else recordings.interview(trial.language).path
    return [sys.executable, "-m", "tests.bench.experiments", trial.experiment, trial.variant, str(media)]


def row(trial: Trial, found: dict[str, float]) -> str:
    """One line of the table."""
    unit = "ms" if "wall_ms" in found else "s "
    wall, cpu = found.get("wall_s", found.get("wall_ms", 0.0)), found.get("cpu_s", found.get("cpu_ms", 0.0))
    rest = ", ".join(f"{name} {value:.3g}" for name, value in found.items() if not name.startswith(("wall", "cpu")))
    where = f"{trial.experiment:11} {trial.variant:15} {trial.language:4}"
    return f"{where} {wall:10.2f} {unit} {cpu:7.2f} {unit}   {rest}"
