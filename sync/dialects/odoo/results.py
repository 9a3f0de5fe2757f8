"""A signed assessment on its way into Odoo, and files beside it.

The company's fields, the signed bytes as an attachment and a note for people are one `load`: all of it is there, or
none. What was told for each field stands beside the signed bytes in Odoo, for a computer that does not know what was
agreed last.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from sync.client import unsure
from sync.conflicts import three_way
from sync.dialects.odoo.calls import OWN, Odoo, Row, reference, row_to_load
from sync.dialects.odoo.fields import MODEL, PROPERTY, Place, places, wanted, written
from sync.dialects.odoo.note import result_note
from sync.dialects.odoo.shape import OdooShape, Words
from sync.failures import MappingBroken, PayloadTooLarge, RemoteConflict, RemoteNonsense, RemoteRejected
from sync.mapping import Entry, mapped, source_of
from sync.system import Agreed, Attachment, Delivered, Progress

MAX_FILE_BYTES = 48 * 1024 * 1024
"""Odoo takes 128 MiB a call; a file travels as base64 in one piece, and is in memory while it does."""
MAX_LOAD_BYTES = 8 * 1024 * 1024
TOLD = "mianjian_told"
_KEPT = ["name", "checksum", "file_size", "description"]


@dataclass(frozen=True, slots=True)
class Kept:
    """An assessment that Odoo keeps: `fields` = what it said for each of the company's fields."""

    attachment: int
    assessment_id: str
    revision: int
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """An applicant as read just now: where each value goes, and what is kept already, the newest first."""

    applicant: int
    places: list[tuple[Place, Any]]
    kept: list[Kept]

    @property
    def told(self) -> dict[str, Any]:
        """What we say, by field. Whatever a person leaves there instead, the next result is compared with this."""
        return {place.target: value for place, value in self.places}

    def differing(self) -> dict[str, str]:
        """The columns in which something else stands."""
        return {place.column: written(value) for place, value in self.places if not place.same(place.stands, value)}

    def changes(self, agreed: Agreed, host: str) -> dict[str, str]:
        """The columns to write. RemoteConflict where a person changed a field that we change too."""
        base = dict(agreed.values)
        stands = {place.target: _stands(place, value, base) for place, value in self.places}
        compared = three_way(base, self.told, stands, agreed.leave)
        compared.refuse(host)
        return {place.column: written(value) for place, value in self.places if place.target in compared.write}


