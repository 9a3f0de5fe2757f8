"""Analyses of recordings: what the window and the command line ask of the child process, in one place.

For an interview of the library, consent and jurisdiction say what may be analysed, the position gives the terms and
questions, and the result is recorded. For a bare file, the caller says it all.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from analysis import features, protocol
from analysis.document import Fallback
from analysis.failures import Cancelled, Failure, OwnModelMissing, TranscriptInvalid
from analysis.models import ModelStore
from analysis.request import AnalysisRequest, KitQuestion, Term
from app import glossaries, policy, resources, text
from app.domain.types import SPOKEN, USUAL_SPEAKERS, AnalysisState, Interview
from app.failures import ConsentMissing, NotFound, OutsideOff
from app.jobs.child import ChildReport, run_child
from app.recording.holding import asked_of
from app.recording.stretch_consent import require_throughout, to_analyse, unseen
from app.settings import Settings, SettingsFile, cache_folder
from app.store.vault import ANALYSIS

if TYPE_CHECKING:
    from app.store import Library
    from app.store.transcripts import KeptTranscript

BUNDLED = "whisper-base"
MOST_THREADS = 8
"""More threads than this make the transcriber no faster."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose for one analysis; None = as the interview, the settings, the position or the policy say.

    `speakers`: a count, or 0 = suggest one. `transcript`: one that is kept beside the recording, to take from now on in
    place of what the machine would hear; it stays where the analysis succeeds. `outside`: True = an outside service has
    to write down the words, and its absence is a failure; False = nothing is sent.
    """

    language: str | None = None
    speakers: int | None = None
    face_fps: float | None = None
    device: str | None = None
    modalities: tuple[str, ...] | None = None
    terms: tuple[Term, ...] | None = None
    questions: tuple[KitQuestion, ...] | None = None
    enrol_clip: Path | None = None
    transcript: KeptTranscript | None = None
    outside: bool | None = None


def places(data: Path) -> protocol.Places:
    """Where the child finds the models."""
    return protocol.Places(str(resources.resource()), str(cache_folder()), str(data.resolve()))


def model_store(data: Path) -> ModelStore:
    """The models, for looking at them in this process."""
    return ModelStore(resources.resource(), cache_folder(), data)


def transcriber_folder(settings: Settings, data: Path) -> str | None:
    """The folder of the chosen transcriber, None for the bundled one. OwnModelMissing where it is unknown now."""
    if settings.transcriber == BUNDLED:
        return None
    for added in model_store(data).added():
        if added.id == settings.transcriber:
            return added.folder
    raise OwnModelMissing(model=settings.transcriber, file=settings.transcriber)


def threads() -> int:
    """Threads for an analysis: the cores that this program may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable, MOST_THREADS))


def request_for(
    media: Path, name: str, out_dir: Path, observed_dir: Path, choices: Choices, data: Path
) -> AnalysisRequest:
    """The request for a file with these choices; the settings in the folder `data` fill what they leave open.

    Raises InputInvalid where a glossary there cannot be read.
    """
    settings = SettingsFile(data).values
    return AnalysisRequest(
        media=str(media.resolve()),
        out_dir=str(out_dir.resolve()),
        observed_dir=str(observed_dir.resolve()),
        language=choices.language or SPOKEN[0],
        speakers=(USUAL_SPEAKERS if choices.speakers is None else choices.speakers) or None,
        terms=choices.terms or (),
        questions=choices.questions or (),
        glossaries=glossaries.requested(data),
        enrol_clip=str(choices.enrol_clip.resolve()) if choices.enrol_clip else None,
        modalities=features.modalities() if choices.modalities is None else choices.modalities,
        face_fps=choices.face_fps or settings.face_fps,
        device=choices.device or settings.device,
        threads=threads(),
        transcriber=transcriber_folder(settings, data),
        display_name=name,
    )


