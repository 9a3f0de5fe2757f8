"""The sandbox as Greenhouse by Harvest v3: lists with a cursor in the Link header, notes, attachments, new candidates.

As there, a POST that comes twice makes two of them, and there is no key that would say so.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, request

from sync.sandbox.faces.greenhouse_rows import OWNERS, Rows, option_id
from sync.sandbox.faces.open_files import address_of
from sync.sandbox.faults import Faults
from sync.sandbox.fields import PREFIX, described, refuse_strange
from sync.sandbox.misbehaving import Answers, Misbehaving, said_once
from sync.sandbox.person import Person
from sync.sandbox.store import Store, StoreRefuses, now

Row = dict[str, Any]
PATH = "/greenhouse"
NOTE, ATTACHMENT = "greenhouse_note", "greenhouse_attachment"
LIFETIME_S = 3600
MAX_FILE_BYTES = 40 * 1024 * 1024
MOST_IDS, MOST_ROWS = 50, 500
IDS = {
    "ids": "id", "candidate_ids": "candidate_id", "application_ids": "application_id", "job_ids": "job_id",
}  # fmt: skip
TIMES = ("created_at", "updated_at", "last_activity_at")


def client_id(key: str) -> str:
    """The client id that belongs to a run's key, which is its client secret."""
    return f"gh-{hashlib.sha256(key.encode()).hexdigest()[:16]}"


