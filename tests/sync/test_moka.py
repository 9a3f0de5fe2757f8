"""Moka: what is read, that a wrong key is told though it comes as HTTP 500, and that nothing is ever sent."""

from __future__ import annotations

import json

import pytest

from sync import listing
from sync.contract import InterviewStatus
from sync.dialects.moka.system import APPLICATIONS, JOBS
from sync.failures import CursorUnknown, ProfileInvalid, RemoteRejected, RemoteUnauthorized
from sync.outbox import Resolution, State
from sync.profile import read_profile, shipped_profile
from sync.sender import Sender
from sync.system import TakesFiles
from tests.sync.ehr import altered, enqueue_interview, interview_body, pulled
from tests.sync.far_sides import MokaSide

FAR = MokaSide


def test_positions_and_applications_come_with_their_next_interview(far):
    rows, _ = pulled(far.hr())
    position = far.sandbox.store.all("position")[0]
    assert (rows[position["id"]].title, rows[position["id"]].department) == (position["title"], position["department"])
    person = next(one for one in far.sandbox.store.all("candidate") if one["interview"] and one["position_id"])
    candidate = rows[person["id"]]
    assert (candidate.name, candidate.email, candidate.phone) == (person["name"], person["email"], person["phone"])
    assert candidate.position_remote_id == person["position_id"]
    assert candidate.scheduled_at.replace("+00:00", "") == person["interview"]["scheduled_at"].replace("Z", "")
    assert candidate.status is InterviewStatus.SCHEDULED


def test_many_people_come_in_pages_of_twenty_and_a_lost_page_comes_again(far):
    for number in range(45):
        body = {"name": f"候选人{number}", "email": "", "phone": "", "position_id": None}
        far.sandbox.store.put("candidate", f"many-{number}", body)
    calls = []
    hr = far.hr(record=calls.append)
    rows, cursor = pulled(hr)
    assert len([name for name in rows if name.startswith("many-")]) == 45
    asked = [json.loads(call.sent) for call in calls if call.path == APPLICATIONS]
    assert len(asked) >= 3
    assert asked[0]["archived"] is False
    assert all(set(one) == {"next"} for one in asked[1:])
    far.sandbox.store.put("candidate", "many-7", {"name": "改名", "email": "", "phone": "", "position_id": None})
    far.misbehave("drop_after:1:times=1")
    with pytest.raises(Exception, match="remote_unreachable"):
        pulled(hr, cursor)
    again, _ = pulled(hr, cursor)
    assert {name: one.name for name, one in again.items()} == {"many-7": "改名"}


@pytest.mark.parametrize("faults", ["duplicate", "duplicate,reorder"])
def test_no_page_is_passed_over_for_rows_that_come_twice(far, faults):
    for number in range(75):
        body = {"title": f"职位{number}", "department": "", "description": "", "keywords": []}
        far.sandbox.store.put("position", f"many-{number}", body)
    far.misbehave(faults)
    rows, _ = pulled(far.hr())
    assert len([name for name in rows if name.startswith("many-")]) == 75
    assert far.misbehaved()


def test_a_wrong_key_is_told_though_it_comes_as_a_server_error(far):
    right, far.sandbox.key = far.sandbox.key, "wrong"
    refused = far.hr()
    far.sandbox.key = right
    with pytest.raises(RemoteUnauthorized):
        refused.check()
    refused.health()
    far.hr().check()


def test_a_profile_may_say_that_the_key_is_alone(far):
    assert not shipped_profile("moka").shape.auth.wants_account
    with pytest.raises(ProfileInvalid, match="key_only"):
        read_profile(altered("moka", 'kind = "basic"', 'kind = "bearer"'), "own")
    far.hr(account="app-of-another-system").check()


def test_everything_is_settled_as_not_told_and_no_call_is_made(far, sessions, queue):
    with sessions() as session:
        enqueue_interview(session)
    calls = []
    hr = far.hr(record=calls.append)
    run = Sender(sessions, hr, queue).drain()
    assert (run.sent, run.dead, run.conflicts) == (5, 0, 0)
    with sessions() as session:
        settled = {(item.state, item.resolution) for item in listing.items(session)}
    assert settled == {(State.DONE, Resolution.NOT_TOLD)}
    assert calls == []
    assert hr.preview("a:1", b"{}") == ()
    assert not isinstance(hr, TakesFiles)
    with pytest.raises(RemoteRejected):
        hr.register_interview(interview_body("x"), "operation-1")


def test_only_lists_that_mark_nothing_are_asked(far):
    calls = []
    pulled(far.hr(record=calls.append))
    assert {call.path for call in calls} == {JOBS, APPLICATIONS}


def test_a_cursor_of_another_system_begins_again(far):
    with pytest.raises(CursorUnknown):
        far.hr().changes('{"walk":"candidates"}')


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("send = []", 'send = ["assessment"]', "takes no results"),
        ('["social", "campus"]', "[]", "hire_modes"),
        ('"Asia/Shanghai"', '"Asia/Nowhere"', "time_zone"),
    ],
)
def test_a_profile_that_cannot_serve_is_refused(old, new, reason):
    with pytest.raises(ProfileInvalid, match=reason):
        read_profile(altered("moka", old, new), "own")
