"""Our fields, and how one of them could be told to a field of the company: what is offered, and what is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from app import text
from app.known_fields import KnownFields
from sync.catalogue import Catalogue, FieldType, RemoteField
from sync.contract import Conclusion
from sync.failures import MappingBroken
from sync.mapping import SIGNED_HASH, Entry, Level, problem, source_of, told, wrong
from sync.paths import dig

WORDS: dict[str, tuple[str, ...]] = {"conclusion": tuple(Conclusion)}
"""Fields of ours whose value is one of a few words."""
_SCORES = ("combined", "mine", "machine")
_HEAD = ("composite", "conclusion", "coverage", "keyword_rate", "summary", "strengths", "to_improve")
_REST = (
    "composite_low", "composite_high", "weight_reason", "candidate_name", "position_title", "assessor", "signed_at",
    "revision", "template_id", "template_version", "external_id", "interview_id", "interview_remote_id",
    "candidate_remote_id", "comments", "questions", SIGNED_HASH,
)  # fmt: skip
_SHARES = ("coverage", "keyword_rate")
_LISTS = ("comments", "questions")
_POSITIVE = (Conclusion.HIRE.value,)


class Nature(StrEnum):
    """What the value of one of our fields is."""

    SCORE = "score"
    SHARE = "share"
    NUMBER = "number"
    WORD = "word"
    DATE = "date"
    TEXT = "text"
    LIST = "list"


RANGES = {Nature.SCORE: (0.0, 10.0), Nature.SHARE: (0.0, 1.0)}


@dataclass(frozen=True, slots=True)
class Ours:
    """One of our fields: its dotted path, what it is, and its value in the chosen assessment (None = it has none)."""

    path: str
    nature: Nature
    value: Any = None


def our_fields(signed: bytes | None, dimensions: Mapping[str, str]) -> tuple[Ours, ...]:
    """All fields that can be mapped, those that matter most first, with the values of a signed assessment.

    `dimensions`: titles by id of all dimensions that templates have; those of the assessment are among them.
    """
    body = source_of(signed) if signed else {}
    groups = [f"dimensions.{one}.{part}" for one in dimensions for part in _SCORES]
    comments = [f"dimensions.{one}.{part}" for one in dimensions for part in ("comment", "weight")]
    return tuple(Ours(path, nature_of(path), dig(body, path)) for path in (*_HEAD, *groups, *_REST, *comments))


def nature_of(path: str) -> Nature:
    """What the value of a field is, by its path."""
    group, _, name = path.rpartition(".")
    if path in WORDS:
        return Nature.WORD
    if path in _SHARES:
        return Nature.SHARE
    if path in _LISTS or path == "dimensions":
        return Nature.LIST
    if path == "signed_at":
        return Nature.DATE
    if path.startswith("composite") or (group.startswith("dimensions.") and name.startswith(_SCORES)):
        return Nature.SCORE
    return Nature.NUMBER if name in ("revision", "template_version", "weight", "template_weight") else Nature.TEXT


def suggested(source: str, field: RemoteField, language: str) -> Entry:
    """The likeliest way to tell one of our fields to a field of the company; `language` = of words in a text."""
    nature = nature_of(source)
    if field.type is FieldType.BOOLEAN:
        return Entry(source, field.id, "boolean", true_for=_POSITIVE if nature is Nature.WORD else ())
    if field.type in (FieldType.OPTION, FieldType.OPTIONS):
        several: Literal["option", "options"] = "options" if field.type is FieldType.OPTIONS else "option"
        if nature is Nature.WORD:
            return Entry(source, field.id, several, options=_alike(source, field))
        return Entry(source, field.id, several, levels=spread(field, nature))
    if field.type is FieldType.DATE:
        return Entry(source, field.id, "date")
    if field.type in (FieldType.NUMBER, FieldType.INTEGER):
        kind = "integer" if field.type is FieldType.INTEGER else "number"
        return Entry(source, field.id, kind, scale=_scale(nature, field))  # type: ignore[arg-type]
    if nature is Nature.WORD:
        return Entry(source, field.id, "text", options=in_words(source, language))
    return Entry(source, field.id, "number" if nature in RANGES else "text")


def alike(one: RemoteField, other: RemoteField) -> bool:
    """Whether two fields take the same values, whatever they are called."""
    keys = [{option.key for option in field.options} for field in (one, other)]
    return (one.type, one.low, one.high, keys[0]) == (other.type, other.low, other.high, keys[1])


def spread(field: RemoteField, nature: Nature) -> tuple[Level, ...]:
    """One level for each choice of a field, from the lowest on, over the whole range of a number.

    HR systems list choices from the best on as often as from the worst: where the first of them is the best is for a
    person to say; here the last choice takes the lowest numbers.
    """
    low, high = RANGES.get(nature, (0.0, 10.0))
    keys = [option.key for option in reversed(field.options)]
    step = (high - low) / max(1, len(keys))
    bounds = [round(low + step * (place + 1), 3) for place in range(len(keys))]
    return tuple(Level(key, None if place == len(keys) - 1 else bounds[place]) for place, key in enumerate(keys))


def in_words(source: str, language: str) -> dict[str, str]:
    """Our words for the value of a field, as people of a language read them."""
    return {word: text.tr_in(language, f"report.conclusion_{word}") for word in WORDS.get(source, ())}


def language_of(entry: Entry) -> str:
    """The language that the words of a text are in; "" = they are the company's own."""
    spoken = (each for each in text.LANGUAGES if entry.options == in_words(entry.source, each))
    return next(spoken, "") if entry.options else ""


