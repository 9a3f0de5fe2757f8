"""The sandbox against its own contract, and its page against what a person may have written."""

from __future__ import annotations

import json
from functools import cache
from uuid import uuid4

import pytest
import requests
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from sync.sandbox.faults import Faults, FaultsInvalid, parse
from sync.sandbox.store import Store, StoreRefuses
from tests.sync.ehr import CONTRACT, assessment_body, interview_body


@cache
def contract():
    return json.loads(CONTRACT.read_text("utf-8"))


def fits(body, schema):
    """The body is what the contract says under this name."""
    Draft202012Validator({"$ref": f"#/components/schemas/{schema}", **contract()}).validate(body)


@pytest.fixture
def call(sandbox):
    def called(method, path, body=None, key="operation-1", **headers):
        sent = {"Authorization": f"Bearer {sandbox.key}", "Idempotency-Key": key, **headers}
        return requests.request(method, sandbox.url + path, data=body, headers=sent, timeout=10)

    return called


@pytest.fixture
def interview(call):
    return call("POST", "/v1/interviews", interview_body("client-1"), "register-1").json()


def test_the_contract_is_valid_and_is_what_the_sandbox_serves(sandbox):
    validate(contract())
    assert requests.get(sandbox.url + "/openapi.json", timeout=10).json() == contract()


def test_every_answer_is_what_the_contract_says(call, interview, sandbox):
    fits(interview, "Interview")
    fits(json.loads(interview_body("client-1")), "NewInterview")
    body = assessment_body("client-1", "a-1")
    fits(json.loads(body), "Assessment")
    kept = call("PUT", "/v1/assessments/a-1:1", body, "put-key-1")
    assert kept.status_code == 201
    fits(kept.json(), "Receipt")
    assert call("PUT", "/v1/assessments/a-1:1", body, "put-key-2").status_code == 200
    assert call("GET", "/v1/assessments/a-1:1").content == body
    fuller = assessment_body(
        "client-1", "a-1", 2, strengths="- 条理", to_improve="- <b>语速</b>",
        questions=[{"question": "请讲一个项目。", "score": 7.5, "comment": ""}],
        comments=[{"time_s": 1.0, "text": "好", "dimension": "logic"}],
    )  # fmt: skip
    fits(json.loads(fuller), "Assessment")
    assert call("PUT", "/v1/assessments/a-1:2", fuller, "put-key-3").status_code == 201
    page = requests.get(sandbox.url + "/", timeout=10).text
    assert "请讲一个项目。" in page
    assert "&lt;b&gt;语速&lt;/b&gt;" in page
    move = json.dumps({"from": "scheduled", "to": "in_progress", "at": "2026-01-01T00:00:00Z"})
    fits(json.loads(move), "StatusMove")
    fits(call("POST", f"/v1/interviews/{interview['id']}/status", move, "move-key-1").json(), "Interview")
    fits(call("GET", "/v1/changes").json(), "Changes")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "schema"),
    [
        ("PUT", "/v1/assessments/a-1:1", assessment_body("client-1", "a-1", summary="other"), 409, "Conflict"),
        ("PUT", "/v1/assessments/a-2:1", assessment_body("nowhere", "a-2"), 422, "Error"),
        ("PUT", "/v1/assessments/a-3:1", assessment_body("client-1", "a-4"), 422, "Error"),
        ("PUT", "/v1/assessments/a-3:1", b"{", 422, "Error"),
        ("PUT", "/v1/assessments/a-3:1", assessment_body("client-1", "a-3", composite=11), 422, "Error"),
        ("PUT", "/v1/assessments/a-3:1", assessment_body("client-1", "a-3", extra=1), 422, "Error"),
        ("PUT", "/v1/assessments/a-3:1", b" " * (2 * 1024 * 1024 + 1), 413, "Error"),
        ("GET", "/v1/assessments/none", None, 404, "Error"),
        ("GET", "/v1/changes?limit=0", None, 422, "Error"),
        ("GET", "/v1/changes?cursor=other.5.end", None, 410, "Error"),
        ("GET", "/v1/nothing", None, 404, "Error"),
        ("DELETE", "/v1/changes", None, 405, "Error"),
        ("POST", "/v1/interviews", interview_body("c-2", "nobody"), 422, "Error"),
        ("POST", "/v1/interviews/none/status", b'{"from":"scheduled","to":"assessed","at":"x"}', 404, "Error"),
        ("POST", "/v1/interviews/none/status", b'{"from":"assessed","to":"scheduled","at":"x"}', 422, "Error"),
        ("POST", "/sandbox/faults", b'{"spec":"banana"}', 422, "Error"),
    ],
)
def test_what_is_wrong_is_said_as_the_contract_says(call, interview, method, path, body, status, schema):
    call("PUT", "/v1/assessments/a-1:1", assessment_body("client-1", "a-1"), "put-key-1")
    answer = call(method, path, body, "wrong-key-1", **{"Content-Type": "application/json"})
    assert answer.status_code == status
    fits(answer.json(), schema)


