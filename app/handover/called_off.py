"""Interviews that the HR system called off, or took back that it did, out to the laptops that they were handed to.

Nothing of a person travels for it: an id, and whether the interview takes place. The laptop does what the office did;
where its people planned anew what is called off, they decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.types import InterviewStatus
from app.handover.cards import STATUS, call_off, put_card, settle_cards
from app.handover.identity import SYSTEM, hr_system
from app.handover.merging import Difference
from app.handover.package import Manifest
from app.handover.rows import Row, fields_of
from app.said import CALLED_OFF
from app.store.library import Library
from app.store.schedule import HANDED_OVER
from app.store.tables import AgreedRow, AuditRow, InterviewRow
from sync import ledger
from sync.ledger import KnownRow

ROWS = "called_off"
"""The kind of these rows: programs that do not know it leave them in the package."""
TOLD = "told_called_off"
"""The audit's word for a cancellation that went out in a package."""


class CalledOff(msgspec.Struct, frozen=True):
    """Whether an interview is called off. `remote_id` = the HR system's id of it."""

    called_off: bool
    remote_id: str | None = None


def gather(session: Session) -> list[Row]:
    """Of the interviews that were handed out from here those that are called off, or were when it was last told."""
    out = select(AuditRow.subject).where(AuditRow.action == HANDED_OVER, AuditRow.detail.startswith("outward "))
    told = set(session.scalars(select(AuditRow.subject).where(AuditRow.action == TOLD)))
    system, found = ledger.connected(session), []
    wanted = select(InterviewRow).where(InterviewRow.id.in_(out)).order_by(InterviewRow.created, InterviewRow.id)
    for row in session.scalars(wanted):
        is_off = _is_called_off(session, system, row)
        if is_off or row.id in told:
            found.append(Row(row.id, msgspec.to_builtins(CalledOff(is_off, row.remote_id))))
    return found


def _is_called_off(session: Session, system: str, row: InterviewRow) -> bool:
    """Here, or where it has begun here by the HR system's word."""
    if row.status == InterviewStatus.CANCELLED:
        return True
    said = ledger.said_status(session, system, row.remote_id) if row.remote_id else None
    return said == InterviewStatus.CANCELLED


def note_told(library: Library, session: Session, rows: list[Row]) -> None:
    """Remember what went out, so that it is told, too, when it is taken back."""
    for row in rows:
        if row.fields["called_off"]:
            library.record_in(session, TOLD, row.id)


@dataclass(frozen=True, slots=True)
class Taking:
    """Takes such rows from a package in the transaction `session`."""

    library: Library
    session: Session
    manifest: Manifest

    def take(self, row: Row) -> str:
        """One of them; gives what came of it: "changed", "cards", "said" where the interview goes on here all the same,
        "same" where it is not here, or nothing is new."""
        told = msgspec.convert(row.fields, CalledOff)
        held = self._find(row.id, told.remote_id)
        if held is None or not self._is_news(held.id, told.called_off):
            return "same"
        if not told.called_off:
            return self._planned_again(held)
        if held.status != InterviewStatus.SCHEDULED or held.media_sha256 is not None:
            return "same" if held.status == InterviewStatus.CANCELLED else "said"
        if self._was_planned_anew(held):
            found = Difference(
                STATUS, InterviewStatus.SCHEDULED.value, held.status, InterviewStatus.CANCELLED.value, True
            )
            put_card(
                self.session, self.manifest.library, self.manifest.id, self.manifest.by, "interview", held.id, found
            )
            return "cards"
        call_off(self.library, self.session, held.id)
        return "changed"

    def _find(self, interview_id: str, remote_id: str | None) -> InterviewRow | None:
        held = self.session.get(InterviewRow, interview_id)
        if held is None and remote_id and self.manifest.system in ("", hr_system(self.session)):
            held = self.session.scalar(select(InterviewRow).where(InterviewRow.remote_id == remote_id))
        return held

    def _is_news(self, interview_id: str, called_off: bool) -> bool:
        """Keep it, unless a newer package said something already; whether it says another thing than before."""
        at = datetime.fromisoformat(self.manifest.made).timestamp()
        before = ledger.known_row(self.session, SYSTEM, CALLED_OFF, interview_id)
        if before is not None and before.changed > at:
            return False
        fields = {CALLED_OFF: called_off}
        ledger.keep_row(self.session, SYSTEM, KnownRow(CALLED_OFF, interview_id, interview_id, fields), lambda: at)
        return called_off if before is None else before.fields != fields

    def _planned_again(self, held: InterviewRow) -> str:
        settle_cards(self.session, self.manifest.library, "interview", held.id, set(), only=STATUS)
        if held.status != InterviewStatus.CANCELLED:
            return "said"
        self.library.plan_again_in(self.session, held.id)
        return "changed"

    def _was_planned_anew(self, held: InterviewRow) -> bool:
        """Whether somebody changed the interview here since it was last agreed on with the office."""
        agreed = self.session.get(AgreedRow, (self.manifest.library, "interview", held.id))
        if agreed is None:
            return False
        mine: dict[str, Any] = fields_of("interview", held)
        return any(name in mine and mine[name] != value for name, value in agreed.fields.items() if name != STATUS)
