"""Redaction of a recording, as a job: one child writes the copy, one prepares it, and the library puts it in place."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from analysis import protocol
from app import text
from app.attaching import Attaching
from app.domain.redaction import Reason
from app.domain.types import WORKING
from app.failures import NotFound, ReadOnly, RecordingInUse, ValueInvalid
from app.jobs.child import ChildReport, run_child
from app.store.importing import prepare
from app.store.library import Library
from app.store.redactions import refuse_leaving

SHORTEST_S = 0.1


class RedactWork:
    """Takes [start, end) (s) out of an interview's recording for good; a job for `JobQueue.submit`.

    Raises ReadOnly, NotFound without a recording, ValueInvalid for a stretch outside it, RecordingInUse while it
    is being analysed, and RecordingLeaves while something that was made of it waits to be sent from here.
    """

    def __init__(self, library: Library, interview_id: str, start: float, end: float, reason: Reason) -> None:
        self._library, self._interview_id, self._reason = library, interview_id, reason
        interview = library.interview(interview_id)
        if library.read_only:
            raise ReadOnly
        if interview.media is None:
            raise NotFound(what=text.tr("store.media"), id=interview_id)
        length = interview.media.duration_s or float("inf")
        self._span = max(0.0, start), min(end, length)
        if self._span[1] - self._span[0] < SHORTEST_S:
            raise ValueInvalid(what="--span", value=f"{start:g}-{end:g}", allowed=f"0-{length:.2f} s")
        self._check()

    def _check(self) -> None:
        goes_on = self._library.vault.recording(self._interview_id).exists()
        if goes_on or self._library.interview(self._interview_id).analysis_state in WORKING:
            raise RecordingInUse
        with self._library.reading() as session:
            refuse_leaving(session, self._interview_id)

    def __call__(self, report: Callable[[ChildReport], None], stop: threading.Event) -> str:
        """Do it; the interview's id. Raises the failures of `run_child` too."""
        self._check()
        library, media = self._library, self._library.interview(self._interview_id).media
        assert media is not None
        with library.vault.working() as folder:
            copy = folder / "redacted.mkv"
            vault = library.vault
            with vault.lease_playable(media.sha256) as source, vault.lease(media.sha256) as original:
                job = protocol.RedactJob(str(source), str(original), media.name, str(copy), (self._span,))
                run_child(job, report, stop)
            with library.vault.receive(copy) as incoming:
                prepared = prepare(incoming, run_child, stop)
                library.redact(self._interview_id, incoming, prepared, self._span, self._reason)
        Attaching(library, library.session, time.time).sweep()
        return self._interview_id
