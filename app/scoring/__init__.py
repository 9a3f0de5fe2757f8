"""Metrics → dimension scores with evidence and interval → composite, and the templates that say how.

Nothing here touches the library, the network or a screen. `docs/scoring.md` has the formulas in words.
"""

from app.scoring.composite import composite, preview
from app.scoring.keywords import keyword_rate, keywords_heard
from app.scoring.machine import machine_score, machine_scores, recompute
from app.scoring.scorecard import card, scorecard
from app.scoring.templates import (
    find_template,
    load_template,
    shipped_templates,
    template_from_body,
    template_to_body,
)
from app.scoring.weights import deviations, effective_weights, parse_weights, spread

__all__ = [
    "card",
    "composite",
    "deviations",
    "effective_weights",
    "find_template",
    "keyword_rate",
    "keywords_heard",
    "load_template",
    "machine_score",
    "machine_scores",
    "parse_weights",
    "preview",
    "recompute",
    "scorecard",
    "shipped_templates",
    "spread",
    "template_from_body",
    "template_to_body",
]