def test_key_loopback_name_and_idempotency_key_are_needed(call, sandbox, interview):
    assert requests.get(sandbox.url + "/v1/changes", timeout=10).status_code == 401
    assert call("GET", "/v1/changes", Authorization="Bearer wrong").status_code == 401
    assert call("GET", "/v1/changes", Host="evil.example").status_code == 421
    assert requests.get(sandbox.url + "/", headers={"Host": "evil.example"}, timeout=10).status_code == 421
    assert call("POST", "/v1/interviews", interview_body("c"), "").status_code == 400
    assert call("POST", "/v1/interviews", interview_body("other"), "register-1").json()["code"] == "key_reused"


def test_pages_follow_each_other_and_overlap_at_the_end(call, sandbox):
    cursor, seen = "", []
    while True:
        page = call("GET", f"/v1/changes?limit=4&cursor={cursor}").json()
        seen += [row["id"] for kind in ("positions", "candidates", "templates") for row in page[kind]]
        cursor = page["cursor"]
        if not page["more"]:
            break
    assert len(seen) == len(set(seen)) == 5 + 8 + 3
    sandbox.store.put("position", "new", {"title": "新", "department": "", "description": "", "keywords": [],
                                          "template_id": None, "weights_locked": False}, deleted=True)  # fmt: skip
    again = call("GET", f"/v1/changes?cursor={cursor}").json()
    assert [(row["id"], row["deleted"]) for row in again["positions"]] == [("new", True)]
    assert again["candidates"], "rows before the cursor come again"
    fits(again, "Changes")


def test_what_was_answered_is_still_there_after_a_restart(tmp_path):
    store = Store(tmp_path)
    wanted = json.loads(interview_body("client-9"))
    made, is_new = store.register(wanted, "key-12345678", "d")
    store.close()
    again = Store(tmp_path)
    assert (is_new, again.register(wanted, "key-12345678", "d")) == (True, (made, False))
    again.close()


def test_a_move_is_guarded_by_where_the_interview_stands(sandbox, interview):
    with pytest.raises(StoreRefuses) as refused:
        sandbox.store.move(interview["id"], "in_progress", "to_review", "at", "key-87654321", "d")
    assert (refused.value.status, refused.value.theirs) == (409, {"status": "scheduled"})
    sandbox.store.move(interview["id"], "scheduled", "in_progress", "at", "key-87654322", "d2")
    sandbox.store.move(interview["id"], "scheduled", "in_progress", "at", "key-87654323", "d3")
    assert len(sandbox.store.moves()) == 1


def test_faults_are_read_repeatable_and_limited():
    assert parse("seed=7,429:0.5:retry=2:times=3")[0] == 7
    courses = []
    for _ in range(2):
        faults = Faults("500:0.3,slow:0.5:2,drop_after:0.2,seed=3")
        courses.append([faults.plan() for _ in range(50)])
    assert courses[0] == courses[1]
    limited = Faults("500:1:times=2")
    assert [bool(limited.plan().before) for _ in range(4)] == [True, True, False, False]
    for wrong in ("banana", "500:2", "500:x", "500:0.1:1:2", "500:0.1:foo=1", "seed=x", "skew=soon"):
        with pytest.raises(FaultsInvalid):
            Faults(wrong)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_what_arrived_and_runs_nothing_of_it(call, interview, sandbox, language):
    nasty = '<script>alert(1)</script>"&amp;'
    body = assessment_body("client-1", "a-1", summary=nasty, candidate_name=nasty)
    assert call("PUT", "/v1/assessments/a-1:1", body, "put-key-1").status_code == 201
    page = requests.get(f"{sandbox.url}/?lang={language}", timeout=10)
    assert page.status_code == 200
    assert nasty not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<img src=" not in page.text
    assert "欧阳𠮷祥" in page.text
    assert '<li><time>01:12</time><span class="text">&lt;img' in page.text
    assert '<li><span class="text">整体' in page.text, "a comment on the whole interview has no time"
    assert ("收到的评估" if language == "zh" else "Received assessments") in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    before = requests.get(sandbox.url + "/revision", timeout=10).text
    sandbox.store.plan_interview("cand-su", None, "UTC", str(uuid4()))
    assert requests.get(sandbox.url + "/revision", timeout=10).text != before
