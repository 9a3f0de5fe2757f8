"""What another HR system said of a row before, and nobody has edited here since, is no edit of ours.

A library may be connected to one system after the other, or to the same one in another dialect. What is agreed on is
remembered for each of them. The first time that one speaks again, ours may be what the one before said; that gives way
without asking. Whether both mean the same row by the same id is not taken for granted: two systems may count from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from app.pulled import TIME, spelt
from app.store import Library
from sync import ledger
from sync.ledger import KnownRow

_NAMES = {"position": ("title",), "candidate": ("name", "email")}
"""By which fields rows with the same id are known to be the same, one of them being enough."""


@dataclass(slots=True)
class SaidElsewhere:
    """Looks up what other HR systems than `system` said. Made anew for each pull."""

    library: Library
    system: str
    _others: tuple[str, ...] = field(init=False)
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        with self.library.reading() as session:
            self._others = ledger.other_systems(session, self.system)
            self._since = ledger.connected_since(session)

    def unedited(
        self, base: KnownRow | None, row: tuple[str, str, str], mine: Mapping[str, Any], theirs: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The fields of ours that stand as another system said them. `row` is kind, id there and id here; `base` is
        what this system said of it the last time."""
        if not self._others or (base is not None and base.changed >= self._since):
            return {}
        kind, remote_id, local_id = row
        found: dict[str, Any] = {}
        for other in self._others:
            with self.library.reading() as session:
                said = ledger.known_row(session, other, kind, remote_id)
            if said is None or said.local_id != local_id:
                continue
            if base is not None or self._is_same_server(other) or _is_alike(kind, mine, theirs):
                found |= {name: mine[name] for name, value in _spelt(said).items() if mine.get(name, _NONE) == value}
        return found

    def _is_same_server(self, other: str) -> bool:
        return urlsplit(other)[:2] == urlsplit(self.system)[:2]


_NONE = object()


def _is_alike(kind: str, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    names = _NAMES.get(kind, ())
    return any(mine.get(name) and mine.get(name) == theirs.get(name) for name in names)


def _spelt(said: KnownRow) -> dict[str, Any]:
    agreed = said.agreed
    return agreed | {TIME: spelt(agreed[TIME])} if TIME in agreed else agreed
