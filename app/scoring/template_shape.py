"""The shape of a template file, as msgspec checks it; `app.scoring.templates` checks what it means."""

from __future__ import annotations

import msgspec


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    zh: str
    en: str


class BandShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"low": "from", "high": "below"}):
    """Values from `from` up to `below` earn `score`; an end that is not given is open."""

    score: float
    low: float | None = None
    high: float | None = None


class SupportShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A metric that supports a dimension."""

    metric: str
    share: float
    source: str
    bands: list[BandShape]
    language: str = ""
    min_n: int = 1


class AnchorShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a score looks like in behaviour."""

    score: int
    zh: str
    en: str


class DimensionShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One dimension."""

    id: str
    title: Text
    weight: float = 1.0
    required: bool = True
    description: Text = Text("", "")
    anchors: list[AnchorShape] = []
    observations: list[str] = []
    supports: list[SupportShape] = []


class TemplateShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole file."""

    id: str
    version: int
    title: Text
    dimensions: list[DimensionShape]
    machine_share: float = 0.3
    min_coverage: float = 0.7
