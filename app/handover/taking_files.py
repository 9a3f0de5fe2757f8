"""Recordings, analyses and reports of a package: prepared beside the library, then moved into it as a whole.

They lie in their places just before the rows are written, and are taken out again where that fails; a recording that a
power cut left without its rows is swept away at the next opening.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.failures import DiskFull, DocumentInvalid, MediaUnreadable
from app.failures import PackageDamaged
from app.handover.archive import Archive, Progress
from app.handover.content import Content
from app.handover.here import interviews_here
from app.handover.package import is_recording
from app.handover.taking_rows import TakingRows
from app.store.importing import RunChild, prepare
from app.store.library import Library
from app.store.recordings import Prepared
from app.store.tables import InterviewRow, MediaRow, RedactionRow
from app.store.vault import SUFFIXES, Incoming, private_file, private_folder, writing_into

REPORTS = "reports"


@dataclass(slots=True)
class Files:
    """What was prepared. Analyses and reports by the interview's id in the package; files that were made of what was
    signed, and candidates' documents, by their hash; `kept` = recordings left out."""

    recordings: dict[str, tuple[Incoming, Prepared]] = field(default_factory=dict)
    analyses: dict[str, Path] = field(default_factory=dict)
    reports: dict[str, Path] = field(default_factory=dict)
    made: dict[str, Path] = field(default_factory=dict)
    documents: dict[str, Path] = field(default_factory=dict)
    kept: int = 0


class Staging:
    """Takes the files of a package out of it into a folder of the vault."""

    def __init__(
        self, library: Library, archive: Archive, content: Content, progress: Progress, stop: threading.Event,
        run_child: RunChild,
    ) -> None:  # fmt: skip
        self._library, self._archive, self._content = library, archive, content
        self._progress, self._stop, self._run_child = progress, stop, run_child
        self._here: dict[str, str] = {}
        self._done, self._size = 0, sum(member.bytes for member in content.manifest.members)

    @contextmanager
    def files(self) -> Iterator[Files]:
        """Everything that is wanted here. What has not been moved on by the end of the block is gone.

        Raises PackageDamaged, DiskFull, FolderNotWritable, Cancelled.
        """
        found = Files()
        if self._content.recordings:
            with self._library.reading() as session:
                self._here = interviews_here(session, self._content)
        self._refuse_little_room()
        with ExitStack() as stack:
            for sha256, each in self._content.recordings.items():
                if self._waits(each.interview_id, sha256):
                    folder = stack.enter_context(self._library.vault.working())
                    found.recordings[sha256] = self._recording(sha256, each.name, folder)
                else:
                    found.kept += not self._has(each.interview_id, sha256)
            folder = stack.enter_context(self._library.vault.working())
            self._analyses(found, folder)
            self._reports(found, folder)
            for kept, kind in ((found.made, "made"), (found.documents, "documents")):
                for name in self._archive.names(f"{kind}/"):
                    kept[Path(name).name] = folder / name.replace("/", "-")
                    self._extract(name, kept[Path(name).name])
            yield found

    def _refuse_little_room(self) -> None:
        """Rather before gigabytes were copied than after; a recording lies there twice, as it came and as it plays."""
        recordings = sum(
            2 * self._archive.members[f"media/{sha256}"].bytes
            for sha256, each in self._content.recordings.items()
            if self._waits(each.interview_id, sha256)
        )
        rest = sum(member.bytes for name, member in self._archive.members.items() if not is_recording(name))
        if shutil.disk_usage(self._library.folder).free < recordings + rest:
            raise DiskFull(folder=str(self._library.folder))

    def _waits(self, interview_id: str, sha256: str) -> bool:
        """Whether the interview has no recording here and is not being recorded, no other has this very one, and
        nothing is redacted of it."""
        with self._library.reading() as session:
            row = self._row(session, interview_id)
            known = session.scalar(select(MediaRow.id).where(MediaRow.sha256 == sha256))
            redacted = session.scalar(select(RedactionRow.id).where(RedactionRow.before_sha256 == sha256).limit(1))
            waits = row is None or (row.media_sha256 is None and not self._library.being_recorded(row.id))
        return known is None and redacted is None and waits

    def _has(self, interview_id: str, sha256: str) -> bool:
        with self._library.reading() as session:
            row = self._row(session, interview_id)
        return row is not None and row.media_sha256 == sha256

    def _row(self, session: Session, interview_id: str) -> InterviewRow | None:
        """The interview here that one of the package is; None = it is new."""
        return session.get(InterviewRow, self._here.get(interview_id, ""))

    def _recording(self, sha256: str, name: str, folder: Path) -> tuple[Incoming, Prepared]:
        suffix = Path(name).suffix.lower()
        original = folder / f"original{suffix if suffix in SUFFIXES else ''}"
        self._extract(f"media/{sha256}", original)
        incoming = Incoming(folder, original, sha256, original.stat().st_size, Path(name).name)
        try:
            return incoming, prepare(incoming, self._run_child, self._stop)
        except MediaUnreadable as unreadable:
            raise PackageDamaged(name=self._content.name, what=name) from unreadable

    def _analyses(self, found: Files, folder: Path) -> None:
        from analysis.export import read

        for name in self._archive.names("analyses/"):
            _, interview_id, file = name.split("/")
            target = folder / f"analysis-{interview_id}"
            if interview_id not in found.analyses:
                target.mkdir()
                found.analyses[interview_id] = target
            self._extract(name, target / file)
        for interview_id, target in found.analyses.items():
            try:
                read(target)
            except DocumentInvalid as invalid:
                raise PackageDamaged(name=self._content.name, what=f"analyses/{interview_id}") from invalid

    def _reports(self, found: Files, folder: Path) -> None:
        for name in self._archive.names("reports/"):
            interview_id = Path(name).stem
            found.reports[interview_id] = folder / f"{interview_id}.pdf"
            self._extract(name, found.reports[interview_id])

    def _extract(self, name: str, target: Path) -> None:
        def told(more: int) -> None:
            self._done += more
            self._progress(self._done, self._size)

        with writing_into(self._library.vault.folder), private_file(target) as out:
            self._archive.copy(name, out, told)
            out.flush()
            os.fsync(out.fileno())


