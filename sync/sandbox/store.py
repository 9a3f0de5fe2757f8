"""The sandbox's own SQLite file. Every write is committed, with full synchronisation, before it is answered."""

from __future__ import annotations

import copy
import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sync.sandbox.standing import Standing, standing_of, write

STATUSES = ("scheduled", "in_progress", "to_review", "assessed")
CANCELLED = "cancelled"
OVERLAP = 3
"""So many rows before a finished cursor are delivered again: a client has to bear repeats."""

_SCHEMA = """
create table if not exists meta (name text primary key, value text not null);
create table if not exists entity (
  kind text not null, id text not null, body text not null, seq integer not null unique, updated text not null,
  deleted integer not null default 0, primary key (kind, id));
create table if not exists interview (
  id text primary key, client_id text unique, candidate_id text not null, status text not null, scheduled_at text,
  time_zone text not null);
create table if not exists move (
  interview_id text not null, source text not null, target text not null, at text not null, received_at text not null,
  primary key (interview_id, target));
create table if not exists assessment (
  external_id text primary key, id text not null, assessment_id text not null, revision integer not null,
  interview_id text not null, sha256 text not null, body blob not null, received_at text not null);
create table if not exists standing (
  assessment_id text primary key, version integer not null, body text not null);
create table if not exists upload (
  id text primary key, external_id text not null unique, assessment_external_id text not null, role text not null,
  name text not null, media_type text not null, sha256 text not null, size integer not null,
  offset integer not null default 0, received_at text);
create table if not exists note (
  external_id text primary key, id text not null, interview_id text not null, role text not null, body blob not null,
  received_at text not null);
create table if not exists operation (key text primary key, sha256 text not null);
create table if not exists file (
  id text primary key, name text not null, media_type text not null, sha256 text not null, content blob not null);
create table if not exists document (kind text not null, id text not null, body text not null, primary key (kind, id));
"""


