"""What changed in a real Odoo: page by page, also within one second, and also what is gone."""

from __future__ import annotations

import base64
import io
import json

import pytest

from app.scoring import template_from_body
from sync.contract import InterviewStatus, RemoteDocument
from sync.dialects.odoo import persons
from sync.dialects.odoo.pull import expanded, ranges
from sync.failures import CursorUnknown, PayloadTooLarge, RemoteRejected
from sync.system import Agreed, Note
from tests.sync.ehr import assessment_body, interview_body, note_of

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


def age(sql):
    """An hour passes for all but meetings."""
    for table in ("hr_applicant", "hr_job", "mail_message", "ir_attachment"):
        sql(f"update {table} set write_date = write_date - interval '1 hour'")


def only(found):
    """The one candidate that a pull brought."""
    (candidate,) = found["candidates"]
    return candidate


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
    age(sql)
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
    age(sql)
    office.make(
        "calendar.event", name="面试", applicant_id=applicant, start="2031-03-02 06:30:00", stop="2031-03-02 07:00:00"
    )
    age(sql)
    found, _, _ = pulled(client, cursor)
    assert [row.scheduled_at for row in found["candidates"]] == ["2031-03-02T06:30:00+00:00"]


def test_requirements_and_own_fields_of_positions_and_applicants_come_in_words(company, office, connect):
    office.field("x_city", "char", "城市")
    office.field("x_fee", "float", "推荐费")
    office.edit("hr.job", company.job, requirements="<p>三年以上</p>")
    properties = [
        {"name": "aa", "string": "期望城市", "type": "selection", "selection": [["sh", "上海"], ["bj", "北京"]]},
        {"name": "bb", "string": "可出差", "type": "boolean"},
        {"name": "cc", "string": "标签", "type": "tags", "tags": [["q", "快", 1], ["w", "稳", 2]]},
        {"name": "dd", "string": "到岗", "type": "date"},
        {"name": "ee", "string": "内推人", "type": "many2one", "comodel": "res.users"},
        {"name": "ff", "string": "空", "type": "char"},
    ]
    definition = office.read("hr.job", company.job, "applicant_properties_definition")
    office.edit("hr.job", company.job, applicant_properties_definition=definition + properties)
    applicant = office.make("hr.applicant", partner_name="张三", job_id=company.job, x_city="杭州", x_composite=8.5)
    values = {"期望城市": "bj", "可出差": True, "标签": ["q", "w"], "到岗": "2031-03-02", "内推人": 2,
              "语言表达": 4.0, "备注": "稳"}  # fmt: skip
    for label, value in values.items():
        office.put_property(applicant, label, value)
    found, _, _ = pulled(connect())
    assert found["positions"][0].requirements == "三年以上"
    said = {one.title: one.value for one in only(found).custom}
    assert said == {"城市": "杭州", "期望城市": "北京", "可出差": "✓", "标签": "快、稳", "到岗": "2031-03-02",
                    "内推人": "Administrator", "备注": "稳"}  # fmt: skip
    assert "语言表达" not in said, "results are written to it"


def test_files_come_without_those_from_here_and_are_fetched_whole(company, office, connect, sql):
    applicant = office.make("hr.applicant", partner_name="张三", job_id=company.job)
    content = b"%PDF-1.7\n" + bytes(range(256)) * 60_000
    resume = office.make(
        "ir.attachment", name="张三 简历.pdf", res_model="hr.applicant", res_id=applicant, mimetype="application/pdf",
        datas=base64.b64encode(content).decode(),
    )  # fmt: skip
    calls = []
    client = connect(record=calls.append)
    client.put_assessment("a-1:1", assessment_body("i-1", "a-1", interview_remote_id=str(applicant)), "op", Agreed())
    (document,) = only(pulled(client)[0]).documents
    assert (document.remote_id, document.name, document.size) == (str(resume), "张三 简历.pdf", len(content))
    into = io.BytesIO()
    client.document(document, into, 20_000_000)
    assert into.getvalue() == content
    fetched = calls[-1]
    assert (fetched.received, fetched.file[0] > len(content)) == (b"", True), "its bytes are in no record"
    with pytest.raises(PayloadTooLarge):
        client.document(document, io.BytesIO(), 1_000_000)
    with pytest.raises(RemoteRejected) as gone:
        client.document(RemoteDocument("999999", "x"), io.BytesIO(), 1_000_000)
    assert gone.value.params["status"] == 404


