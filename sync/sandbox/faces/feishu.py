"""The sandbox as Feishu Hire (飞书招聘): the calls of its open interface that the product makes, and a few around them.

The envelope is {code, msg, data}; errors come with HTTP 200 and 400 alike. Paths and shapes are those of the official
SDK, which has to be able to drive this face as it is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from sync.sandbox.faces.feishu_imports import PARAMETER, TALENT_UNKNOWN, HireRefuses, Imports
from sync.sandbox.faces.feishu_rows import STAGES, Rows, stage_id
from sync.sandbox.faces.open_files import address_of
from sync.sandbox.faults import Faults
from sync.sandbox.misbehaving import Answers, Misbehaving, said_once
from sync.sandbox.person import Person
from sync.sandbox.store import Store, StoreRefuses

Row = dict[str, Any]
PREFIX = "/open-apis"
TOKEN_PATH = f"{PREFIX}/auth/v3/tenant_access_token/internal"
TOKEN_S, RENEWED_BEFORE_S = 7200, 1800
"""How long a token is good, and how long before its end another one is given (both are good then)."""
MAX_FILE_BYTES = 300 * 1024 * 1024
_NO_TOKEN, _BAD_TOKEN, _BAD_SECRET, _TOO_OFTEN, _SYSTEM = 99991661, 99991663, 10014, 99991400, 1002001
_PERSON_UNKNOWN, _JOB_UNKNOWN, _STAGE_UNKNOWN = 1002201, 1002207, 1002204


def app_id(key: str) -> str:
    """The app id that belongs to a run's key, which is its app secret."""
    return f"cli_{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def feishu_face(store: Store, faults: Faults, key: str) -> Blueprint:
    """All routes of this face."""
    routes = Blueprint("feishu", __name__, url_prefix=PREFIX)
    rows, tokens = Rows(store), Tokens(store, key)
    imports = Imports(store, rows)
    routes.before_request(_let_large_files_in)
    misbehaving = Misbehaving(faults, FAULTY, ("data.items",), partial(_edited, imports, Person(store)))
    routes.before_request(lambda: tokens.refuse() or _misbehave(misbehaving))
    routes.after_request(_in_its_own_headers)
    routes.register_error_handler(HireRefuses, lambda error: told(error.code, error.message, status=400))
    routes.register_error_handler(StoreRefuses, lambda error: told(PARAMETER, error.message, status=400))
    routes.add_url_rule("/auth/v3/tenant_access_token/internal", view_func=tokens.give, methods=["POST"])
    _reading(routes, rows)
    _moving(routes, rows, imports)
    _importing(routes, imports)
    _noting(routes, imports)
    _files(routes, store, key)
    return routes


class Tokens:
    """The tokens of one run, in memory: a restart forgets them."""

    def __init__(self, store: Store, key: str) -> None:
        self._store, self._key = store, key
        self._until: dict[str, float] = {}

    def give(self) -> Response:
        """A token for app id and secret."""
        said = _body()
        right = hmac.compare_digest(str(said.get("app_secret")).encode(), self._key.encode())
        if not right or said.get("app_id") != app_id(self._key):
            return told(_BAD_SECRET, "app secret invalid")
        now = self._store.clock()
        token = next((one for one, end in self._until.items() if end - now > RENEWED_BEFORE_S), "")
        if not token:
            token = f"t-{secrets.token_hex(16)}"
            self._until[token] = now + TOKEN_S
        expire = int(self._until[token] - now)
        return _json({"code": 0, "msg": "ok", "tenant_access_token": token, "expire": expire})

    def refuse(self) -> Response | None:
        """Refuse a call without a token that is good."""
        if request.path == TOKEN_PATH:
            return None
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not shown:
            return told(_NO_TOKEN, "Missing access token for authorization.", status=400)
        if self._until.get(shown, 0.0) <= self._store.clock():
            return told(_BAD_TOKEN, "Invalid access token for authorization.", status=400)
        return None


def _reading(routes: Blueprint, rows: Rows) -> None:
    lists: dict[str, tuple[Callable[[], Iterable[Row | str]], int]] = {
        "/hire/v1/jobs": (lambda: _since(rows.jobs(), "update_timestamp"), 20),
        "/hire/v1/job_processes": (lambda: [rows.process()], 100),
        "/hire/v1/applications": (lambda: [one["id"] for one in _applications(rows)], 200),
        "/hire/v1/talents": (lambda: _talents(rows), 20),
        "/hire/v1/interviews": (lambda: _interviews(rows), 100),
        "/hire/v1/interview_feedback_forms": (rows.forms, 100),
    }
    for path, (read, most) in lists.items():
        routes.add_url_rule(path, path, lambda read=read, most=most: _page(list(read()), most))
    single: dict[str, tuple[Callable[[str], Row | None], str, int]] = {
        "/hire/v1/jobs/<row>": (rows.job, "job", _JOB_UNKNOWN),
        "/hire/v1/jobs/<row>/get_detail": (rows.job_detail, "job_detail", _JOB_UNKNOWN),
        "/hire/v1/applications/<row>": (rows.application, "application", _PERSON_UNKNOWN),
        "/hire/v1/talents/<row>": (rows.talent, "talent", TALENT_UNKNOWN),
        "/hire/v2/talents/<row>": (rows.talent_v2, "", TALENT_UNKNOWN),
    }
    for path, (one, name, code) in single.items():
        routes.add_url_rule(path, path, lambda row, one=one, name=name, code=code: _single(one(row), name, code))
    routes.add_url_rule(
        "/hire/v1/talent_objects/query", "fields", lambda: told(data={"items": rows.talent_fields()})
    )  # fmt: skip


