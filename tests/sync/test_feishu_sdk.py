"""Feishu's own SDK drives the sandbox's Feishu face as it is: it says whether paths and shapes are right."""

from __future__ import annotations

import io
import warnings
from uuid import uuid4

import pytest
import requests

from sync.sandbox.faces.feishu import app_id

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    lark = pytest.importorskip("lark_oapi", reason="lark-oapi, Feishu's SDK, is not installed (python3 dev.py test)")
    from lark_oapi.api.hire import v1, v2
    from lark_oapi.core.cache import LocalCache
    from lark_oapi.core.exception import ObtainAccessTokenException
    from lark_oapi.core.token import TokenManager


@pytest.fixture
def client(sandbox, monkeypatch):
    monkeypatch.setattr(TokenManager, "cache", LocalCache())
    return client_of(sandbox)


def client_of(sandbox, secret=None):
    builder = lark.Client.builder().domain(sandbox.url).app_id(app_id(sandbox.key))
    return builder.app_secret(secret or sandbox.key).log_level(lark.LogLevel.CRITICAL).build()


def good(response):
    assert response.success(), (response.code, response.msg)
    return getattr(response, "data", None)


def every(ask):
    """All rows of all pages; `ask` gives a response for a page token ("" = the first page)."""
    found, token = [], ""
    while True:
        page = good(ask(token))
        found += page.items
        if not page.has_more:
            return found
        assert page.page_token
        token = page.page_token


def with_token(builder, token):
    return (builder.page_token(token) if token else builder).build()


def test_jobs_come_by_pages_and_each_has_its_detail(client, sandbox):
    jobs = every(lambda token: client.hire.v1.job.list(with_token(v1.ListJobRequest.builder().page_size(2), token)))
    assert [job.id for job in jobs] == [one["id"] for one in sandbox.store.all("position")]
    assert [job.title for job in jobs][:2] == ["后端工程师", "Product manager"]
    assert {job.active_status for job in jobs} == {1}
    assert all(int(job.update_timestamp) > 1_600_000_000_000 for job in jobs)
    detail = good(client.hire.v1.job.get_detail(v1.GetDetailJobRequest.builder().job_id("pos-data").build())).job_detail
    assert detail.basic_info.department.name.zh_cn == "商业分析部"
    assert [one.name.zh_cn for one in detail.basic_info.highlight_list] == ["指标体系", "归因", "漏斗", "SQL"]
    assert detail.job_config.assessment_template.name.zh_cn == "技术岗位面试"
    assert good(client.hire.v1.job.get(v1.GetJobRequest.builder().job_id("pos-data").build())).job.id == "pos-data"


def test_what_changed_since_a_time_is_all_that_is_listed(client, sandbox):
    jobs = good(client.hire.v1.job.list(v1.ListJobRequest.builder().page_size(20).build())).items
    since = max(int(job.update_timestamp) for job in jobs) + 1
    ask = v1.ListJobRequest.builder().page_size(20).update_start_time(str(since))
    assert good(client.hire.v1.job.list(ask.build())).items == []


def test_applications_talents_and_interviews_belong_together(client):
    ids = every(
        lambda token: client.hire.v1.application.list(
            with_token(v1.ListApplicationRequest.builder().page_size(3), token)
        )
    )
    assert len(ids) == len(set(ids)) == 8
    ask = v1.GetApplicationRequest.builder().application_id("app-cand-wang").build()
    application = good(client.hire.v1.application.get(ask)).application
    assert (application.job_id, application.talent_id) == ("pos-backend", "cand-wang")
    assert application.stage.zh_name == "待面试"
    talent = good(client.hire.v2.talent.get(v2.GetTalentRequest.builder().talent_id("cand-wang").build()))
    assert talent.basic_info.name == "王小雨"
    assert talent.resume_attachment_list[0].name == "王小雨-后端工程师.pdf"
    known = every(
        lambda token: client.hire.v1.talent.list(with_token(v1.ListTalentRequest.builder().page_size(5), token))
    )
    assert "何雨桐" in [one.basic_info.name for one in known]
    assert good(client.hire.v1.talent.get(v1.GetTalentRequest.builder().talent_id("cand-he").build())).talent
    interviews = v1.ListInterviewRequest.builder().page_size(10).application_id("app-cand-clarke").build()
    (interview,) = good(client.hire.v1.interview.list(interviews)).items
    assert interview.talent_time_zone.code == "Europe/London"
    assert interview.end_time > interview.begin_time > 0
    assert [record.commit_status for record in interview.interview_record_list] == [2]


