"""What our fields and the company's are called in the editor."""

from __future__ import annotations

from collections.abc import Mapping

from app import text
from app.field_mapping import WORDS, Ours, example
from app.field_names import field_name, field_value
from sync.catalogue import RemoteField


def our_name(path: str, titles: Mapping[str, str]) -> str:
    """One of our fields in words; `titles` = of the dimensions, by id."""
    return field_name(path, {f"dimensions.{one}": title for one, title in titles.items()})


def our_example(field: Ours) -> str:
    """The value of one of our fields in one line, a recommendation in words."""
    return field_value(field.path, field.value) if field.path in WORDS and field.value else example(field.value)


def their_name(field: RemoteField) -> str:
    """A field of the company in words."""
    return field.named(text.language())


def their_line(field: RemoteField) -> str:
    """What a field of the company takes, in one line."""
    parts = [text.tr(f"mapping.field_type_{field.type}")]
    if field.low is not None and field.high is not None:
        parts.append(text.tr("mapping.range", low=f"{field.low:g}", high=f"{field.high:g}"))
    if field.required:
        parts.append(text.tr("mapping.field_required"))
    if field.options:
        parts.append(" / ".join(option.named(text.language()) for option in field.options))
    return " · ".join(parts)
