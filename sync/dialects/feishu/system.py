"""Feishu Hire as an HR system: what is asked in which order, and what makes each write harmless to repeat.

The product's ids of an interview are `app:APPLICATION:INTERVIEW` (it belongs to an application there) and
`ext:TALENT:EXTERNAL_APPLICATION` (it was registered from here for somebody who was not known).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sync.address import Address
from sync.catalogue import Catalogue
from sync.client import Wire
from sync.conflicts import STANDS, three_way
from sync.contract import STATUS_ORDER, InterviewStatus, Pulled, RemoteDocument
from sync.dialects.envelope import Gone
from sync.dialects.feishu.calls import BASE, Calls, Row, below, encoded
from sync.dialects.feishu.fields import catalogue_of
from sync.dialects.feishu.files import download, upload
from sync.dialects.feishu.incoming import Incoming
from sync.dialects.feishu.notes import Notes
from sync.dialects.feishu.results import Told, answering, comparable, files_of, mark_of, merged, tell, with_file
from sync.dialects.feishu.shape import FeishuShape
from sync.dialects.feishu.stages import Stages
from sync.failures import RemoteConflict, RemoteNonsense, RemoteRejected
from sync.mapping import check
from sync.profile import Profile
from sync.system import Agreed, Attachment, Delivered, Move, Note, Progress, Request

APPLICATIONS, INTERVIEWS = "/v1/external_applications", "/v1/external_interviews"
ASSESSMENTS, TALENTS = "/v1/external_interview_assessments", "/v1/talents"
UNKNOWN = "…"
"""Stands in a preview for an id that only Feishu gives."""
_SIZE = 20
"""Rows a page: as many as these lists give."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where results of one interview go."""

    talent: str
    application: str
    interview: str


