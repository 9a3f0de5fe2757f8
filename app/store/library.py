"""`Library`: the one facade over database, lock and vault."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import TracebackType

from sqlalchemy import select

from analysis.failures import Failure
from app import text
from app.domain.types import AnalysisState, ChangeCallback, Holder
from app.failures import LibraryHeld, LibraryUnwritable
from app.outgoing import status_moved
from app.settings import SettingsFile
from app.store.database import Database
from app.store.lock import LibraryLock, os_user
from app.store.marks import Marks
from app.store.migrating import HEAD, back_up, refuse_newer, revision_of, upgrade
from app.store.redactions import Redactions
from app.store.tables import InterviewRow
from app.store.vault import Vault, private_folder, writing_into
from app.store.writing import StatusHook

BUSY_TIMEOUT_S = 5.0
"""How long a write waits for another program that has the file locked."""
UNDER_WAY = (str(AnalysisState.QUEUED), str(AnalysisState.RUNNING))


class Library(Redactions, Marks):
    """One library, open in one folder. Its methods may be called from any thread.

    `read_only`: changes raise ReadOnly. `holder`: who writes it, where that is another process. `assessor`: who acts.
    `held_here`: the interviews that this process holds now. `interrupted`: the interviews whose analysis waited or ran
    when the library was closed, or its process ended.
    """

    def __init__(self, folder: Path, database: Database, lock: LibraryLock, *, read_only: bool, assessor: str) -> None:
        self.folder = folder
        self.vault = Vault(folder / "vault")
        self.read_only = read_only
        self.assessor = assessor
        self.holder: Holder | None = lock.holder() if read_only else None
        self.status_hook: StatusHook | None = status_moved
        self._database = database
        self._lock = lock
        self.interrupted: tuple[str, ...] = ()
        self.held_here: set[str] = set()
        self._listeners: list[ChangeCallback] = []

    @property
    def given_name(self) -> str:
        """Who acts, as somebody has entered it; "" where it is only the computer's account."""
        entered = self.assessor != os_user() or SettingsFile(self.folder).values.assessor == self.assessor
        return self.assessor if entered else ""

    @classmethod
    def open(
        cls, folder: Path, *, read_only_if_held: bool = False, assessor: str = "",
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> Library:  # fmt: skip
        """Open the library in a folder; make it, or bring it to this program's schema, where need be.

        Raises LibraryHeld (unless it may be read-only), LibraryNewer, LibraryBusy, LibraryUnwritable, LibraryDamaged.
        """
        folder = folder.resolve()
        _writable(folder)
        lock = LibraryLock(folder)
        held = not _taken(lock, folder)
        if held and not read_only_if_held:
            raise _held(lock)
        database = Database(folder, read_only=held, busy_timeout_s=busy_timeout_s)
        acting = assessor or SettingsFile(folder).values.assessor or os_user()
        library = cls(folder, database, lock, read_only=held, assessor=acting)
        try:
            library._make_ready()
        except BaseException:  # whatever went wrong, nobody else must be shut out by it
            library.close()
            raise
        return library

    def _make_ready(self) -> None:
        with self._database.known_failures():
            revision = revision_of(self._database.file, self._database.busy_timeout_s)
        refuse_newer(revision, self.folder)
        if self.read_only:
            if revision != HEAD:
                raise _held(self._lock)
            return
        if revision != HEAD:
            self._bring_up(revision)
        self._sweep()

    def _bring_up(self, revision: str | None) -> None:
        with self._database.known_failures(), writing_into(self.folder):
            if revision is None:
                self._database.file.touch(mode=0o600)
            else:
                back_up(self._database.file, revision)
        with self._database.connection() as connection:
            upgrade(connection)

    def _sweep(self) -> None:
        """Nothing of what was cut off stays behind: no half import, no analysis that still says it runs."""
        self.vault.sweep(lambda sha256: self.find_interview(sha256=sha256) is not None)
        self.finish_redactions()
        with self.reading() as session:
            under_way = select(InterviewRow.id).where(InterviewRow.analysis_state.in_(UNDER_WAY))
            running = list(session.scalars(under_way.order_by(InterviewRow.created)))
        self.interrupted = tuple(running)
        for interview_id in running:
            interview = self.interview(interview_id)
            done = interview.analysis_id is not None
            self.set_analysis_state(interview_id, AnalysisState.DONE if done else AnalysisState.NONE)
            if interview.media is not None:
                self.vault.drop_unfinished(interview.media.sha256)

    def close(self) -> None:
        """Close it and let others write it. Closing again is nothing."""
        self._listeners.clear()
        self._database.close()
        if not self.read_only:
            self._lock.release()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _writable(folder: Path) -> None:
    try:
        private_folder(folder)
        if os.access(folder, os.W_OK) and not _on_read_only_disk(folder):
            return
    except OSError as error:
        raise LibraryUnwritable(folder=str(folder)) from error
    raise LibraryUnwritable(folder=str(folder))


def _on_read_only_disk(folder: Path) -> bool:
    return hasattr(os, "statvfs") and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def _taken(lock: LibraryLock, folder: Path) -> bool:
    try:
        return lock.take()
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise LibraryUnwritable(folder=str(folder)) from error
        raise


def _held(lock: LibraryLock) -> Failure:
    holder = lock.holder()
    if holder is None:
        return LibraryHeld(who=text.tr("store.unknown_holder"), since="?")
    since = holder.since.astimezone().strftime("%Y-%m-%d %H:%M")
    return LibraryHeld(who=f"{holder.who}@{holder.host} ({holder.pid})", since=since)
