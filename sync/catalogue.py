"""The fields that an HR system has for a result: what a mapping may name, and what each of them takes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum


class FieldType(StrEnum):
    """What a field of an HR system takes."""

    NUMBER = "number"
    INTEGER = "integer"
    TEXT = "text"
    OPTION = "option"
    OPTIONS = "options"
    BOOLEAN = "boolean"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an option field: the key that is sent, and the words that people see, `titles` by language."""

    key: str
    title: str = ""
    titles: dict[str, str] = field(default_factory=dict)

    def named(self, language: str) -> str:
        """The words in a language, else those that there are."""
        return self.titles.get(language) or self.title or next(iter(self.titles.values()), self.key)


@dataclass(frozen=True, slots=True)
class RemoteField:
    """A field as the HR system describes it, `titles` by language. `low`, `high` = the range of a number, None = not
    told."""

    id: str
    title: str
    type: FieldType
    options: tuple[Option, ...] = ()
    required: bool = False
    low: float | None = None
    high: float | None = None
    titles: dict[str, str] = field(default_factory=dict)

    def named(self, language: str) -> str:
        """The title in a language, else the one that there is."""
        return self.titles.get(language) or self.title or next(iter(self.titles.values()), self.id)

    def worded(self, value: object, language: str) -> str:
        """The words of a choice, or of several as a list or its JSON; "" = it is none of the field's choices."""
        words = {option.key: option.named(language) for option in self.options}
        chosen = [words.get(str(one), "") for one in _several(value)]
        return " / ".join(chosen) if all(chosen) else ""


def _several(value: object) -> list[object]:
    """What was chosen: a conflict tells a list as its JSON."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            return [value]
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All fields that a result can be written to, in the HR system's order."""

    fields: tuple[RemoteField, ...] = ()

    def field(self, field_id: str) -> RemoteField | None:
        """The field with this id; None = there is none (any more)."""
        return next((one for one in self.fields if one.id == field_id), None)
