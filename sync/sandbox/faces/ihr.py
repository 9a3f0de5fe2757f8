"""The sandbox as an HR system of the kind that i人事 is: POST with JSON, {code, msg, data}, HTTP 200 even for errors.

Who calls shows a token for app key and secret, or signs each call. Everything is about the one store; a result is kept
under the names of the published contract, with the hash of what was signed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from sync.sandbox.api import file_answer
from sync.sandbox.bodies import Assessment, NewInterview, Note
from sync.sandbox.faults import Faults
from sync.sandbox.fields import PREFIX, fields_in_force, refuse_strange
from sync.sandbox.misbehaving import Answers, Misbehaving
from sync.sandbox.person import Person
from sync.sandbox.store import CANCELLED, STATUSES, Store, StoreRefuses
from sync.sandbox.uploads import announced, take

PATH = "/ihr"
OPEN = (f"{PATH}/openapi/v1/ping", f"{PATH}/openapi/v1/token")
APP_KEY = "mianjian"
LIFETIME_S = 7200
LEEWAY_S = 300.0
"""So far the clock of a signed call may be off."""
ZONE = ZoneInfo("Asia/Shanghai")
WORDS = dict(zip((*STATUSES, CANCELLED), (10, 20, 30, 40, 90), strict=True))
CODES = {400: 40000, 404: 40400, 409: 40900, 410: 41000, 412: 41200, 422: 42200}
NAMES = {
    "outId": "external_id", "evaluationId": "assessment_id", "revision": "revision", "interviewOutId": "interview_id",
    "interviewId": "interview_remote_id", "applicantId": "candidate_remote_id", "applicantName": "candidate_name",
    "positionName": "position_title", "interviewer": "assessor", "templateId": "template_id",
    "templateVersion": "template_version", "analysisId": "analysis_id", "correctionId": "correction_id",
    "dimensions": "dimensions", "totalScore": "composite", "totalScoreLow": "composite_low",
    "totalScoreHigh": "composite_high", "coverage": "coverage", "weightReason": "weight_reason",
    "keywordRate": "keyword_rate", "conclusion": "conclusion", "remark": "summary", "advantage": "strengths",
    "shortcoming": "to_improve", "questions": "questions", "comments": "comments", "signTime": "signed_at",
    "appVersion": "app_version", "contractVersion": "contract_version", "customFields": "custom_fields",
}  # fmt: skip
"""Fields of an evaluation here → the contract's."""
NOTE_NAMES = {
    "outId": "external_id", "type": "role", "interviewOutId": "interview_id", "interviewId": "interview_remote_id",
    "applicantId": "candidate_remote_id", "evaluationOutId": "assessment_external_id", "operateTime": "at",
    "operator": "by", "content": "text", "extra": "details",
}  # fmt: skip
"""Fields of a note here → the contract's."""
FILE_NAMES = {
    "outId": "external_id", "evaluationOutId": "assessment_external_id", "type": "role", "fileName": "name",
    "mimeType": "media_type", "sha256": "sha256",
}  # fmt: skip
"""Fields of a file here → the contract's."""
LEFT_OUT = ("strengths", "to_improve", "questions", "custom_fields")
OWN = "customFields."
PROOF = "signedSha256"


