"""The fields of a signed assessment in words."""

from __future__ import annotations

import json
from collections.abc import Mapping

from app.text import has, timecode, tr
from sync.conflicts import Conflict, flat

_LISTS = {"dimensions": "title", "comments": "text", "questions": "question"}
"""What stands in a list, and the field that says what each is."""
_MOST = 24
"""Characters of a comment's or a question's words that tell it from others in a narrow column."""
Names = Mapping[str, str]


def field_name(path: str, names: Names) -> str:
    """The name of a field by its dotted path ("comments.3.00.end_s"); the path itself where this build has no name for
    it. `names`: of what stands in lists, as `item_names` gives them.
    """
    item, _, name = path.rpartition(".")
    group, _, which = item.partition(".")
    if group not in _LISTS or not which:
        return _named(path)
    return tr("sync_room.field_of", what=_item(group, which, names.get(item, "")), name=_named(name))


def item_names(body: str, conflict: Conflict) -> Names:
    """What each dimension, comment and question is, by its dotted path: from the JSON that is sent, and from what
    differs, which has those that only the other side knows. {} where the body is no JSON.
    """
    try:
        said = json.loads(body)
    except ValueError:
        said = {}
    known = flat(said) if isinstance(said, dict) else {}
    for field in conflict.fields:
        known.setdefault(field.field, field.theirs if field.mine is None else field.mine)
    found: dict[str, str] = {}
    for path, value in known.items():
        item, _, name = path.rpartition(".")
        if value and name == _LISTS.get(item.partition(".")[0]):
            found[item] = str(value)
    return found


def field_value(path: str, value: object) -> str:
    """A value as a person reads it: a recommendation in words, a list line by line, everything else as it is; "–" for
    none."""
    key = f"report.conclusion_{value}"
    if path == "conclusion" and has(key):
        return tr(key)
    if path in ("comments", "questions") and isinstance(value, str):
        return _lines(value)
    return "–" if value is None else str(value)


def _lines(listed: str) -> str:
    """Comments with their times, questions with their scores, one a line; as it is where it is no list."""
    try:
        rows = json.loads(listed)
    except ValueError:
        return listed
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return listed
    return "\n".join(_line(row) for row in rows) or "–"


def _line(row: Mapping[str, object]) -> str:
    time_s, score = row.get("time_s"), row.get("score")
    parts = [
        timecode(time_s) if isinstance(time_s, int | float) else "",
        str(row.get("question") or ""),
        f"[{score}]" if score is not None else "",
        str(row.get("text") or row.get("comment") or ""),
    ]
    return " ".join(filter(None, parts))


def _item(group: str, which: str, words: str) -> str:
    """A dimension by its title, a question by its words, a comment by its time and its words."""
    if group == "dimensions":
        return words or which
    shown = " ".join((words or which).split())
    shown = shown if len(shown) <= _MOST else shown[:_MOST].rstrip() + "…"
    time_s = _seconds(which)
    if group == "questions" or time_s is None:
        return tr(f"sync_room.field_in_{group}", words=shown)
    return tr("sync_room.field_in_comments_at", time=timecode(time_s), words=shown)


def _seconds(which: str) -> float | None:
    """The time that tells a comment; None where it is told by its words."""
    try:
        return float(which.partition(" (")[0])
    except ValueError:
        return None


def _named(name: str) -> str:
    key = f"sync_room.field_{name}"
    return tr(key) if has(key) else name


class PulledWords:
    """What fields of a pulled row are called; their values are in words already."""

    def name(self, field: str) -> str:
        """The name of a field of ours."""
        key = f"pulled.field_{field}"
        return tr(key if has(key) else f"package.field_{field}")

    def value(self, field: str, value: object) -> str:
        """A value as it is; "–" for none."""
        del field
        return "–" if value is None else str(value)
