"""The fields of a signed assessment in words, for the table of a conflict."""

from __future__ import annotations

import json
from collections.abc import Mapping

from app.text import has, tr

_LISTS = ("dimensions", "comments", "questions")


def field_name(path: str, titles: Mapping[str, str]) -> str:
    """The name of a field by its dotted path ("comments.3.end_s"); the path itself where this build has no name for it.

    `titles`: of the dimensions, by id. Comments and questions are told by their number.
    """
    group, _, rest = path.partition(".")
    which, _, name = rest.rpartition(".")
    if group not in _LISTS or not which:
        return _named(path)
    if group == "dimensions":
        return tr("sync_room.field_of", what=titles.get(which, which), name=_named(name))
    return tr("sync_room.field_of", what=tr(f"sync_room.field_in_{group}", number=which), name=_named(name))


def dimension_titles(body: str) -> dict[str, str]:
    """The titles of an assessment's dimensions by id, from the JSON that is sent; {} where it is none."""
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    listed = said.get("dimensions") if isinstance(said, dict) else None
    found = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return {str(each["id"]): str(each["title"]) for each in found if each.get("id") and each.get("title")}


def field_value(path: str, value: object) -> str:
    """A value as a person reads it: a recommendation in words, everything else as it is; "–" for none."""
    key = f"report.conclusion_{value}"
    if path == "conclusion" and has(key):
        return tr(key)
    return "–" if value is None else str(value)


def _named(name: str) -> str:
    key = f"sync_room.field_{name}"
    return tr(key) if has(key) else name
