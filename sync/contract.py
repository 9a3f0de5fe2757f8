"""What travels between the product and an HR system, as plain types. `docs/ehr-contract.md` and the OpenAPI file say
the same in words and schema. Times are ISO 8601 in UTC; ids of the HR system are opaque strings."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

CONTRACT_VERSION = 1


class InterviewStatus(StrEnum):
    """Where an interview stands; moves go forward only (待面试 → 面试中 → 待评估 → 已评估).

    CANCELLED (已取消) is no step of these: an HR system says it of what has not begun, and may take it back.
    """

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    TO_REVIEW = "to_review"
    ASSESSED = "assessed"
    CANCELLED = "cancelled"


STATUS_ORDER = (
    InterviewStatus.SCHEDULED,
    InterviewStatus.IN_PROGRESS,
    InterviewStatus.TO_REVIEW,
    InterviewStatus.ASSESSED,
)
"""The steps of an interview that takes place."""


def progress(status: InterviewStatus) -> int:
    """How far an interview is, from 0; a cancelled one is as far as one that has not begun."""
    return 0 if status is InterviewStatus.CANCELLED else STATUS_ORDER.index(status)


class Conclusion(StrEnum):
    """The interviewer's recommendation: 推荐 / 待定 / 不推荐 / 无法判断."""

    HIRE = "hire"
    UNSURE = "unsure"
    NO_HIRE = "no_hire"
    CANNOT_TELL = "cannot_tell"


class NoteRole(StrEnum):
    """What a note beside a result is about: the schedule, what follows from a result, or how it was for those in it."""

    LATE = "late"
    ARRIVED = "arrived"
    POSTPONED = "postponed"
    ABSENT = "absent"
    SUGGESTION = "suggestion"
    SUGGESTION_WITHDRAWN = "suggestion_withdrawn"
    CANDIDATE_FEEDBACK = "candidate_feedback"
    INTERVIEWER_FEEDBACK = "interviewer_feedback"


@dataclass(frozen=True, slots=True)
class RemoteCustom:
    """A field of the company's own: what it is called, and its value as it is read."""

    title: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class RemoteDocument:
    """A file of a candidate, a résumé as a rule. `size` in bytes; None and "" = not told."""

    remote_id: str
    name: str
    media_type: str = ""
    size: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class RemoteEvent:
    """A line of a candidate's history; `kind` and `by` in the HR system's own words."""

    at: str
    text: str
    kind: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class RemoteFeedback:
    """What somebody wrote of an earlier interview: a score out of `top`, None = none. `conclusion` in its own words."""

    remote_id: str
    at: str = ""
    by: str = ""
    text: str = ""
    score: float | None = None
    top: float | None = None
    conclusion: str = ""
    round: int | None = None


@dataclass(frozen=True, slots=True)
class RemoteInterview:
    """One interview of a candidate's schedule; `round` counts from 1, None = not told."""

    remote_id: str
    round: int | None = None
    status: InterviewStatus = InterviewStatus.SCHEDULED
    scheduled_at: str | None = None
    time_zone: str = "Asia/Shanghai"
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class RemoteQuestion:
    """A question of a position's kit: `seconds` are meant for it, `answers` "speech", "text" or "both", `retakes` = how
    often it may be taken again; None and "" = the system does not say."""

    text: str
    seconds: float | None = None
    answers: str = ""
    retakes: int | None = None


@dataclass(frozen=True, slots=True)
class RemotePosition:
    """A position as the HR system has it. `questions` are its kit, () = the system tells of none; `seconds`, `answers`
    and `retakes` are how all of them are put, as for one question."""

    remote_id: str
    title: str
    department: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    template_id: str | None = None
    weights_locked: bool = False
    updated: str = ""
    deleted: bool = False
    requirements: str = ""
    custom: tuple[RemoteCustom, ...] = ()
    questions: tuple[RemoteQuestion, ...] = ()
    seconds: float | None = None
    answers: str = ""
    retakes: int | None = None


