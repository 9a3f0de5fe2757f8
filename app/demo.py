"""The main job on one recording, end to end, as `dev.py run` does it.

Pull, import, analyse, assess, sign, send, report. Every step is the product's own: the sandbox EHR is a process of its
own, reached over HTTP.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType

import msgspec

from analysis.protocol import ProgressMessage
from app import text
from app.domain.scores import Scorecard
from app.domain.types import Conclusion, Interview, InterviewStatus, Position
from app.jobs import ChildReport
from app.resources import program, resource, root
from app.settings import SettingsFile
from app.store.library import Library
from app.store.recordings import Belonging
from sync.contract import progress

Say = Callable[[str], None]
START_S = 30.0


@dataclass(frozen=True, slots=True)
class DemoPosition:
    """The position that the reviewer of the demonstration assesses for."""

    title: str
    department: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoComment:
    """A comment at a time (s) of the recording."""

    time_s: float
    text: str


@dataclass(frozen=True, slots=True)
class DemoReview:
    """The demo reviewer's work on one sample, from `resources/sample/assessment.json`."""

    candidate: str
    position: DemoPosition
    ratings: dict[str, float]
    rating_comments: dict[str, str] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    weight_reason: str = ""
    comments: tuple[DemoComment, ...] = ()
    conclusion: Conclusion = Conclusion.UNSURE
    summary: str = ""


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What came out: ids, where the report is, whether the HR system has the assessment, the sandbox's page."""

    interview_id: str
    report: Path
    arrived: bool
    url: str


def sample_file() -> Path:
    """The bundled sample in the language in use."""
    return resource("sample", f"sample_{'zh' if text.language() == 'zh' else 'en'}.mp4")


def review_for(file: Path) -> DemoReview | None:
    """The demo reviewer's ratings of a bundled sample; for any other recording there are none."""
    known = msgspec.json.decode(resource("sample", "assessment.json").read_bytes(), type=dict[str, DemoReview])
    return known.get(file.stem) if file.resolve().parent == resource("sample").resolve() else None


