"""A signed assessment as an external assessment of Feishu Hire, and what stands there in the same words.

Each dimension is a scored one, what was not assessed says so in words (never 0), and the last entry names the revision
and the hash of what was signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync.catalogue import Catalogue, RemoteField
from sync.dialects.feishu.shape import VERDICTS, FeishuShape
from sync.mapping import CHOICES, Entry, source_of, told
from sync.paths import dig

Row = dict[str, Any]
SCORED, SINGLE, TEXT, MULTI = 1, 2, 3, 4
PERSON, CONCLUSION, REMARKS = "username", "conclusion", "content"
LIST = "assessment_dimension_list"
_VALUES = {SCORED: "score", SINGLE: "option", TEXT: "content", MULTI: "options"}
_HIGHEST = 10.0


@dataclass(frozen=True, slots=True)
class Mark:
    """What the last entry of an external assessment says: which revision it is, and of which signed bytes."""

    external_id: str
    sha256: str

    @property
    def revision(self) -> int:
        """The revision; 0 where it cannot be told."""
        number = self.external_id.rpartition(":")[2]
        return int(number) if number.isdecimal() else 0


@dataclass(frozen=True, slots=True)
class Told:
    """An assessment as it would be sent: `body`, its comparable `fields`, and its mark."""

    body: Row
    fields: dict[str, Any]
    mark: Mark


def tell(shape: FeishuShape, signed: bytes, catalogue: Catalogue) -> Told:
    """A signed assessment in Feishu's shape. MappingBroken where an entry does not fit."""
    source = source_of(signed)
    mark = Mark(source["external_id"], hashlib.sha256(signed).hexdigest())
    entries = [
        *(_dimension(shape, one) for one in source["dimensions"]),
        *_as_a_whole(shape, source),
        *(_mapped(shape, entry, source, catalogue.field(entry.target)) for entry in shape.mapping),
        _text(shape.words.record, f"{mark.external_id} {mark.sha256}"),
    ]
    body = {
        PERSON: source["assessor"],
        CONCLUSION: shape.conclusions[source["conclusion"]],
        REMARKS: source["summary"],
        LIST: entries,
    }
    return Told(body, comparable(shape, body), mark)


def comparable(shape: FeishuShape, held: Mapping[str, Any]) -> dict[str, Any]:
    """What people may change in an external assessment: the remarks, the verdict, and each entry by its title."""
    fields: dict[str, Any] = {
        PERSON: _tidy(held.get(PERSON)),
        CONCLUSION: VERDICTS.get(held.get(CONCLUSION) or 0, ""),
        REMARKS: _tidy(held.get(REMARKS)),
    }
    return fields | {title: _value(one) for title, one in _titled(shape, held)}


def answering(mine: Told, held: Mapping[str, Any]) -> dict[str, Any]:
    """Those of our fields that can be compared: all, or where the entries are not told, what stands beside them."""
    if held.get(LIST) is not None:
        return mine.fields
    return {name: mine.fields[name] for name in (PERSON, CONCLUSION, REMARKS)}


def merged(
    shape: FeishuShape, mine: Told, held: Mapping[str, Any], write: Mapping[str, Any], agreed: Mapping[str, Any]
) -> Row:
    """What is sent to change an external assessment: of the single fields those that are to be written, for Feishu
    leaves alone what is not sent; of the entries, which it takes as a whole, mine or what stands there.

    An entry that we do not send any more goes where nobody has changed it since; what others added stays.
    """
    body = {name: mine.body[name] for name in (PERSON, CONCLUSION, REMARKS) if name in write}
    theirs, ours = dict(_titled(shape, held)), dict(_titled(shape, mine.body))
    entries = []
    for title, one in ours.items():
        stays = title in theirs and title not in write and _value(theirs[title]) != _value(one)
        entries.append(theirs[title] if stays else one)
    for title, one in theirs.items():
        if title not in ours and not (title in agreed and agreed[title] == _value(one)):
            entries.append(one)
    return body | {LIST: [*entries, mine.body[LIST][-1]]}


def mark_of(shape: FeishuShape, held: Mapping[str, Any]) -> Mark | None:
    """The mark in an external assessment; None = it has none (any more)."""
    for one in reversed(held.get(LIST) or []):
        parts = str(one.get("content", "")).split()
        if one.get("title") == shape.words.record and len(parts) == 2:
            return Mark(*parts)
    return None


def with_file(shape: FeishuShape, held: Mapping[str, Any], line: str) -> Row:
    """What is sent to name one more file in an external assessment."""
    entries: list[Row] = [dict(one) for one in held.get(LIST) or []]
    there = next((one for one in entries if one.get("title") == shape.words.files), None)
    if there is None:
        entries.insert(max(0, len(entries) - 1), _text(shape.words.files, line))
    else:
        there["content"] = f"{there.get('content', '')}\n{line}".strip()
    return {LIST: entries}