@dataclass(frozen=True, slots=True)
class RemoteCandidate:
    """A candidate with the position that the person applies for.

    `interview_client_id` is our id of the interview where it was registered from here. `interviews` is the whole
    schedule, where the system tells of more than one interview; then the single one is one of them. `there` = the ids
    of all its interviews that take place or took place, where the system tells them: another one was cancelled.
    """

    remote_id: str
    name: str
    position_remote_id: str | None = None
    email: str = ""
    phone: str = ""
    status: InterviewStatus = InterviewStatus.SCHEDULED
    interview_remote_id: str | None = None
    scheduled_at: str | None = None
    time_zone: str = "Asia/Shanghai"
    updated: str = ""
    deleted: bool = False
    interview_client_id: str | None = None
    interviews: tuple[RemoteInterview, ...] = ()
    documents: tuple[RemoteDocument, ...] = ()
    history: tuple[RemoteEvent, ...] = ()
    feedback: tuple[RemoteFeedback, ...] = ()
    custom: tuple[RemoteCustom, ...] = ()
    there: tuple[str, ...] | None = None

    def schedule(self) -> tuple[RemoteInterview, ...]:
        """All interviews that the system tells of, each once."""
        single = self.interview_remote_id
        if not single or any(one.remote_id == single for one in self.interviews):
            return self.interviews
        only = RemoteInterview(
            single, None, self.status, self.scheduled_at, self.time_zone, self.interview_client_id
        )  # fmt: skip
        return (*self.interviews, only)


@dataclass(frozen=True, slots=True)
class RemoteTemplate:
    """A scoring template as the HR system has it: `body` has the shape of a template TOML file."""

    remote_id: str
    version: int
    body: dict[str, Any]
    updated: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Pulled:
    """One page of changes. `cursor` asks for the next; `more` says whether there is one."""

    positions: tuple[RemotePosition, ...] = ()
    candidates: tuple[RemoteCandidate, ...] = ()
    templates: tuple[RemoteTemplate, ...] = ()
    cursor: str = ""
    more: bool = False


@dataclass(frozen=True, slots=True)
class DimensionResult:
    """One dimension of a signed assessment; scores 0-10, None = not assessed. `weight` and `template_weight` in %."""

    id: str
    title: str
    weight: float
    template_weight: float
    machine: float | None
    machine_low: float | None
    machine_high: float | None
    mine: float | None
    combined: float | None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class TimedComment:
    """A comment of the interviewer at a time (s) of the recording; None = on the interview as a whole.

    `end_s` = where the stretch ends that it is about, None for a moment; `dimension` is the id of the dimension that it
    speaks of, "" for none. Neither travels where it says nothing.
    """

    time_s: float | None
    text: str
    end_s: float | None = None
    dimension: str = ""


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """The interviewer's rating of one question of the position's kit, which is told by its words; None = not rated."""

    question: str
    score: float | None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class AssessmentResult:
    """A signed assessment: exactly what the interviewer signed and what is sent.

    `external_id` = assessment uuid + revision: the HR system keeps one result per external id. `coverage` and
    `keyword_rate` are 0..1. What stands below `contract_version` came later and is left out where it is empty.
    """

    external_id: str
    assessment_id: str
    revision: int
    interview_id: str
    interview_remote_id: str | None
    candidate_remote_id: str | None
    candidate_name: str
    position_title: str
    assessor: str
    template_id: str
    template_version: int
    analysis_id: str | None
    correction_id: str | None
    dimensions: tuple[DimensionResult, ...]
    composite: float | None
    composite_low: float | None
    composite_high: float | None
    coverage: float
    weight_reason: str
    keyword_rate: float | None
    conclusion: Conclusion
    summary: str
    comments: tuple[TimedComment, ...]
    signed_at: str
    app_version: str
    contract_version: int = field(default=CONTRACT_VERSION)
    strengths: str = ""
    to_improve: str = ""
    questions: tuple[QuestionResult, ...] = ()
