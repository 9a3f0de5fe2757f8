"""The diarization error and its parts, in pieces of time that can be resampled. pyannote.metrics does the counting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate
from pyannote.metrics.identification import IdentificationErrorRate

from tests.accuracy.figures import Figure, Subject

COLLAR_S = 0.25
WINDOW_S = 5.0
ENOUGH_FILES = 5
PARTS = {"der_missed": "missed detection", "der_false_alarm": "false alarm", "der_confusion": "confusion"}
Turn = tuple[float, float, str]


@dataclass(frozen=True)
class Diarized:
    """Seconds per window of 5 s: `parts` (windows, 3) missed, false alarm, confusion; `spoken` (windows,)."""

    parts: NDArray[np.float64]
    spoken: NDArray[np.float64]


def compare(truth: Iterable[Turn], found: Iterable[Turn], duration_s: float) -> Diarized:
    """Every speaker found is taken for the true one that suits best over the whole recording; overlap counts."""
    reference, hypothesis = _annotation(truth, "true"), _annotation(found, "found")
    whole = Timeline([Segment(0.0, duration_s)])
    names = DiarizationErrorRate(collar=2 * COLLAR_S).optimal_mapping(reference, hypothesis, uem=whole)
    mapped = hypothesis.rename_labels(mapping=names)
    measure = IdentificationErrorRate(collar=2 * COLLAR_S)
    starts = np.arange(0.0, duration_s, WINDOW_S)
    windows = [Timeline([Segment(start, min(start + WINDOW_S, duration_s))]) for start in starts.tolist()]
    counted = [measure.compute_components(reference, mapped, uem=window) for window in windows]
    parts = np.array([[each[name] for name in PARTS.values()] for each in counted])
    return Diarized(parts, np.array([each["total"] for each in counted]))


def figures(subject: Subject, files: Sequence[Diarized]) -> list[Figure]:
    """The error and its parts, resampled over the recordings where there are enough, else over windows of 5 s."""
    parts = np.concatenate([file.parts for file in files])
    spoken, over = np.concatenate([file.spoken for file in files]), "windows of 5 s"
    n = len(spoken)
    if len(files) >= ENOUGH_FILES:
        parts = np.array([file.parts.sum(axis=0) for file in files])
        spoken, over = np.array([file.spoken.sum() for file in files]), "recordings"

    def figure(stem: str, seconds: NDArray[np.float64]) -> list[Figure]:
        return subject.ratio(stem, seconds, spoken, "windows of 5 s", n=n, over=over)

    found = figure("der", parts.sum(axis=1))
    for column, stem in enumerate(PARTS):
        found += figure(stem, parts[:, column])
    return found


def _annotation(turns: Iterable[Turn], prefix: str) -> Annotation:
    annotation = Annotation()
    for number, (start, end, speaker) in enumerate(turns):
        annotation[Segment(start, end), number] = f"{prefix} {speaker}"
    return annotation
