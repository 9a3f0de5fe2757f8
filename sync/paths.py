"""Dotted paths in JSON: how profiles name a place in a body. A list whose parts have an id is walked by id."""

from __future__ import annotations

from typing import Any


def dig(value: object, path: str) -> Any:
    """The value at a dotted path; None where there is nothing. "" is the value itself.

    In a list a step is the `id` of a part, or its place from 0 on.
    """
    for step in filter(None, path.split(".")):
        if isinstance(value, list):
            value = _part(value, step)
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


def put(body: dict[str, Any], path: str, value: object) -> None:
    """Set the value at a dotted path, making what is in between; in a list that is the part with this `id`."""
    *steps, last = path.split(".")
    here: Any = body
    for step in steps:
        here = _own_part(here, step) if isinstance(here, list) else here.setdefault(step, {})
    here[last] = value


def _own_part(parts: list[Any], step: str) -> object:
    found = _part(parts, step)
    if found is None:
        found = {"id": step}
        parts.append(found)
    return found


def _part(parts: list[Any], step: str) -> object:
    for part in parts:
        if isinstance(part, dict) and part.get("id") == step:
            return part
    return parts[int(step)] if step.isdecimal() and int(step) < len(parts) else None
