"""From an assessment to what is signed and sent: one `AssessmentResult` and its canonical bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import rfc8785

from analysis.document import Analysis
from app import __version__
from app.domain.scores import DimensionScore, Scorecard
from app.domain.template import Template
from app.domain.types import Assessment, Comment, Interview, Signature
from sync.contract import AssessmentResult, Conclusion, DimensionResult, QuestionResult, TimedComment

_OF_THE_ACT = ("external_id", "revision", "signed_at", "app_version", "interview_remote_id", "candidate_remote_id")
"""Fields that differ between two signatures of one and the same assessment, or that the HR system gives later."""
_LATER = ("strengths", "to_improve", "questions")
_LATER_IN_COMMENTS = ("end_s", "dimension")
"""Fields that came after the first signatures: left out where they are empty, so that what was signed before and has
not changed since still has the same bytes."""


def assessment_result(
    interview: Interview,
    template: Template,
    card: Scorecard,
    assessment: Assessment,
    comments: Iterable[Comment],
    analysis: Analysis | None,
    language: str,
    signed_at: datetime | None = None,
) -> AssessmentResult:
    """What would be signed now; `card` is the whole one, without veil: by then every dimension has been rated.

    `analysis` is the document that the card's scores rest on.
    """
    revision = next_revision(assessment.signatures)
    return AssessmentResult(
        external_id=f"{assessment.id}:{revision}",
        assessment_id=assessment.id,
        revision=revision,
        interview_id=interview.id,
        interview_remote_id=interview.remote_id,
        candidate_remote_id=interview.candidate.remote_id,
        candidate_name=interview.candidate.name,
        position_title=interview.position.title if interview.position else "",
        assessor=assessment.assessor,
        template_id=template.id,
        template_version=template.version,
        analysis_id=analysis.id if analysis else None,
        correction_id=analysis.correction if analysis else None,
        dimensions=tuple(_dimension(row, template, assessment, language) for row in card.dimensions),
        composite=rounded(card.composite.value),
        composite_low=rounded(card.composite.low),
        composite_high=rounded(card.composite.high),
        coverage=round(card.composite.coverage, 4),
        weight_reason=assessment.weight_reason,
        keyword_rate=None if card.keyword_rate is None else round(card.keyword_rate, 4),
        conclusion=assessment.conclusion or Conclusion.CANNOT_TELL,
        summary=assessment.summary,
        comments=tuple(_comment(each, template) for each in comments if each.text),
        signed_at=(signed_at or datetime.now(UTC)).isoformat(timespec="seconds"),
        app_version=__version__,
        strengths=assessment.strengths,
        to_improve=assessment.to_improve,
        questions=tuple(
            QuestionResult(each.question, each.score, each.comment)
            for each in assessment.questions.values()
            if each.score is not None or each.comment
        ),
    )


class _Signed(msgspec.Struct):
    revision: int


def next_revision(signatures: Sequence[Signature]) -> int:
    """The revision after the newest signature's own, which may be above their count.

    After a conflict mine is signed above the newest revision that the HR system has, be it from another computer.
    """
    return msgspec.json.decode(signatures[-1].payload, type=_Signed).revision + 1 if signatures else 1


def _dimension(row: DimensionScore, template: Template, assessment: Assessment, language: str) -> DimensionResult:
    dimension = next(d for d in template.dimensions if d.id == row.dimension_id)
    rating = assessment.ratings.get(row.dimension_id)
    return DimensionResult(
        id=row.dimension_id,
        title=dimension.title.in_(language),
        weight=round(row.weight, 2),
        template_weight=round(row.template_weight, 2),
        machine=rounded(row.machine.score),
        machine_low=rounded(row.machine.low),
        machine_high=rounded(row.machine.high),
        mine=row.mine,
        combined=None if row.preview else rounded(row.combined),
        comment=rating.comment if rating else "",
    )


def _comment(comment: Comment, template: Template) -> TimedComment:
    known = comment.dimension_id in {d.id for d in template.dimensions}
    dimension = comment.dimension_id if known else None
    return TimedComment(rounded(comment.time_s), comment.text, rounded(comment.end_s), dimension or "")


def rounded(value: float | None) -> float | None:
    """Scores and seconds travel with two decimals; missing stays missing."""
    return None if value is None else round(value, 2)


def canonical(result: AssessmentResult) -> tuple[bytes, str]:
    """The bytes of RFC 8785 and their SHA-256: exactly these are signed, kept and sent."""
    body = _without_empty(msgspec.to_builtins(result), _LATER)
    body["comments"] = [_without_empty(comment, _LATER_IN_COMMENTS) for comment in body["comments"]]
    payload: bytes = rfc8785.dumps(body)
    return payload, hashlib.sha256(payload).hexdigest()


def _without_empty(body: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value or name not in names}


def same_content(payload: bytes, result: AssessmentResult) -> bool:
    """Whether a signed payload says what `result` says, apart from the act of signing itself."""
    return _content(payload) == _content(canonical(result)[0])


def _content(payload: bytes) -> dict[str, Any]:
    """What a person has decided: without the act of signing, and without titles, which follow the language in use."""
    said: dict[str, Any] = {k: v for k, v in msgspec.json.decode(payload).items() if k not in _OF_THE_ACT}
    said["dimensions"] = [{k: v for k, v in one.items() if k != "title"} for one in said["dimensions"]]
    return said
