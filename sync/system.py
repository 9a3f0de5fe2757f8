"""What the product asks of an HR system, whatever it speaks. Sender, pull and service know no more than this."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, Protocol, runtime_checkable

from sync.address import Address
from sync.catalogue import Catalogue
from sync.contract import InterviewStatus, Pulled, RemoteDocument
from sync.profile import Profile


@dataclass(frozen=True, slots=True)
class Move:
    """One step of an interview; `at` is ISO 8601 in UTC."""

    source: InterviewStatus
    target: InterviewStatus
    at: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a result. `external_id` is ours and the same on each repeat; `sha256` is of its bytes."""

    external_id: str
    assessment_external_id: str
    interview_id: str
    interview_remote_id: str | None
    candidate_remote_id: str | None
    role: str
    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something said about an interview beside its result, never changed once it is said.

    `external_id` is ours and the same on each repeat. `role` says what it is (`sync.contract.NoteRole`), `text` says it
    to people, `details` to programs. `at` is ISO 8601 in UTC, `by` a person's name. `texts` = the same as `text` by
    language, for an HR system whose notes have one of their own; {} = an older program wrote it.
    """

    external_id: str
    role: str
    interview_id: str
    interview_remote_id: str | None
    candidate_remote_id: str | None
    assessment_external_id: str | None
    at: str
    by: str
    text: str
    details: Mapping[str, Any]
    texts: Mapping[str, str] = field(default_factory=dict)

    def said(self, language: str) -> str:
        """What it says to people in a language, as far as it is known."""
        return self.texts.get(language, self.text)

    def kept(self) -> bytes:
        """As it waits in the outbox."""
        said = asdict(self)
        if not self.texts:
            del said["texts"]
        return json.dumps(said, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the HR system was last told of one result, by its fields: the base of a three-way comparison.

    Never what stands there: a person may have written it since. `leave` = fields that stay as they are there, for a
    person has decided so; `seen` = what a person here saw there before deciding on ours. `external_id` = the revision
    that told the values, "" = not known.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    leave: frozenset[str] = frozenset()
    seen: Mapping[str, Any] = field(default_factory=dict)
    external_id: str = ""

    def is_told_by_another(self, stands: str) -> bool:
        """Whether a revision that another computer told stands there; `stands` = its external id, "" = not known."""
        return bool(stands) and self.external_id not in ("", stands)

    def against(self, stands: str, kept: Mapping[str, Any] | None = None) -> Agreed:
        """The base for what stands there: where another computer told it, not our values but its own, as far as the
        system keeps them (`kept`); a field of which nothing is known then is for a person."""
        ours = {} if self.is_told_by_another(stands) else self.values
        return Agreed({**(kept or {}), **ours, **self.seen}, self.leave)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the HR system has: its id ("" = none), and what this result tells its mapped fields (None = it has none):
    `sync.mapping.mapped` of the signed bytes, those that were left or not written included."""

    remote_id: str = ""
    told: Mapping[str, Any] | None = None


Progress = Callable[[int], None]
"""Hears how many bytes have arrived."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call as it would be made: for a preview and a dry run. `body` "" = none."""

    method: str
    path: str
    body: str


class HrSystem(Protocol):
    """One HR system. Every method raises `sync.failures` only.

    `operation` is the same on each repeat of a call. A call may be repeated after an unknown outcome and changes
    nothing then; no call overwrites what a person wrote in the HR system (RemoteConflict: `theirs` in our words).
    """

    address: Address
    profile: Profile

    def close(self) -> None:
        """Close all connections."""

    def health(self) -> None:
        """Whether the system answers at all; needs no key."""

    def check(self) -> None:
        """Whether address, key and rights serve. Raises what is wrong."""

    def changes(self, cursor: str) -> Pulled:
        """One page of changes after a cursor ("" = from the beginning). CursorUnknown: start again."""

    def register_interview(self, body: bytes, operation: str) -> str:
        """Make an interview known (`docs/ehr-contract.md`, POST /v1/interviews); gives the HR system's id of it."""

    def move_status(self, remote_id: str, move: Move, operation: str) -> None:
        """Move an interview forward, one step; never backwards. RemoteConflict says where it stands (`status`)."""

    def put_assessment(self, external_id: str, signed: bytes, operation: str, agreed: Agreed) -> Delivered:
        """Deliver a signed assessment. MappingBroken before anything is written where a field of the company is gone;
        RemoteConflict (`contested`) before anything is written where a person changed a field there that we change
        too (`sync.conflicts.three_way`)."""

    def held_assessment(self, external_id: str, signed: bytes) -> Delivered | None:
        """What the system holds where that is exactly this; None = it is not."""

    def catalogue(self) -> Catalogue:
        """The fields that a result can be written to."""

    def preview(self, external_id: str, signed: bytes) -> tuple[Request, ...]:
        """Exactly what `put_assessment` would send, as far as it can be told without sending. MappingBroken."""


@runtime_checkable
class TakesFiles(Protocol):
    """An HR system that keeps files beside a result."""

    def attach(self, attachment: Attachment, content: BinaryIO, operation: str, progress: Progress) -> str:
        """Deliver a file, going on where an earlier try ended; gives the HR system's id of it.

        `content` is seekable; `progress` hears of each piece that has arrived, and may end the upload by raising.
        """


@runtime_checkable
class TakesNotes(Protocol):
    """An HR system that keeps notes on an interview."""

    def add_note(self, note: Note, operation: str) -> str:
        """Keep a note, once for its external id; gives the HR system's id of it. NotesRefused where there is no way."""


@runtime_checkable
class GivesDocuments(Protocol):
    """An HR system from which a candidate's files can be fetched."""

    def gives_documents(self) -> bool:
        """Whether its profile says how."""

    def document(self, document: RemoteDocument, into: BinaryIO, limit: int) -> None:
        """Write a file to `into`. PayloadTooLarge beyond `limit` bytes; RemoteRejected where it is not there."""


@runtime_checkable
class TellsVanished(Protocol):
    """An HR system whose changes do not speak of what was deleted: it has to be asked now and then."""

    def vanished(self, known: Mapping[str, frozenset[str]]) -> Pulled:
        """Of the ids that are known here, by kind of row ("position", "candidate"), those that are not there any more,
        as deleted rows."""
