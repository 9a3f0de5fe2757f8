"""Which rows of a package are here already under another id: by the ids of one HR system, told by both sides.

The ids of two HR systems say nothing about each other: "7" is somebody else there. Which systems the two sides mean is
told by address; where the addresses differ, it may still be one system, reached by two ways, and then the rows are
about the same people.
"""

from __future__ import annotations

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


class Recognised:
    """Rows of one package that are here under another id. Made once, before the first row is taken."""

    def __init__(self, session: Session, content: Content) -> None:
        theirs, mine = content.manifest.system, hr_system(session)
        self.other_system = bool(theirs and mine and theirs != mine)
        self._connected = bool(ledger.connected(session))
        self._here: dict[tuple[str, str], str] = {}
        for row in content.rows.get("interview", ()):
            if (interview := self._registered(session, row)) is not None:
                self._note(session, content, row, interview)

    def _registered(self, session: Session, row: Row) -> InterviewRow | None:
        """Our interview that is this one, by the id under which another computer registered it."""
        if session.get(InterviewRow, row.id) is not None:
            return None
        return other_ids.ours(session, row.id)

    def _note(self, session: Session, content: Content, row: Row, interview: InterviewRow) -> None:
        """It is ours, and so are whom and what it is about, unless the HR system knows them by an id of their own."""
        self._here["interview", row.id] = interview.id
        for name, kind in _ABOUT.items():
            named, ours = row.fields.get(name), getattr(interview, name)
            if not named or not ours or session.get(MERGED[kind], named) is not None:
                continue
            told = next(each for each in content.rows[kind] if each.id == named)
            if not told.fields.get("remote_id"):
                self._here[kind, named] = ours

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


def find_interview(session: Session, content: Content, interview_id: str) -> InterviewRow | None:
    """The interview here that one of the package is, by its id there; None = it is new."""
    row = session.get(InterviewRow, interview_id)
    told = next(each for each in content.rows["interview"] if each.id == interview_id)
    if row is None and (remote := told.fields.get("remote_id")):
        row = session.scalar(select(InterviewRow).where(InterviewRow.remote_id == remote))
        person = next(each for each in content.rows["candidate"] if each.id == told.fields["candidate_id"])
        if row is not None and Recognised(session, content).other_system:
            candidate = session.get(CandidateRow, row.candidate_id)
            row = row if candidate is not None and candidate.name == person.fields["name"] else None
    return row or other_ids.ours(session, interview_id)
