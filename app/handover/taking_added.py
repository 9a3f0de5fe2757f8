"""What is only ever added: consents, corrections, histories, audit lines, signed revisions and receipts.

A row is known by its id, a signed revision by its bytes; the same again is nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import text
from app.domain.types import Interview
from app.failures import TemplateInvalid
from app.handover.cards import SIGNATURE, put_card
from app.handover.merging import Difference
from app.handover.rows import APPENDED, STAYS, Row, typed
from app.handover.taking_rows import TakingRows
from app.outgoing import assessment_signed, interview_of
from app.store.tables import (
    AssessmentRow,
    CorrectionRow,
    InterviewRow,
    QuestionRatingRow,
    SignatureRow,
    new_id,
)
from sync import handing, outbox
from sync.outbox import Item, Kind, State

AT_ONCE = 500


class TakingAdded:
    """Adds to the rows that `TakingRows` has taken, in the same transaction."""

    def __init__(self, rows: TakingRows) -> None:
        self._rows, self._library = rows, rows.library
        self._session: Session = rows.session
        self._content, self._tally = rows.content, rows.tally

    def take(self) -> None:
        """Everything but signatures and receipts."""
        self._templates()
        for kind in ("consent", "outside_consent", "correction", "question_rating", "comment_history", "audit"):
            for row in self._unknown(kind):
                self._add(kind, row)
                self._tally.new[kind] += 1

    def _templates(self) -> None:
        """A version is never changed once it is here: another content under its number stays in the package."""
        for template in self._content.templates:
            try:
                self._library.keep_template_in(self._session, template)
            except TemplateInvalid:
                self._tally.left.append(template.title.in_(text.language()))

    def _unknown(self, kind: str) -> Iterator[Row]:
        """The rows that are not here yet, in the order of their library."""
        table: Any = APPENDED[kind]
        rows = sorted(self._content.rows.get(kind, ()), key=lambda row: (row.serial, row.created))
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            there = set(self._session.scalars(select(table.id).where(table.id.in_([row.id for row in part]))))
            self._tally.same[kind] += len(there)
            yield from (row for row in part if row.id not in there and row.fields.get("action") not in STAYS)

    def _add(self, kind: str, row: Row) -> None:
        values = typed(kind, self._rows.named_here(row.fields))
        if kind == "audit":
            values["subject"] = self._rows.local("interview", values["subject"])
        else:
            values["assessor"] = row.assessor
        if row.created:
            values["created"] = datetime.fromisoformat(row.created)
        later = None
        if kind in ("consent", "outside_consent"):
            values["serial"] = self._consent_place(APPENDED[kind], values)
            self._library.note_in(self._session, "handed_in", "interview", values["interview_id"], kind)
        elif kind == "correction":
            values["serial"] = self._next(CorrectionRow, CorrectionRow.interview_id, values["interview_id"])
            self._library.note_in(self._session, "handed_in", "correction", values["interview_id"], row.id)
        elif kind == "question_rating":
            later = self._later_rating(values)
            values["serial"] = self._next(QuestionRatingRow, QuestionRatingRow.assessment_id, values["assessment_id"])
        self._session.add(APPENDED[kind](id=row.id, **values))
        self._session.flush()
        if later is not None:
            self._again(later, values["serial"] + 1)

    def _next(self, table: Any, column: Any, value: str) -> int:
        return (self._session.scalar(select(func.max(table.serial)).where(column == value)) or 0) + 1

    def _consent_place(self, table: Any, values: dict[str, Any]) -> int:
        """The newest consent by its time holds, also where an older one comes later: a withdrawal stays one."""
        of_interview = table.interview_id == values["interview_id"]
        earlier = select(func.max(table.serial)).where(of_interview, table.created <= values["created"])
        later = select(func.min(table.serial)).where(of_interview, table.created > values["created"])
        first_later = self._session.scalar(later)
        place = (self._session.scalar(earlier) or 0) + 1
        return place if first_later is None else min(place, first_later - 1)

    def _later_rating(self, values: dict[str, Any]) -> QuestionRatingRow | None:
        """What was said here of the question after what the package says."""
        wanted = select(QuestionRatingRow).where(
            QuestionRatingRow.assessment_id == values["assessment_id"],
            QuestionRatingRow.question == values["question"],
        )
        newest: QuestionRatingRow | None = self._session.scalar(
            wanted.order_by(QuestionRatingRow.serial.desc()).limit(1)
        )
        return newest if newest is not None and newest.created > values["created"] else None

    def _again(self, row: QuestionRatingRow, serial: int) -> None:
        """Say it once more after the older one: of each question the newest row holds."""
        self._session.add(
            QuestionRatingRow(
                id=new_id(), assessment_id=row.assessment_id, serial=serial, question=row.question, score=row.score,
                comment=row.comment, created=row.created, assessor=row.assessor,
            )
        )  # fmt: skip
        self._session.flush()

    # Signatures

    def sign(self) -> int:
        """Signed revisions, and in the same transaction what has to be sent of them; gives how many are to be sent.

        A newer revision takes the place of one that was not sent yet, as when it is signed here.
        """
        rows = self._content.rows.get("signature", ())
        items = []
        for row in sorted(rows, key=lambda row: (row.fields["signed_at"], row.fields["revision"])):
            items.append(self._sign(row, self._content.signed[row.fields["sha256"]]))
        found = (outbox.get(self._session, op_id) for op_id in items if op_id)
        return sum(item is not None and item.state is State.PENDING for item in found)

    def _sign(self, row: Row, payload: bytes) -> str:
        """One revision; gives the outbox's operation id, "" where nothing is to be sent."""
        assessment_id = self._rows.local("assessment", row.fields["assessment_id"])
        held = list(self._session.scalars(select(SignatureRow).where(SignatureRow.assessment_id == assessment_id)))
        if any(each.sha256 == row.fields["sha256"] for each in held):
            self._tally.same["signature"] += 1
            return ""
        body, revision = json.loads(payload), row.fields["revision"]
        mine = next((each.payload for each in held if each.revision == revision), None)
        waiting = outbox.find(self._session, Kind.ASSESSMENT, body["external_id"])
        if mine is None and waiting is not None and waiting.payload_sha256 != row.fields["sha256"]:
            mine = waiting.payload
        if mine is not None:
            self._contest(assessment_id, mine, payload, revision)
            return ""
        whole = self._keep(assessment_id, row, payload, body)
        self._tally.new["signature"] += 1
        if any(each.revision > revision for each in held):
            return ""
        return assessment_signed(self._session, whole, body["external_id"], payload)

    def _contest(self, assessment_id: str, mine: bytes, theirs: bytes, revision: int) -> None:
        """The same person signed two different revisions with one number: both are kept, a person decides."""
        found = Difference(f"revision {revision}", None, mine.decode(), theirs.decode(), False)
        manifest = self._content.manifest
        put_card(self._session, manifest.library, manifest.id, manifest.by, SIGNATURE, assessment_id, found)
        self._tally.cards[SIGNATURE] += 1

    def _keep(self, assessment_id: str, row: Row, payload: bytes, body: dict[str, Any]) -> Interview:
        values = typed("signature", row.fields) | {"assessment_id": assessment_id}
        created = datetime.fromisoformat(row.created) if row.created else values["signed_at"]
        self._session.add(
            SignatureRow(id=row.id, payload=payload, created=created, assessor=row.assessor, **values)
        )  # fmt: skip
        assessment = self._session.get(AssessmentRow, assessment_id)
        assert assessment is not None
        interview: Any = self._session.get(InterviewRow, assessment.interview_id)
        if self._is_newest(assessment.interview_id, values["signed_at"]):
            interview.composite = body["composite"]
        interview.signed = True
        self._session.flush()
        self._library.note_in(self._session, "signed_elsewhere", "assessment", interview.id,
                              f"{row.fields['revision']} {row.fields['sha256']}")  # fmt: skip
        return self._library.interview_in(self._session, interview.id)

    def _is_newest(self, interview_id: str, signed_at: datetime) -> bool:
        later = (
            select(SignatureRow.id)
            .join(AssessmentRow, SignatureRow.assessment_id == AssessmentRow.id)
            .where(AssessmentRow.interview_id == interview_id, SignatureRow.signed_at > signed_at)
        )
        return self._session.scalar(later.limit(1)) is None

    # Receipts

    def confirm(self) -> int:
        """Close what has arrived at the HR system by way of the other library; gives how many items."""
        closed = handing.confirm(self._session, self._content.receipts)
        for item in closed:
            self._link(item)
            self._library.note_in(
                self._session, "arrived", "audit", interview_id_of(item), f"{item.kind} {item.external_id}"
            )
        return len(closed)

    def _link(self, item: Item) -> None:
        """An interview that was registered by the other library carries the HR system's id from then on."""
        told = outbox.get(self._session, item.op_id)
        if item.kind is not Kind.INTERVIEW or told is None or not told.remote_id:
            return
        interview = self._session.get(InterviewRow, item.external_id)
        taken = self._session.scalar(select(InterviewRow.id).where(InterviewRow.remote_id == told.remote_id))
        if interview is not None and interview.remote_id is None and taken is None:
            interview.remote_id = told.remote_id
            self._session.flush()


def interview_id_of(item: Item) -> str:
    """The interview that an item of the outbox is about."""
    return item.aggregate.partition("/")[0] if item.kind is Kind.ASSESSMENT else interview_of(item.external_id)
