"""A mapping that does not fit, in words: the company's field by its title, ours by its name on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from app import text
from app.field_names import field_name
from app.known_fields import KnownFields
from sync.diagnosis import Finding
from sync.failures import MappingBroken

BROKEN = "mapping_"
"""How the codes of `sync.failures.MappingBroken` begin."""


def in_words(
    code: str, params: Mapping[str, object], known: KnownFields | None, titles: Mapping[str, str]
) -> dict[str, object]:
    """What a failure says, with names in place of ids where it is about a mapping. `titles` = of the dimensions, by id.

    The company's id stands in brackets beside its title: whoever looks for the field there may need it.
    """
    told = dict(params)
    if not code.startswith(BROKEN):
        return told
    if isinstance(told.get("field"), str):
        field = str(told["field"])
        told["field"] = known.name_of(field, text.language()) if known else field
    if isinstance(told.get("source"), str):
        told["source"] = field_name(str(told["source"]), {f"dimensions.{one}": title for one, title in titles.items()})
    return told


def named(broken: MappingBroken, known: KnownFields | None, titles: Mapping[str, str]) -> MappingBroken:
    """The same failure with names in place of ids."""
    return MappingBroken(broken.code.removeprefix(BROKEN), **in_words(broken.code, broken.params, known, titles))


def named_findings(found: Iterable[Finding], known: KnownFields | None) -> Iterator[Finding]:
    """The steps of a test of the connection, with names in place of ids."""
    for finding in found:
        if isinstance(finding.failure, MappingBroken):
            yield replace(finding, failure=named(finding.failure, known, {}))
        else:
            yield finding