def _moving(routes: Blueprint, rows: Rows, imports: Imports) -> None:
    @routes.post("/hire/v1/applications/<row>/transfer_stage")
    def transfer(row: str) -> Response:
        application = rows.application(row)
        if application is None:
            raise HireRefuses(_PERSON_UNKNOWN, "Application not exist")
        wanted = _body().get("stage_id")
        target = next((name for name in STAGES if stage_id(name) == wanted), None)
        if target is None:
            raise HireRefuses(_STAGE_UNKNOWN, "Application stage not exist")
        imports.move_planned(application["talent_id"], target)
        return told(data={})


def _importing(routes: Blueprint, imports: Imports) -> None:
    @routes.post("/hire/v1/talents/combined_create")
    def make_talent() -> Response:
        return told(data=imports.make_talent(_body()))

    @routes.get("/hire/v1/external_applications")
    def applications() -> Response:
        talent = request.args.get("talent_id", "")
        if not talent:
            raise HireRefuses(PARAMETER, "Parameter illegal: talent_id")
        return _page(imports.applications(talent), 20)

    @routes.post("/hire/v1/external_applications")
    def make_application() -> Response:
        return told(data={"external_application": imports.make_application(_body())})

    @routes.put("/hire/v1/external_applications/<row>")
    def change_application(row: str) -> Response:
        return told(data={"external_application": imports.change_application(row, _body())})

    @routes.post("/hire/v1/external_interviews")
    def make_interview() -> Response:
        return told(data={"external_interview": imports.make_interview(_body())})

    @routes.post("/hire/v1/external_interviews/batch_query")
    def interviews() -> Response:
        ids = _body().get("external_interview_id_list")
        return _page(imports.interviews(request.args.get("external_application_id", ""), ids), 20)

    @routes.post("/hire/v1/external_interview_assessments")
    def make_assessment() -> Response:
        return told(data={"external_interview_assessment": imports.make_assessment(_body())})

    @routes.patch("/hire/v1/external_interview_assessments/<row>")
    def change_assessment(row: str) -> Response:
        return told(data={"external_interview_assessment": imports.change_assessment(row, _body())})


def _noting(routes: Blueprint, imports: Imports) -> None:
    @routes.get("/hire/v1/notes")
    def notes() -> Response:
        talent = request.args.get("talent_id", "")
        if not talent:
            raise HireRefuses(PARAMETER, "Parameter illegal: talent_id")
        return _page(imports.notes(talent), 200)

    @routes.post("/hire/v1/notes")
    def make_note() -> Response:
        return told(data={"note": imports.make_note(_body())})


