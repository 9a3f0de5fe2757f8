"""What of the library's tables travels in a package, and how it is checked when it comes.

The columns are read off the tables themselves, so that a new one travels without a word here; what belongs to one
library alone is named in `_AT_HOME`.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from functools import cache
from typing import Any, get_args, get_type_hints

import msgspec

from app.domain.kit import kit_of
from app.domain.marks import MarkKind
from app.domain.people import Decision, Side, Told
from app.domain.redaction import Reason
from app.domain.types import SPOKEN, Conclusion, ConsentGiven, InterviewStatus
from app.feedback import MOST_CHARACTERS, QUESTIONS
from app.store.outside import CONFIRMED
from app.store.tables import (
    AssessmentRow,
    AuditRow,
    Base,
    CandidateRow,
    CommentHistoryRow,
    CommentRow,
    ConsentRow,
    CorrectionRow,
    FeedbackRow,
    InterviewRow,
    MarkRow,
    OutsideConsentRow,
    PositionRow,
    QuestionRatingRow,
    RatingRow,
    RedactionRow,
    ScheduleEventRow,
    SignatureRow,
    SuggestionRow,
)
from app.suggestions.rules import Rule

MERGED: dict[str, type[Base]] = {
    "position": PositionRow,
    "candidate": CandidateRow,
    "interview": InterviewRow,
    "assessment": AssessmentRow,
    "rating": RatingRow,
    "comment": CommentRow,
}
"""Rows that people change, compared field by field; each kind after those that it names."""
APPENDED: dict[str, type[Base]] = {
    "consent": ConsentRow,
    "outside_consent": OutsideConsentRow,
    "correction": CorrectionRow,
    "question_rating": QuestionRatingRow,
    "comment_history": CommentHistoryRow,
    "schedule_event": ScheduleEventRow,
    "feedback": FeedbackRow,
    "suggestion": SuggestionRow,
    "mark": MarkRow,
    "redaction": RedactionRow,
    "signature": SignatureRow,
    "audit": AuditRow,
}
"""Rows that are only ever added, known by their id."""
NAMES = {"candidate_id": "candidate", "position_id": "position", "interview_id": "interview",
         "assessment_id": "assessment", "comment_id": "comment"}  # fmt: skip
"""Fields that name another row, and its kind."""
STAYS = frozenset({CONFIRMED})
"""Lines of the audit that open a gate in their own library, and so never travel: each library asks its own people."""
_WORDS = {"status": frozenset(InterviewStatus), "conclusion": frozenset(Conclusion), "spoken": frozenset(SPOKEN),
          "how": frozenset(ConsentGiven)}  # fmt: skip
_WORDS_OF = {
    "schedule_event": ("action", frozenset(Told)),
    "suggestion": ("decision", frozenset(Decision)),
    "feedback": ("side", frozenset(Side)),
    "mark": ("kind", frozenset(MarkKind)),
    "redaction": ("reason", frozenset(Reason)),
}
_SHA256 = re.compile("[0-9a-f]{64}")
_OF_EVERY_ROW = frozenset({"id", "created", "assessor", "changed", "version", "serial"})
_AT_HOME = {
    "interview": frozenset(
        {"media_sha256", "analysis_state", "analysis_id", "composite", "signed", "search", "cut_first"}
    ),
    "signature": frozenset({"payload"}),
}


class Seen(msgspec.Struct, frozen=True):
    """What the package's library last took over of the same row from another library."""

    version: int
    changed: str
    fields: dict[str, Any]


class Row(msgspec.Struct, frozen=True):
    """A row as it travels. `version` and `changed` are its own library's; `seen` by library."""

    id: str
    fields: dict[str, Any]
    created: str = ""
    assessor: str = ""
    changed: str = ""
    version: int = 1
    serial: int = 0
    seen: dict[str, Seen] = {}


@cache
def columns(kind: str) -> tuple[str, ...]:
    """The fields of a kind that travel."""
    table = (MERGED | APPENDED)[kind]
    left = _OF_EVERY_ROW | _AT_HOME.get(kind, frozenset())
    return tuple(column.name for column in table.__table__.columns if column.name not in left)


@cache
def _shape(kind: str) -> type[msgspec.Struct]:
    hints = get_type_hints((MERGED | APPENDED)[kind])
    return msgspec.defstruct(
        kind, [(name, get_args(hints[name])[0] | msgspec.UnsetType, msgspec.UNSET) for name in columns(kind)]
    )


def fields_of(kind: str, row: Base) -> dict[str, Any]:
    """A row's fields as JSON has them."""
    return {name: msgspec.to_builtins(getattr(row, name)) for name in columns(kind)}


def typed(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Fields from a package as the table has them; unknown ones are left out. Raises msgspec.ValidationError."""
    known = msgspec.structs.asdict(msgspec.convert(fields, _shape(kind)))
    values = {name: value for name, value in known.items() if value is not msgspec.UNSET}
    _refuse_senseless(values)
    if kind in _WORDS_OF:
        _refuse_of_people(kind, values)
    return values


def _refuse_senseless(values: dict[str, Any]) -> None:
    """What the types do not say: words of a closed list, and the range of a score."""
    for name, words in _WORDS.items():
        if values.get(name) is not None and values[name] not in words:
            raise msgspec.ValidationError(f"{name} = {values[name]}")
    kit_of(values.get("kit"))
    score = values.get("score")
    if score is not None and not 0 <= score <= 10:
        raise msgspec.ValidationError(f"score = {score}")
    if any(isinstance(value, datetime) and value.tzinfo is None for value in values.values()):
        raise msgspec.ValidationError("a time without a zone")


def _refuse_of_people(kind: str, values: dict[str, Any]) -> None:
    """The same for rows that are shown as they are, whatever they hold."""
    name, words = _WORDS_OF[kind]
    if values.get(name) not in words:
        raise msgspec.ValidationError(f"{name} = {values.get(name)}")
    if kind == "mark" and not values.get("at_s", -1.0) >= 0:
        raise msgspec.ValidationError(f"at_s = {values.get('at_s')}")
    if kind == "redaction":
        _refuse_no_redaction(values)
    if kind == "suggestion":
        msgspec.convert(values.get("body"), _Suggested)
    if kind == "feedback":
        ratings, asked = values.get("ratings", {}), QUESTIONS[Side(values["side"])]
        wrong = [rated for rated, value in ratings.items() if rated not in asked or value not in range(1, 6)]
        if wrong or len(values.get("words", "")) > MOST_CHARACTERS:
            raise msgspec.ValidationError(f"ratings = {wrong}")


def _refuse_no_redaction(values: dict[str, Any]) -> None:
    start, end = values.get("start", -1.0), values.get("end", -1.0)
    if not 0 <= start < end < math.inf or values.get("before_bytes", -1) < 0:
        raise msgspec.ValidationError(f"redaction = {start}-{end}")
    if not all(_SHA256.fullmatch(values.get(name, "")) for name in ("before_sha256", "after_sha256")):
        raise msgspec.ValidationError("redaction of no file")


class _Suggested(msgspec.Struct):
    """What the body of a decision on a suggestion holds."""

    rule: Rule
    subject: str
    value: float | str


def required(kind: str) -> frozenset[str]:
    """The fields that a new row cannot do without."""
    table = (MERGED | APPENDED)[kind].__table__
    return frozenset(name for name in columns(kind) if not table.c[name].nullable and table.c[name].default is None)


def plain(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The same as JSON has them, spelt as `fields_of` does."""
    return {name: msgspec.to_builtins(value) for name, value in typed(kind, fields).items()}
