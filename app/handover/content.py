"""What a package holds, read and checked as a whole before anything of it is taken."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import msgspec
import rfc8785

from app import text
from app.domain.template import Template
from app.failures import PackageDamaged
from app.handover.archive import Archive
from app.handover.called_off import ROWS, CalledOff
from app.handover.carried import CarriedFile, read_files, read_notes
from app.handover.gathering import RECEIPTS
from app.handover.hr_said import SaidRow, read_said
from app.handover.package import FILES, NOTES, SAID, Kind, Manifest, is_recording, signed_name
from app.handover.rows import APPENDED, MERGED, NAMES, Row, plain, required
from sync.contract import AssessmentResult
from sync.handing import Receipt
from sync.outbox import Kind as ItemKind
from sync.outbox import Resolution

MOST_ROWS = 20_000
"""Of a kind that is compared row by row."""
RECORDING = "recording"
"""Rows of this kind say whose recordings travel: the SHA-256 as id, and the name that the file had."""


class RecordingFields(msgspec.Struct):
    """A recording that travels."""

    interview_id: str
    name: str


@dataclass(slots=True)
class Content:
    """A package's rows by kind, its signed revisions by SHA-256, templates and receipts; all of it valid in itself."""

    name: str
    manifest: Manifest
    rows: dict[str, list[Row]] = field(default_factory=dict)
    templates: list[Template] = field(default_factory=list)
    signed: dict[str, bytes] = field(default_factory=dict)
    recordings: dict[str, RecordingFields] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    files: list[CarriedFile] = field(default_factory=list)
    said: list[SaidRow] = field(default_factory=list)
    receipts: tuple[Receipt, ...] = ()
    called_off: list[Row] = field(default_factory=list)

    @property
    def is_results(self) -> bool:
        """Whether it comes home with signed assessments."""
        return self.manifest.kind is Kind.RESULTS


def read_content(archive: Archive, name: str) -> Content:
    """Everything but recordings, analyses, reports and files. Raises PackageDamaged."""
    content = Content(name, archive.manifest)
    part = ""
    try:
        for part in archive.names("rows/"):
            _read_rows(content, part.removeprefix("rows/").removesuffix(".json"), archive.read(part))
        for part in archive.names("signed/"):
            _read_signed(content, part, archive.read(part))
        part = RECEIPTS
        if told := archive.read(RECEIPTS):
            content.receipts = _receipts(told)
        part = NOTES
        if told := archive.read(NOTES):
            content.notes = read_notes(told)
        part = FILES
        content.files = read_files(archive.read(FILES), archive.manifest.members)
        part = SAID
        content.said = read_said(archive.read(SAID), archive.manifest.members)
        part = ""
        _check_whole(content)
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError, RecursionError) as invalid:
        raise PackageDamaged(name=name, what=part or text.tr("package.rows")) from invalid
    return content


def _read_rows(content: Content, kind: str, body: bytes) -> None:
    rows = msgspec.json.decode(body, type=list[Row])
    if len({row.id for row in rows}) != len(rows) or (kind in MERGED and len(rows) > MOST_ROWS):
        raise ValueError(kind)
    if kind == "template":
        content.templates = [_template(row) for row in rows]
    elif kind == ROWS:
        content.called_off = [row for row in rows if msgspec.convert(row.fields, CalledOff)]
    elif kind == RECORDING:
        content.recordings = {row.id: msgspec.convert(row.fields, RecordingFields) for row in rows}
    elif kind in MERGED or kind in APPENDED:
        content.rows[kind] = [_checked(kind, row) for row in rows]


def _checked(kind: str, row: Row) -> Row:
    """The row with its fields as the table spells them."""
    fields = plain(kind, row.fields)
    if required(kind) - fields.keys() or row.version < 1 or not row.id:
        raise ValueError(row.id)
    for moment in filter(None, (row.created, row.changed)):
        if datetime.fromisoformat(moment).tzinfo is None:
            raise ValueError(moment)
    seen = {
        library: msgspec.structs.replace(each, fields=plain(kind, each.fields)) for library, each in row.seen.items()
    }
    return msgspec.structs.replace(row, fields=fields, seen=seen)


def _template(row: Row) -> Template:
    body = row.fields["body"]
    if hashlib.sha256(body.encode()).hexdigest() != row.fields["sha256"]:
        raise ValueError(row.id)
    return msgspec.json.decode(body, type=Template)


def _read_signed(content: Content, part: str, payload: bytes) -> None:
    """Canonical bytes of a signed assessment, under their own name."""
    body: Any = json.loads(payload)
    result = msgspec.convert(body, AssessmentResult)
    if rfc8785.dumps(body) != payload or signed_name(result.external_id) != part:
        raise ValueError(part)
    content.signed[hashlib.sha256(payload).hexdigest()] = payload


def _receipts(told: bytes) -> tuple[Receipt, ...]:
    found = msgspec.json.decode(told, type=tuple[Receipt, ...])
    for each in found:
        ItemKind(each.kind)
        if each.resolution is not None:
            Resolution(each.resolution)
    return found


def _check_whole(content: Content) -> None:
    """Every row that is named is there, and every signature has its bytes."""
    there = {kind: {row.id for row in content.rows.get(kind, ())} for kind in (*MERGED, "correction")}
    for kind, rows in content.rows.items():
        for row in rows:
            for name, named in (NAMES | {"reverts": "correction"}).items():
                value = row.fields.get(name)
                if value is not None and value not in there[named]:
                    raise ValueError(f"{kind} {row.id}: {name}")
    for row in content.rows.get("signature", ()):
        if json.loads(content.signed[row.fields["sha256"]])["assessor"] != row.assessor:
            raise ValueError(row.id)
    media = {member.name for member in content.manifest.members if is_recording(member.name)}
    if media != {f"media/{sha256}" for sha256 in content.recordings}:
        raise ValueError(RECORDING)
    for member in content.manifest.members:
        folder, _, rest = member.name.partition("/")
        if (
            folder in ("analyses", "reports")
            and PurePosixPath(rest).parts[0].removesuffix(".pdf") not in there["interview"]
        ):
            raise ValueError(member.name)
        if folder in ("made", "documents") and rest != member.sha256:
            raise ValueError(member.name)
    owners = [each.interview_id for each in content.recordings.values()]
    owners += [each.interview_id for each in content.files] + [note["interview_id"] for note in content.notes]
    for told in content.said:
        if told.row_id not in there[told.kind]:
            raise ValueError(told.row_id)
    for interview_id in owners:
        if interview_id not in there["interview"]:
            raise ValueError(interview_id)
