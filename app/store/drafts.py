"""What people are writing and have not given yet.

A draft is no part of an assessment: it has no history and no audit, each assessor sees only the own ones, and it goes
when it is given. It stands in the library all the same, because its words are about a candidate: where the library
goes, and where an interview is erased, they go along.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from app.store.enrichments import Enrichments
from app.store.tables import DraftRow, InterviewRow
from app.store.writing import assign, found


class Drafts(Enrichments):
    """Drafts of the acting assessor, by interview and the field that they are written in."""

    def draft(self, interview_id: str, field: str) -> Any:
        """What was kept last, as plain JSON; None where nothing is being written."""
        with self.reading() as session:
            row: DraftRow | None = session.scalar(self._draft(interview_id, field))
        return row.body if row else None

    def keep_draft(self, interview_id: str, field: str, body: Any) -> None:
        """Keep what JSON can hold in place of what was there; None forgets it. Raises NotFound."""
        with self.session() as session:
            found(session, InterviewRow, interview_id, "interview")
            row: DraftRow | None = session.scalar(self._draft(interview_id, field))
            if row is None and body is not None:
                session.add(DraftRow(interview_id=interview_id, assessor=self.assessor, field=field, body=body))
            elif row is not None and body is None:
                session.delete(row)
            elif row is not None:
                assign(row, {"body": body})

    def _draft(self, interview_id: str, field: str) -> Select[DraftRow]:
        return select(DraftRow).where(
            DraftRow.interview_id == interview_id, DraftRow.assessor == self.assessor, DraftRow.field == field
        )
