"""The queue of long work: one job at a time by default, each in a thread that waits for its child process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import uuid4

from analysis.failures import Cancelled, Failure
from analysis.progress import SoFar
from analysis.protocol import ProgressMessage, SoFarMessage
from app.jobs.child import ChildReport

Post = Callable[[Callable[[], None]], None]
"""Brings a call to the thread of whoever owns the queue."""
Work = Callable[[Callable[[ChildReport], None], threading.Event], object]
"""What a job does: it reports as it goes, and stops soon after the event is set."""


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass
class Job:
    """One piece of work. Its fields change on the owner's thread only, just before `changed` is called.

    `subject` is what it is about (an interview's id); `report` the child's newest message; `progress` the newest that
    says how far it is, `stages` how far each stage is (0..1), `so_far` what stands of it; `result` what the work
    returned; `failure` why it failed.
    """

    subject: str
    title: str
    id: str = field(default_factory=lambda: uuid4().hex)
    state: JobState = JobState.WAITING
    report: ChildReport | None = None
    progress: ProgressMessage | None = None
    stages: dict[str, float] = field(default_factory=dict)
    so_far: SoFar | None = None
    result: object = None
    failure: Failure | None = None
    stop: threading.Event = field(default_factory=threading.Event, repr=False)
    future: Future[object] | None = field(default=None, repr=False)

    def cancel(self) -> None:
        """Ask it to stop; `changed` says when it has: at once where it still waits for its turn."""
        self.stop.set()
        if self.future is not None:
            self.future.cancel()


Changed = Callable[[Job], None]


class JobQueue:
    """Runs jobs and tells their owner what happens to them, always through `post`.

    A known failure ends up in `Job.failure`; any other exception is a bug and is raised on the owner's thread.
    """

    def __init__(self, post: Post, at_once: int = 1) -> None:
        self._post = post
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="job")
        self._jobs: dict[str, Job] = {}
        self._closed = False

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs that are not over yet, in the order they were submitted."""
        return tuple(self._jobs.values())

    def submit(self, work: Work, *, title: str, subject: str = "", changed: Changed = lambda _: None) -> Job:
        """Queue some work. `changed` is called on the owner's thread at every report and change of state."""
        if self._closed:
            raise Cancelled
        job = Job(subject, title)
        self._jobs[job.id] = job
        future = job.future = self._pool.submit(self._run, job, work, changed)
        future.add_done_callback(lambda future: self._post(lambda: self._settle(job, future, changed)))
        return job

    def close(self) -> None:
        """Cancel everything, wait until no child is left (about a second), and say nothing more."""
        self._closed = True
        for job in self.jobs:
            job.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._jobs.clear()

    def _run(self, job: Job, work: Work, changed: Changed) -> object:
        if job.stop.is_set():
            raise Cancelled
        self._post(lambda: self._turn(job, JobState.RUNNING, changed))
        return work(lambda report: self._post(lambda: self._hear(job, report, changed)), job.stop)

    def _turn(self, job: Job, state: JobState, changed: Changed) -> None:
        if not self._closed:
            job.state = state
            changed(job)

    def _hear(self, job: Job, report: ChildReport, changed: Changed) -> None:
        if not job.state.over:
            job.report = report
            if isinstance(report, ProgressMessage):
                job.progress = report
                job.stages[report.stage] = report.done_s / report.total_s if report.total_s else 0.0
            elif isinstance(report, SoFarMessage):
                job.so_far = report.so_far
            self._turn(job, job.state, changed)

    def _settle(self, job: Job, future: Future[object], changed: Changed) -> None:
        self._jobs.pop(job.id, None)
        if future.cancelled():
            job.failure = Cancelled()
            return self._turn(job, JobState.CANCELLED, changed)
        error = future.exception()
        if error is None:
            job.result = future.result()
            return self._turn(job, JobState.DONE, changed)
        if not isinstance(error, Failure):
            self._turn(job, JobState.FAILED, changed)
            raise error
        job.failure = error
        return self._turn(job, JobState.CANCELLED if isinstance(error, Cancelled) else JobState.FAILED, changed)
