"""The note that a result is, in plain text. Its last line says which revision it is, and of which signed bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sync.dialects.greenhouse.shape import Words
from sync.mapping import source_of

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """What the last line of a note says."""

    external_id: str
    sha256: str

    @property
    def assessment_id(self) -> str:
        """The assessment of which it is a revision."""
        return self.external_id.rpartition(":")[0]

    @property
    def revision(self) -> int:
        """The revision; 0 where it cannot be told."""
        number = self.external_id.rpartition(":")[2]
        return int(number) if number.isdecimal() else 0


def mark_for(external_id: str, signed: bytes) -> Mark:
    """The mark of signed bytes."""
    return Mark(external_id, hashlib.sha256(signed).hexdigest())


def mark_in(text: object) -> Mark | None:
    """The mark in a note; None = it is not one of ours."""
    words = str(text or "").strip().rpartition("\n")[2].split()
    is_mark = len(words) >= 2 and len(words[-1]) == 64 and ":" in words[-2]
    return Mark(words[-2], words[-1]) if is_mark else None


def result_note(signed: bytes, words: Words) -> str:
    """A signed assessment for people: conclusion, composite, dimensions, words and comments."""
    source = source_of(signed)
    mark = mark_for(source["external_id"], signed)
    parts = [
        "\n".join(_head(source, words)),
        _block(words.dimensions, (_dimension(one, words) for one in source["dimensions"])),
        _block(words.weight_reason, [source["weight_reason"]]),
        _block(words.summary, [source["summary"]]),
        _block(words.strengths, [source.get("strengths", "")]),
        _block(words.to_improve, [source.get("to_improve", "")]),
        _block(words.questions, (_question(one, words) for one in source.get("questions", []))),
        _block(words.comments, map(_comment, source["comments"])),
        f"{words.record} {mark.external_id} {mark.sha256}",
    ]
    return "\n\n".join(filter(None, parts))


def _head(source: Row, words: Words) -> list[str]:
    composite = _number(source["composite"], words)
    if source["composite_low"] is not None and source["composite_high"] is not None:
        composite += words.range.format(_span(source["composite_low"], source["composite_high"]))
    lines = [
        f"{words.title} · {source['position_title']} · {source['revision']}".replace(" ·  · ", " · "),
        words.conclusions[source["conclusion"]],
        words.composite.format(composite),
        words.coverage.format(_percent(source["coverage"])),
    ]
    if source["keyword_rate"] is not None:
        lines.append(words.keyword_rate.format(_percent(source["keyword_rate"])))
    return [*lines, words.assessor.format(source["assessor"])]


def _dimension(one: Row, words: Words) -> str:
    said = [words.weight.format(f"{one['weight']:g}")]
    if one["machine"] is not None:
        span = _span(one["machine_low"], one["machine_high"])
        said.append(words.machine.format(f"{one['machine']:g}" + (words.range.format(span) if span else "")))
    if one["mine"] is not None:
        said.append(words.mine.format(f"{one['mine']:g}"))
    said += [one["comment"]] if one["comment"] else []
    return f"{one['title']}: {_number(one['combined'], words)} ({'; '.join(said)})"


def _question(one: Row, words: Words) -> str:
    return f"{one['question']} [{_number(one['score'], words)}] {one['comment']}".rstrip()


def _comment(one: Row) -> str:
    if one["time_s"] is None:
        return str(one["text"])
    moments = [at for at in (one["time_s"], one.get("end_s")) if at is not None]
    return "–".join(f"{int(at) // 60:02d}:{int(at) % 60:02d}" for at in moments) + f" {one['text']}"


def _block(title: str, lines: Iterable[str]) -> str:
    said = [line for line in lines if line]
    return "\n".join([title, *said]) if said else ""


def _number(value: float | None, words: Words) -> str:
    return words.not_assessed if value is None else f"{value:g}"


def _span(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:g}–{high:g}"


def _percent(share: float) -> str:
    return f"{share * 100:.0f}"