@dataclass(slots=True)
class Callers:
    """Who may call: holders of a token of this run, and whoever signs with the key."""

    key: str
    clock: Callable[[], float]
    tokens: dict[str, float] = field(default_factory=dict)
    nonces: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def token_for(self, given: dict[str, Any]) -> str | None:
        """A new token for app key and secret."""
        if given.get("appKey") != APP_KEY or not _same(str(given.get("appSecret", "")), self.key):
            return None
        token = secrets.token_urlsafe(32)
        with self.lock:
            self.tokens[token] = time.monotonic() + LIFETIME_S
        return token

    def refused(self) -> Response | None:
        """The answer to a call that shows neither."""
        if request.headers.get("X-Sign"):
            return self._signature_refused()
        with self.lock:
            until = self.tokens.get(request.headers.get("Access-Token", ""), 0.0)
        return None if time.monotonic() < until else said(40101, "access token is missing or has expired")

    def _signature_refused(self) -> Response | None:
        names = ("X-App-Key", "X-Timestamp", "X-Nonce", "X-Sign")
        account, moment, nonce, signature = (request.headers.get(name, "") for name in names)
        digest = hashlib.sha256(request.get_data()).hexdigest()
        signed = "\n".join((request.method, request.path, account, moment, nonce, digest))
        wanted = hmac.new(self.key.encode(), signed.encode(), hashlib.sha256).hexdigest()
        if account != APP_KEY or not _same(signature, wanted):
            return said(40102, "signature is wrong")
        now = self.clock()
        if not moment.isdecimal() or abs(now - int(moment) / 1000) > LEEWAY_S:
            return said(40103, "timestamp is out of range")
        with self.lock:
            self.nonces = {known: until for known, until in self.nonces.items() if until > now}
            if nonce in self.nonces:
                return said(40102, "nonce was used before")
            self.nonces[nonce] = now + 2 * LEEWAY_S
        return None


def ihr_routes(store: Store, faults: Faults, key: str) -> Blueprint:
    """All routes of this face."""
    routes, callers = Blueprint("ihr", __name__, url_prefix=f"{PATH}/openapi/v1"), Callers(key, faults.now)
    misbehaving = Misbehaving(faults, FAULTY, ("data.list",), partial(_edited, Person(store)))

    @routes.before_request
    def guard() -> Response | None:
        if request.path in OPEN:
            return None
        writes = request.path.endswith(("/save", "/status", "/upload"))
        return callers.refused() or misbehaving.before(_once(_body())[0] if writes else "")

    @routes.get("/ping")
    def ping() -> Response:
        return said(0, "ok", {"name": "MianJian Sandbox EHR"})

    @routes.post("/token")
    def token() -> Response:
        made = callers.token_for(_body())
        if made is None:
            return said(40102, "app key or secret is wrong")
        return said(0, "ok", {"accessToken": made, "expiresIn": LIFETIME_S})

    @routes.get("/resumes/<resume>")
    def resume(resume: str) -> Response:
        return file_answer(*store.file(resume))

    lists: dict[str, tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
        "positions": ("position", position), "applicants": ("candidate", applicant),
        "templates": ("template", template),
    }  # fmt: skip
    for name, (kind, shown) in lists.items():
        routes.add_url_rule(f"/{name}/list", name, _listing(store, kind, shown), methods=["POST"])
    _writing(routes, store)
    _evaluations(routes, store, faults)
    routes.register_error_handler(StoreRefuses, refused)
    routes.register_error_handler(HTTPException, lambda error: said(40000, error.description or ""))
    return routes


def _edited(person: Person, field: str) -> bool:
    """A person writes to what the call is about: an evaluation, or an interview's status."""
    body = _body()
    if request.path.endswith("/evaluations/save"):
        return person.writes(str(body.get("evaluationId")), field)
    if request.path.endswith("/interviews/status"):
        words = {str(word): status for status, word in WORDS.items()}
        return person.moves(str(body.get("interviewId")), words.get(str(body.get("toStatus")), ""))
    return False


def _writing(routes: Blueprint, store: Store) -> None:
    @routes.post("/interviews/save")
    def save_interview() -> Response:
        body = _body()
        names = ("applicantId", "applicantName", "positionId", "positionName", "timeZone")
        ours = ("candidate_id", "candidate_name", "position_id", "position_title", "time_zone")
        wanted = {to: body.get(name) for name, to in zip(names, ours, strict=True)}
        wanted |= {"client_id": body.get("outId"), "scheduled_at": _utc(body.get("startTime"))}
        made, _ = store.register(_checked(wanted, NewInterview), *_once(body))
        return said(0, "ok", interview(made))

    @routes.post("/interviews/status")
    def move() -> Response:
        body = _body()
        words = {str(word): status for status, word in WORDS.items()}
        try:
            source, target = words[str(body["fromStatus"])], words[str(body["toStatus"])]
            moved = store.move(str(body["interviewId"]), source, target, _utc(body["operateTime"]) or "", *_once(body))
        except KeyError as error:
            raise StoreRefuses(422, "status_unknown", f"unknown status or missing field: {error}") from error
        return said(0, "ok", interview(moved))


