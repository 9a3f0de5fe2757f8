"""A result as it stands in the sandbox: what arrived, and what people in HR have changed in it since."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from sync.paths import dig, put


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
            try:
                put(body, path, dig(self.body, path))
            except (AttributeError, TypeError) as error:
                raise ValueError(path) from error
        return body


def standing_of(wanted: dict[str, Any]) -> dict[str, Any]:
    """What stands once an assessment has arrived where there was nothing."""
    return {name: copy.deepcopy(value) for name, value in wanted.items() if name != "kept_fields"}
