"""Notes in Odoo's log of an applicant: the result for people, and what is said beside it. Every word is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from sync.contract import NoteRole
from sync.dialects.notes import lines_of
from sync.dialects.odoo.shape import Words
from sync.system import Note


def said_note(note: Note, words: Words, zone: str, language: str) -> str:
    """Something said beside a result, with its heading, in one language; times on the clocks of `zone`."""
    lines = lines_of(note, words.notes, zone, language)
    heading, rest = (lines[:1], lines[1:]) if NoteRole(note.role) in words.notes else ([], lines)
    return "".join(map(_strong, heading)) + _paragraph("\n".join(rest))


def result_note(result: Mapping[str, Any], words: Words) -> str:
    """Conclusion, scores and words of a signed assessment."""
    revision = words.revision.replace("{n}", str(result["revision"]))
    heading = f"{words.title} · {result['position_title']} · {revision}"
    facts = [
        f"{words.assessor}: {result['assessor']}",
        words.conclusions.get(result["conclusion"], result["conclusion"]),
        f"{words.composite}: {_number(result['composite'], words)}",
        f"{words.coverage}: {round(result['coverage'] * 100)} %",
    ]
    scores = [f"{row['title']}: {_score(row, words)}" for row in result["dimensions"]]
    parts = [_strong(heading), _list(facts), _list(scores)]
    for title, key in ((words.summary, "summary"), (words.strengths, "strengths"), (words.to_improve, "to_improve")):
        if result.get(key):
            parts += [_strong(title), _paragraph(result[key])]
    if result["comments"]:
        parts += [_strong(words.comments), _list(_comment(row) for row in result["comments"])]
    return "".join(parts)


def _score(row: Mapping[str, Any], words: Words) -> str:
    said = f"{_number(row['combined'], words)} ({row['weight']:g} %)"
    return f"{said} {row['comment']}" if row["comment"] else said


def _comment(row: Mapping[str, Any]) -> str:
    if row["time_s"] is None:
        return str(row["text"])
    return f"{int(row['time_s']) // 60}:{int(row['time_s']) % 60:02d} {row['text']}"


def _number(value: float | None, words: Words) -> str:
    return words.none if value is None else f"{value:g}"


def _strong(text: str) -> str:
    return f"<p><strong>{escape(text)}</strong></p>"


def _paragraph(text: str) -> str:
    return "<p>" + "<br/>".join(escape(line) for line in text.splitlines()) + "</p>"


def _list(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
