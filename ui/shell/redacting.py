"""Redaction in the window: asked once more above the room, done with the review closed, then opened again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from analysis.failures import Cancelled, Failure
from app import text
from app.domain.redaction import Reason
from app.failures import RecordingInUse, RecordingLeaves
from app.jobs import Job, JobState
from app.lying_there import has_arrived
from ui.shell.context import Context
from ui.shell.window import MainWindow

RUNNING = "redacting"
"""The message's topic while a stretch is being taken out."""


class Redacting(QObject):
    """`leave` closes the review of an interview, `come_back` opens it again; `came` has its recording analysed."""

    def __init__(
        self, context: Context, window: MainWindow, leave: Callable[[str], None], come_back: Callable[[str], None],
        came: Callable[[str], None],
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._context, self._window = context, window
        self._leave, self._come_back, self._came = leave, come_back, came
        context.work.analysisEnded.connect(lambda: window.message.drop(RecordingInUse.code))

    def ask(self, interview_id: str, start: float, end: float, reason: str) -> None:
        """Say what would be gone, and do it where a person says so."""
        library = self._context.library
        self._drop_refusals()
        lost = library.transcript(interview_id) is not None
        sent = has_arrived(library, interview_id)

        def words() -> str:
            reason_words = text.tr(f"redact.reason_{reason}")
            asked = text.tr("redact.ask", stretch=text.stretch(start, end), reason=reason_words)
            asked = text.tr("redact.ask_transcript", asked=asked) if lost else asked
            return text.tr("redact.ask_sent", asked=asked) if sent else asked

        self._window.message.say(
            words,
            "warn",
            action="redact.now",
            done=partial(self._redact, interview_id, start, end, Reason(reason)),
            topic="redact",
            about=interview_id,
        )  # fmt: skip

    def _drop_refusals(self) -> None:
        """What kept a stretch from being redacted holds no more, or is found again."""
        for refusal in (RecordingInUse, RecordingLeaves):
            self._window.message.drop(refusal.code)

    def _redact(self, interview_id: str, start: float, end: float, reason: Reason) -> None:
        from app.jobs.redacting import RedactWork

        try:
            work = RedactWork(self._context.library, interview_id, start, end, reason)
        except Failure as failure:
            self._window.say_failure(failure)
            return
        self._leave(interview_id)
        name = self._context.library.interview(interview_id).title
        job = self._context.work.redact(work, interview_id, name, self._changed)

        def words() -> str:
            share = text.percent(job.progress.share if job.progress else 0.0)
            return text.tr("redact.running", name=name, share=share)

        self._window.message.say(words, action="redact.cancel", done=job.cancel, topic=RUNNING)

    def _changed(self, job: Job) -> None:
        if not job.state.over:
            self._window.message.retell()
            return
        self._window.message.drop(RUNNING)
        self._come_back(job.subject)
        if job.state is JobState.DONE:
            waits = self._context.library.interview(job.subject).cut_first
            key = "redact.done_waits" if waits else "redact.done"
            self._window.message.say(lambda: text.tr(key, name=job.title), "ok")
            self._came(job.subject)
        elif isinstance(job.failure, Cancelled):
            self._window.message.say(lambda: text.tr("redact.cancelled", name=job.title))
        elif job.failure is not None:
            self._window.say_failure(job.failure)
