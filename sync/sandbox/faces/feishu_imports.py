"""What comes to Feishu Hire from elsewhere: external applications, interviews, assessments, and talents made for them.

An `external_id` blocks a repeat for 24 hours only, as there; it is no key to find something by. Every assessment keeps
its earlier versions, which nobody but a test sees.
"""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

from sync.sandbox.faces.feishu_rows import STAGES, Rows
from sync.sandbox.store import STATUSES, Store, StoreRefuses

Row = dict[str, Any]
APPLICATION, INTERVIEW, ASSESSMENT = "feishu_application", "feishu_interview", "feishu_assessment"
NOTE = "feishu_note"
WINDOW_S = 24 * 3600.0
PARAMETER, TALENT_UNKNOWN, APPLICATION_UNKNOWN, REPEATED, NOT_MOVED = 1002002, 1002102, 1002201, 1002206, 1002205
"""Codes of Feishu Hire."""
_APPLICATION_FIELDS = (
    "job_recruitment_type", "job_title", "resume_source", "stage", "talent_id", "termination_reason", "delivery_type",
    "modify_time", "create_time", "termination_type",
)  # fmt: skip
_ASSESSMENT_FIELDS = ("username", "conclusion", "assessment_dimension_list", "content")
_SCORE, _SINGLE, _TEXT, _MULTI = 1, 2, 3, 4
_WORDS = {STAGES[status][0]: status for status in STATUSES}


