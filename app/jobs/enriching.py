"""The work of enriching one interview: comparing its answers with others', or asking a language model for evidence.

Both are jobs for `JobQueue.submit`, as `InterviewAnalysis` is. What is heavy runs in children; what comes out is kept
in the library with the analysis and the correction that it was made from.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import protocol
from analysis.failures import DocumentInvalid
from app import policy
from app.domain.enrichment import Basis, Comparable, Enrichment, EnrichmentKind, Method
from app.domain.outside import Purpose
from app.failures import ConsentMissing, NoAnswers, PositionMissing
from app.jobs.analysis import InterviewAnalysis, places
from app.jobs.asking import AskingChild
from app.jobs.child import ChildReport, run_child
from app.recording.stretch_consent import require_throughout
from app.settings import SettingsFile
from sync.providers import Answer, FileModel
from sync.providers.language_model import MOST_ANSWER_TOKENS

if TYPE_CHECKING:
    from app.enrichment.answers import Answer as Answered
    from app.enrichment.answers import Document
    from app.enrichment.outside import ScoreSieve, TermSieve
    from app.enrichment.quotes import Quotable
    from app.enrichment.vectors import AnswerVectors, Floats
    from app.store.library import Library
    from sync.providers.service import Service

Report = Callable[[ChildReport], None]
MOST_TEXTS = 4096
"""So many texts go to one child: what it has done is kept when the next one is cancelled."""
CLAIMS = "claims"


class Enriching:
    """What both have in common: nothing is read before consent and jurisdiction allow it, and nothing out of date."""

    def __init__(self, library: Library, interview_id: str) -> None:
        self.library = library
        self.interview_id = interview_id
        self.settings = SettingsFile(library.folder).values
        self.rules = policy.profile(self.settings.jurisdiction)

    def require_consent(self) -> None:
        """Raises ConsentMissing where what was said may not be read (any more)."""
        from app.enrichment.standing import WORDS

        require_throughout(self.library, self.interview_id, self.rules, (WORDS,))

    def _document(self, report: Report, stop: threading.Event) -> tuple[Path, Document]:
        """The current document with all corrections: derived again first where one is not in it yet."""
        from app.enrichment.answers import read_document

        folder = self.library.analysis_folder(self.interview_id)
        document = read_document(folder)
        if document.correction == self.library.last_correction(self.interview_id):
            return folder, document
        InterviewAnalysis(self.library, self.interview_id).rederive(report, stop)
        folder = self.library.analysis_folder(self.interview_id)
        return folder, read_document(folder)


class NoveltyWork(Enriching):
    """Compares each answer with other candidates' answers to the same question."""

    def __call__(self, report: Report, stop: threading.Event) -> Enrichment:
        """The new enrichment. Raises ConsentMissing, NotAnalysed, PositionMissing and the failures of `run_child`."""
        from app.enrichment import novelty, standing
        from app.enrichment.answers import answers

        self.require_consent()
        if self.library.interview(self.interview_id).position is None:
            raise PositionMissing
        folder, document = self._document(report, stop)
        others = standing.comparable(self.library, self.interview_id, self.rules)
        vectors = self._vectors(folder, others, report, stop)
        found = novelty.novelty(answers(document), vectors[folder], _by_candidate(others, vectors))
        basis = Basis(document.id, document.correction, standing.fingerprint(others))
        return self.library.add_enrichment(self.interview_id, basis, _method_of_comparing(), found)

    def _vectors(
        self, own: Path, others: Sequence[Comparable], report: Report, stop: threading.Event
    ) -> dict[Path, AnswerVectors]:
        """The vectors by folder, those that are not kept yet made in a child. A damaged other is not compared with."""
        from app.enrichment.vectors import arranged, keep, load

        folders = [own, *(Path(other.folder) for other in others)]
        found = {folder: kept for folder in folders if (kept := load(folder)) is not None}
        fresh = _readable([folder for folder in folders if folder not in found], own)
        total = sum(len(_texts(said)) for said in fresh.values())
        done = 0
        for group in _groups(fresh):
            listed = [_texts(fresh[folder]) for folder in group]
            rows = self._embed(sum(listed, ()), _from(report, done, total), stop)
            for folder, texts in zip(group, listed, strict=True):
                found[folder] = arranged(fresh[folder], rows[: len(texts)])
                keep(folder, found[folder])
                rows = rows[len(texts) :]
                done += len(texts)
        return found

    def _embed(self, texts: tuple[str, ...], report: Report, stop: threading.Event) -> Floats:
        import numpy as np

        with self.library.vault.working() as folder:
            out = folder / "vectors.npy"
            run_child(protocol.EmbedJob(texts, str(out), places(self.library.folder)), report, stop)
            vectors: Floats = np.load(out, allow_pickle=False)
        return vectors