def files_of(shape: FeishuShape, held: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The files that an external assessment names: name, Feishu's id, SHA-256."""
    entries = [one for one in held.get(LIST) or [] if one.get("title") == shape.words.files]
    lines = [line.split() for one in entries for line in str(one.get("content", "")).splitlines()]
    return [(" ".join(parts[:-2]), parts[-2], parts[-1]) for parts in lines if len(parts) >= 3]


def _titled(shape: FeishuShape, held: Mapping[str, Any]) -> list[tuple[str, Row]]:
    """Every entry but the mark, by its title; a title that is there twice is numbered."""
    found: dict[str, Row] = {}
    for one in held.get(LIST) or []:
        title = str(one.get("title") or "")
        if title == shape.words.record:
            continue
        number, name = 1, title
        while name in found:
            number += 1
            name = f"{title} ({number})"
        found[name] = one
    return list(found.items())


def _value(entry: Row) -> Any:
    value = entry.get(_VALUES.get(entry.get("assessment_type") or TEXT, "content"))
    return _tidy(value) if isinstance(value, str) else value


def _tidy(text: object) -> str:
    """A text as it compares: HR systems trim."""
    return "\n".join(line.rstrip() for line in str(text or "").strip().splitlines())


def _dimension(shape: FeishuShape, one: Row) -> Row:
    words = shape.words
    weight = words.weight.format(_percent(one["weight"]))
    if one["weight"] != one["template_weight"]:
        weight += words.other_weight.format(_percent(one["template_weight"]))
    said = [weight]
    if one["machine"] is not None:
        said.append(words.machine.format(_number(one["machine"]), _range(one["machine_low"], one["machine_high"])))
    if one["mine"] is not None:
        said.append(words.mine.format(_number(one["mine"])))
    said += [one["comment"]] if one["comment"] else []
    return _scored(shape, one["title"], one["combined"]) | {"description": "；".join(said)}


def _as_a_whole(shape: FeishuShape, source: Row) -> list[Row]:
    words = shape.words
    low, high = source["composite_low"], source["composite_high"]
    told = [words.range.format(_range(low, high))] if None not in (source["composite"], low, high) else []
    told.append(words.coverage.format(_percent(source["coverage"] * 100)))
    composite = _scored(shape, words.composite, source["composite"]) | {"description": "；".join(told)}
    rate = source["keyword_rate"]
    texts = {
        words.verdict: words.verdicts[source["conclusion"]],
        words.keyword_rate: words.not_assessed if rate is None else f"{_percent(rate * 100)}%",
        words.weight_reason: source["weight_reason"],
        words.strengths: source.get("strengths", ""),
        words.to_improve: source.get("to_improve", ""),
        words.questions: "\n".join(_question(shape, one) for one in source.get("questions", [])),
        words.comments: "\n".join(map(_comment, source["comments"])),
    }
    return [composite, *(_text(title, said) for title, said in texts.items() if said)]


def _mapped(shape: FeishuShape, entry: Entry, source: Row, field: RemoteField | None) -> Row:
    """One mapped field: titled as the company calls it, its choices in the company's words."""
    value = told(entry, dig(source, entry.source))
    title = field.title if field else entry.target
    if value is None:
        return _text(title, shape.words.not_assessed)
    if entry.type in CHOICES and field and field.options:
        words = {one.key: one.title for one in field.options}
        if isinstance(value, list):
            return {"title": title, "assessment_type": MULTI, "options": [words.get(one, one) for one in value]}
        return {"title": title, "assessment_type": SINGLE, "option": words.get(str(value), str(value))}
    if isinstance(value, bool):
        return _text(title, shape.words.yes if value else shape.words.no)
    if isinstance(value, int):
        return {"title": title, "assessment_type": SCORED, "score": value}
    return _text(title, str(value))


def _scored(shape: FeishuShape, title: str, score: float | None) -> Row:
    if score is None:
        return _text(title, shape.words.not_assessed)
    low, high = shape.score
    return {"title": title, "assessment_type": SCORED, "score": round(low + score / _HIGHEST * (high - low))}


def _text(title: str, content: str) -> Row:
    return {"title": title, "assessment_type": TEXT, "content": content}


def _question(shape: FeishuShape, one: Row) -> str:
    score = shape.words.not_assessed if one["score"] is None else _number(one["score"])
    return f"{one['question']} [{score}] {one['comment']}".rstrip()


def _comment(one: Row) -> str:
    if one["time_s"] is None:
        return str(one["text"])
    moments = [at for at in (one["time_s"], one.get("end_s")) if at is not None]
    clock = "–".join(f"{int(at) // 60:02d}:{int(at) % 60:02d}" for at in moments)
    return f"{clock} {one['text']}"


def _range(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{_number(low)}–{_number(high)}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _percent(value: float) -> str:
    return f"{value:.0f}"
