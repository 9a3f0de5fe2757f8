"""The report: sections of figures as Markdown for people, as one JSON document, and as flat keys for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from tests.accuracy.figures import MEANINGS, Figure, Section, Table, stem_of

VERSION = 1
HEAD = """# Accuracy report

Every figure with the number of its items and a 95 % interval: Wilson's where it is a share of independent items, else
the percentiles of 2000 bootstrap resamples with a fixed seed, over what the last column says. Synthetic voices are
cleaner than any room. What was set on which of these media stands in docs/accuracy.md."""
UNITS = {"share": (100.0, " %"), "s": (1.0, " s"), "deg": (1.0, "°"), "cents": (1.0, " cents"), "1": (1.0, ""),
         "count": (1.0, "")}  # fmt: skip
COLUMNS = ("key", "what", "value", "95 % interval", "n", "how")


def markdown(section: Section) -> str:
    """One section."""
    parts = [f"## {section.title}", section.text]
    if section.figures:
        parts.append(table(COLUMNS, [_row(figure) for figure in section.figures]))
    for each in section.tables:
        parts.append(f"### {each.title}\n\n{table(each.columns, each.rows)}")
    parts += [f"Left out: {sentence}." for sentence in section.skipped]
    return "\n\n".join(parts) + "\n"


def _row(figure: Figure) -> tuple[str, ...]:
    how = f"{figure.method}; {figure.media}"
    meaning = MEANINGS[figure.stem].text
    return f"`{figure.key}`", meaning, number(figure), interval(figure), f"{figure.n} {figure.items}", how


def number(figure: Figure) -> str:
    """A figure's value with its unit."""
    return _written(figure.value, figure.stem)


def interval(figure: Figure) -> str:
    """Its interval, a dash where it has none."""
    if figure.low is None or figure.high is None:
        return "–"
    low, high = (_written(end, figure.stem) for end in (figure.low, figure.high))
    return f"{low.removesuffix(UNITS[MEANINGS[figure.stem].unit][1])} to {high}"


def _written(value: float, stem: str) -> str:
    unit_name = MEANINGS[stem].unit
    scale, unit = UNITS[unit_name]
    digits = {"share": 1, "s": 3, "deg": 1, "cents": 1, "1": 2, "count": 0}[unit_name]
    return f"{value * scale:.{digits}f}{unit}"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar within a text would end its cell."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)


def flat(sections: Iterable[Section]) -> dict[str, float]:
    """Numbers only: KEY, KEY_n and, where there is an interval, KEY_low and KEY_high."""
    found: dict[str, float] = {}
    for figure in (figure for section in sections for figure in section.figures):
        found |= {figure.key: figure.value, f"{figure.key}_n": float(figure.n)}
        if figure.low is not None and figure.high is not None:
            found |= {f"{figure.key}_low": figure.low, f"{figure.key}_high": figure.high}
    return found


def document(sections: Iterable[Section]) -> dict[str, Any]:
    """Everything, sections by name."""
    return {"version": VERSION, "sections": {section.name: asdict(section) for section in sections}}


def dumped(found: dict[str, Any]) -> str:
    """A document as JSON, one figure a line, so that two reports can be compared by eye."""
    text = json.dumps(found, sort_keys=True, ensure_ascii=False, indent=1)
    return re.sub(r"\{\s+(\"groups\"[^{}]*?)\s+\}", lambda one: "{" + re.sub(r"\s+", " ", one[1]) + "}", text) + "\n"


def written(sections: Sequence[Section], *, as_json: bool) -> str:
    """The whole report."""
    if as_json:
        return dumped(document(sections))
    return "\n".join((HEAD, "", *map(markdown, sections)))


def sections_of(found: dict[str, Any]) -> list[Section]:
    """The sections of a document. KeyError where a figure has no meaning any more, ValueError for another version."""
    if found["version"] != VERSION:
        raise ValueError(f"a report of version {found['version']}, not {VERSION}")
    return [_section(values) for values in found["sections"].values()]


def _section(values: dict[str, Any]) -> Section:
    figures = [Figure(**figure) for figure in values["figures"]]
    for figure in figures:
        if stem_of(figure.key) is None:
            raise KeyError(figure.key)
    tables = [
        Table(each["title"], tuple(each["columns"]), tuple(tuple(row) for row in each["rows"]))
        for each in values["tables"]
    ]
    return Section(values["name"], values["title"], values["text"], figures, tables, list(values["skipped"]))
