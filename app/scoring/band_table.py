"""The band tables of the shipped templates as Markdown, for `docs/scoring.md`.

`python -m app.scoring.band_table docs/scoring.md` writes them between the two marks of that file; a test compares them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app import text
from app.domain.template import Band, MetricSupport, Template
from app.scoring.metrics import metric_title
from app.scoring.templates import shipped_templates

BEGIN = "<!-- band tables: made by python -m app.scoring.band_table docs/scoring.md -->"
END = "<!-- end of the band tables -->"


def markdown() -> str:
    """One table per shipped template."""
    return "\n\n".join(_template(template) for template in shipped_templates())


def _template(template: Template) -> str:
    share = text.percent(template.machine_share)
    title = f"### {template.title.zh} · {template.title.en} (`{template.id}`, version {template.version})"
    facts = f"Machine's share at most {share}; no composite below {text.percent(template.min_coverage)} coverage."
    rows = ["| dimension | weight | metric | language | share | least n | bands → points | source |", "|---" * 8 + "|"]
    for d in template.dimensions:
        name = f"{d.title.zh} {d.title.en}"
        rows += [f"| {name} | {d.weight:g} {_support(s)}" for s in d.supports]
        if not d.supports:
            rows.append(f"| {name} | {d.weight:g} | no machine score | | | | | |")
        if d.observations:
            shown = ", ".join(metric_title(o, "en") for o in d.observations)
            rows.append(f"| {name} | | shown, not scored: {shown} | | | | | |")
    return f"{title}\n\n{facts}\n\n" + "\n".join(rows)


def _support(support: MetricSupport) -> str:
    bands = "; ".join(f"{_band(band)} → {band.score:g}" for band in support.bands)
    name = metric_title(support.metric, "en")
    return (
        f"| {name} | {support.language or 'both'} | {support.share:g} | {support.min_n} | {bands} | {support.source} |"
    )


def _band(band: Band) -> str:
    if band.low is None and band.high is None:
        return "any"
    if band.low is None:
        return f"< {band.high:g}"
    return f"≥ {band.low:g}" if band.high is None else f"{band.low:g} – {band.high:g}"


def rewritten(page: str) -> str:
    """The page with the tables between its marks made anew."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{markdown()}\n\n{END}{tail}"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(rewritten(page.read_text("utf-8")), "utf-8")
