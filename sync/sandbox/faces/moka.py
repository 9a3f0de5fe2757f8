"""The sandbox as Moka: POST with JSON, {code, msg, data, next}; a wrong key is HTTP 500, as it is there."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request

from sync.sandbox.faults import Faults
from sync.sandbox.misbehaving import Answers, Misbehaving
from sync.sandbox.store import Store

Row = dict[str, Any]
PATH = "/moka"
BEIJING = ZoneInfo("Asia/Shanghai")
MOST_PEOPLE, MOST_JOBS = 20, 30
_STATUSES = {"assessed": "已结束", "cancelled": "已取消"}


def moka_face(store: Store, faults: Faults, key: str) -> Blueprint:
    """All routes of this face."""
    routes = Blueprint("moka", __name__, url_prefix=PATH)

    def refused() -> Response | None:
        shown = request.authorization
        given = shown.username or "" if shown and shown.type == "basic" else ""
        right = hmac.compare_digest(given.encode(), key.encode())
        return None if right else said({"code": -1, "success": False, "msg": "无法识别的认证信息"}, 500)

    misbehaving = Misbehaving(faults, FAULTY, ("data", "data.jobs"))
    routes.before_request(lambda: refused() or misbehaving.before())

    @routes.post("/v1/jobs/getJobs")
    def jobs() -> Response:
        body = _body()
        begin, size = int(body.get("offset", 0)), int(body.get("limit", MOST_JOBS))
        if body.get("hireMode") not in ("social", "campus") or not 1 <= size <= MOST_JOBS:
            return said({"code": 3, "msg": "参数错误"}, 400)
        day = str(body.get("updatedFromAt") or "")
        social = store.every("position") if body["hireMode"] == "social" else []
        rows = [row for row in social if _beijing(row["updated"])[:10] >= day]
        found = [_job(row) for row in rows[begin : begin + size]]
        return said({"code": 0, "msg": "success", "data": {"total": len(rows), "jobs": found}})

    @routes.post("/v2/data/ehrApplications")
    def applications() -> Response:
        body = _body()
        asked = json.loads(base64.urlsafe_b64decode(body["next"])) if body.get("next") else body | {"begin": 0}
        size, begin = int(asked.get("limit", MOST_PEOPLE)), asked["begin"]
        if not 1 <= size <= MOST_PEOPLE:
            return said({"code": 3, "msg": "参数错误"}, 400)
        since = str(asked.get("updateAtStartTime") or "")[:23]
        rows = [row for row in store.every("candidate") if _beijing(row["updated"])[:23] >= since]
        rows = [row for row in rows if asked.get("archived") in (None, row["deleted"])]
        made: Row = {"code": 200, "msg": "", "data": [_person(row) for row in rows[begin : begin + size]]}
        if len(rows) > begin + size:
            token = json.dumps(asked | {"begin": begin + size}).encode()
            made["next"] = base64.urlsafe_b64encode(token).decode()
        return said(made)

    return routes


def _job(row: Row) -> Row:
    return {
        "id": row["id"], "title": row["title"], "status": "closed" if row["deleted"] else "open",
        "department": {"name": row["department"]}, "description": row["description"], "updatedAt": row["updated"],
    }  # fmt: skip


def _person(row: Row) -> Row:
    interview = row["interview"]
    rounds = [
        {
            "round": 1, "id": interview["id"], "roundName": "初试", "startTime": _ms(interview["scheduled_at"]),
            "status": _STATUSES.get(interview["status"], "未结束"),
        }
    ] if interview else None  # fmt: skip
    basic = {
        "applicationId": row["id"], "candidateId": row["id"], "name": row["name"], "phone": row["phone"],
        "email": row["email"], "archived": row["deleted"], "jobId": row["position_id"], "updatedAt": row["updated"],
    }  # fmt: skip
    return {"basicInfo": basic, "interviewInfo": rounds}


def _beijing(moment: str) -> str:
    """The clocks of Beijing, written as Moka writes them: with a Z that means nothing."""
    return datetime.fromisoformat(moment).astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M:%S.%f")[:23] + "Z"


def _ms(moment: str | None) -> int | None:
    return int(datetime.fromisoformat(moment).timestamp() * 1000) if moment else None


def _body() -> Row:
    found = request.get_json(silent=True)
    return found if isinstance(found, dict) else {}


def said(body: Row, status: int = 200) -> Response:
    """An answer in Moka's envelope."""
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/json")


FAULTY: Answers = {
    "401": lambda: said({"code": -1, "success": False, "msg": "系统中不存在该apiKey"}, 500),
    "409": lambda: said({"code": 9, "msg": "请稍后再试"}, 409),
    "429": lambda: said({"code": 429, "msg": "请求过于频繁"}, 429),
    "500": lambda: said({"code": 1, "msg": "系统错误"}, 500),
    "503": lambda: said({"code": 1, "msg": "维护中"}, 503),
}
