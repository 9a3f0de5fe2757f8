"""From a signed assessment to the fields of a company: type, scale, levels, option keys. Data only, no code.

An entry names a place in the signed assessment (`sync.paths`) and a field of the HR system, and how the value is told
there. What cannot be told as the entry says raises `MappingBroken`: nothing is sent rather than something wrong.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields as fields_of
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from sync.catalogue import Catalogue, FieldType, RemoteField
from sync.contract import AssessmentResult
from sync.failures import MappingBroken
from sync.paths import dig

SIGNED_HASH = "signed_sha256"
"""What an entry may name besides the fields of the assessment: the SHA-256 of the signed bytes."""
SOURCES = frozenset(field.name for field in fields_of(AssessmentResult)) | {SIGNED_HASH}
_FITS: dict[str, tuple[FieldType, ...]] = {
    "number": (FieldType.NUMBER, FieldType.TEXT),
    "integer": (FieldType.INTEGER, FieldType.NUMBER, FieldType.TEXT),
    "text": (FieldType.TEXT,),
    "option": (FieldType.OPTION, FieldType.TEXT),
    "options": (FieldType.OPTIONS,),
    "boolean": (FieldType.BOOLEAN,),
    "date": (FieldType.DATE, FieldType.TEXT),
}
"""Which fields take which kind of entry."""
CHOICES = ("option", "options")
"""Kinds that tell one of a field's choices: as it is, or as a list where the field keeps several."""


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One level: numbers up to and including `upto` (None = all above the others) are told as `value`."""

    value: str
    upto: float | None = None


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field of the HR system and where its value comes from.

    `scale` = [from low, from high, to low, to high], linear; `digits` = decimals that are kept. `levels` turn a number
    into an option, `options` turn our word (`hire`) into the HR system's key; both may also give a text its words, in
    whatever language the company reads. A type `options` is for a field that keeps several choices: it is told a list.
    `true_for` are the words that mean yes.
    """

    source: str
    target: str
    type: Literal["number", "integer", "text", "option", "options", "boolean", "date"] = "text"
    scale: tuple[float, float, float, float] | None = None
    digits: int = 2
    levels: tuple[Level, ...] = ()
    options: dict[str, str] = {}
    true_for: tuple[str, ...] = ()


def source_of(signed: bytes) -> dict[str, Any]:
    """The signed assessment as the entries read it, with the hash of its bytes."""
    body: dict[str, Any] = json.loads(signed)
    return body | {SIGNED_HASH: hashlib.sha256(signed).hexdigest()}


def mapped(entries: tuple[Entry, ...], signed: bytes) -> dict[str, Any]:
    """Field → value for every entry; None = not assessed, which is never 0. Raises MappingBroken."""
    source = source_of(signed)
    return {entry.target: told(entry, dig(source, entry.source)) for entry in entries}


def told(entry: Entry, value: object) -> object:
    """One value as the HR system's field takes it. Raises MappingBroken."""
    if value is None:
        return None
    if entry.type == "boolean":
        return value if isinstance(value, bool) else str(value) in entry.true_for
    if entry.type in CHOICES or entry.options or entry.levels:
        chosen = _option(entry, value)
        return [chosen] if entry.type == "options" else chosen
    if entry.type in ("number", "integer"):
        number = _scaled(entry, value)
        return round(number) if entry.type == "integer" else round(number, entry.digits)
    if entry.type == "date":
        return _date(entry, value).isoformat()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def wrong_entries(entries: tuple[Entry, ...]) -> str:
    """What a list of entries gets wrong in itself; "" = nothing."""
    targets = [entry.target for entry in entries]
    for entry in entries:
        code = wrong(entry) or ("twice" if targets.count(entry.target) > 1 else "")
        if code:
            return f"mapping.{entry.target or '?'}: {entry.source if code == 'source' else code}"
    return ""


def wrong(entry: Entry) -> str:
    """What an entry gets wrong in itself: "source", "target", "scale", "digits", "levels", "options"; "" = nothing."""
    number, words = entry.type in ("number", "integer"), entry.type in (*CHOICES, "text")
    if entry.source.split(".")[0] not in SOURCES:
        return "source"
    if not entry.target:
        return "target"
    if entry.scale and (entry.scale[0] == entry.scale[1] or not (number or entry.levels)):
        return "scale"
    if not 0 <= entry.digits <= 6:
        return "digits"
    if not _rising(entry.levels) or (entry.levels and not words):
        return "levels"
    both, none = bool(entry.levels and entry.options), not entry.levels and not entry.options
    if both or (entry.type in CHOICES and none) or (entry.options and not words):
        return "options"
    return ""


def check(entries: tuple[Entry, ...], catalogue: Catalogue, host: str = "") -> None:
    """Whether every entry still finds its field as it expects it. Raises MappingBroken for the first that does not."""
    for entry in entries:
        reason = problem(entry, catalogue.field(entry.target))
        if reason:
            raise MappingBroken(host=host, field=entry.target, source=entry.source, reason=reason)


def problem(entry: Entry, field: RemoteField | None) -> str:
    """Why an entry does not fit a field: "gone", "type", "option", "range"; "" = it fits."""
    if field is None:
        return "gone"
    if field.type not in _FITS[entry.type]:
        return "type"
    if field.options and _keys(entry) - {option.key for option in field.options}:
        return "option"
    low, high = _reach(entry)
    outside = (field.low is not None and low is not None and low < field.low) or (
        field.high is not None and high is not None and high > field.high
    )
    return "range" if outside else ""


def _keys(entry: Entry) -> set[str]:
    return {level.value for level in entry.levels} | set(entry.options.values())


def _reach(entry: Entry) -> tuple[float | None, float | None]:
    """The lowest and highest number that an entry's scale can give."""
    return (min(entry.scale[2:]), max(entry.scale[2:])) if entry.scale else (None, None)


def _scaled(entry: Entry, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MappingBroken(field=entry.target, source=entry.source, reason="number")
    if entry.scale is None:
        return float(value)
    low, high, to_low, to_high = entry.scale
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    return to_low + share * (to_high - to_low)


def _option(entry: Entry, value: object) -> str:
    if entry.levels:
        number = _scaled(entry, value)
        return next((level.value for level in entry.levels if level.upto is None or number <= level.upto), "") or _none(
            entry
        )
    found = entry.options.get(str(value))
    return found if found is not None else _none(entry)


def _none(entry: Entry) -> str:
    raise MappingBroken(field=entry.target, source=entry.source, reason="option")


def _date(entry: Entry, value: object) -> date:
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError as error:
        raise MappingBroken(field=entry.target, source=entry.source, reason="date") from error


def _rising(levels: tuple[Level, ...]) -> bool:
    bounds = [level.upto for level in levels]
    if None in bounds[:-1]:
        return False
    numbers = [bound for bound in bounds if bound is not None]
    return numbers == sorted(set(numbers))
