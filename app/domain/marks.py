"""What happens while an interview is held, at times of its recording: questions, takes, notes, ratings, answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class MarkKind(StrEnum):
    """What a mark tells of. What its `body` holds stands beside each.

    A question is known by its `number` in the kit from 0 on and its `take` from 1 on.
    """

    BEGUN = "begun"
    """`questions` [{text, seconds, answers, retakes}] as they are put until its end, `recorded` kinds, `goes_on` with
    an earlier recording, `sources` [{role, name}], `modalities` agreed to: the interview begins, or goes on so."""
    QUESTION = "question"
    """`number`, `take`, `text`: a question is asked from here on."""
    ANSWERED = "answered"
    """`number`, `take`: it ends."""
    PAUSED = "paused"
    RESUMED = "resumed"
    MARKER = "marker"
    NOTE = "note"
    """`text`: what the interviewer wrote."""
    RATED = "rated"
    """`number`, `text` of the question, `score` 0-10."""
    TEXT = "text"
    """`number`, `take`, `question`, `text`: the written answer as it stands from here on, in place of what it was."""
    PROMPTED = "prompted"
    """`prompt`: what the candidate was shown for encouragement."""
    CONSENT = "consent"
    """`kinds`, `modalities`: the candidate said aloud what is agreed to."""
    WITHDRAWN = "withdrawn"
    """`kinds`, `modalities` that are still agreed to."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark. `at_s` = seconds of the recording's own time, pauses left out; `created` by the clock on the wall."""

    interview_id: str
    serial: int
    kind: MarkKind
    at_s: float
    body: dict[str, Any]
    created: datetime
    by: str
