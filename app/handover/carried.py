"""What of the outbox travels beside signed assessments: notes, and the files that were made of what was signed.

The office sends both on the laptop's behalf. A note travels as the very bytes that wait in the laptop's outbox, so that
it is the same whoever sends it; a file travels as what was made, and is announced by the computer that sends it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import msgspec
from sqlalchemy.orm import Session

from app.attaching import CARRIED, MADE, MadeFile, attach
from app.domain.types import Interview, InterviewStatus
from app.handover.archive import Content, of_bytes
from app.handover.package import FILES, NOTES, Member
from app.outgoing import registration_of, was_said
from app.pulled import time_in_question_in
from app.store.library import Library
from sync import adding, handing, outbox, tables
from sync.contract import NoteRole
from sync.outbox import NOT_THERE, Item, Kind
from sync.system import Note
from sync.withholding import RESTS_ON

Scalar = str | int | float | bool | None
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class CarriedNote(msgspec.Struct, frozen=True):
    """A note as it waits in the outbox; see `sync.system.Note`."""

    external_id: Id
    role: NoteRole
    interview_id: str
    interview_remote_id: str | None
    candidate_remote_id: str | None
    assessment_external_id: str | None
    at: datetime
    by: str
    text: str
    details: dict[str, Scalar]
    texts: dict[str, str] = {}


class CarriedFile(msgspec.Struct, frozen=True):
    """A file beside a signed revision; its bytes lie in `made/SHA256`. `rests_on` = the modalities that it shows
    something of, None = an older program made it, which did not say."""

    interview_id: str
    assessment_external_id: Id
    role: str
    sha256: str
    rests_on: tuple[str, ...] | None = None


def members(library: Library, waiting: Iterable[Item]) -> list[Content]:
    """Notes and made files of these items, as members of a package."""
    notes, files, found = [], [], {}
    for item in waiting:
        told = json.loads(item.payload)
        if item.kind is Kind.NOTE:
            notes.append(told)
        elif item.kind is Kind.ATTACHMENT:
            sha256 = told["source"]["id"]
            rests_on = tuple(told[RESTS_ON]) if RESTS_ON in told else None
            files.append(
                CarriedFile(told["interview_id"], told["assessment_external_id"], told["role"], sha256, rests_on)
            )
            found[sha256] = Content(Member(f"made/{sha256}", told["size"], sha256), _opening(library, sha256))
    listed = ((NOTES, notes), (FILES, files))
    return [*(of_bytes(name, msgspec.json.encode(rows)) for name, rows in listed if rows), *found.values()]


def _opening(library: Library, sha256: str) -> Callable[[], Any]:
    return lambda: library.vault.open_made(sha256)


def carried(library: Library, waiting: Iterable[Item]) -> list[Item]:
    """What of these items the other side can send: a recording travels, or stays, as itself."""
    made = library.vault.made()

    def travels(item: Item) -> bool:
        source = json.loads(item.payload)["source"] if item.kind is Kind.ATTACHMENT else None
        return source is None or (source["kind"] == MADE and source["id"] in made)

    return [item for item in waiting if travels(item)]


def read_notes(body: bytes) -> list[dict[str, Any]]:
    """The notes of a package, each with the fields of `Note` and no more. Raises ValueError, msgspec.MsgspecError."""
    rows = msgspec.json.decode(body, type=list[dict[str, Any]])
    found = []
    for row in rows:
        if msgspec.convert(row, CarriedNote).at.tzinfo is None:
            raise ValueError(row["external_id"])
        found.append({name: row[name] for name in CarriedNote.__struct_fields__ if name in row})
    return found


def read_files(body: bytes, there: Iterable[Member]) -> list[CarriedFile]:
    """The list of made files, each with its bytes in the package, and no bytes beside. Raises ValueError."""
    files = msgspec.json.decode(body, type=list[CarriedFile]) if body else []
    made = {member.name for member in there if member.name.startswith("made/")}
    if made != {f"made/{each.sha256}" for each in files} or any(each.role not in CARRIED for each in files):
        raise ValueError(FILES)
    return files


def take_note(session: Session, interview: Interview, note: dict[str, Any]) -> bool:
    """A laptop's note is sent from here; False where it is known, the HR system does not know the interview, or nobody
    is waited for any more.

    One that was closed before the HR system had it gives way to another that says the same anew, but does not come back
    itself.
    """
    registration = registration_of(session, interview)
    if interview.remote_id is None and registration is None:
        return False
    told = Note(**note)
    if was_said(session, told.external_id) or (told.role == NoteRole.LATE and not _is_waited_for(session, interview)):
        return False
    if told.interview_id != interview.id:
        told = replace(told, interview_id=interview.id, interview_remote_id=interview.remote_id)
    aggregate, payload = f"{interview.id}/notes", told.kept()
    if _was_here(session, aggregate, payload):
        return False
    adding.set_aside(session, Kind.NOTE, told.external_id)
    adding.enqueue(
        session, kind=Kind.NOTE, aggregate=aggregate, external_id=told.external_id, payload=payload,
        depends_on=registration,
    )  # fmt: skip
    return True


def _is_waited_for(session: Session, interview: Interview) -> bool:
    """Whether the interview takes place as far as is known here, and at a time that nobody has to decide on."""
    return interview.status is not InterviewStatus.CANCELLED and time_in_question_in(session, interview) is None


def _was_here(session: Session, aggregate: str, payload: bytes) -> bool:
    """Whether these very bytes were to be sent from here once, whatever became of it: a package repeats them."""
    table = tables.outbox
    same = table.c.payload_sha256 == hashlib.sha256(payload).hexdigest()
    return bool(outbox.select_items(session, table.c.kind == Kind.NOTE.value, table.c.aggregate == aggregate, same))


def take_file(
    session: Session, interview: Interview, file: CarriedFile, signed: Container[str], lay: Callable[[str], int]
) -> bool:
    """A laptop's file is sent from here, beside the very revision that it was made of; False where it is known, or that
    revision is not sent from here. `signed` = the SHA-256 of the package's revisions; `lay` lays the file into the
    vault and gives its size."""
    item = outbox.find(session, Kind.ASSESSMENT, file.assessment_external_id)
    if item is None or item.payload_sha256 not in signed or item.resolution in NOT_THERE:
        return False
    if outbox.find(session, Kind.ATTACHMENT, f"{item.external_id}/{file.role}") is not None:
        return False
    made = MadeFile({"kind": MADE, "id": file.sha256}, lay(file.sha256), file.sha256, file.rests_on)
    attach(session, item, interview, file.role, made)
    return True


def leave_file(session: Session, interview: Interview, file: CarriedFile, signed: Container[str], size: int) -> bool:
    """A laptop's file is neither kept nor sent from here, and the laptop will hear so; else as `take_file`. `size` in
    bytes."""
    if not take_file(session, interview, file, signed, lambda _: size):
        return False
    item = outbox.find(session, Kind.ATTACHMENT, f"{file.assessment_external_id}/{file.role}")
    assert item is not None
    handing.leave_files(session, [item])
    return True


def count(waiting: Iterable[Item]) -> Counter[str]:
    """How many notes and made files travel."""
    names = {Kind.NOTE: "note", Kind.ATTACHMENT: "file"}
    return Counter(names[item.kind] for item in waiting if item.kind in names)