class Results:
    """Assessments and files of one server."""

    def __init__(self, odoo: Odoo, shape: OdooShape) -> None:
        self._odoo, self._shape = odoo, shape

    def put(self, external_id: str, signed: bytes, words: Words, agreed: Agreed) -> Delivered:
        """Deliver a signed assessment; its id is the external id of the attachment that keeps it."""
        found = self._found(external_id)
        if found is not None:
            held = self._as_told(found, external_id, signed)
            if held is None:
                raise RemoteConflict(self._content(found["id"]), host=self._host, field="assessment_differs")
            return held
        result = source_of(signed)
        target = self._target(result, signed)
        self._in_order(result, target)
        columns = {".id": str(target.applicant)} | _kept_columns(external_id, signed, result, target)
        columns |= target.changes(_base(agreed, result, target), self._host)
        self._written(columns, _note_columns(external_id, result, words))
        return Delivered(_full(external_id), target.told)

    def _written(self, columns: dict[str, str], note: dict[str, str]) -> None:
        """One call, with the note where there is none: nobody may change one, not even into the same words."""
        try:
            self._odoo.load(MODEL, columns | note, largest=MAX_LOAD_BYTES)
        except RemoteRejected:
            name = note["message_ids/id"].removeprefix(f"{OWN}.")
            if self._odoo.referred(name) is None:
                raise
            self._odoo.load(MODEL, columns, largest=MAX_LOAD_BYTES)

    def held(self, external_id: str, signed: bytes) -> Delivered | None:
        """What Odoo keeps, where it is exactly these bytes; None = nothing, or other bytes.

        What it told is what was told then: what a person changed since is no part of it.
        """
        found = self._found(external_id)
        return self._as_told(found, external_id, signed) if found is not None else None

    def _found(self, external_id: str) -> Row | None:
        """The attachment of this external id."""
        found = self._odoo.referred(reference("assessment", external_id))
        return self._odoo.row("ir.attachment", found, _KEPT) if found is not None else None

    def _as_told(self, row: Row, external_id: str, signed: bytes) -> Delivered | None:
        if row["checksum"] != _sha1(signed):
            return None
        kept = _kept(row)
        return Delivered(_full(external_id), kept.fields if kept else {})

    def preview(self, external_id: str, signed: bytes, words: Words) -> dict[str, Any]:
        """The arguments of the `load` that `put` would make where nothing is contested. MappingBroken.

        Of an applicant that Odoo does not have yet nothing can be read: fields stand as the mapping names them.
        """
        result = source_of(signed)
        try:
            target = self._target(result, signed)
            changes = target.differing()
        except RemoteRejected as failure:
            if failure.params.get("status") != 404:
                raise
            target = Target(0, [], [])
            changes = {name: written(value) for name, value in mapped(self._shape.mapping, signed).items()}
        columns = {".id": str(target.applicant)} | _kept_columns(external_id, signed, result, target)
        return row_to_load(columns | changes | _note_columns(external_id, result, words))

    def attach(self, attachment: Attachment, content: BinaryIO, progress: Progress) -> str:
        """Keep a file with the applicant; gives its id. One that is there already is not sent again."""
        if attachment.size > MAX_FILE_BYTES:
            raise PayloadTooLarge(bytes=attachment.size, limit=MAX_FILE_BYTES)
        raw = content.read()
        if hashlib.sha256(raw).hexdigest() != attachment.sha256:
            raise RemoteRejected(host=self._host, status=0, detail=f"{attachment.name}: SHA-256")
        name = reference("file", attachment.external_id)
        there = self._odoo.referred(name)
        if there is None or not self._is_whole(there, raw):
            columns = {
                "id": f"{OWN}.{name}",
                "name": attachment.name,
                "res_model": MODEL,
                "res_id": str(applicant_for(self._odoo, attachment.interview_id, *_remote_ids(attachment))),
                "mimetype": attachment.media_type,
                "datas": base64.b64encode(raw).decode(),
            }
            there = self._odoo.load("ir.attachment", columns, largest=2 * MAX_FILE_BYTES)
            if not self._is_whole(there, raw):
                raise unsure(RemoteNonsense(host=self._host))
        progress(len(raw))
        return str(there)

    @property
    def _host(self) -> str:
        return self._odoo.wire.host

    def _is_whole(self, attachment: int, raw: bytes) -> bool:
        kept = self._odoo.row("ir.attachment", attachment, _KEPT)
        return bool(kept["checksum"] == _sha1(raw))

    def _target(self, result: Mapping[str, Any], signed: bytes) -> Target:
        """Everything that has to be known before anything is written. MappingBroken."""
        ids = result["interview_remote_id"], result["candidate_remote_id"]
        applicant, entries = applicant_for(self._odoo, result["interview_id"], *ids), self._shape.mapping
        read = self._read(applicant, entries)
        return Target(applicant, places(self._odoo, entries, signed, read), self._all_kept(applicant))

    def _read(self, applicant: int, entries: Sequence[Entry]) -> Row:
        if any(not entry.target.startswith(PROPERTY) for entry in entries):
            there = self._odoo.fields(MODEL, anew=True)
            for entry in entries:
                if not entry.target.startswith(PROPERTY) and entry.target not in there:
                    raise MappingBroken("gone", host=self._host, field=entry.target, source=entry.source)
        return self._odoo.row(MODEL, applicant, wanted(tuple(entries)) or ["active"])

    def _all_kept(self, applicant: int) -> list[Kept]:
        """What is kept of earlier assessments of this applicant, the newest first."""
        domain = [["res_model", "=", MODEL], ["res_id", "=", applicant], ["description", "like", TOLD]]
        rows = self._odoo.rows("ir.attachment", domain, ["description"], order="id desc")
        return [kept for row in rows if (kept := _kept(row))]

    def _in_order(self, result: Mapping[str, Any], target: Target) -> None:
        """RemoteConflict where a newer revision is kept already."""
        newer = [
            kept
            for kept in target.kept
            if kept.assessment_id == result["assessment_id"] and kept.revision > result["revision"]
        ]
        if newer:
            raise RemoteConflict(self._content(newer[0].attachment), host=self._host, field="newer_revision")

    def _content(self, attachment: int) -> dict[str, object]:
        """A kept assessment, as it was signed."""
        row = self._odoo.row("ir.attachment", attachment, ["datas"])
        try:
            found = json.loads(base64.b64decode(row["datas"] or b""))
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def applicant_for(odoo: Odoo, interview_id: str, *remote_ids: str | None) -> int:
    """The applicant that something of an interview is about. RemoteRejected where Odoo knows none."""
    for remote_id in remote_ids:
        if remote_id:
            return applicant_of(remote_id, odoo.wire.host)
    found = odoo.referred(reference("interview", interview_id))
    if found is None:
        raise RemoteRejected(host=odoo.wire.host, status=404, detail=interview_id)
    return found


