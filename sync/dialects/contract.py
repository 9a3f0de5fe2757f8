"""The dialect of `docs/ehr-contract.md`: REST with paths, envelope and paging as the profile names them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote

import msgspec

from sync.address import Address
from sync.auth import wrong_auth
from sync.catalogue import Catalogue, RemoteField
from sync.client import Answer, Wire, unsure
from sync.contract import (
    InterviewStatus,
    Pulled,
    RemoteCandidate,
    RemotePosition,
    RemoteTemplate,
)
from sync.failures import CursorUnknown, FilesRefused, RemoteBusy, RemoteConflict, RemoteFailure, RemoteNonsense
from sync.mapping import SIGNED_HASH, SOURCES, check, mapped, source_of
from sync.paths import dig, put
from sync.profile import Profile, Shape
from sync.system import Agreed, Attachment, Delivered, Move, Progress, Request
from sync.uploads import Upload

Pulled_ = TypeVar("Pulled_", RemotePosition, RemoteCandidate, RemoteTemplate)


class Paths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Paths below the address; `{id}` stands for the id. `fields` "" = the system has no catalogue of fields,
    `attachments` "" = it takes no files."""

    health: str
    changes: str
    interviews: str
    status: str
    assessment: str
    fields: str = ""
    attachments: str = ""


class Paging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names of the query parameters, and how many rows a page has."""

    cursor: str = "cursor"
    limit: str = "limit"
    size: int = 100


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Dotted paths in an answer: to what was asked for ("" = the whole answer), and to an error's parts."""

    data: str = ""
    code: str = "code"
    message: str = "message"
    theirs: str = "theirs"


class Rows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the rows of one kind stand in a page, and each field's path in a row."""

    list: str
    fields: dict[str, str]