class Refused(Exception):
    """A call that this face does not take: an HTTP status and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def greenhouse_face(store: Store, faults: Faults, key: str) -> Blueprint:
    """All routes of this face."""
    routes, rows, tokens = Blueprint("greenhouse", __name__, url_prefix=PATH), Rows(store), Tokens(key)
    routes.before_request(_let_large_files_in)
    misbehaving = Misbehaving(faults, FAULTY, ("",), partial(_edited, rows, Person(store)))
    routes.before_request(lambda: tokens.refuse() or misbehaving.before(_operation()))
    routes.register_error_handler(Refused, lambda error: refusal(error.status, str(error)))
    routes.add_url_rule("/auth/token", view_func=tokens.give, methods=["POST"])
    lists: dict[str, Callable[[], Iterable[Row]]] = {
        "jobs": rows.jobs, "job_posts": rows.job_posts, "departments": rows.departments,
        "candidates": rows.candidates, "applications": rows.applications, "interviews": rows.interviews,
        "notes": lambda: store.documents(NOTE), "scorecards": rows.scorecards, "users": rows.users,
        "attachments": lambda: [*rows.resumes(lambda row: address_of(key, row)), *store.documents(ATTACHMENT)],
        "custom_fields": lambda: rows.custom_fields(faults),
    }  # fmt: skip
    for name, read in lists.items():
        routes.add_url_rule(f"/v3/{name}", f"list_{name}", lambda read=read: listed(read()))
    _writing(routes, store, rows, tokens)
    _changing(routes, rows, faults)
    return routes


class Tokens:
    """The tokens of one run, in memory, with the user whom each stands for."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._until: dict[str, float] = {}
        self._users: dict[str, int] = {}

    def give(self) -> Response:
        """A token for client id and secret, which come by Basic."""
        shown = request.authorization
        given = (shown.username or "", shown.password or "") if shown else ("", "")
        right = hmac.compare_digest(given[1].encode(), self._key.encode()) and given[0] == client_id(self._key)
        if not right or request.form.get("grant_type") != "client_credentials":
            return refusal(401, "Client authentication failed.")
        token = secrets.token_urlsafe(32)
        self._until[token] = time.monotonic() + LIFETIME_S
        self._users[token] = int(request.form.get("sub") or 1)
        return answer({"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_S})

    def refuse(self) -> Response | None:
        """Refuse a call without a token that is good."""
        if request.path == f"{PATH}/auth/token" or time.monotonic() < self._until.get(self._shown(), 0.0):
            return None
        return refusal(401, "Token could not be decoded.")

    def user(self) -> int:
        """The user whom the token of this call stands for."""
        return self._users[self._shown()]

    def _shown(self) -> str:
        return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _writing(routes: Blueprint, store: Store, rows: Rows, tokens: Tokens) -> None:
    @routes.post("/v3/candidates")
    def make_candidate() -> Response:
        body = _body()
        if not body.get("first_name") or not body.get("last_name"):
            raise Refused(422, "first_name and last_name can't be blank")
        job = (body.get("application") or {}).get("job_id")
        made = rows.make_candidate(body, job)
        if made is None:
            raise Refused(422, "job_id is invalid")
        return answer({"candidate": made[0], "application": made[1]}, 201)

    @routes.post("/v3/notes")
    def make_note() -> Response:
        body = _body()
        if not any(one["id"] == body.get("candidate_id") for one in rows.candidates()):
            raise Refused(422, "candidate_id is invalid")
        if not body.get("body") or body.get("visibility") not in ("admin_only", "private", "public"):
            raise Refused(422, "body or visibility is invalid")
        kept = {name: body[name] for name in ("candidate_id", "body", "visibility")}
        kept |= {"type": body.get("note_type", "NOTE"), "user_id": body.get("user_id", tokens.user())}
        return answer(_keep(store, NOTE, kept), 201)

    @routes.post("/v3/attachments")
    def make_attachment() -> Response:
        body = _body()
        if not any(one["id"] == body.get("application_id") for one in rows.applications()):
            raise Refused(422, "application_id is invalid")
        try:
            content = base64.b64decode(str(body.get("content")), validate=True)
        except binascii.Error as error:
            raise Refused(422, "content is not base64") from error
        kept = {name: body.get(name) for name in ("application_id", "filename", "type", "content_type", "visibility")}
        return answer(_keep(store, ATTACHMENT, kept | {"sha256": hashlib.sha256(content).hexdigest()}), 201)


def _changing(routes: Blueprint, rows: Rows, faults: Faults) -> None:
    def changed(kind: str, row: int) -> Response:
        found = rows.candidates() if kind == "candidate" else rows.applications()
        if not any(one["id"] == row for one in found):
            raise Refused(404, "Resource not found")
        rows.write_own(kind, row, _own_values(_body(), faults))
        return answer({"id": row})

    for kind in OWNERS:
        routes.add_url_rule(
            f"/v3/{kind}s/<int:row>", f"change_{kind}", lambda row, kind=kind: changed(kind, row), methods=["PATCH"]
        )


def _own_values(body: Row, faults: Faults) -> Row:
    """The values in a body by key, choices by their keys. Refused 422."""
    keys = {option_id(one["key"]): one["key"] for field in described() for one in field.get("options", ())}
    choices = {field["id"].removeprefix(PREFIX) for field in described() if field["type"] == "option"}
    values = {}
    for one in body.get("custom_fields") or []:
        name, value = str(one.get("name_key")), None if one.get("delete_value") else one.get("value")
        values[name] = keys.get(int(value), value) if name in choices and isinstance(value, int) else value
    try:
        refuse_strange(values, faults)
    except StoreRefuses as error:
        raise Refused(422, error.message) from error
    return values


def _keep(store: Store, kind: str, body: Row) -> Row:
    with store.lock:
        body = {"id": len(store.documents(kind)) + 7001} | body | {"created_at": now(), "updated_at": now()}
        store.put_document(kind, str(body["id"]), body)
    return body


def listed(rows: Iterable[Row]) -> Response:
    """One page of what the filters let through, the newest id first. A cursor knows the filters and stands alone."""
    asked = dict(request.args)
    cursor = asked.pop("cursor", "")
    if cursor:
        if asked:
            raise Refused(422, "cursor must be the only parameter")
        try:
            asked = json.loads(base64.urlsafe_b64decode(cursor))
        except (ValueError, binascii.Error) as error:
            raise Refused(422, "cursor is invalid") from error
    begin, size = int(asked.pop("begin", "0")), int(asked.pop("per_page", "100"))
    if not 1 <= size <= MOST_ROWS:
        raise Refused(422, "per_page is invalid")
    found = sorted((row for row in rows if _wanted(row, asked)), key=lambda row: -row["id"])
    made = answer(found[begin : begin + size])
    if len(found) > begin + size:
        token = json.dumps(asked | {"begin": str(begin + size), "per_page": str(size)}).encode()
        made.headers["Link"] = f'<{request.base_url}?cursor={base64.urlsafe_b64encode(token).decode()}>; rel="next"'
    return made


def _wanted(row: Row, asked: dict[str, str]) -> bool:
    for name, value in asked.items():
        if name in IDS:
            ids = value.split(",")
            if len(ids) > MOST_IDS:
                raise Refused(422, f"{name}: at most {MOST_IDS}")
            fits = str(row.get(IDS[name])) in ids
        elif name in TIMES:
            operator, _, moment = value.partition("|")
            if operator != "gte" or not moment:
                raise Refused(422, f"{name} is invalid")
            fits = str(row.get(name) or "")[:19] >= moment[:19]
        elif name == "email":
            fits = any(one["value"] == value for one in row.get("email_addresses", ()))
        elif name == "status":
            fits = row.get("status") == value
        else:
            raise Refused(422, f"{name} is not a filter")
        if not fits:
            return False
    return True


def _edited(rows: Rows, person: Person, field: str) -> bool:
    """A person writes into the own field for remarks of a candidate or application: what our summary goes to."""
    *_, kind, row = request.path.split("/")
    if request.method != "PATCH" or field != "summary":
        return False
    rows.write_own(kind.removesuffix("s"), int(row), {"remarks": person.words()})
    return True


def _operation() -> str:
    return said_once() if request.method in ("POST", "PATCH") and request.path != f"{PATH}/auth/token" else ""


def _let_large_files_in() -> None:
    if request.path == f"{PATH}/v3/attachments":
        request.max_content_length = MAX_FILE_BYTES


def _body() -> Row:
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise Refused(422, "Your request included invalid JSON.")
    return found


def answer(body: object, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/json")


def refusal(status: int, message: str) -> Response:
    """An error in Greenhouse's words."""
    return answer({"message": message, "errors": [message], "request_id": uuid4().hex}, status)


FAULTY: Answers = {
    "401": lambda: refusal(401, "Token has expired."),
    "409": lambda: refusal(409, "Another request is at work on this."),
    "429": lambda: refusal(429, "Rate limit exceeded."),
    "500": lambda: refusal(500, "Something went wrong."),
    "503": lambda: refusal(503, "Back soon."),
}
