"""What a profile of the contract's dialect may say: paths, paging, envelope, and which field is which."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any
from urllib.parse import quote

import msgspec

from sync.contract import InterviewStatus, Pulled, RemoteCandidate, RemotePosition, RemoteTemplate
from sync.dialects.envelope import Envelope
from sync.dialects.paging import Paging
from sync.dialects.rows import PARTS, Part, Row, Times, row_of
from sync.mapping import SIGNED_HASH, SOURCES, mapped, source_of
from sync.paths import dig, put
from sync.profile import Shape
from sync.system import Attachment, Note

KINDS: dict[str, type] = {"positions": RemotePosition, "candidates": RemoteCandidate, "templates": RemoteTemplate}
_VERBS = ("GET", "POST", "PUT", "PATCH")
_WITH_ID = ("status", "assessment", "standing", "held", "notes", "document")
INTERVIEW = frozenset(
    {"client_id", "candidate_id", "candidate_name", "position_id", "position_title", "scheduled_at", "time_zone"}
)
"""What `push.interview` may name."""
KEPT_FIELDS = "kept_fields"
"""Where a body that holds what was signed says which fields stay as they stand there."""
MOVE = frozenset({"id", "from", "to", "at"})
"""What `push.move` may name; `id` is the HR system's id of the interview."""
NOTE = frozenset(field.name for field in fields(Note)) - {"texts"}
"""What `push.note` may name."""
FILE = frozenset(field.name for field in fields(Attachment)) | {"offset", "content"}
"""What `push.file` may name; the last two it has to."""


class Paths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Paths below the address, each with its method before it where that is not the contract's ("POST /save").

    `{id}` stands for the id, in `standing` for the assessment's, whatever its revision. `changes` "" = each kind that
    is pulled has a path of its own; `standing` reads a result as it stands there, "" = it cannot be read, and each
    revision is a document of its own; `held` looks a result up, "" = GET of `assessment`; `fields` "" = the system has
    no catalogue of fields, `attachments` "" = it takes no files, `notes` "" = it takes no notes, `document` "" = it
    gives no files.
    """

    health: str
    interviews: str
    status: str
    assessment: str
    changes: str = ""
    standing: str = ""
    held: str = ""
    fields: str = ""
    attachments: str = ""
    notes: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A method and a path below the address."""

    method: str
    path: str


class Rows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the rows of one kind stand in a page, and each field's path in a row; `path` where the kind has its own.

    `parts`: what hangs on a row as lists (`sync.dialects.rows.PARTS`).
    """

    list: str
    fields: dict[str, str]
    path: str = ""
    parts: dict[str, Part] = {}


class Pull(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is pulled; templates only where the system has any."""

    positions: Rows
    candidates: Rows
    templates: Rows | None = None

    def kinds(self) -> tuple[str, ...]:
        """The kinds with a list of their own, in the order of pulling: a candidate's position comes first."""
        return ("positions", "candidates") + (("templates",) if self.templates and self.templates.path else ())


class Standing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a result is read as it stands there, and how a write says on which reading it rests.

    `look_up` is the body that asks for it (`target path = "assessment_id"`), `version` the dotted path of its version
    in the answer ("" = the header ETag), `condition` the place of that version in what is written ("" = the header
    If-Match).
    """

    look_up: dict[str, str] = {}
    version: str = ""
    condition: str = ""


class Push(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How things are sent: an assessment as the signed bytes, or as a body of `target path = source path`. With
    `identity` and a mapping it is what was signed, with the company's fields and the hash of what was signed beside it.

    `interview`, `move` and `note` do the same for the other calls, empty = the contract's body. `id` is the dotted
    path of an id in an answer. `statuses` gives the other system's word for a status, where it has another. `look_up`
    is the body that asks for a result (`target path = "external_id"`), `proof` the dotted path in its answer to the
    hash of what was signed. With `file` files travel in pieces within calls of that shape (`offset`, and `content` as
    base64, "" to ask), and `received` is the dotted path to how many bytes are there; without it by tus.
    `listed` = the list of fields has every target of `fields`, so that one that is gone is noticed.
    """

    identity: bool = True
    fields: dict[str, str] = {}
    interview: dict[str, str] = {}
    move: dict[str, str] = {}
    note: dict[str, str] = {}
    file: dict[str, str] = {}
    received: str = "received"
    look_up: dict[str, str] = {}
    proof: str = ""
    id: str = "id"
    statuses: dict[str, str] = {}
    listed: bool = False
    standing: Standing = Standing()