class Pull(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is pulled."""

    positions: Rows
    candidates: Rows
    templates: Rows


class Push(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an assessment is sent: as the signed bytes, or as a body of `target path = source path`.

    `statuses` gives the other system's word for a status, where it has another.
    """

    identity: bool = True
    fields: dict[str, str] = {}
    statuses: dict[str, str] = {}


class ContractShape(Shape, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole profile file of this dialect, its base merged in."""

    paths: Paths
    pull: Pull
    push: Push = Push()
    paging: Paging = Paging()
    envelope: Envelope = Envelope()

    def wrong(self) -> str:
        """What a file that has the right shape still gets wrong; "" = nothing."""
        return (
            super().wrong()
            or wrong_auth(self.auth)
            or _wrong_paths(self)
            or _wrong_pull(self.pull)
            or _wrong_push(self)
        )

    def body(self, signed: bytes) -> bytes:
        """What is sent for a signed assessment: its very bytes, or a body derived from them with their hash."""
        if self.push.identity:
            return signed
        source, body = source_of(signed), dict[str, Any]()
        for target, path in self.push.fields.items():
            put(body, target, dig(source, path))
        for target, value in mapped(self.mapping, signed).items():
            put(body, target, value)
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

    def word(self, status: InterviewStatus) -> str:
        """The other system's word for a status."""
        return self.push.statuses.get(status.value, status.value)

    def status(self, word: object) -> InterviewStatus:
        """The status that the other system's word means. ValueError for an unknown one."""
        words = {theirs: ours for ours, theirs in self.push.statuses.items()}
        return InterviewStatus(words.get(str(word), str(word)))

    def page(self, answer: object) -> Pulled:
        """One page of changes. ValueError when it is not what the profile describes."""
        data = dig(answer, self.envelope.data)
        return Pulled(
            positions=tuple(self._rows(data, self.pull.positions, RemotePosition)),
            candidates=tuple(self._rows(data, self.pull.candidates, RemoteCandidate)),
            templates=tuple(self._rows(data, self.pull.templates, RemoteTemplate)),
            cursor=str(dig(data, "cursor") or ""),
            more=bool(dig(data, "more")),
        )

    def _rows(self, data: object, rows: Rows, kind: type[Pulled_]) -> list[Pulled_]:
        found = dig(data, rows.list)
        if not isinstance(found, list):
            raise ValueError(rows.list)
        return [self._row(row, rows.fields, kind) for row in found]

    def _row(self, row: object, paths: dict[str, str], kind: type[Pulled_]) -> Pulled_:
        values = {name: dig(row, path) for name, path in paths.items()}
        present = {name: value for name, value in values.items() if value is not None}
        if "status" in present:
            present["status"] = self.status(present["status"])
        try:
            return msgspec.convert(present, kind)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from error


class ContractSystem:
    """Speaks the contract; see `sync.system.HrSystem` for what each method promises."""

    def __init__(self, wire: Wire, profile: Profile) -> None:
        assert isinstance(profile.shape, ContractShape)
        self.profile, self._wire, self._shape = profile, wire, profile.shape
        self.address: Address = wire.address
        self._fields: Catalogue | None = None

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def health(self) -> None:
        """Whether the system answers at all; needs no key."""
        self._understood(self._wire.send("GET", self._shape.paths.health, open_to_all=True))

    def check(self) -> None:
        """Whether address, key and mapping serve."""
        self.health()
        self.changes("")
        self._check_mapping()

    def changes(self, cursor: str) -> Pulled:
        """One page of changes after a cursor."""
        paging = self._shape.paging
        query = {paging.limit: str(paging.size)} | ({paging.cursor: cursor} if cursor else {})
        answer = self._understood(self._wire.send("GET", self._shape.paths.changes, query=query))
        try:
            return self._shape.page(answer)
        except ValueError as error:
            raise RemoteNonsense(host=self._wire.host) from error

    def register_interview(self, body: bytes, operation: str) -> str:
        """Make an interview known."""
        return self._id(self._write("POST", self._shape.paths.interviews, body, operation))

    def move_status(self, remote_id: str, move: Move, operation: str) -> None:
        """Move an interview forward."""
        path = self._with_id(self._shape.paths.status, remote_id)
        body = {"from": self._shape.word(move.source), "to": self._shape.word(move.target), "at": move.at}
        try:
            self._write("POST", path, json.dumps(body).encode(), operation)
        except RemoteConflict as conflict:
            conflict.theirs = self._in_our_words(conflict.theirs)
            raise

    def put_assessment(self, external_id: str, signed: bytes, operation: str, agreed: Agreed) -> Delivered:
        """Deliver a signed assessment: a document of its own for each revision, so that no field is contested."""
        del agreed
        self._check_mapping()
        body = self._shape.body(signed)
        answer = self._write("PUT", self._with_id(self._shape.paths.assessment, external_id), body, operation)
        kept = dig(dig(answer, self._shape.envelope.data), "sha256")
        if isinstance(kept, str) and kept != hashlib.sha256(body).hexdigest():
            raise unsure(RemoteNonsense(host=self._wire.host))
        return Delivered(self._id(answer))

    def held_assessment(self, external_id: str, signed: bytes) -> Delivered | None:
        """Whether the system holds exactly this."""
        return Delivered() if self.get_assessment(external_id) == self._shape.body(signed) else None

    def get_assessment(self, external_id: str) -> bytes | None:
        """Exactly the bytes that the server keeps under an external id; None = nothing."""
        answer = self._wire.send("GET", self._with_id(self._shape.paths.assessment, external_id))
        if answer.status == 404 and self._is_error(answer.body):
            return None
        self._understood(answer)
        return answer.body

    def attach(self, attachment: Attachment, content: BinaryIO, operation: str, progress: Progress) -> str:
        """Deliver a file, going on where an earlier try ended."""
        path = self._shape.paths.attachments
        if not path:
            raise FilesRefused(host=self._wire.host)
        return Upload(self._wire, path, self._judged, attachment, operation).send(content, progress)

    def catalogue(self) -> Catalogue:
        """The fields that a result can be written to; none where the profile names no catalogue."""
        if not self._shape.paths.fields:
            return Catalogue()
        data = dig(self._understood(self._wire.send("GET", self._shape.paths.fields)), self._shape.envelope.data)
        rows = dig(data, "fields")
        if not isinstance(rows, list):
            raise RemoteNonsense(host=self._wire.host)
        return Catalogue(tuple(self._field(row) for row in rows))

    def preview(self, external_id: str, signed: bytes) -> tuple[Request, ...]:
        """Exactly what `put_assessment` would send."""
        path = self._with_id(self._shape.paths.assessment, external_id)
        return (Request("PUT", path, self._shape.body(signed).decode()),)

    def _check_mapping(self) -> None:
        if not self._shape.mapping or not self._shape.paths.fields:
            return
        if self._fields is None:
            self._fields = self.catalogue()
        check(self._shape.mapping, self._fields, self._wire.host)

    def _field(self, row: object) -> RemoteField:
        try:
            return msgspec.convert(row, RemoteField)
        except msgspec.ValidationError as error:
            raise RemoteNonsense(host=self._wire.host) from error

    def _write(self, method: str, path: str, body: bytes, operation: str) -> dict[str, Any]:
        return self._understood(self._wire.send(method, path, body=body, headers={"Idempotency-Key": operation}))

    def _understood(self, answer: Answer) -> dict[str, Any]:
        """The JSON of a good answer, or the failure that a bad one is."""
        if answer.good:
            return self._wire.json(answer)
        raise self._judged(answer)

    def _judged(self, answer: Answer) -> RemoteFailure:
        """The failure that a bad answer is."""
        try:
            error = json.loads(answer.body)
        except ValueError:
            error = {}
        envelope = self._shape.envelope
        code, message = str(dig(error, envelope.code) or ""), str(dig(error, envelope.message) or "")
        if answer.status == 409 and code == "in_progress":
            return RemoteBusy(host=self._wire.host, status=answer.status)
        if answer.status == 410 and code == "cursor_unknown":
            return CursorUnknown(host=self._wire.host)
        return self._wire.failure_of(answer, code, message, dig(error, envelope.theirs))

    def _in_our_words(self, theirs: dict[str, object]) -> dict[str, object]:
        try:
            return theirs | {"status": self._shape.status(theirs["status"]).value}
        except (KeyError, ValueError):
            return theirs

    def _is_error(self, raw: bytes) -> bool:
        """Whether a 404 is the contract's own answer, not that of a wrong address or a proxy."""
        try:
            found = json.loads(raw)
        except ValueError:
            return False
        return isinstance(found, dict) and isinstance(dig(found, self._shape.envelope.code), str | int)

    def _id(self, answer: object) -> str:
        found = dig(dig(answer, self._shape.envelope.data), "id")
        if not isinstance(found, str | int) or isinstance(found, bool) or found == "":
            raise unsure(RemoteNonsense(host=self._wire.host))
        return str(found)

    def _with_id(self, path: str, remote_id: str) -> str:
        return path.replace("{id}", quote(remote_id, safe=""))


def _wrong_paths(shape: ContractShape) -> str:
    for name in Paths.__struct_fields__:
        path = getattr(shape.paths, name)
        if name in ("fields", "attachments") and not path:
            continue
        if not path.startswith("/") or "//" in path or (name in ("status", "assessment")) != ("{id}" in path):
            return f"paths.{name} = {path!r}"
    return "" if 1 <= shape.paging.size <= 1000 else f"paging.size = {shape.paging.size}"


def _wrong_pull(pull: Pull) -> str:
    kinds: dict[str, tuple[Rows, type]] = {
        "positions": (pull.positions, RemotePosition),
        "candidates": (pull.candidates, RemoteCandidate),
        "templates": (pull.templates, RemoteTemplate),
    }
    for name, (rows, kind) in kinds.items():
        unknown = set(rows.fields) - {field.name for field in fields(kind)}
        if unknown or "remote_id" not in rows.fields:
            return f"pull.{name}.fields: {', '.join(sorted(unknown)) or 'remote_id'}"
    return ""


def _wrong_push(shape: ContractShape) -> str:
    push = shape.push
    if push.identity == bool(push.fields or shape.mapping):
        return "push: identity or fields"
    unknown = {path for path in push.fields.values() if path.split(".")[0] not in SOURCES}
    if unknown:
        return f"push.fields: {', '.join(sorted(unknown))}"
    sources = {*push.fields.values(), *(entry.source for entry in shape.mapping)}
    if not push.identity and SIGNED_HASH not in sources:
        return f"push.fields: {SIGNED_HASH}"
    targets = sorted([*push.fields, *(entry.target for entry in shape.mapping)])
    if len(set(targets)) != len(targets):
        return "push.fields: the same target twice"
    if any(later.startswith(f"{earlier}.") for earlier in targets for later in targets):
        return "push.fields: overlapping targets"
    words = set(InterviewStatus)
    if set(push.statuses) - words or len(set(push.statuses.values())) != len(push.statuses):
        return "push.statuses"
    return ""