def test_forms_fields_and_stages_are_told(client):
    forms = every(
        lambda token: client.hire.v1.interview_feedback_form.list(
            with_token(v1.ListInterviewFeedbackFormRequest.builder().page_size(1), token)
        )
    )
    told = [(form.name.zh_cn, form.version) for form in forms]
    assert told == [("技术岗位面试", 2), ("产品岗位面试", 1), ("客服岗位面试", 1)]
    dimension = forms[0].modules[0].dimensions[0]
    assert (dimension.name.en_us, dimension.weight, dimension.option_items[0].score_val) == ("Communication", 30.0, 3)
    (module,) = good(client.hire.v1.talent_object.query(v1.QueryTalentObjectRequest.builder().build())).items
    kinds = {child.id: child.setting.object_type for child in module.children_list}
    assert kinds == {"field-grade": 3, "field-talk": 9, "field-note": 2, "field-tags": 4}
    assert module.children_list[0].setting.config.options[0].key == "grade-a"
    (process,) = good(client.hire.v1.job_process.list(v1.ListJobProcessRequest.builder().page_size(10).build())).items
    assert [one.zh_name for one in process.stage_list][1:5] == ["待面试", "面试中", "待评估", "已评估"]


def test_a_stage_is_moved_and_an_unknown_one_refused(client):
    def move(stage):
        body = v1.TransferStageApplicationRequestBody.builder().stage_id(stage).build()
        ask = v1.TransferStageApplicationRequest.builder().application_id("app-cand-wang").request_body(body)
        return client.hire.v1.application.transfer_stage(ask.build())

    good(move("stage-in_progress"))
    ask = v1.GetApplicationRequest.builder().application_id("app-cand-wang").build()
    assert good(client.hire.v1.application.get(ask)).application.stage.zh_name == "面试中"
    assert move("stage-nowhere").code == 1002204


def test_an_assessment_from_elsewhere_is_made_found_and_changed(client, sandbox):
    ours = str(uuid4())
    wanted = v1.ExternalApplication.builder().external_id(ours).talent_id("cand-he").job_title("数据分析师").build()
    ask = v1.CreateExternalApplicationRequest.builder().request_body(wanted).build()
    application = good(client.hire.v1.external_application.create(ask)).external_application
    again = client.hire.v1.external_application.create(ask)
    assert not again.success(), "the same external id within 24 hours"
    listed = v1.ListExternalApplicationRequest.builder().talent_id("cand-he").page_size(10).build()
    assert [one.external_id for one in good(client.hire.v1.external_application.list(listed)).items] == [ours]

    wanted = v1.ExternalInterview.builder().external_id(ours).external_application_id(application.id).build()
    ask = v1.CreateExternalInterviewRequest.builder().request_body(wanted).build()
    interview = good(client.hire.v1.external_interview.create(ask)).external_interview

    dimension = v1.ExternalInterviewAssessmentDimension.builder
    dimensions = [
        dimension().title("语言表达").assessment_type(1).score(76).description("0–100").build(),
        dimension().title("综合评级").assessment_type(2).option("A").build(),
        dimension().title("评语").assessment_type(3).content("清楚").build(),
        dimension().title("标签").assessment_type(4).options(["SQL"]).build(),
    ]
    wanted = v1.ExternalInterviewAssessment.builder().external_id(ours).external_interview_id(interview.id)
    wanted = wanted.username("王芳").conclusion(2).content("总体不错").assessment_dimension_list(dimensions).build()
    ask = v1.CreateExternalInterviewAssessmentRequest.builder().request_body(wanted).build()
    made = good(client.hire.v1.external_interview_assessment.create(ask)).external_interview_assessment
    assert made.assessment_dimension_list[0].score == 76

    changed = v1.ExternalInterviewAssessment.builder().conclusion(3).content("改").build()
    ask = v1.PatchExternalInterviewAssessmentRequest.builder().external_interview_assessment_id(made.id)
    good(client.hire.v1.external_interview_assessment.patch(ask.request_body(changed).build()))
    query = v1.BatchQueryExternalInterviewRequest.builder().external_application_id(application.id).page_size(20)
    query = query.request_body(v1.BatchQueryExternalInterviewRequestBody.builder().build()).build()
    (found,) = good(client.hire.v1.external_interview.batch_query(query)).items
    (held,) = found.interview_assessments
    assert (held.id, held.external_id, held.conclusion, held.content) == (made.id, ours, 3, "改")
    assert held.assessment_dimension_list[0].title == "语言表达", "what a change does not name stays"


def test_what_is_no_assessment_is_refused(client):
    wrong = v1.ExternalInterviewAssessmentDimension.builder().title("a").assessment_type(1).build()
    body = v1.ExternalInterviewAssessment.builder().external_interview_id("none").assessment_dimension_list([wrong])
    ask = v1.CreateExternalInterviewAssessmentRequest.builder().request_body(body.build()).build()
    assert client.hire.v1.external_interview_assessment.create(ask).code == 1002002


def test_an_external_application_is_replaced_as_a_whole(client, sandbox):
    wanted = (
        v1.ExternalApplication.builder().external_id("x").talent_id("cand-he").job_title("a").stage("待面试").build()
    )
    ask = v1.CreateExternalApplicationRequest.builder().request_body(wanted).build()
    made = good(client.hire.v1.external_application.create(ask)).external_application
    wanted = v1.ExternalApplication.builder().talent_id("cand-he").stage("面试中").build()
    ask = v1.UpdateExternalApplicationRequest.builder().external_application_id(made.id).request_body(wanted).build()
    changed = good(client.hire.v1.external_application.update(ask)).external_application
    assert (changed.stage, changed.job_title, changed.external_id) == ("面试中", None, "x")
    assert [move["target"] for move in sandbox.store.moves()] == ["in_progress"]


