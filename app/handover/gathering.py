"""From the library to the rows of a package: what belongs to the chosen interviews and positions, and no more."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import other_ids
from app.handover import called_off, same_number
from app.handover.archive import Content, of_bytes
from app.handover.carried import carried
from app.handover.consented import quoting
from app.handover.package import signed_name
from app.handover.rows import MERGED, STAYS, Row, Seen, fields_of
from app.store.library import Library
from app.store.schedule import HANDED_OVER as HANDED_OVER
from app.store.tables import (
    AgreedRow,
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
from sync import handing
from sync.outbox import Item

RECEIPTS = "receipts.json"
CONSENTS: tuple[tuple[str, Any], ...] = (("consent", ConsentRow), ("outside_consent", OutsideConsentRow))


@dataclass(slots=True)
class Gathered:
    """The rows by kind, and the signed revisions by external id. `waiting` = items that the other side sends."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    signed: dict[str, bytes] = field(default_factory=dict)
    receipts: tuple[handing.Receipt, ...] = ()
    called_off: list[Row] = field(default_factory=list)
    waiting: list[Item] = field(default_factory=list)

    def contents(self) -> list[Content]:
        """As members, in the order of their names."""
        found = [of_bytes(f"rows/{kind}.json", msgspec.json.encode(rows)) for kind, rows in self.rows.items() if rows]
        found += [of_bytes(signed_name(external_id), body) for external_id, body in self.signed.items()]
        if self.called_off:
            found.append(of_bytes(f"rows/{called_off.ROWS}.json", msgspec.json.encode(self.called_off)))
        if self.receipts:
            found.append(of_bytes(RECEIPTS, msgspec.json.encode(self.receipts)))
        return sorted(found, key=lambda each: each.member.name)

    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        told = {kind: len(rows) for kind, rows in self.rows.items() if rows}
        told |= {called_off.ROWS: len(self.called_off)} if self.called_off else {}
        return told | ({"receipt": len(self.receipts)} if self.receipts else {})


