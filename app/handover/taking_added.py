"""What is only ever added: consents, corrections, histories, audit lines, signed revisions and receipts.

A row is known by its id, a signed revision by its bytes; the same again is nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import text
from app.domain.types import Interview
from app.failures import TemplateInvalid
from app.handover import called_off, carried
from app.handover.cards import SIGNATURE, put_card, was_decided
from app.handover.hr_said import SaidRow, take_said
from app.handover.merging import Difference
from app.handover.rows import APPENDED, STAYS, Row, typed
from app.handover.taking_rows import TakingRows
from app.outgoing import assessment_signed, interview_id_of, interview_of
from app.store.redactions import QUOTING, forget_handed_in
from app.store.tables import (
    AssessmentRow,
    CorrectionRow,
    FeedbackRow,
    InterviewRow,
    MarkRow,
    QuestionRatingRow,
    RedactionRow,
    ScheduleEventRow,
    SignatureRow,
    SuggestionRow,
    new_id,
)
from sync import handing, outbox
from sync.outbox import Item, Kind, State

ADDED = (
    "redaction", "consent", "outside_consent", "correction", "question_rating", "comment_history", "schedule_event",
    "feedback", "mark", "suggestion", "audit",
)  # fmt: skip
"""Kinds of rows that are only ever added, but for signatures; each after those that it names."""
_SERIAL: dict[str, tuple[Any, str]] = {
    "correction": (CorrectionRow, "interview_id"),
    "question_rating": (QuestionRatingRow, "assessment_id"),
    "schedule_event": (ScheduleEventRow, "interview_id"),
    "feedback": (FeedbackRow, "interview_id"),
    "mark": (MarkRow, "interview_id"),
    "redaction": (RedactionRow, "interview_id"),
    "suggestion": (SuggestionRow, "assessment_id"),
}
"""Kinds whose rows are numbered, and of what."""
_SAID_AGAIN = {"question_rating": "question", "suggestion": "rule"}
"""Kinds of which the newest row holds, and what it is about."""


Lay = Callable[[str], int]
"""Lays a made file, by its hash, into the vault; gives its size in bytes."""


class TakingAdded:
    """Adds to the rows that `TakingRows` has taken, in the same transaction. `to_send` and `confirmed` count signed
    revisions that are sent from here now, and items that have arrived by way of the other library."""

    def __init__(self, rows: TakingRows) -> None:
        self._rows, self._library = rows, rows.library
        self._content, self._tally = rows.content, rows.tally
        self.to_send = self.confirmed = 0

    @property
    def _session(self) -> Session:
        return self._rows.session

    def take(self, kind: str, part: list[Row]) -> None:
        """Some rows of a kind."""
        for row in self._unknown(kind, part):
            if kind == "correction" and self._repeats(row):
                self._tally.redacted += 1
                continue
            self._add(kind, row)
            self._tally.new[kind] += 1
        self._session.flush()
        if kind == "consent":
            for interview_id in {self._rows.local("interview", row.fields["interview_id"]) for row in part}:
                self._library.follow_consent(self._session, interview_id)

    def templates(self) -> None:
        """A version is never changed once it is here: another content under its number stays in the package."""
        for template in self._content.templates:
            try:
                self._library.keep_template_in(self._session, template)
            except TemplateInvalid:
                self._tally.left.append(template.title.in_(text.language()))

    def _unknown(self, kind: str, part: list[Row]) -> Iterator[Row]:
        """The rows that are not here yet, in the order of their library."""
        table: Any = APPENDED[kind]
        rows = sorted(part, key=lambda row: (row.serial, row.created))
        there = set(self._session.scalars(select(table.id).where(table.id.in_([row.id for row in rows]))))
        self._tally.same[kind] += len(there)
        yield from (row for row in rows if row.id not in there and row.fields.get("action") not in STAYS)

    def _repeats(self, row: Row) -> bool:
        """Whether a correction repeats words that were redacted here, or takes back one that does."""
        fields = row.fields
        spans = self._rows.redacted(fields["interview_id"])
        if fields["kind"] in QUOTING and any(fields["start"] < end and fields["end"] > start for start, end in spans):
            return True
        reverts = fields.get("reverts")
        if not spans or reverts is None:
            return False
        return self._session.scalar(select(CorrectionRow.id).where(CorrectionRow.id == reverts)) is None

    def _add(self, kind: str, row: Row) -> None:
        values = typed(kind, self._rows.named_here(row.fields))
        if kind == "audit":
            values["subject"] = self._rows.local("interview", values["subject"])
        else:
            values["assessor"] = row.assessor
        if row.created:
            values["created"] = datetime.fromisoformat(row.created)
        if kind in ("consent", "outside_consent"):
            values["serial"] = self._consent_place(APPENDED[kind], values)
            self._library.note_in(self._session, "handed_in", "interview", values["interview_id"], kind)
        elif kind == "correction":
            self._library.note_in(self._session, "handed_in", "correction", values["interview_id"], row.id)
        elif kind in ("schedule_event", "feedback", "suggestion", "redaction"):
            self._library.note_in(self._session, "handed_in", "interview", self._interview_of(values), kind)
        if kind in _SERIAL:
            values["serial"] = self._next(kind, values, row.serial)
        self._session.add(APPENDED[kind](id=row.id, **values))
        if kind in _SAID_AGAIN:
            self._let_the_newest_hold(kind, values)
        if kind == "redaction":
            self._session.flush()
            forget_handed_in(self._session, values["interview_id"], (values["start"], values["end"]))

    def _interview_of(self, values: dict[str, Any]) -> str:
        if "interview_id" in values:
            return str(values["interview_id"])
        assessment = self._session.get(AssessmentRow, values["assessment_id"])
        assert assessment is not None
        return assessment.interview_id

    def _next(self, kind: str, values: dict[str, Any], wanted: int) -> int:
        """The row's number here. A suggestion keeps its own where it is free, for its note is known by it."""
        table, owner = _SERIAL[kind]
        of_owner = getattr(table, owner) == values[owner]
        if kind == "suggestion":
            if self._session.scalar(select(table.id).where(of_owner, table.serial == wanted)) is None:
                return wanted
            values["body"] = {"serial": wanted} | values["body"]
        return (self._session.scalar(select(func.max(table.serial)).where(of_owner)) or 0) + 1

    def _consent_place(self, table: Any, values: dict[str, Any]) -> int:
        """The newest consent by its time holds, also where an older one comes later: a withdrawal stays one."""
        of_interview = table.interview_id == values["interview_id"]
        earlier = select(func.max(table.serial)).where(of_interview, table.created <= values["created"])
        later = select(func.min(table.serial)).where(of_interview, table.created > values["created"])
        first_later = self._session.scalar(later)
        place = (self._session.scalar(earlier) or 0) + 1
        return place if first_later is None else min(place, first_later - 1)

    def _let_the_newest_hold(self, kind: str, values: dict[str, Any]) -> None:
        """What was said last, here or there, is said once more where an older row has the highest number."""
        table, owner = _SERIAL[kind]
        about = _SAID_AGAIN[kind]
        said = list(self._session.scalars(
            select(table).where(getattr(table, owner) == values[owner], getattr(table, about) == values[about])
        ))  # fmt: skip
        newest = max(said, key=lambda row: (row.created, row.serial))
        if newest.serial == max(row.serial for row in said):
            return
        again = {column.name: getattr(newest, column.name) for column in table.__table__.columns} | {"id": new_id()}
        again["serial"] = self._next(kind, again, newest.serial)
        self._session.add(table(**again))
        self._session.flush()

    def hear(self, row: SaidRow, lay: Callable[[str], object]) -> None:
        """What the HR system says of a position or a candidate."""
        manifest = self._content.manifest
        local_id = self._rows.local(row.kind, row.row_id)
        if take_said(self._session, row, local_id, datetime.fromisoformat(manifest.made), lay):
            self._tally.new["said"] += 1
            self._tally.new["document"] += len(row.files)
            self._library.note_in(self._session, "hr_said", row.kind, local_id, manifest.id)
        else:
            self._tally.same["said"] += 1

    # Signatures

    def sign(self, interview_id: str, rows: list[Row], lay: Lay) -> None:
        """Signed revisions of an interview (by its id in the package), and in the same transaction what has to be sent
        of them, notes and files included; `lay` lays a file into the vault.

        A newer revision takes the place of one that was not sent yet, as when it is signed here.
        """
        items = []
        for row in sorted(rows, key=lambda row: (row.fields["signed_at"], row.fields["revision"])):
            items.append(self._sign(row, self._content.signed[row.fields["sha256"]]))
        if rows:
            self._library.follow_consent(self._session, self._rows.local("interview", interview_id))
        found = (outbox.get(self._session, op_id) for op_id in items if op_id)
        self.to_send += sum(item is not None and item.state is State.PENDING for item in found)
        self._say(interview_id, lay)

    def _say(self, interview_id: str, lay: Lay) -> None:
        """Notes and files that the laptop left to us."""
        notes = [note for note in self._content.notes if note["interview_id"] == interview_id]
        files = [file for file in self._content.files if file.interview_id == interview_id]
        if not notes and not files:
            return
        interview = self._library.interview_in(self._session, self._rows.local("interview", interview_id))
        told = [("note", carried.take_note(self._session, interview, note)) for note in notes]
        if self._rows.redacted(interview_id):
            self._leave(interview, files)
        else:
            told += [
                ("file", carried.take_file(self._session, interview, file, self._content.signed, lay)) for file in files
            ]
        self._library.follow_consent(self._session, interview.id)
        for kind, is_new in told:
            (self._tally.new if is_new else self._tally.same)[kind] += 1

    def _leave(self, interview: Interview, files: list[carried.CarriedFile]) -> None:
        """What was made of a recording before a stretch of it was redacted here is not sent."""
        sizes = {member.sha256: member.bytes for member in self._content.manifest.members}
        for file in files:
            size = sizes[file.sha256]
            if carried.leave_file(self._session, interview, file, self._content.signed, size):
                self._tally.redacted += 1

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
        """The same person signed two different revisions with one number: both are kept, a person decides, once."""
        if was_decided(self._session, SIGNATURE, assessment_id, theirs.decode()):
            self._tally.same["signature"] += 1
            return
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

    # What the office says

    def call_off(self, part: list[Row]) -> None:
        """Interviews that do not take place any more, or do again."""
        taking = called_off.Taking(self._library, self._session, self._content.manifest)
        tallies = {"changed": self._tally.changed, "cards": self._tally.cards, "said": self._tally.new}
        for row in part:
            tallies.get(taking.take(row), self._tally.same)[called_off.ROWS] += 1

    def confirm(self, part: list[handing.Receipt]) -> None:
        """Close what has arrived at the HR system by way of the other library."""
        closed = handing.confirm(self._session, map(self._named_here, part), self._content.manifest.by)
        self.confirmed += len(closed)
        for interview_id in {interview_id_of(item) for item in closed}:
            self._library.follow_consent(self._session, interview_id)
        for item in closed:
            self._link(item)
            self._library.note_in(
                self._session, "arrived", "audit", interview_id_of(item), f"{item.kind} {item.external_id}"
            )

    def _named_here(self, receipt: handing.Receipt) -> handing.Receipt:
        """A move is known by our id of its interview, which may have another one there: the HR system's is the same."""
        if receipt.kind != Kind.STATUS or self._rows.is_of_other_system():
            return receipt
        there = interview_of(receipt.external_id)
        return replace(receipt, external_id=self._interviews_here.get(there, there) + receipt.external_id[len(there) :])

    @cached_property
    def _interviews_here(self) -> dict[str, str]:
        """Interviews whose moves have arrived: the other library's id of each, and ours."""
        told = {
            each.remote_id: interview_of(each.external_id)
            for each in self._content.receipts
            if each.kind == Kind.STATUS and each.remote_id
        }
        wanted = select(InterviewRow.remote_id, InterviewRow.id).where(InterviewRow.remote_id.is_not(None))
        return {told[remote]: ours for remote, ours in self._session.execute(wanted) if remote in told}

    def close_files(self) -> None:
        """Files beside revisions that did not arrive wait for nothing any more, also where a try that was interrupted
        has confirmed those revisions."""
        handing.close_files(self._session)

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