def _files(routes: Blueprint, store: Store, key: str) -> None:
    @routes.post("/hire/v1/attachments")
    def upload() -> Response:
        file = request.files.get("content")
        if file is None:
            raise HireRefuses(PARAMETER, "Parameter illegal: content")
        content = file.read()
        made = f"file-{secrets.token_hex(8)}"
        kept = {"id": made, "name": file.filename, "mime": file.mimetype, "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(), "create_time": int(store.clock() * 1000)}  # fmt: skip
        store.put_document("feishu_attachment", made, kept)
        return told(data={"id": made, "name": kept["name"], "url": f"{request.host_url}hire/file/{made}"})

    @routes.get("/hire/v1/attachments/<row>")
    def attachment(row: str) -> Response:
        return _single(store.document("feishu_attachment", row) or resume(row), "attachment", PARAMETER)

    def resume(row: str) -> Row | None:
        try:
            name, mime, _ = store.file(row)
        except StoreRefuses:
            return None
        return {"id": row, "name": name, "mime": mime, "url": address_of(key, row),
                "create_time": int(store.clock() * 1000)}  # fmt: skip


def _edited(imports: Imports, person: Person, field: str) -> bool:
    """A person writes to what the call is about: the remarks of an external assessment, or a stage."""
    *_, kind, row = request.path.split("/")
    if kind == "external_interview_assessments" and request.method == "PATCH" and field == "summary":
        return imports.somebody_remarks(row, person.words())
    if kind == "external_applications" and request.method == "PUT":
        return person.moves(imports.interview_of(row), imports.meaning(str(_body().get("stage"))))
    return False


def _misbehave(misbehaving: Misbehaving) -> Response | None:
    """A file comes with another boundary each time, so that a repeat is not known."""
    writes = request.method != "GET" and not request.path.endswith("/batch_query") and request.path != TOKEN_PATH
    known = writes and request.mimetype != "multipart/form-data"
    return misbehaving.before(said_once() if known else "", writes=writes)


def _let_large_files_in() -> None:
    if request.path == f"{PREFIX}/hire/v1/attachments":
        request.max_content_length = MAX_FILE_BYTES


def told(code: int = 0, message: str = "success", data: Row | None = None, status: int = 200) -> Response:
    """An answer in Feishu's envelope."""
    return _json({"code": code, "msg": message} | ({"data": data} if data is not None else {}), status)


def _json(body: Row, status: int = 200) -> Response:
    made = Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json; charset=utf-8")
    made.headers["X-Tt-Logid"] = secrets.token_hex(16)
    return made


FAULTY: Answers = {
    "401": lambda: told(_BAD_TOKEN, "Invalid access token for authorization.", status=400),
    "409": lambda: told(_SYSTEM, "System error"),
    "429": lambda: told(_TOO_OFTEN, "request trigger frequency limit", status=429),
    "500": lambda: told(_SYSTEM, "System error", status=500),
    "503": lambda: told(2200, "Internal Server Error", status=503),
}


def _in_its_own_headers(response: Response) -> Response:
    """Feishu names its wait in a header of its own."""
    if response.status_code == 429:
        response.headers["x-ogw-ratelimit-limit"] = "100"
        response.headers["x-ogw-ratelimit-reset"] = response.headers.pop("Retry-After", "1")
    return response


def _body() -> Row:
    """The body as JSON, whatever it calls itself: the SDK names no type where it asks for a token."""
    found = request.get_json(force=True, silent=True)
    return found if isinstance(found, dict) else {}


def _single(row: Row | None, name: str, code: int) -> Response:
    if row is None:
        raise HireRefuses(code, "not exist")
    return told(data={name: row} if name else row)


def _page(found: list[Any], most: int) -> Response:
    """One page; the token says after which row the next one begins."""
    size, token = request.args.get("page_size", "10"), request.args.get("page_token", "")
    if not size.isdecimal() or not 1 <= int(size) <= most:
        raise HireRefuses(PARAMETER, f"Parameter illegal: page_size is 1 to {most}")
    start = _after(found, token) if token else 0
    page, more = found[start : start + int(size)], len(found) > start + int(size)
    return told(data={"items": page, "has_more": more, "page_token": _token(page[-1]) if more else ""})


def _token(row: Row | str) -> str:
    return base64.urlsafe_b64encode(_id(row).encode()).decode()


def _after(found: list[Any], token: str) -> int:
    for place, row in enumerate(found):
        if _token(row) == token:
            return place + 1
    raise HireRefuses(PARAMETER, "Parameter illegal: page_token")


def _id(row: Row | str) -> str:
    return row if isinstance(row, str) else str(row["id"])


def _since(found: list[Row], name: str) -> list[Row]:
    """Those that changed within the asked time."""
    begin, end = (int(request.args.get(f"update_{which}_time") or fallback) for which, fallback in _ENDS)
    return [one for one in found if begin <= int(one[name]) <= end]


_ENDS = (("start", "0"), ("end", str(2**62)))


def _applications(rows: Rows) -> list[Row]:
    found = _since(rows.applications(), "modify_time")
    if request.args.get("active_status", "3") != "3":
        found = [one for one in found if str(one["active_status"]) == request.args["active_status"]]
    for name in ("talent_id", "job_id"):
        wanted = request.args.get(name)
        found = [one for one in found if wanted in (None, "", one[name])]
    return found


def _talents(rows: Rows) -> list[Row]:
    keyword = request.args.get("keyword", "")
    flat = [one | {"changed": one["basic_info"]["modify_time"]} for one in rows.talents()]
    return [one for one in _since(flat, "changed") if keyword in one["basic_info"]["name"]]


def _interviews(rows: Rows) -> list[Row]:
    asked = {name: request.args.get(name, "") for name in ("application_id", "interview_id", "start_time", "end_time")}
    if not any(asked.values()):
        raise HireRefuses(PARAMETER, "Parameter illegal: application_id, interview_id, start_time, end_time")
    begin, end = int(asked["start_time"] or 0), int(asked["end_time"] or 2**62)
    return [
        one
        for one in rows.interviews(asked["application_id"])
        if asked["interview_id"] in ("", one["id"]) and begin <= one["begin_time"] <= end
    ]