def test_a_file_alone_brings_its_applicant_and_so_does_its_removal(company, office, connect, sql):
    applicant = office.make("hr.applicant", partner_name="张三", job_id=company.job)
    client = connect(overlap_s=0)
    _, cursor, _ = pulled(client)
    age(sql)
    made = office.make("ir.attachment", name="a.txt", res_model="hr.applicant", res_id=applicant, datas="YQ==")
    found, cursor, _ = pulled(client, cursor)
    assert [one.name for one in only(found).documents] == ["a.txt"]
    age(sql)
    office.call("ir.attachment", "unlink", ids=[made])
    age(sql)
    _, cursor, _ = pulled(client, cursor)
    found, cursor, _ = pulled(client, cursor)
    assert only(found).documents == (), "the pull after the one that saw it gone"
    assert pulled(client, cursor)[0]["candidates"] == []


def test_what_people_wrote_is_feedback_and_what_odoo_logged_is_history(company, office, connect, sql):
    applicant = office.make("hr.applicant", partner_name="张三", job_id=company.job)
    office.call("hr.applicant", "message_post", ids=[applicant], body="基础扎实\n愿意再聊", message_type="comment")
    office.edit("hr.applicant", applicant, stage_id=company.stages[1])
    client = connect()
    client.add_note(Note(**json.loads(note_of("i-1", interview_remote_id=str(applicant)))), "op")
    client.put_assessment("a-1:1", assessment_body("i-1", "a-1", interview_remote_id=str(applicant)), "op", Agreed())
    candidate = only(pulled(client)[0])
    assert [(one.text.split("\n")[0], one.by) for one in candidate.feedback] == [("基础扎实 愿意再聊", "Administrator")]
    assert [(one.text, one.kind) for one in candidate.history] == [
        ("Applicant created", "New Applicant"), ("Stage Changed", ""),
    ]  # fmt: skip
    assert all(one.at.endswith("+00:00") for one in (*candidate.history, *candidate.feedback))


def test_one_who_is_much_written_about_leaves_the_others_their_words(company, office, connect, monkeypatch):
    monkeypatch.setattr(persons, "MOST_MESSAGES", 3)
    quiet, much = (office.make("hr.applicant", partner_name=name, job_id=company.job) for name in ("甲", "乙"))
    office.call("hr.applicant", "message_post", ids=[quiet], body="可以", message_type="comment")
    for number in range(9):
        office.call("hr.applicant", "message_post", ids=[much], body=f"第 {number} 句", message_type="comment")
    rows = {row.remote_id: row for row in pulled(connect())[0]["candidates"]}
    assert [one.text for one in rows[str(quiet)].feedback] == ["可以"]
    assert [one.text for one in rows[str(much)].feedback] == ["第 6 句", "第 7 句", "第 8 句"]


def test_a_word_in_the_log_alone_brings_its_applicant(company, office, connect, sql):
    applicant = office.make("hr.applicant", partner_name="张三", job_id=company.job)
    client = connect(overlap_s=0)
    _, cursor, _ = pulled(client)
    age(sql)
    office.call("hr.applicant", "message_post", ids=[applicant], body="可以", message_type="comment")
    sql("update hr_applicant set write_date = write_date - interval '1 hour'")
    found, _, _ = pulled(client, cursor)
    assert [one.text for one in only(found).feedback] == ["可以"]


def test_other_applications_of_the_same_person_are_history_and_what_was_said_there_is_feedback(
    company, office, connect
):  # fmt: skip
    same = {"email_from": "Zhang <z@example.com>", "partner_name": "张三"}
    other_job = office.job("产品经理")
    reason = office.make("hr.applicant.refuse.reason", name="经验不足")
    earlier = office.make("hr.applicant", job_id=other_job, **same)
    office.call("hr.applicant", "message_post", ids=[earlier], body="表达欠佳", message_type="comment")
    office.edit("hr.applicant", earlier, refuse_reason_id=reason, active=False)
    office.make("hr.applicant", partner_name="李四", email_from="l@example.com", job_id=company.job)
    now = office.make("hr.applicant", job_id=company.job, stage_id=company.stages[0], **same)
    rows = {row.remote_id: row for row in pulled(connect())[0]["candidates"]}
    mine = [one.text for one in rows[str(now)].history if one.kind == "Other application"]
    assert mine == ["产品经理 · New · 经验不足"]
    assert [one.text for one in rows[str(now)].feedback] == ["产品经理: 表达欠佳"]
    others = [row for number, row in rows.items() if number != str(now)]
    assert [(row.feedback, [one for one in row.history if one.kind == "Other application"]) for row in others] == [
        ((), [])
    ]


