"""A result as it stands in an HR system of the contract's kind, compared with ours field by field.

What is compared are values that people may change there: never the ids and times that make the record. Fields go by our
names, the company's own by theirs; of the dimensions each part is a field, every other list is one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sync.conflicts import STANDS, ThreeWay, three_way
from sync.contract import AssessmentResult
from sync.dialects.shape import KEPT_FIELDS, ContractShape, encoded
from sync.mapping import SIGNED_HASH
from sync.paths import dig, put
from sync.system import Agreed

RECORD = frozenset(
    {"external_id", "assessment_id", "revision", "interview_id", "interview_remote_id", "candidate_remote_id",
     "template_id", "template_version", "analysis_id", "correction_id", "signed_at", "app_version", "contract_version",
     SIGNED_HASH, KEPT_FIELDS}
)  # fmt: skip
"""What names a result and says where it comes from: the same for everybody, and nobody's to change."""
_OURS = (*(field.name for field in fields(AssessmentResult)), SIGNED_HASH)


@dataclass(frozen=True, slots=True)
class Stands:
    """What stands there: `whole` as it came, `fields` as they compare; `version` = what a write rests on."""

    whole: dict[str, Any]
    fields: dict[str, Any]
    external_id: str
    revision: int
    proof: str
    version: str

    def theirs(self, shape: ContractShape) -> dict[str, object]:
        """The same for a person who decides on the whole of it."""
        said = shape.in_our_words(self.whole)
        return {name: said[name] for name in _OURS if name in said and name != SIGNED_HASH} | {STANDS: self.fields}


def stands_there(shape: ContractShape, whole: dict[str, Any], version: str) -> Stands | None:
    """A result in an answer; None where the answer does not say which one it is."""
    places = _places(shape)
    named = {name: dig(whole, places[name]) if name in places else None for name in ("external_id", "revision")}
    proof = dig(whole, places.get(SIGNED_HASH, SIGNED_HASH))
    if not isinstance(named["external_id"], str) or not str(named["revision"]).isdecimal():
        return None
    revision = int(str(named["revision"]))
    return Stands(whole, comparable(shape, whole), named["external_id"], revision, str(proof or ""), version)


def comparable(shape: ContractShape, body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a body, ours or theirs, that people may change. Nothing is told as None."""
    found: dict[str, Any] = {}
    for name, place in _places(shape).items():
        if name.split(".")[0] not in RECORD:
            _spread(name, dig(body, place), found)
    for entry in shape.mapping:
        found[entry.target] = _value(dig(body, entry.target))
    return found


def compared(stands: Stands, mine: Mapping[str, Any], agreed: Agreed) -> ThreeWay:
    """Ours against what stands there; of a dimension that we told before and have no more, nothing is ours."""
    told = (name for name in agreed.values if name.startswith("dimensions.") and name not in mine)
    gone = {name: None for name in told if stands.fields.get(name) is not None}
    return three_way(agreed.values, {**mine, **gone}, stands.fields, agreed.leave)


def kept_fields(stands: Stands, mine: Mapping[str, Any], write: Collection[str]) -> tuple[str, ...]:
    """The fields in which what stands there stays, though ours is another value."""
    names = [*mine, *(name for name in stands.fields if name not in mine and stands.fields[name] is not None)]
    return tuple(name for name in names if name not in write and stands.fields.get(name) != mine.get(name))


def body_beside(shape: ContractShape, signed: bytes, stands: Stands, kept: tuple[str, ...]) -> bytes:
    """What is sent where something stands there already.

    What was signed is never altered: fields that stay are named beside it. A body that is derived has their values.
    """
    if shape.push.identity:
        if not kept:
            return shape.body(signed)
        return encoded({**shape.told(signed), KEPT_FIELDS: list(kept)})
    body, places = shape.told(signed), _places(shape)
    for name in kept:
        there = _place(name, places)
        put(body, there, dig(stands.whole, there))
    if shape.push.standing.condition:
        put(body, shape.push.standing.condition, stands.version)
    return encoded(body)


def signed_part(shape: ContractShape, kept: bytes) -> object:
    """What was signed in a body that holds it, without what travels beside it."""
    try:
        body = json.loads(kept)
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    beside = {SIGNED_HASH, KEPT_FIELDS, *(entry.target.split(".")[0] for entry in shape.mapping)}
    return {name: value for name, value in body.items() if name not in beside}


def _places(shape: ContractShape) -> dict[str, str]:
    """Each field of a signed assessment, by our name, and its place in their body."""
    if shape.push.identity:
        return dict(zip(_OURS, _OURS, strict=True))
    return {source: target for target, source in shape.push.fields.items()}


def _place(name: str, places: Mapping[str, str]) -> str:
    """The place of a field, which may be a part of one that has a place."""
    for known, place in places.items():
        if name == known or name.startswith(f"{known}."):
            return place + name[len(known) :]
    return name


def _spread(name: str, value: object, found: dict[str, Any]) -> None:
    parts = value if isinstance(value, list) and name == "dimensions" else None
    if parts is None:
        found[name] = _value(value)
        return
    for part in parts:
        if isinstance(part, dict) and isinstance(part.get("id"), str):
            found |= {f"{name}.{part['id']}.{one}": _value(said) for one, said in part.items() if one != "id"}


def _value(value: object) -> Any:
    """A value as it compares: what is empty is nothing, ends of lines are trimmed, as HR systems do."""
    if isinstance(value, str):
        value = "\n".join(line.rstrip() for line in value.strip().splitlines())
    elif isinstance(value, dict):
        value = {name: said for name, one in value.items() if (said := _value(one)) is not None}
    elif isinstance(value, list):
        value = [_value(one) for one in value]
    return None if value in ("", [], {}) else value
