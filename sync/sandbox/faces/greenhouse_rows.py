"""The one store as rows of Harvest v3. Ids are numbers there: each stands for an id of the store, always the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from html import escape
from typing import Any
from uuid import uuid4

from sync.sandbox.faults import Faults
from sync.sandbox.fields import PREFIX, described, fields_in_force
from sync.sandbox.store import CANCELLED, Store

Row = dict[str, Any]
_RATINGS = ((0.85, "strong_yes"), (0.6, "yes"), (0.4, "mixed"), (0.0, "no"))
OWN = "greenhouse_own"
OWNERS = ("candidate", "application")
TYPES = {
    "integer": "number", "number": "number", "text": "long_text", "boolean": "yes_no", "date": "date",
    "option": "single_select", "options": "multi_select",
}  # fmt: skip
_STATUSES = {"scheduled": "scheduled", "in_progress": "scheduled", "to_review": "awaiting_feedback"}


def number(kind: str, store_id: str) -> int:
    """The number of a row."""
    return int.from_bytes(hashlib.sha256(f"{kind} {store_id}".encode()).digest()[:6])


class Rows:
    """Reads the store, and adds candidates to it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def jobs(self) -> list[Row]:
        """Positions; a deleted one is a closed job, for that is what people do there."""
        return [
            {
                "id": number("job", one["id"]), "name": one["title"], "status": "closed" if one["deleted"] else "open",
                "department_id": number("department", one["department"]) if one["department"] else None,
                "custom_fields": {"keywords": {"name": "Keywords", "type": "short_text", "value": one["keywords"]}},
                "updated_at": one["updated"],
            }
            for one in self._store.every("position")
        ]  # fmt: skip

    def job_posts(self) -> list[Row]:
        """What is told of a position in public."""
        return [
            {
                "id": number("post", one["id"]), "job_id": number("job", one["id"]), "title": one["title"],
                "content": f"<p>{escape(one['description'])}</p>", "updated_at": one["updated"],
            }
            for one in self._store.every("position")
        ]  # fmt: skip

    def departments(self) -> list[Row]:
        """The names of departments."""
        names = dict.fromkeys(one["department"] for one in self._store.every("position") if one["department"])
        return [{"id": number("department", name), "name": name} for name in names]

    def custom_fields(self, faults: Faults) -> list[Row]:
        """The company's own fields, of candidates and of applications."""
        return [_own_field(kind, one) for kind in OWNERS for one in fields_in_force(faults)]

    def candidates(self) -> list[Row]:
        """People."""
        people = (_candidate(one) for one in self._store.every("candidate") if not one["deleted"])
        return [one | {"custom_fields": self._own("candidate", one["id"])} for one in people]

    def applications(self) -> list[Row]:
        """People with a position."""
        people = (one for one in self._store.every("candidate") if one["position_id"] and not one["deleted"])
        found = map(_application, people)
        return [one | {"custom_fields": self._own("application", one["id"])} for one in found]

    def interviews(self) -> list[Row]:
        """Interviews of people with a position; one that was called off is not there any more."""
        return [
            {
                "id": number("interview", one["interview"]["id"]), "application_id": number("application", one["id"]),
                "starts_at": one["interview"]["scheduled_at"], "updated_at": one["updated"],
                "status": _STATUSES.get(one["interview"]["status"], "complete"),
            }
            for one in self._store.every("candidate")
            if one["position_id"] and one["interview"] and not one["deleted"]
            if one["interview"]["status"] != CANCELLED
        ]  # fmt: skip

    def resumes(self, address: Callable[[str], str]) -> list[Row]:
        """Files that people handed in with their application; `address` gives where one lies."""
        return [
            {
                "id": number("attachment", file["id"]), "application_id": number("application", one["id"]),
                "candidate_id": number("candidate", one["id"]), "filename": file["name"], "type": "resume",
                "content_type": file["media_type"], "visibility": "public", "url": address(file["id"]),
                "created_at": one["updated"], "updated_at": one["updated"],
            }
            for one in self._people()
            for file in one["documents"]
        ]  # fmt: skip

    def scorecards(self) -> list[Row]:
        """What interviewers submitted."""
        return [
            {
                "id": number("scorecard", card["id"]), "application_id": number("application", one["id"]),
                "interviewer_id": number("user", card["by"]), "submitter_id": number("user", card["by"]),
                "status": "complete", "candidate_rating": _rating(card), "notes": card["text"],
                "public_notes": card["text"], "private_notes": None, "interviewed_at": card["at"],
                "submitted_at": card["at"], "updated_at": one["updated"],
            }
            for one in self._people()
            for card in one["feedback"]
        ]  # fmt: skip

    def users(self) -> list[Row]:
        """Interviewers."""
        names = dict.fromkeys(card["by"] for one in self._people() for card in one["feedback"])
        return [{"id": number("user", name), **_halves(name)} for name in names]

    def _people(self) -> list[Row]:
        return [one for one in self._store.every("candidate") if one["position_id"] and not one["deleted"]]

    def own(self, kind: str, row: int) -> Row:
        """What stands in the company's fields of a row, by key; a choice by its key in the store."""
        return self._store.document(OWN, f"{kind}-{row}") or {}

    def write_own(self, kind: str, row: int, values: Row) -> None:
        """Put values into the company's fields of a row; None takes one away. StoreRefuses 422."""
        with self._store.lock:
            self._store.put_document(OWN, f"{kind}-{row}", self.own(kind, row) | values)

    def _own(self, kind: str, row: int) -> Row:
        """The same as it is shown: each with its name and type, a choice by its name."""
        known = {one["id"].removeprefix(PREFIX): one for one in described()}
        return {key: _shown(known[key], value) for key, value in self.own(kind, row).items()}

    def make_candidate(self, body: Row, job: int | None) -> tuple[Row, Row | None] | None:
        """One more candidate, with an application where a job is named; None = there is no such job."""
        positions = (one["id"] for one in self._store.all("position") if number("job", one["id"]) == job)
        position = next(positions, None)
        if job is not None and position is None:
            return None
        made = f"cand-{uuid4().hex[:8]}"
        emails, phones = body.get("email_addresses") or [], body.get("phone_numbers") or []
        kept = {
            "name": f"{body['first_name']} {body['last_name']}", "first_name": body["first_name"],
            "last_name": body["last_name"], "position_id": position,
            "email": str(emails[0]["value"]) if emails else "", "phone": str(phones[0]["value"]) if phones else "",
        }  # fmt: skip
        self._store.put("candidate", made, kept)
        there = self._store.entity("candidate", made)
        assert there is not None
        return _candidate(there), _application(there) if position else None