def test_an_answered_form_is_earlier_feedback(company, office, connect):
    form = survey(office, {"title": "沟通表达"} | SCALE, {"title": "备注", "question_type": "text_box"})
    scale, note = office.call("survey.question", "search", domain=[["survey_id", "=", form]], order="sequence")
    applicant = office.make("hr.applicant", partner_name="张三", job_id=company.job)
    lines = [
        {"question_id": scale, "answer_type": "scale", "value_scale": 8},
        {"question_id": note, "answer_type": "text_box", "value_text_box": "很稳"},
    ]
    office.make(
        "survey.user_input", survey_id=form, applicant_id=applicant, state="done", email="w@example.com",
        end_datetime="2026-03-02 06:30:00", user_input_line_ids=[[0, 0, line] for line in lines],
    )  # fmt: skip
    (one,) = only(pulled(connect())[0]).feedback
    assert (one.text, one.by) == ("技术面试\n沟通表达: 8\n备注: 很稳", "w@example.com")
    assert one.at == "2026-03-02T06:30:00+00:00"
    assert only(pulled(connect("officer"))[0]).feedback == (one,), "recruitment may see its own forms' answers"


def test_a_cursor_from_before_files_were_looked_at_reads_all_once_more(company, office, connect, sql):
    office.make("hr.applicant", partner_name="张三", job_id=company.job)
    client = connect(overlap_s=0)
    _, cursor, _ = pulled(client)
    age(sql)
    older = json.loads(cursor)
    del older["known"]["ir.attachment"]
    found, cursor, _ = pulled(client, json.dumps(older))
    assert only(found).name == "张三"
    assert pulled(client, cursor)[0]["candidates"] == []


def test_an_own_field_that_is_removed_meanwhile_stops_no_pull(company, office, connect):
    made = office.field("x_city", "char", "城市")
    office.make("hr.applicant", partner_name="张三", job_id=company.job, x_city="杭州")
    client = connect()
    found, cursor, _ = pulled(client)
    assert [one.value for one in only(found).custom] == ["杭州"]
    office.call("ir.model.fields", "unlink", ids=[made])
    assert only(pulled(client, cursor)[0]).custom == ()


@pytest.mark.parametrize("way", ["archived", "deleted"])
def test_a_meeting_that_was_called_off_is_told(way, company, office, connect, sql):
    people = [office.make("hr.applicant", partner_name=name, job_id=company.job) for name in ("甲", "乙")]
    office.edit("hr.applicant", people[1], stage_id=company.stages[0])
    meetings = [
        office.make("calendar.event", name="面试", applicant_id=who, start="2031-03-02 06:30:00",
                    stop="2031-03-02 07:00:00")
        for who in people
    ]  # fmt: skip
    client = connect(overlap_s=0)
    found, cursor, _ = pulled(client)
    assert {row.there for row in found["candidates"]} == {(str(who),) for who in people}
    sql("update hr_applicant set write_date = write_date - interval '1 hour'")
    for meeting in meetings:
        if way == "archived":
            office.edit("calendar.event", meeting, active=False)
        else:
            office.call("calendar.event", "unlink", ids=[meeting])
    sql("update hr_applicant set write_date = write_date - interval '1 hour'")
    found, cursor, _ = pulled(client, cursor)
    told = {row.name: (row.there, row.interview_remote_id, row.scheduled_at) for row in found["candidates"]}
    assert told == {"甲": ((), None, None), "乙": ((str(people[1]),), str(people[1]), None)}
    if way == "deleted":
        assert not [row for row in pulled(client, cursor)[0]["candidates"] if row.name == "甲"], "told once"


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