class ClaimsWork(Enriching):
    """Asks the language model that a person has set up for evidence, and keeps what stands in the transcript."""

    def __call__(self, report: Report, stop: threading.Event) -> Enrichment:
        """The new enrichment. Raises ConsentMissing, LanguageModelOff, NotAnalysed, NoAnswers, Cancelled, and failures
        with the code of a `sync.failures.LanguageModelFailure`."""
        from app.enrichment.claims import Sieve
        from app.enrichment.model_choice import required
        from app.enrichment.prompt import asking
        from app.enrichment.quotes import Quotable

        self.require_consent()
        choice = required(self.settings)
        _, document = self._document(report, stop)
        assessment = self.library.assessment(self.interview_id)
        template = self.library.template(assessment.template_id, assessment.template_version)
        quotable = Quotable(document)
        asked = asking(document, quotable, template)
        if not asked.questions:
            raise NoAnswers
        sieve, began = Sieve(quotable, [d.id for d in template.dimensions]), time.monotonic()
        with AskingChild(choice, stop) as model:
            for number, question in enumerate(asked.questions, start=1):
                answer = model.ask(question)
                sieve.take(answer.text, cut=answer.cut)
                report(progress(number, len(asked.questions), time.monotonic() - began))
        method = _method_of_asking(
            answer, isinstance(choice, FileModel), asked.prompt, f"{template.id} {template.version}"
        )
        basis = Basis(document.id, document.correction)
        return self.library.add_enrichment(self.interview_id, basis, method, sieve.result())


class _OutsideWork(Enriching):
    """Asks an outside service about the answers, and keeps what stands in the transcript."""

    purpose: Purpose
    stage: str
    frame: str

    def __call__(self, report: Report, stop: threading.Event) -> Enrichment:
        """The new enrichment. Raises what `app.outside.gate.require` does, NotAnalysed, NoAnswers, Cancelled, and
        failures with the code of a `ServiceFailure`."""
        from app.enrichment.prompt import asking
        from app.enrichment.quotes import Quotable
        from app.outside.gate import require
        from app.outside.sending import known_failures, opened
        from sync.providers.failures import ServiceNonsense

        with known_failures():  # before anything is done for it
            require(self.library, self.interview_id, self.purpose)
        _, document = self._document(report, stop)
        assessment = self.library.assessment(self.interview_id)
        template = self.library.template(assessment.template_id, assessment.template_version)
        quotable = Quotable(document)
        asked = asking(document, quotable, template, self.frame)
        if not asked.questions:
            raise NoAnswers
        sieve, began = self._sieve(quotable, [d.id for d in template.dimensions]), time.monotonic()
        with opened(self.library, self.interview_id, self.purpose, stop) as service:
            report(progress(0, len(asked.questions), 0.0, self.stage))
            for number, question in enumerate(asked.questions, start=1):
                answer = service.ask(question, document.transcript.language)
                sieve.take(answer.text, cut=answer.cut)
                report(progress(number, len(asked.questions), time.monotonic() - began, self.stage))
            if sieve.unreadable == sieve.asked:  # what was found before is worth more than that
                raise ServiceNonsense(host=service.address.host)
            method = _method_of_service(service, answer, asked.prompt, f"{template.id} {template.version}")
        basis = Basis(document.id, document.correction)
        return self.library.add_enrichment(self.interview_id, basis, method, sieve.result())

    def _sieve(self, quotable: Quotable, dimensions: Sequence[str]) -> TermSieve | ScoreSieve:
        raise NotImplementedError


class OutsideTermsWork(_OutsideWork):
    """Has an outside service name the terms in the answers."""

    purpose, stage, frame = Purpose.TERMS, "outside_terms", "terms"

    def _sieve(self, quotable: Quotable, _dimensions: Sequence[str]) -> TermSieve:
        from app.enrichment.outside import TermSieve

        return TermSieve(quotable)


class OutsideScoresWork(_OutsideWork):
    """Has an outside service score the answers: shown beside, counted nowhere."""

    purpose, stage, frame = Purpose.SCORING, "outside_scores", "scores"

    def _sieve(self, quotable: Quotable, dimensions: Sequence[str]) -> ScoreSieve:
        from app.enrichment.outside import ScoreSieve

        return ScoreSieve(quotable, dimensions)


class OutsideExpressionWork:
    """Has an outside service describe visible expression; see `app.jobs.outside_expression`."""

    def __init__(self, library: Library, interview_id: str) -> None:
        self._library, self._interview_id = library, interview_id

    def __call__(self, report: Report, stop: threading.Event) -> Enrichment:
        """The new enrichment. Raises what the work itself does."""
        from app.jobs.outside_expression import OutsideExpressionWork as Describing

        return Describing(self._library, self._interview_id)(report, stop)


