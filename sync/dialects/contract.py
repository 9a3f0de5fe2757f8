"""The dialect of `docs/ehr-contract.md`: REST with paths, envelope and paging as the profile names them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, BinaryIO

import msgspec

from sync.address import Address
from sync.catalogue import Catalogue, RemoteField
from sync.client import Answer, Wire, unsure
from sync.conflicts import ThreeWay
from sync.contract import Pulled, RemoteDocument
from sync.dialects.envelope import Gone, Judge
from sync.dialects.paging import Walk, advanced, known, seen, wanted
from sync.dialects.shape import KINDS, Call, ContractShape, Rows, call, raw_rows
from sync.dialects.standing import Stands, body_beside, comparable, compared, kept_fields, signed_part, stands_there
from sync.failures import (
    CursorUnknown,
    FilesRefused,
    MappingBroken,
    NotesRefused,
    RemoteChanging,
    RemoteConflict,
    RemoteFailure,
    RemoteNonsense,
)
from sync.mapping import check
from sync.paths import dig, put
from sync.profile import Profile
from sync.system import Agreed, Attachment, Delivered, Move, Note, Progress, Request
from sync.uploads import Pieces, Upload

KEY = "Idempotency-Key"
ROUNDS = 5
"""So often in a row somebody may write between our reading and our writing, before it is left for later."""


class ContractSystem:
    """Speaks the contract; see `sync.system.HrSystem` for what each method promises."""

    def __init__(self, wire: Wire, profile: Profile) -> None:
        assert isinstance(profile.shape, ContractShape)
        self.profile, self._wire, self._shape = profile, wire, profile.shape
        self.address: Address = wire.address
        self._judge = Judge(wire, profile.shape.envelope)
        self._fields: Catalogue | None = None
        self.system_name = ""

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def health(self) -> None:
        """Whether the system answers at all; needs no key."""
        there = call(self._shape.paths.health, "GET")
        said = self._judge.understood(self._wire.send(there.method, there.path, open_to_all=True))
        name = dig(dig(said, self._shape.envelope.data), "name")
        self.system_name = self._wire.plain(name) if isinstance(name, str) else ""

    def check(self) -> None:
        """Whether address, key and mapping serve."""
        self.health()
        self.changes("")
        self._check_mapping()

    def changes(self, cursor: str) -> Pulled:
        """One page of changes after a cursor."""
        paging = self._shape.paging
        try:
            if paging.style != "changes":
                return self._walked(self._walk(cursor))
            query: dict[str, str | int] = {paging.limit: paging.size} | ({paging.cursor: cursor} if cursor else {})
            return self._shape.page(self._understood(self._asked(call(self._shape.paths.changes, "GET"), query)))
        except Gone as gone:
            if not cursor:
                raise
            raise CursorUnknown(host=self._wire.host) from gone
        except ValueError as error:
            raise RemoteNonsense(host=self._wire.host) from error

    def _walk(self, cursor: str) -> Walk:
        try:
            walk = Walk.read(cursor)
        except ValueError as error:
            raise CursorUnknown(host=self._wire.host) from error
        if walk.at >= len(self._shape.pull.kinds()):
            raise CursorUnknown(host=self._wire.host)
        return walk

    def _walked(self, walk: Walk) -> Pulled:
        """One page of the list where the walk stands. ValueError when it is not what the profile describes."""
        shape, kinds = self._shape, self._shape.pull.kinds()
        kind = kinds[walk.at]
        rows: Rows = getattr(shape.pull, kind)
        answer = self._asked(call(rows.path, "GET"), wanted(shape.paging, shape.times, walk))
        said = self._understood(answer)
        raw = raw_rows(dig(said, shape.envelope.data), rows)
        made = [shape.row(row, rows, KINDS[kind]) for row in raw]
        marks = [seen(row, one.updated) for row, one in zip(raw, made, strict=True)]
        before = known(walk, kind)
        fresh = {mark: one for one, mark in zip(made, marks, strict=True) if mark not in before}
        more = advanced(shape.paging, walk, kinds, marks, answer, said)
        found: dict[str, Any] = {kind: tuple(fresh.values())}
        return Pulled(**found, cursor=walk.cursor(), more=more)

    def register_interview(self, body: bytes, operation: str) -> str:
        """Make an interview known."""
        return self._id(
            self._write(call(self._shape.paths.interviews, "POST"), self._shape.interview(body), {KEY: operation})
        )

    def move_status(self, remote_id: str, move: Move, operation: str) -> None:
        """Move an interview forward."""
        there = call(self._shape.paths.status, "POST", remote_id)
        self._write(there, self._shape.move(remote_id, move.source, move.target, move.at), {KEY: operation})

    def put_assessment(self, external_id: str, signed: bytes, operation: str, agreed: Agreed) -> Delivered:
        """Deliver a signed assessment, field by field where the profile says how to read what stands there; else a
        document of its own for each revision, so that no field is contested."""
        self._check_mapping()
        if not self._shape.paths.standing:
            return self._put(external_id, self._shape.body(signed), {KEY: operation}, None)
        assessment_id, mine = external_id.rpartition(":")[0], self._told(signed)
        for left in reversed(range(ROUNDS)):
            stands = self._standing(assessment_id)
            if stands is None:
                body, headers = self._shape.body(signed), {KEY: operation}
            elif self._is_there(stands, external_id, signed):
                return Delivered(self._id_in(stands.whole), mine)
            else:
                write = self._comparison(stands, mine or {}, agreed).write
                kept = kept_fields(stands, mine or {}, write)
                body = body_beside(self._shape, signed, stands, kept)
                headers = self._resting(stands, body, operation)
            try:
                return self._put(external_id, body, headers, mine)
            except (RemoteChanging, RemoteConflict):
                if left == 0 or self._version(self._standing(assessment_id)) == self._version(stands):
                    raise
        raise AssertionError

    def _put(self, external_id: str, body: bytes, headers: dict[str, str], told: dict[str, Any] | None) -> Delivered:
        answer = self._write(call(self._shape.paths.assessment, "PUT", external_id), body, headers)
        kept = dig(dig(answer, self._shape.envelope.data), "sha256")
        if isinstance(kept, str) and kept != hashlib.sha256(body).hexdigest():
            raise unsure(RemoteNonsense(host=self._wire.host))
        return Delivered(self._id(answer), told)

    def _standing(self, assessment_id: str) -> Stands | None:
        """The result as it stands there; None = there is none yet."""
        paths, asks = self._shape.paths, self._shape.push.standing
        there, asked = call(paths.standing, "GET", assessment_id), dict[str, Any]()
        for target in asks.look_up:
            put(asked, target, assessment_id)
        try:
            answer = self._asked(there, body=json.dumps(asked).encode() if asked else None)
            whole = dig(self._understood(answer), self._shape.envelope.data)
        except Gone:
            return None
        except RemoteFailure as failure:
            failure.uncertain = False  # nothing was to be done by it
            raise
        version = dig(whole, asks.version) if asks.version else answer.headers.get("etag", "")
        stands = stands_there(self._shape, whole, str(version or "")) if isinstance(whole, dict) else None
        if stands is None or not stands.version:
            raise RemoteNonsense(host=self._wire.host)
        return stands

    def _is_there(self, stands: Stands, external_id: str, signed: bytes) -> bool:
        """Whether this very revision stands there. RemoteConflict for another of its number, or a later one."""
        revision = int(external_id.rpartition(":")[2])
        if stands.external_id == external_id and stands.proof == hashlib.sha256(signed).hexdigest():
            return True
        if stands.revision >= revision:
            reason = "assessment_differs" if stands.revision == revision else "newer_revision"
            raise RemoteConflict(stands.theirs(self._shape), host=self._wire.host, field=reason)
        return False

    def _comparison(self, stands: Stands, mine: dict[str, Any], agreed: Agreed) -> ThreeWay:
        """RemoteConflict where a person changed a field that we change too."""
        kept = None
        if self._shape.push.identity and (not agreed.values or agreed.is_told_by_another(stands.external_id)):
            kept = self.get_assessment(stands.external_id)  # what was signed there is kept
        told = comparable(self._shape, json.loads(kept)) if kept else None
        ways = compared(stands, mine, agreed.against(stands.external_id, told))
        ways.refuse(self._wire.host)
        return ways

    def _resting(self, stands: Stands, body: bytes, operation: str) -> dict[str, str]:
        """The headers of a write that rests on what was read. It has a key of its own: with another reading it is
        another request."""
        digest = hashlib.sha256(stands.version.encode() + b"\0" + body).hexdigest()
        headers = {KEY: f"{operation}-{digest[:16]}"}
        return headers if self._shape.push.standing.condition else headers | {"If-Match": stands.version}

    def _version(self, stands: Stands | None) -> str:
        return stands.version if stands else ""

    def _told(self, signed: bytes) -> dict[str, Any] | None:
        """Ours, as it compares; None where nothing is compared."""
        return comparable(self._shape, self._shape.told(signed)) if self._shape.paths.standing else None

    def held_assessment(self, external_id: str, signed: bytes) -> Delivered | None:
        """What the system holds where that is exactly this."""
        if self._shape.paths.held:
            return self._proven(external_id, signed)
        kept = self.get_assessment(external_id)
        same = kept is not None and signed_part(self._shape, kept) == json.loads(signed)
        return Delivered(told=self._told(signed)) if same else None

    def get_assessment(self, external_id: str) -> bytes | None:
        """Exactly the bytes that the server keeps under an external id; None = nothing."""
        there = call(self._shape.paths.assessment, "GET", external_id)
        answer = self._asked(Call("GET", there.path))
        try:
            self._understood(answer)
        except Gone:
            return None
        return answer.body

    def _proven(self, external_id: str, signed: bytes) -> Delivered | None:
        """A result that was made of exactly these signed bytes."""
        proof, asked = hashlib.sha256(signed).hexdigest(), dict[str, Any]()
        for target in self._shape.push.look_up:
            put(asked, target, external_id)
        there = call(self._shape.paths.held, "GET", external_id)
        try:
            said = self._understood(self._asked(there, body=json.dumps(asked).encode() if asked else None))
        except Gone:
            return None
        data = dig(said, self._shape.envelope.data)
        return Delivered(self._id(said), self._told(signed)) if dig(data, self._shape.push.proof) == proof else None

    def attach(self, attachment: Attachment, content: BinaryIO, operation: str, progress: Progress) -> str:
        """Deliver a file, going on where an earlier try ended."""
        path = self._shape.paths.attachments
        if not path:
            raise FilesRefused(host=self._wire.host)
        if self._shape.push.file:
            return Pieces(self._told_of_file, attachment, self._wire.host).send(content, progress)
        return Upload(self._wire, path, self._judge.failure, attachment, operation).send(content, progress)

    def _told_of_file(self, said: Mapping[str, Any]) -> tuple[str, int]:
        """One call about a file: its id, and how much of it is there."""
        there = call(self._shape.paths.attachments, "POST")
        answer = self._understood(self._asked(there, body=self._shape.file(said)))
        received = dig(dig(answer, self._shape.envelope.data), self._shape.push.received)
        if not isinstance(received, int) or isinstance(received, bool):
            raise unsure(RemoteNonsense(host=self._wire.host))
        return self._id(answer), received

    def add_note(self, note: Note, operation: str) -> str:
        """Keep a note under its external id."""
        if not self._shape.paths.notes:
            raise NotesRefused(host=self._wire.host)
        there = call(self._shape.paths.notes, "PUT", note.external_id)
        return self._id(self._write(there, self._shape.note(note), {KEY: operation}))

    def gives_documents(self) -> bool:
        """Whether the profile says how a file is fetched."""
        return bool(self._shape.paths.document)

    def document(self, document: RemoteDocument, into: BinaryIO, limit: int) -> None:
        """Fetch a candidate's file."""
        there = call(self._shape.paths.document, "GET", document.remote_id)
        answer = self._wire.fetch(there.path, into, limit)
        if answer.body and self._judge.refused(answer) and self._wire.renew():
            answer = self._wire.fetch(there.path, into, limit)
        if answer.body or not answer.good:
            self._understood(answer)
            raise RemoteNonsense(host=self._wire.host)

    def catalogue(self) -> Catalogue:
        """The fields that a result can be written to; none where the profile names no catalogue."""
        if not self._shape.paths.fields:
            return Catalogue()
        said = self._understood(self._asked(call(self._shape.paths.fields, "GET")))
        data = dig(said, self._shape.envelope.data)
        rows = dig(data, "fields")
        if not isinstance(rows, list):
            raise RemoteNonsense(host=self._wire.host)
        return Catalogue(tuple(self._field(row) for row in rows))

    def preview(self, external_id: str, signed: bytes) -> tuple[Request, ...]:
        """Exactly what `put_assessment` would send where nothing stands yet."""
        there = call(self._shape.paths.assessment, "PUT", external_id)
        return (Request(there.method, there.path, self._shape.body(signed).decode()),)

    def _check_mapping(self) -> None:
        """MappingBroken where a field that a result is written to is not there, or takes something else."""
        listed = self._shape.push.fields if self._shape.push.listed else {}
        if not self._shape.paths.fields or not (self._shape.mapping or listed):
            return
        if self._fields is None:
            self._fields = self.catalogue()
        check(self._shape.mapping, self._fields, self._wire.host)
        for target, source in listed.items():
            if self._fields.field(target) is None:
                raise MappingBroken("gone", host=self._wire.host, field=target, source=source)

    def _field(self, row: object) -> RemoteField:
        try:
            return msgspec.convert(row, RemoteField)
        except msgspec.ValidationError as error:
            raise RemoteNonsense(host=self._wire.host) from error

    def _write(self, there: Call, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        answer = self._asked(there, body=body, headers=headers)
        if answer.status == 412:
            raise RemoteChanging(self._wire.asked_wait_s(answer), host=self._wire.host, status=412)
        try:
            return self._understood(answer)
        except RemoteConflict as conflict:
            conflict.theirs = self._shape.in_our_words(conflict.theirs)
            raise

    def _asked(
        self,
        there: Call,
        asked: dict[str, str | int] | None = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One call, `asked` in its query or its body; once more where its answer refuses what can be got anew."""
        query = {name: str(value) for name, value in asked.items()} if asked else None
        if asked and self._shape.paging.place == "body":
            body, query = json.dumps(asked).encode(), None
        answer = self._wire.send(there.method, there.path, query=query, body=body, headers=headers)
        if self._judge.refused(answer) and self._wire.renew():
            return self._wire.send(there.method, there.path, query=query, body=body, headers=headers)
        return answer

    def _understood(self, answer: Answer) -> dict[str, Any]:
        """The JSON of a good answer, or the failure that a bad one is."""
        return self._judge.understood(answer)

    def _id(self, answer: object) -> str:
        return self._id_in(dig(answer, self._shape.envelope.data))

    def _id_in(self, data: object) -> str:
        found = dig(data, self._shape.push.id)
        if not isinstance(found, str | int) or isinstance(found, bool) or found == "":
            raise unsure(RemoteNonsense(host=self._wire.host))
        return str(found)
