"""A note for people, where an HR system keeps notes as plain text: what it says, and a line by which it is found again.

Such systems know no key for a repeat. What makes one harmless is that line: it is looked for before a note is made.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sync.contract import NoteRole
from sync.failures import RemoteConflict
from sync.system import Note

_MARK = re.compile(r"\bnote/([0-9a-f]{16})-([0-9a-f]{16})\b")


@dataclass(frozen=True, slots=True)
class NoteMark:
    """Which note it is, and which words: the beginnings of two hashes."""

    key: str
    content: str

    def __str__(self) -> str:
        return f"note/{self.key}-{self.content}"


def mark_for(note: Note) -> NoteMark:
    """The mark of a note. Ids of the HR system are no part of it: they may come to be known between two tries."""
    said = [note.role, note.interview_id, note.assessment_external_id, note.at, note.by, note.text, dict(note.details)]
    return NoteMark(_beginning(note.external_id), _beginning(json.dumps(said, ensure_ascii=False, sort_keys=True)))


def mark_in(text: object) -> NoteMark | None:
    """The mark in a text; None = it is no note of ours."""
    found = _MARK.search(str(text or ""))
    return NoteMark(found[1], found[2]) if found else None


def lines_of(note: Note, headings: Mapping[NoteRole, str], zone: str, language: str) -> list[str]:
    """What it is, what it says, and who said it when, on the clocks of `zone`; without its mark.

    `headings` are of this `language`.
    """
    at = datetime.fromisoformat(note.at)
    local = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(ZoneInfo(zone))
    heading = headings.get(NoteRole(note.role), "")
    signed = " · ".join(filter(None, (note.by, f"{local:%Y-%m-%d %H:%M} ({zone})")))
    return [*([heading] if heading else []), *note.said(language).splitlines(), signed]


def plain_note(note: Note, headings: Mapping[NoteRole, str], zone: str, record: str, language: str) -> str:
    """A note as plain text, in one `language`; `record` stands before its mark."""
    return "\n".join([*lines_of(note, headings, zone, language), f"{record} {mark_for(note)}"])


def held(note: Note, there: Iterable[tuple[str, str]], host: str) -> str | None:
    """The id of this note among those that are there (id, text); None = it is not.

    RemoteConflict where another text is kept under its id: a note is never changed once it is said.
    """
    mine = mark_for(note)
    for note_id, text in there:
        mark = mark_in(text)
        if mark is not None and mark.key == mine.key:
            if mark != mine:
                raise RemoteConflict({"text": text}, host=host, field="note_differs")
            return note_id
    return None


def _beginning(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
