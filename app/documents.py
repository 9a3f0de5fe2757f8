"""Files of candidates from the HR system (résumés): fetched in the background, few at a time, kept in the vault.

An offline laptop needs them, so they are fetched before anybody asks, but only for candidates with an interview that is
not assessed yet. What the HR system takes back goes here too. A fetch that was cut is repeated; nothing is half there.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, select, update

from app.domain.types import InterviewStatus
from app.store import Library
from app.store.tables import CandidateRow, InterviewRow
from app.store.vault import digest_of, private_file
from sync import ledger
from sync.breaker import Sessions, concerns_all
from sync.contract import RemoteDocument
from sync.failures import LoginPage, PayloadTooLarge, RemoteFailure, RemoteNonsense, RemoteRejected
from sync.ledger import KnownRow
from sync.system import GivesDocuments, HrSystem
from sync.tables import sync_row

KIND = "document"
MAX_BYTES = 20_000_000
MOST_A_RUN = 20
OVER = (InterviewStatus.ASSESSED, InterviewStatus.CANCELLED)
"""Nobody prepares for such an interview any more."""
TRIES = 3
"""So often in one run of the program a file is asked for whose bytes do not arrive as they were announced."""
TOO_LARGE, GONE, DAMAGED = "too_large", "gone", "damaged"
_log = logging.getLogger("sync")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to be fetched, and whose it is."""

    document: RemoteDocument
    candidate_id: str