class StoreRefuses(Exception):
    """The request cannot be carried out: an HTTP status, a code, a sentence, and what is held here instead."""

    def __init__(self, status: int, code: str, message: str, theirs: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.theirs = status, code, message, theirs


@dataclass(frozen=True, slots=True)
class Held:
    """An assessment as it is kept."""

    external_id: str
    id: str
    assessment_id: str
    revision: int
    interview_id: str
    sha256: str
    body: bytes
    received_at: str


class Store:
    """Everything the sandbox EHR knows. Thread-safe: one connection behind one lock.

    `clock` gives UTC seconds to the faces that forget something after a while; `files` is where uploads lie.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.clock, self.files = clock, folder / "files"
        self.files.mkdir(parents=True, exist_ok=True)
        self.lock = self._lock = threading.RLock()
        self._db = sqlite3.connect(folder / "ehr.sqlite3", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=full")
        with self._writing() as db:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                db.execute(statement)
            db.execute("insert or ignore into meta values ('id', ?), ('seq', '0')", (uuid4().hex[:8],))
        self.id = str(self._value("select value from meta where name = 'id'"))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @property
    def revision(self) -> int:
        """Grows with every change."""
        return int(str(self._value("select value from meta where name = 'seq'")))

    def empty(self) -> bool:
        """Whether nothing was ever stored."""
        return self.revision == 0

    def put(self, kind: str, remote_id: str, body: dict[str, Any], *, deleted: bool = False) -> None:
        """Add or change a position, candidate or template."""
        with self._writing() as db:
            self._put(db, kind, remote_id, body, deleted)

    def plan_interview(
        self, candidate_id: str, scheduled_at: str | None, time_zone: str, client_id: str | None = None
    ) -> str:
        """Add an interview of a candidate; gives its id."""
        with self._writing() as db:
            return self._plan(db, candidate_id, scheduled_at, time_zone, client_id)

    def entity(self, kind: str, remote_id: str) -> dict[str, Any] | None:
        """One position, candidate or template, deleted ones too."""
        row = self._row("select * from entity where kind = ? and id = ?", kind, remote_id)
        return self._entity(row) if row else None

    def all(self, kind: str, *, deleted: bool = False) -> list[dict[str, Any]]:
        """All that are not deleted, oldest first; `deleted` = the deleted ones too."""
        query = "select * from entity where kind = ? and deleted <= ? order by rowid"
        return [self._entity(row) for row in self._rows(query, kind, int(deleted))]

    def put_file(self, file_id: str, name: str, media_type: str, content: bytes) -> dict[str, Any]:
        """Keep a person's file; gives what a candidate's body says of it."""
        digest = hashlib.sha256(content).hexdigest()
        with self._writing() as db:
            self._step(db)
            db.execute(
                "insert or replace into file values (?, ?, ?, ?, ?)", (file_id, name, media_type, digest, content)
            )
        return {"id": file_id, "name": name, "media_type": media_type, "size": len(content), "sha256": digest}

    def file(self, file_id: str) -> tuple[str, str, bytes]:
        """Name, media type and content of a file. StoreRefuses 404."""
        row = self._row("select name, media_type, content from file where id = ?", file_id)
        if row is None:
            raise StoreRefuses(404, "document_unknown", "There is no such document.")
        return row["name"], row["media_type"], row["content"]

    def drop_file(self, file_id: str) -> None:
        """Forget a file."""
        with self._writing() as db:
            self._step(db)
            db.execute("delete from file where id = ?", (file_id,))

    def put_document(self, kind: str, document_id: str, body: dict[str, Any]) -> None:
        """Keep what only one face knows, in that face's own shape."""
        with self._writing() as db:
            self._step(db)
            db.execute(
                "insert into document values (?, ?, ?) on conflict (kind, id) do update set body = excluded.body",
                (kind, document_id, json.dumps(body, ensure_ascii=False)),
            )

    def document(self, kind: str, document_id: str) -> dict[str, Any] | None:
        """One document of a face."""
        row = self._row("select body from document where kind = ? and id = ?", kind, document_id)
        return json.loads(row["body"]) if row else None

    def documents(self, kind: str) -> list[dict[str, Any]]:
        """All documents of a kind, in the order of their making."""
        rows = self._rows("select body from document where kind = ? order by rowid", kind)
        return [json.loads(row["body"]) for row in rows]

    def every(self, kind: str) -> list[dict[str, Any]]:
        """All of one kind, deleted ones too, the oldest change first."""
        return [self._entity(row) for row in self._rows("select * from entity where kind = ? order by seq", kind)]

    def changes(self, cursor: str, limit: int) -> dict[str, Any]:
        """One page of changes after a cursor. StoreRefuses 410 for a cursor of another store."""
        start = self._start(cursor)
        with self._lock:
            rows = self._rows("select * from entity where seq > ? order by seq limit ?", start, limit + 1)
            page, more = rows[:limit], len(rows) > limit
            last = max([row["seq"] for row in page], default=start)
            found: dict[str, list[dict[str, Any]]] = {"position": [], "candidate": [], "template": []}
            for row in page:
                found[row["kind"]].append(self._entity(row))
        return {
            "positions": found["position"],
            "candidates": found["candidate"],
            "templates": found["template"],
            "cursor": f"{self.id}.{last}.{'walk' if more else 'end'}",
            "more": more,
        }

    def _start(self, cursor: str) -> int:
        if not cursor:
            return 0
        store, _, rest = cursor.partition(".")
        number, _, place = rest.partition(".")
        if store != self.id or not number.isdecimal() or int(number) > self.revision:
            raise StoreRefuses(410, "cursor_unknown", "This cursor is not known. Start again without one.")
        return int(number) if place == "walk" else max(0, int(number) - OVERLAP)

    def register(self, wanted: dict[str, Any], key: str, digest: str) -> tuple[dict[str, Any], bool]:
        """Upsert an interview by the client's id; gives it and whether it is new."""
        with self._writing() as db:
            self._once(db, key, digest)
            there = self._row("select id from interview where client_id = ?", wanted["client_id"])
            if there:
                return self.interview(there["id"]), False
            candidate = self._candidate_for(db, wanted)
            made = self._plan(db, candidate, wanted["scheduled_at"], wanted["time_zone"], wanted["client_id"])
            return self.interview(made), True

    def move(self, interview: str, source: str, target: str, at: str, key: str, digest: str) -> dict[str, Any]:
        """Move an interview forward, guarded by where it stands. A repeat changes nothing."""
        if not {source, target} <= set(STATUSES) or STATUSES.index(target) <= STATUSES.index(source):
            raise StoreRefuses(422, "backward", "An interview only moves forward.")
        with self._writing() as db:
            self._once(db, key, digest)
            stands = self.interview(interview)
            if stands["status"] == target:
                return stands
            if stands["status"] != source:
                message = f"The interview stands at {stands['status']}."
                raise StoreRefuses(409, "status_differs", message, {"status": stands["status"]})
            db.execute("update interview set status = ? where id = ?", (target, interview))
            db.execute("insert into move values (?, ?, ?, ?, ?)", (interview, source, target, at, now()))
            self._touch(db, stands["candidate_id"])
            return self.interview(interview)

    def replan(self, interview: str, *, cancelled: bool = False, **plan: str | None) -> dict[str, Any]:
        """What a person in HR does: call an interview off, take that back, or change its `scheduled_at`, `time_zone`.

        StoreRefuses 404; 409 for one that has begun.
        """
        with self._writing() as db:
            stands = self.interview(interview)
            if stands["status"] not in (STATUSES[0], CANCELLED):
                raise StoreRefuses(409, "status_differs", "It has begun already.", {"status": stands["status"]})
            status = CANCELLED if cancelled else STATUSES[0]
            db.execute("update interview set status = ? where id = ?", (status, interview))
            for name in ("scheduled_at", "time_zone"):
                if name in plan:
                    db.execute(f"update interview set {name} = ? where id = ?", (plan[name], interview))
            self._touch(db, stands["candidate_id"])
            return self.interview(interview)

    def rearrange(self, interview: str, changes: dict[str, str | None]) -> None:
        """Somebody in HR puts an interview at any stage, forward or back, or plans it anew: `status`, `scheduled_at`,
        `time_zone`. StoreRefuses 404."""
        with self._writing() as db:
            stands = self.interview(interview)
            for name in changes.keys() & {"status", "scheduled_at", "time_zone"}:
                db.execute(f"update interview set {name} = ? where id = ?", (changes[name], interview))
            self._touch(db, stands["candidate_id"])

    def interview(self, remote_id: str) -> dict[str, Any]:
        """One interview. StoreRefuses 404."""
        row = self._row("select id, client_id, candidate_id, status from interview where id = ?", remote_id)
        if row is None:
            raise StoreRefuses(404, "interview_unknown", "There is no such interview.")
        return dict(row)

    def keep(self, body: bytes, wanted: dict[str, Any], key: str, version: str = "") -> tuple[Held, bool]:
        """Keep an assessment as it is; gives it and whether it is new. Another body or an older revision: 409.

        What stands then are its values, but for its `kept_fields` and the company's fields that it does not name.
        `version` = the one that it rests on ("" = none is named): 412 where another stands.
        """
        digest = hashlib.sha256(body).hexdigest()
        with self._writing() as db:
            self._once(db, key, digest)
            held = self.assessment(wanted["external_id"])
            if held:
                if held.sha256 != digest:
                    message = "Another assessment is kept under this id."
                    raise StoreRefuses(409, "assessment_differs", message, json.loads(held.body))
                return held, False
            newest = self._newest(wanted["assessment_id"])
            if newest and newest.revision >= wanted["revision"]:
                message = f"Revision {newest.revision} is kept already."
                raise StoreRefuses(409, "newer_revision", message, json.loads(newest.body))
            stood = self.standing(wanted["assessment_id"])
            if version and version != (stood.version if stood else ""):
                raise StoreRefuses(412, "version_differs", "Somebody wrote since this was read.")
            interview = self._interview_of(wanted)
            made = Held(
                wanted["external_id"], f"res-{uuid4().hex[:10]}", wanted["assessment_id"], wanted["revision"],
                interview["id"], digest, body, now(),
            )  # fmt: skip
            db.execute(
                "insert into assessment values (?, ?, ?, ?, ?, ?, ?, ?)",
                (made.external_id, made.id, made.assessment_id, made.revision, made.interview_id, made.sha256, body,
                 made.received_at),
            )  # fmt: skip
            try:
                stands = stood.after(wanted) if stood else standing_of(wanted)
            except ValueError as error:
                raise StoreRefuses(422, "kept_field_unknown", f"There is no field {error} to keep.") from error
            self._stand(db, wanted["assessment_id"], stands)
            self._touch(db, interview["candidate_id"])
            return made, True

    def standing(self, assessment_id: str) -> Standing | None:
        """The result as it stands, with what people changed in it; None = there is none."""
        row = self._row("select version, body from standing where assessment_id = ?", assessment_id)
        if row is not None:
            return Standing(str(row["version"]), json.loads(row["body"]))
        held = self._newest(assessment_id)
        return Standing("0", standing_of(json.loads(held.body))) if held else None

    def edit_result(self, assessment_id: str, changes: dict[str, Any]) -> None:
        """Somebody in HR writes into a result: values by dotted path, of a dimension by its id. StoreRefuses 404."""
        with self._writing() as db:
            stood, held = self.standing(assessment_id), self._newest(assessment_id)
            if stood is None or held is None:
                raise StoreRefuses(404, "assessment_unknown", "Nothing is kept of this assessment.")
            body = copy.deepcopy(stood.body)
            for path, value in changes.items():
                write(body, path, value)
            self._stand(db, assessment_id, body)
            self._touch(db, self.interview(held.interview_id)["candidate_id"])

    def _stand(self, db: sqlite3.Connection, assessment_id: str, body: dict[str, Any]) -> None:
        db.execute(
            "insert into standing values (?, 1, ?) on conflict (assessment_id) "
            "do update set version = version + 1, body = excluded.body",
            (assessment_id, json.dumps(body, ensure_ascii=False)),
        )

    def assessment(self, external_id: str) -> Held | None:
        """The assessment under one external id."""
        return self._held(self._row("select * from assessment where external_id = ?", external_id))

    def assessments(self) -> list[Held]:
        """All that are kept, newest first."""
        rows = self._rows("select * from assessment order by rowid desc")
        return [held for held in map(self._held, rows) if held]

    def say(self, body: bytes, wanted: dict[str, Any], key: str) -> tuple[dict[str, Any], bool]:
        """Keep a note as it is; gives it and whether it is new. Another body under the same id: 409."""
        with self._writing() as db:
            self._once(db, key, hashlib.sha256(body).hexdigest())
            there = self._row("select * from note where external_id = ?", wanted["external_id"])
            if there is not None:
                if there["body"] != body:
                    message = "Another note is kept under this id."
                    raise StoreRefuses(409, "note_differs", message, json.loads(there["body"]))
                return dict(there), False
            interview = self._interview_of(wanted)
            made = f"note-{uuid4().hex[:10]}"
            row = (wanted["external_id"], made, interview["id"], wanted["role"], body, now())
            db.execute("insert into note values (?, ?, ?, ?, ?, ?)", row)
            self._touch(db, interview["candidate_id"])
            kept = self._row("select * from note where external_id = ?", wanted["external_id"])
            return dict(kept or {}), True

    def notes(self) -> list[dict[str, Any]]:
        """All notes as they came, newest first, each with what is known of its interview's candidate."""
        query = (
            "select note.*, entity.body as candidate from note join interview on interview.id = note.interview_id "
            "left join entity on entity.kind = 'candidate' and entity.id = interview.candidate_id "
            "order by note.rowid desc"
        )
        return [dict(row) for row in self._rows(query)]

    def create_upload(self, wanted: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """Announce a file by the client's id; gives how far it has come, and whether it is new. Other bytes: 409."""
        with self._writing() as db:
            there = self._row("select * from upload where external_id = ?", wanted["external_id"])
            if there is not None:
                if (there["sha256"], there["size"]) != (wanted["sha256"], wanted["size"]):
                    raise StoreRefuses(409, "attachment_differs", "Another file is kept under this id.", dict(there))
                return dict(there), False
            if self.assessment(wanted["assessment_external_id"]) is None:
                raise StoreRefuses(422, "assessment_unknown", "There is no such assessment.")
            names = ("external_id", "assessment_external_id", "role", "name", "media_type", "sha256", "size")
            made = f"att-{uuid4().hex[:12]}"
            db.execute(
                f"insert into upload (id, {', '.join(names)}) values (?, ?, ?, ?, ?, ?, ?, ?)",
                (made, *(wanted[name] for name in names)),
            )
            self._step(db)
        return self.upload(made), True

    def upload(self, upload_id: str) -> dict[str, Any]:
        """One upload. StoreRefuses 404."""
        row = self._row("select * from upload where id = ?", upload_id)
        if row is None:
            raise StoreRefuses(404, "upload_unknown", "There is no such upload.")
        return dict(row)

    def advance_upload(self, upload_id: str, offset: int) -> dict[str, Any]:
        """So many bytes of the file are on disk."""
        with self._writing() as db:
            db.execute(
                "update upload set offset = ?, received_at = case when size = ? then ? end where id = ?",
                (offset, offset, now(), upload_id),
            )
            self._step(db)
        return self.upload(upload_id)

    def uploads(self, assessment_external_id: str | None = None) -> list[dict[str, Any]]:
        """All files, or those of one assessment, in the order of their announcement."""
        query = "select * from upload where ? is null or assessment_external_id = ? order by rowid"
        return [dict(row) for row in self._rows(query, assessment_external_id, assessment_external_id)]

    def interviews(self) -> list[dict[str, Any]]:
        """All interviews, in the order of their making."""
        return [dict(row) for row in self._rows("select * from interview order by rowid")]

    def moves(self) -> list[dict[str, Any]]:
        """All status moves, in the order of their arrival."""
        return [dict(row) for row in self._rows("select * from move order by rowid")]

    def _newest(self, assessment_id: str) -> Held | None:
        query = "select * from assessment where assessment_id = ? order by revision desc limit 1"
        return self._held(self._row(query, assessment_id))

    def _interview_of(self, wanted: dict[str, Any]) -> dict[str, Any]:
        row = self._row(
            "select id from interview where id = ? or client_id = ?",
            wanted["interview_remote_id"] or "",
            wanted["interview_id"],
        )
        if row is None:
            raise StoreRefuses(422, "interview_unknown", "The interview of this assessment is not known here.")
        return self.interview(row["id"])

    def _candidate_for(self, db: sqlite3.Connection, wanted: dict[str, Any]) -> str:
        for kind, remote_id in (("position", wanted["position_id"]), ("candidate", wanted["candidate_id"])):
            if remote_id and self.entity(kind, remote_id) is None:
                raise StoreRefuses(422, f"{kind}_unknown", f"There is no {kind} {remote_id}.")
        if wanted["candidate_id"]:
            return str(wanted["candidate_id"])
        made = f"cand-{uuid4().hex[:8]}"
        body = {"name": wanted["candidate_name"], "email": "", "phone": "", "position_id": wanted["position_id"]}
        self._put(db, "candidate", made, body, False)
        return made

    def _plan(
        self, db: sqlite3.Connection, candidate: str, scheduled_at: str | None, time_zone: str, client_id: str | None
    ) -> str:
        made = f"int-{uuid4().hex[:8]}"
        row = (made, client_id, candidate, STATUSES[0], scheduled_at, time_zone)
        db.execute("insert into interview values (?, ?, ?, ?, ?, ?)", row)
        self._touch(db, candidate)
        return made

    def _put(self, db: sqlite3.Connection, kind: str, remote_id: str, body: dict[str, Any], deleted: bool) -> None:
        db.execute(
            "insert into entity values (?, ?, ?, ?, ?, ?) on conflict (kind, id) do update set body = excluded.body, "
            "seq = excluded.seq, updated = excluded.updated, deleted = excluded.deleted",
            (kind, remote_id, json.dumps(body, ensure_ascii=False), self._step(db), now(), int(deleted)),
        )

    def _touch(self, db: sqlite3.Connection, candidate: str) -> None:
        row = (self._step(db), now(), candidate)
        db.execute("update entity set seq = ?, updated = ? where kind = 'candidate' and id = ?", row)

    def _step(self, db: sqlite3.Connection) -> int:
        db.execute("update meta set value = cast(value as integer) + 1 where name = 'seq'")
        return self.revision

    def _once(self, db: sqlite3.Connection, key: str, digest: str) -> None:
        known = self._row("select sha256 from operation where key = ?", key)
        if known is None:
            db.execute("insert into operation values (?, ?)", (key, digest))
        elif known["sha256"] != digest:
            raise StoreRefuses(422, "key_reused", "This Idempotency-Key came with another body before.")

    def _entity(self, row: sqlite3.Row) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(row["body"])
        rest = {"updated": row["updated"], "deleted": bool(row["deleted"])}
        if row["kind"] == "template":
            return {"id": row["id"], "version": body["version"], "body": body, **rest}
        if row["kind"] == "candidate":
            schedule = self._schedule(row["id"])
            body |= {"interview": schedule[-1] if schedule else None, "interviews": _rounds(schedule)}
            body = {"documents": [], "history": [], "feedback": [], "custom": [], **body}
        if row["kind"] == "position":
            body = {"requirements": "", "custom": [], **body}
        return {"id": row["id"], **body, **rest}

    def _schedule(self, candidate: str) -> list[dict[str, Any]]:
        """All interviews of a candidate, in the order of their making."""
        query = (
            "select id, client_id, status, scheduled_at, time_zone from interview where candidate_id = ? order by rowid"
        )
        return [dict(row) for row in self._rows(query, candidate)]

    def _held(self, row: sqlite3.Row | None) -> Held | None:
        return Held(**dict(row)) if row else None

    def _row(self, query: str, *values: object) -> sqlite3.Row | None:
        with self._lock:
            found: sqlite3.Row | None = self._db.execute(query, values).fetchone()
            return found

    def _rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    def _value(self, query: str) -> object:
        row = self._row(query)
        return row[0] if row else None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed when the block ends well, rolled back when it does not."""
        with self._lock:
            self._db.execute("begin immediate")
            try:
                yield self._db
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")


def _rounds(schedule: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"round": number, **one} for number, one in enumerate(schedule, 1)]


def now() -> str:
    """This moment, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
