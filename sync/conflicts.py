"""What a person decides when both sides hold different things: plain types and the three-way comparison.

Base is what both last agreed on, mine is what was signed here, theirs is what the HR system holds.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sync.failures import CONTESTED, RemoteConflict

Value = str | float | bool | None
STANDS = "stands"
"""Where a conflict about a whole result keeps what stood there, field by field as the dialect compares it."""
_BOOKKEEPING = frozenset({"external_id", "revision", "signed_at", "app_version", "contract_version", STANDS})
"""Fields that differ between any two revisions and that nobody decides on."""


class Choice(StrEnum):
    """What can be done about a conflict."""

    MINE = "mine"
    """Sign mine once more as a new revision, and send that."""
    THEIRS = "theirs"
    """Leave the HR system as it is."""


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field on which mine and theirs differ. `base` None with `has_base` False = nothing was agreed before."""

    field: str
    base: Value
    mine: Value
    theirs: Value
    has_base: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """An item of the outbox that waits for a decision. `reason` is the HR system's code for it."""

    op_id: str
    kind: str
    external_id: str
    reason: str
    fields: tuple[FieldDifference, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """Three-way merge of a pulled row: `values` to store; `contested` = the fields that both sides changed to different
    values, each with what was last agreed on ({"base": value}, {} = nothing ever was). Mine is kept in them meanwhile.
    """

    values: dict[str, Any]
    contested: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """`write` = what only we changed; `contested` = what both changed, to different values: {field, base, mine, theirs,
    has_base}, as they were."""

    write: dict[str, Any]
    contested: tuple[dict[str, Any], ...]

    def refuse(self, host: str) -> None:
        """Raise RemoteConflict where anything is contested: a person decides before anything is written."""
        if self.contested:
            raise RemoteConflict({CONTESTED: list(self.contested)}, host=host, field=CONTESTED)


def three_way(
    agreed: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any], leave: Collection[str] = ()
) -> ThreeWay:
    """Compare fields of an HR system: what was last agreed on, what we are about to write, what stands there.

    What a person changed there and we did not stays. Where nothing was agreed before, only an empty field (None, "",
    False, an empty list) is written without asking.
    """
    write: dict[str, Any] = {}
    contested = []
    for name, value in mine.items():
        there, base, known = theirs.get(name), agreed.get(name), name in agreed
        if name in leave or there == value or (known and value == base):
            continue
        if there == base if known else _empty(there):
            write[name] = value
        else:
            contested.append({"field": name, "base": base, "mine": value, "theirs": there, "has_base": known})
    return ThreeWay(write, tuple(contested))


def _empty(value: object) -> bool:
    return value is None or value is False or value in ("", [], ())


def _plain(value: object) -> Value:
    return value if isinstance(value, str | int | float | bool) or value is None else json.dumps(value)


def contested(theirs: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """The contested fields of a conflict as it is kept in the outbox; none where it is about a whole document."""
    return tuple(theirs.get(CONTESTED, ()))


def shown(fields: Iterable[Mapping[str, Any]]) -> tuple[FieldDifference, ...]:
    """Contested fields for a person to look at."""
    values = ("base", "mine", "theirs")
    return tuple(
        FieldDifference(field=one["field"], has_base=one["has_base"], **{name: _plain(one[name]) for name in values})
        for one in fields
    )


def differences(
    base: Mapping[str, Any] | None, mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[FieldDifference, ...]:
    """Every field on which mine and theirs differ, in the order of mine. What stands in a list is told by what it is:
    a dimension by its id, a question by its words, a comment by its time or, without one, by its words.
    """
    was, here, there = flat(base or {}), flat(mine), flat(theirs)
    names = list(here) + [name for name in there if name not in here]
    return tuple(
        FieldDifference(name, was.get(name), here.get(name), there.get(name), base is not None)
        for name in names
        if here.get(name) != there.get(name) and name.split(".")[0] not in _BOOKKEEPING
    )


def flat(value: Mapping[str, Any]) -> dict[str, Value]:
    """Nested JSON as dotted paths: {"dimensions": [{"id": "a", "mine": 8}]} gives {"dimensions.a.mine": 8}.

    The second of two that are told by the same has " (2)" after it; what tells nothing of itself has its place.
    """
    found: dict[str, Value] = {}
    for name, part in value.items():
        _flatten(str(name), part, found)
    return found


def _flatten(path: str, value: Any, found: dict[str, Value]) -> None:
    if isinstance(value, Mapping):
        for name, part in value.items():
            _flatten(f"{path}.{name}", part, found)
    elif isinstance(value, list):
        names: list[str] = []
        for place, part in enumerate(value):
            told = _told(part) if isinstance(part, Mapping) else ""
            names.append(told or str(place + 1))
            again = names.count(names[-1])
            _flatten(f"{path}.{names[-1]}" + (f" ({again})" if again > 1 else ""), part, found)
    else:
        found[path] = value if isinstance(value, str | int | float | bool) or value is None else json.dumps(value)


def _told(part: Mapping[str, Any]) -> str:
    """What tells an item of a list from the others; "" where nothing does."""
    for name in ("id", "question"):
        if isinstance(part.get(name), str):
            return str(part[name])
    time_s = part.get("time_s")
    if isinstance(time_s, int | float):
        return f"{time_s:.2f}"
    return str(part.get("text") or "")


def merge(
    base: Mapping[str, Any] | None,
    mine: Mapping[str, Any] | None,
    theirs: Mapping[str, Any],
    unsaid: Collection[str] = (),
) -> Merged:
    """Take over what the HR system changed, keep what was edited here, name what both changed: field by field.

    `base` is what was last agreed on; `mine` None = a new row, all theirs. Where nothing was ever agreed on, an empty
    value gives way to a filled one, and theirs does in the fields `unsaid`, of which the HR system says nothing itself.
    """
    if mine is None:
        return Merged(dict(theirs), {})
    values, contested = dict[str, Any](), dict[str, dict[str, Any]]()
    for name, there in theirs.items():
        here, known = mine.get(name), base is not None and name in base
        was = base[name] if base is not None and known else None
        takes = here == was if known else _empty(here)
        values[name] = there if takes else here
        quiet = there == was if known else _empty(there) or name in unsaid
        if not takes and not quiet and here != there:
            contested[name] = {"base": was} if known else {}
    return Merged(values, contested)