def _rating(card: Row) -> str:
    share = (card["score"] or 0) / (card["top"] or 10)
    return next(word for least, word in _RATINGS if share >= least)


def _halves(name: str) -> Row:
    first, _, last = name.partition(" ")
    return {"first_name": first if last else name[1:], "last_name": last or name[:1]}


def option_id(key: str) -> int:
    """The number of a choice."""
    return number("option", key) % 1_000_000


def _own_field(kind: str, field: Row) -> Row:
    key = field["id"].removeprefix(PREFIX)
    options = [
        {"id": option_id(one["key"]), "name": one["titles"]["en"], "priority": at}
        for at, one in enumerate(field["options"])
    ]
    return {
        "id": number("field", f"{kind} {key}"), "name": field["titles"]["en"], "name_key": key, "field_type": kind,
        "value_type": TYPES[field["type"]], "active": True, "required": False, "custom_field_options": options,
    }  # fmt: skip


def _shown(field: Row, value: Any) -> Any:
    names = {one["key"]: one["titles"]["en"] for one in field.get("options", ())}
    said = names.get(value, value) if isinstance(value, str) else value
    return {"name": field["titles"]["en"], "type": TYPES[field["type"]], "value": said}


def _candidate(one: Row) -> Row:
    halves = _halves(one["name"])
    return {
        "id": number("candidate", one["id"]), "first_name": one.get("first_name", halves["first_name"]),
        "last_name": one.get("last_name", halves["last_name"]),
        "email_addresses": [{"value": one["email"], "type": "personal"}] if one["email"] else [],
        "phone_numbers": [{"value": one["phone"], "type": "mobile"}] if one["phone"] else [],
        "updated_at": one["updated"],
    }  # fmt: skip


def _application(one: Row) -> Row:
    return {
        "id": number("application", one["id"]), "candidate_id": number("candidate", one["id"]),
        "job_id": number("job", one["position_id"]), "status": "in_process", "updated_at": one["updated"],
        "last_activity_at": one["updated"],
    }  # fmt: skip
