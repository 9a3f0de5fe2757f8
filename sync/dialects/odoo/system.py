"""An Odoo 19 as the product asks for it; see `sync.system.HrSystem` for what each method promises.

An interview is an application in Odoo: an applicant of a job. Its status is the stage, its time the next meeting.
"""

from __future__ import annotations

import json
import re
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.address import Address
from sync.catalogue import Catalogue
from sync.client import Wire
from sync.contract import STATUS_ORDER, InterviewStatus, Pulled, RemoteDocument
from sync.dialects.odoo import fields
from sync.dialects.odoo.calls import OWN, Odoo, reference, request
from sync.dialects.odoo.pull import Pull
from sync.dialects.odoo.results import Results, applicant_of
from sync.dialects.odoo.saying import Saying
from sync.dialects.odoo.shape import OdooShape, Words
from sync.dialects.odoo.stages import Stages, many2one
from sync.failures import (
    AddressTooLong,
    MappingBroken,
    RemoteConflict,
    RemoteNonsense,
    RemoteRejected,
    RightMissing,
)
from sync.mapping import check
from sync.profile import Profile
from sync.system import Agreed, Attachment, Delivered, Move, Note, Progress, Request

APPLICANTS = fields.MODEL
RIGHTS = (("hr.job", "read"), (APPLICANTS, "create"), (APPLICANTS, "write"), ("calendar.event", "read"))
"""What the user whose key it is has to be allowed."""
_PAGE = re.compile(r"(?<=[^/])/(odoo|web)(/.*)?$")
"""Where Odoo's own pages begin in an address."""