class Gathering:
    """Collects in one session, so that all of it is of one moment."""

    def __init__(self, library: Library, session: Session) -> None:
        self._library, self._session = library, session
        self.found = Gathered()

    def outward(self, interviews: Collection[str], positions: Collection[str]) -> Gathered:
        """Positions with their templates, and planned interviews with candidate and consent; and what has arrived,
        or was called off."""
        rows = self._interviews(interviews, positions)
        wanted = {row.template_id for row in self._all(PositionRow, PositionRow.id, self._positions(rows, positions))}
        self._templates((each, None) for each in sorted(wanted | {"default"}))
        for kind, table in CONSENTS:
            self._add(kind, self._of_interviews(table, rows))
        self._add("schedule_event", self._of_interviews(ScheduleEventRow, rows))
        return self.receipts()

    def results(self, interviews: Collection[str]) -> Gathered:
        """Interviews with everything that belongs to their signed assessments, and what is to be said of them.

        Feedback that its giver does not let go stays.
        """
        rows = self._interviews(interviews, ())
        signatures = list(self._session.scalars(
            select(SignatureRow).join(AssessmentRow, SignatureRow.assessment_id == AssessmentRow.id)
            .where(AssessmentRow.interview_id.in_(interviews)).order_by(SignatureRow.signed_at, SignatureRow.revision)
        ))  # fmt: skip
        assessed = sorted({row.assessment_id for row in signatures})
        assessments = self._all(AssessmentRow, AssessmentRow.id, assessed)
        self._add("assessment", assessments)
        self._add("rating", self._all(RatingRow, RatingRow.assessment_id, assessed))
        self._add("question_rating", self._all(QuestionRatingRow, QuestionRatingRow.assessment_id, assessed))
        self._add("suggestion", self._all(SuggestionRow, SuggestionRow.assessment_id, assessed))
        self._signatures(signatures)
        self._templates(sorted(self._used(assessments)))
        for kind, table in (*CONSENTS, ("mark", MarkRow), ("redaction", RedactionRow)):
            self._add(kind, self._of_interviews(table, rows))
        left_out = quoting(self._session, self._library, [row.id for row in rows])
        corrections = self._of_interviews(CorrectionRow, rows)
        self._add("correction", [row for row in corrections if row.id not in left_out])
        self._add("schedule_event", self._of_interviews(ScheduleEventRow, rows))
        self._add("feedback", [row for row in self._of_interviews(FeedbackRow, rows) if row.may_send])
        self._comments(rows)
        self.found.waiting = carried(self._library, handing.waiting(self._session, [row.id for row in rows]))
        lines = self._all(AuditRow, AuditRow.subject, [row.id for row in rows])
        self._add("audit", [line for line in lines if line.action not in STAYS])
        return self.found

    def receipts(self) -> Gathered:
        """Only what has arrived at the HR system of what came here in packages, what became of revisions whose number
        another one had, and what was called off."""
        self.found.receipts = self._receipts() + same_number.receipts(self._session)
        self.found.called_off = called_off.gather(self._session)
        return self.found

    def _interviews(self, interviews: Collection[str], positions: Collection[str]) -> list[InterviewRow]:
        rows = self._all(InterviewRow, InterviewRow.id, interviews)
        self._add("position", self._all(PositionRow, PositionRow.id, self._positions(rows, positions)))
        self._add("candidate", self._all(CandidateRow, CandidateRow.id, {row.candidate_id for row in rows}))
        self._add("interview", rows)
        return rows

    def _positions(self, rows: list[InterviewRow], positions: Collection[str]) -> set[str]:
        return {row.position_id for row in rows if row.position_id} | set(positions)

    def _comments(self, interviews: list[InterviewRow]) -> None:
        """Those that stand; a deleted one only where the other side may have it."""
        went = select(AuditRow).where(AuditRow.action == HANDED_OVER).order_by(AuditRow.serial)
        times: dict[str, list[datetime]] = {}
        for line in self._session.scalars(went):
            times.setdefault(line.subject, []).append(line.at)
        agreed = set(self._session.scalars(select(AgreedRow.row_id).where(AgreedRow.kind == "comment")))
        comments = [
            row
            for row in self._of_interviews(CommentRow, interviews)
            if not row.deleted
            or row.id in agreed
            or any(row.created <= at <= row.changed for at in times.get(row.interview_id, ()))
        ]
        self._add("comment", comments)
        ids = [row.id for row in comments]
        self._add("comment_history", self._all(CommentHistoryRow, CommentHistoryRow.comment_id, ids))

    def _signatures(self, rows: list[SignatureRow]) -> None:
        self._add("signature", rows)
        for row in rows:
            self.found.signed[json.loads(row.payload)["external_id"]] = row.payload

    def _used(self, assessments: list[AssessmentRow]) -> set[tuple[str, int | None]]:
        used: set[tuple[str, int | None]] = {(row.template_id, row.template_version) for row in assessments}
        for body in map(json.loads, self.found.signed.values()):
            used.add((body["template_id"], body["template_version"]))
        return used

    def _templates(self, wanted: Iterable[tuple[str, int | None]]) -> None:
        rows = []
        for template_id, version in wanted:
            template = self._library.template(template_id, version)
            body = msgspec.json.encode(template, order="deterministic").decode()
            fields = {"template_id": template.id, "template_version": template.version, "body": body,
                      "sha256": hashlib.sha256(body.encode()).hexdigest()}  # fmt: skip
            rows.append(Row(f"{template.id}:{template.version}", fields))
        self.found.rows["template"] = rows

    def _receipts(self) -> tuple[handing.Receipt, ...]:
        known = self._session.scalars(select(AgreedRow.row_id).where(AgreedRow.kind == "interview").distinct()).all()
        found = handing.receipts(self._session, known)
        return (*found, *other_ids.receipts(self._session, frozenset(known), found))

    def _of_interviews(self, table: Any, rows: list[InterviewRow]) -> list[Any]:
        return self._all(table, table.interview_id, [row.id for row in rows])

    def _all(self, table: Any, column: Any, wanted: Collection[str]) -> list[Any]:
        """The rows with these values, in an order that is the same each time."""
        order = [table.serial, table.id] if hasattr(table, "serial") else [table.created, table.id]
        return list(self._session.scalars(select(table).where(column.in_(list(wanted))).order_by(*order)))

    def _add(self, kind: str, rows: Iterable[Base]) -> None:
        seen = self._seen(kind) if kind in MERGED else {}
        self.found.rows[kind] = [_row(kind, row, seen) for row in rows]

    def _seen(self, kind: str) -> dict[str, dict[str, Seen]]:
        found: dict[str, dict[str, Seen]] = {}
        for agreed in self._session.scalars(select(AgreedRow).where(AgreedRow.kind == kind)):
            said = Seen(agreed.row_version, agreed.row_changed, agreed.fields)
            found.setdefault(agreed.row_id, {})[agreed.library] = said
        return found


def _row(kind: str, row: Any, seen: dict[str, dict[str, Seen]]) -> Row:
    return Row(
        row.id, fields_of(kind, row), _time(getattr(row, "created", None)), getattr(row, "assessor", ""),
        _time(getattr(row, "changed", None)), getattr(row, "version", 1), getattr(row, "serial", 0) or 0,
        seen.get(row.id, {}),
    )  # fmt: skip


def _time(moment: Any) -> str:
    return moment.isoformat(timespec="microseconds") if moment is not None else ""
