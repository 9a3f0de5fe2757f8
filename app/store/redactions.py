"""Redaction: a recording gives way to a copy without some stretch, and all that was made of the stretch goes with it.

What is kept is who redacted which stretch, when and why. What people wrote and rated stays, but for corrections of the
words in the stretch, which would repeat them. Signed bytes stay as they were signed.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import delete, exists, or_, select, text
from sqlalchemy.orm import Session

from analysis.document import CorrectionKind
from app import text as words
from app.domain.redaction import Reason, Redaction
from app.domain.types import WORKING, AnalysisState, Told, ToldCode
from app.failures import NotFound, RecordingInUse, RecordingLeaves
from app.store.recordings import Prepared
from app.store.schedule import Schedule, next_serial
from app.store.tables import (
    AnalysisRow,
    CommentRow,
    CorrectionRow,
    EnrichmentRow,
    InterviewRow,
    MediaRow,
    RedactionRow,
)
from app.store.vault import Incoming
from app.store.writing import found
from app.told import kept
from sync import exchanges, handing, withholding
from sync.outbox import State

QUOTING = tuple(str(kind) for kind in (CorrectionKind.WORD, CorrectionKind.SPLIT, CorrectionKind.MERGE))
"""Corrections that repeat words of the recording."""


class Redactions(Schedule):
    """What was taken out of recordings."""

    def redactions(self, interview_id: str) -> tuple[Redaction, ...]:
        """The stretches that were taken out of an interview's recording, in the order in which they were."""
        wanted = select(RedactionRow).where(RedactionRow.interview_id == interview_id)
        with self.reading() as session:
            return tuple(_redaction_of(row) for row in session.scalars(wanted.order_by(RedactionRow.serial)))

    def left_here(self, interview_id: str) -> tuple[Redaction, ...]:
        """The stretches that were taken out in another library, and that the recording here still has."""
        rows = select(RedactionRow).where(RedactionRow.interview_id == interview_id).order_by(RedactionRow.created)
        with self.reading() as session:
            media = session.scalar(select(InterviewRow.media_sha256).where(InterviewRow.id == interview_id))
            log = list(session.scalars(rows))
        first = next((place for place, row in enumerate(log) if media and row.before_sha256 == media), len(log))
        return tuple(_redaction_of(row) for row in log[first:])

    def redact(
        self, interview_id: str, incoming: Incoming, prepared: Prepared, span: tuple[float, float], reason: Reason
    ) -> None:
        """Put a redacted copy in the place of an interview's recording, which is removed for good.

        Either the old recording stands with all that belongs to it, or the new one does; whatever ends the process in
        between is made up for at the next opening. Files that were made of the old one and handed over are not sent
        from here any more. Raises ReadOnly, NotFound, RecordingInUse, RecordingLeaves, DiskFull, FolderNotWritable.
        """
        media = self.interview(interview_id).media
        if media is None:
            raise NotFound(what=words.tr("store.media"), id=interview_id)
        self.vault.admit(incoming)
        try:
            with self.session() as session:
                refuse_leaving(session, interview_id)
                handing.leave_files(session, handing.unfinished_files(session, interview_id))
                made = _made_of(session, interview_id)
                self._swap(session, interview_id, media.sha256, incoming, prepared)
                self._log(session, interview_id, incoming.sha256, (media.sha256, media.bytes), span, reason)
                _forget(session, interview_id, span)
                _tell_the_other_side(session, interview_id)
        except BaseException:  # whatever stopped the rows, the files must not stay without them
            self.vault.remove(incoming.sha256)
            raise
        self.vault.settle(incoming.sha256)
        self._remove_reports(interview_id)
        self._remove(media.sha256, interview_id)
        for folder in made:
            shutil.rmtree(self.vault.folder / folder, ignore_errors=True)
        self._database.fold()

    def _swap(self, session: Session, interview_id: str, was: str, incoming: Incoming, prepared: Prepared) -> None:
        interview = found(session, InterviewRow, interview_id, "interview")
        if interview.media_sha256 != was or interview.analysis_state in WORKING:
            raise RecordingInUse
        before = session.scalars(select(MediaRow).where(MediaRow.sha256 == interview.media_sha256)).one()
        session.add(
            MediaRow(
                sha256=incoming.sha256,
                name=before.name,
                bytes=incoming.bytes,
                assessor=self.assessor,
                duration_s=prepared.duration_s,
                has_video=prepared.has_video,
                has_audio=prepared.has_audio,
                playable=True,
            )
        )
        session.flush()
        interview.media_sha256 = incoming.sha256
        interview.analysis_id, interview.analysis_state = None, str(AnalysisState.NONE)
        session.flush()
        if not session.scalar(select(exists().where(InterviewRow.media_sha256 == before.sha256))):
            session.delete(before)

    def _log(
        self, session: Session, interview_id: str, after: str, before: tuple[str, int], span: tuple[float, float],
        reason: Reason,
    ) -> None:  # fmt: skip
        start, end = span
        session.add(
            RedactionRow(
                interview_id=interview_id,
                serial=next_serial(session, RedactionRow, interview_id),
                start=start,
                end=end,
                reason=str(reason),
                before_sha256=before[0],
                before_bytes=before[1],
                after_sha256=after,
                assessor=self.assessor,
            )
        )
        said = kept(Told(ToldCode.REDACTED, str(reason)))
        session.add(
            CommentRow(interview_id=interview_id, time_s=start, end_s=end, text="", told=said, author=self.assessor,
                       assessor=self.assessor)
        )  # fmt: skip
        self._note(session, "redacted", "interview", interview_id, f"{start:.2f}-{end:.2f} s, {reason}")

    def _remove(self, sha256: str, interview_id: str) -> None:
        if not self.has_media(sha256):
            self.vault.remove(sha256)
            shutil.rmtree(self.vault.folder / "analyses" / interview_id, ignore_errors=True)

    def _remove_reports(self, interview_id: str) -> None:
        """Reports in the library's folder from before the newest redaction: those that came in packages, and the
        demonstration's."""
        redacted_at = max((each.at.timestamp() for each in self.redactions(interview_id)), default=0.0)
        folder = self.vault.folder.parent / "reports"
        for report in (*folder.glob(f"{interview_id}.pdf"), *folder.glob(f"{interview_id}/*")):
            if report.stat().st_mtime < redacted_at:
                report.unlink(missing_ok=True)

    def sweep_redacted(self) -> None:
        """Remove what is left of analyses, of interviews with a redaction, that no row names any more, and reports from
        before it."""
        with self.reading() as session:
            named = set(session.scalars(select(AnalysisRow.folder)))
            redacted = set(session.scalars(select(RedactionRow.interview_id)))
        for interview_id in redacted:
            for folder in (self.vault.folder / "analyses" / interview_id).glob("*"):
                if folder.relative_to(self.vault.folder).as_posix() not in named:
                    shutil.rmtree(folder, ignore_errors=True)
            self._remove_reports(interview_id)

    def has_media(self, sha256: str) -> bool:
        """Whether some interview has this recording."""
        with self.reading() as session:
            return bool(session.scalar(select(exists().where(InterviewRow.media_sha256 == sha256))))

    def finish_redactions(self) -> None:
        """Remove recordings whose redaction was written, but not yet followed by their removal."""
        with self.reading() as session:
            done = session.execute(select(RedactionRow.before_sha256, RedactionRow.interview_id)).all()
        for sha256, interview_id in done:
            if self.vault.has(sha256):
                self._remove_reports(interview_id)
                self._remove(sha256, interview_id)


