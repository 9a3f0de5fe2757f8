"""What happened while an interview was held. Rows are only added, each in its own transaction: a kill loses none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.domain.marks import Mark, MarkKind
from app.store.schedule import Schedule
from app.store.tables import InterviewRow, MarkRow
from app.store.writing import found


class Marks(Schedule):
    """Marks of interviews, by the recording's own time."""

    def add_mark(self, interview_id: str, kind: MarkKind, at_s: float, body: dict[str, Any]) -> Mark:
        """Keep a mark. Raises NotFound."""
        with self.session() as session:
            found(session, InterviewRow, interview_id, "interview")
            last = select(func.max(MarkRow.serial)).where(MarkRow.interview_id == interview_id)
            row = MarkRow(
                interview_id=interview_id, serial=(session.scalar(last) or 0) + 1, kind=str(kind), at_s=at_s, body=body,
                assessor=self.assessor,
            )  # fmt: skip
            session.add(row)
            session.flush()
            if kind is not MarkKind.TEXT:  # kept at every pause of the writing
                self._note(session, f"interview_{kind}", "mark", interview_id, f"{at_s:.1f}")
            return _mark_of(row)

    def cut_off(self) -> tuple[str, ...]:
        """The ids of interviews that began and never ended: the program, or the computer, went down meanwhile."""
        last = func.max(MarkRow.serial)
        of = MarkRow.interview_id
        begun = select(of, last.label("serial")).where(MarkRow.kind == str(MarkKind.BEGUN)).group_by(of).subquery()
        ended = select(of, last.label("serial")).where(MarkRow.kind == str(MarkKind.ENDED)).group_by(of).subquery()
        wanted = select(begun.c.interview_id).outerjoin(ended, ended.c.interview_id == begun.c.interview_id)
        wanted = wanted.where((ended.c.serial.is_(None)) | (ended.c.serial < begun.c.serial))
        with self.reading() as session:
            return tuple(session.scalars(wanted.order_by(begun.c.interview_id)))

    def is_cut_off(self, interview_id: str) -> bool:
        """Whether this interview began and never ended."""
        ends = MarkRow.kind.in_([str(MarkKind.BEGUN), str(MarkKind.ENDED)])
        wanted = select(MarkRow.kind).where(MarkRow.interview_id == interview_id, ends)
        with self.reading() as session:
            return session.scalar(wanted.order_by(MarkRow.serial.desc()).limit(1)) == str(MarkKind.BEGUN)

    def marks(self, interview_id: str) -> tuple[Mark, ...]:
        """All marks of an interview, in the order in which they were made."""
        wanted = select(MarkRow).where(MarkRow.interview_id == interview_id).order_by(MarkRow.serial)
        with self.reading() as session:
            return tuple(_mark_of(row) for row in session.scalars(wanted))


def _mark_of(row: MarkRow) -> Mark:
    return Mark(row.interview_id, row.serial, MarkKind(row.kind), row.at_s, dict(row.body), row.created, row.assessor)
