"""Enrichments of interviews, and the other interviews that one may be compared with.

Each computation adds a row and the newest one holds: they are small, and what an assessor saw yesterday can still be
looked up. The database guards them by no trigger, because claims quote the recording and must be erasable with it.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from app.domain.enrichment import KINDS, Basis, Body, Comparable, Enrichment, EnrichmentKind, Method
from app.failures import NotAnalysed
from app.store.comments import Comments
from app.store.tables import AnalysisRow, ConsentRow, CorrectionRow, EnrichmentRow, InterviewRow
from app.store.writing import found


class Enrichments(Comments):
    """What was found out about an interview beside its analysis."""

    def add_enrichment(self, interview_id: str, basis: Basis, method: Method, body: Body) -> Enrichment:
        """Keep a new enrichment; from now on it is the one that holds. Raises NotFound."""
        kind = next(kind for kind, shape in KINDS.items() if isinstance(body, shape))
        last = select(func.max(EnrichmentRow.number)).where(
            EnrichmentRow.interview_id == interview_id, EnrichmentRow.kind == str(kind)
        )
        with self.session() as session:
            found(session, InterviewRow, interview_id, "interview")
            row = EnrichmentRow(
                interview_id=interview_id, kind=str(kind), number=(session.scalar(last) or 0) + 1,
                analysis_id=basis.analysis_id, correction_id=basis.correction_id, others=basis.others,
                method=msgspec.to_builtins(method), body=msgspec.to_builtins(body), assessor=self.assessor,
            )  # fmt: skip
            session.add(row)
            session.flush()
            self._note(session, f"enriched_{kind}", "enrichment", interview_id, f"{row.id} {method.model}")
            return _enrichment_of(row)

    def enrichment(self, interview_id: str, kind: EnrichmentKind) -> Enrichment | None:
        """The newest enrichment of a kind; None where there is none."""
        wanted = _enrichments(interview_id, kind).order_by(EnrichmentRow.number.desc()).limit(1)
        with self.reading() as session:
            row = session.scalar(wanted)
        return _enrichment_of(row) if row else None

    def enrichment_history(self, interview_id: str, kind: EnrichmentKind) -> tuple[Enrichment, ...]:
        """All enrichments of a kind, the oldest first."""
        with self.reading() as session:
            rows = list(session.scalars(_enrichments(interview_id, kind).order_by(EnrichmentRow.number)))
        return tuple(_enrichment_of(row) for row in rows)

    def analysis_basis(self, interview_id: str) -> Basis:
        """The current document's id and the last correction that it was derived with. Raises NotFound, NotAnalysed."""
        wanted = select(AnalysisRow).where(AnalysisRow.interview_id == interview_id)
        with self.reading() as session:
            found(session, InterviewRow, interview_id, "interview")
            row = session.scalar(wanted.order_by(AnalysisRow.recorded.desc()).limit(1))
        if row is None:
            raise NotAnalysed(id=interview_id)
        return Basis(row.document_id, row.correction_id)

    def last_correction(self, interview_id: str) -> str | None:
        """The id of the last correction, undone or not; None where nothing was corrected."""
        wanted = select(CorrectionRow.id).where(CorrectionRow.interview_id == interview_id)
        with self.reading() as session:
            return session.scalar(wanted.order_by(CorrectionRow.serial.desc()).limit(1))

    def comparable(self, interview_id: str) -> tuple[Comparable, ...]:
        """Analysed interviews of other candidates for the same position, with other recordings; by id.

        Empty where the interview has no position. One query, however many there are. Raises NotFound.
        """
        with self.reading() as session:
            own = found(session, InterviewRow, interview_id, "interview")
            if own.position_id is None:
                return ()
            wanted = _current_analyses().where(
                InterviewRow.position_id == own.position_id,
                InterviewRow.candidate_id != own.candidate_id,
                func.coalesce(InterviewRow.media_sha256, "") != (own.media_sha256 or "none"),
            )
            rows = session.execute(wanted.order_by(InterviewRow.id)).all()
        vault = self.vault.folder.resolve()
        return tuple(
            Comparable(row_id, candidate, Basis(document, correction), str(vault / folder), _agreed(consent))
            for row_id, candidate, document, correction, folder, consent in rows
        )


def _enrichments(interview_id: str, kind: EnrichmentKind) -> Select[EnrichmentRow]:
    return select(EnrichmentRow).where(EnrichmentRow.interview_id == interview_id, EnrichmentRow.kind == str(kind))


def _current_analyses() -> Select[*tuple[Any, ...]]:
    """Interviews with their newest analysis and, where there is one, their newest consent."""
    newest, last = aliased(AnalysisRow), aliased(ConsentRow)
    recorded = (
        select(func.max(newest.recorded)).where(newest.interview_id == InterviewRow.id).correlate(InterviewRow)
    ).scalar_subquery()
    serial = (
        select(func.max(last.serial)).where(last.interview_id == InterviewRow.id).correlate(InterviewRow)
    ).scalar_subquery()
    return (
        select(
            InterviewRow.id, InterviewRow.candidate_id, AnalysisRow.document_id, AnalysisRow.correction_id,
            AnalysisRow.folder, ConsentRow.modalities,
        )
        .select_from(InterviewRow)
        .join(AnalysisRow, (AnalysisRow.interview_id == InterviewRow.id) & (AnalysisRow.recorded == recorded))
        .outerjoin(ConsentRow, (ConsentRow.interview_id == InterviewRow.id) & (ConsentRow.serial == serial))
    )  # fmt: skip


def _agreed(modalities: list[str] | None) -> tuple[str, ...] | None:
    return None if modalities is None else tuple(modalities)


def _enrichment_of(row: EnrichmentRow) -> Enrichment:
    kind = EnrichmentKind(row.kind)
    return Enrichment(
        row.id, row.interview_id, kind, Basis(row.analysis_id, row.correction_id, row.others),
        msgspec.convert(row.method, Method), msgspec.convert(row.body, KINDS[kind]), row.created, row.assessor,
        row.number,
    )  # fmt: skip
