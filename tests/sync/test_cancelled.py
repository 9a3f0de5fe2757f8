"""An interview that was called off: how each HR system tells of it, and how the sandbox shows it."""

from __future__ import annotations

import json

import pytest
import requests

from sync.contract import InterviewStatus
from sync.dialects.feishu.incoming import _called_off
from sync.failures import RemoteConflict
from sync.system import Move
from tests.sync.ehr import AT
from tests.sync.far_sides import SYSTEMS
from tests.sync.test_sandbox import fits

SANDBOXES = ("sandbox", "ihr", "ihr-signed", "feishu", "greenhouse", "moka")


@pytest.fixture(params=SANDBOXES)
def far(request, tmp_path):
    """One of the tongues of the sandbox, `far.told` = it says "cancelled" itself."""
    with SYSTEMS[request.param](tmp_path) as side:
        side.told = request.param in SANDBOXES[:3]
        yield side


def people(hr, cursor=""):
    found, more = {}, True
    while more:
        page = hr.changes(cursor)
        found |= {one.name: one for one in page.candidates}
        cursor, more = page.cursor, page.more
    return found, cursor


def takes_place(candidate):
    """The ids of interviews that are not called off."""
    told = {one.remote_id for one in candidate.schedule() if one.status is not InterviewStatus.CANCELLED}
    return told | set(candidate.there or ())


def test_who_pulls_hears_that_it_was_called_off_and_that_it_was_not_after_all(far):
    hr, store = far.hr(), far.sandbox.store
    (planned,) = [one for one in store.interviews() if one["candidate_id"] == "cand-wang"]
    before, cursor = people(hr)
    (its_id,) = takes_place(before["王小雨"])
    store.replan(planned["id"], cancelled=True)
    after, cursor = people(hr, cursor)
    assert takes_place(after["王小雨"]) == set()
    if far.told:
        assert [one.status for one in after["王小雨"].schedule()] == [InterviewStatus.CANCELLED]
    else:
        assert after["王小雨"].there == ()
    store.replan(planned["id"])
    again, _ = people(hr, cursor)
    assert takes_place(again["王小雨"]) == {its_id}


def test_one_that_is_called_off_is_not_moved(far):
    if not far.told:
        pytest.skip("this system is told no status, or keeps the stage")
    (planned,) = [one for one in far.sandbox.store.interviews() if one["candidate_id"] == "cand-wang"]
    far.sandbox.store.replan(planned["id"], cancelled=True)
    with pytest.raises(RemoteConflict) as refused:
        far.hr().move_status(
            planned["id"], Move(InterviewStatus.SCHEDULED, InterviewStatus.IN_PROGRESS, AT), "op-00001"
        )
    assert refused.value.theirs["status"] == "cancelled"


def test_a_collective_interview_of_feishu_says_so_itself():
    assert _called_off({"arrangement_type": 2, "arrangement_status": 4})
    assert not _called_off({"arrangement_type": 2, "arrangement_status": 1})
    assert not _called_off({"arrangement_type": 1, "arrangement_status": 4})


@pytest.mark.parametrize(("language", "word"), [("zh", "已取消"), ("en", "Cancelled")])
def test_the_sandbox_calls_off_by_a_call_and_its_page_and_contract_say_so(sandbox, language, word):
    (planned,) = [one for one in sandbox.store.interviews() if one["candidate_id"] == "cand-wang"]

    def decide(interview, **body):
        headers = {"Authorization": f"Bearer {sandbox.key}"}
        return requests.post(f"{sandbox.url}/sandbox/interviews/{interview}", json=body, headers=headers, timeout=10)

    page = f"{sandbox.url}/?lang={language}"
    assert f'class="tag off">{word}<' not in requests.get(page, timeout=10).text
    moved = decide(planned["id"], cancelled=True, scheduled_at="2026-03-02T07:00:00Z")
    assert (moved.status_code, moved.json()["status"]) == (200, "cancelled")
    assert f'class="tag off">{word}<' in requests.get(page, timeout=10).text
    changes = sandbox.store.changes("", 100)
    fits(changes, "Changes")
    (candidate,) = [one for one in changes["candidates"] if one["id"] == "cand-wang"]
    assert (candidate["interview"]["status"], candidate["interview"]["scheduled_at"][:16]) == (
        "cancelled", "2026-03-02T07:00"
    )  # fmt: skip
    assert decide(planned["id"]).json()["status"] == "scheduled"
    assert decide("nobody").status_code == 404
    assert decide(planned["id"], cancelled="perhaps").status_code == 422
    sandbox.store.move(planned["id"], "scheduled", "in_progress", AT, "op-00002", "x")
    assert decide(planned["id"], cancelled=True).status_code == 409
    assert requests.post(f"{sandbox.url}/sandbox/interviews/x", json={}, timeout=10).status_code == 401


def test_a_move_to_cancelled_is_none(sandbox):
    (planned,) = [one for one in sandbox.store.interviews() if one["candidate_id"] == "cand-wang"]
    headers = {"Authorization": f"Bearer {sandbox.key}", "Idempotency-Key": "operation-1"}
    body = json.dumps({"from": "scheduled", "to": "cancelled", "at": AT})
    there = f"{sandbox.url}/v1/interviews/{planned['id']}/status"
    assert requests.post(there, data=body, headers=headers, timeout=10).status_code == 422
