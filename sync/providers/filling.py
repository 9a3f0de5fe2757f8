"""Builds a request from a step of a profile: targets from sources, as JSON, as a form, or as one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from urllib3 import encode_multipart_formdata

from sync.providers.profile import Step


@dataclass(frozen=True, slots=True)
class File:
    """Bytes with the name and media type that they travel under: never a name of ours."""

    name: str
    media_type: str
    content: bytes


Sources = Mapping[str, object]
"""What requests are built from, by name. None = not there: its field is left out."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A step with everything in it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


def filled(step: Step, sources: Sources) -> Filled:
    """The request of a step. A path whose hole has no value is asked with an empty part."""
    path = step.path
    for name, value in sources.items():
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", quote(_word(value), safe=""))
    query = {name: _word(value) for name, value in step.params.items()}
    query |= {name: _word(value) for name, source in step.query.items() if (value := sources.get(source)) is not None}
    body, media_type = _body(step, sources)
    headers = {"Accept": "application/json", **step.headers} | ({"Content-Type": media_type} if media_type else {})
    return Filled(step.method, path, query, headers, body)


def _body(step: Step, sources: Sources) -> tuple[bytes, str]:
    if step.body == "none":
        return b"", ""
    if step.body == "file":
        file = sources.get(step.file)
        assert isinstance(file, File)
        return file.content, file.media_type
    values: dict[str, Any] = dict(step.fixed)
    values |= {target: value for target, source in step.fields.items() if (value := sources.get(source)) is not None}
    if step.body == "form":
        return encode_multipart_formdata(_parts(values))
    body: dict[str, Any] = {}
    for target, value in values.items():
        _put(body, target, value)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), "application/json"


def _parts(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The fields of a form: a list is a field several times, a table is JSON."""
    parts: list[tuple[str, Any]] = []
    for name, value in values.items():
        if isinstance(value, File):
            parts.append((name, (value.name, value.content, value.media_type)))
        elif isinstance(value, list | tuple):
            parts += [(name, _word(each)) for each in value]
        elif isinstance(value, dict):
            parts.append((name, json.dumps(value, ensure_ascii=False)))
        else:
            parts.append((name, _word(value)))
    return parts


def _word(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _put(body: dict[str, Any], path: str, value: object) -> None:
    *steps, last = path.split(".")
    for step in steps:
        body = body.setdefault(step, {})
    body[last] = value