def test_a_talent_is_made_with_what_it_came_with(client):
    works = [v1.TalentCombinedWorkInfo.builder().desc("面鉴 1").build()]
    basic = v1.TalentCombinedBasicInfo.builder().name("秦𠮷雅").build()
    body = v1.CombinedCreateTalentRequestBody.builder().basic_info(basic).works_list(works).build()
    ask = v1.CombinedCreateTalentRequest.builder().request_body(body).build()
    made = good(client.hire.v1.talent.combined_create(ask)).talent_id
    found = good(client.hire.v1.talent.list(v1.ListTalentRequest.builder().page_size(5).keyword("秦𠮷雅").build()))
    assert [(one.id, one.works_list[0].desc) for one in found.items] == [(made, "面鉴 1")]


def test_a_note_is_made_and_listed_by_its_talent_and_a_repeat_makes_another(client):
    note = v1.Note.builder().talent_id("cand-wang").application_id("app-cand-wang").content("迟到 15 分钟").privacy(2)
    ask = v1.CreateNoteRequest.builder().request_body(note.build()).build()
    made = [good(client.hire.v1.note.create(ask)).note for _ in range(3)]
    assert (made[0].talent_id, made[0].content, made[0].is_private) == ("cand-wang", "迟到 15 分钟", False)
    found = every(
        lambda token: client.hire.v1.note.list(
            with_token(v1.ListNoteRequest.builder().talent_id("cand-wang").page_size(2), token)
        )
    )
    assert [one.id for one in found] == [one.id for one in made]
    unknown = v1.Note.builder().talent_id("nobody").content("a").build()
    assert client.hire.v1.note.create(v1.CreateNoteRequest.builder().request_body(unknown).build()).code == 1002102
    assert not client.hire.v1.note.list(v1.ListNoteRequest.builder().page_size(2).build()).success()


def test_a_file_is_uploaded(client, sandbox):
    """The SDK has no builder for this body; its form encoder takes what stands on the request."""
    content = b"%PDF-1.7" + bytes(3 * 1024 * 1024)
    ask = v1.CreateAttachmentRequest.builder().build()
    ask.body = {"content": ("报告.pdf", io.BytesIO(content), "application/pdf")}
    made = good(client.hire.v1.attachment.create(ask)).id
    kept = sandbox.store.document("feishu_attachment", made)
    assert (kept["name"], kept["size"]) == ("报告.pdf", len(content))
    found = good(client.hire.v1.attachment.get(v1.GetAttachmentRequest.builder().attachment_id(made).build()))
    assert found.attachment.name == "报告.pdf"


def test_a_wrong_secret_is_refused_by_its_code(client, sandbox):
    with pytest.raises(ObtainAccessTokenException) as raised:
        client_of(sandbox, "wrong").hire.v1.job.list(v1.ListJobRequest.builder().build())
    assert raised.value.code == 10014
    url = f"{sandbox.url}/open-apis/hire/v1/jobs"
    assert requests.get(url, timeout=10).json()["code"] == 99991661
    wrong = requests.get(url, headers={"Authorization": "Bearer t-wrong"}, timeout=10)
    assert (wrong.status_code, wrong.json()["code"]) == (400, 99991663)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [("401:1:times=1", 400, 99991663), ("409", 200, 1002001), ("429:1:retry=7", 429, 99991400), ("500", 500, 1002001)],
)
def test_faults_are_told_in_its_own_words(fault, status, code, client, sandbox):
    good(client.hire.v1.job.list(v1.ListJobRequest.builder().build()))
    sandbox.faults.set(fault)
    response = client.hire.v1.job.list(v1.ListJobRequest.builder().build())
    assert (response.raw.status_code, response.code) == (status, code)
    if status == 429:
        assert response.raw.headers["x-ogw-ratelimit-reset"] == "7"
        assert "Retry-After" not in response.raw.headers


def test_a_token_that_ends_soon_is_followed_by_another_and_both_are_good(client, sandbox):
    now = sandbox.store.clock()

    def token():
        body = {"app_id": app_id(sandbox.key), "app_secret": sandbox.key}
        url = f"{sandbox.url}/open-apis/auth/v3/tenant_access_token/internal"
        return requests.post(url, json=body, timeout=10).json()

    def serves(said):
        shown = {"Authorization": f"Bearer {said['tenant_access_token']}"}
        return requests.get(f"{sandbox.url}/open-apis/hire/v1/jobs", headers=shown, timeout=10).json()["code"] == 0

    sandbox.store.clock = lambda: now
    first = token()
    assert token()["tenant_access_token"] == first["tenant_access_token"]
    sandbox.store.clock = lambda: now + 7200 - 1000
    second = token()
    assert second["tenant_access_token"] != first["tenant_access_token"]
    assert serves(first)
    assert serves(second)
    sandbox.store.clock = lambda: now + 7300
    assert not serves(first)
    assert serves(second)
