"""The contract's side of the sandbox: bearer key, validation, answers, and the faults in between."""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException

from sync.sandbox.bodies import Assessment, NewInterview, Note, Plan, StatusMove
from sync.sandbox.faults import Faults, FaultsInvalid
from sync.sandbox.fields import fields_in_force, refuse_strange
from sync.sandbox.misbehaving import Answers, Misbehaving, misbehave_after
from sync.sandbox.person import Person
from sync.sandbox.store import Held, Store, StoreRefuses

CONTRACT_VERSION = 1
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
MAX_LIMIT = 200
PAGES = ("positions", "candidates", "templates")
Body = TypeVar("Body")


def contract_routes(store: Store, faults: Faults, key: str, contract: Path) -> Blueprint:
    """All routes of the published contract, and the switch for faults."""
    routes = Blueprint("contract", __name__)

    @routes.get("/health")
    def health() -> Response:
        return answer(200, {"status": "ok", "name": "MianJian Sandbox EHR", "contract_version": CONTRACT_VERSION})

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return Response(contract.read_bytes(), mimetype="application/json")

    @routes.get("/v1/changes")
    def changes() -> Response:
        limit = request.args.get("limit", "100")
        if not limit.isdecimal() or not 1 <= int(limit) <= MAX_LIMIT:
            raise StoreRefuses(422, "limit_invalid", f"limit is 1 to {MAX_LIMIT}.")
        return answer(200, store.changes(request.args.get("cursor", ""), int(limit)))

    @routes.get("/v1/fields")
    def fields() -> Response:
        return answer(200, {"fields": fields_in_force(faults)})

    @routes.post("/v1/interviews")
    def register() -> Response:
        wanted, operation = read(NewInterview), operation_key()
        made, is_new = store.register(msgspec.to_builtins(wanted), operation, digest())
        return answer(201 if is_new else 200, made)

    @routes.post("/v1/interviews/<interview>/status")
    def move(interview: str) -> Response:
        wanted, operation = read(StatusMove), operation_key()
        moved = store.move(interview, wanted.source, wanted.target, wanted.at, operation, digest())
        return answer(200, moved)

    @routes.get("/v1/documents/<document>")
    def document(document: str) -> Response:
        name, media_type, content = store.file(document)
        return file_answer(name, media_type, content)

    @routes.post("/sandbox/interviews/<interview>")
    def replan(interview: str) -> Response:
        return answer(200, store.replan(interview, **msgspec.to_builtins(read(Plan))))

    @routes.post("/sandbox/faults")
    def switch_faults() -> Response:
        try:
            faults.set(str((request.get_json(silent=True) or {}).get("spec", "")))
        except FaultsInvalid as error:
            raise StoreRefuses(422, "faults_invalid", f"Not understood: {error}") from error
        return answer(200, {"spec": faults.spec})

    _results(routes, store, faults)
    misbehaving = Misbehaving(faults, FAULTY, PAGES, partial(_edited, Person(store)))
    routes.before_app_request(lambda: only_loopback() or only_with_key(key) or misbehave_as_told(misbehaving))
    return routes


def _results(routes: Blueprint, store: Store, faults: Faults) -> None:
    """What comes of an interview: assessments and notes, kept under the client's ids."""

    @routes.put("/v1/assessments/<external_id>")
    def keep(external_id: str) -> Response:
        wanted, operation = read(Assessment), operation_key()
        if wanted.external_id != external_id:
            raise StoreRefuses(422, "id_differs", "The body has another external_id than the path.")
        refuse_strange(wanted.custom_fields, faults)
        rests_on = request.headers.get("If-Match", "").strip('"')
        held, is_new = store.keep(request.get_data(), msgspec.to_builtins(wanted), operation, rests_on)
        return answer(201 if is_new else 200, receipt(held))

    @routes.get("/v1/results/<assessment>")
    def stands(assessment: str) -> Response:
        standing = store.standing(assessment)
        if standing is None:
            raise StoreRefuses(404, "assessment_unknown", "Nothing is kept of this assessment.")
        held = store.assessment(standing.body["external_id"])
        proof = standing.body.get("signed_sha256") or (held.sha256 if held else "")
        made = answer(200, standing.body | {"id": held.id if held else "", "signed_sha256": proof})
        made.headers["ETag"] = f'"{standing.version}"'
        return made

    @routes.get("/v1/assessments/<external_id>")
    def look_up(external_id: str) -> Response:
        held = store.assessment(external_id)
        if held is None:
            raise StoreRefuses(404, "assessment_unknown", "Nothing is kept under this id.")
        return Response(held.body, mimetype="application/json")

    @routes.put("/v1/notes/<external_id>")
    def say(external_id: str) -> Response:
        wanted, operation = read(Note), operation_key()
        if wanted.external_id != external_id:
            raise StoreRefuses(422, "id_differs", "The body has another external_id than the path.")
        kept, is_new = store.say(request.get_data(), msgspec.to_builtins(wanted), operation)
        return answer(201 if is_new else 200, {name: kept[name] for name in ("id", "external_id", "received_at")})