class HireRefuses(Exception):
    """A request that Feishu Hire does not carry out: its code, and a sentence."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Imports:
    """Keeps in the store what comes from elsewhere. One request at a time."""

    def __init__(self, store: Store, rows: Rows) -> None:
        self._store, self._rows, self._lock = store, rows, threading.Lock()

    def make_talent(self, wanted: Row) -> Row:
        """A new talent."""
        basic = wanted.get("basic_info") or {}
        if not isinstance(basic, dict) or not basic.get("name"):
            raise HireRefuses(PARAMETER, "Parameter illegal: basic_info.name")
        with self._lock:
            mail = basic.get("email") or ""
            if mail and any(one["email"] == mail for one in self._store.all("candidate")):
                raise HireRefuses(1002105, "Duplicate talent")
            made = _new("talent")
            works = [{"id": _new("work"), "link": "", "desc": ""} | one for one in wanted.get("works_list") or []]
            self._store.put_document("feishu_talent", made, {"works_list": works})
            phone = f"{basic.get('mobile_code', '')} {basic.get('mobile', '')}".strip()
            body = {"name": basic["name"], "email": mail, "phone": phone, "position_id": None}
            self._store.put("candidate", made, body)
            return {"talent_id": made, "creator_id": "", "creator_account_type": 3}

    def make_application(self, wanted: Row) -> Row:
        """A new external application."""
        with self._lock:
            if self._rows.talent(str(wanted.get("talent_id"))) is None:
                raise HireRefuses(TALENT_UNKNOWN, "Talent not exist")
            self._refuse_repeat(APPLICATION, wanted)
            made = _new("ext")
            known = self._store.documents(APPLICATION)
            client_id = wanted.get("external_id") or made
            client_id = made if any(one["client_id"] == client_id for one in known) else client_id
            interview, _ = self._store.register(
                {"client_id": client_id, "candidate_id": wanted["talent_id"], "position_id": None,
                 "scheduled_at": None, "time_zone": "Asia/Shanghai"}, f"feishu-{made}", made,
            )  # fmt: skip
            body = {name: wanted.get(name) for name in _APPLICATION_FIELDS}
            body |= {"id": made, "external_id": wanted.get("external_id"), "interview": interview["id"]}
            self._store.put_document(APPLICATION, made, body | {"client_id": client_id, "made": self._store.clock()})
            return self._shown(body)

    def change_application(self, application_id: str, wanted: Row) -> Row:
        """Replace all of an external application but its id and external id."""
        with self._lock:
            body = self._known(APPLICATION, application_id)
            target, stands = _WORDS.get(str(wanted.get("stage"))), self._status(body)
            if target and target != stands:
                self._move(body["interview"], stands, target)
            body |= {name: wanted.get(name) for name in _APPLICATION_FIELDS}
            self._store.put_document(APPLICATION, application_id, body)
            return self._shown(body)

    def applications(self, talent_id: str) -> list[Row]:
        """The external applications of one talent."""
        known = self._store.documents(APPLICATION)
        return [self._shown(one) for one in known if talent_id == one["talent_id"]]

    def make_interview(self, wanted: Row) -> Row:
        """A new external interview."""
        with self._lock:
            self._known(APPLICATION, str(wanted.get("external_application_id")))
            self._refuse_repeat(INTERVIEW, wanted)
            names = ("external_id", "external_application_id", "participate_status", "begin_time", "end_time")
            body: Row = {"id": _new("exi")} | {name: wanted.get(name) for name in names}
            self._store.put_document(INTERVIEW, body["id"], body | {"made": self._store.clock()})
            return body | {"interview_assessments": []}

    def interviews(self, application_id: str, ids: list[str] | None) -> list[Row]:
        """External interviews by their ids, or those of an application, each with its assessments."""
        found = [
            one
            for one in self._store.documents(INTERVIEW)
            if (one["id"] in ids if ids else application_id == one["external_application_id"])
        ]
        return [_told(one) | {"interview_assessments": self._assessments(one["id"])} for one in found]

    def make_assessment(self, wanted: Row) -> Row:
        """A new external assessment."""
        with self._lock:
            if self._store.document(INTERVIEW, str(wanted.get("external_interview_id"))) is None:
                raise HireRefuses(PARAMETER, "Parameter illegal: external_interview_id")
            _check_assessment(wanted)
            self._refuse_repeat(ASSESSMENT, wanted)
            body: Row = {"id": _new("exa"), "external_id": wanted.get("external_id")}
            body |= {"external_interview_id": wanted["external_interview_id"]}
            body |= {name: wanted[name] for name in _ASSESSMENT_FIELDS if wanted.get(name) is not None}
            kept = body | {"made": self._store.clock(), "versions": [body]}
            self._store.put_document(ASSESSMENT, body["id"], kept)
            return body

    def change_assessment(self, assessment_id: str, wanted: Row) -> Row:
        """Replace those fields of an external assessment that are given."""
        with self._lock:
            kept = self._store.document(ASSESSMENT, assessment_id)
            if kept is None:
                raise HireRefuses(PARAMETER, "Parameter illegal: external_interview_assessment_id")
            _check_assessment(wanted)
            kept |= {name: wanted[name] for name in _ASSESSMENT_FIELDS if wanted.get(name) is not None}
            kept["versions"].append(_told(kept))
            self._store.put_document(ASSESSMENT, assessment_id, kept)
            return _told(kept)

    def make_note(self, wanted: Row) -> Row:
        """A new note on a talent; there is nothing by which a repeat would be known."""
        with self._lock:
            talent, application = str(wanted.get("talent_id")), wanted.get("application_id")
            if self._rows.talent(talent) is None:
                raise HireRefuses(TALENT_UNKNOWN, "Talent not exist")
            if application and self._rows.application(str(application)) is None:
                raise HireRefuses(APPLICATION_UNKNOWN, "Application not exist")
            privacy = wanted.get("privacy", 2)
            if not isinstance(wanted.get("content"), str) or not wanted["content"] or privacy not in (1, 2):
                raise HireRefuses(PARAMETER, "Parameter illegal: content, privacy")
            at = int(self._store.clock() * 1000)
            body: Row = {
                "id": _new("note"), "talent_id": talent, "application_id": application or "",
                "is_private": privacy == 1, "privacy": privacy, "content": wanted["content"],
                "creator_id": wanted.get("creator_id", ""), "create_time": at, "modify_time": at,
            }  # fmt: skip
            self._store.put_document(NOTE, body["id"], body)
            return body

    def notes(self, talent_id: str) -> list[Row]:
        """The notes on one talent."""
        return [one for one in self._store.documents(NOTE) if one["talent_id"] == talent_id]

    def somebody_remarks(self, assessment_id: str, words: str) -> bool:
        """A person in HR writes the remarks of an external assessment; False where there is none."""
        with self._lock:
            kept = self._store.document(ASSESSMENT, assessment_id)
            if kept is not None:
                self._store.put_document(ASSESSMENT, assessment_id, kept | {"content": words})
        return kept is not None

    def interview_of(self, application_id: str) -> str:
        """The interview of an external application; "" = there is none."""
        return str((self._store.document(APPLICATION, application_id) or {}).get("interview", ""))

    def meaning(self, stage: str) -> str:
        """The status that a stage's word stands for; "" = none."""
        return _WORDS.get(stage, "")

    def move_planned(self, candidate_id: str, target: str) -> None:
        """Bring an application to another stage, and its planned interview with it."""
        candidate = self._store.entity("candidate", candidate_id)
        planned = self._rows.planned(candidate) if candidate else None
        if target not in STATUSES or planned is None or planned["status"] not in STATUSES:
            self._store.put_document("feishu_stage", candidate_id, {"stage": target})
        elif planned["status"] != target:
            self._move(planned["id"], planned["status"], target)

    def _move(self, interview_id: str, stands: str, target: str) -> None:
        operation = f"feishu-{interview_id}-{target}"
        try:
            self._store.move(interview_id, stands, target, "", operation, operation)
        except StoreRefuses as refusal:
            raise HireRefuses(NOT_MOVED, f"Transfer stage failed: {refusal.message}") from refusal

    def _assessments(self, interview_id: str) -> list[Row]:
        return [_told(one) for one in self._store.documents(ASSESSMENT) if one["external_interview_id"] == interview_id]

    def _refuse_repeat(self, kind: str, wanted: Row) -> None:
        since, external_id = self._store.clock() - WINDOW_S, wanted.get("external_id")
        if external_id and any(
            one["external_id"] == external_id and one["made"] > since for one in self._store.documents(kind)
        ):
            raise HireRefuses(REPEATED, "Repeat: this external_id was used within 24 hours")

    def _known(self, kind: str, document_id: str) -> Row:
        body = self._store.document(kind, document_id)
        if body is None:
            raise HireRefuses(APPLICATION_UNKNOWN, "Application not exist")
        return body

    def _status(self, application: Row) -> str:
        stands = str(self._store.interview(application["interview"])["status"])
        return stands if stands in STATUSES else STATUSES[0]

    def _shown(self, application: Row) -> Row:
        word = application.get("stage")
        if not word or word in _WORDS:
            word = STAGES[self._status(application)][0]
        return _told(application) | {"stage": word}


