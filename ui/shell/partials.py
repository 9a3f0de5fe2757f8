"""Partial results for the review that is on the screen: one is derived at a time, of the newest state there is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal

from app.jobs import ChildReport, Job, JobQueue, JobState
from app.store.library import Library
from ui.post import Post

if TYPE_CHECKING:
    from analysis.progress import SoFar
    from analysis.request import AnalysisRequest
    from app.jobs.partial import Partial


class Partials(QObject):
    """`arrived` has an interview's id and what was derived (`app.jobs.partial.Partial`). One that fails is passed over:
    the analysis itself says what went wrong."""

    arrived = Signal(str, object)

    def __init__(self, library: Library, post: Post) -> None:
        super().__init__()
        self._library = library
        self._queue = JobQueue(post)
        self._job: Job | None = None
        self._next: Callable[[], None] | None = None
        self._asked: tuple[str, SoFar] | None = None
        self._newest: tuple[str, Partial] | None = None

    def ask(self, interview_id: str, request: AnalysisRequest, so_far: SoFar) -> None:
        """Derive this state of an interview's analysis, after the one that is being derived; what is derived already
        arrives at once. The whole comes soon enough where nothing is left to observe."""
        if self._newest is not None and self._newest[0] == interview_id:
            self.arrived.emit(*self._newest)
        if self._asked == (interview_id, so_far) or not so_far.to_come:
            return
        self._asked = (interview_id, so_far)
        self._next = lambda: self._derive(interview_id, request, so_far)
        if self._job is None:
            self._begin()

    def drop(self, interview_id: str) -> None:
        """The whole is there, or nothing will be: no part of this interview arrives after this."""
        if self._asked is None or self._asked[0] != interview_id:
            return
        self._next, self._asked, self._newest = None, None, None
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def close(self) -> None:
        """End everything; returns when no child process is left."""
        self._next = None
        self._queue.close()

    def _begin(self) -> None:
        begin, self._next = self._next, None
        if begin is not None:
            begin()

    def _derive(self, interview_id: str, request: AnalysisRequest, so_far: SoFar) -> None:
        def run(_report: Callable[[ChildReport], None], stop: threading.Event) -> object:
            from app.jobs.partial import partial_result

            return partial_result(self._library, interview_id, request, so_far, stop)

        def changed(job: Job) -> None:
            if job.state.over and job is self._job:
                self._job = None
                if job.state is JobState.DONE:
                    self._newest = (interview_id, cast("Partial", job.result))
                    self.arrived.emit(*self._newest)
                self._begin()

        self._job = self._queue.submit(run, title="", subject=interview_id, changed=changed)
