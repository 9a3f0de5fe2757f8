"""Three-way comparison of one row in two libraries: pure, field by field.

Each library counts the versions of its own rows. For each other library it remembers, per row, what it last took over
from there. With that the newest state that both sides have in common is found without a clock, and from it who changed
what since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What one library last took over of another one's row.

    `version` and `changed` (ISO 8601, UTC) are the other's own; `fields` are those on which nothing was left to decide;
    `own_version` is the version of the taker's row right afterwards.
    """

    version: int
    changed: str
    fields: Fields
    own_version: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """One library's row: its version, when it was changed there, its fields, and what it knows of the other library."""

    version: int
    changed: str
    fields: Fields
    knows: Known | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that both sides changed since `base`; `has_base` False = they never agreed on it."""

    field: str
    base: Any
    mine: Any
    theirs: Any
    has_base: bool


@dataclass(frozen=True, slots=True)
class Merge:
    """What comes of it. `take` = fields to set here; `differences` = for a person; `agreed` = the base from now on.

    `old` = the package says nothing that was not taken over before.
    """

    take: dict[str, Any] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    agreed: dict[str, Any] = field(default_factory=dict)
    old: bool = False


def merge(mine: Side, theirs: Side) -> Merge:
    """Compare my row with theirs from a package. What only they changed is taken, what only I changed stays.

    Where nothing was ever agreed on, an empty value gives way to a filled one.
    """
    if mine.knows is not None and is_old(theirs, mine.knows):
        return Merge(agreed=dict(mine.knows.fields), old=True)
    base = common(mine.knows, theirs.knows)
    take, differences, agreed = {}, [], {}
    for name, value in theirs.fields.items():
        if name not in mine.fields:
            continue
        found = _one(name, base, mine.fields[name], value)
        if found is None:
            agreed[name] = value
        elif isinstance(found, Difference):
            differences.append(found)
            if found.has_base:
                agreed[name] = found.base
        else:
            take[name] = agreed[name] = value
    return Merge(take, tuple(differences), agreed)


def is_old(theirs: Side, known: Known) -> bool:
    """Whether this state was taken over before, or is older than one that was.

    Both the counter and the time have to say so: in a library that was put back from a backup the counter runs again.
    """
    if theirs.version == known.version and theirs.changed == known.changed:
        return True
    return theirs.version < known.version and theirs.changed <= known.changed


def common(mine: Known | None, theirs: Known | None) -> Fields:
    """The newest state that both sides have seen: theirs of mine, if it includes what I took over from them.

    `mine` is what I know of their row, `theirs` what they know of mine.
    """
    if theirs is None:
        return mine.fields if mine is not None else {}
    if mine is None or theirs.version >= mine.own_version:
        return theirs.fields
    return mine.fields


@dataclass(frozen=True, slots=True)
class _Taken:
    pass


_TAKEN = _Taken()


def _one(name: str, base: Fields, mine: Any, theirs: Any) -> Difference | _Taken | None:
    """None = mine stays and nothing is to be decided."""
    if mine == theirs:
        return None
    if name in base:
        was = base[name]
        if theirs == was:
            return None
        return _TAKEN if mine == was else Difference(name, was, mine, theirs, True)
    if _is_empty(theirs):
        return None
    return _TAKEN if _is_empty(mine) else Difference(name, None, mine, theirs, False)


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == []
