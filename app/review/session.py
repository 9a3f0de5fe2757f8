"""One interview under review."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app import outgoing, text
from app.domain.scores import MachineScore, Scorecard
from app.domain.template import Dimension, Template
from app.domain.types import Assessment, Comment, Conclusion, Interview, Position, Signature
from app.failures import CannotSign, CorrectionsPending, NotAnalysed, ReasonNeeded, ValueInvalid
from app.policy import Profile, profile, scored_modalities, shown_modalities
from app.review.drafting import Draft, draft
from app.review.keeping import kept
from app.review.result import assessment_result, canonical, same_content
from app.review.veil import is_veiled, veiled
from app.scoring.keywords import keyword_rate, keywords_heard
from app.scoring.machine import machine_scores
from app.scoring.metrics import modality_of
from app.scoring.scorecard import card
from app.scoring.weights import deviations, effective_weights, spread
from app.settings import SettingsFile
from app.told import in_language
from sync.contract import AssessmentResult

if TYPE_CHECKING:
    from analysis.derive import Derived
    from analysis.document import Analysis, Metric
    from app.store.library import Library


@dataclass(frozen=True, slots=True)
class Observation:
    """A metric shown beside a dimension, unscored: over the whole interview, None where it was not measured."""

    metric: str
    value: Metric | None


@dataclass(frozen=True, slots=True)
class Reading:
    """An analysis as it was read, with what was scored of it by a template and a position."""

    derived: Derived | None
    template: Template
    position: Position | None
    machine: Mapping[str, MachineScore]
    keyword_rate: float | None


class ReviewSession:
    """What an assessor does to one assessment. Every change is saved at once; `reload` reads what others changed.

    The machine's scores are made once per loaded analysis, so that `card` is cheap enough for every frame of a moving
    slider. `rules`: the jurisdiction's profile, by default the one of the library's settings; it says which modalities
    may count, caps the machine's share, and may do without the veil. Where the candidate agrees to nothing (any more)
    no score of the machine counts.
    """

    def __init__(
        self, library: Library, interview_id: str, rules: Profile | None = None, assessor: str | None = None
    ) -> None:
        """`assessor` = whose assessment is looked at, by default the acting one's; another one's is never changed."""
        self.library = library
        self._assessor = assessor
        self.interview_id = interview_id
        self.rules = rules or profile(SettingsFile(library.folder).values.jurisdiction)
        self.derived: Derived | None = None
        self.reload()

    def reload(self, read: Reading | None = None) -> None:
        """Read everything again: interview, analysis, assessment, comments, corrections. Raises NotFound.

        `read` is what `read` gave, so that the analysis need not be read and scored here.
        """
        self.interview: Interview = self.library.interview(self.interview_id)
        self.assessment: Assessment = self.library.assessment(self.interview_id, self._assessor)
        self.template: Template = self._template()
        if read is None:
            read = self.read()
        self.derived = read.derived
        if (read.template, read.position) == (self.template, self.interview.position):
            self._machine, self._keyword_rate = read.machine, read.keyword_rate
        else:
            self._score()

    def read(self) -> Reading:
        """The part of `reload` that takes long, for any thread: it changes nothing here. Raises DocumentInvalid."""
        derived, known = self._derived(), self.derived
        return self._scored(kept(known, derived) if known is not None and derived is not None else derived)

    def _template(self) -> Template:
        found = self.library.template(self.assessment.template_id, self.assessment.template_version)
        return replace(found, machine_share=min(found.machine_share, self.rules.machine_share_cap))

    def _derived(self) -> Derived | None:
        try:
            return self.library.load_analysis(self.interview_id)
        except NotAnalysed:
            return None

    def _score(self) -> None:
        scored = self._scored(self.derived)
        self._machine, self._keyword_rate = scored.machine, scored.keyword_rate

    def _scored(self, derived: Derived | None) -> Reading:
        analysis, template, position = derived.analysis if derived else None, self.template, self.interview.position
        if analysis is not None and self.library.agrees_to_nothing(self.interview_id):
            return Reading(derived, template, position, machine_scores(template, analysis, ()), None)
        machine = machine_scores(template, analysis, scored_modalities(self.rules)) if analysis else {}
        return Reading(
            derived, template, position, machine, keyword_rate(position.keywords if position else (), analysis)
        )

    def use_derived(self, derived: Derived) -> None:
        """Take a freshly derived document (a correction was made) and score it anew."""
        self.derived = derived
        self._score()

    @property
    def analysis(self) -> Analysis | None:
        """The document under review; None where the interview has not been analysed."""
        return self.derived.analysis if self.derived else None

    @property
    def comments(self) -> tuple[Comment, ...]:
        """All comments, in time order."""
        return self.library.comments(self.interview_id)

    @property
    def weights_locked(self) -> bool:
        """Whether the position locks its weights."""
        return bool(self.interview.position and self.interview.position.weights_locked)

    # What is seen

    def note_opened(self) -> None:
        """Audit that somebody looks at it; a library that another process writes cannot be told."""
        if not self.library.read_only:
            self.library.record("opened", self.interview_id)

    def card(self, weights: Mapping[str, float] | None = None) -> Scorecard:
        """The scorecard with the veil applied; `weights` (%) in place of the saved ones, while a slider moves."""
        whole = self._whole_card(weights)
        return veiled(whole, self.assessment) if self.rules.veil else whole

    def _whole_card(self, weights: Mapping[str, float] | None = None) -> Scorecard:
        return card(self.template, self._machine, self.assessment, self._keyword_rate, weights)

    def is_veiled(self, dimension_id: str) -> bool:
        """Whether the machine's score of this dimension is hidden."""
        return self.rules.veil and is_veiled(self.assessment, self.dimension(dimension_id).id)

    def dimension(self, dimension_id: str) -> Dimension:
        """A dimension of the template by id. Raises ValueInvalid."""
        for dimension in self.template.dimensions:
            if dimension.id == dimension_id:
                return dimension
        allowed = ", ".join(d.id for d in self.template.dimensions)
        raise ValueInvalid(what=text.tr("report.dimension"), value=dimension_id, allowed=allowed)

    def observations(self, dimension_id: str) -> tuple[Observation, ...]:
        """The metrics that the template wants shown beside a dimension, unscored; none that may not be shown."""
        overall = self.analysis.metrics.overall if self.analysis else {}
        wanted = self.dimension(dimension_id).observations
        shown = shown_modalities(self.rules)
        return tuple(Observation(name, overall.get(name)) for name in wanted if modality_of(name) in shown)

    def keywords(self) -> tuple[tuple[str, tuple[float, ...]], ...]:
        """The position's keywords, each with the times (s) at which the candidate said it; empty if not looked for."""
        words = self.interview.position.keywords if self.interview.position else ()
        if self.analysis is None or self._keyword_rate is None:
            return ()
        return tuple(keywords_heard(words, self.analysis).items())

    def draft(self) -> Draft:
        """Lines for strengths and for what to improve, from what may be seen now, in the language in use."""
        exchanges = self.analysis.exchanges if self.analysis else ()
        return draft(self.card(), self.template, self.assessment, self.comments, exchanges, text.language())

    @property
    def weights(self) -> dict[str, float]:
        """The weights that count now, in per cent of 100, by dimension."""
        return effective_weights(self.template, self.assessment.weights)

    def moved(self, dimension_id: str, weight: float) -> dict[str, float]:
        """All weights if one slider moved to `weight` %: the others keep their proportions. Saves nothing."""
        return spread(self.weights, {self.dimension(dimension_id).id: weight}, self.template)

    # What is done

    def read_assessment(self) -> Assessment:
        """The assessment as it is in the library now."""
        self.assessment = self.library.assessment(self.interview_id, self._assessor)
        return self.assessment

    def rate(self, dimension_id: str, score: float | None, comment: str | None = None) -> None:
        """Rate a dimension 0-10 (None takes the rating back). Raises ValueInvalid.

        Whoever takes a rating back has seen the machine's score by it: the veil stays lifted, and the audit says so.
        """
        key = self.dimension(dimension_id).id
        rating = self.assessment.ratings.get(key)
        if self.rules.veil and score is None and rating is not None and rating.score is not None:
            self.unveil(key)
        self.assessment = self.library.rate(self.interview_id, key, score, comment)

    def comment_on(self, dimension_id: str, words: str) -> None:
        """The assessor's comment on one dimension; its rating stays."""
        rating = self.assessment.ratings.get(self.dimension(dimension_id).id)
        self.rate(dimension_id, rating.score if rating else None, words)

    def unveil(self, dimension_id: str) -> None:
        """Look at the machine's score before rating; audited."""
        self.assessment = self.library.unveil(self.interview_id, self.dimension(dimension_id).id)

    def set_weights(self, given: Mapping[str, float]) -> None:
        """Set some weights (%), the others make room. Raises WeightsLocked, ValueInvalid."""
        wanted = spread(self.weights, given, self.template)
        changed = deviations(self.template, wanted)
        stored: dict[str, float | None] = {key: changed.get(key) for key in wanted}
        self.assessment = self.library.set_weights(self.interview_id, stored)

    def reset_weights(self) -> None:
        """Give all weights back to the template. Raises WeightsLocked."""
        self.restore_weights({})

    def restore_weights(self, kept: Mapping[str, float]) -> None:
        """Exactly these weights (%) differ from the template's, as in `Assessment.weights`. Raises WeightsLocked."""
        stored: dict[str, float | None] = {d.id: kept.get(d.id) for d in self.template.dimensions}
        self.assessment = self.library.set_weights(self.interview_id, stored)

    def set_weight_reason(self, reason: str) -> None:
        """Why the weights differ from the template's."""
        self.assessment = self.library.set_weight_reason(self.interview_id, reason.strip())

    def conclude(self, conclusion: Conclusion | None) -> None:
        """The assessor's recommendation."""
        self.assessment = self.library.set_conclusion(self.interview_id, conclusion)

    def set_summary(self, words: str) -> None:
        """The assessor's summary of the whole interview."""
        self.assessment = self.library.set_summary(self.interview_id, words)

    def set_strengths(self, words: str) -> None:
        """What speaks for the candidate."""
        self.assessment = self.library.set_strengths(self.interview_id, words)

    def set_to_improve(self, words: str) -> None:
        """What the candidate could do better."""
        self.assessment = self.library.set_to_improve(self.interview_id, words)

    def rate_question(self, question: str, score: float | None, comment: str | None = None) -> None:
        """Rate a question of the kit 0-10 (None takes the rating back). Raises ValueInvalid."""
        self.assessment = self.library.rate_question(self.interview_id, question, score, comment)

    def comment_on_question(self, question: str, words: str) -> None:
        """The assessor's comment on one question; its rating stays."""
        rating = self.assessment.questions.get(question)
        self.rate_question(question, rating.score if rating else None, words)

    def tag_comment(self, comment_id: str, dimension_id: str | None) -> None:
        """Say which dimension a comment speaks of (None = none). Raises ValueInvalid, NotFound, CommentOfOther."""
        if dimension_id is not None:
            self.dimension(dimension_id)
        self.library.set_comment_dimension(comment_id, dimension_id)

    def set_template(self, template_id: str) -> None:
        """Assess by another template; what is signed keeps its own. Raises NotFound."""
        self.assessment = self.library.set_template(self.interview_id, template_id)
        self.template = self._template()
        self._score()

    def add_comment(
        self, time_s: float | None, words: str, *, end_s: float | None = None, bookmark: bool = False
    ) -> Comment:
        """Write a comment at a time of the recording, on the stretch from there to `end_s`, or (None) on all of it.

        Raises ValueInvalid for a time outside the recording and for an end that is not after the beginning.
        """
        self._refuse_outside(time_s, end_s)
        return self.library.add_comment(self.interview_id, time_s, words, end_s=end_s, bookmark=bookmark)

    def edit_comment(self, comment_id: str, words: str, time_s: float | None = None) -> Comment:
        """Change a comment's words, and its time where one is given; a stretch moves as a whole.

        Raises ValueInvalid, NotFound.
        """
        held = self.library.comment(comment_id)
        moved = 0.0 if time_s is None or held.time_s is None else time_s - held.time_s
        self._refuse_outside(time_s, held.end_s + moved if moved and held.end_s is not None else None)
        return self.library.edit_comment(comment_id, words, time_s=time_s)

    def _refuse_outside(self, time_s: float | None, end_s: float | None = None) -> None:
        duration = self.analysis.media.duration if self.analysis else None
        latest = sys.float_info.max if duration is None else duration + 1
        if time_s is not None and not 0 <= time_s <= latest:
            allowed = f"0-{duration:.0f} s" if duration is not None else "≥ 0 s"
            raise ValueInvalid(what=text.tr("report.comment_time"), value=f"{time_s:g}", allowed=allowed)
        if end_s is not None and not (time_s is not None and time_s < end_s <= latest):
            allowed = f"> {time_s or 0:g} s" + (f", ≤ {duration:.0f} s" if duration is not None else "")
            raise ValueInvalid(what=text.tr("report.comment_end"), value=f"{end_s:g}", allowed=allowed)

    # Signing

    def deviating(self) -> dict[str, float]:
        """Weights (%) that differ from the template's."""
        return deviations(self.template, self.weights)

    def needs_reason(self) -> bool:
        """Whether a weight differs from the template's and nobody has said why."""
        return bool(self.deviating()) and not self.assessment.weight_reason

    def left_to_sign(self) -> list[str]:
        """Titles of what is still missing: required dimensions without a rating, the conclusion."""
        return [title for _, title in self.left_parts()]

    def left_parts(self) -> list[tuple[str, str]]:
        """The same, each title with the id of its dimension; "" for the conclusion."""
        language = text.language()
        rated = {key for key, rating in self.assessment.ratings.items() if rating.score is not None}
        left = [(d.id, d.title.in_(language)) for d in self.template.dimensions if d.required and d.id not in rated]
        return left if self.assessment.conclusion else [*left, ("", text.tr("report.conclusion"))]

    def is_behind(self) -> bool:
        """Whether people corrected something that the analysis, and so the machine's scores, does not include yet."""
        if self.analysis is None:
            return False
        corrections = self.library.corrections(self.interview_id)
        return self.analysis.correction != (corrections[-1].id if corrections else None)

    def is_signed(self) -> bool:
        """Whether the newest signature says what the assessment says now."""
        signatures = self.assessment.signatures
        return bool(signatures) and not self.is_behind() and self._says(signatures[-1].payload)

    def _says(self, payload: bytes) -> bool:
        """Whether a signed payload says what stands here; what the program wrote may be in any language."""
        told = any(comment.told is not None for comment in self.comments)
        spoken = dict.fromkeys((text.language(), *text.LANGUAGES)) if told else (text.language(),)
        return any(same_content(payload, self._result(language)) for language in spoken)

    def sign(self) -> Signature:
        """Sign: canonical bytes, their SHA-256, status "assessed" and the outbox row, all or nothing.

        Signing again what has not changed gives the signature that is there; a change makes a new revision. It names
        the analysis that the machine's scores rest on, and the newest correction in it. Raises CannotSign,
        ReasonNeeded, CorrectionsPending, Stale.
        """
        left = self.left_to_sign()
        if left:
            raise CannotSign(left=text.tr("report.list_comma").join(left))
        if self.needs_reason():
            raise ReasonNeeded
        if self.is_behind():
            raise CorrectionsPending
        signatures = self.assessment.signatures
        if signatures and self._says(signatures[-1].payload):
            return signatures[-1]
        result = self._result()
        payload, digest = canonical(result)

        def enqueue(session: Session, signed: Signature) -> None:
            outgoing.assessment_signed(session, self.interview, result.external_id, signed.payload)
            self.library.follow_consent(session, self.interview_id)

        if self.library.status_hook is None:
            self.library.status_hook = outgoing.status_moved
        version = self.assessment.version or None
        signature = self.library.add_signature(
            self.interview_id, payload, digest, enqueue, composite=result.composite, version=version
        )
        self.assessment = self.library.assessment(self.interview_id)
        self.interview = self.library.interview(self.interview_id)
        return signature

    def _result(self, language: str = "") -> AssessmentResult:
        spoken = language or text.language()
        return assessment_result(
            self.interview,
            self.template,
            self._whole_card(),
            self.assessment,
            tuple(in_language(comment, spoken) for comment in self.comments),
            self.analysis,
            spoken,
        )
