"""Feishu Hire: what is pulled, and that an application only moves forward."""

from __future__ import annotations

import hashlib
import io
from uuid import uuid4

import pytest

from app.scoring import template_from_body
from sync.contract import STATUS_ORDER, RemoteDocument, RemoteFeedback
from sync.dialects.feishu.incoming import _feedback, _submitted
from sync.failures import (
    CursorUnknown,
    MappingBroken,
    PayloadTooLarge,
    RemoteConflict,
    RemoteNonsense,
    RemoteRejected,
)
from sync.ledger import KnownRow
from sync.profile import shipped_profile
from sync.pull import pull
from sync.sandbox.faces.feishu_imports import APPLICATION, ASSESSMENT
from sync.system import Agreed, Move
from tests.sync.ehr import AT, assessment_body, feishu_with, interview_body

SCHEDULED, IN_PROGRESS, TO_REVIEW, ASSESSED = STATUS_ORDER
OP = "operation-1"


def pulled(hr, cursor=""):
    """Everything of one pull: positions, candidates, templates by their ids, and the cursor."""
    found = {}
    while True:
        page = hr.changes(cursor)
        for row in (*page.positions, *page.candidates, *page.templates):
            found.setdefault(row.remote_id, []).append(row)
        cursor = page.cursor
        if not page.more:
            return found, cursor


# stages


def planned(sandbox, candidate="cand-wang"):
    one = next(one for one in sandbox.store.interviews() if one["candidate_id"] == candidate)
    return f"app:app-{candidate}:{one['id']}"


def stands(sandbox, candidate="cand-wang"):
    return sandbox.store.entity("candidate", candidate)["interview"]["status"]


def test_a_planned_interview_moves_its_application_forward_once(hr_of, sandbox):
    hr, remote_id = hr_of(), planned(sandbox)
    for _ in range(2):
        hr.move_status(remote_id, Move(SCHEDULED, IN_PROGRESS, AT), OP)
    hr.move_status(remote_id, Move(IN_PROGRESS, TO_REVIEW, AT), OP)
    assert [move["target"] for move in sandbox.store.moves()] == ["in_progress", "to_review"]


@pytest.mark.parametrize(
    ("stage", "said"), [("offer", "assessed"), ("assessed", "assessed"), ("to_review", "to_review")]
)
def test_an_application_that_is_further_is_never_moved_back(stage, said, hr_of, sandbox):
    sandbox.store.put_document("feishu_stage", "cand-wang", {"stage": stage})
    with pytest.raises(RemoteConflict) as raised:
        hr_of().move_status(planned(sandbox), Move(SCHEDULED, IN_PROGRESS, AT), OP)
    assert raised.value.theirs == {"status": said}
    assert sandbox.store.moves() == []


def test_an_application_before_the_first_interview_stage_may_begin_its_interview(hr_of, sandbox):
    sandbox.store.put_document("feishu_stage", "cand-wang", {"stage": "screening"})
    hr, remote_id = hr_of(), planned(sandbox)
    with pytest.raises(RemoteConflict) as raised:
        hr.move_status(remote_id, Move(IN_PROGRESS, TO_REVIEW, AT), OP)
    assert raised.value.theirs == {"status": "简历筛选"}
    hr.move_status(remote_id, Move(SCHEDULED, IN_PROGRESS, AT), OP)
    assert stands(sandbox) == "in_progress"


def test_a_stage_that_the_company_does_not_have_is_named(hr_of, sandbox):
    stages = shipped_profile("feishu").shape.stages | {"in_progress": "一面"}
    hr = hr_of(profile=feishu_with(stages=stages))
    with pytest.raises(MappingBroken) as raised:
        hr.move_status(planned(sandbox), Move(SCHEDULED, IN_PROGRESS, AT), OP)
    assert (raised.value.code, raised.value.params["field"]) == ("mapping_gone", "一面")
    with pytest.raises(MappingBroken):
        hr.check()


def test_a_status_without_a_stage_moves_nothing(hr_of, sandbox):
    hr = hr_of(profile=feishu_with(stages={"assessed": "已评估", "in_progress": ""}))
    hr.move_status(planned(sandbox), Move(SCHEDULED, IN_PROGRESS, AT), OP)
    assert stands(sandbox) == "scheduled"
    hr.move_status(planned(sandbox), Move(TO_REVIEW, ASSESSED, AT), OP)
    assert stands(sandbox) == "assessed"