def trouble(entry: Entry, others: tuple[Entry, ...], catalogue: Catalogue | None, value: object) -> str:
    """What is wrong with an entry, as a word; "" = nothing is known to be.

    `others` = all entries of the mapping but this one, `value` = an example of ours, None = there is none.
    """
    code = wrong(entry)
    if code:
        return code
    if any(entry.target == other.target for other in others):
        return "twice"
    if catalogue is not None and catalogue.fields:
        code = problem(entry, catalogue.field(entry.target))
        if code:
            return code
    missing = [word for word in WORDS.get(entry.source, ()) if entry.options and word not in entry.options]
    if missing:
        return "word_missing"
    try:
        told(entry, value)
    except MappingBroken as broken:
        return broken.code.removeprefix("mapping_")
    return ""


def in_the_way(code: str) -> bool:
    """Whether a mapping with this trouble cannot be saved at all; everything else may be mended in the HR system."""
    return code in ("source", "target", "scale", "digits", "levels", "options", "twice")


def trouble_sentence(code: str, entry: Entry, known: KnownFields | None, language: str) -> str:
    """The trouble in a sentence that says what to do."""
    field = known.catalogue.field(entry.target) if known else None
    former = known.name_of(entry.target, language) if known else entry.target
    named = field.named(language) if field else former
    low, high = (_number(field.low), _number(field.high)) if field else ("", "")
    return text.tr(f"mapping.trouble_{code}", field=named or "–", low=low, high=high)


def example(value: object, limit: int = 60) -> str:
    """A value of ours in one short line; "–" for none."""
    if value is None or value == "" or value == []:
        return "–"
    words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = " ".join(words.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def _scale(nature: Nature, field: RemoteField) -> tuple[float, float, float, float] | None:
    span = RANGES.get(nature)
    if span is None or field.low is None or field.high is None or (field.low, field.high) == span:
        return None
    return (*span, field.low, field.high)


def _alike(source: str, field: RemoteField) -> dict[str, str]:
    """Our words and the choices that are called the same, in any language."""
    found = {}
    for word in WORDS.get(source, ()):
        ours = {word, *(text.tr_in(language, f"report.conclusion_{word}") for language in text.LANGUAGES)}
        names = {option.key: {option.title, option.key, *option.titles.values()} for option in field.options}
        hit = next((key for key, said in names.items() if said & ours), None)
        if hit is not None:
            found[word] = hit
    return found


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
