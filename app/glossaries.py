"""Glossaries of domains: what ships in `resources/glossaries`, and what a person keeps in `glossaries/` of the library.

A file is TOML: `id`, `terms` (one text a term, aliases after "|"), and a `[title]` in Chinese and English. A file of
the library replaces the shipped one with the same id; without terms it switches that one off.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.language.files import MAX_ITEMS, read_text
from analysis.request import Glossary, Term
from app import text
from app.failures import GlossaryInvalid
from app.resources import resource

FOLDER = "glossaries"
_ID = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_FIELDS = ("id", "terms", "title")
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class NamedGlossary:
    """A glossary with its title by language."""

    id: str
    title: dict[str, str]
    terms: tuple[Term, ...]


def glossaries(data: Path) -> tuple[NamedGlossary, ...]:
    """All glossaries in force for the library in the folder `data`, by id. Raises InputInvalid."""
    found: dict[str, NamedGlossary] = {}
    for folder in (resource(FOLDER), data / FOLDER):
        for path in sorted(folder.glob("*.toml")):
            glossary = read_glossary(path)
            found[glossary.id] = glossary
    return tuple(glossary for _, glossary in sorted(found.items()) if glossary.terms)


def requested(data: Path) -> tuple[Glossary, ...]:
    """The glossaries as an analysis is given them. Raises InputInvalid."""
    return tuple(Glossary(glossary.id, glossary.terms) for glossary in glossaries(data))


def title_of(glossary_id: str, data: Path, language: str) -> str:
    """A glossary's title for a reader; its id where it is no longer there. Raises InputInvalid."""
    named = {glossary.id: glossary.title for glossary in glossaries(data)}
    return named.get(glossary_id, {}).get(language, glossary_id)


def read_glossary(path: Path) -> NamedGlossary:
    """One file. Raises InputMissing, InputNotText, InputTooLarge, GlossaryInvalid."""
    words = read_text(path)
    try:
        body = tomllib.loads(words)
    except tomllib.TOMLDecodeError as problem:
        place = _PLACE.search(str(problem))
        line = int(place[1]) if place and place[1] else words.count("\n") + 1
        raise _invalid(path, line, "not_toml", detail=_PLACE.sub("", str(problem))) from None
    _check_fields(path, words, body)
    terms = [_term(path, words, number, item) for number, item in enumerate(body["terms"], start=1)]
    return NamedGlossary(body["id"], dict(body["title"]), tuple({term.text: term for term in terms}.values()))


def _check_fields(path: Path, words: str, body: dict[str, Any]) -> None:
    unknown = next((name for name in body if name not in _FIELDS), None)
    if unknown:
        raise _invalid(path, _line_of(words, unknown), "unknown", field=unknown, allowed=", ".join(_FIELDS))
    if not isinstance(body.get("id"), str) or not _ID.fullmatch(body["id"]):
        raise _invalid(path, _line_of(words, "id"), "bad_id", id=body.get("id", ""))
    title = body.get("title")
    if not isinstance(title, dict) or not all(_is_text(title.get(language)) for language in text.LANGUAGES):
        raise _invalid(path, _line_of(words, "[title]"), "no_title")
    if not isinstance(body.get("terms"), list) or len(body["terms"]) > MAX_ITEMS:
        raise _invalid(path, _line_of(words, "terms"), "no_terms", most=MAX_ITEMS)


def _term(path: Path, words: str, number: int, item: Any) -> Term:
    names = [name.strip() for name in re.split(r"[|｜]", item)] if isinstance(item, str) else [""]
    if not names[0]:
        line = _line_of(words, item) if _is_text(item) else _line_of(words, "terms")
        raise _invalid(path, line, "bad_term", number=number)
    return Term(names[0], tuple(name for name in names[1:] if name))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _line_of(words: str, mark: str) -> int:
    """The line on which something stands, the first one where it does not."""
    lines = words.splitlines()
    return next((number for number, line in enumerate(lines, start=1) if mark in line and line[:1] != "#"), 1)


def _invalid(path: Path, line: int, reason: str, **params: object) -> GlossaryInvalid:
    return GlossaryInvalid(name=path.name, line=line, reason=text.tr(f"glossary.{reason}", **params))