def test_a_planned_interview_gets_its_result_on_its_own_talent(hr_of, sandbox):
    hr, interview, assessment = hr_of(), str(uuid4()), str(uuid4())
    body = assessment_body(interview, assessment, interview_remote_id=planned(sandbox))
    hr.put_assessment(f"{assessment}:1", body, OP, Agreed())
    assert [one["talent_id"] for one in sandbox.store.documents(APPLICATION)] == ["cand-wang"]
    assert [one["content"] for one in sandbox.store.documents(ASSESSMENT)] == ["总体不错"]


def test_an_interview_of_a_known_candidate_belongs_to_the_application(hr_of, sandbox):
    hr, interview = hr_of(), str(uuid4())
    remote_id = hr.register_interview(interview_body(interview, "app-cand-he"), OP)
    assert remote_id.startswith("app:app-cand-he:")
    hr.move_status(remote_id, Move(SCHEDULED, IN_PROGRESS, AT), OP)
    rows, _ = pulled(hr)
    assert rows["app-cand-he"][0].status is IN_PROGRESS
    with pytest.raises(RemoteRejected):
        hr.register_interview(interview_body(str(uuid4()), "app-nobody"), OP)


# what is pulled


def test_a_pull_brings_jobs_applications_and_forms_that_the_product_can_use(hr_of, sandbox):
    rows, _ = pulled(hr_of())
    assert len(rows) == 5 + 8 + 3
    (clarke,), (data,) = rows["app-cand-clarke"], rows["pos-data"]
    assert (clarke.name, clarke.email, clarke.phone) == ("Emma Clarke", "emma.clarke@example.com", "+44 20 7946 0102")
    assert (clarke.position_remote_id, clarke.time_zone, clarke.status) == ("pos-pm", "Europe/London", SCHEDULED)
    assert clarke.scheduled_at.endswith("T06:00:00Z")
    assert clarke.interview_remote_id == planned(sandbox, "cand-clarke")
    assert (data.department, data.keywords[0]) == ("商业分析部", "指标体系")
    (form,) = rows[data.template_id]
    template = template_from_body(form.body)
    assert [one.title.zh for one in template.dimensions] == ["语言表达", "问题解决", "协作与复盘"]
    assert [one.weight for one in template.dimensions] == [30.0, 45.0, 25.0]
    assert [score for score, _ in template.dimensions[0].anchors] == [3, 6, 9]
    assert template.version == 2


def test_requirements_own_fields_and_resumes_come_and_are_fetched_from_where_they_lie(hr_of, sandbox):
    seen = []
    hr = hr_of(record=seen.append)
    rows, _ = pulled(hr)
    (backend,), (wang,) = rows["pos-backend"], rows["app-cand-wang"]
    assert "五年以上" in backend.requirements
    assert backend.description.startswith("负责订单")
    assert (backend.custom[0].title, backend.custom[0].value) == ("职级", "P6–P7")
    assert wang.custom[1].value == "内部推荐"
    (resume,) = wang.documents
    held = io.BytesIO()
    hr.document(resume, held, 1_000_000)
    assert held.getvalue() == sandbox.store.file("doc-cand-wang")[2]
    assert (seen[-1].received, seen[-1].received_bytes) == (b"", len(held.getvalue()))
    assert seen[-1].file == (len(held.getvalue()), hashlib.sha256(held.getvalue()).hexdigest())
    assert "code=" not in seen[-1].path
    with pytest.raises(PayloadTooLarge):
        hr.document(resume, io.BytesIO(), 1000)
    with pytest.raises(RemoteRejected):
        hr.document(RemoteDocument("none", "x"), io.BytesIO(), 1000)


@pytest.mark.parametrize(
    "url", ["http://elsewhere.example/x", "file:///etc/passwd", "ftp://x/y", "https://u:p@x/y", ""]
)
def test_a_file_that_lies_at_no_safe_address_is_not_fetched(hr_of, url):
    with pytest.raises(RemoteNonsense):
        hr_of()._wire.fetch_from(url, io.BytesIO(), 1000)


def test_submitted_feedback_of_interviews_is_earlier_feedback():
    record = {
        "id": "r", "commit_status": 1, "content": "扎实", "feedback_submit_time": 1_700_000_000_000,
        "interviewer": {"name": {"zh_cn": "陈立"}}, "interview_score": {"level": 3, "zh_name": "推荐"},
    }  # fmt: skip
    interview = {"round": 2, "interview_record_list": [record, {"commit_status": 2}]}
    found = [_feedback(interview, one) for one in _submitted(interview)]
    assert found == [RemoteFeedback("r", "2023-11-14T22:13:20Z", "陈立", "扎实", 3.0, None, "推荐", 2)]