def _evaluations(routes: Blueprint, store: Store, faults: Faults) -> None:
    @routes.post("/evaluations/save")
    def save_evaluation() -> Response:
        body = _body()
        wanted = {NAMES[name]: value for name, value in body.items() if name in NAMES}
        wanted = {name: value for name, value in wanted.items() if value is not None or name not in LEFT_OUT}
        checked = _checked(wanted, Assessment)
        refuse_strange(checked["custom_fields"], faults)
        stands = checked | {PROOF: body.get(PROOF)}
        raw = json.dumps(stands, ensure_ascii=False, sort_keys=True).encode()
        held, _ = store.keep(raw, stands, _once(body)[0], str(body.get("version") or ""))
        return said(0, "ok", {"id": held.id, "outId": held.external_id})

    @routes.post("/evaluations/current")
    def current_evaluation() -> Response:
        standing = store.standing(str(_body().get("evaluationId", "")))
        if standing is None:
            return said(40400, "no such evaluation")
        held = store.assessment(standing.body["external_id"])
        found = {"id": held.id if held else "", "version": standing.version, **evaluation(standing.body)}
        return said(0, "ok", found)

    @routes.post("/evaluations/get")
    def get_evaluation() -> Response:
        held = store.assessment(str(_body().get("outId", "")))
        if held is None:
            return said(40400, "no such evaluation")
        return said(0, "ok", {"id": held.id, **evaluation(json.loads(held.body))})

    @routes.post("/notes/save")
    def save_note() -> Response:
        body = _body()
        wanted = {ours: body.get(name) for name, ours in NOTE_NAMES.items()} | {"at": _utc(body.get("operateTime"))}
        checked = _checked(wanted, Note)
        raw = json.dumps(checked, ensure_ascii=False, sort_keys=True).encode()
        kept, _ = store.say(raw, checked, _once(body)[0])
        return said(0, "ok", {"id": kept["id"], "outId": kept["external_id"]})

    @routes.post("/files/upload")
    def upload() -> Response:
        body = _body()
        try:
            piece, offset = base64.b64decode(str(body["content"]), validate=True), int(body["offset"])
            found = {ours: str(body[name]) for name, ours in FILE_NAMES.items()}
            made, _ = store.create_upload(announced(found, int(body["fileSize"])))
        except (KeyError, ValueError, TypeError) as error:
            raise StoreRefuses(422, "body_invalid", f"missing or wrong: {error}") from error
        made = take(store, store.files, made["id"], offset, piece) if piece else made
        return said(0, "ok", {"id": made["id"], "outId": made["external_id"], "received": made["offset"]})

    @routes.get("/evaluations/fields")
    def evaluation_fields() -> Response:
        numbers = ("totalScore", "totalScoreLow", "totalScoreHigh")
        shown = [
            {"id": name, "title": name, "type": "number" if name in numbers else "text"} for name in (*NAMES, PROOF)
        ]  # fmt: skip
        own = [one | {"id": OWN + one["id"].removeprefix(PREFIX)} for one in fields_in_force(faults)]
        return said(0, "ok", {"fields": [*shown, *own]})


def said(code: int, message: str, data: object = None) -> Response:
    """Every answer is one of these, and HTTP 200."""
    body = {"code": code, "msg": message, "data": data}
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")


def refused(error: StoreRefuses) -> Response:
    """What the store refuses, by a code of this face; with what is held here instead."""
    theirs = error.theirs
    if theirs is not None:
        theirs = {"status": WORDS[theirs["status"]]} if "status" in theirs else evaluation(theirs)
    return said(CODES.get(error.status, 42200), error.message, theirs)


def _maintenance() -> Response:
    made = said(50300, "maintenance")
    made.status_code = 503
    return made


FAULTY: Answers = {
    "401": lambda: said(40101, "access token is missing or has expired"),
    "409": lambda: said(40901, "another request is at work on this"),
    "429": lambda: said(42900, "too many requests"),
    "500": lambda: said(50000, "system error"),
    "503": _maintenance,
}