class SandboxProcess:
    """The sandbox EHR in a process of its own, which ends with this one."""

    def __init__(self, store: Path) -> None:
        command = [*program(), "sandbox", "--json", "--exit-with-parent", "--store", str(store)]
        self._process = subprocess.Popen(
            command, cwd=root(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ.copy()
        )
        assert self._process.stdout is not None
        said = json.loads(self._process.stdout.readline() or b"{}")
        self.url, self.key = str(said.get("url", "")), str(said.get("key", ""))

    def close(self) -> None:
        """End it and wait until it is gone."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(START_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> SandboxProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def main_job(library: Library, sandbox: SandboxProcess, file: Path, say: Say) -> DemoResult:
    """Do all of it once; a recording that was done before is taken up where it stands."""
    settings = SettingsFile(library.folder)
    settings.change(ehr_url=sandbox.url, ehr_profile="generic", assessor=library.assessor)
    review = review_for(file)
    with _key(sandbox.key):
        _sync(library, settings)
        say(text.tr("demo.pulled", positions=len(library.positions()), candidates=len(library.candidates())))
        interview = _imported(library, file, review, say)
        _analysed(library, interview, say)
        _reviewed(library, interview.id, review, say)
        arrived = _sync(library, settings)
        say(text.tr("demo.sent" if arrived else "demo.not_sent", url=sandbox.url))
    report = _reported(library, interview.id)
    return DemoResult(interview.id, report, arrived, sandbox.url)


@contextmanager
def _key(key: str) -> Iterator[None]:
    """The sandbox's key holds for this run only and goes into no keyring."""
    before = os.environ.get("MIANJIAN_EHR_TOKEN")
    os.environ["MIANJIAN_EHR_TOKEN"] = key
    try:
        yield
    finally:
        if before is None:
            del os.environ["MIANJIAN_EHR_TOKEN"]
        else:
            os.environ["MIANJIAN_EHR_TOKEN"] = before


def _sync(library: Library, settings: SettingsFile) -> bool:
    from app.sync_service import SyncService

    service = SyncService(library, settings)
    try:
        return service.run_once(hurry=True).complete
    finally:
        service.close()


def _imported(library: Library, file: Path, review: DemoReview | None, say: Say) -> Interview:
    from app.store.importing import import_file

    waiting = _waiting_interview(library, review) if review else None
    belonging = Belonging(interview_id=waiting.id) if waiting else _belonging(review)
    imported = import_file(library, file, belonging=belonging)
    say(text.tr("demo.known" if imported.already else "demo.imported", name=file.name))
    if review:
        _fill_position(library, imported.interview, review.position)
    interview = library.interview(imported.interview.id)
    for status in (InterviewStatus.IN_PROGRESS, InterviewStatus.TO_REVIEW):
        if progress(interview.status) < progress(status):
            interview = library.set_status(interview.id, status)
    return interview


def _waiting_interview(library: Library, review: DemoReview) -> Interview | None:
    """The interview that the HR system has scheduled for the demo's candidate."""
    from app.domain.types import InterviewQuery

    planned = library.interviews(InterviewQuery(text=review.candidate, status=InterviewStatus.SCHEDULED))
    return next((one for one in planned if one.media is None), None)


def _belonging(review: DemoReview | None) -> Belonging:
    if review is None:
        return Belonging()
    return Belonging(position_title=review.position.title, candidate_name=review.candidate)


def _fill_position(library: Library, interview: Interview, wanted: DemoPosition) -> None:
    """The kit's questions come from the demo where the HR system's position has none."""
    position = interview.position
    if position is None:
        position = library.save_position(_as_position(wanted))
        library.save_interview(replace(interview, position=position))
    if not position.questions:
        keywords = position.keywords or wanted.keywords
        library.save_position(replace(position, keywords=keywords, questions=wanted.questions))


def _as_position(wanted: DemoPosition) -> Position:
    return Position(
        id="", title=wanted.title, department=wanted.department, description=wanted.description,
        keywords=wanted.keywords,
    )  # fmt: skip


def _analysed(library: Library, interview: Interview, say: Say) -> None:
    from app.jobs.analysis import InterviewAnalysis

    if library.interview(interview.id).analysis_id:
        say(text.tr("demo.analysed_before"))
        return
    say(text.tr("demo.analysing"))
    told: list[str] = []

    def report(message: ChildReport) -> None:
        if isinstance(message, ProgressMessage) and message.stage not in told:
            told.append(message.stage)
            key = f"jobs.stage_{message.stage}"
            say("  " + (text.tr(key) if text.has(key) else message.stage))

    InterviewAnalysis(library, interview.id)(report, threading.Event())


def _reviewed(library: Library, interview_id: str, review: DemoReview | None, say: Say) -> None:
    from app.review import ReviewSession

    session = ReviewSession(library, interview_id)
    if review is None:
        say(text.tr("demo.no_ratings"))
        return
    if session.is_signed():
        say(text.tr("demo.signed_before"))
        return
    for dimension, score in review.ratings.items():
        session.rate(dimension, score, review.rating_comments.get(dimension))
    if review.weights and not session.weights_locked:
        session.set_weight_reason(review.weight_reason)
        session.set_weights(review.weights)
    said = {comment.text for comment in session.comments}
    for comment in review.comments:
        if comment.text not in said:
            session.add_comment(comment.time_s, comment.text)
    session.conclude(review.conclusion)
    session.set_summary(review.summary)
    signature = session.sign()
    say(text.tr("demo.signed", revision=signature.revision, sha256=signature.sha256[:16]))
    _tell(session.card(), say)


def _tell(card: Scorecard, say: Say) -> None:
    """The composite in one line."""
    composite = card.composite
    if composite.value is None:
        say(text.tr("demo.no_composite", coverage=text.percent(composite.coverage)))
        return
    span = f"{composite.low:.1f}–{composite.high:.1f}" if composite.low is not None else "–"
    say(text.tr("demo.composite", value=f"{composite.value:.1f}", span=span, coverage=text.percent(composite.coverage)))


def _reported(library: Library, interview_id: str) -> Path:
    from app.report import write_report
    from app.report.gather import report_data
    from app.review import ReviewSession

    folder = library.folder / "reports"
    folder.mkdir(exist_ok=True)
    path = folder / f"{interview_id}.pdf"
    write_report(report_data(ReviewSession(library, interview_id), text.language()), text.language(), path)
    return path


__all__ = ["DemoResult", "DemoReview", "SandboxProcess", "main_job", "review_for", "sample_file"]
