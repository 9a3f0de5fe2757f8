"""Templates: read from TOML files or from the HR system's body, checked so that a scorecard can rely on them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from app import text
from app.domain.template import Band, Dimension, Localized, MetricSupport, Template
from app.failures import TemplateInvalid
from app.resources import resource
from app.scoring.metrics import NEVER_SCORED, is_known
from app.scoring.template_shape import BandShape, DimensionShape, SupportShape, TemplateShape

MAX_MACHINE_SHARE = 0.4
"""A template may lower the machine's share, never raise it above this (New York's "substantially assist" and the EU
court's "draws strongly" both turn on how much a machine's score weighs)."""

_ID = re.compile(r"[a-z][a-z0-9_-]{0,63}")


class _Wrong(Exception):
    """Something in a template that cannot be; the text says what."""


def _wrong(reason: str, **params: object) -> _Wrong:
    return _Wrong(text.tr(f"assess.template_{reason}", **params))


def load_template(path: Path) -> Template:
    """A template from a TOML file. TemplateInvalid with a plain reason."""
    try:
        body = tomllib.loads(path.read_text("utf-8"))
    except OSError:
        raise TemplateInvalid(name=path.name, reason=text.tr("assess.template_unreadable")) from None
    except UnicodeDecodeError:
        raise TemplateInvalid(name=path.name, reason=text.tr("assess.template_not_utf8")) from None
    except tomllib.TOMLDecodeError as problem:
        raise TemplateInvalid(name=path.name, reason=text.tr("assess.template_not_toml", detail=problem)) from None
    return template_from_body(body, path.name)


def template_from_body(body: dict[str, Any], name: str = "") -> Template:
    """A template from parsed TOML or JSON of the same shape. `name` stands in the message of TemplateInvalid."""
    try:
        shape = msgspec.convert(body, TemplateShape, strict=False)
    except msgspec.ValidationError as problem:
        raise TemplateInvalid(name=name or str(body.get("id", "")), reason=_shape_reason(problem)) from None
    try:
        return _template(shape)
    except _Wrong as problem:
        raise TemplateInvalid(name=name or shape.id, reason=str(problem)) from None


def _shape_reason(problem: msgspec.ValidationError) -> str:
    detail, _, where = str(problem).partition(" - at ")
    return text.tr("assess.template_shape", where=where.strip("`").removeprefix("$.") or "–", detail=detail)


def template_to_body(template: Template) -> dict[str, Any]:
    """The same shape back: what travels to and from the HR system, and what is kept with the library."""
    body: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(template))
    for dimension in body["dimensions"]:
        dimension["anchors"] = [{"score": score, **words} for score, words in dimension["anchors"]]
        for support in dimension["supports"]:
            support["bands"] = [_band_body(band) for band in support["bands"]]
    return body


def _band_body(band: dict[str, Any]) -> dict[str, Any]:
    named = {"from": band["low"], "below": band["high"], "score": band["score"]}
    return {key: value for key, value in named.items() if value is not None}


@cache
def shipped_templates() -> tuple[Template, ...]:
    """The templates that come with the program, the default first."""
    found = [load_template(path) for path in sorted(resource("templates").glob("*.toml"))]
    return tuple(sorted(found, key=lambda t: (t.id != "default", t.id)))


def find_template(wanted: str, known: Sequence[Template] = ()) -> Template:
    """A template by id (those of the library in `known` go first) or by its file."""
    for template in (*known, *shipped_templates()):
        if template.id == wanted:
            return template
    path = Path(wanted)
    if path.suffix == ".toml" or path.is_file():
        return load_template(path)
    names = ", ".join(dict.fromkeys(t.id for t in (*known, *shipped_templates())))
    raise TemplateInvalid(name=wanted, reason=text.tr("assess.template_not_found", known=names))


def _template(shape: TemplateShape) -> Template:
    if not _ID.fullmatch(shape.id):
        raise _wrong("bad_id", id=shape.id)
    if shape.version < 1:
        raise _wrong("bad_version", version=shape.version)
    if not shape.dimensions:
        raise _wrong("no_dimensions")
    if not 0 <= shape.machine_share <= MAX_MACHINE_SHARE:
        raise _wrong("bad_share", share=shape.machine_share, most=MAX_MACHINE_SHARE)
    if not 0 <= shape.min_coverage <= 1:
        raise _wrong("bad_coverage", coverage=shape.min_coverage)
    ids = [d.id for d in shape.dimensions]
    if len(set(ids)) != len(ids):
        raise _wrong("same_dimension", dimension=next(i for i in ids if ids.count(i) > 1))
    dimensions = tuple(_dimension(d) for d in shape.dimensions)
    if sum(d.weight for d in dimensions) <= 0:
        raise _wrong("no_weight")
    title = Localized(shape.title.zh, shape.title.en)
    return Template(shape.id, shape.version, title, dimensions, shape.machine_share, shape.min_coverage)


def _dimension(shape: DimensionShape) -> Dimension:
    if not _ID.fullmatch(shape.id):
        raise _wrong("bad_id", id=shape.id)
    if not 0 <= shape.weight <= 1000:
        raise _wrong("bad_weight", dimension=shape.id, weight=shape.weight)
    if not shape.title.zh or not shape.title.en:
        raise _wrong("no_title", dimension=shape.id)
    scores = [anchor.score for anchor in shape.anchors]
    if any(not 0 <= score <= 10 for score in scores) or any(a >= b for a, b in pairwise(scores)):
        raise _wrong("bad_anchors", dimension=shape.id)
    for name in (*shape.observations, *(s.metric for s in shape.supports)):
        if not is_known(name):
            raise _wrong("unknown_metric", dimension=shape.id, metric=name)
    _check_overlap(shape)
    return Dimension(
        id=shape.id,
        title=Localized(shape.title.zh, shape.title.en),
        description=Localized(shape.description.zh, shape.description.en),
        weight=shape.weight,
        required=shape.required,
        anchors=tuple((a.score, Localized(a.zh, a.en)) for a in shape.anchors),
        supports=tuple(_support(shape.id, s) for s in shape.supports),
        observations=tuple(shape.observations),
    )


def _check_overlap(shape: DimensionShape) -> None:
    """One metric may support a dimension once per language, or once for all."""
    for language in ("zh", "en"):
        metrics = [s.metric for s in shape.supports if s.language in ("", language)]
        if len(set(metrics)) != len(metrics):
            double = next(m for m in metrics if metrics.count(m) > 1)
            raise _wrong("same_metric", dimension=shape.id, metric=double)


def _support(dimension: str, shape: SupportShape) -> MetricSupport:
    where = {"dimension": dimension, "metric": shape.metric}
    if shape.metric in NEVER_SCORED:
        raise _wrong("never_scored", **where)
    if shape.language not in ("", "zh", "en"):
        raise _wrong("bad_language", **where, language=shape.language)
    if not 0 < shape.share <= 1:
        raise _wrong("bad_support_share", **where, share=shape.share)
    if shape.min_n < 1:
        raise _wrong("bad_min_n", **where)
    if not shape.source.strip():
        raise _wrong("no_source", **where)
    _check_bands(shape.bands, where)
    bands = tuple(Band(b.low, b.high, b.score) for b in shape.bands)
    return MetricSupport(shape.metric, shape.share, bands, shape.source, shape.language, shape.min_n)


def _check_bands(bands: Sequence[BandShape], where: dict[str, str]) -> None:
    """Bands stand in rising order and cover every value exactly once: no overlap, no hole, both ends open."""
    if not bands:
        raise _wrong("no_bands", **where)
    if any(not 0 <= band.score <= 10 for band in bands):
        raise _wrong("bad_band_score", **where)
    if bands[0].low is not None or bands[-1].high is not None:
        raise _wrong("closed_ends", **where)
    for before, after in pairwise(bands):
        if before.high is None or after.low is None or after.low < before.high:
            raise _wrong("bands_overlap", **where)
        if after.low > before.high:
            raise _wrong("bands_hole", **where, start=before.high, end=after.low)
    if any(b.low is not None and b.high is not None and b.low >= b.high for b in bands):
        raise _wrong("bands_overlap", **where)
