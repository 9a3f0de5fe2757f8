"""A signed assessment into a real Odoo: once, whole, and never over what a person wrote. Counted in PostgreSQL."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from sync import listing
from sync.conflicts import contested
from sync.contract import InterviewStatus
from sync.failures import (
    AddressTooLong,
    MappingBroken,
    RemoteConflict,
    RemoteNonsense,
    RemoteRejected,
    RemoteUnauthorized,
    RightMissing,
)
from sync.mapping import Entry
from sync.outbox import State
from sync.sender import Sender
from sync.system import Agreed, Move, Note
from tests.sync.ehr import AT, SAID, assessment_body, enqueue_interview, interview_body, note_of

NOTES = "select count(*) from mail_message where is_internal and model = 'hr.applicant'"
NOTHING = Agreed()
KEPT = "select count(*) from ir_attachment where name like 'mianjian-%'"
FORWARD = (("scheduled", "in_progress"), ("in_progress", "to_review"), ("to_review", "assessed"))


def step(source, target):
    return Move(InterviewStatus(source), InterviewStatus(target), AT)


def put(client, revision=1, agreed=NOTHING, **changes):
    """Deliver a revision; gives what is agreed from then on."""
    done = client.put_assessment(f"a-1:{revision}", signed(revision, **changes), "op", agreed)
    return Agreed(done.told)


def registered(client, interview="i-1"):
    return client.register_interview(interview_body(interview), "op")


def signed(revision=1, assessment="a-1", interview="i-1", **changes):
    return assessment_body(interview, assessment, revision, **changes)


def said(**changes):
    return Note(**json.loads(note_of("i-1", text="迟到 <script>alert(1)</script>\n第二行", **changes)))


def test_a_note_beside_a_result_is_internal_says_who_said_it_and_goes_to_nobody(company, office, connect, sql):
    client = connect()
    applicant = registered(client)
    office.call("hr.applicant", "message_subscribe", ids=[int(applicant)], partner_ids=[3])
    made = client.add_note(said(), "op")
    assert connect().add_note(said(candidate_remote_id=applicant), "op") == made
    row = sql("select model, res_id, is_internal, message_type, replace(body, chr(10), ' ') from mail_message"
              f" where id = {made}")[0]  # fmt: skip
    assert row[:4] == ["hr.applicant", applicant, "t", "comment"]
    assert row[4].startswith("<p><strong>Candidate late</strong></p><p>迟到 &lt;script&gt;")
    assert "第二行" in row[4]
    assert "王芳 · 2026-03-02" in row[4]
    assert sql(f"select count(*) from mail_notification where mail_message_id = {made}") == "0"
    assert sql("select count(*) from mail_mail") == "0"


@pytest.mark.parametrize(("language", "heading"), [("zh_CN", "候选人迟到"), ("en_US", "Candidate late")])
def test_a_note_is_in_the_language_of_the_user_whose_key_it_is(language, heading, company, office, connect, sql):
    office.speak(language)
    client = connect()
    registered(client)
    made = client.add_note(said(texts=SAID), "op")
    body = sql(f"select replace(body, chr(10), ' ') from mail_message where id = {made}")
    assert body.startswith(f"<p><strong>{heading}</strong></p><p>{SAID[language[:2]]}<br>")


def test_other_words_under_a_notes_id_are_a_conflict(company, office, connect, sql):
    client = connect()
    registered(client)
    client.add_note(said(), "op")
    with pytest.raises(RemoteConflict):
        client.add_note(said(by="李雷"), "op")
    assert sql("select count(*) from ir_model_data where name like 'said_%'") == "1"


def test_a_note_of_somebody_whom_odoo_does_not_know_is_refused(company, connect):
    with pytest.raises(RemoteRejected) as refused:
        connect().add_note(said(), "op")
    assert refused.value.params["status"] == 404


def test_an_interview_arrives_with_its_moves_and_its_assessment(
    company, office, connect, sessions, queue, sql
):  # fmt: skip
    client = connect()
    with sessions() as session:
        interview, assessment = enqueue_interview(session)
    assert Sender(sessions, client, queue).drain().sent == 5
    applicant = int(sql("select id from hr_applicant"))
    assert office.read("hr.applicant", applicant, "partner_name") == "秦𠮷雅"
    assert office.read("hr.applicant", applicant, "job_id")[0] == company.job
    assert office.read("hr.applicant", applicant, "stage_id")[0] == company.stages[3]
    assert office.properties(applicant) == {"语言表达": 4.02, "面试结论": "yes", "备注": None}
    assert office.read("hr.applicant", applicant, "x_composite") == 7.55
    assert office.read("hr.applicant", applicant, "priority") == "2"
    assert (sql(NOTES), sql(KEPT)) == ("1", "1")
    kept = int(sql("select id from ir_attachment where name like 'mianjian-%'"))
    body = base64.b64decode(office.read("ir.attachment", kept, "datas"))
    assert body == assessment_body(interview, assessment)
    agreed = json.loads(office.read("ir.attachment", kept, "description"))
    assert agreed["sha256"] == hashlib.sha256(body).hexdigest()
    assert Sender(sessions, client, queue).drain().sent == 0


def test_the_note_says_the_result_and_runs_nothing(company, office, connect, sql):
    client = connect()
    registered(client)
    put(client, summary="<script>alert(1)</script>")
    body = sql("select replace(body, chr(10), ' ') from mail_message where is_internal and model = 'hr.applicant'")
    assert "Conclusion: recommended" in body
    assert "&lt;script&gt;" in body
    assert "<script>" not in body
    assert "<img" not in body


def test_a_repeat_changes_nothing(company, connect, sql):
    client = connect()
    first = registered(client), client.put_assessment("a-1:1", signed(), "op", Agreed())
    again = connect()
    assert (registered(again), again.put_assessment("a-1:1", signed(), "op", Agreed())) == first
    assert again.held_assessment("a-1:1", signed()) == first[1]
    assert again.held_assessment("a-1:2", signed(2)) is None
    assert (sql("select count(*) from hr_applicant"), sql(NOTES), sql(KEPT)) == ("1", "1", "1")


def test_what_somebody_removed_there_is_kept_again_and_the_note_stays_one(company, office, connect, sql):
    client = connect()
    registered(client)
    put(client)
    office.call("ir.attachment", "unlink", ids=[int(sql("select id from ir_attachment where name like 'mianjian-%'"))])
    assert client.held_assessment("a-1:1", signed()) is None
    put(client)
    assert (sql(NOTES), sql(KEPT)) == ("1", "1")


def test_other_bytes_and_older_revisions_are_conflicts(company, connect, sql):
    client = connect()
    registered(client)
    put(client)
    with pytest.raises(RemoteConflict) as other:
        put(client, summary="另一个")
    assert other.value.theirs["summary"] == "总体不错"
    put(client, 3, summary="第三版")
    with pytest.raises(RemoteConflict) as older:
        put(client, 2)
    assert older.value.theirs["revision"] == 3
    assert sql(KEPT) == "2"


def test_what_somebody_changed_within_the_same_second_is_a_conflict_and_stays(company, office, connect, sql):
    client = connect()
    applicant = int(registered(client))
    agreed = put(client)
    office.put_property(applicant, "语言表达", 2.0)
    office.edit("hr.applicant", applicant, x_composite=3.25)
    with pytest.raises(RemoteConflict) as conflict:
        put(client, 2, agreed, composite=8.5)
    asked = {one.pop("field"): one for one in contested(conflict.value.theirs)}
    assert asked["x_composite"] == {"base": 7.55, "mine": 8.5, "theirs": 3.25, "has_base": True}
    assert asked.keys() == {"x_composite"}, "what was changed there and not by us stays, and nobody is asked"
    assert office.properties(applicant)["语言表达"] == 2.0
    assert office.read("hr.applicant", applicant, "x_composite") == 3.25
    assert sql(KEPT) == "1"


def test_a_person_decides_field_by_field(company, office, connect, sql):
    client = connect()
    applicant = int(registered(client))
    agreed = put(client)
    office.edit("hr.applicant", applicant, x_composite=3.25, priority="3")
    office.put_property(applicant, "备注", "HR 的话")
    newer = {"composite": 2.0}
    with pytest.raises(RemoteConflict) as conflict:
        put(client, 2, agreed, **newer)
    theirs = {one["field"]: one["theirs"] for one in contested(conflict.value.theirs)}
    assert theirs == {"x_composite": 3.25, "priority": "3"}
    decided = Agreed({**agreed.values, "x_composite": 3.25}, frozenset({"priority"}))
    agreed = put(client, 2, decided, **newer)
    assert office.read("hr.applicant", applicant, "x_composite") == 2.0
    assert office.read("hr.applicant", applicant, "priority") == "3", "left as it was"
    assert office.properties(applicant)["备注"] == "HR 的话"
    agreed = put(client, 3, agreed, composite=2.0, summary="只改了总结")
    assert office.read("hr.applicant", applicant, "priority") == "3", "and stays so while we say nothing else"
    with pytest.raises(RemoteConflict):
        put(client, 4, agreed, composite=6.0)
    assert sql(KEPT) == "3"


def test_another_computer_knows_what_was_agreed(company, office, connect):
    applicant = int(registered(connect()))
    put(connect())
    put(connect(), 2, composite=8.75)
    assert office.read("hr.applicant", applicant, "x_composite") == 8.75
    office.edit("hr.applicant", applicant, x_composite=3.25)
    with pytest.raises(RemoteConflict):
        put(connect(), 3, composite=9.0)


def test_after_an_unknown_outcome_an_edit_there_is_not_taken_for_agreed(company, office, connect):
    client = connect()
    applicant = int(registered(client))
    put(client)
    office.edit("hr.applicant", applicant, x_composite=3.25)
    held = client.held_assessment("a-1:1", signed())
    assert held.told["x_composite"] == 7.55
    with pytest.raises(RemoteConflict):
        put(client, 2, Agreed(held.told), composite=9.0)


def test_two_assessors_of_one_candidate_do_not_write_over_each_other(company, connect):
    client = connect()
    registered(client)
    put(client)
    with pytest.raises(RemoteConflict):
        client.put_assessment("a-2:1", signed(assessment="a-2", composite=4.0), "op", Agreed())


def test_a_field_that_was_filled_in_before_the_first_result_is_not_written_over(company, office, connect, sql):
    client = connect()
    applicant = int(registered(client))
    office.put_property(applicant, "面试结论", "no")
    with pytest.raises(RemoteConflict) as conflict:
        put(client)
    (asked,) = contested(conflict.value.theirs)
    assert (asked["field"], asked["theirs"], asked["has_base"]) == ("properties/面试结论", "no", False)
    assert sql(KEPT) == "0"


def test_an_edit_elsewhere_is_merged(company, office, connect):
    client = connect()
    applicant = int(registered(client))
    put(client)
    office.edit("hr.applicant", applicant, partner_name="秦雅", email_from="q@example.com")
    office.put_property(applicant, "备注", "周五入职")
    put(client, 2, composite=9.0)
    assert office.read("hr.applicant", applicant, "partner_name") == "秦雅"
    assert office.properties(applicant)["备注"] == "周五入职"
    assert office.read("hr.applicant", applicant, "x_composite") == 9.0


@pytest.mark.parametrize("which", ["property", "field", "option", "type"])
def test_a_field_that_is_gone_stops_the_item_and_nothing_is_written(
    which, company, office, connect, sessions, queue, sql
):  # fmt: skip
    client = connect()
    definition = office.read("hr.job", company.job, "applicant_properties_definition")
    with sessions() as session:
        enqueue_interview(session)
    if which == "property":
        definition[0]["string"] = "口头表达"
    elif which == "option":
        definition[1]["selection"] = [["ja", "推荐"], ["no", "不推荐"]]
    elif which == "type":
        definition[0]["type"] = "boolean"
    if which == "field":
        office.call("ir.model.fields", "unlink", ids=[company.field])
    else:
        office.edit("hr.job", company.job, applicant_properties_definition=definition)
    drained = Sender(sessions, client, queue).drain()
    assert (drained.sent, drained.dead) == (3, 1)
    with sessions() as session:
        dead = next(item for item in listing.items(session) if item.state is State.DEAD)
    assert dead.last_error == {"option": "mapping_option", "type": "mapping_type"}.get(which, "mapping_gone")
    assert (sql(NOTES), sql(KEPT)) == ("0", "0")
    assert sql("select coalesce(applicant_properties::text, '{}') from hr_applicant") in ("{}", "null")


def test_what_was_not_assessed_is_never_nought(company, office, connect):
    mapping = (Entry("dimensions.logic.combined", "properties/语言表达", type="number"),)
    client = connect(mapping=mapping)
    applicant = int(registered(client))
    put(client)
    assert office.properties(applicant)["语言表达"] in (None, False)


def test_moves_go_forward_only_and_never_over_a_person(company, office, connect):
    client = connect()
    remote_id = registered(client)
    applicant = int(remote_id)
    for source, target in FORWARD[:2]:
        client.move_status(remote_id, step(source, target), "op")
        client.move_status(remote_id, step(source, target), "op")
    with pytest.raises(RemoteConflict) as back:
        client.move_status(remote_id, step(*FORWARD[0]), "op")
    assert back.value.theirs == {"status": "to_review"}
    office.edit("hr.applicant", applicant, stage_id=6)
    office.edit("hr.recruitment.stage", 6, sequence=99)
    with pytest.raises(RemoteConflict) as hired:
        client.move_status(remote_id, step(*FORWARD[2]), "op")
    assert hired.value.theirs == {"status": "assessed"}, "further than any of ours"
    assert office.read("hr.applicant", applicant, "stage_id")[0] == 6
    office.edit("hr.applicant", applicant, stage_id=company.stages[2], active=False)
    with pytest.raises(RemoteConflict) as archived:
        client.move_status(remote_id, step(*FORWARD[2]), "op")
    assert archived.value.theirs == {"status": "archived"}


def test_an_applicant_before_the_first_stage_of_ours_is_moved(company, office, connect):
    applicant = office.make("hr.applicant", partner_name="张三", job_id=company.job)
    remote_id = connect().register_interview(interview_body("i-9", str(applicant)), "op")
    assert remote_id == str(applicant), "a pull will call this interview the same"
    connect().move_status(remote_id, step(*FORWARD[0]), "op")
    assert office.read("hr.applicant", applicant, "stage_id")[0] == company.stages[1]
    second = connect().register_interview(interview_body("i-10", str(applicant)), "op")
    assert second == f"{applicant}.i-10", "one more interview of somebody who has one"
    connect().put_assessment("a-1:1", signed(interview="i-10", interview_remote_id=second), "op", NOTHING)


def test_a_stage_that_was_renamed_stops_the_move_with_its_name(company, office, connect):
    client = connect()
    remote_id = registered(client)
    office.edit("hr.recruitment.stage", company.stages[1], name="初试")
    with pytest.raises(MappingBroken) as broken:
        client.move_status(remote_id, step(*FORWARD[0]), "op")
    assert broken.value.params["field"] == "面试中"


def test_the_test_of_the_connection_says_what_is_wrong(company, office, connect, serving):
    connect().check()
    with pytest.raises(RemoteUnauthorized):
        connect(key="x" * 40).check()
    with pytest.raises(RightMissing) as forbidden:
        connect(user="stranger").check()
    assert "hr.applicant" in str(forbidden.value.params["detail"])
    with pytest.raises(AddressTooLong) as page:
        connect(url=f"{serving.url}/odoo/recruitment").check()
    assert page.value.params["address"] == serving.url
    with pytest.raises(RemoteNonsense):
        connect(database="another").check()
    with pytest.raises(MappingBroken):
        connect(mapping=(Entry("composite", "x_gone", type="number"),)).check()
    office.edit("hr.recruitment.stage", company.stages[2], name="复核")
    with pytest.raises(MappingBroken) as broken:
        connect().check()
    assert broken.value.params["field"] == "待评估"


def test_an_assessment_of_somebody_who_is_gone_is_refused(company, office, connect):
    client = connect()
    applicant = int(registered(client))
    office.call("hr.applicant", "unlink", ids=[applicant])
    with pytest.raises(RemoteRejected) as refused:
        put(client)
    assert refused.value.params["status"] == 404


def test_the_preview_is_what_is_sent(company, connect):
    sent = []
    client = connect(record=sent.append)
    (early,) = client.preview("a-1:1", signed())
    assert "properties/语言表达" in early.body, "before the applicant is there, by the names of the mapping"
    registered(client)
    (preview,) = client.preview("a-1:1", signed())
    sent.clear()
    put(client)
    writing = next(exchange for exchange in sent if exchange.path.endswith("/load"))
    assert (writing.path, writing.sent.decode()) == (preview.path, preview.body)


def test_the_catalogue_shows_what_people_see(company, office, connect):
    office.field("x_level", "integer", "级别")
    catalogue = connect().catalogue()
    found = {field.id: field.type.value for field in catalogue.fields}
    assert found["properties/语言表达"] == "number"
    assert found["x_level"] == "integer"
    assert [option.title for option in catalogue.field("properties/面试结论").options] == ["推荐", "不推荐"]
    assert [option.key for option in catalogue.field("priority").options] == ["0", "1", "2", "3"]
    assert "partner_name" not in found