def handle_errors(app: Flask) -> None:
    """Every error is answered as the contract says: {code, message}."""

    @app.errorhandler(StoreRefuses)
    def refused(error: StoreRefuses) -> Response:
        body: dict[str, Any] = {"code": error.code, "message": error.message}
        return answer(error.status, body if error.theirs is None else body | {"theirs": error.theirs})

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> Response:
        code = (error.name or "error").lower().replace(" ", "_")
        return answer(error.code or 500, {"code": code, "message": error.description or ""})

    app.after_request(misbehave_after)


def answer(status: int, body: dict[str, Any]) -> Response:
    """A JSON answer."""
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/json")


def file_answer(name: str, media_type: str, content: bytes) -> Response:
    """A person's file, never to be shown by a browser as a page of this server."""
    made = Response(content, mimetype=media_type)
    made.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    made.headers["X-Content-Type-Options"] = "nosniff"
    made.headers["Cache-Control"] = "no-store"
    return made


def receipt(held: Held) -> dict[str, Any]:
    """What the server says of an assessment that it keeps."""
    return {"id": held.id, "external_id": held.external_id, "sha256": held.sha256, "received_at": held.received_at}


def read(kind: type[Body]) -> Body:
    """The request's body as the contract describes it, else 422 with the place that does not fit."""
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise StoreRefuses(422, "body_invalid", str(error)) from error


def digest() -> str:
    """SHA-256 of the request's body and path: what an Idempotency-Key stands for."""
    return hashlib.sha256(request.path.encode() + b"\0" + request.get_data()).hexdigest()


def operation_key() -> str:
    """The Idempotency-Key, which every write needs."""
    given = request.headers.get("Idempotency-Key", "")
    if not 8 <= len(given) <= 128:
        raise StoreRefuses(400, "key_missing", "An Idempotency-Key of 8 to 128 characters is needed.")
    return given


def only_loopback() -> Response | None:
    """Refuse a request that came by another name: a web page elsewhere must not reach this server."""
    name = request.host.rpartition(":")[0] if not request.host.endswith("]") else request.host
    if (name or request.host) in LOOPBACK_NAMES:
        return None
    return answer(421, {"code": "host_unknown", "message": "This server is for this computer alone."})


def only_with_key(key: str) -> Response | None:
    """Everything but the page, /health and the contract itself needs the key."""
    if not request.path.startswith(("/v1/", "/sandbox/")):
        return None
    given = request.headers.get("Authorization", "")
    if hmac.compare_digest(given.encode(), f"Bearer {key}".encode()):
        return None
    return answer(401, {"code": "unauthorized", "message": "The key is missing or wrong."})


def _edited(person: Person, field: str) -> bool:
    """A person writes to what the call is about: the result of an assessment, or an interview's status."""
    *_, kind, name = request.path.split("/")
    if kind == "assessments":
        return person.writes(name.rpartition(":")[0], field)
    if name == "status":
        return person.moves(kind, str((request.get_json(silent=True, force=True) or {}).get("to")))
    return False


def misbehave_as_told(misbehaving: Misbehaving) -> Response | None:
    """The faults in force, for the contract's own paths."""
    if not request.path.startswith("/v1/"):
        return None
    return misbehaving.before(request.headers.get("Idempotency-Key", ""), writes=request.method not in ("GET", "HEAD"))


FAULTY: Answers = {
    "401": lambda: answer(401, {"code": "unauthorized", "message": "The key has expired."}),
    "409": lambda: answer(409, {"code": "in_progress", "message": "Another request is at work on this."}),
    "429": lambda: answer(429, {"code": "too_many_requests", "message": "Too many requests."}),
    "500": lambda: answer(500, {"code": "internal_error", "message": "Something went wrong."}),
    "503": lambda: answer(503, {"code": "maintenance", "message": "Back soon."}),
}