def interview(row: dict[str, Any]) -> dict[str, Any]:
    """An interview as this face shows it."""
    shown = {"id": row["id"], "interviewId": row["id"], "outId": row["client_id"], "status": WORDS[row["status"]]}
    if "scheduled_at" in row:
        shown |= {"startTime": _local(row["scheduled_at"]), "timeZone": row["time_zone"]}
    return shown


def position(row: dict[str, Any]) -> dict[str, Any]:
    """A position as this face shows it."""
    return {
        "positionId": row["id"], "positionName": row["title"], "deptName": row["department"],
        "duty": row["description"], "keywords": "，".join(row["keywords"]), "templateId": row["template_id"],
        "weightLocked": int(row["weights_locked"]), "requirement": row["requirements"],
        "customFields": custom(row),
    }  # fmt: skip


def applicant(row: dict[str, Any]) -> dict[str, Any]:
    """A candidate as this face shows it."""
    return {
        "applicantId": row["id"], "applicantName": row["name"], "positionId": row["position_id"],
        "email": row["email"], "mobile": row["phone"],
        "interview": interview(row["interview"]) if row["interview"] else None,
        "interviews": [interview(one) | {"roundNo": one["round"]} for one in row["interviews"]],
        "resumes": [
            {"resumeId": one["id"], "fileName": one["name"], "mimeType": one["media_type"], "fileSize": one["size"],
             "sha256": one["sha256"]}
            for one in row["documents"]
        ],
        "records": [
            {"operateTime": _local(one["at"]), "content": one["text"], "type": one["kind"], "operator": one["by"]}
            for one in row["history"]
        ],
        "feedbacks": [
            {"feedbackId": one["id"], "submitTime": _local(one["at"]), "interviewer": one["by"], "remark": one["text"],
             "score": one["score"], "fullScore": one["top"], "conclusion": one["conclusion"], "roundNo": one["round"]}
            for one in row["feedback"]
        ],
        "customFields": custom(row),
    }  # fmt: skip


def custom(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The company's own fields as this face shows them."""
    return [{"fieldName": one["title"], "fieldValue": one["value"]} for one in row["custom"]]


def template(row: dict[str, Any]) -> dict[str, Any]:
    """A template as this face shows it."""
    return {"templateId": row["id"], "version": row["version"], "content": row["body"]}


def evaluation(body: dict[str, Any]) -> dict[str, Any]:
    """A kept result by this face's names."""
    shown = {name: body[ours] for name, ours in NAMES.items() if ours in body}
    return shown | {PROOF: body.get(PROOF)}


def _listing(store: Store, kind: str, shown: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[], Response]:
    """One page of what was changed since a time (local, inclusive), the oldest change first."""

    def listed() -> Response:
        body = _body()
        page, size = int(body.get("pageNo", 1)), min(100, int(body.get("pageSize", 20)))
        since = _utc(body.get("updatedFrom")) or ""
        rows = [row for row in store.every(kind) if row["updated"][:19] >= since[:19]]
        found = [
            shown(row) | {"updateTime": _local(row["updated"]), "isDeleted": int(row["deleted"])}
            for row in rows[(page - 1) * size : page * size]
        ]
        return said(0, "ok", {"list": found, "total": len(rows)})

    return listed


def _body() -> dict[str, Any]:
    found = request.get_json(silent=True, force=True)
    return found if isinstance(found, dict) else {}


def _checked(wanted: dict[str, Any], kind: type[msgspec.Struct]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = msgspec.to_builtins(msgspec.convert(wanted, kind))
    except msgspec.ValidationError as error:
        raise StoreRefuses(422, "body_invalid", str(error)) from error
    return found


def _once(body: dict[str, Any]) -> tuple[str, str]:
    """What a call is known by: it brings no key for that, so a call is what it says."""
    digest = hashlib.sha256(request.path.encode() + json.dumps(body, sort_keys=True).encode()).hexdigest()
    return f"ihr-{digest}", digest


def _local(moment: str | None) -> str | None:
    if not moment:
        return None
    return datetime.fromisoformat(moment).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


def _utc(moment: str | None) -> str | None:
    if not moment:
        return None
    at = datetime.fromisoformat(str(moment)).replace(tzinfo=ZONE)
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