Work = NoveltyWork | ClaimsWork | OutsideTermsWork | OutsideScoresWork | OutsideExpressionWork
WORKS: Mapping[EnrichmentKind, type[Work]] = {
    EnrichmentKind.NOVELTY: NoveltyWork,
    EnrichmentKind.CLAIMS: ClaimsWork,
    EnrichmentKind.OUTSIDE_TERMS: OutsideTermsWork,
    EnrichmentKind.OUTSIDE_SCORES: OutsideScoresWork,
    EnrichmentKind.OUTSIDE_EXPRESSION: OutsideExpressionWork,
}
PURPOSES: Mapping[EnrichmentKind, Purpose] = {
    EnrichmentKind.OUTSIDE_TERMS: Purpose.TERMS,
    EnrichmentKind.OUTSIDE_SCORES: Purpose.SCORING,
    EnrichmentKind.OUTSIDE_EXPRESSION: Purpose.EXPRESSION,
}
"""The enrichments for which something leaves this computer."""


def still_allowed(library: Library, interview_id: str, kind: EnrichmentKind) -> bool:
    """Whether an enrichment that is being made may go on; what asks a service looks after that itself."""
    if kind in PURPOSES:
        return True
    try:
        Enriching(library, interview_id).require_consent()
    except ConsentMissing:
        return False
    return True


def _readable(folders: Sequence[Path], own: Path) -> dict[Path, tuple[Answered, ...]]:
    """The answers in these folders; a damaged analysis counts only where it is the interview's own."""
    from app.enrichment.answers import answers, read_document

    found = {}
    for folder in folders:
        try:
            found[folder] = answers(read_document(folder))
        except DocumentInvalid:
            if folder == own:
                raise
    return found


def _texts(said: tuple[Answered, ...]) -> tuple[str, ...]:
    from app.enrichment.vectors import texts

    return texts(said)


def _groups(fresh: Mapping[Path, tuple[Answered, ...]]) -> list[list[Path]]:
    """Folders whose texts go to a child together."""
    groups: list[list[Path]] = []
    held = MOST_TEXTS
    for folder, said in fresh.items():
        count = len(_texts(said))
        if held + count > MOST_TEXTS:
            groups.append([])
            held = 0
        groups[-1].append(folder)
        held += count
    return groups


def _by_candidate(
    others: Sequence[Comparable], vectors: Mapping[Path, AnswerVectors]
) -> dict[str, list[AnswerVectors]]:
    """The rounds of one candidate count as one other."""
    found: dict[str, list[AnswerVectors]] = defaultdict(list)
    for other in others:
        if (kept := vectors.get(Path(other.folder))) is not None:
            found[other.candidate_id].append(kept)
    return found


def _from(report: Report, done: int, total: int) -> Report:
    """Reports of one child among several, as reports of the whole."""

    def scaled(message: ChildReport) -> None:
        if isinstance(message, protocol.ProgressMessage):
            so_far = done + message.done_s
            pace = message.remaining_s / max(1.0, message.total_s - message.done_s)
            message = protocol.ProgressMessage(
                message.stage, so_far, float(total), so_far / total, pace * (total - so_far)
            )
        report(message)

    return scaled


def progress(done: int, total: int, spent_s: float, stage: str = CLAIMS) -> protocol.ProgressMessage:
    """How far a series of questions is."""
    left = spent_s / done * (total - done) if done else 0.0
    return protocol.ProgressMessage(stage, float(done), float(total), done / total, left)


def _method_of_comparing() -> Method:
    from analysis.embedding import encoder
    from analysis.language.meaning import SURE_MATCH
    from app.enrichment.answers import LEAST_HAN, LEAST_WORDS
    from app.enrichment.novelty import LEAST_OTHERS

    name, _, version = encoder().partition(" ")
    settings = {
        "same_from": f"{SURE_MATCH:g}",
        "least_others": str(LEAST_OTHERS),
        "least_sentence": f"{LEAST_HAN} Han characters or {LEAST_WORDS} words",
    }
    return Method("sentence_similarity", name, version, "built_in", "", settings)


def _method_of_service(service: Service, answer: Answer, prompt: str, template: str) -> Method:
    from app import text
    from app.enrichment.claims import plain

    profile = service.profile
    settings = {
        "template": template, "service": profile.title(text.language()), "profile": f"{profile.id} {profile.sha256}",
    }  # fmt: skip
    model = plain(answer.model)[:100] or "?"
    return Method("outside_service", model, "", service.address.host, prompt, settings)


def _method_of_asking(answer: Answer, of_file: bool, prompt: str, template: str) -> Method:
    from app.enrichment.claims import plain

    settings = {"template": template, "temperature": "0", "max_tokens": str(MOST_ANSWER_TOKENS)}
    place = "file" if of_file else "server"
    return Method("language_model", plain(answer.model)[:100], plain(answer.version)[:100], place, prompt, settings)
