"""The company's own fields of a candidate or an application, and what of a result is written to them.

All mapped fields of a profile are of one kind, so that one call writes all of them or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.catalogue import Catalogue, FieldType, Option, RemoteField
from sync.conflicts import three_way
from sync.dialects.greenhouse.calls import Calls, Row, encoded
from sync.failures import RemoteNonsense, RemoteRejected
from sync.mapping import Entry, check, mapped
from sync.system import Agreed, Request

PATH = "/v3/custom_fields"
KINDS = ("candidate", "application")
_TYPES = {
    "short_text": FieldType.TEXT, "long_text": FieldType.TEXT, "url": FieldType.TEXT, "number": FieldType.NUMBER,
    "yes_no": FieldType.BOOLEAN, "date": FieldType.DATE, "single_select": FieldType.OPTION,
}  # fmt: skip
"""Of Greenhouse's types; amounts of money, spans, people and several choices take no result."""


class OwnFields:
    """The mapped fields of one connection: read once, compared and written for each result."""

    def __init__(self, calls: Calls, mapping: tuple[Entry, ...]) -> None:
        self._calls, self._mapping = calls, mapping
        self._catalogue: Catalogue | None = None

    def catalogue(self) -> Catalogue:
        """The fields in use that a result can be written to, as `KIND.KEY`."""
        rows = self._calls.every(PATH, {"per_page": "500"})
        found = (_field(row) for row in rows if row.get("field_type") in KINDS and row.get("active") is not False)
        return Catalogue(tuple(filter(None, found)))

    def told(self, signed: bytes) -> dict[str, Any] | None:
        """What a result tells each mapped field; None where there are none. MappingBroken."""
        if not self._mapping:
            return None
        check(self._mapping, self._known(), self._calls.wire.host)
        return mapped(self._mapping, signed)

    def write(self, candidate: int, application: int | None, told: Mapping[str, Any], agreed: Agreed) -> None:
        """Write what only we changed. RemoteConflict before anything is written where a person changed it too."""
        kind = kind_of(self._mapping)
        owner = candidate if kind == "candidate" else application
        if owner is None:
            raise RemoteRejected(host=self._calls.wire.host, status=422, detail="no application")
        ways = three_way(agreed.values, told, self._standing(kind, owner), agreed.leave)
        ways.refuse(self._calls.wire.host)
        if ways.write:
            body = [self._said(name, value) for name, value in ways.write.items()]
            self._calls.patch(f"/v3/{kind}s/{owner}", {"custom_fields": body})

    def request(self, candidate: int | None, application: int | None, signed: bytes) -> Request | None:
        """What `write` would send where all of it differs; None where nothing is mapped. MappingBroken."""
        told = self.told(signed)
        if told is None:
            return None
        kind = kind_of(self._mapping)
        owner = candidate if kind == "candidate" else application
        body = {"custom_fields": [self._said(name, value) for name, value in told.items()]}
        return Request("PATCH", f"/v3/{kind}s/{owner if owner is not None else '…'}", encoded(body).decode())

    def _known(self) -> Catalogue:
        if self._catalogue is None:
            self._catalogue = self.catalogue()
        return self._catalogue

    def _standing(self, kind: str, owner: int) -> dict[str, Any]:
        """What stands in the mapped fields, choices by their keys."""
        row = next(self._calls.of(f"/v3/{kind}s", "ids", [owner]), None)
        if row is None:
            raise RemoteRejected(host=self._calls.wire.host, status=404, detail=f"{kind} {owner}")
        values = _values(row.get("custom_fields"))
        if values is None:
            raise RemoteNonsense(host=self._calls.wire.host)
        return {entry.target: self._key(entry.target, values.get(entry.target.partition(".")[2])) for entry in
                self._mapping}  # fmt: skip

    def _key(self, target: str, value: Any) -> Any:
        """A value as we tell it: Greenhouse shows a choice by its name and takes it by its id."""
        field = self._known().field(target)
        if field is None or field.type is not FieldType.OPTION or value is None:
            return value
        return next((one.key for one in field.options if str(value) in (one.title, one.key)), value)

    def _said(self, target: str, value: Any) -> Row:
        key = target.partition(".")[2]
        if value is None:
            return {"name_key": key, "delete_value": True}
        field = self._known().field(target)
        is_choice = field is not None and field.type is FieldType.OPTION and str(value).isdecimal()
        return {"name_key": key, "value": int(value) if is_choice else value}


def kind_of(mapping: tuple[Entry, ...]) -> str:
    """What the mapped fields belong to: "candidate" or "application"; "" = to both, to neither, or there are none."""
    kinds = {entry.target.partition(".")[0] for entry in mapping if entry.target.partition(".")[2]}
    whole = len(kinds) == 1 and all("." in entry.target for entry in mapping)
    return next(iter(kinds)) if whole and kinds <= set(KINDS) else ""


def _field(row: Row) -> RemoteField | None:
    kind = _TYPES.get(str(row.get("value_type")))
    if kind is None or not row.get("name_key"):
        return None
    options = (one for one in row.get("custom_field_options") or [] if isinstance(one, dict) and "id" in one)
    choices = tuple(Option(str(one["id"]), str(one.get("name") or one["id"])) for one in options)
    name = f"{row['field_type']}.{row['name_key']}"
    return RemoteField(name, str(row.get("name") or name), kind, choices, required=row.get("required") is True)


def _values(said: Any) -> dict[str, Any] | None:
    """Values by key, from an object by key or from a list; None where it is neither."""
    if isinstance(said, list):
        said = {str(one.get("name_key")): one for one in said if isinstance(one, dict)}
    if said is None:
        return {}
    if not isinstance(said, dict):
        return None
    return {key: one.get("value") if isinstance(one, dict) else one for key, one in said.items()}
