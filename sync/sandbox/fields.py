"""The company's own fields of a result: what `/v1/fields` lists and what a result may carry in them.

While the fault `field_renamed` or `field_removed` stands, the first field is one that a mapping cannot know.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sync.sandbox.faults import Faults
from sync.sandbox.store import StoreRefuses

PREFIX = "custom_fields."
RENAMED = "_v2"


@cache
def described() -> tuple[dict[str, Any], ...]:
    """All fields, as they are where no administrator has changed one."""
    return tuple(tomllib.loads((Path(__file__).parent / "fields.toml").read_text("utf-8"))["fields"])


def fields_in_force(faults: Faults) -> list[dict[str, Any]]:
    """The fields as they are now, each with a title of its own in Chinese."""
    first, *others = described()
    if faults.stands("field_removed"):
        return [_whole(field) for field in others]
    if faults.stands("field_renamed"):
        first = first | {"id": first["id"] + RENAMED}
    return [_whole(field) for field in (first, *others)]


def refuse_strange(values: Mapping[str, Any], faults: Faults) -> None:
    """StoreRefuses 422 for a field that there is not, and for a value that a field does not take."""
    known = {field["id"].removeprefix(PREFIX): field for field in fields_in_force(faults)}
    for name, value in values.items():
        if name not in known:
            raise StoreRefuses(422, "field_unknown", f"There is no field {PREFIX}{name}.")
        if value is not None and not _takes(known[name], value):
            raise StoreRefuses(422, "field_invalid", f"{PREFIX}{name} does not take {value!r}.")


def titled(values: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """A result's own fields with their titles and values as a person reads them; for the page."""
    known = {field["id"].removeprefix(PREFIX): field for field in described()}
    found = []
    for name, value in values.items():
        field = known.get(name, {})
        words = {option["key"]: option["titles"][language] for option in field.get("options", ())}
        said = ", ".join(_said(one, words) for one in (value if isinstance(value, list) else [value]))
        found.append((field.get("titles", {}).get(language, name), said))
    return found


def _said(value: object, words: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return "–" if value is None else words.get(str(value), str(value))


def _whole(field: dict[str, Any]) -> dict[str, Any]:
    options = [option | {"title": option["titles"]["zh"]} for option in field.get("options", ())]
    rest = {"required": field.get("required", False), "low": field.get("low"), "high": field.get("high")}
    return field | {"title": field["titles"]["zh"], "options": options} | rest


def _takes(field: Mapping[str, Any], value: object) -> bool:
    kind = field["type"]
    if kind in ("number", "integer"):
        number = isinstance(value, int if kind == "integer" else int | float) and not isinstance(value, bool)
        low, high = field.get("low"), field.get("high")
        return number and (low is None or value >= low) and (high is None or value <= high)
    if kind in ("option", "options"):
        keys = {option["key"] for option in field.get("options", ())}
        if isinstance(value, list) is not (kind == "options"):
            return False
        return all(isinstance(one, str) and one in keys for one in (value if isinstance(value, list) else [value]))
    if kind == "boolean":
        return isinstance(value, bool)
    return isinstance(value, str) and (kind != "date" or _is_date(value))


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