class FeishuSystem:
    """Speaks to Feishu Hire; see `sync.system.HrSystem` for what each method promises."""

    def __init__(self, wire: Wire, profile: Profile) -> None:
        assert isinstance(profile.shape, FeishuShape)
        self.profile, self._wire, self._shape = profile, wire, profile.shape
        self.address: Address = wire.address
        self._calls = Calls(wire, self._shape.envelope)
        self._incoming = Incoming(self._calls, self._shape)
        self._stages = Stages(self._calls, self._shape)
        self._notes = Notes(self._calls, self._shape)
        self._fields: Catalogue | None = None
        self._places: dict[str, Place] = {}

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def health(self) -> None:
        """Whether Feishu answers at all: without a token it says so in its envelope."""
        answer = self._wire.send("GET", f"{BASE}/v1/jobs", open_to_all=True)
        if not isinstance(self._wire.json(answer).get("code"), int):
            raise RemoteNonsense(host=self._wire.host)

    def check(self) -> None:
        """Whether address, app and its rights serve, and stages and mapping fit."""
        self.health()
        self.changes("")
        for path in ("/v1/jobs", "/v1/applications"):
            self._calls.ask("GET", path, {"page_size": "1"})
        for talent in self._calls.ask("GET", TALENTS, {"page_size": "1"}).get("items") or []:
            self._calls.ask("GET", APPLICATIONS, {"page_size": "1", "talent_id": str(talent["id"])})
            if "notes" in self._shape.send:
                self._notes.check(str(talent["id"]))
        self._stages.check()
        self._checked_fields()

    def changes(self, cursor: str) -> Pulled:
        """One page of changes after a cursor."""
        return self._incoming.changes(cursor)

    def vanished(self, known: Mapping[str, frozenset[str]]) -> Pulled:
        """Jobs and applications that were deleted: Feishu leaves them out of its lists without a word."""
        return self._incoming.vanished(known)

    def register_interview(self, body: bytes, operation: str) -> str:
        """Make an interview known: as an external application of the talent, with one external interview."""
        del operation
        wanted: Row = json.loads(body)
        known = wanted["candidate_id"]
        client_id, name = wanted["client_id"], wanted["candidate_name"]
        talents = [self._talent_of(known)] if known else self._own_talents(client_id, name)
        talents = talents or [self._new_talent(wanted)]
        place = self._made(client_id, talents, wanted["position_title"], wanted["scheduled_at"])
        return f"app:{known}:{place.application}" if known else f"ext:{place.talent}:{place.application}"

    def move_status(self, remote_id: str, move: Move, operation: str) -> None:
        """Move an application, or what was registered from here, forward.

        A move that is refused is looked at once more: somebody may have moved it since it was read.
        """
        del operation
        try:
            self._move(remote_id, move)
        except RemoteRejected:
            self._move(remote_id, move)

    def _move(self, remote_id: str, move: Move) -> None:
        kind, owner, row = self._parts(remote_id)
        if kind == "app":
            self._stages.move(owner, move)
        else:
            self._move_own(owner, row, move)

    def put_assessment(self, external_id: str, signed: bytes, operation: str, agreed: Agreed) -> Delivered:
        """Deliver a signed assessment: one external assessment, which a later revision changes field by field."""
        del external_id, operation
        mine = self._told(signed)
        source: Row = json.loads(signed)
        place = self._place(source)
        if place is None:
            raise RemoteRejected(host=self._wire.host, status=404, detail=source["interview_id"])
        held = self._held(place, source["assessment_id"])
        if held is None:
            ids = {"external_id": source["assessment_id"], "external_interview_id": place.interview}
            made = self._calls.ask("POST", ASSESSMENTS, body=ids | mine.body)
            return Delivered(self._id(made, "external_interview_assessment"), mine.fields)
        return self._changed(held, mine, agreed)

    def held_assessment(self, external_id: str, signed: bytes) -> Delivered | None:
        """Whether the external assessment there is exactly this revision of ours."""
        del external_id
        mine, source = self._told(signed), json.loads(signed)
        place = self._place(source, make=False)
        held = self._held(place, source["assessment_id"]) if place else None
        found = mark_of(self._shape, held) if held else None
        return Delivered(str(held["id"]), mine.fields) if held and found == mine.mark else None

    def attach(self, attachment: Attachment, content: BinaryIO, operation: str, progress: Progress) -> str:
        """Deliver a file, and name it in the external assessment that it belongs to."""
        del operation
        assessment_id = attachment.assessment_external_id.rpartition(":")[0]
        place = self._place(asdict(attachment) | {"candidate_name": ""}, make=False)
        held = self._held(place, assessment_id) if place else None
        if held is None:
            raise RemoteRejected(host=self._wire.host, status=404, detail=attachment.assessment_external_id)
        for name, file_id, sha256 in files_of(self._shape, held):
            if (name, sha256) == (" ".join(attachment.name.split()), attachment.sha256):
                return file_id
        file_id = upload(self._calls, attachment, content)
        line = f"{attachment.name}\t{file_id}\t{attachment.sha256}"
        body = with_file(self._shape, held, line)
        self._calls.ask("PATCH", below(ASSESSMENTS, str(held["id"])), body=body)
        progress(attachment.size)
        return file_id

    def add_note(self, note: Note, operation: str) -> str:
        """Keep a note on the talent, beside the application where it is one of Feishu's."""
        del operation
        known = note.interview_remote_id or note.candidate_remote_id
        talents = self._talents_for(asdict(note)) if known else []
        if not talents:
            raise RemoteRejected(host=self._wire.host, status=404, detail=note.interview_id)
        kind, owner, _ = self._parts(note.interview_remote_id) if note.interview_remote_id else ("", "", "")
        return self._notes.keep(note, talents[0], owner if kind == "app" else note.candidate_remote_id)

    def gives_documents(self) -> bool:
        """Feishu always does, where the app has the right."""
        return True

    def document(self, document: RemoteDocument, into: BinaryIO, limit: int) -> None:
        """Fetch a talent's résumé."""
        download(self._calls, document, into, limit)

    def catalogue(self) -> Catalogue:
        """The company's fields of a talent: their names, types and choices are what a mapped value is told in."""
        return catalogue_of(self._calls.look("GET", "/v1/talent_objects/query"))

    def preview(self, external_id: str, signed: bytes) -> tuple[Request, ...]:
        """Exactly what `put_assessment` would send where nothing is there yet."""
        del external_id
        source: Row = json.loads(signed)
        interview = source["interview_id"]
        bodies = {
            APPLICATIONS: self._application(interview, UNKNOWN, source["position_title"]),
            INTERVIEWS: {"external_id": interview, "external_application_id": UNKNOWN},
            ASSESSMENTS: {"external_id": source["assessment_id"], "external_interview_id": UNKNOWN}
            | self._told(signed).body,
        }
        return tuple(Request("POST", BASE + path, encoded(body).decode()) for path, body in bodies.items())

    def _changed(self, held: Row, mine: Told, agreed: Agreed) -> Delivered:
        """Bring what is held to this revision, as far as nobody else changed it."""
        done, mark = Delivered(str(held["id"]), mine.fields), mark_of(self._shape, held)
        if mark == mine.mark:
            return done
        if mark and mark.revision > mine.mark.revision:
            theirs = {"revision": mark.revision, STANDS: comparable(self._shape, held)}
            raise RemoteConflict(theirs, host=self._wire.host, field="newer_revision")
        agreed = agreed.against(mark.external_id if mark else "")
        ways = three_way(agreed.values, answering(mine, held), comparable(self._shape, held), agreed.leave)
        ways.refuse(self._wire.host)
        body = merged(self._shape, mine, held, ways.write, agreed.values)
        self._calls.ask("PATCH", below(ASSESSMENTS, str(held["id"])), body=body)
        return done

    def _told(self, signed: bytes) -> Told:
        return tell(self._shape, signed, self._checked_fields())

    def _checked_fields(self) -> Catalogue:
        if not self._shape.mapping:
            return Catalogue()
        if self._fields is None:
            self._fields = self.catalogue()
        check(self._shape.mapping, self._fields, self._wire.host)
        return self._fields

    def _place(self, source: Row, *, make: bool = True) -> Place | None:
        """Where results of this interview go, made where it is missing; None = not known there."""
        interview_id = source["interview_id"]
        if interview_id in self._places:
            return self._places[interview_id]
        talents = self._talents_for(source)
        if not talents:
            return None
        if make:
            return self._made(interview_id, talents, source["position_title"], None)
        talent, application = self._own_application(talents, interview_id) or ("", "")
        interview = self._own_interview(application, interview_id) if application else None
        return Place(talent, application, str(interview["id"])) if interview else None

    def _talents_for(self, source: Row) -> list[str]:
        if source["interview_remote_id"]:
            kind, owner, _ = self._parts(source["interview_remote_id"])
            return [owner if kind == "ext" else self._talent_of(owner)]
        if source["candidate_remote_id"]:
            return [self._talent_of(source["candidate_remote_id"])]
        return self._own_talents(source["interview_id"], source["candidate_name"])

    def _made(self, interview_id: str, talents: list[str], title: str, scheduled_at: str | None) -> Place:
        """The external application and interview of an interview of ours, each looked for before it is made."""
        found = self._own_application(talents, interview_id)
        if found is None:
            talent = talents[0]
            made = self._calls.ask("POST", APPLICATIONS, body=self._application(interview_id, talent, title))
            application = self._id(made, "external_application")
            interview = None
        else:
            talent, application = found
            interview = self._own_interview(application, interview_id)
        if interview is None:
            body: Row = {"external_id": interview_id, "external_application_id": application}
            if scheduled_at:
                body["begin_time"] = round(datetime.fromisoformat(scheduled_at).timestamp() * 1000)
            place = self._id(self._calls.ask("POST", INTERVIEWS, body=body), "external_interview")
        else:
            place = str(interview["id"])
        self._places[interview_id] = Place(talent, application, place)
        return self._places[interview_id]

    def _application(self, interview_id: str, talent: str, title: str) -> Row:
        stage = self._stages.word(InterviewStatus.SCHEDULED)
        source = self._shape.words.source
        return {"external_id": interview_id, "talent_id": talent, "job_title": title, "stage": stage,
                "resume_source": source}  # fmt: skip

    def _own_application(self, talents: list[str], interview_id: str) -> tuple[str, str] | None:
        """The external application of an interview of ours, with the talent who has it."""
        for talent in talents:
            for row in self._calls.every(APPLICATIONS, _SIZE, {"talent_id": talent}):
                if row.get("external_id") == interview_id:
                    return talent, str(row["id"])
        return None

    def _own_interview(self, application: str, interview_id: str) -> Row | None:
        rows = self._interviews(application)
        return next((row for row in rows if row.get("external_id") == interview_id), None)

    def _held(self, place: Place, assessment_id: str) -> Row | None:
        """The external assessment of ours, in whichever version."""
        for interview in self._interviews(place.application):
            for row in interview.get("interview_assessments") or []:
                if row.get("external_id") == assessment_id:
                    return dict(row)
        return None

    def _interviews(self, application: str) -> list[Row]:
        query = {"external_application_id": application}
        return list(self._calls.every(f"{INTERVIEWS}/batch_query", _SIZE, query, body={}))

    def _talent_of(self, application_id: str) -> str:
        application = self._calls.look("GET", below("/v1/applications", application_id)).get("application") or {}
        if not application.get("talent_id"):
            raise RemoteNonsense(host=self._wire.host)
        return str(application["talent_id"])

    def _own_talents(self, interview_id: str, name: str) -> list[str]:
        """The talents that were made from here for an interview: two where somebody on the way sent the call twice."""
        found = []
        for row in self._calls.every(TALENTS, _SIZE, {"keyword": name}):
            works = row.get("works_list") or []
            if any(interview_id in str(work.get("desc") or work.get("description")) for work in works):
                found.append(str(row["id"]))
        return list(dict.fromkeys(found))

    def _new_talent(self, wanted: Row) -> str:
        """A talent for somebody whom Feishu does not know; its one work says whose it is."""
        works = [{"desc": f"{self._shape.words.source} {wanted['client_id']}"}]
        body = {"basic_info": {"name": wanted["candidate_name"]}, "works_list": works}
        made = self._calls.ask("POST", f"{TALENTS}/combined_create", body=body)
        if not made.get("talent_id"):
            raise RemoteNonsense(host=self._wire.host)
        return str(made["talent_id"])

    def _move_own(self, talent: str, application_id: str, move: Move) -> None:
        """Move what was registered from here: the whole row is sent, for Feishu replaces it as a whole."""
        rows = self._calls.every(APPLICATIONS, _SIZE, {"talent_id": talent})
        row = next((one for one in rows if str(one["id"]) == application_id), None)
        if row is None:
            raise Gone(host=self._wire.host, status=404, detail=application_id)
        stands = self._stages.meaning(str(row.get("stage") or ""))
        if stands is move.target:
            return
        if stands is not move.source or STATUS_ORDER.index(move.target) <= STATUS_ORDER.index(move.source):
            theirs: dict[str, object] = {"status": stands.value if stands else row.get("stage")}
            raise RemoteConflict(theirs, host=self._wire.host, field="status_differs")
        fields = {name: value for name, value in row.items() if name not in ("id", "external_id") and value is not None}
        body = fields | {"stage": self._stages.word(move.target)}
        self._calls.ask("PUT", below(APPLICATIONS, application_id), body=body)

    def _parts(self, remote_id: str) -> tuple[str, str, str]:
        kind, _, rest = remote_id.partition(":")
        owner, _, row = rest.rpartition(":")
        if kind not in ("app", "ext") or not owner or not row:
            raise RemoteRejected(host=self._wire.host, status=404, detail=remote_id)
        return kind, owner, row

    def _id(self, data: Row, name: str) -> str:
        found: Any = (data.get(name) or {}).get("id")
        if not isinstance(found, str) or not found:
            failure = RemoteNonsense(host=self._wire.host)
            failure.uncertain = True
            raise failure
        return found
