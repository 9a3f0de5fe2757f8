"""What the library tells the HR system, written to the outbox in the transaction of the change itself.

Of an interview that the HR system does not know, nothing leaves before its assessment is signed: a recording that
somebody only tries out must not become a candidate there. Then it is registered, moved and assessed in this order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from sqlalchemy.orm import Session

from app import text
from app.domain.types import Interview
from sync import adding, ledger, outbox
from sync.contract import STATUS_ORDER, InterviewStatus, NoteRole, progress
from sync.outbox import Item, Kind, Resolution
from sync.system import Note

_receiving: ContextVar[bool] = ContextVar("receiving", default=False)


@contextmanager
def receiving() -> Iterator[None]:
    """While the HR system's own changes are taken over, they are not sent back to it."""
    token = _receiving.set(True)
    try:
        yield
    finally:
        _receiving.reset(token)


def status_moved(session: Session, interview: Interview) -> None:
    """An interview moved on: one outbox row for each step that the HR system has not been told of."""
    if _receiving.get():
        return
    if interview.remote_id is None and registration_of(session, interview) is None:
        if interview.status is not InterviewStatus.ASSESSED:
            return
        _register(session, interview)
    told = _told(session, interview)
    for source, target in steps(told, interview.status):
        enqueue_move(session, interview, source, target, status_id(interview.id, target))


def assessment_signed(session: Session, interview: Interview, external_id: str, payload: bytes) -> str:
    """An assessment was signed: exactly its bytes are sent, after the registration and before "assessed"."""
    registration = registration_of(session, interview)
    adding.supersede(session, external_id.rpartition(":")[0])
    op_id = adding.enqueue(
        session,
        kind=Kind.ASSESSMENT,
        aggregate=interview.id,
        payload=payload,
        external_id=external_id,
        depends_on=registration,
    )
    last_move = outbox.find(session, Kind.STATUS, status_id(interview.id, InterviewStatus.ASSESSED))
    if last_move is not None:
        adding.depend(session, last_move.op_id, op_id)
    return op_id


