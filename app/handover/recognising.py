"""Which rows of a package are here already under another id: by the ids of one HR system, told by both sides.

The ids of two HR systems say nothing about each other: "7" is somebody else there. Which systems the two sides mean is
told by address; where the addresses differ, it may still be one system, reached by two ways, and then the rows are
about the same people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import other_ids
from app.handover.content import Content
from app.handover.identity import hr_system
from app.handover.rows import MERGED, Row
from app.store.tables import CandidateRow, InterviewRow, PositionRow
from sync import ledger

_TOLD_BY = {"candidate": "name", "position": "title", "interview": "candidate_id"}
"""What is the same in two rows about the same person or position, whatever their ids are."""
_ABOUT = {"candidate_id": "candidate", "position_id": "position"}
_AT_ONCE = 500


class Recognised:
    """Rows of one package that are here under another id. Made once, before the first row is taken."""

    def __init__(self, session: Session, content: Content) -> None:
        theirs, mine = content.manifest.system, hr_system(session)
        self.other_system = bool(theirs and mine and theirs != mine)
        self._connected = bool(ledger.connected(session))
        self._here: dict[tuple[str, str], str] = {}
        rows = {row.id: row for row in content.rows.get("interview", ())}
        registered = {each.theirs: each.ours for each in other_ids.all_of(session) if each.theirs in rows}
        interviews = by_id(session, InterviewRow, {*registered, *registered.values()})
        found = [
            (rows[theirs], interviews[ours])
            for theirs, ours in registered.items()
            if ours in interviews and theirs not in interviews
        ]
        for row, interview in found:
            self._here["interview", row.id] = interview.id
        for name, kind in _ABOUT.items():
            self._note(session, content, kind, [(row.fields.get(name), getattr(interview, name))
                                                for row, interview in found])  # fmt: skip

    def _note(self, session: Session, content: Content, kind: str, pairs: list[tuple[str | None, str | None]]) -> None:
        """Whom or what a recognised interview is about (by the id there) is ours, unless it is here under that very id,
        or the HR system knows it by an id of its own."""
        told = {row.id: row for row in content.rows.get(kind, ())}
        same = by_id(session, MERGED[kind], {there for there, _ in pairs if there})
        for there, ours in pairs:
            if there and ours and there not in same and not told[there].fields.get("remote_id"):
                self._here[kind, there] = ours

    def id_here(self, kind: str, row_id: str) -> str:
        """The id here of a row of the package; its own where nothing else is known."""
        return self._here.get((kind, row_id), row_id)

    def is_ours(self, kind: str, row_id: str) -> bool:
        """Whether it was recognised as a row that is here under another id."""
        return (kind, row_id) in self._here

    def is_one(self, kind: str, fields: dict[str, Any], held: Any) -> bool:
        """Whether a row with the same id of the HR system is the same one. `fields` name the rows here."""
        if held is None or not self.other_system:
            return True
        name = _TOLD_BY[kind]
        return bool(fields.get(name) == getattr(held, name))

    def without_foreign(self, fields: dict[str, Any], *, is_taken: bool) -> None:
        """A new row of another HR system does not bring that one's id where ours would take it for its own."""
        if fields.get("remote_id") and self.other_system and (self._connected or is_taken):
            fields["remote_id"] = None


def by_id(session: Session, table: Any, ids: Iterable[str]) -> dict[str, Any]:
    """The rows of a table with these ids, looked up many at once."""
    return {row.id: row for part in in_parts(ids) for row in session.scalars(select(table).where(table.id.in_(part)))}


def in_parts(values: Iterable[str]) -> Iterator[list[str]]:
    """The values in order, in lists that fit into a statement."""
    listed = sorted(values)
    return (listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE))


def first_base(kind: str, row: Row, held: Any, session: Session) -> dict[str, Any]:
    """What nobody chose of a row that was pulled and is compared with another computer's for the first time: the name
    and the settings that every pulled interview begins with."""
    if kind != "interview":
        return {}
    candidate, position = session.get(CandidateRow, held.candidate_id), session.get(PositionRow, held.position_id or "")
    titles = [
        candidate.name if candidate else "",
        f"{candidate.name} · {position.title}" if candidate and position else "",
    ]
    base: dict[str, Any] = {"spoken": "auto", "speakers": 2}
    if held.title in titles:
        base["title"] = held.title
    if not row.fields.get("scheduled_at"):
        base["time_zone"] = row.fields.get("time_zone")  # a zone says nothing where no time is planned
    return base
