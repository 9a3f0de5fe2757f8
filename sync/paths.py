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
    """Set the value at a dotted path, making what is in between."""
    *steps, last = path.split(".")
    for step in steps:
        body = body.setdefault(step, {})
    body[last] = value


def _part(parts: list[Any], step: str) -> object:
    for part in parts:
        if isinstance(part, dict) and part.get("id") == step:
            return part
    return parts[int(step)] if step.isdecimal() and int(step) < len(parts) else None
