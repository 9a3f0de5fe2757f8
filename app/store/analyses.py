"""Analyses of the library and the corrections that people make to them."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import msgspec
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from analysis.document import Correction, CorrectionKind, Missing
from app import text
from app.domain.types import AnalysisState
from app.failures import NotAnalysed, NotFound
from app.store.tables import AnalysisRow, CorrectionRow, InterviewRow, RedactionRow, now
from app.store.transcripts import Transcripts
from app.store.vault import DOCUMENT, private_folder, writing_into
from app.store.writing import found

if TYPE_CHECKING:
    from analysis.derive import Derived

Part = TypeVar("Part", bound=msgspec.Struct)


class _Heading(msgspec.Struct):
    """The fields of the document that the library keeps in its rows."""

    id: str
    correction: str | None = None


class _Absences(msgspec.Struct):
    """What lists say of a document without reading all of it."""

    missing: tuple[Missing, ...] = ()


class _Event(msgspec.Struct):
    """What an event is."""

    kind: str


class Outline(msgspec.Struct, frozen=True):
    """What a document has: the names of its tracks, and its events' kinds."""

    tracks: dict[str, msgspec.Raw]
    events: tuple[_Event, ...]

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of its events."""
        return frozenset(event.kind for event in self.events)


class Analyses(Transcripts):
    """What the engine found, and what people corrected."""

    def record_analysis(self, interview_id: str, folder: Path) -> None:
        """Make a finished analysis the interview's current one. A folder outside the vault is copied into it.

        Raises DocumentInvalid, NotFound, DiskFull.
        """
        document = _decoded(folder, _Heading)
        inside = folder.resolve().is_relative_to(self.vault.folder.resolve())
        kept = folder.resolve() if inside else self._copied(interview_id, folder)
        relative = kept.relative_to(self.vault.folder.resolve()).as_posix()
        with self.session() as session:
            self._record(session, interview_id, relative, document)

    def record_analysis_in(self, session: Session, interview_id: str, folder: Path) -> None:
        """The same for a folder inside the vault, in a transaction of `session`."""
        relative = folder.resolve().relative_to(self.vault.folder.resolve()).as_posix()
        self._record(session, interview_id, relative, _decoded(folder, _Heading))

    def _record(self, session: Session, interview_id: str, relative: str, document: _Heading) -> None:
        interview = found(session, InterviewRow, interview_id, "interview")
        self._refuse_redacted(session, interview_id, relative)
        row = session.scalar(
            select(AnalysisRow).where(AnalysisRow.interview_id == interview_id, AnalysisRow.folder == relative)
        )
        if row is None:
            row = AnalysisRow(interview_id=interview_id, folder=relative, assessor=self.assessor)
            session.add(row)
        row.document_id = document.id
        row.correction_id = document.correction
        row.recorded = _after_all(session, interview_id)
        interview.analysis_id = document.id
        interview.analysis_state = str(AnalysisState.DONE)
        self._note(session, "analysed", "interview", interview_id, document.id)

    def _refuse_redacted(self, session: Session, interview_id: str, relative: str) -> None:
        """What was found in a recording before something was taken out of it is not taken in any more."""
        kind, _, rest = relative.partition("/")
        sha256 = rest.partition("/")[0]
        was = exists().where(RedactionRow.interview_id == interview_id, RedactionRow.before_sha256 == sha256)
        mine = session.scalar(select(InterviewRow.media_sha256).where(InterviewRow.id == interview_id))
        if kind == "derived" and sha256 != mine and session.scalar(select(was)):
            raise NotFound(what=text.tr("store.media"), id=sha256)

    def _copied(self, interview_id: str, folder: Path) -> Path:
        target = self.vault.folder.resolve() / "analyses" / interview_id / uuid4().hex
        with writing_into(self.vault.folder):
            private_folder(target.parent)
            shutil.copytree(folder, target)
        return target

    def analysis_folder(self, interview_id: str) -> Path:
        """The folder of the current analysis. Raises NotFound, NotAnalysed."""
        newest = (
            select(AnalysisRow.folder)
            .where(AnalysisRow.interview_id == interview_id)
            .order_by(AnalysisRow.recorded.desc())
            .limit(1)
        )
        with self.reading() as session:
            found(session, InterviewRow, interview_id, "interview")
            folder = session.scalar(newest)
        if folder is None:
            raise NotAnalysed(id=interview_id)
        return self.vault.folder.resolve() / folder

    def load_analysis(self, interview_id: str) -> Derived:
        """The current analysis with its tracks. Raises NotAnalysed, DocumentInvalid."""
        from analysis.export import read

        return read(self.analysis_folder(interview_id))

    def missing(self, interview_id: str) -> tuple[Missing, ...]:
        """What the current analysis does not have; its tracks stay unread. Raises NotAnalysed, DocumentInvalid."""
        return _decoded(self.analysis_folder(interview_id), _Absences).missing

    def outline(self, interview_id: str) -> Outline:
        """What the current analysis has; its values stay unread. Raises NotAnalysed, DocumentInvalid."""
        return _decoded(self.analysis_folder(interview_id), Outline)

    def corrections(self, interview_id: str) -> tuple[Correction, ...]:
        """All corrections in the order in which they were made, undone ones and their inverses included."""
        wanted = select(CorrectionRow).where(CorrectionRow.interview_id == interview_id).order_by(CorrectionRow.serial)
        with self.reading() as session:
            return tuple(_correction_of(row) for row in session.scalars(wanted))

    def add_correction(
        self, interview_id: str, kind: CorrectionKind, start: float, end: float, before: str, after: str
    ) -> Correction:
        """Append a correction; see `analysis.document.Correction` for what the fields mean by kind."""
        with self.session() as session:
            found(session, InterviewRow, interview_id, "interview")
            row = CorrectionRow(kind=str(kind), start=start, end=end, before=before, after=after)
            return self._append(session, interview_id, row, "corrected")

    def revert_correction(self, correction_id: str) -> Correction:
        """Undo a correction by appending its inverse. Raises NotFound."""
        with self.session() as session:
            old = found(session, CorrectionRow, correction_id, "correction")
            inverse = CorrectionRow(
                kind=old.kind, start=old.start, end=old.end, before=old.after, after=old.before, reverts=old.id
            )
            return self._append(session, old.interview_id, inverse, "correction_reverted")

    def _append(self, session: Session, interview_id: str, row: CorrectionRow, action: str) -> Correction:
        last = select(func.max(CorrectionRow.serial)).where(CorrectionRow.interview_id == interview_id)
        row.serial = (session.scalar(last) or 0) + 1
        row.interview_id = interview_id
        row.assessor = self.assessor
        session.add(row)
        session.flush()
        self._note(session, action, "correction", interview_id, row.id)
        return _correction_of(row)


def _after_all(session: Session, interview_id: str) -> datetime:
    """Now, or just after the newest analysis where the clock was put back: the one recorded last is the current one."""
    newest = session.scalar(select(func.max(AnalysisRow.recorded)).where(AnalysisRow.interview_id == interview_id))
    return now() if newest is None else max(now(), newest + timedelta(microseconds=1))


def _correction_of(row: CorrectionRow) -> Correction:
    return Correction(
        row.id, CorrectionKind(row.kind), row.start, row.end, row.before, row.after, row.assessor,
        row.created.isoformat(), row.reverts,
    )  # fmt: skip


def _decoded(folder: Path, wanted: type[Part]) -> Part:
    """Some fields of the document in a folder. Raises DocumentInvalid."""
    try:
        return msgspec.json.decode((folder / DOCUMENT).read_bytes(), type=wanted)
    except OSError as missing:
        from analysis.export import DocumentMissing

        raise DocumentMissing(folder=str(folder)) from missing
    except msgspec.DecodeError as damaged:
        from analysis.export import DocumentDamaged

        raise DocumentDamaged(folder=str(folder), file=DOCUMENT) from damaged
