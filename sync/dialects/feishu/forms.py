"""Feedback forms (面试评价表) as scoring templates.

Every id in a form changes with each edit, so a template is known by the form's name and a dimension by its title; the
form's own version says which of two is newer.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sync.contract import RemoteTemplate

Row = dict[str, Any]
_HIGHEST = 10


def template_id(name: str) -> str:
    """The id of the template that a form of this name is."""
    return f"feishu-{_short(name)}"


def template_of(form: Row) -> RemoteTemplate | None:
    """A form as a template; None where nothing in it is scored."""
    name = words_of(form["name"])
    scored = [
        _dimension(one, float(module.get("weight") or 100.0))
        for module in form.get("modules") or []
        for one in module.get("dimensions") or []
        if one.get("enabled") is not False and _is_scored(one)
    ]
    if not scored:
        return None
    if not sum(one["weight"] for one in scored):
        scored = [one | {"weight": 1.0} for one in scored]
    own_id = template_id(name["zh"])
    body: Row = {"id": own_id, "title": name, "dimensions": _told_apart(scored)}
    version = _version(form, body)
    return RemoteTemplate(own_id, version, body | {"version": version})


def words_of(text: object) -> dict[str, str]:
    """A text in both languages; the one that is there stands for both."""
    found = text if isinstance(text, dict) else {}
    zh, en = (str(found.get(key) or "").strip() for key in ("zh_cn", "en_us"))
    return {"zh": zh or en, "en": en or zh}


def _version(form: Row, body: Row) -> int:
    """The form's own version, else one that is another for another content."""
    own = form.get("version")
    return own if isinstance(own, int) and own > 0 else int(_short(repr(body)), 16) % 1_000_000 + 1


def _is_scored(dimension: Row) -> bool:
    options = dimension.get("option_items") or []
    return bool(dimension.get("score_dimension_config")) or any(one.get("score_val") for one in options)


def _dimension(dimension: Row, module_weight: float) -> Row:
    title = words_of(dimension["name"])
    return {
        "id": f"d-{_short(title['zh'])}",
        "title": title,
        "description": words_of(dimension.get("description")),
        "weight": round(float(dimension.get("weight") or 0.0) * module_weight / 100.0, 2),
        "required": bool(dimension.get("is_required")),
        "anchors": _anchors(dimension),
    }


def _anchors(dimension: Row) -> list[Row]:
    """What the choices of a scored question say, brought to 0 to 10; none where two would share a score."""
    options = [one for one in dimension.get("option_items") or [] if isinstance(one.get("score_val"), int)]
    config = dimension.get("score_dimension_config") or {}
    low = config.get("lower_limit_score") or 0
    high = config.get("upper_limit_score") or max((one["score_val"] for one in options), default=0)
    if high <= low:
        return []
    found: dict[int, Row] = {}
    for one in options:
        score = round((one["score_val"] - low) / (high - low) * _HIGHEST)
        said = words_of(one.get("description"))
        said = said if said["zh"] else words_of(one.get("name"))
        if 0 <= score <= _HIGHEST and said["zh"]:
            found[score] = {"score": score, **said}
    return [found[score] for score in sorted(found)] if len(found) == len(options) else []


def _told_apart(dimensions: list[Row]) -> list[Row]:
    """Two dimensions of the same title get ids of their own."""
    known: dict[str, int] = {}
    for one in dimensions:
        known[one["id"]] = known.get(one["id"], 0) + 1
        one["id"] += f"-{known[one['id']]}" if known[one["id"]] > 1 else ""
    return dimensions


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
