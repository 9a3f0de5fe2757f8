"""What changed in a real Odoo: page by page, also within one second, and also what is gone."""

from __future__ import annotations

import pytest

from app.scoring import template_from_body
from sync.contract import InterviewStatus
from sync.dialects.odoo.pull import expanded, ranges
from sync.failures import CursorUnknown
from tests.sync.ehr import interview_body

SCALE = {"question_type": "scale", "scale_min_label": "听不懂", "scale_max_label": "简单明白"}


def pulled(client, cursor=""):
    """All pages after a cursor: rows by kind, the last page's cursor, and the number of pages."""
    found, pages = {"positions": [], "candidates": [], "templates": []}, 0
    while True:
        page = client.changes(cursor)
        for kind, rows in found.items():
            rows += getattr(page, kind)
        assert page.cursor != cursor
        cursor, pages = page.cursor, pages + 1
        if not page.more:
            return found, cursor, pages


def survey(office, *questions, kind="recruitment"):
    rows = [[0, 0, {"sequence": place} | question] for place, question in enumerate(questions)]
    return office.make("survey.survey", title="技术面试", survey_type=kind, question_and_page_ids=rows)


def test_positions_applicants_slots_and_forms_arrive(company, office, connect):
    department = office.make("hr.department", name="平台研发部")
    skills = office.make(
        "hr.skill.type",
        name="技术",
        skill_ids=[[0, 0, {"name": "微服务"}], [0, 0, {"name": "灰度发布"}]],
        skill_level_ids=[[0, 0, {"name": "会", "level_progress": 50}]],
    )
    level = office.call("hr.skill.level", "search", domain=[["skill_type_id", "=", skills]])[0]
    form = survey(
        office,
        {"title": "维度", "is_page": True},
        {"title": "沟通表达 (40%)", "description": "<p>说得清楚</p>", "constr_mandatory": True} | SCALE,
        {"title": "逻辑思维 60%", "question_type": "numerical_box"},
        {"title": "备注", "question_type": "text_box"},
    )
    office.edit(
        "hr.job",
        company.job,
        department_id=department,
        description="<p>负责<b>订单</b>系统</p><ul><li>容量规划</li></ul>",
        survey_id=form,
        job_skill_ids=[
            [0, 0, {"skill_type_id": skills, "skill_id": skill, "skill_level_id": level}]
            for skill in office.call("hr.skill", "search", domain=[["skill_type_id", "=", skills]], order="id")
        ],
    )
    applicant = office.make(
        "hr.applicant", partner_name="张三", email_from="z@example.com", partner_phone="+86 138 0000 0000",
        job_id=company.job, stage_id=company.stages[0],
    )  # fmt: skip
    new = office.make("hr.applicant", partner_name="李四", job_id=company.job)
    for start in ("2020-05-04 01:00:00", "2031-03-02 06:30:00", "2031-04-02 06:30:00"):
        office.make(
            "calendar.event", name="面试", applicant_id=applicant, start=start, stop=start.replace(":30", ":45")
        )
    found, _, _ = pulled(connect())
    (position,) = found["positions"]
    assert (position.remote_id, position.title, position.department) == (str(company.job), "后端工程师", "平台研发部")
    assert position.description == "负责订单系统\n\n· 容量规划"
    assert position.keywords == ("微服务", "灰度发布")
    assert position.template_id == f"odoo-{form}"
    rows = {row.remote_id: row for row in found["candidates"]}
    first = rows[str(applicant)]
    assert (first.name, first.email, first.phone) == ("张三", "z@example.com", "+86 138 0000 0000")
    assert (first.status, first.scheduled_at) == (InterviewStatus.SCHEDULED, "2031-03-02T06:30:00+00:00")
    assert (first.interview_remote_id, first.position_remote_id) == (str(applicant), str(company.job))
    assert first.updated.endswith("+00:00")
    assert rows[str(new)].interview_remote_id is None, "no interview is planned yet"
    (template,) = found["templates"]
    ready = template_from_body(template.body, template.remote_id)
    assert [(d.title.zh, d.weight, d.required) for d in ready.dimensions] == [
        ("沟通表达", 40.0, True),
        ("逻辑思维", 60.0, False),
    ]
    assert ready.dimensions[0].description.zh == "说得清楚"
    assert [score for score, _ in ready.dimensions[0].anchors] == [0, 10]


