"""The mapping as it is being edited: entries, what is wrong with each, and what was removed last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app import text
from app.field_mapping import in_the_way, trouble, trouble_sentence
from app.mapping_desk import KnownFields
from sync.catalogue import Catalogue
from sync.mapping import Entry


@dataclass(slots=True)
class Draft:
    """`saved` = the mapping as it is in the profile; `known` = the company's fields, None = never read; `values` =
    examples of ours by path."""

    saved: tuple[Entry, ...] = ()
    entries: list[Entry] = field(default_factory=list)
    known: KnownFields | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    removed: tuple[int, Entry] | None = None

    @property
    def catalogue(self) -> Catalogue | None:
        """The company's fields that there are now."""
        return self.known.catalogue if self.known else None

    @property
    def changed(self) -> bool:
        """Whether it differs from the profile's."""
        return tuple(self.entries) != self.saved

    def code(self, place: int) -> str:
        """What is wrong with an entry, as a word; "" = nothing."""
        entry = self.entries[place]
        others = tuple(other for at, other in enumerate(self.entries) if at != place)
        return trouble(entry, others, self.catalogue, self.values.get(entry.source))

    def said(self, place: int) -> str:
        """What is wrong with an entry, in a sentence; "" = nothing."""
        code = self.code(place)
        return trouble_sentence(code, self.entries[place], self.known, text.language()) if code else ""

    @property
    def can_be_saved(self) -> bool:
        """Whether nothing is in the way of saving it."""
        return not any(in_the_way(self.code(place)) for place in range(len(self.entries)))

    def remove(self, place: int) -> None:
        """Take an entry out; it can be put back."""
        self.removed = (place, self.entries.pop(place))

    def put_back(self) -> int:
        """Put back what was removed last; gives its place."""
        assert self.removed is not None
        place, entry = self.removed
        self.entries.insert(place, entry)
        self.removed = None
        return place

    def required_open(self) -> list[str]:
        """The fields that the HR system wants and nothing is mapped to, in words."""
        taken = {entry.target for entry in self.entries}
        fields = self.catalogue.fields if self.catalogue and self.entries else ()
        return [one.named(text.language()) for one in fields if one.required and one.id not in taken]
