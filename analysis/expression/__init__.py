"""Visible expression: three curves, seven classes, smiles and frowns, described and never interpreted.

What a face shows is not what a person feels; nothing here says or scores an emotion. This package is optional: a build
leaves the folder out and everything else works without a trace of it. The rest of the product reaches it through
`analysis.features.expression()` alone. Constants cost nothing to read; `Observer` and `derive` are loaded on demand.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.expression.deriving import derive as derive
    from analysis.expression.observer import Observer as Observer

MODELS: tuple[str, ...] = ("face_expression",)
"""Roles of the models that this package needs."""

THREE: tuple[str, ...] = ("positive", "neutral", "negative")
SEVEN: tuple[str, ...] = (
    "seven_neutral", "seven_happy", "seven_sad", "seven_angry", "seven_fearful", "seven_disgusted", "seven_surprised",
)  # fmt: skip
TRACKS: tuple[str, ...] = (*THREE, *SEVEN, "smile", "frown", "unclear")
"""Names of the tracks, each 0..1. The three leave surprise out and add up to 1; the seven add up to 1; `unclear` is 1
where none of the three leads clearly, else 0."""

EVENT_KINDS: tuple[str, ...] = ("smile", "frown")

METRICS: dict[str, str] = {
    "smile_count": "count",
    "smiles_per_min": "per_min",
    "smile_share": "share",
    "frown_count": "count",
    "positive_share": "share",
    "neutral_share": "share",
    "negative_share": "share",
    "unclear_share": "share",
}
"""Names of the metrics with their units."""

OBSERVED = "expression"
"""Name of the one array among `Observed.extra`."""

_HOMES = {"Observer": "analysis.expression.observer", "derive": "analysis.expression.deriving"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(_HOMES[name]), name)