class Placing:
    """Moves prepared files into their places, writes the rows that name them, and takes them out again on failure."""

    def __init__(self, library: Library, files: Files) -> None:
        self._library, self._files = library, files
        self._placed: list[Path] = []
        self._admitted: list[str] = []
        self._left: list[str] = []
        self._sizes: dict[str, int] = {}
        self._unsettled = set(files.recordings)

    def recordings(self) -> None:
        """Recordings lie in the vault from now on, marked as arriving."""
        for incoming, _ in self._files.recordings.values():
            self._library.vault.admit(incoming)

    def rows(self, rows: TakingRows, interview_id: str) -> None:
        """The rows of an interview's recording and analysis (by its id in the package); its files move here.

        Of a recording of which a stretch was redacted here, neither analysis nor report comes back.
        """
        session = rows.session
        for sha256, (incoming, facts) in self._files.recordings.items():
            if rows.content.recordings[sha256].interview_id != interview_id:
                continue
            interview = session.get(InterviewRow, rows.local("interview", interview_id))
            assert interview is not None
            if interview.media_sha256 is not None or self._library.being_recorded(interview.id):
                self._leave(session, sha256)
                continue
            media = MediaRow(
                sha256=sha256, name=incoming.name, bytes=incoming.bytes, assessor=self._library.assessor,
                duration_s=facts.duration_s, has_video=facts.has_video, has_audio=facts.has_audio, playable=True,
            )  # fmt: skip
            session.add(media)
            session.flush()
            interview.media_sha256 = sha256
            self._admitted.append(sha256)
            rows.tally.new["recording"] += 1
            self._library.note_in(session, "imported", "interview", interview.id, sha256)
        folder, file = self._files.analyses.get(interview_id), self._files.reports.get(interview_id)
        if rows.redacted(interview_id):
            rows.tally.redacted += (folder is not None) + (file is not None)
            return
        if folder is not None:
            self._place_analysis(rows, interview_id, folder)
        if file is not None:
            self._place_report(rows, interview_id, file)
        session.flush()

    def _leave(self, session: Session, sha256: str) -> None:
        """The interview has got a recording while the package was taken: that one stays."""
        self._files.kept += 1
        is_known = session.scalar(select(MediaRow.id).where(MediaRow.sha256 == sha256)) is not None
        (self._admitted if is_known else self._left).append(sha256)

    def made(self, sha256: str) -> int:
        """Lay a made file into the vault, in the transaction of the row that it is for; gives its size."""
        file = self._files.made.get(sha256)
        if file is not None and file.exists():
            size = file.stat().st_size
            self._library.vault.keep_made(file)
            self._sizes[sha256] = size
        return self._sizes[sha256]

    def document(self, sha256: str) -> None:
        """Lay a candidate's file into the vault, in the transaction of the row that it is for."""
        if self._files.documents[sha256].exists():
            self._library.vault.keep_document(self._files.documents[sha256])

    def _place_analysis(self, rows: TakingRows, interview_id: str, folder: Path) -> None:
        """Where there is one already, that one stays."""
        interview = rows.session.get(InterviewRow, rows.local("interview", interview_id))
        if interview is None or interview.analysis_id is not None:
            rows.tally.same["analysis"] += 1
            return
        target = self._library.vault.folder.resolve() / "analyses" / interview.id / uuid4().hex
        self._move(folder, target)
        self._library.record_analysis_in(rows.session, interview.id, target)
        rows.tally.new["analysis"] += 1

    def _place_report(self, rows: TakingRows, interview_id: str, file: Path) -> None:
        manifest = rows.content.manifest
        folder = reports_of(self._library, rows.local("interview", interview_id))
        self._move(file, folder / f"{manifest.made[:10]}-{manifest.id[:8]}.pdf")
        rows.tally.new["report"] += 1

    def _move(self, source: Path, target: Path) -> None:
        with writing_into(self._library.folder):
            private_folder(target.parent)
            os.replace(source, target)
        self._placed.append(target)

    def undo(self) -> None:
        """The rows since the last `settle` were not written: nothing of their files stays either."""
        for sha256 in self._unsettled:
            self._library.vault.remove(sha256)
        for each in self._placed:
            if each.is_dir():
                shutil.rmtree(each, ignore_errors=True)
            else:
                each.unlink(missing_ok=True)

    def settle(self) -> None:
        """The rows so far are written: what they name is here to stay."""
        for sha256 in self._admitted:
            self._library.vault.settle(sha256)
        for sha256 in self._left:
            self._library.vault.remove(sha256)
        self._unsettled -= {*self._admitted, *self._left}
        self._admitted.clear()
        self._left.clear()
        self._placed.clear()


def reports_of(library: Library, interview_id: str) -> Path:
    """The folder, which may not be there, of the reports that came in packages for an interview."""
    return library.folder / REPORTS / interview_id
