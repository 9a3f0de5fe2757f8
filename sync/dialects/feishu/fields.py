"""The company's own fields of a talent (`talent_objects/query`): 13 types, choices by their keys."""

from __future__ import annotations

from typing import Any

from sync.catalogue import Catalogue, FieldType, Option, RemoteField
from sync.dialects.feishu.forms import words_of

_TYPES = {
    1: FieldType.TEXT, 2: FieldType.TEXT, 3: FieldType.OPTION, 4: FieldType.OPTIONS, 5: FieldType.DATE,
    6: FieldType.DATE, 7: FieldType.DATE, 9: FieldType.NUMBER, 12: FieldType.DATE,
}  # fmt: skip
"""Of Feishu's types; a span of time (8), a default field (10), a module (11) and a file (13) take no result."""
_IN_USE = 1


def catalogue_of(data: dict[str, Any]) -> Catalogue:
    """The fields that are in use and take a value, module by module."""
    modules = data.get("items") or []
    fields = [_field(child) for module in modules for child in module.get("children_list") or [] if _in_use(child)]
    return Catalogue(tuple(filter(None, fields)))


def _field(child: dict[str, Any]) -> RemoteField | None:
    setting = child.get("setting") or {}
    kind = _TYPES.get(setting.get("object_type") or 0)
    if kind is None:
        return None
    options = (setting.get("config") or {}).get("options") or []
    choices = tuple(Option(str(one["key"]), words_of(one.get("name"))["zh"]) for one in options if _in_use(one))
    title = words_of(child.get("name"))["zh"]
    return RemoteField(str(child["id"]), title, kind, choices, required=child.get("is_required") is True)


def _in_use(row: dict[str, Any]) -> bool:
    return row.get("active_status") in (None, _IN_USE)