def applicant_of(remote_id: str, host: str) -> int:
    """The applicant in the id of a candidate or an interview ("12", or "12.uuid" of one registered from here)."""
    number = remote_id.partition(".")[0]
    if not number.isdecimal():
        raise RemoteRejected(host=host, status=404, detail=remote_id)
    return int(number)


def _sha1(content: bytes) -> str:
    """What Odoo itself remembers of the bytes of an attachment."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def _full(external_id: str) -> str:
    """The whole external id of the attachment that keeps an assessment."""
    return f"{OWN}.{reference('assessment', external_id)}"


def _kept_columns(external_id: str, signed: bytes, result: Mapping[str, Any], target: Target) -> dict[str, str]:
    """The columns of the signed bytes, with what they tell the company's fields beside them."""
    told = {
        TOLD: 1,
        "assessment_id": result["assessment_id"],
        "revision": result["revision"],
        "sha256": hashlib.sha256(signed).hexdigest(),
        "fields": target.told,
    }
    values = {
        "id": _full(external_id),
        "name": f"mianjian-{result['assessment_id']}-{result['revision']}.json",
        "res_model": MODEL,
        "mimetype": "application/json",
        "datas": base64.b64encode(signed).decode(),
        "description": json.dumps(told, ensure_ascii=False),
    }
    return {f"attachment_ids/{name}": value for name, value in values.items()}


def message_columns(name: str, body: str, message_id: str = "") -> dict[str, str]:
    """The columns that add an internal note to an applicant's log, under our external id `name`; it goes to nobody."""
    values = {
        "id": f"{OWN}.{name}",
        "model": MODEL,
        "body": body,
        "message_type": "comment",
        "subtype_id/id": "mail.mt_note",
        "is_internal": "1",
    } | ({"message_id": message_id} if message_id else {})
    return {f"message_ids/{key}": value for key, value in values.items()}


def _note_columns(external_id: str, result: Mapping[str, Any], words: Words) -> dict[str, str]:
    """The columns of the internal note."""
    return message_columns(reference("note", external_id), result_note(result, words))


def _kept(row: Row) -> Kept | None:
    """What stands beside the bytes of an assessment; None where a person wrote into it: then nothing is known."""
    try:
        said = json.loads(row["description"] or "")
        return Kept(row["id"], str(said["assessment_id"]), int(said["revision"]), dict(said["fields"]))
    except (ValueError, KeyError, TypeError):
        return None


def _base(agreed: Agreed, result: Mapping[str, Any], target: Target) -> Agreed:
    """What was agreed last of this assessment: as known here, else (on another computer) as it stands in Odoo."""
    newest = next((kept for kept in target.kept if kept.assessment_id == result["assessment_id"]), None)
    if newest is None or newest.revision < int(agreed.external_id.rpartition(":")[2] or 0):
        return agreed.against("")
    return agreed.against(f"{newest.assessment_id}:{newest.revision}", newest.fields)


def _stands(place: Place, value: Any, base: Mapping[str, Any]) -> Any:
    """What stands at a place, in the spelling of what it is the same as: ours, or what was agreed."""
    for spelled in (value, base.get(place.target)):
        if place.same(place.stands, spelled):
            return spelled
    return place.stands


def _remote_ids(attachment: Attachment) -> tuple[str | None, str | None]:
    return attachment.interview_remote_id, attachment.candidate_remote_id
