"""Consents to outside AI services, and what was sent to them. Nothing is ever changed: the newest row holds."""

from __future__ import annotations

from sqlalchemy import Select, func, select

from app.domain.outside import OutsideConsent, Purpose
from app.store.drafts import Drafts
from app.store.tables import AuditRow, InterviewRow, OutsideConsentRow
from app.store.writing import found

CONFIRMED, SENT = "outside_confirmed", "outside_sent"
"""Actions of the audit: a person read what would be sent and to whom, and let it go; a request that left."""


class Outside(Drafts):
    """What may go to outside services, by interview, purpose and host."""

    def record_outside_consent(
        self, interview_id: str, purpose: Purpose, host: str, service: str, *, agreed: bool, text_version: str, by: str
    ) -> OutsideConsent:
        """Keep what the candidate said about one service. Raises NotFound."""
        with self.session() as session:
            found(session, InterviewRow, interview_id, "interview")
            last = select(func.max(OutsideConsentRow.serial)).where(OutsideConsentRow.interview_id == interview_id)
            row = OutsideConsentRow(
                interview_id=interview_id, serial=(session.scalar(last) or 0) + 1, purpose=str(purpose), host=host,
                service=service, agreed=agreed, text_version=text_version, given_by=by, assessor=self.assessor,
            )  # fmt: skip
            session.add(row)
            session.flush()
            said = "agreed" if agreed else "withdrawn"
            self._note(session, "outside_consent", "interview", interview_id, f"{purpose} {host} {said} {text_version}")
            return _consent_of(row)

    def outside_consent(self, interview_id: str, purpose: Purpose, host: str) -> OutsideConsent | None:
        """What holds for one purpose and host; None where nothing was recorded."""
        wanted = _consents(interview_id, purpose, host).order_by(OutsideConsentRow.serial.desc()).limit(1)
        with self.reading() as session:
            row = session.scalar(wanted)
        return _consent_of(row) if row else None

    def outside_consents(self, interview_id: str) -> tuple[OutsideConsent, ...]:
        """All that the candidate said about services, oldest first."""
        wanted = select(OutsideConsentRow).where(OutsideConsentRow.interview_id == interview_id)
        with self.reading() as session:
            return tuple(_consent_of(row) for row in session.scalars(wanted.order_by(OutsideConsentRow.serial)))

    def confirm_outside(self, interview_id: str, purpose: Purpose, host: str) -> None:
        """A person read what will be sent to whom, and lets it go. Raises ReadOnly."""
        self.record(CONFIRMED, interview_id, f"{purpose} {host}")

    def outside_confirmed(self, interview_id: str, purpose: Purpose, host: str) -> bool:
        """Whether somebody did, for this interview."""
        wanted = select(AuditRow.serial).where(
            AuditRow.subject == interview_id, AuditRow.action == CONFIRMED, AuditRow.detail == f"{purpose} {host}"
        )
        with self.reading() as session:
            return session.scalar(wanted.limit(1)) is not None


def _consents(interview_id: str, purpose: Purpose, host: str) -> Select[OutsideConsentRow]:
    return select(OutsideConsentRow).where(
        OutsideConsentRow.interview_id == interview_id, OutsideConsentRow.purpose == str(purpose),
        OutsideConsentRow.host == host,
    )  # fmt: skip


def _consent_of(row: OutsideConsentRow) -> OutsideConsent:
    return OutsideConsent(
        row.interview_id, Purpose(row.purpose), row.host, row.service, row.agreed, row.text_version, row.given_by,
        row.created,
    )  # fmt: skip
