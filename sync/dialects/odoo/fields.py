"""The company's fields of an applicant: fields of its own (`x_…`) and the properties of a job, which are told by label.

A property has another technical name in each job; what people see and what a mapping names is its label. Odoo does not
tell a number that is not set from 0, so neither do comparisons here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sync.catalogue import Catalogue, FieldType, Option, RemoteField
from sync.contract import RemoteCustom
from sync.dialects.odoo.calls import Odoo, Row
from sync.dialects.odoo.plain import plain
from sync.failures import MappingBroken
from sync.mapping import Entry, mapped, problem

MODEL = "hr.applicant"
PROPERTIES = "applicant_properties"
DEFINITION = f"{PROPERTIES}_definition"
PROPERTY = "properties/"
"""A target that begins so names a property by its label."""
STANDARD = {"priority": "0"}
"""Fields of Odoo's own that a result may be written to, and what stands there where nobody wrote: the stars."""
_TYPES = {
    "float": FieldType.NUMBER,
    "monetary": FieldType.NUMBER,
    "integer": FieldType.INTEGER,
    "char": FieldType.TEXT,
    "text": FieldType.TEXT,
    "selection": FieldType.OPTION,
    "boolean": FieldType.BOOLEAN,
    "date": FieldType.DATE,
}
_NUMBERS = (FieldType.NUMBER, FieldType.INTEGER)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value goes with one applicant: the column of `load`, and what stands there now."""

    target: str
    column: str
    field: RemoteField
    stands: Any
    tolerance: float

    def same(self, one: Any, other: Any) -> bool:
        """Whether two values are the same to Odoo."""
        if self.field.type not in _NUMBERS:
            empty = (None, False, "", STANDARD.get(self.target))
            return one == other or (one in empty and other in empty)
        numbers = [value if isinstance(value, int | float) else 0.0 for value in (one, other)]
        return math.isclose(*numbers, rel_tol=0.0, abs_tol=self.tolerance)


def catalogue(odoo: Odoo) -> Catalogue:
    """All fields that a result can be written to: of the company's own, and the properties of all its jobs."""
    fields = [field for field in map(_described, *_columns(odoo)) if field]
    jobs = odoo.rows("hr.job", [["active", "=", True]], [DEFINITION])
    found = {field.id: field for job in jobs for field in map(_property, job[DEFINITION] or ()) if field}
    return Catalogue((*fields, *found.values()))


def wanted(entries: tuple[Entry, ...]) -> list[str]:
    """The columns to read of an applicant for these entries."""
    plain = [entry.target for entry in entries if not entry.target.startswith(PROPERTY)]
    return [PROPERTIES, *plain] if len(plain) < len(entries) else plain


def places(odoo: Odoo, entries: tuple[Entry, ...], signed: bytes, read: Mapping[str, Any]) -> list[tuple[Place, Any]]:
    """Where each entry goes with this applicant, and what is to stand there. Raises MappingBroken before anything.

    A dimension that this assessment does not have needs no field in this job.
    """
    values = mapped(entries, signed)
    columns = odoo.fields(MODEL)
    found = []
    for entry in entries:
        place = _place(entry.target, columns, read)
        if place is None and values[entry.target] is None and entry.target.startswith(PROPERTY):
            continue
        reason = problem(entry, place.field if place else None)
        if place is None or reason:
            raise MappingBroken(reason or "gone", host=odoo.wire.host, field=shown(entry.target), source=entry.source)
        found.append((place, values[entry.target]))
    return found


Said = Callable[[Any, frozenset[str]], Iterable[RemoteCustom]]
"""What a field's value says to people, without what is written to by results (their targets)."""


def own_fields(odoo: Odoo, model: str) -> dict[str, Said]:
    """The company's own fields of a model, by the column that has to be read; all properties of a row are one."""
    found: dict[str, Said] = {}
    for name, described in odoo.fields(model).items():
        if described.get("type") == "properties":
            found[name] = _properties_said
        elif name.startswith("x_") and described.get("store", True):
            found[name] = _column(name, described)
    return found


def _properties_said(rows: Any, targets: frozenset[str]) -> Iterable[RemoteCustom]:
    for row in rows or ():
        label = str(row.get("string") or "").strip()
        if label and PROPERTY + label not in targets:
            value = row.get("value")
            said = f"{value:g}" if _is_number(value) else _said(row, value)
            if said:
                yield RemoteCustom(label, said)


def _column(name: str, described: Row) -> Said:
    def said(value: Any, targets: frozenset[str]) -> Iterable[RemoteCustom]:
        words = _said(described, value)
        if words and name not in targets:
            yield RemoteCustom(str(described.get("string") or name), words)

    return said


def _said(described: Row, value: Any) -> str:
    """A value in words; "" = nothing, as 0 of a column is, for Odoo does not tell the two apart."""
    kind = described.get("type")
    if not value or kind in ("binary", "image", "separator"):
        return ""
    if value is True:
        return "✓"
    if _is_number(value):
        return f"{value:g}"
    if isinstance(value, list):
        return "、".join(filter(None, (_named(described, one) for one in (value if _is_several(value) else [value]))))
    choices = {str(key): str(title) for key, title in described.get("selection") or ()}
    return plain(value) if kind == "html" else choices.get(str(value), str(value))


def _is_several(value: list[Any]) -> bool:
    """[id, name] is one; a list of them, or of tags, is several."""
    return not (len(value) == 2 and isinstance(value[0], int) and isinstance(value[1], str))


def _named(described: Row, one: Any) -> str:
    if isinstance(one, list):
        return str(one[1]) if len(one) == 2 and one[1] else ""
    return next((str(tag[1]) for tag in described.get("tags") or () if tag[0] == one), "")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def shown(target: str) -> str:
    """The name of a target that people see."""
    return target.removeprefix(PROPERTY)


def written(value: Any) -> str:
    """A value as `load` takes it; "" = nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def _place(target: str, columns: Mapping[str, Row], read: Mapping[str, Any]) -> Place | None:
    if not target.startswith(PROPERTY):
        field = _described(target, columns.get(target, {}))
        digits = columns.get(target, {}).get("digits")
        tolerance = 0.5 * 10 ** -digits[1] if isinstance(digits, list) else 1e-6
        return Place(target, target, field, read.get(target), tolerance) if field and target in read else None
    for row in read.get(PROPERTIES) or ():
        field = _property(row)
        if field and field.id == target:
            return Place(target, f"{PROPERTIES}.{row['name']}", field, row.get("value"), 1e-6)
    return None


def _columns(odoo: Odoo) -> tuple[list[str], list[Row]]:
    found = odoo.fields(MODEL, anew=True)
    names = [name for name in sorted(found) if name.startswith("x_")] + [name for name in STANDARD if name in found]
    return names, [found[name] for name in names]


def _described(name: str, row: Row) -> RemoteField | None:
    """A field of the model; None where no result can be written to it."""
    kind = _TYPES.get(str(row.get("type")))
    ours = name.startswith("x_") or name in STANDARD
    if kind is None or not ours or row.get("readonly") or not row.get("store", True):
        return None
    return RemoteField(name, str(row.get("string") or name), kind, _options(row), bool(row.get("required")))


def _property(row: Row) -> RemoteField | None:
    kind, label = _TYPES.get(str(row.get("type"))), str(row.get("string") or "").strip()
    return RemoteField(PROPERTY + label, label, kind, _options(row)) if kind and label else None


def _options(row: Row) -> tuple[Option, ...]:
    return tuple(Option(str(key), str(title)) for key, title in row.get("selection") or ())
