"""The bodies that the sandbox accepts, as strict types: the contract's schemas, read a second time and on their own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

Status = Literal["scheduled", "in_progress", "to_review", "assessed"]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Score = Annotated[float, msgspec.Meta(ge=0, le=10)] | None
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Weight = Annotated[float, msgspec.Meta(ge=0)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Number = Annotated[int, msgspec.Meta(ge=1)]
CustomValue = str | float | int | bool | None | list[str]


class NewInterview(msgspec.Struct, forbid_unknown_fields=True):
    """An interview that began at the client."""

    client_id: Id
    candidate_id: str | None
    candidate_name: Id
    position_id: str | None
    position_title: str
    scheduled_at: Moment | None
    time_zone: str


class Plan(msgspec.Struct, forbid_unknown_fields=True):
    """What a person in HR decides about an interview that has not begun; what is not told stays."""

    cancelled: bool = False
    scheduled_at: Moment | msgspec.UnsetType | None = msgspec.UNSET
    time_zone: str | msgspec.UnsetType = msgspec.UNSET


class StatusMove(msgspec.Struct, forbid_unknown_fields=True):
    """One move of an interview; `from` is a word of Python, hence the names."""

    source: Status = msgspec.field(name="from")
    target: Status = msgspec.field(name="to")
    at: str


class Note(msgspec.Struct, forbid_unknown_fields=True):
    """Something said about an interview beside its result."""

    external_id: Id
    role: Literal[
        "late",
        "arrived",
        "postponed",
        "absent",
        "suggestion",
        "suggestion_withdrawn",
        "candidate_feedback",
        "interviewer_feedback",
    ]
    interview_id: Id
    interview_remote_id: str | None
    candidate_remote_id: str | None
    assessment_external_id: str | None
    at: str
    by: str
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=10000)]
    details: dict[str, str | float | bool | None]


class Dimension(msgspec.Struct, forbid_unknown_fields=True):
    """One assessed dimension."""

    id: str
    title: str
    weight: Weight
    template_weight: Weight
    machine: Score
    machine_low: Score
    machine_high: Score
    mine: Score
    combined: Score
    comment: str


class TimedComment(msgspec.Struct, forbid_unknown_fields=True):
    """A comment at a time (s) of the recording, on the stretch up to `end_s`, or (null) on the interview as a whole."""

    time_s: Seconds | None
    text: str
    end_s: Seconds | msgspec.UnsetType = msgspec.UNSET
    dimension: str = ""


class Question(msgspec.Struct, forbid_unknown_fields=True):
    """One rated question of the position's kit, told by its words."""

    question: Annotated[str, msgspec.Meta(min_length=1)]
    score: Score
    comment: str


class Assessment(msgspec.Struct, forbid_unknown_fields=True):
    """A signed assessment."""

    external_id: Id
    assessment_id: Id
    revision: Number
    interview_id: str
    interview_remote_id: str | None
    candidate_remote_id: str | None
    candidate_name: str
    position_title: str
    assessor: str
    template_id: str
    template_version: Number
    analysis_id: str | None
    correction_id: str | None
    dimensions: list[Dimension]
    composite: Score
    composite_low: Score
    composite_high: Score
    coverage: Share
    weight_reason: str
    keyword_rate: Share | None
    conclusion: Literal["hire", "unsure", "no_hire", "cannot_tell"]
    summary: str
    comments: list[TimedComment]
    signed_at: str
    app_version: str
    contract_version: Literal[1]
    strengths: str = ""
    to_improve: str = ""
    questions: list[Question] = []
    custom_fields: dict[str, CustomValue] = {}
    signed_sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] = ""
    kept_fields: list[Annotated[str, msgspec.Meta(min_length=1, max_length=200)]] = []