class OdooSystem:
    """Speaks to one Odoo."""

    def __init__(self, wire: Wire, profile: Profile) -> None:
        assert isinstance(profile.shape, OdooShape)
        self.profile, self._shape, self._wire = profile, profile.shape, wire
        self.address: Address = wire.address
        self._odoo = Odoo(wire, profile.shape.database)
        self._pull = Pull(self._odoo, profile.shape)
        self._results = Results(self._odoo, profile.shape)
        self._saying = Saying(self._odoo)
        self._user: dict[str, Any] | None = None
        self.system_name = ""

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def health(self) -> None:
        """Whether an Odoo answers at all; needs no key."""
        try:
            version = self._odoo.version()
        except (RemoteNonsense, RemoteRejected) as failure:
            page = self._page_in_address()
            if page is None:
                raise
            raise page from failure
        self.system_name = f"Odoo {self._wire.plain(version)}".strip()

    def check(self) -> None:
        """Whether address, key, rights, stages and mapping serve."""
        self.health()
        self._user = None
        self._context()
        for model, operation in RIGHTS:
            if self._odoo.call(model, "has_access", operation=operation) is not True:
                raise RightMissing(host=self._wire.host, detail=f"{model}: {operation}")
        if "status" in self._shape.send:
            stages = Stages(self._odoo, self._shape.stages)
            for status in STATUS_ORDER:
                self._named(stages, status)
        check(self._shape.mapping, self.catalogue(), self._wire.host)

    def changes(self, cursor: str) -> Pulled:
        """One page of changes after a cursor."""
        return self._pull.page(cursor, self._time_zone(), self._words().application)

    def register_interview(self, body: bytes, operation: str) -> str:
        """Make an interview known: an applicant of its own, or one more interview of an applicant that is there."""
        del operation
        wanted = json.loads(body)
        client_id = str(wanted["client_id"])
        if wanted.get("candidate_id"):
            applicant = applicant_of(str(wanted["candidate_id"]), self._wire.host)
            return f"{applicant}.{client_id}" if self._has_interview(applicant) else str(applicant)
        name = reference("interview", client_id)
        there = self._odoo.referred(name)
        if there is not None:
            return str(there)
        columns = {"id": f"{OWN}.{name}", "partner_name": str(wanted["candidate_name"])}
        job = self._job(wanted)
        if job is not None:
            columns["job_id/.id"] = str(job)
        stage = Stages(self._odoo, self._shape.stages).of(STATUS_ORDER[0], job)
        if stage is not None:
            columns["stage_id/.id"] = str(stage.id)
        return str(self._odoo.load(APPLICANTS, columns))

    def move_status(self, remote_id: str, move: Move, operation: str) -> None:
        """Move an interview forward: from the stage of `source`, or one before any that a status has."""
        del operation
        applicant = applicant_of(remote_id, self._wire.host)
        row = self._odoo.row(APPLICANTS, applicant, ["stage_id", "job_id", "active"])
        stages, job = Stages(self._odoo, self._shape.stages), many2one(row["job_id"])
        target, stands = stages.needed(move.target, job), stages.find(many2one(row["stage_id"]))
        if stands == target:
            return
        source = stages.of(move.source, job)
        before = stands is not None and stages.status(stands, job) is None and stands.rank < target.rank
        if not row["active"] or (stands != source and not before):
            said = stages.reached(stands, job).value if row["active"] and stands else "archived"
            raise RemoteConflict({"status": said}, host=self._wire.host, field="status_differs")
        if source is not None and source.rank > target.rank:
            raise MappingBroken("gone", host=self._wire.host, field=target.name, source=f"stages.{move.target}")
        self._odoo.load(APPLICANTS, {".id": str(applicant), "stage_id/.id": str(target.id)})

    def put_assessment(self, external_id: str, signed: bytes, operation: str, agreed: Agreed) -> Delivered:
        """Deliver a signed assessment: fields, signed bytes and note in one transaction."""
        del operation
        return self._results.put(external_id, signed, self._words(), agreed)

    def held_assessment(self, external_id: str, signed: bytes) -> Delivered | None:
        """What Odoo keeps, where it is exactly this."""
        return self._results.held(external_id, signed)

    def attach(self, attachment: Attachment, content: BinaryIO, operation: str, progress: Progress) -> str:
        """Keep a file with the applicant."""
        del operation
        return self._results.attach(attachment, content, progress)

    def add_note(self, note: Note, operation: str) -> str:
        """Keep an internal note in the applicant's log; it is sent to nobody."""
        del operation
        return self._saying.keep(note, self._words(), self._time_zone(), self._language())

    def gives_documents(self) -> bool:
        """Odoo always does."""
        return True

    def document(self, document: RemoteDocument, into: BinaryIO, limit: int) -> None:
        """Fetch an applicant's file."""
        self._odoo.file(document.remote_id, into, limit)

    def catalogue(self) -> Catalogue:
        """Fields of the company's own, and the properties of all jobs by their labels."""
        return fields.catalogue(self._odoo)

    def preview(self, external_id: str, signed: bytes) -> tuple[Request, ...]:
        """The one call that `put_assessment` would write with; what stands there is read for it."""
        arguments = self._results.preview(external_id, signed, self._words())
        path, body = request(APPLICANTS, "load", arguments)
        return (Request("POST", path, body.decode()),)

    def _page_in_address(self) -> AddressTooLong | None:
        """What the browser's address has behind that of the server, where somebody pasted it whole."""
        found = _PAGE.search(self.address.base)
        if found is None:
            return None
        return AddressTooLong(host=self._wire.host, more=found[0], address=self.address.base[: found.start()])

    def _has_interview(self, applicant: int) -> bool:
        """Whether an applicant comes with an interview in a pull: by a meeting, or by its stage."""
        row = self._odoo.row(APPLICANTS, applicant, ["stage_id", "job_id"])
        stages = Stages(self._odoo, self._shape.stages)
        if stages.status(stages.find(many2one(row["stage_id"])), many2one(row["job_id"])) is not None:
            return True
        meetings = [["applicant_id", "=", applicant], ["active", "=", True]]
        return bool(self._odoo.rows("calendar.event", meetings, ["start"], limit=1))

    def _named(self, stages: Stages, status: InterviewStatus) -> None:
        """Whether some job has a stage for a status."""
        if not any(stages.of(status, job) for job in stages.jobs()):
            stages.needed(status, None)

    def _job(self, wanted: dict[str, Any]) -> int | None:
        """The job of an interview: by its id, else the only one with this title."""
        if wanted.get("position_id"):
            number = str(wanted["position_id"])
            if not number.isdecimal():
                raise RemoteRejected(host=self._wire.host, status=404, detail=number)
            return int(self._odoo.row("hr.job", int(number), ["active"])["id"])
        named = [["name", "=", str(wanted.get("position_title") or "")], ["active", "=", True]]
        found = self._odoo.rows("hr.job", named, ["name"])
        return int(found[0]["id"]) if len(found) == 1 else None

    def _context(self) -> dict[str, Any]:
        """Language and time zone of the user whose key it is."""
        if self._user is None:
            found = self._odoo.call("res.users", "context_get")
            self._user = found if isinstance(found, dict) else {}
        return self._user

    def _language(self) -> str:
        return "zh" if str(self._context().get("lang") or "").startswith("zh") else "en"

    def _words(self) -> Words:
        return self._shape.words[self._language()]

    def _time_zone(self) -> str:
        said = str(self._context().get("tz") or self._shape.time_zone)
        try:
            return ZoneInfo(said).key
        except (ZoneInfoNotFoundError, ValueError):
            return self._shape.time_zone
