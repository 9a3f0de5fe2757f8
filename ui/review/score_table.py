"""The table behind radar and composite: every number of the scorecard that may be seen."""

from __future__ import annotations

from app import text
from app.domain.scores import DimensionScore, Scorecard
from app.domain.template import Template
from app.scoring.wording import interval_text, score_text, weight_text, why_text
from app.text import percent, tr
from ui.review.score_widgets import rating_text
from ui.review.table import Table

COLUMNS = ("dimension", "weight", "template_weight", "mine", "machine", "combined", "interval", "coverage")


def score_table(card: Scorecard, template: Template) -> Table:
    """A row for each dimension and one for the composite. `card` has the veil applied: what is hidden says so."""
    titles = {d.id: d.title.in_(text.language()) for d in template.dimensions}
    rows = [_row(row, titles[row.dimension_id]) for row in card.dimensions]
    found = card.composite
    value = score_text(found.value, found.low, found.high)
    spread = interval_text(found.low, found.high) or "–"
    rows.append([tr("review.composite"), "", "", "", "", value, spread, percent(found.coverage)])
    heads = [tr(f"review.column_{key}") for key in COLUMNS]
    return Table(heads, rows, widths={0: 150, 1: 80, 2: 100, 3: 70, 4: 150, 5: 130, 6: 90})


def _row(row: DimensionScore, title: str) -> list[str]:
    machine = row.machine
    told = why_text(machine, text.language()) or score_text(machine.score, machine.low, machine.high)
    spread = interval_text(machine.low, machine.high)
    combined = score_text(row.combined, row.low, row.high)
    counts = row.combined is not None and not row.preview
    return [
        title,
        weight_text(row.weight),
        weight_text(row.template_weight),
        tr("review.not_assessed_short") if row.mine is None else rating_text(row.mine),
        f"{told}  {spread}".rstrip(),
        tr("review.machine_only", value=combined) if row.preview else combined,
        interval_text(row.low, row.high) or "–",
        weight_text(row.weight) if counts else "–",
    ]