def _check_assessment(wanted: Row) -> None:
    if wanted.get("conclusion") not in (None, 1, 2, 3):
        raise HireRefuses(PARAMETER, "Parameter illegal: conclusion")
    for one in wanted.get("assessment_dimension_list") or []:
        if not _is_dimension(one):
            raise HireRefuses(PARAMETER, f"Parameter illegal: assessment_dimension_list {one}")


def _is_dimension(one: object) -> bool:
    if not isinstance(one, dict):
        return False
    kind, score, options = one.get("assessment_type"), one.get("score"), one.get("options")
    if kind == _SCORE:
        return isinstance(score, int) and not isinstance(score, bool)
    if kind == _MULTI:
        return isinstance(options, list) and all(isinstance(option, str) for option in options)
    return (kind == _SINGLE and isinstance(one.get("option"), str)) or (
        kind == _TEXT and isinstance(one.get("content"), str)
    )


def _told(body: Row) -> Row:
    """Without what only the sandbox knows."""
    return {name: value for name, value in body.items() if name not in ("made", "versions", "client_id", "interview")}


def _new(kind: str) -> str:
    return f"{kind}-{uuid4().hex[:12]}"


def on_the_page(store: Store) -> list[Row]:
    """The external assessments as a person in HR would see them, newest first."""
    return [_on_the_page(store, one) for one in reversed(store.documents(ASSESSMENT))]


def _on_the_page(store: Store, kept: Row) -> Row:
    interview = store.document(INTERVIEW, kept["external_interview_id"]) or {}
    application = store.document(APPLICATION, str(interview.get("external_application_id"))) or {}
    talent = store.entity("candidate", str(application.get("talent_id"))) or {}
    return {
        "person": talent.get("name", ""),
        "position": application.get("job_title") or "",
        "username": kept.get("username"),
        "verdict": kept.get("conclusion"),
        "content": kept.get("content"),
        "entries": [_said(one) for one in kept.get("assessment_dimension_list") or []],
        "versions": len(kept["versions"]),
    }


def _said(entry: Row) -> Row:
    values = (entry[name] for name in ("score", "option", "content") if entry.get(name) is not None)
    return {
        "title": entry.get("title"),
        "description": entry.get("description"),
        "scored": entry.get("assessment_type") == _SCORE,
        "said": next(values, "、".join(entry.get("options") or [])),
    }