def test_ended_applications_stay_away_from_the_first_pull_and_are_told_when_they_end_later(hr_of, sandbox):
    store, names = sandbox.store, ("name", "email", "phone", "position_id")

    def end(candidate_id):
        candidate = store.entity("candidate", candidate_id)
        store.put("candidate", candidate_id, {name: candidate[name] for name in names} | {"terminated": True})

    end("cand-he")
    rows, cursor = pulled(hr_of())
    assert "app-cand-he" not in rows
    end("cand-su")
    rows, _ = pulled(hr_of(), cursor)
    assert "app-cand-su" in rows
    remote_id = planned(sandbox, "cand-su")
    with pytest.raises(RemoteConflict):
        hr_of().move_status(remote_id, Move(SCHEDULED, IN_PROGRESS, AT), OP)


def test_what_did_not_change_does_not_come_again_although_it_is_asked_for(hr_of, sandbox):
    hr = hr_of()
    _, cursor = pulled(hr)
    again, cursor = pulled(hr, cursor)
    assert again == {}
    again, cursor = pulled(hr, cursor)
    assert again == {}


def test_what_changed_there_comes_once_whatever_it_was(hr_of, sandbox):
    hr, store = hr_of(), sandbox.store
    before, cursor = pulled(hr)
    candidate = {k: v for k, v in store.entity("candidate", "cand-he").items() if k in
                 ("name", "email", "phone", "position_id")}  # fmt: skip
    store.put("candidate", "cand-he", candidate | {"phone": "+86 130 1111 2222"})
    store.plan_interview("cand-su", "2027-01-05T03:00:00Z", "Asia/Tokyo")
    position = {k: v for k, v in store.entity("position", "pos-hr").items() if k not in ("id", "updated", "deleted")}
    store.put("position", "pos-hr", position, deleted=True)
    form = store.entity("template", "tech-interview")["body"] | {"version": 3}
    store.put("template", "tech-interview", form)
    rows, cursor = pulled(hr, cursor)
    assert set(rows) == {"app-cand-he", "app-cand-su", "pos-hr", before["pos-data"][0].template_id}
    assert all(len(found) == 1 for found in rows.values())
    assert rows["app-cand-he"][0].phone == "+86 130 1111 2222"
    assert rows["app-cand-su"][0].time_zone == "Asia/Tokyo"
    assert rows["pos-hr"][0].deleted
    assert rows[before["pos-data"][0].template_id][0].version == 3
    assert pulled(hr, cursor)[0] == {}


def test_pages_are_small_and_a_pull_goes_on_where_it_was_cut(hr_of, sandbox):
    hr = hr_of(profile=feishu_with(page_size=2))
    found, cursor = [], ""
    while True:
        page = hr_of(profile=feishu_with(page_size=2)).changes(cursor)
        assert max(len(page.positions), len(page.candidates)) <= 2
        found += [row.remote_id for row in (*page.positions, *page.candidates)]
        cursor = page.cursor
        if not page.more:
            break
    assert len(found) == len(set(found)) == 13
    for wrong in ("nonsense", '{"walk":"elsewhere"}', '{"x":1}'):
        with pytest.raises(CursorUnknown):
            hr.changes(wrong)


def test_what_was_deleted_there_is_noticed_within_a_week(hr_of, sandbox, sessions, clock):
    """Feishu leaves a deleted application out of its lists and says nothing."""
    deleted = []

    def take(page):
        deleted.extend(row.remote_id for row in (*page.positions, *page.candidates) if row.deleted)
        for kind, rows in (("position", page.positions), ("candidate", page.candidates)):
            yield from (KnownRow(kind, row.remote_id, None, {}, row.deleted) for row in rows)

    hr = hr_of()
    pull(hr, sessions, take, clock)
    candidate = sandbox.store.entity("candidate", "cand-su")
    sandbox.store.put("candidate", "cand-su", {k: candidate[k] for k in ("name", "email", "phone", "position_id")},
                      deleted=True)  # fmt: skip
    pull(hr, sessions, take, clock)
    assert deleted == []
    clock.pass_s(8 * 24 * 3600)
    assert pull(hr, sessions, take, clock).candidates == 1
    assert deleted == ["app-cand-su"]
    clock.pass_s(8 * 24 * 3600)
    pull(hr, sessions, take, clock)
    assert deleted == ["app-cand-su"]
