"""A library and Feishu Hire kept in step, from the first pull to a decision on what both changed."""

from __future__ import annotations

import pytest

from app.domain.types import Conclusion, InterviewStatus
from app.review import ReviewSession
from sync import listing
from sync.conflicts import Choice
from sync.outbox import State
from sync.sandbox.faces.feishu import app_id
from sync.sandbox.faces.feishu_imports import APPLICATION, ASSESSMENT
from tests.app.conftest import CANARY
from tests.app.hr import local_interview, planned, sign


@pytest.fixture
def service(connect, sandbox):
    return connect(sandbox.url, connection={"ehr_profile": "feishu", "ehr_account": app_id(CANARY), "assessor": "li"})


def advance(library, interview_id):
    for status in (InterviewStatus.IN_PROGRESS, InterviewStatus.TO_REVIEW):
        library.set_status(interview_id, status)


def test_what_feishu_has_comes_and_what_is_signed_goes(library, service, sandbox):
    service.test()
    service.run_once()
    interview = planned(library)
    assert interview.position.title == "后端工程师"
    assert len(library.interviews()) == 8
    data = next(one for one in library.interviews() if one.candidate.name == "何雨桐")
    assert data.position.template_id.startswith("feishu-")
    advance(library, interview.id)
    sign(library, interview.id, "很好")
    service.run_once()
    (held,) = sandbox.store.documents(ASSESSMENT)
    assert (held["username"], held["conclusion"], held["content"]) == ("li", 2, "很好")
    assert [move["target"] for move in sandbox.store.moves()] == ["in_progress", "to_review", "assessed"]
    service.run_once()
    assert planned(library).status is InterviewStatus.ASSESSED
    assert len(sandbox.store.documents(ASSESSMENT)[0]["versions"]) == 1
    everything = b"".join(path.read_bytes() for path in library.folder.rglob("*") if path.is_file())
    assert CANARY.encode() not in everything


def test_somebody_whom_feishu_does_not_know_arrives_with_the_signature(library, service, sandbox):
    interview = local_interview(library)
    advance(library, interview.id)
    service.run_once()
    assert sandbox.store.documents(APPLICATION) == []
    sign(library, interview.id)
    service.run_once()
    service.run_once()
    (application,) = sandbox.store.documents(APPLICATION)
    assert application["external_id"] == interview.id
    assert [one["name"] for one in sandbox.store.all("candidate")].count("Ann") == 1
    assert len(sandbox.store.documents(ASSESSMENT)) == 1
    with library.reading() as session:
        assert {item.state for item in listing.items(session)} == {State.DONE}


def test_what_both_changed_is_decided_field_by_field(library, service, sandbox):
    service.run_once()
    interview = planned(library)
    sign(library, interview.id, "一")
    service.run_once()
    (held,) = sandbox.store.documents(ASSESSMENT)
    sandbox.store.put_document(ASSESSMENT, held["id"], held | {"content": "HR 的话", "conclusion": 3})
    review = ReviewSession(library, interview.id)
    review.set_summary("二")
    review.conclude(Conclusion.HIRE)
    review.sign()
    service.run_once()
    with library.reading() as session:
        (item,) = [one for one in listing.items(session) if one.state is State.CONFLICT]
    conflict = service.conflict(item.op_id)
    assert [(one.field, one.base, one.mine, one.theirs) for one in conflict.fields] == [
        ("content", "一", "二", "HR 的话")
    ]
    assert sandbox.store.documents(ASSESSMENT)[0]["content"] == "HR 的话"
    service.resolve(item.op_id, Choice.MINE)
    service.run_once()
    (held,) = sandbox.store.documents(ASSESSMENT)
    assert (held["content"], held["conclusion"]) == ("二", 3), "the verdict that only HR changed stays"
