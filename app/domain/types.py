"""Position, candidate, interview, template, assessment, comment: what rows of the library come out as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.kit import SILENT, Kit
from sync.contract import Conclusion, InterviewStatus

__all__ = ["Conclusion", "InterviewStatus"]

ChangeCallback = Callable[[str, str], None]
"""Told after a change is committed: the kind ("position", "candidate", "interview", "assessment", "comment",
"correction", "enrichment", "mark", "template", "audit") and an id: for assessment, comment, correction, enrichment and
mark that of their interview."""

SPOKEN = ("auto", "zh", "en")
USUAL_SPEAKERS = 2
"""Interviewer and candidate. A suggested count is wrong too often to be the default."""
MOST_SPEAKERS = 8


@dataclass(frozen=True, slots=True)
class Position:
    """A job opening. `keywords` are the terms looked for in answers; `questions` the kit, in order, and `kit` how they
    are put."""

    id: str
    title: str
    department: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    template_id: str = "default"
    weights_locked: bool = False
    remote_id: str | None = None
    version: int = 1
    kit: Kit = SILENT


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who applies."""

    id: str
    name: str
    email: str = ""
    phone: str = ""
    remote_id: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class MediaItem:
    """A recording in the vault. `playable` = the re-muxed copy that the window plays is ready."""

    sha256: str
    name: str
    bytes: int
    duration_s: float | None
    has_video: bool
    has_audio: bool
    playable: bool


class AnalysisState(StrEnum):
    """Where an interview's analysis stands."""

    NONE = "none"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


WORKING = (AnalysisState.QUEUED, AnalysisState.RUNNING)


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview of a candidate for a position, with its recording.

    `spoken` is the language to analyse it in: "auto" finds it out, else "zh" or "en". `speakers` is how many people
    speak, 0 = as many as it sounds like. `cut_first`: it is analysed once a person has cut stretches out.
    """

    id: str
    title: str
    round: int
    status: InterviewStatus
    candidate: Candidate
    position: Position | None
    media: MediaItem | None
    created: datetime
    time_zone: str
    scheduled_at: datetime | None = None
    analysis_state: AnalysisState = AnalysisState.NONE
    analysis_id: str | None = None
    composite: float | None = None
    signed: bool = False
    remote_id: str | None = None
    version: int = 1
    spoken: str = SPOKEN[0]
    speakers: int = USUAL_SPEAKERS
    cut_first: bool = False


class InterviewOrder(StrEnum):
    """What a list of interviews is sorted by. TIME = the planned time, else when it came into the library."""

    CREATED = "created"
    CHANGED = "changed"
    TITLE = "title"
    CANDIDATE = "candidate"
    POSITION = "position"
    STATUS = "status"
    COMPOSITE = "composite"
    DURATION = "duration"
    PLANNED = "planned"
    TIME = "time"
    ANALYSIS = "analysis"


@dataclass(frozen=True, slots=True)
class InterviewQuery:
    """Which interviews to list. None = any. `text` is looked for in title, candidate, position and file name.

    Every word of `text` must occur somewhere, in any case and width. `recorded` = with a recording; `planned` = with a
    time, which is `planned_from` or later and before `planned_before`. `limit` None = all.
    """

    text: str = ""
    position_id: str | None = None
    candidate_id: str | None = None
    status: InterviewStatus | None = None
    analysis_state: AnalysisState | None = None
    signed: bool | None = None
    recorded: bool | None = None
    planned: bool | None = None
    planned_from: datetime | None = None
    planned_before: datetime | None = None
    order: InterviewOrder = InterviewOrder.CREATED
    descending: bool = True
    limit: int | None = 200
    offset: int = 0


class ConsentGiven(StrEnum):
    """How a candidate gave a consent: noted at the desk, signed on the screen, said aloud, or signed on paper."""

    DESK = "desk"
    SIGNED = "signed"
    SPOKEN = "spoken"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Consent:
    """What the candidate agreed to have analysed; `text_version` names the notice that was read.

    `kinds` are what may be recorded ("sound", "picture"), None where nobody was asked; `how` says how it was given,
    `language` the notice's and `notice_sha256` its words' fingerprint.
    """

    interview_id: str
    modalities: tuple[str, ...]
    text_version: str
    by: str
    recorded: datetime
    kinds: tuple[str, ...] | None = None
    how: ConsentGiven = ConsentGiven.DESK
    language: str = ""
    notice_sha256: str = ""

    @property
    def agreed(self) -> frozenset[str]:
        """The kinds and modalities that are agreed to."""
        return frozenset((*(self.kinds or ()), *self.modalities))


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """A consent as it was kept: by which assessor, and the signature that was drawn (as it came, unchecked)."""

    consent: Consent
    kept_by: str
    evidence: dict[str, Any] | None = None


class ToldCode(StrEnum):
    """What the program itself writes as a comment; its `value` beside each."""

    REDACTED = "redacted"
    """The reason: this stretch was taken out."""
    RETAKEN = "retaken"
    """The question: it was asked again, this take does not count."""


@dataclass(frozen=True, slots=True)
class Told:
    """What happened, for a sentence in the reader's language; see `app.told`."""

    code: ToldCode
    value: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment by an assessor, at a time (s) of the recording (None = on the whole interview).

    `end_s` = where the stretch ends that it is about; None = it is about one moment. `dimension_id` is the dimension
    that it speaks of, if any. `told`: the program wrote it, and `text` is its sentence in the language in use.
    """

    id: str
    time_s: float | None
    text: str
    author: str
    created: datetime
    bookmark: bool = False
    version: int = 1
    end_s: float | None = None
    dimension_id: str | None = None
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """An assessor's rating of one dimension: score 0-10, or None = not rated; `unveiled` = looked before rating."""

    dimension_id: str
    score: float | None = None
    comment: str = ""
    unveiled: bool = False


@dataclass(frozen=True, slots=True)
class QuestionRating:
    """An assessor's rating of one question of the kit, which is known by its words: score 0-10, or None = not rated."""

    question: str
    score: float | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signed revision: the canonical bytes (RFC 8785) are `payload`, `sha256` is theirs."""

    revision: int
    payload: bytes
    sha256: str
    signed_at: datetime
    assessor: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """One per interview and assessor. `weights` holds only what deviates from the template, in %.

    `questions` are those of the kit that were rated or commented on, in the order of their first rating.
    """

    id: str
    interview_id: str
    assessor: str
    template_id: str
    template_version: int
    ratings: dict[str, Rating] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    weight_reason: str = ""
    conclusion: Conclusion | None = None
    summary: str = ""
    signatures: tuple[Signature, ...] = ()
    version: int = 1
    strengths: str = ""
    to_improve: str = ""
    questions: dict[str, QuestionRating] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the append-only audit table."""

    at: datetime
    who: str
    action: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that writes a library: user, host, process id, and since when (its own clock, UTC)."""

    who: str
    host: str
    pid: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import gave. `already` = this very recording was in the library before; the interview is that one."""

    interview: Interview
    already: bool
