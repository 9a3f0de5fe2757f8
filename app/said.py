"""What the HR system says of an interview's position and candidate beyond our own columns, for reading.

It stays marked as the HR system's own and is never edited here. What others wrote of earlier interviews is asked for
apart (`earlier_feedback`): whoever has not signed yet looks at it on purpose, and the audit says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from sqlalchemy import func, select

from app.documents import KIND, OVER, documents_in
from app.domain.types import Interview, InterviewQuery, InterviewStatus
from app.failures import NotFound
from app.handover.identity import SYSTEM
from app.store import Library
from sync import ledger
from sync.contract import RemoteCustom, RemoteEvent, RemoteFeedback
from sync.ledger import KnownRow
from sync.tables import sync_state

Part = TypeVar("Part")
CALLED_OFF = "called_off"
"""The kind of row by which a computer without the HR system knows, by package, what was called off there."""
WAITING, LEFT_THERE, LEFT_OUT = "waiting", "left_there", "left_out"


@dataclass(frozen=True, slots=True)
class SaidDocument:
    """A file of the candidate. `sha256` "" = it is not here, and `problem` says why."""

    name: str
    size: int | None
    sha256: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """All that is shown of it. `rounds` = the candidate's interviews here, where there are several;
    `cancelled` = it was called off there, though it has begun here; `closed` = the position is closed there or gone."""

    requirements: str = ""
    position: tuple[RemoteCustom, ...] = ()
    candidate: tuple[RemoteCustom, ...] = ()
    documents: tuple[SaidDocument, ...] = ()
    history: tuple[RemoteEvent, ...] = ()
    feedback: int = 0
    rounds: tuple[Interview, ...] = ()
    deleted: bool = False
    cancelled: bool = False
    closed: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return self == Said()


def said_of(library: Library, interview: Interview) -> Said:
    """What the HR system said the last time."""
    position = known(library, "position", interview.position.remote_id if interview.position else None)
    candidate = known(library, "candidate", interview.candidate.remote_id)
    about: dict[str, Any] = dict(position.fields) if position else {}
    told: dict[str, Any] = dict(candidate.fields) if candidate else {}
    rounds = library.interviews(InterviewQuery(candidate_id=interview.candidate.id)) if candidate else ()
    return Said(
        requirements=str(about.get("requirements", "")),
        position=_parts(about, "custom", RemoteCustom),
        candidate=_parts(told, "custom", RemoteCustom),
        documents=tuple(_document(library, interview, one.remote_id, one.name, one.size) for one in documents_in(told)),
        history=tuple(sorted(_parts(told, "history", RemoteEvent), key=lambda line: line.at)),
        feedback=len(told.get("feedback", ())),
        rounds=tuple(sorted(rounds, key=lambda one: (one.round, one.created))) if len(rounds) > 1 else (),
        deleted=bool(candidate and candidate.deleted),
        cancelled=_called_off(library, interview),
        closed=bool(position and position.deleted),
    )


def _called_off(library: Library, interview: Interview) -> bool:
    if interview.status is InterviewStatus.CANCELLED:
        return False
    with library.reading() as session:
        told = ledger.known_row(session, SYSTEM, CALLED_OFF, interview.id)
        if told is not None and told.fields[CALLED_OFF] and interview.status is not InterviewStatus.SCHEDULED:
            return True
        if interview.remote_id is None:
            return False
        return ledger.said_status(session, ledger.connected(session), interview.remote_id) == InterviewStatus.CANCELLED


def has_signed(library: Library, interview: Interview) -> bool:
    """Whether the one who looks has signed an assessment of this interview."""
    try:
        return bool(library.assessment(interview.id).signatures)
    except NotFound:
        return False


def earlier_feedback(library: Library, interview: Interview, *, look: bool = True) -> tuple[RemoteFeedback, ...]:
    """What others wrote of earlier interviews, the oldest first; audited while the own assessment is not signed.

    `look` False = the look that is shown was written down already. Raises ReadOnly where it cannot be written down.
    """
    candidate = known(library, "candidate", interview.candidate.remote_id)
    found = _parts(dict(candidate.fields) if candidate else {}, "feedback", RemoteFeedback)
    if look and found and not has_signed(library, interview):
        library.record("earlier_feedback_opened", interview.id, str(len(found)))
    return tuple(sorted(found, key=lambda one: one.at))


def _document(library: Library, interview: Interview, remote_id: str, name: str, size: int | None) -> SaidDocument:
    row = known(library, KIND, remote_id)
    sha256 = str(row.fields.get("sha256", "")) if row else ""
    if sha256 and library.vault.has_document(sha256):
        return SaidDocument(name, size, sha256)
    waits = interview.status not in OVER
    problem = str(row.fields.get("problem", "")) if row else ""
    return SaidDocument(name, size, "", problem or (WAITING if waits else LEFT_THERE))


def known(library: Library, kind: str, remote_id: str | None) -> KnownRow | None:
    """What any HR system that was ever connected said of a row, the last one first."""
    if remote_id is None:
        return None
    with library.reading() as session:
        systems = session.scalars(
            select(sync_state.c.system).group_by(sync_state.c.system).order_by(func.max(sync_state.c.changed).desc())
        )
        for system in tuple(systems):
            if (row := ledger.known_row(session, system, kind, remote_id)) is not None:
                return row
    return None


def _parts(fields: dict[str, Any], name: str, kind: type[Part]) -> tuple[Part, ...]:
    return tuple(msgspec.convert(one, kind) for one in fields.get(name, ()))