def enqueue_move(
    session: Session, interview: Interview, source: InterviewStatus, target: InterviewStatus, external_id: str
) -> str:
    """One status move into the outbox."""
    move = {
        "interview_id": interview.id,
        "interview_remote_id": interview.remote_id,
        "from": source.value,
        "to": target.value,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return adding.enqueue(
        session,
        kind=Kind.STATUS,
        aggregate=moves_of(interview.id),
        payload=json.dumps(move).encode(),
        external_id=external_id,
        depends_on=registration_of(session, interview),
    )


def steps(told: InterviewStatus, wanted: InterviewStatus) -> list[tuple[InterviewStatus, InterviewStatus]]:
    """The single moves from one status forward to another; none when it is not forward."""
    order = STATUS_ORDER[progress(told) : progress(wanted) + 1]
    return list(pairwise(order))


@dataclass(frozen=True, slots=True)
class Said:
    """What a note says; there is one for an external id. `texts` = its words in each language."""

    external_id: str
    role: NoteRole
    at: datetime
    by: str
    texts: Mapping[str, str]
    details: Mapping[str, str | float | bool | None]
    assessment_external_id: str | None = None


def say(session: Session, interview: Interview, said: Said) -> str | None:
    """A note about an interview into the outbox, once for its id; gives that id, None where the HR system does not know
    the interview: nothing of it leaves before its assessment is signed.

    One that was closed before anybody had it does not count: what it said is said anew.
    """
    registration = registration_of(session, interview)
    if interview.remote_id is None and registration is None:
        return None
    if was_said(session, said.external_id):
        return said.external_id
    adding.set_aside(session, Kind.NOTE, said.external_id)
    note = Note(
        said.external_id, said.role.value, interview.id, interview.remote_id, interview.candidate.remote_id,
        said.assessment_external_id, said.at.astimezone(UTC).isoformat(timespec="seconds"), said.by,
        said.texts.get(text.language(), said.texts["en"]), said.details, said.texts,
    )  # fmt: skip
    adding.enqueue(
        session,
        kind=Kind.NOTE,
        aggregate=f"{interview.id}/notes",
        payload=note.kept(),
        external_id=said.external_id,
        depends_on=registration,
    )
    return said.external_id


def unsay(session: Session, beginning: str, *, exactly: bool = False) -> int:
    """Close notes that nobody can have yet, their external ids beginning so: something newer says it better.

    `exactly` = only the one with this very id.
    """
    return len(adding.close_unsent(session, Kind.NOTE, beginning, exactly=exactly))


def was_said(session: Session, external_id: str) -> bool:
    """Whether the HR system has a note, or may get it: it was not closed unsent."""
    there = outbox.find(session, Kind.NOTE, external_id)
    return there is not None and there.resolution not in (
        Resolution.SUPERSEDED,
        Resolution.NOT_TAKEN,
        Resolution.NOT_TOLD,
        Resolution.LEFT,
    )


LONGEST_ID = 64
"""Characters of an HR system's id that a note's id repeats; a longer one is told by its hash."""


def note_id(interview: Interview, role: NoteRole, *about: str) -> str:
    """The id of a note on an interview's schedule, the same at every computer that says the same: by the HR system's id
    of the interview, which all of them share, and by ours only where it has none yet."""
    return ":".join((_shared_id(interview), role, *filter(None, about)))


def _shared_id(interview: Interview) -> str:
    remote = interview.remote_id
    if remote is None:
        return interview.id
    return remote if len(remote) <= LONGEST_ID else hashlib.sha256(remote.encode()).hexdigest()[:32]


def unsay_schedule(session: Session, interview: Interview, *roles: NoteRole) -> None:
    """Close notes of these kinds on an interview's schedule that nobody can have yet."""
    for beginning in {_shared_id(interview), interview.id}:
        for role in roles:
            unsay(session, f"{beginning}:{role}:")


def unsay_late(session: Session, interview: Interview) -> None:
    """Nobody is waited for any more: that somebody is late is not sent where it has not been sent yet."""
    unsay_schedule(session, interview, NoteRole.LATE)


def moves_of(interview_id: str) -> str:
    """The aggregate of registration and moves: apart from the assessments', so that neither holds up the other."""
    return f"{interview_id}/moves"


def status_id(interview_id: str, status: InterviewStatus) -> str:
    """The external id of the move to a status."""
    return f"{interview_id}:{status.value}"


def interview_of(external_id: str) -> str:
    """The interview that a status move's or a registration's external id names."""
    return external_id.partition(":")[0]


def interview_id_of(item: Item) -> str:
    """The interview that an item of the outbox is about."""
    by_aggregate = item.kind in (Kind.ASSESSMENT, Kind.ATTACHMENT, Kind.NOTE)
    return item.aggregate.partition("/")[0] if by_aggregate else interview_of(item.external_id)


def registration_of(session: Session, interview: Interview) -> str | None:
    """The operation that makes an interview known to the HR system; None where it was never needed."""
    there = outbox.find(session, Kind.INTERVIEW, interview.id)
    return there.op_id if there else None


def _register(session: Session, interview: Interview) -> None:
    position = interview.position
    body = {
        "client_id": interview.id,
        "candidate_id": interview.candidate.remote_id,
        "candidate_name": interview.candidate.name,
        "position_id": position.remote_id if position else None,
        "position_title": position.title if position else "",
        "scheduled_at": interview.scheduled_at.isoformat() if interview.scheduled_at else None,
        "time_zone": interview.time_zone,
    }
    adding.enqueue(
        session,
        kind=Kind.INTERVIEW,
        aggregate=moves_of(interview.id),
        payload=json.dumps(body, ensure_ascii=False).encode(),
        external_id=interview.id,
    )


def _told(session: Session, interview: Interview) -> InterviewStatus:
    """The furthest status that the HR system said itself or has been told, sent or not yet."""
    told = InterviewStatus.SCHEDULED
    if interview.remote_id:
        said = ledger.said_status(session, ledger.connected(session), interview.remote_id)
        told = InterviewStatus(said) if said else told
    for status in STATUS_ORDER[progress(told) + 1 :]:
        if outbox.find(session, Kind.STATUS, status_id(interview.id, status)):
            told = status
    return told