def test_only_what_changed_comes_again_and_pages_are_small(company, office, connect, sql):
    people = [office.make("hr.applicant", partner_name=f"候选人{n}", job_id=company.job) for n in range(7)]
    client = connect(page_size=3, overlap_s=0)
    found, cursor, pages = pulled(client)
    assert [row.remote_id for row in found["candidates"]] == [str(person) for person in people]
    assert pages >= 6
    sql("update hr_applicant set write_date = write_date - interval '1 hour'")
    sql("update hr_job set write_date = write_date - interval '1 hour'")
    found, cursor, _ = pulled(client, cursor)
    assert found["candidates"] == []
    office.edit("hr.applicant", people[4], partner_name="改名", stage_id=company.stages[1])
    found, cursor, _ = pulled(client, cursor)
    assert [(row.name, row.status) for row in found["candidates"]] == [("改名", InterviewStatus.IN_PROGRESS)]
    again, _, _ = pulled(connect(page_size=3, overlap_s=3600), cursor)
    assert "改名" in {row.name for row in again["candidates"]}, "an overlap repeats rows rather than miss one"


def test_two_changes_within_one_second_are_both_seen(company, office, connect):
    applicant = office.make("hr.applicant", partner_name="甲", job_id=company.job)
    client = connect()
    office.edit("hr.applicant", applicant, partner_name="乙")
    found, cursor, _ = pulled(client)
    office.edit("hr.applicant", applicant, partner_name="丙")
    assert found["candidates"][0].name == "乙"
    assert pulled(client, cursor)[0]["candidates"][0].name == "丙"


def test_a_meeting_alone_brings_its_applicant(company, office, connect, sql):
    applicant = office.make("hr.applicant", partner_name="甲", job_id=company.job)
    client = connect(overlap_s=0)
    _, cursor, _ = pulled(client)
    sql("update hr_applicant set write_date = write_date - interval '1 hour'")
    office.make(
        "calendar.event", name="面试", applicant_id=applicant, start="2031-03-02 06:30:00", stop="2031-03-02 07:00:00"
    )
    sql("update hr_applicant set write_date = write_date - interval '1 hour'")
    found, _, _ = pulled(client, cursor)
    assert [row.scheduled_at for row in found["candidates"]] == ["2031-03-02T06:30:00+00:00"]


def test_what_was_archived_or_deleted_is_told(company, office, connect):
    people = [office.make("hr.applicant", partner_name=f"候选人{n}", job_id=company.job) for n in range(3)]
    form = survey(office, {"title": "沟通"} | SCALE)
    client = connect(overlap_s=0)
    _, cursor, _ = pulled(client)
    office.edit("hr.applicant", people[0], active=False)
    office.call("hr.applicant", "unlink", ids=[people[2]])
    office.call("survey.survey", "unlink", ids=[form])
    found, cursor, _ = pulled(client, cursor)
    assert {row.remote_id for row in found["candidates"] if row.deleted} == {str(people[0]), str(people[2])}
    assert [(row.remote_id, row.deleted) for row in found["templates"]] == [(f"odoo-{form}", True)]
    found, _, _ = pulled(client, cursor)
    assert str(people[2]) not in {row.remote_id for row in found["candidates"]}, "told once"


def test_an_interview_registered_from_here_comes_back_with_its_id(company, connect):
    client = connect()
    client.register_interview(interview_body("0b6d4a52-1111-4222-8333-944455556666"), "op")
    found, _, _ = pulled(client)
    (row,) = found["candidates"]
    assert row.interview_client_id == "0b6d4a52-1111-4222-8333-944455556666"
    assert row.interview_remote_id == row.remote_id


def test_without_the_right_to_surveys_all_but_templates_comes(company, office, connect):
    office.edit("hr.job", company.job, survey_id=survey(office, {"title": "沟通"} | SCALE))
    client = connect("officer")
    client.check()
    found, _, _ = pulled(client)
    assert [(row.remote_id, row.template_id) for row in found["positions"]] == [(str(company.job), None)]
    assert found["templates"] == []


def test_a_form_for_candidates_is_no_template(office, connect):
    survey(office, {"title": "你是谁", "question_type": "char_box"})
    survey(office, {"title": "满意吗"} | SCALE, kind="survey")
    assert pulled(connect(mapping=()))[0]["templates"] == []


def test_a_cursor_of_somebody_else_is_refused(office, connect):
    with pytest.raises(CursorUnknown):
        connect(mapping=()).changes("page-7")


def test_ids_are_kept_as_ranges():
    ids = {1, 2, 3, 7, 9, 10}
    assert ranges(ids) == "1-3,7,9-10"
    assert expanded(ranges(ids)) == ids
    assert (ranges(()), expanded("")) == ("", set())
    assert len(ranges(range(1, 10_001))) < 10
