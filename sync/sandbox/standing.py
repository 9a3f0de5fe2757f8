"""A result as it stands in the sandbox: what arrived, and what people in HR have changed in it since."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Standing:
    """A result as it stands: `version` grows with every change of it, by whomever."""

    version: str
    body: dict[str, Any]

    def after(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """What stands after a later revision has arrived. ValueError for a kept field that there cannot be."""
        body = standing_of(wanted)
        body["custom_fields"] = self.body.get("custom_fields", {}) | body.get("custom_fields", {})
        for path in wanted.get("kept_fields", ()):
            write(body, path, read(self.body, path))
        return body


def standing_of(wanted: dict[str, Any]) -> dict[str, Any]:
    """What stands once an assessment has arrived where there was nothing."""
    return {name: copy.deepcopy(value) for name, value in wanted.items() if name != "kept_fields"}


def read(body: dict[str, Any], path: str) -> object:
    """The value at a dotted path, of a dimension by its id; None where there is none."""
    here, last = _way(body, path, make=False)
    return here.get(last) if isinstance(here, dict) else None


def write(body: dict[str, Any], path: str, value: object) -> None:
    """Set the value at a dotted path. ValueError where there can be none."""
    here, last = _way(body, path, make=True)
    if not isinstance(here, dict):
        raise ValueError(path)
    here[last] = value


def _way(body: dict[str, Any], path: str, *, make: bool) -> tuple[Any, str]:
    """What holds the last step of a path, and that step."""
    *steps, last = path.split(".")
    here: Any = body
    for step in steps:
        if isinstance(here, list):
            found = next((one for one in here if isinstance(one, dict) and one.get("id") == step), None)
            if found is None and make:
                found = {"id": step}
                here.append(found)
            here = found
        elif isinstance(here, dict):
            here = here.setdefault(step, {}) if make else here.get(step)
    return here, last