class Fetching:
    """Fetches the files of one library's candidates. Used by one thread."""

    def __init__(self, library: Library, sessions: Sessions, clock: ledger.Clock) -> None:
        self._library, self._sessions, self._clock = library, sessions, clock
        self._tried: dict[str, int] = {}
        self.due = True

    def run(self, client: HrSystem, stopping: Callable[[], bool] = lambda: False) -> int:
        """Fetch what is missing, the next interviews first, then sweep; gives how many came. Nothing where not `due`.

        A passing failure ends the run; it goes on with the next one. Raises DiskFull, FolderNotWritable.
        """
        if not self.due:
            return 0
        came, system = 0, client.address.base
        wanted: tuple[Wanted, ...] = ()
        if isinstance(client, GivesDocuments) and client.gives_documents():
            wanted = self._wanted(system)
            for one in wanted:
                if stopping():
                    return came
                try:
                    came += self._fetched(client, system, one)
                except RemoteFailure as failure:
                    if failure.retry or concerns_all(failure):
                        _log.info("documents: %s", failure.code)
                        return came
                    raise
        self.due = len(wanted) == MOST_A_RUN or any(
            self._tried.get(_mark(one.document), TRIES) < TRIES for one in wanted
        )
        self.sweep()
        return came

    def _wanted(self, system: str) -> tuple[Wanted, ...]:
        """The first files that are not here as the HR system tells of them now."""
        found: list[Wanted] = []
        with self._library.reading() as session:
            told = session.execute(select(sync_row.c.remote_id, sync_row.c.fields).where(*_of(system, KIND)))
            kept: dict[str, str] = {row[0]: row[1] for row in told}
            open_ones = (
                select(sync_row.c.local_id, sync_row.c.fields)
                .join(InterviewRow, InterviewRow.candidate_id == sync_row.c.local_id)
                .where(*_of(system, "candidate"), InterviewRow.status.not_in(map(str, OVER)))
                .order_by(InterviewRow.scheduled_at.is_(None), InterviewRow.scheduled_at, sync_row.c.remote_id)
            )
            for candidate_id, fields in session.execute(open_ones).yield_per(200):
                for document in documents_in(json.loads(fields)):
                    known = json.loads(kept.get(document.remote_id, "{}"))
                    one = Wanted(document, candidate_id)
                    if not self._here(document, known) and self._left(document) and one not in found:
                        found.append(one)
                if len(found) >= MOST_A_RUN:
                    break
        return tuple(found[:MOST_A_RUN])

    def _here(self, document: RemoteDocument, known: Mapping[str, Any]) -> bool:
        sha256 = str(known.get("sha256", ""))
        return known.get("told") == asdict(document) and bool(sha256) and self._library.vault.has_document(sha256)

    def _left(self, document: RemoteDocument) -> bool:
        """Whether it may be asked for once more."""
        return self._tried.get(_mark(document), 0) < TRIES

    def _fetched(self, client: GivesDocuments, system: str, wanted: Wanted) -> bool:
        document, mark = wanted.document, _mark(wanted.document)
        try:
            if (document.size or 0) > MAX_BYTES:
                raise PayloadTooLarge(bytes=document.size, limit=MAX_BYTES)
            sha256 = self._arrived(client, document)
        except PayloadTooLarge:
            self._tried[mark] = TRIES
            self._keep(system, wanted, problem=TOO_LARGE)
        except LoginPage:
            raise
        except RemoteNonsense:
            self._tried[mark] = self._tried.get(mark, 0) + 1
            self._keep(system, wanted, problem=DAMAGED)
        except RemoteRejected:
            self._tried[mark] = TRIES
            self._keep(system, wanted, problem=GONE)
        else:
            self._tried.pop(mark, None)
            self._keep(system, wanted, sha256=sha256)
            return True
        return False

    def _arrived(self, client: GivesDocuments, document: RemoteDocument) -> str:
        """Fetch one file into the vault. RemoteNonsense where it is not what was told of it."""
        with self._library.vault.working() as folder:
            path = folder / uuid4().hex
            with private_file(path) as file:
                client.document(document, file, MAX_BYTES)
            if not _as_told(path, document):
                raise RemoteNonsense(host="")
            return self._library.vault.keep_document(path)

    def _keep(self, system: str, wanted: Wanted, *, sha256: str = "", problem: str = "") -> None:
        fields: dict[str, object] = {"told": asdict(wanted.document), "sha256": sha256, "problem": problem}
        row = KnownRow(KIND, wanted.document.remote_id, wanted.candidate_id, fields)
        with self._sessions() as session:
            ledger.keep_row(session, system, row, self._clock)
            self._library.note_in(session, "document_kept", "candidate", wanted.candidate_id, problem)

    def sweep(self) -> None:
        """Remove files that the HR system has taken back, or whose candidate is not in the library any more."""
        here = select(CandidateRow.id)
        there = self._library.vault.documents()
        with self._sessions() as session:  # waits for whoever is just writing what a file is for
            rows = sync_row.c.kind == KIND, sync_row.c.deleted.is_(True) | sync_row.c.local_id.not_in(here)
            session.execute(delete(sync_row).where(*rows))
            orphans = sync_row.c.kind == "candidate", sync_row.c.local_id.not_in(here)
            session.execute(update(sync_row).where(*orphans).values(fields="{}", local_id=None))
            left = session.scalars(select(sync_row.c.fields).where(sync_row.c.kind == KIND))
            needed = {json.loads(fields).get("sha256", "") for fields in left}
        self._library.vault.drop_documents(there - needed)


def documents_in(fields: Mapping[str, Any]) -> Iterator[RemoteDocument]:
    """The files that a candidate's row tells of."""
    for told in fields.get("documents", ()):
        yield RemoteDocument(**told)


def _of(system: str, kind: str) -> tuple[Any, ...]:
    return sync_row.c.system == system, sync_row.c.kind == kind, sync_row.c.deleted.is_(False)


def _mark(document: RemoteDocument) -> str:
    return f"{document.remote_id} {document.sha256} {document.size}"


def _as_told(path: Path, document: RemoteDocument) -> bool:
    size = path.stat().st_size
    if size == 0 or (document.size is not None and size != document.size):
        return False
    return not document.sha256 or digest_of(path) == document.sha256.lower()
