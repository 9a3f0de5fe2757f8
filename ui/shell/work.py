"""Long work that the window starts: imports, analyses, clips. Signals say how it goes, on the window's thread."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from PySide6.QtCore import QObject, Signal

from analysis.failures import Cancelled, Failure
from analysis.protocol import SoFarMessage
from app import text
from app.domain.types import WORKING, AnalysisState, Imported, Interview
from app.failures import RecordingInUse
from app.jobs import ChildReport, Job, JobQueue, JobState
from app.store.library import Library
from ui.post import Post
from ui.shell.partials import Partials

if TYPE_CHECKING:
    from app.jobs.analysis import Choices, InterviewAnalysis

WAIT_S = 0.05
Read = TypeVar("Read")


class Work(QObject):
    """A queue each for imports, analyses, enrichments, clips, exports, packages and what is read: none waits for the
    others."""

    importStarted = Signal(str)
    imported = Signal(object)
    tookIn = Signal(object)
    importFailed = Signal(object)
    analysisMoved = Signal(str, float, str)
    analysisGrew = Signal(str)
    analysisEnded = Signal(str, object)
    clipMoved = Signal(str, float)
    clipEnded = Signal(str, object)
    exportEnded = Signal(str, object)
    enrichmentMoved = Signal(str, str, str)
    enrichmentEnded = Signal(str, str, object)

    def __init__(self, library: Library, post: Post) -> None:
        super().__init__()
        self._library = library
        self._post = post
        self._imports = JobQueue(post)
        self._analyses = JobQueue(post)
        self._enrichments = JobQueue(post)
        self._clips = JobQueue(post)
        self._clipping: dict[str, Job] = {}
        self._redacting: set[str] = set()
        self._exports = JobQueue(post)
        self._packages = JobQueue(post)
        self.partials = Partials(library, post)
        self._readings = JobQueue(post)
        self._running: dict[str, Job] = {}
        self._analyses_of: dict[str, InterviewAnalysis] = {}
        self._enriching: dict[tuple[str, str], Job] = {}
        self._deriving: dict[str, threading.Event] = {}
        self._derive_later: dict[str, Callable[[], None]] = {}
        self._derivations: Counter[str] = Counter()

    def import_paths(self, paths: Sequence[Path], interview_id: str = "") -> None:
        """Import files, and the recordings in folders, one after the other.

        With `interview_id` the first of them is the recording that this interview waits for.
        """
        from app.store.importing import recordings_in

        try:
            files = recordings_in(paths)
        except Failure as failure:
            self.importFailed.emit(failure)
            return
        if not files:
            self.importFailed.emit(None)
        for number, file in enumerate(files):
            work = self._importing(file, interview_id if number == 0 else "")
            self._imports.submit(work, title=file.name, changed=self._import_changed)

    def take_in(self, file: Path, ended: Callable[[Failure | None], None]) -> None:
        """Import a recording that nobody at the window asked for just now; `ended` with what went wrong."""

        def changed(job: Job) -> None:
            if not job.state.over:
                return
            if job.state is JobState.DONE:
                self.tookIn.emit(job.result)
            elif job.failure is not None:
                self.importFailed.emit(job.failure)
            if job.state is not JobState.CANCELLED:
                ended(job.failure)

        self._imports.submit(self._importing(file, ""), title=file.name, changed=changed)

    def _importing(
        self, file: Path, interview_id: str
    ) -> Callable[[Callable[[ChildReport], None], threading.Event], Imported]:
        def run(_report: Callable[[ChildReport], None], stop: threading.Event) -> Imported:
            from app.store.importing import import_file
            from app.store.recordings import Belonging

            # Another recording may have come meanwhile: it is never replaced.
            waits = bool(interview_id) and self._library.interview(interview_id).media is None
            belonging = Belonging(interview_id=interview_id) if waits else None
            return import_file(self._library, file, belonging=belonging, cancel=stop)

        return run

    def _import_changed(self, job: Job) -> None:
        if job.state is JobState.RUNNING:
            self.importStarted.emit(job.title)
        elif job.state is JobState.DONE:
            self.imported.emit(job.result)
        elif job.failure is not None:
            self.importFailed.emit(job.failure)

    def recover(
        self, folder: Path, done: Callable[[Interview], None], failed: Callable[[Failure], None],
        moved: Callable[[float], None] = lambda _: None,
    ) -> None:  # fmt: skip
        """Take in what a crash left of a recording, or what is to be joined of one; `done` with its interview, `moved`
        with the share (0..1) that is joined."""
        from app.recording.recovering import recover

        def changed(job: Job) -> None:
            if job.state is JobState.DONE:
                done(cast("Interview", job.result))
            elif job.state is JobState.FAILED and job.failure is not None:
                failed(job.failure)
            elif job.state is JobState.RUNNING and job.progress is not None:
                moved(job.progress.share)

        def run(report: Callable[[ChildReport], None], stop: threading.Event) -> Interview:
            return recover(self._library, folder, stop, report=report)

        self._imports.submit(run, title=folder.name, changed=changed)

    def import_transcript(self, interview_id: str, path: Path) -> None:
        """Keep a transcript beside the interview's recording, and analyse it with the words in there."""
        from app.jobs.analysis import Choices
        from app.store.transcripts import KeptTranscript

        def changed(job: Job) -> None:
            if job.state is JobState.DONE and isinstance(job.result, KeptTranscript):
                self.analyse(interview_id, Choices(transcript=job.result))
            elif job.failure is not None:
                self.importFailed.emit(job.failure)

        def keep(_report: Callable[[ChildReport], None], _stop: threading.Event) -> KeptTranscript:
            return self._library.keep_transcript(interview_id, path)

        self._imports.submit(keep, title=path.name, changed=changed)

    def analyse(self, interview_id: str, choices: Choices | None = None) -> None:
        """Queue the analysis of an interview; asking again while it is queued or runs changes nothing.

        Raises RecordingInUse while its recording is being redacted.
        """
        if interview_id in self._running:
            return
        if interview_id in self._redacting:
            raise RecordingInUse
        interview = self._library.interview(interview_id)
        self._library.set_analysis_state(interview_id, AnalysisState.QUEUED)
        self._running[interview_id] = self._analyses.submit(
            self._analysing(interview_id, choices),
            title=interview.title,
            subject=interview_id,
            changed=self._analysis_changed,
        )

    def _analysing(
        self, interview_id: str, choices: Choices | None
    ) -> Callable[[Callable[[ChildReport], None], threading.Event], str]:
        from app.jobs.analysis import InterviewAnalysis

        work, deriving = InterviewAnalysis(self._library, interview_id, choices), self._deriving.get(interview_id)
        self._analyses_of[interview_id] = work

        def run(report: Callable[[ChildReport], None], stop: threading.Event) -> str:
            _wait(deriving, stop)
            return work(report, stop)

        return run

    def derive_again(self, interview_id: str, done: Callable[[], None]) -> None:
        """Derive the document of an interview anew after corrections; `done` when it is recorded.

        Two jobs never work on one interview: while it is analysed, this waits for the end of that. Of several that
        wait only the last one is done: it takes in all corrections.
        """
        if interview_id in self._running:
            self._derive_later[interview_id] = done
            return
        over = self._deriving[interview_id] = threading.Event()

        def changed(job: Job) -> None:
            if job.state.over:
                over.set()
            if job.state is JobState.DONE and job.result:
                done()
            elif job.state is JobState.FAILED:
                self.analysisEnded.emit(interview_id, job.failure)

        self._imports.submit(self._derivation(interview_id), title=interview_id, subject=interview_id, changed=changed)

    def _derivation(self, interview_id: str) -> Callable[[Callable[[ChildReport], None], threading.Event], str]:
        """The work of one derivation: the new analysis' id, "" where a later one will do it."""
        from app.jobs.analysis import InterviewAnalysis

        self._derivations[interview_id] += 1
        number, work = self._derivations[interview_id], InterviewAnalysis(self._library, interview_id).rederive

        def run(report: Callable[[ChildReport], None], stop: threading.Event) -> str:
            return work(report, stop) if number == self._derivations[interview_id] else ""

        return run

    def read(
        self, reading: Callable[[], Read], done: Callable[[Read], None], failed: Callable[[Failure], None]
    ) -> None:
        """Read something beside the window's thread; `done` with what it gave."""

        def changed(job: Job) -> None:
            if job.state is JobState.DONE:
                done(cast("Read", job.result))
            elif job.state is JobState.FAILED and job.failure is not None:
                failed(job.failure)

        self._readings.submit(lambda _report, _stop: reading(), title="", changed=changed)

    def add_model(self, folder: Path, done: Callable[[str], None], failed: Callable[[Failure], None]) -> None:
        """Check a faster-whisper folder in a child process; `done` with its name."""
        from analysis.protocol import AddModelJob, AddModelResult
        from app.jobs import run_child
        from app.jobs.analysis import places

        def changed(job: Job) -> None:
            if job.state is JobState.DONE and isinstance(job.result, AddModelResult):
                done(job.result.id)
            elif job.failure is not None:
                failed(job.failure)

        job = AddModelJob(str(folder), places(self._library.folder))
        self._imports.submit(lambda report, stop: run_child(job, report, stop), title=folder.name, changed=changed)

    def cancel(self, interview_id: str) -> None:
        """Cancel the analysis of an interview, whether it waits or runs."""
        job = self._running.get(interview_id)
        if job is not None:
            job.cancel()

    def stop_unconsented(self) -> None:
        """A consent changed: cancel what analyses more than is still agreed to."""
        if not self._running and not self._enriching:
            return
        from app.domain.enrichment import EnrichmentKind
        from app.jobs.enriching import still_allowed

        for interview_id, job in list(self._running.items()):
            work = self._analyses_of.get(interview_id)
            if work is not None and not work.still_allowed():
                job.cancel()
        for (interview_id, kind), job in list(self._enriching.items()):
            if not still_allowed(self._library, interview_id, EnrichmentKind(kind)):
                job.cancel()

    def running(self, interview_id: str) -> Job | None:
        """The analysis of an interview that waits or runs."""
        return self._running.get(interview_id)

    def look(self, interview_id: str) -> None:
        """Somebody looks at an interview that is being analysed for the first time: derive what is there of it."""
        job, work = self._running.get(interview_id), self._analyses_of.get(interview_id)
        if job is None or job.so_far is None or work is None or work.request is None:
            return
        if self._library.interview(interview_id).analysis_id is None:
            self.partials.ask(interview_id, work.request, job.so_far)

    def _analysis_changed(self, job: Job) -> None:
        if job.state.over:
            self._running.pop(job.subject, None)
            self._analyses_of.pop(job.subject, None)
            self.partials.drop(job.subject)
            if job.state is JobState.CANCELLED:
                self._settle_cancelled(job.subject)
            self.analysisEnded.emit(job.subject, job.failure)
            self._derive_what_waited(job)
        elif job.state is JobState.RUNNING:
            share, words = described(job)
            self.analysisMoved.emit(job.subject, share, words)
            if isinstance(job.report, SoFarMessage):
                self.analysisGrew.emit(job.subject)

    def _derive_what_waited(self, job: Job) -> None:
        """Corrections that were made meanwhile; where no analysis came of it, the next one takes them in."""
        done = self._derive_later.pop(job.subject, None)
        if done is None:
            return
        if job.state is JobState.DONE or self._library.interview(job.subject).analysis_id is not None:
            self.derive_again(job.subject, done)

    def _settle_cancelled(self, interview_id: str) -> None:
        """One that was cancelled before it began is not "waiting" any more."""
        interview = self._library.interview(interview_id)
        if interview.analysis_state in WORKING:
            state = AnalysisState.DONE if interview.analysis_id else AnalysisState.NONE
            self._library.set_analysis_state(interview_id, state)

    def export_clip(self, interview_id: str, start: float, end: float, file: str) -> None:
        """Queue a clip [start, end) (s) of an interview's recording. Raises what forbids it; see `app.jobs.clips`, and
        RecordingInUse while the recording is being redacted."""
        from app.jobs.clips import ClipWork

        if interview_id in self._redacting:
            raise RecordingInUse

        def changed(job: Job) -> None:
            if job.state.over:
                self._clipping.pop(file, None)
                self.clipEnded.emit(file, job.failure)
            elif job.state is JobState.RUNNING:
                self.clipMoved.emit(file, job.progress.share if job.progress else 0.0)

        work = ClipWork(self._library, interview_id, start, end, Path(file))
        self._clipping[file] = self._clips.submit(work, title=file, subject=interview_id, changed=changed)

    def cancel_clip(self, file: str) -> None:
        """Cancel the clip that is being written to a file; nothing of it is left."""
        if (job := self._clipping.get(file)) is not None:
            job.cancel()

    def redact(
        self, work: Callable[[Callable[[ChildReport], None], threading.Event], object], interview_id: str, name: str,
        changed: Callable[[Job], None],
    ) -> Job:  # fmt: skip
        """Queue a redaction, behind the imports; until it is over the interview is not analysed, and no clip is made of
        its recording. Clips that are being made are cancelled: they would show what was taken out."""

        def over(job: Job) -> None:
            if job.state.over:
                self._redacting.discard(interview_id)
            changed(job)

        self._redacting.add(interview_id)
        for clip in self._clips.jobs:
            if clip.subject == interview_id:
                clip.cancel()
        return self._imports.submit(work, title=name, subject=interview_id, changed=over)

    def export(self, writing: Callable[[Path], None], file: str) -> None:
        """Queue the writing of a file; one that has begun is written to its end."""

        def changed(job: Job) -> None:
            if job.state.over:
                self.exportEnded.emit(file, job.failure)

        self._exports.submit(lambda _report, _stop: writing(Path(file)), title=file, changed=changed)

    def package(
        self, work: Callable[[Callable[[ChildReport], None], threading.Event], object], name: str,
        changed: Callable[[Job], None],
    ) -> Job:  # fmt: skip
        """Queue the writing or the taking of a package, after those that were asked for before."""
        return self._packages.submit(work, title=name, changed=changed)

    def enrich(self, interview_id: str, kind: str) -> None:
        """Queue an enrichment of a kind; asking again while it is queued or runs changes nothing.

        Raises RecordingInUse while the recording is being redacted.
        """
        if (interview_id, kind) in self._enriching:
            return
        if interview_id in self._redacting:
            raise RecordingInUse

        def changed(job: Job) -> None:
            if job.state.over:
                self._enriching.pop((interview_id, kind), None)
                self.enrichmentEnded.emit(interview_id, kind, job.failure)
            else:
                self.enrichmentMoved.emit(interview_id, kind, described(job)[1])

        work = self._enrichment(interview_id, kind)
        self._enriching[interview_id, kind] = self._enrichments.submit(
            work, title=kind, subject=interview_id, changed=changed
        )
        self.enrichmentMoved.emit(interview_id, kind, text.tr("jobs.waiting"))

    def _enrichment(
        self, interview_id: str, kind: str
    ) -> Callable[[Callable[[ChildReport], None], threading.Event], object]:
        """Two jobs never derive one interview: while a correction is being derived, this waits for the end of that."""
        from app.domain.enrichment import EnrichmentKind
        from app.jobs.enriching import WORKS

        work, deriving = WORKS[EnrichmentKind(kind)](self._library, interview_id), self._deriving.get(interview_id)

        def run(report: Callable[[ChildReport], None], stop: threading.Event) -> object:
            _wait(deriving, stop)
            return work(report, stop)

        return run

    def cancel_enrichment(self, interview_id: str, kind: str) -> None:
        """Cancel an enrichment, whether it waits or runs."""
        job = self._enriching.get((interview_id, kind))
        if job is not None:
            job.cancel()

    def enriching(self, interview_id: str) -> dict[str, Job]:
        """The enrichments of an interview that wait or run, by kind."""
        return {kind: job for (subject, kind), job in self._enriching.items() if subject == interview_id}

    def settle_left_over(self) -> None:
        """Analyses that a crash left "running" are not: say so, they go on from what was finished when asked again."""
        if self._library.read_only:
            return
        from app.domain.types import InterviewQuery

        for state in WORKING:
            for interview in self._library.interviews(InterviewQuery(analysis_state=state, limit=None)):
                self._settle_cancelled(interview.id)

    def close(self) -> None:
        """End everything; returns when no child process is left. Analyses that nobody stopped go on next time."""
        for interview_id, job in self._running.items():
            self._analyses_of[interview_id].goes_on = not job.stop.is_set()
        self.partials.close()
        self._imports.close()
        self._analyses.close()
        self._enrichments.close()
        self._clips.close()
        self._exports.close()
        self._packages.close()
        self._readings.close()


def _wait(event: threading.Event | None, stop: threading.Event) -> None:
    """Until something has happened. Raises Cancelled."""
    while event is not None and not event.wait(WAIT_S):
        if stop.is_set():
            raise Cancelled


def described(job: Job) -> tuple[float, str]:
    """The share done (0..1) of a running analysis, and a line: stage, share, remaining time."""
    told = job.progress
    if told is None:
        return 0.0, text.tr("shell.progress_starting")
    stage = text.tr(f"jobs.stage_{told.stage}") if text.has(f"jobs.stage_{told.stage}") else told.stage
    share, remaining = text.percent(told.share), text.timecode(told.remaining_s)
    return told.share, text.tr("shell.progress", stage=stage, share=share, remaining=remaining)
