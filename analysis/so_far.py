"""A document of what a running analysis has found so far, for whoever looks at it meanwhile. It is never kept.

Made in a process of its own and only when somebody looks, so that the analysis itself pays nothing for it: that one
only tells which stages are there (`analysis.progress.SoFar`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from analysis.derive import Derived, derive
from analysis.derive.absence import MEANING
from analysis.document import TO_COME, Analysis, Missing, Speakers
from analysis.export import write_all
from analysis.export.folder import DOCUMENT, TRACKS
from analysis.failures import DocumentInvalid
from analysis.observations import (
    DAMAGE,
    FaceObservation,
    Floats,
    Observed,
    ProsodyObservation,
    SoundObservation,
    SpeakerObservation,
    TextObservation,
    load,
    load_arrays,
)
from analysis.progress import SoFar
from analysis.provenance import provenance
from analysis.request import AnalysisRequest
from analysis.shelf import EXTRA

T = TypeVar("T")


def derive_so_far(request: AnalysisRequest, found: SoFar) -> Derived:
    """Derive from the finished stages and write document and tracks into `request.out_dir`.

    What is still to come is missing for that reason (`TO_COME`), and so is what compares sentences, which would cost
    more than all the rest; before the speakers are told apart nobody is said to speak. The document's provenance names
    no model and its id is no other document's. Raises DocumentInvalid where a stage is no longer there: the analysis
    has ended meanwhile.
    """
    derived = derive(_observed(request, found), request, provenance(request, (), request.device, {}))
    if "speakers" in found.to_come:
        derived = Derived(_unattributed(derived.analysis), derived.tracks)
    write_all(Path(request.out_dir), derived, (TRACKS, DOCUMENT))
    return derived


def _observed(request: AnalysisRequest, found: SoFar) -> Observed:
    folder = Path(request.observed_dir)

    def kept(stage: str, kind: type[T]) -> T | None:
        return _loaded(folder, found.kept[stage], kind) if stage in found.kept else None

    return Observed(
        found.media,
        sound=kept("sound", SoundObservation),
        text=kept("text", TextObservation),
        speakers=kept("speakers", SpeakerObservation),
        prosody=kept("prosody", ProsodyObservation),
        face=kept("face", FaceObservation),
        extra=_arrays(folder, found.kept[EXTRA]) if EXTRA in found.kept else None,
        failed=(*found.failed, *(Missing(stage, TO_COME) for stage in (*found.to_come, MEANING))),
    )


def _loaded(folder: Path, name: str, kind: type[T]) -> T:
    observation = load(folder, name, kind)
    if observation is None:
        raise DocumentInvalid(folder=str(folder), reason=name)
    return observation


def _arrays(folder: Path, name: str) -> dict[str, Floats]:
    try:
        return load_arrays(folder / f"{name}.npz")
    except DAMAGE as gone:
        raise DocumentInvalid(folder=str(folder), reason=name) from gone


def _unattributed(analysis: Analysis) -> Analysis:
    """The same with nobody's name to it: deriving takes all speech for one voice's while nobody is told apart."""
    segments = tuple(replace(segment, speaker="") for segment in analysis.transcript.segments)
    return replace(
        analysis,
        transcript=replace(analysis.transcript, segments=segments),
        speakers=Speakers((), {}, None, {}),
        exchanges=(),
        metrics=replace(analysis.metrics, answers=()),
    )
