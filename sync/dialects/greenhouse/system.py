"""Greenhouse as the product asks for it; see `sync.system.HrSystem` for what each method promises.

The product's ids of an interview are `APPLICATION.INTERVIEW`, and `APPLICATION.OUR-ID` or `cCANDIDATE.OUR-ID` for one
that was registered from here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from sync.address import Address
from sync.catalogue import Catalogue
from sync.client import Wire, unsure
from sync.contract import Pulled, RemoteDocument
from sync.dialects.greenhouse import belongings, files
from sync.dialects.greenhouse.calls import Calls, Row, encoded
from sync.dialects.greenhouse.fields import OwnFields
from sync.dialects.greenhouse.incoming import Incoming
from sync.dialects.greenhouse.note import Mark, mark_for, mark_in, result_note
from sync.dialects.greenhouse.people import halves, values
from sync.dialects.greenhouse.shape import GreenhouseShape, Words
from sync.dialects.notes import held, plain_note
from sync.failures import RemoteConflict, RemoteNonsense, RemoteRejected
from sync.mapping import check
from sync.profile import Profile
from sync.system import Agreed, Attachment, Delivered, Move, Note, Progress, Request

NOTES = "/v3/notes"


@dataclass(frozen=True, slots=True)
class Place:
    """Where results of one interview go; without an application there is no place for files."""

    candidate: int
    application: int | None


class GreenhouseSystem:
    """Speaks to one Greenhouse."""

    def __init__(self, wire: Wire, profile: Profile) -> None:
        assert isinstance(profile.shape, GreenhouseShape)
        self.profile, self._wire, self._shape = profile, wire, profile.shape
        self.address: Address = wire.address
        self._calls = Calls(wire)
        self._incoming = Incoming(self._calls, self._shape)
        self._own = OwnFields(self._calls, self._shape.mapping)
        self._places: dict[str, Place] = {}

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def health(self) -> None:
        """Whether Greenhouse answers at all; needs no key."""
        if not self._calls.is_there():
            raise RemoteNonsense(host=self._wire.host)

    def check(self) -> None:
        """Whether address, client and its scopes serve, as far as reading tells."""
        self.health()
        self.changes("")
        for path in ("/v3/applications", "/v3/candidates", "/v3/interviews", NOTES, files.PATH):
            self._calls.page(path, {"per_page": "1"})
        if self._shape.mapping:
            check(self._shape.mapping, self._own.catalogue(), self._wire.host)

    def changes(self, cursor: str) -> Pulled:
        """One page of changes after a cursor."""
        return self._incoming.changes(cursor)

    def vanished(self, known: Mapping[str, frozenset[str]]) -> Pulled:
        """Jobs and applications that were deleted: lists do not speak of them."""
        return self._incoming.vanished(known)

    def register_interview(self, body: bytes, operation: str) -> str:
        """Make an interview known: of an application that is there, or of a candidate who is made for it."""
        del operation
        wanted: Row = json.loads(body)
        client_id = str(wanted["client_id"])
        if wanted.get("candidate_id"):
            place = self._of_application(str(wanted["candidate_id"]))
        else:
            place = self._made(client_id) or self._make(wanted)
        if place is None:
            raise RemoteRejected(host=self._wire.host, status=404, detail=str(wanted.get("candidate_id")))
        owner = f"c{place.candidate}" if place.application is None else str(place.application)
        return f"{owner}.{client_id}"

    def move_status(self, remote_id: str, move: Move, operation: str) -> None:
        """Nothing: stages belong to the people who work in Greenhouse, and a move there may write to candidates."""

    def put_assessment(self, external_id: str, signed: bytes, operation: str, agreed: Agreed) -> Delivered:
        """Deliver a signed assessment: one note for each revision, which nobody can change there. The company's own
        fields go before it, compared one by one: where the note is, they have been written."""
        del operation
        told = self._own.told(signed)
        place, mark = self._needed(json.loads(signed)), mark_for(external_id, signed)
        newest = Mark("", "")
        for stands, note in self._notes(place):
            if stands == mark:
                return Delivered(str(note["id"]), told)
            self._guard(mark, stands, note)
            if stands.assessment_id == mark.assessment_id and stands.revision > newest.revision:
                newest = stands
        if told is not None:
            self._own.write(place.candidate, place.application, told, agreed.against(newest.external_id))
        return Delivered(self._noted(place.candidate, result_note(signed, self._words)), told)

    def held_assessment(self, external_id: str, signed: bytes) -> Delivered | None:
        """The note of exactly these signed bytes."""
        place, mark = self._place(json.loads(signed)), mark_for(external_id, signed)
        found = (note for stands, note in self._notes(place) if stands == mark) if place else iter(())
        note = next(found, None)
        return Delivered(str(note["id"]), self._own.told(signed)) if note else None

    def attach(self, attachment: Attachment, content: BinaryIO, operation: str, progress: Progress) -> str:
        """Keep a file with the application."""
        del operation
        place = self._needed(asdict(attachment))
        if place.application is None:
            raise RemoteRejected(host=self._wire.host, status=422, detail="no application")
        made = files.attach(self._calls, attachment, content, place.application, self._shape.visibility)
        progress(attachment.size)
        return made

    def add_note(self, note: Note, operation: str) -> str:
        """One more note on the candidate's activity feed, unless it is there."""
        del operation
        place, shape = self._needed(asdict(note)), self._shape
        rows = self._calls.of(NOTES, "candidate_ids", [place.candidate])
        there = ((str(row["id"]), str(row.get("body") or "")) for row in rows)
        found = held(note, there, self._wire.host)
        words = self._words
        text = plain_note(note, words.notes, shape.time_zone, words.record, shape.language)
        return found or self._noted(place.candidate, text)

    def gives_documents(self) -> bool:
        """Greenhouse always does."""
        return True

    def document(self, document: RemoteDocument, into: BinaryIO, limit: int) -> None:
        """Fetch a candidate's file."""
        belongings.fetch(self._calls, document, into, limit)

    def catalogue(self) -> Catalogue:
        """The company's own fields of candidates and applications."""
        return self._own.catalogue()

    def preview(self, external_id: str, signed: bytes) -> tuple[Request, ...]:
        """The note that `put_assessment` would make, whose it is is looked up; and before it all mapped fields."""
        del external_id
        place = self._place(json.loads(signed))
        body = self._note(place.candidate if place else None, result_note(signed, self._words))
        note = Request("POST", NOTES, encoded(body).decode())
        fields = self._own.request(place.candidate if place else None, place.application if place else None, signed)
        return (fields, note) if fields else (note,)

    @property
    def _words(self) -> Words:
        return self._shape.words[self._shape.language]

    def _noted(self, candidate: int, text: str) -> str:
        """Make a note; gives its id."""
        made = self._calls.post(NOTES, self._note(candidate, text))
        if "id" not in made:
            raise unsure(RemoteNonsense(host=self._wire.host))
        return str(made["id"])

    def _note(self, candidate: int | None, text: str) -> Row:
        body: Row = {
            "candidate_id": candidate, "body": text, "visibility": self._shape.visibility, "note_type": "NOTE",
        }  # fmt: skip
        return body if self._shape.author is None else body | {"user_id": self._shape.author}

    def _notes(self, place: Place) -> list[tuple[Mark, Row]]:
        """Our notes on a candidate."""
        notes = self._calls.of(NOTES, "candidate_ids", [place.candidate])
        return [(mark, note) for note in notes if (mark := mark_in(note.get("body"))) is not None]

    def _guard(self, mine: Mark, stands: Mark, note: Row) -> None:
        """Another result under our id, or a later revision of it, is for a person to look at."""
        if stands.assessment_id != mine.assessment_id or stands.revision < mine.revision:
            return
        reason = "assessment_differs" if stands.revision == mine.revision else "newer_revision"
        raise RemoteConflict({"note": str(note["body"])}, host=self._wire.host, field=reason)

    def _needed(self, source: Mapping[str, Any]) -> Place:
        place = self._place(source)
        if place is None:
            raise RemoteRejected(host=self._wire.host, status=404, detail=str(source["interview_id"]))
        return place

    def _place(self, source: Mapping[str, Any]) -> Place | None:
        """Where results of an interview go: by the ids that Greenhouse gave, else by ours; None = it is not there."""
        interview = str(source["interview_id"])
        if interview not in self._places:
            owner = str(source["interview_remote_id"] or source["candidate_remote_id"] or "").partition(".")[0]
            if owner.startswith("c"):
                place: Place | None = Place(int(owner[1:]), None)
            else:
                place = self._of_application(owner) if owner else self._made(interview)
            if place is None:
                return None
            self._places[interview] = place
        return self._places[interview]

    def _of_application(self, application: str) -> Place | None:
        rows = self._calls.of("/v3/applications", "ids", [application]) if application.isdecimal() else iter(())
        row = next(rows, None)
        return Place(int(row["candidate_id"]), int(row["id"])) if row else None

    def _made(self, interview: str) -> Place | None:
        """The candidate who was made for one of our interviews."""
        marker = self._marker(interview)
        for candidate in self._calls.every("/v3/candidates", {"email": marker}):
            if marker in values(candidate, "email_addresses"):
                applications = self._calls.of("/v3/applications", "candidate_ids", [candidate["id"]])
                first = next(applications, None)
                return Place(int(candidate["id"]), int(first["id"]) if first else None)
        return None

    def _make(self, wanted: Row) -> Place:
        if not self._shape.new_candidates:
            detail = "Greenhouse does not know this candidate, and the profile makes none (new_candidates)."
            raise RemoteRejected(host=self._wire.host, status=422, detail=detail)
        first, last = halves(str(wanted["candidate_name"]))
        marker = self._marker(str(wanted["client_id"]))
        body: Row = {
            "first_name": first, "last_name": last, "email_addresses": [{"value": marker, "type": "other"}],
        }  # fmt: skip
        if str(wanted.get("position_id") or "").isdecimal():
            body["application"] = {"job_id": int(wanted["position_id"])}
        made = self._calls.post("/v3/candidates", body)
        candidate, application = made.get("candidate"), made.get("application")
        if not isinstance(candidate, dict) or "id" not in candidate:
            raise unsure(RemoteNonsense(host=self._wire.host))
        return Place(int(candidate["id"]), int(application["id"]) if application else None)

    def _marker(self, interview: str) -> str:
        return self._shape.marker.format(interview)
