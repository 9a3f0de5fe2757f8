"""What surrounds an interview: its planned time, what follows from its result, and how it was for those in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Told(StrEnum):
    """What was told or decided about a planned time."""

    REMINDED = "reminded"
    LATE = "late"
    HIDDEN = "hidden"
    ARRIVED = "arrived"
    POSTPONED = "postponed"
    ABSENT = "absent"
    INVITED = "invited"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ScheduleEvent:
    """One line about an interview's schedule; `planned` (UTC) is the time that it was about."""

    interview_id: str
    serial: int
    action: Told
    planned: datetime | None
    body: dict[str, Any]
    at: datetime
    by: str


class Decision(StrEnum):
    """What a person decided about a suggestion."""

    SENT = "sent"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about what a rule suggested from one signed revision; `body` is the suggestion as it was shown."""

    assessment_id: str
    serial: int
    revision: int
    rule: str
    decision: Decision
    body: dict[str, Any]
    at: datetime
    by: str


class Side(StrEnum):
    """Whose feedback it is."""

    CANDIDATE = "candidate"
    INTERVIEWER = "interviewer"


@dataclass(frozen=True, slots=True)
class Feedback:
    """Feedback on an interview: ratings 1 to 5 by question, own words; `may_send` = its giver lets it go to HR."""

    id: str
    interview_id: str
    serial: int
    side: Side
    given_by: str
    ratings: dict[str, int]
    words: str
    may_send: bool
    at: datetime
    by: str
