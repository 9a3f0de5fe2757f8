"""Stretches of a recording that were made inaudible and invisible for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    """Why a stretch was redacted."""

    SALARY = "salary"
    THIRD_PERSON = "third_person"
    PRIVATE = "private"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Redaction:
    """One stretch [start, end) (s), by whom and when (UTC)."""

    interview_id: str
    serial: int
    start: float
    end: float
    reason: Reason
    by: str
    at: datetime