class ContractShape(Shape, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole profile file of this dialect, its base merged in."""

    paths: Paths
    pull: Pull
    push: Push = Push()
    paging: Paging = Paging()
    envelope: Envelope = Envelope()
    times: Times = Times()

    def wrong(self) -> str:
        """What a file that has the right shape still gets wrong; "" = nothing."""
        return (
            super().wrong()
            or self.paging.wrong()
            or self.times.wrong()
            or _wrong_paths(self)
            or _wrong_pull(self)
            or _wrong_push(self)
        )

    def body(self, signed: bytes) -> bytes:
        """What is sent for a signed assessment: its very bytes, or a body derived from them with their hash."""
        if self.push.identity and not self.mapping:
            return signed
        return encoded(self.told(signed))

    def told(self, signed: bytes) -> dict[str, Any]:
        """The same as an object: with `identity`, what was signed with its hash, and the company's fields."""
        source = source_of(signed)
        body = dict(source) if self.push.identity else dict[str, Any]()
        for target, path in self.push.fields.items():
            put(body, target, dig(source, path))
        for target, value in mapped(self.mapping, signed).items():
            put(body, target, value)
        return body

    def word(self, status: InterviewStatus) -> str:
        """The other system's word for a status."""
        return self.push.statuses.get(status.value, status.value)

    def status(self, word: object) -> InterviewStatus:
        """The status that the other system's word means. ValueError for an unknown one."""
        words = {theirs: ours for ours, theirs in self.push.statuses.items()}
        return InterviewStatus(words.get(str(word), str(word)))

    def interview(self, body: bytes) -> bytes:
        """The body that makes an interview known, made of the contract's. ValueError for a time that is none."""
        return self._told(json.loads(body), self.push.interview) if self.push.interview else body

    def move(self, remote_id: str, source: InterviewStatus, target: InterviewStatus, at: str) -> bytes:
        """The body that moves an interview. ValueError for a time that is none."""
        body = {"from": self.word(source), "to": self.word(target), "at": at}
        if not self.push.move:
            return json.dumps(body).encode()
        return self._told(body | {"id": remote_id}, self.push.move)

    def note(self, note: Note) -> bytes:
        """The body that keeps a note. ValueError for a time that is none."""
        body = {name: value for name, value in asdict(note).items() if name in NOTE}
        return self._told(body, self.push.note) if self.push.note else json.dumps(body, ensure_ascii=False).encode()

    def file(self, said: Mapping[str, Any]) -> bytes:
        """The body that carries a piece of a file."""
        return self._told(dict(said), self.push.file)

    def _told(self, source: dict[str, Any], targets: dict[str, str]) -> bytes:
        body = dict[str, Any]()
        for target, name in targets.items():
            value = source[name]
            put(body, target, self.times.write(value) if name in ("at", "scheduled_at") and value else value)
        return json.dumps(body, ensure_ascii=False).encode()

    def in_our_words(self, theirs: dict[str, Any]) -> dict[str, Any]:
        """What the HR system holds of a result or an interview, by the names that the signed assessment has."""
        if not self.push.identity:
            found = dict[str, Any]()
            for target, path in self.push.fields.items():
                if dig(theirs, target) is not None:
                    put(found, path, dig(theirs, target))
            theirs = found | {name: value for name, value in theirs.items() if name == "status"}
        try:
            return theirs | {"status": self.status(theirs["status"]).value}
        except (KeyError, ValueError):
            return theirs

    def page(self, answer: object) -> Pulled:
        """One page of changes of all kinds. ValueError when it is not what the profile describes."""
        data = dig(answer, self.envelope.data)
        templates = self.pull.templates
        return Pulled(
            positions=tuple(self.rows(data, self.pull.positions, RemotePosition)),
            candidates=tuple(self.rows(data, self.pull.candidates, RemoteCandidate)),
            templates=tuple(self.rows(data, templates, RemoteTemplate)) if templates else (),
            cursor=str(dig(data, "cursor") or ""),
            more=bool(dig(data, "more")),
        )

    def rows(self, data: object, rows: Rows, kind: type[Row]) -> list[Row]:
        """The rows of one kind in a page. ValueError when they are not what the profile describes."""
        return [self.row(row, rows, kind) for row in raw_rows(data, rows)]

    def row(self, row: object, rows: Rows, kind: type[Row]) -> Row:
        """One row. ValueError when it is not what the profile describes."""
        return row_of(row, rows.fields, kind, self.times, self.status, rows.parts)


def encoded(body: dict[str, Any]) -> bytes:
    """A body as it is sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def raw_rows(data: object, rows: Rows) -> list[Any]:
    """The rows of one kind as they came. ValueError where there is no list."""
    found = dig(data, rows.list)
    if not isinstance(found, list):
        raise ValueError(rows.list)
    return found


def call(path: str, method: str, remote_id: str = "") -> Call:
    """The call that a path of a profile stands for; `method` where it names none."""
    verb, _, rest = path.rpartition(" ")
    return Call(verb or method, rest.replace("{id}", quote(remote_id, safe="")))


def _wrong_paths(shape: ContractShape) -> str:
    needed: tuple[str, ...] = () if shape.paths.held else ("assessment",)
    needed += () if "id" in shape.push.move.values() else ("status",)
    needed += ("notes",) if shape.paths.notes and "external_id" not in shape.push.note.values() else ()
    needed += ("standing",) if shape.paths.standing and not shape.push.standing.look_up else ()
    for name in Paths.__struct_fields__:
        written = getattr(shape.paths, name)
        if not written and name in ("changes", "standing", "held", "fields", "attachments", "notes", "document"):
            continue
        wrong = _wrong_path(written) or (name not in _WITH_ID and "{id}" in written)
        wrong = wrong or (name == "document" and ("{id}" not in written or call(written, "GET").method != "GET"))
        if wrong or (name in needed and "{id}" not in written):
            return f"paths.{name} = {written!r}"
    return ""


def _wrong_path(written: str) -> bool:
    verb, space, path = written.rpartition(" ")
    return (bool(space) and verb not in _VERBS) or not path.startswith("/") or "//" in path


def _wrong_pull(shape: ContractShape) -> str:
    own_paths = shape.paging.style != "changes"
    if own_paths == bool(shape.paths.changes):
        return "paging.style, paths.changes"
    for name in KINDS:
        rows: Rows | None = getattr(shape.pull, name)
        if rows is None:
            continue
        unknown = set(rows.fields) - ({field.name for field in fields(KINDS[name])} - set(PARTS))
        if unknown or "remote_id" not in rows.fields:
            return f"pull.{name}.fields: {', '.join(sorted(unknown)) or 'remote_id'}"
        if wrong := _wrong_parts(name, rows):
            return wrong
        if name in shape.pull.kinds() and own_paths and _wrong_path(rows.path):
            return f"pull.{name}.path = {rows.path!r}"
    return ""


def _wrong_parts(kind: str, rows: Rows) -> str:
    """Parts of a kind that has them, with fields that they have, the ones that they need included."""
    known = {field.name for field in fields(KINDS[kind])} & set(PARTS)
    if unknown := set(rows.parts) - known:
        return f"pull.{kind}.parts: {', '.join(sorted(unknown))}"
    for name, part in rows.parts.items():
        own = fields(PARTS[name])
        needed = {one.name for one in own if one.default is MISSING}
        wrong = (set(part.fields) - {one.name for one in own}) or (needed - set(part.fields))
        if wrong:
            return f"pull.{kind}.parts.{name}.fields: {', '.join(sorted(wrong))}"
    return ""


def _wrong_push(shape: ContractShape) -> str:
    push = shape.push
    if push.identity == bool(push.fields) and (push.identity or not shape.mapping):
        return "push: identity or fields"
    own = {entry.target.split(".")[0] for entry in shape.mapping}
    taken = own & (SOURCES | {KEPT_FIELDS})
    if push.identity and taken:
        return f"push.identity: {', '.join(sorted(taken))}"
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
    if set(push.interview.values()) - INTERVIEW or set(push.move.values()) - MOVE or set(push.note.values()) - NOTE:
        return "push.interview, push.move, push.note"
    file = set(push.file.values())
    if push.file and (file - FILE or not {"external_id", "sha256", "offset", "content"} <= file):
        return "push.file"
    if shape.paths.held and (push.identity or not push.proof or set(push.look_up.values()) - {"external_id"}):
        return "push.look_up, push.proof"
    if set(push.standing.look_up.values()) - {"assessment_id"} or (push.standing.condition and push.identity):
        return "push.standing"
    words = set(InterviewStatus)
    if set(push.statuses) - words or len(set(push.statuses.values())) != len(push.statuses):
        return "push.statuses"
    return ""