def _made_of(session: Session, interview_id: str) -> set[str]:
    """The folders (relative to the vault) of all that was derived for an interview, of an earlier part of it too."""
    folders = session.scalars(select(AnalysisRow.folder).where(AnalysisRow.interview_id == interview_id))
    return {"/".join(folder.split("/")[:2]) if folder.startswith("derived/") else folder for folder in folders}


def refuse_leaving(session: Session, interview_id: str) -> None:
    """Raises RecordingLeaves while something that was made of a recording waits to be sent from here."""
    if any(item.state not in (State.HANDED, State.HELD) for item in handing.unfinished_files(session, interview_id)):
        raise RecordingLeaves


def spans_of(session: Session, interview_id: str, but: Collection[str] = ()) -> tuple[tuple[float, float], ...]:
    """The stretches [start, end) (s) that were taken out of an interview's recording; not those with the ids `but`."""
    rows = session.scalars(select(RedactionRow).where(RedactionRow.interview_id == interview_id))
    return tuple((row.start, row.end) for row in rows if row.id not in but)


def forget_handed_in(session: Session, interview_id: str, span: tuple[float, float]) -> None:
    """A stretch was redacted in another library: what came from there before goes here, too, and is not sent.

    An interview that has a recording here keeps what was found in that one.
    """
    _tell_the_other_side(session, interview_id)
    interview = found(session, InterviewRow, interview_id, "interview")
    if interview.media_sha256 is not None:
        return
    interview.analysis_id, interview.analysis_state = None, str(AnalysisState.NONE)
    handing.leave_files(session, handing.unfinished_files(session, interview_id))
    _forget(session, interview_id, span)
    session.flush()


def _tell_the_other_side(session: Session, interview_id: str) -> None:
    """Files that the HR system has were made with the stretch: they have to be removed there, and what went over the
    line is not kept here."""
    withholding.redacted(session, interview_id)
    exchanges.forget_files(session, interview_id)


def _forget(session: Session, interview_id: str, span: tuple[float, float]) -> None:
    """Drop what the machine found in the recording, and corrections that repeat words of the stretch."""
    start, end = span
    session.execute(delete(AnalysisRow).where(AnalysisRow.interview_id == interview_id))
    session.execute(delete(EnrichmentRow).where(EnrichmentRow.interview_id == interview_id))
    quoting = select(CorrectionRow.id).where(
        CorrectionRow.interview_id == interview_id, CorrectionRow.kind.in_(QUOTING),
        CorrectionRow.start < end, CorrectionRow.end > start,
    )  # fmt: skip
    gone = set(session.scalars(quoting))
    if not gone:
        return
    while more := set(session.scalars(select(CorrectionRow.id).where(CorrectionRow.reverts.in_(gone)))) - gone:
        gone |= more
    with _erasing(session, "correction"):
        session.execute(delete(CorrectionRow).where(or_(CorrectionRow.reverts.in_(gone))))
        session.execute(delete(CorrectionRow).where(CorrectionRow.id.in_(gone)))


@contextmanager
def _erasing(session: Session, table: str) -> Iterator[None]:
    """Lets rows of an append-only table be deleted, in this transaction only."""
    name = f"{table}_no_delete"
    trigger = session.scalar(text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :n"), {"n": name})
    session.execute(text(f"DROP TRIGGER {name}"))
    yield
    session.execute(text(str(trigger)))


def _redaction_of(row: RedactionRow) -> Redaction:
    return Redaction(row.interview_id, row.serial, row.start, row.end, Reason(row.reason), row.assessor, row.created)
