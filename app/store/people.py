"""Positions and candidates of the library."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.kit import kit_body, kit_of
from app.domain.types import Candidate, Position
from app.store.searching import index_for_search
from app.store.tables import CandidateRow, InterviewRow, PositionRow, new_id
from app.store.writing import Writing, assign, found, fresh

AT_ONCE = 500
"""So many ids go into one question to the database."""


class People(Writing):
    """Who applies, and for what."""

    def positions(self) -> tuple[Position, ...]:
        """All positions, by title."""
        with self.reading() as session:
            return tuple(position_of(row) for row in session.scalars(select(PositionRow).order_by(PositionRow.title)))

    def position(self, position_id: str) -> Position:
        """One position. Raises NotFound."""
        with self.reading() as session:
            return position_of(found(session, PositionRow, position_id, "position"))

    def find_position(self, *, title: str | None = None, remote_id: str | None = None) -> Position | None:
        """The position with this exact title or id of the HR system; the first made where several have the title."""
        wanted = select(PositionRow).order_by(PositionRow.created).limit(1)
        if title is not None:
            wanted = wanted.where(PositionRow.title == title)
        if remote_id is not None:
            wanted = wanted.where(PositionRow.remote_id == remote_id)
        with self.reading() as session:
            row = session.scalar(wanted)
        return position_of(row) if row else None

    def save_position(self, position: Position) -> Position:
        """Write a new position (id "" or unknown) or a changed one. Raises Stale."""
        with self.session() as session:
            return self._put_position(session, position)

    def _put_position(self, session: Session, position: Position) -> Position:
        values = _columns(position) | {
            "keywords": list(position.keywords), "questions": list(position.questions), "kit": kit_body(position.kit),
        }  # fmt: skip
        row = session.get(PositionRow, position.id) if position.id else None
        if row is None:
            row = PositionRow(id=position.id or new_id(), assessor=self.assessor, **values)
            session.add(row)
            self._note(session, "created", "position", row.id)
        else:
            fresh(row, position.version, "position")
            if assign(row, values):
                row.assessor = self.assessor
                self._note(session, "changed", "position", row.id)
        session.flush()
        index_for_search(session, InterviewRow.position_id == row.id)
        return position_of(row)

    def candidates(self) -> tuple[Candidate, ...]:
        """All candidates, by name."""
        with self.reading() as session:
            return tuple(candidate_of(row) for row in session.scalars(select(CandidateRow).order_by(CandidateRow.name)))

    def names_of(self, interviews: Collection[str]) -> dict[str, str]:
        """The candidates' names of interviews (by id); one that is not here is left out."""
        wanted = select(InterviewRow.id, CandidateRow.name).join(
            CandidateRow, InterviewRow.candidate_id == CandidateRow.id
        )
        ids, names = sorted(interviews), dict[str, str]()
        with self.reading() as session:
            for start in range(0, len(ids), AT_ONCE):
                part = wanted.where(InterviewRow.id.in_(ids[start : start + AT_ONCE]))
                names.update((row_id, name) for row_id, name in session.execute(part))
        return names

    def candidate(self, candidate_id: str) -> Candidate:
        """One candidate. Raises NotFound."""
        with self.reading() as session:
            return candidate_of(found(session, CandidateRow, candidate_id, "candidate"))

    def find_candidate(self, *, name: str | None = None, remote_id: str | None = None) -> Candidate | None:
        """The candidate with this exact name or id of the HR system; the first made where several have the name."""
        wanted = select(CandidateRow).order_by(CandidateRow.created).limit(1)
        if name is not None:
            wanted = wanted.where(CandidateRow.name == name)
        if remote_id is not None:
            wanted = wanted.where(CandidateRow.remote_id == remote_id)
        with self.reading() as session:
            row = session.scalar(wanted)
        return candidate_of(row) if row else None

    def save_candidate(self, candidate: Candidate) -> Candidate:
        """Write a new candidate (id "" or unknown) or a changed one. Raises Stale."""
        with self.session() as session:
            return self._put_candidate(session, candidate)

    def _put_candidate(self, session: Session, candidate: Candidate) -> Candidate:
        values = _columns(candidate)
        row = session.get(CandidateRow, candidate.id) if candidate.id else None
        if row is None:
            row = CandidateRow(id=candidate.id or new_id(), assessor=self.assessor, **values)
            session.add(row)
            self._note(session, "created", "candidate", row.id)
        else:
            fresh(row, candidate.version, "candidate")
            if assign(row, values):
                row.assessor = self.assessor
                self._note(session, "changed", "candidate", row.id)
        session.flush()
        index_for_search(session, InterviewRow.candidate_id == row.id)
        return candidate_of(row)


def _columns(value: Position | Candidate) -> dict[str, Any]:
    return {name: part for name, part in asdict(value).items() if name not in ("id", "version")}


def position_of(row: PositionRow) -> Position:
    """The plain type of a row."""
    return Position(
        row.id, row.title, row.department, row.description, tuple(row.keywords), tuple(row.questions),
        row.template_id, row.weights_locked, row.remote_id, row.version, kit_of(row.kit),
    )  # fmt: skip


def candidate_of(row: CandidateRow) -> Candidate:
    """The plain type of a row."""
    return Candidate(row.id, row.name, row.email, row.phone, row.remote_id, row.version)
