"""Recordings of the library: known by their SHA-256, admitted as a whole, one interview each."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from analysis.document import MediaInfo
from app import text
from app.domain.types import AnalysisState, Candidate, Imported, Interview, InterviewStatus, MediaItem, Position
from app.failures import InterviewBeingRecorded, InterviewRecorded, NotFound, ReadOnly
from app.store.interviews import Interviews
from app.store.people import candidate_of, position_of
from app.store.searching import index_for_search
from app.store.tables import (
    AnalysisRow,
    AuditRow,
    CandidateRow,
    EnrichmentRow,
    InterviewRow,
    MediaRow,
    PositionRow,
    RedactionRow,
    now,
)
from app.store.vault import PLAYABLE, Incoming, Progress, digest_of, size_of
from app.store.writing import found
from sync.contract import progress


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the preparing child found out and made. `folder` holds playable.mkv, thumbnail.jpg and media.json."""

    folder: Path
    duration_s: float | None
    has_video: bool
    has_audio: bool


@dataclass(frozen=True, slots=True)
class Belonging:
    """Whose interview a recording is: an interview that waits for it, or else a position and a candidate.

    A position or candidate named by title or name is taken from the library, or made along with the interview.
    """

    position_id: str | None = None
    position_title: str | None = None
    candidate_id: str | None = None
    candidate_name: str | None = None
    interview_id: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the program recorded itself, with its playable copy and all that is known of it, in `incoming.folder`.

    `replaces` is the hash of an earlier recording of the interview that it begins with, "" where there was none.
    `ended`: the interview is over; one that a crash cut off is in progress still, and may go on.
    """

    incoming: Incoming
    interview_id: str
    duration_s: float | None
    has_video: bool
    has_audio: bool
    replaces: str = ""
    ended: bool = True


class Recordings(Interviews):
    """Media and their import."""

    def media(self, sha256: str) -> MediaItem:
        """One recording. Raises NotFound."""
        with self.reading() as session:
            row = session.scalar(select(MediaRow).where(MediaRow.sha256 == sha256))
        if row is None:
            raise NotFound(what=text.tr("store.media"), id=sha256)
        return _media_of(row)

    def known_recording(self, path: Path) -> Interview | None:
        """The interview that has this very file, found without copying it. Raises MediaMissing, MediaEmpty.

        The file of a redacted recording is known, too: what was taken out of it does not come back. None where the
        vault has lost the file: importing it again then puts it back.
        """
        size = size_of(path)
        with self.reading() as session:
            here = session.scalar(select(MediaRow.id).where(MediaRow.bytes == size).limit(1))
            was = session.scalar(select(RedactionRow.id).where(RedactionRow.before_bytes == size).limit(1))
        if here is None and was is None:
            return None
        sha256 = digest_of(path)
        if self.vault.has(sha256):
            return self.find_interview(sha256=sha256)
        return self._redacted_from(sha256)

    def _redacted_from(self, sha256: str) -> Interview | None:
        """The interview whose recording this file was before something was taken out of it."""
        wanted = select(RedactionRow.interview_id).where(RedactionRow.before_sha256 == sha256).limit(1)
        with self.reading() as session:
            interview_id = session.scalar(wanted)
        return self.interview(interview_id) if interview_id else None

    def import_media(
        self,
        path: Path,
        *,
        position_id: str | None = None,
        position_title: str | None = None,
        candidate_id: str | None = None,
        candidate_name: str | None = None,
        interview_id: str | None = None,
        prepared: Prepared | None = None,
        progress: Progress | None = None,
    ) -> Imported:
        """Copy a recording into the vault and make its interview (or give it to one that waits for its recording).

        Without `prepared` nothing is known of its content yet. `app.store.importing` prepares it in a child process.
        Raises ReadOnly, MediaMissing, MediaEmpty, DiskFull, FolderNotWritable, NotFound, InterviewBeingRecorded.
        """
        belonging = Belonging(position_id, position_title, candidate_id, candidate_name, interview_id)
        self.check_belonging(belonging)
        if known := self.known_recording(path):
            return Imported(known, already=True)
        with self.vault.receive(path, progress) as incoming:
            return self.admit(incoming, belonging, prepared)

    def check_belonging(self, belonging: Belonging) -> None:
        """Raises ReadOnly, NotFound or InterviewBeingRecorded before any work is done."""
        if self.read_only:
            raise ReadOnly
        with self.reading() as session:
            if belonging.interview_id:
                found(session, InterviewRow, belonging.interview_id, "interview")
            if belonging.position_id:
                found(session, PositionRow, belonging.position_id, "position")
            if belonging.candidate_id:
                found(session, CandidateRow, belonging.candidate_id, "candidate")
        self._refuse_while_recorded(belonging)

    def _refuse_while_recorded(self, belonging: Belonging) -> None:
        if belonging.interview_id and self.being_recorded(belonging.interview_id):
            raise InterviewBeingRecorded(title=self.interview(belonging.interview_id).title)

    def being_recorded(self, interview_id: str) -> bool:
        """Whether what is being recorded of an interview, or was when the program ended, is not in the library yet."""
        return self.vault.recording(interview_id).exists()

    def admit(self, incoming: Incoming, belonging: Belonging, prepared: Prepared | None) -> Imported:
        """Move an arrived recording into its place and write its rows, in one transaction.

        Raises InterviewBeingRecorded, DiskFull, FolderNotWritable.
        """
        self._refuse_while_recorded(belonging)
        if prepared is not None and prepared.folder != incoming.folder:
            for file in prepared.folder.iterdir():
                file.replace(incoming.folder / file.name)
        playable = (incoming.folder / PLAYABLE).exists()
        known = self.find_interview(sha256=incoming.sha256)
        if known and self.vault.has(incoming.sha256):
            return Imported(known, already=True)
        self.vault.admit(incoming)
        if known:
            self.vault.settle(incoming.sha256)
            return Imported(known, already=True)
        try:
            with self.session() as session:
                interview = self._new_rows(session, incoming, belonging, prepared, playable)
        except BaseException:  # whatever stopped the rows, the files must not stay without them
            self.vault.remove(incoming.sha256)
            raise
        self.vault.settle(incoming.sha256)
        return Imported(interview, already=False)

    def to_be_recorded(self, interview_id: str) -> Interview:
        """An interview that has no recording yet. Raises ReadOnly, NotFound, InterviewRecorded."""
        if self.read_only:
            raise ReadOnly
        interview = self.interview(interview_id)
        if interview.media is not None:
            raise InterviewRecorded(title=interview.title)
        return interview

    def to_be_continued(self, interview_id: str) -> Interview:
        """An interview whose recording was made by this program and can go on: nothing was signed or written for it.

        Raises ReadOnly, NotFound, InterviewRecorded.
        """
        if self.read_only:
            raise ReadOnly
        interview = self.interview(interview_id)
        sha256 = interview.media.sha256 if interview.media else ""
        if not sha256 or interview.signed or self.vault.transcripts(sha256).exists() or not self.made_here(sha256):
            raise InterviewRecorded(title=interview.title)
        return interview

    def made_here(self, sha256: str) -> bool:
        """Whether this program recorded it."""
        facts = self.vault.facts(sha256)
        codecs = {one.codec for one in msgspec.json.decode(facts, type=MediaInfo).streams} if facts else set()
        return bool(codecs) and codecs <= {"vp8", "opus"}

    def never_begun(self, interview_id: str) -> bool:
        """Whether nobody ever asked for an analysis of the recording that the interview has now."""
        wanted = (
            select(AuditRow.action)
            .where(AuditRow.subject == interview_id, AuditRow.action.in_(("imported", "analysis_queued")))
            .order_by(AuditRow.serial.desc())
            .limit(1)
        )
        with self.reading() as session:
            return session.scalar(wanted) == "imported"

    def admit_recorded(self, recorded: Recorded) -> Interview:
        """Move what was recorded into its place and write its rows; nothing is copied, and nothing can be lost.

        Where its interview has another recording by now, or is no more, it gets a new one, never one that waits.
        Where the rows cannot be written the files are where they were. Raises ReadOnly, DiskFull, FolderNotWritable.
        """
        if self.read_only:
            raise ReadOnly
        incoming = recorded.incoming
        self.vault.admit(incoming, coming_from=incoming.folder)
        prepared = Prepared(incoming.folder, recorded.duration_s, recorded.has_video, recorded.has_audio)
        try:
            with self.session() as session:
                belonging = self._still_its(session, recorded)
                playable = self.vault.has_playable(incoming.sha256)
                reached = InterviewStatus.TO_REVIEW if recorded.ended else InterviewStatus.IN_PROGRESS
                interview = self._new_rows(session, incoming, belonging, prepared, playable, reached)
        except BaseException:  # whatever stopped the rows, the recording is not given up
            self.vault.give_back(incoming.sha256)
            raise
        self.vault.settle(incoming.sha256)
        if recorded.replaces and self.find_interview(sha256=recorded.replaces) is None:
            self._forget_media(recorded.replaces)
        return interview

    def _forget_media(self, sha256: str) -> None:
        with self.session() as session:
            session.execute(delete(MediaRow).where(MediaRow.sha256 == sha256))
        self.vault.remove(sha256)

    def _still_its(self, session: Session, recorded: Recorded) -> Belonging:
        row = session.get(InterviewRow, recorded.interview_id)
        if row is None:
            return Belonging()
        if row.media_sha256 == recorded.replaces:
            _forget_analysis(session, row)
        if row.media_sha256 is None or row.media_sha256 == recorded.replaces:
            return Belonging(interview_id=recorded.interview_id)
        of = Belonging(position_id=row.position_id, candidate_id=row.candidate_id)
        return Belonging(interview_id=self._new_interview(session, recorded.incoming, of))

    def _new_rows(
        self, session: Session, incoming: Incoming, belonging: Belonging, prepared: Prepared | None, playable: bool,
        reached: InterviewStatus = InterviewStatus.TO_REVIEW,
    ) -> Interview:  # fmt: skip
        media = MediaRow(
            sha256=incoming.sha256, name=incoming.name, bytes=incoming.bytes, assessor=self.assessor,
            duration_s=prepared.duration_s if prepared else None, has_video=bool(prepared and prepared.has_video),
            has_audio=bool(prepared and prepared.has_audio), playable=playable,
        )  # fmt: skip
        session.add(media)
        session.flush()
        interview_id = belonging.interview_id or self._for_recording(session, incoming, belonging)
        row = found(session, InterviewRow, interview_id, "interview")
        row.media_sha256 = incoming.sha256
        row.assessor = self.assessor
        self._note(session, "imported", "interview", interview_id, incoming.sha256)
        session.flush()
        index_for_search(session, InterviewRow.id == interview_id)
        return self._move(session, interview_id, max(reached, InterviewStatus(row.status), key=progress))

    def _for_recording(self, session: Session, incoming: Incoming, belonging: Belonging) -> str:
        """The interview of the candidate that waits for its recording, the earliest first; else a new one.

        One that is being recorded waits for none.
        """
        position = self._its_position(session, belonging)
        candidate = self._its_candidate(session, belonging, _title_of(incoming))
        wanted = select(InterviewRow.id).where(
            InterviewRow.candidate_id == candidate.id, InterviewRow.media_sha256.is_(None)
        )
        if position is not None:
            wanted = wanted.where(InterviewRow.position_id == position.id)
        waiting = session.scalars(wanted.order_by(InterviewRow.scheduled_at, InterviewRow.created))
        its = next((one for one in waiting if not self.being_recorded(one)), None)
        return its or self._put_new(session, incoming, candidate, position)

    def _new_interview(self, session: Session, incoming: Incoming, belonging: Belonging) -> str:
        position = self._its_position(session, belonging)
        candidate = self._its_candidate(session, belonging, _title_of(incoming))
        return self._put_new(session, incoming, candidate, position)

    def _put_new(self, session: Session, incoming: Incoming, candidate: Candidate, position: Position | None) -> str:
        title = _title_of(incoming)
        new = Interview("", title, 1, InterviewStatus.IN_PROGRESS, candidate, position, None, now(), local_zone())
        return self._put_interview(session, new).id

    def _its_position(self, session: Session, belonging: Belonging) -> Position | None:
        if belonging.position_id:
            return position_of(found(session, PositionRow, belonging.position_id, "position"))
        if not belonging.position_title:
            return None
        same = select(PositionRow).where(PositionRow.title == belonging.position_title).order_by(PositionRow.created)
        row = session.scalar(same.limit(1))
        return position_of(row) if row else self._put_position(session, Position("", belonging.position_title))

    def _its_candidate(self, session: Session, belonging: Belonging, title: str) -> Candidate:
        """Without any name the recording's own stands in, until somebody says who it is."""
        if belonging.candidate_id:
            return candidate_of(found(session, CandidateRow, belonging.candidate_id, "candidate"))
        if not belonging.candidate_name:
            return self._put_candidate(session, Candidate("", title))
        same = select(CandidateRow).where(CandidateRow.name == belonging.candidate_name).order_by(CandidateRow.created)
        row = session.scalar(same.limit(1))
        return candidate_of(row) if row else self._put_candidate(session, Candidate("", belonging.candidate_name))


def _forget_analysis(session: Session, row: InterviewRow) -> None:
    """What was found in the first part of a recording says nothing about the whole."""
    for table in (AnalysisRow, EnrichmentRow):
        session.execute(delete(table).where(table.interview_id == row.id))
    row.analysis_id, row.analysis_state = None, str(AnalysisState.NONE)


def _title_of(incoming: Incoming) -> str:
    return Path(incoming.name).stem or incoming.name


def _media_of(row: MediaRow) -> MediaItem:
    return MediaItem(row.sha256, row.name, row.bytes, row.duration_s, row.has_video, row.has_audio, row.playable)


@cache
def local_zone() -> str:
    """The IANA name of this computer's time zone; "UTC" where the system does not tell one."""
    from tzlocal import get_localzone_name

    with warnings.catch_warnings():  # a computer without any zone is told about in the return value
        warnings.simplefilter("ignore", UserWarning)
        name = get_localzone_name() or "UTC"
    try:
        return str(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
