"""Weights in per cent: what the template gives, what an assessment changed, and how the rest makes room."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.template import Template
from app.failures import ValueInvalid

TOLERANCE = 0.05
"""Weights closer than this (in per cent points) are the same weight."""


def template_weights(template: Template) -> dict[str, float]:
    """The template's weights, as per cent that add up to 100."""
    return normalised({d.id: d.weight for d in template.dimensions})


def normalised(weights: Mapping[str, float]) -> dict[str, float]:
    """The same proportions, adding up to 100. All zero gives equal weights."""
    total = sum(weights.values())
    if total <= 0:
        return {key: 100.0 / len(weights) for key in weights}
    return {key: 100.0 * value / total for key, value in weights.items()}


def effective_weights(template: Template, changed: Mapping[str, float]) -> dict[str, float]:
    """What counts: the template's weights with an assessment's changes laid over them, as per cent of 100.

    Changes for dimensions that the template does not have (it was another version) are ignored.
    """
    base = template_weights(template)
    return normalised({key: max(0.0, changed.get(key, value)) for key, value in base.items()})


def spread(weights: Mapping[str, float], given: Mapping[str, float], template: Template) -> dict[str, float]:
    """All weights after setting the `given` ones (%): the others keep their proportions and share what is left of 100.

    Where the others are all 0, they share by the template's proportions. Where every weight is given, they are
    proportions of 100. ValueInvalid for an unknown dimension, a negative weight, nothing but zeros, or more than 100 %
    with others left.
    """
    allowed = ", ".join(weights)
    for key, value in given.items():
        if key not in weights:
            raise ValueInvalid(what="--weights", value=key, allowed=allowed)
        if not 0 <= value <= 100:
            raise ValueInvalid(what=key, value=value, allowed="0-100")
    others = [key for key in weights if key not in given]
    if not others:
        if not sum(given.values()):
            raise ValueInvalid(what="--weights", value="0 %", allowed="> 0 %")
        return normalised(dict(given))
    left = 100.0 - sum(given.values())
    if left < -TOLERANCE:
        raise ValueInvalid(what="--weights", value=f"{sum(given.values()):g} %", allowed="≤ 100 %")
    pool = {key: weights[key] for key in others}
    if sum(pool.values()) <= 0:
        pool = {key: template_weights(template)[key] for key in others}
    shares = normalised(pool)
    return {key: given.get(key, max(0.0, left) * shares.get(key, 0.0) / 100.0) for key in weights}


def deviations(template: Template, weights: Mapping[str, float]) -> dict[str, float]:
    """Only the weights that differ from the template's, rounded to a hundredth: this is what an assessment keeps."""
    base = template_weights(template)
    return {key: round(value, 2) for key, value in weights.items() if abs(value - base[key]) > TOLERANCE}


def parse_weights(argument: str) -> dict[str, float]:
    """ "a=40,b=20" as numbers. ValueInvalid for anything else."""
    found: dict[str, float] = {}
    for part in argument.split(","):
        name, equals, number = part.partition("=")
        try:
            found[name.strip()] = float(number)
        except ValueError:
            raise ValueInvalid(what="--weights", value=part, allowed="a=40,b=20") from None
        if not equals:
            raise ValueInvalid(what="--weights", value=part, allowed="a=40,b=20")
    return found