class InterviewAnalysis:
    """The work of analysing one interview of the library, or of deriving it again after corrections.

    Calling it is a job for `JobQueue.submit`: `queue.submit(InterviewAnalysis(library, id), …)`. `request` is what the
    child was asked for, once it runs. `goes_on` is set where it is the program's end that cancels it, not a person: the
    interview is left waiting, and its analysis goes on at the next start.
    """

    def __init__(self, library: Library, interview_id: str, choices: Choices | None = None) -> None:
        self.library = library
        self.interview_id = interview_id
        self.choices = choices or Choices()
        self.request: AnalysisRequest | None = None
        self.goes_on = False

    def __call__(self, report: Callable[[ChildReport], None], stop: threading.Event) -> str:
        """Analyse and record; the new analysis' id. Raises ConsentMissing, NotFound and the failures of `run_child`."""
        library = self.library
        interview = library.interview(self.interview_id)
        modalities = self._modalities()
        library.set_analysis_state(interview.id, AnalysisState.RUNNING)
        try:
            if self.choices.transcript:
                require_throughout(library, interview.id, self._rules, ("speech",))
            instead = self._ask_outside(interview, modalities, report, stop)
            modalities = self._modalities()  # something may have been taken back while a service listened
            with library.vault.lease(_sha256(interview)) as media:
                self.request = replace(self._request(interview, media, modalities), instead=instead)
                found = self._record(protocol.AnalyseJob(self.request, places(library.folder)), report, stop)
            if self.choices.transcript:
                library.use_transcript(interview.id, self.choices.transcript)
            return found
        except BaseException as failure:  # a bug, too, must not leave the interview "running"
            cut_off = self.goes_on and isinstance(failure, Cancelled)
            after = AnalysisState.QUEUED if cut_off else _state_after(failure, interview)
            library.set_analysis_state(interview.id, after)
            raise

    def _ask_outside(
        self, interview: Interview, modalities: tuple[str, ...], report: Callable[[ChildReport], None],
        stop: threading.Event,
    ) -> tuple[Fallback, ...]:  # fmt: skip
        """Have an outside service write down the words where one is turned on: its transcript is taken from now on.

        Where it cannot, this computer listens as ever, and what was to be instead is in the record of the analysis.
        """
        from app.jobs import outside_speech as outside

        before = self.library.transcript(interview.id)
        by_person = self.choices.transcript or (before is not None and not before.heard)
        if by_person or self.choices.outside is False or "speech" not in modalities:
            return ()
        position = interview.position
        terms = [term.text for term in self.choices.terms or ()] or list(position.keywords if position else ())
        wish = outside.Wish(self.choices.language or interview.spoken, outside.asked_of(terms))
        try:
            kept = outside.OutsideSpeech(self.library, interview.id, wish)(report, stop)
        except OutsideOff:
            if self.choices.outside:
                raise
            return ()
        except Failure as failure:
            if isinstance(failure, outside.REFUSALS) and self.choices.outside:
                raise
            if not isinstance(failure, outside.REFUSALS) and not failure.code.startswith(outside.SERVICE):
                raise
            if before is not None:
                self.library.forget_transcript(interview.id)
            return (outside.fallback(self.library, failure),)
        self.choices = replace(self.choices, transcript=kept)
        return ()

    def rederive(self, report: Callable[[ChildReport], None], stop: threading.Event) -> str:
        """Derive again with the corrections made since, from what was observed; the media is not decoded again."""
        interview = self.library.interview(self.interview_id)
        with self.library.vault.lease(_sha256(interview)) as media:
            job = protocol.DeriveJob(self._request(interview, media, self._modalities()), places(self.library.folder))
            return self._record(job, report, stop)

    def still_allowed(self) -> bool:
        """Whether all that the child was asked for is still agreed to; the candidate may withdraw meanwhile."""
        if self.request is None:
            return True
        allowed = policy.allowed_modalities(self._rules, self.library.consent(self.interview_id))
        return set(self.request.modalities) <= set(allowed)

    @property
    def _rules(self) -> policy.Profile:
        return policy.profile(SettingsFile(self.library.folder).values.jurisdiction)

    def _modalities(self) -> tuple[str, ...]:
        """What profile and consent allow of what is wanted, in every recorded stretch. Raises ConsentMissing."""
        wanted = features.modalities() if self.choices.modalities is None else self.choices.modalities
        return to_analyse(self.library, self.interview_id, self._rules, wanted)

    def _request(self, interview: Interview, media: Path, modalities: tuple[str, ...]) -> AnalysisRequest:
        """Each analysis gets a folder of its own: an assessment goes on naming the one that it saw."""
        derived = self.library.vault.derived(_sha256(interview))
        self.library.vault.drop_unfinished(_sha256(interview))
        position = interview.position
        choices = replace(
            self.choices,
            language=self.choices.language or interview.spoken,
            speakers=interview.speakers if self.choices.speakers is None else self.choices.speakers,
            modalities=modalities,
            terms=self.choices.terms or tuple(Term(word) for word in (position.keywords if position else ())),
            questions=self.choices.questions or kit(position.questions if position else ()),
        )
        name = interview.media.name if interview.media else interview.title
        out_dir = derived / f"{ANALYSIS}{uuid4().hex}"
        request = request_for(media, name, out_dir, derived / "observed", choices, self.library.folder)
        given = self.choices.transcript or self.library.transcript(interview.id)
        if given:
            request = replace(request, transcript=str(given.path), transcript_name=given.name)
        return replace(
            request, corrections=self.library.corrections(interview.id), asked=asked_of(self.library, interview),
            unseen=unseen(self.library, interview.id) if "face" in modalities else (),
        )  # fmt: skip

    def _record(
        self,
        job: protocol.AnalyseJob | protocol.DeriveJob,
        report: Callable[[ChildReport], None],
        stop: threading.Event,
    ) -> str:
        folder = Path(job.request.out_dir)
        try:
            result = run_child(job, report, stop)
            self.library.record_analysis(self.interview_id, folder)
        except BaseException:  # whatever stopped it, an analysis that is not recorded must not stay
            shutil.rmtree(folder, ignore_errors=True)
            raise
        assert isinstance(result, protocol.AnalysisResult)
        return result.analysis_id


def _sha256(interview: Interview) -> str:
    if interview.media is None:
        raise NotFound(what=text.tr("store.media"), id=interview.id)
    return interview.media.sha256


def kit(questions: tuple[str, ...]) -> tuple[KitQuestion, ...]:
    """A position's questions with the ids by which corrections name them."""
    return tuple(KitQuestion(f"q{number}", asked) for number, asked in enumerate(questions, start=1))


def _state_after(failure: BaseException, interview: Interview) -> AnalysisState:
    """A cancelled analysis leaves the interview as it was, and so does a transcript that is refused where it has an
    analysis; any other end is a failed one."""
    refused = isinstance(failure, TranscriptInvalid | ConsentMissing) and interview.analysis_id
    if not isinstance(failure, Cancelled) and not refused:
        return AnalysisState.FAILED
    return AnalysisState.DONE if interview.analysis_id else AnalysisState.NONE
