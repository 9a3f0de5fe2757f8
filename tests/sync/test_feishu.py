"""Feishu Hire: what is told there, what is read back, and that nothing doubles or overwrites a person."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from app import text
from sync import adding, listing, outbox
from sync.catalogue import Catalogue
from sync.client import Answer
from sync.conflicts import STANDS, contested, three_way
from sync.contract import NoteRole
from sync.diagnosis import Step, diagnose
from sync.dialects.feishu.calls import encoded
from sync.dialects.feishu.results import comparable, mark_of, merged, tell
from sync.failures import (
    MappingBroken,
    PayloadTooLarge,
    ProfileInvalid,
    RemoteBusy,
    RemoteConflict,
    RemoteRejected,
    RemoteUnauthorized,
    RemoteUnreachable,
    RightMissing,
)
from sync.mapping import Entry
from sync.outbox import Kind, State
from sync.profile import read_profile, shipped_profile
from sync.sandbox.faces.feishu_imports import APPLICATION, ASSESSMENT, INTERVIEW, NOTE
from sync.sender import Sender
from sync.system import Agreed, Attachment, Note
from tests.sync.ehr import SAID, assessment_body, enqueue_interview, feishu_with, interview_body, note_of

WRITES = {
    "talent": "/v1/talents/combined_create", "application": "/v1/external_applications",
    "interview": "/v1/external_interviews", "assessment": "/v1/external_interview_assessments",
}  # fmt: skip
OP = "operation-1"


@pytest.fixture
def ids():
    """Our ids of an interview and of its assessment."""
    return str(uuid4()), str(uuid4())


@pytest.fixture
def delivered(hr_of, ids):
    """A connection that has delivered the first revision, and what was agreed on by it."""
    hr = hr_of()
    interview, assessment = ids
    hr.register_interview(interview_body(interview), OP)
    done = hr.put_assessment(f"{assessment}:1", assessment_body(interview, assessment), OP, Agreed())
    return hr, Agreed(done.told)


def held(sandbox):
    """The one external assessment."""
    (one,) = sandbox.store.documents(ASSESSMENT)
    return one


def entries(sandbox):
    return {one["title"]: one for one in held(sandbox)["assessment_dimension_list"]}


def somebody_writes(sandbox, **changes):
    one = held(sandbox)
    sandbox.store.put_document(ASSESSMENT, one["id"], one | changes)


# what is told


def test_scores_are_whole_numbers_of_the_profiles_range_and_what_was_not_assessed_is_no_zero(delivered, sandbox):
    said = entries(sandbox)
    assert (said["语言表达"]["assessment_type"], said["语言表达"]["score"]) == (1, 76)
    assert said["语言表达"]["description"] == "权重 60%（模板为 50%）；机器分 6.5（5.5–7.2）；面试官评分 8；清楚"
    assert (said["逻辑思维"]["assessment_type"], said["逻辑思维"]["content"]) == (3, "未评估")
    assert "score" not in said["逻辑思维"]
    assert (said["综合得分"]["score"], said["关键词匹配率"]["content"]) == (76, "50%")
    assert (held(sandbox)["username"], held(sandbox)["content"]) == ("王芳", "总体不错")


@pytest.mark.parametrize(
    ("span", "told"),
    [({}, "10 分制区间 6.9–8.1；已评估权重 75%"), ({"composite_low": None, "composite_high": None}, "已评估权重 75%"),
     ({"composite": None, "composite_low": None, "composite_high": None}, "已评估权重 75%")],
)  # fmt: skip
def test_an_interval_is_told_only_where_there_is_one(span, told, hr_of, ids, sandbox):
    hr, (interview, assessment) = hr_of(), ids
    hr.register_interview(interview_body(interview), OP)
    hr.put_assessment(f"{assessment}:1", assessment_body(interview, assessment, **span), OP, Agreed())
    assert entries(sandbox)["综合得分"]["description"] == told


@pytest.mark.parametrize(
    ("conclusion", "number", "word"),
    [("hire", 2, "推荐"), ("no_hire", 1, "不推荐"), ("unsure", 3, "待定"), ("cannot_tell", 3, "无法判断")],
)
def test_no_conclusion_becomes_a_verdict_that_nobody_gave(conclusion, number, word, hr_of, ids, sandbox):
    hr, (interview, assessment) = hr_of(), ids
    hr.register_interview(interview_body(interview), OP)
    body = assessment_body(interview, assessment, conclusion=conclusion)
    hr.put_assessment(f"{assessment}:1", body, OP, Agreed())
    assert held(sandbox)["conclusion"] == number
    assert entries(sandbox)["面试官结论"]["content"] == word


def test_a_profile_that_gives_verdicts_is_refused():
    file = Path(shipped_profile("feishu").file).read_text("utf-8")
    for wrong in ("cannot_tell = 1", "unsure = 2", "hire = 1"):
        name = wrong.split(" ")[0]
        changed = "\n".join(wrong if line.startswith(f"{name} = ") and line[-1].isdigit() else line
                            for line in file.splitlines())  # fmt: skip
        with pytest.raises(ProfileInvalid, match=f"conclusions.{name}"):
            read_profile(changed, "own")
    with pytest.raises(ProfileInvalid, match="stages"):
        read_profile(file.replace('assessed = "已评估"', 'assessed = "面试中"'), "own")


def test_a_preview_is_what_is_sent(hr_of, ids, sandbox):
    sent, (interview, assessment) = [], ids
    hr = hr_of(record=sent.append)
    body = assessment_body(interview, assessment)
    hr.register_interview(interview_body(interview), OP)
    preview = hr.preview(f"{assessment}:1", body)
    hr.put_assessment(f"{assessment}:1", body, OP, Agreed())
    bodies = {one.path: one.sent.decode() for one in sent if one.method == "POST"}
    assert len(preview) == 3
    for request in preview:
        ids_only = ("external_application_id", "external_interview_id", "talent_id")
        told = {name: value for name, value in json.loads(request.body).items() if name not in ids_only}
        assert told.items() <= json.loads(bodies[request.path]).items()


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("外部面评", "通过")), ("en", ("External assessments", "Passed"))]
)
def test_the_sandboxs_page_shows_what_hr_would_see(language, words, delivered, sandbox):
    page = requests.get(f"{sandbox.url}/?lang={language}", timeout=10).text
    for word in (*words, "秦𠮷雅", "总体不错", "语言表达", "76", "面鉴记录"):
        assert word in page
    assert "<img src=" not in page


# the company's own fields

MAPPED = (
    Entry("composite", "field-grade", "option", options={"7.55": "grade-b"}),
    Entry("dimensions.communication.combined", "field-talk", "integer", scale=(0, 10, 0, 5)),
    Entry("summary", "field-note", "text"),
    Entry("conclusion", "field-tags", "options", options={"hire": "tag-sql"}),
)


def test_mapped_values_are_told_in_the_companys_words(hr_of, ids, sandbox):
    hr, (interview, assessment) = hr_of(profile=feishu_with(mapping=MAPPED)), ids
    assert [field.id for field in hr.catalogue().fields] == ["field-grade", "field-talk", "field-note", "field-tags"]
    hr.check()
    hr.register_interview(interview_body(interview), OP)
    hr.put_assessment(f"{assessment}:1", assessment_body(interview, assessment), OP, Agreed())
    said = entries(sandbox)
    assert (said["综合评级"]["assessment_type"], said["综合评级"]["option"]) == (2, "B")
    assert (said["沟通表达分"]["assessment_type"], said["沟通表达分"]["score"]) == (1, 4)
    assert said["面试评语"]["content"] == "总体不错"
    tags = next(one for one in said.values() if one["assessment_type"] == 4)
    assert tags["options"] == ["SQL"]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"gone": True}, "mapping_gone"), ({"type": 9, "options": {}}, "mapping_type"), ({"options": {"x": "X"}},
     "mapping_option")],
)  # fmt: skip
def test_a_field_that_changed_there_stops_it_before_anything_is_written(change, code, hr_of, ids, sandbox):
    hr, (interview, assessment) = hr_of(profile=feishu_with(mapping=MAPPED)), ids
    hr.register_interview(interview_body(interview), OP)
    field = {"id": "field-grade", "name": ["综合评级", "Grade"], "type": 3, "options": {"grade-b": "B"}}
    sandbox.store.put_document("feishu_field", "field-grade", field | change)
    with pytest.raises(MappingBroken) as raised:
        hr.put_assessment(f"{assessment}:1", assessment_body(interview, assessment), OP, Agreed())
    assert raised.value.code == code
    assert "127.0.0.1" in text.sentence(raised.value)
    assert sandbox.store.documents(ASSESSMENT) == []


# exactly once


def lose_first(hr, monkeypatch, path):
    """The first answer to a write is lost: it was done."""
    ask, lost = hr._calls.ask, []

    def asked(method, asked_path, *args, **more):
        data = ask(method, asked_path, *args, **more)
        if method == "POST" and asked_path == path and not lost:
            lost.append(asked_path)
            failure = RemoteUnreachable(host="x")
            failure.uncertain = True
            raise failure
        return data

    monkeypatch.setattr(hr._calls, "ask", asked)


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("later_s", [0, 25 * 3600])
def test_a_write_whose_answer_is_lost_is_found_and_not_repeated(write, later_s, hr_of, ids, sandbox, monkeypatch):
    """Also when Feishu does not block the external id any more, and from a program that was started anew."""
    interview, assessment = ids
    now = sandbox.store.clock()
    sandbox.store.clock = lambda: now
    first = hr_of()
    lose_first(first, monkeypatch, WRITES[write])

    def deliver(hr):
        hr.register_interview(interview_body(interview), OP)
        return hr.put_assessment(f"{assessment}:1", assessment_body(interview, assessment), OP, Agreed())

    with pytest.raises(RemoteUnreachable):
        deliver(first)
    sandbox.store.clock = lambda: now + later_s
    done = deliver(hr_of())
    for kind in (APPLICATION, INTERVIEW, ASSESSMENT):
        assert len(sandbox.store.documents(kind)) == 1
    assert len([one for one in sandbox.store.all("candidate") if one["name"] == "秦𠮷雅"]) == 1
    assert done.remote_id == held(sandbox)["id"]
    assert len(held(sandbox)["versions"]) == 1


def test_after_a_day_only_looking_keeps_it_from_being_made_twice(delivered, ids, sandbox):
    """The sandbox itself would take it again then, as Feishu would."""
    hr, _ = delivered
    body = {"external_id": ids[0], "talent_id": sandbox.store.documents(APPLICATION)[0]["talent_id"]}
    with pytest.raises(RemoteBusy):
        hr._calls.ask("POST", WRITES["application"], body=body)
    now = sandbox.store.clock()
    sandbox.store.clock = lambda: now + 25 * 3600
    hr._calls.wire.renew()
    hr._calls.ask("POST", WRITES["application"], body=body)
    assert len(sandbox.store.documents(APPLICATION)) == 2


def test_a_later_revision_changes_the_same_assessment(delivered, ids, sandbox):
    hr, agreed = delivered
    interview, assessment = ids
    second = assessment_body(interview, assessment, 2, summary="改", conclusion="unsure")
    done = hr.put_assessment(f"{assessment}:2", second, OP, agreed)
    assert (held(sandbox)["content"], held(sandbox)["conclusion"]) == ("改", 3)
    assert hr.held_assessment(f"{assessment}:2", second) == done
    assert hr.held_assessment(f"{assessment}:1", assessment_body(interview, assessment)) is None
    hr.put_assessment(f"{assessment}:2", second, OP, agreed)
    assert len(held(sandbox)["versions"]) == 2


def test_an_older_revision_never_replaces_a_newer_one(delivered, ids, sandbox):
    hr, agreed = delivered
    interview, assessment = ids
    hr.put_assessment(f"{assessment}:3", assessment_body(interview, assessment, 3, summary="三"), OP, agreed)
    with pytest.raises(RemoteConflict) as raised:
        hr.put_assessment(f"{assessment}:2", assessment_body(interview, assessment, 2, summary="二"), OP, agreed)
    assert (raised.value.theirs["revision"], raised.value.theirs[STANDS]["content"]) == (3, "三")
    assert held(sandbox)["content"] == "三"


# what a person wrote


def test_what_a_person_changed_stays_and_what_we_changed_is_written(delivered, ids, sandbox):
    hr, agreed = delivered
    interview, assessment = ids
    added = {"title": "二面建议", "assessment_type": 3, "content": "请关注系统设计"}
    list_ = held(sandbox)["assessment_dimension_list"]
    theirs = [one | {"score": 60} if one["title"] == "语言表达" else one for one in list_]
    somebody_writes(sandbox, conclusion=3, assessment_dimension_list=[*theirs, added])
    second = assessment_body(interview, assessment, 2, summary="改", weight_reason="")
    done = hr.put_assessment(f"{assessment}:2", second, OP, agreed)
    assert (held(sandbox)["conclusion"], held(sandbox)["content"]) == (3, "改")
    assert entries(sandbox)["语言表达"]["score"] == 60
    assert entries(sandbox)["二面建议"] == added
    assert "权重调整原因" not in entries(sandbox), "what we do not say any more goes"
    third = assessment_body(interview, assessment, 3, summary="再改", weight_reason="")
    hr.put_assessment(f"{assessment}:3", third, OP, Agreed(done.told))
    assert (held(sandbox)["conclusion"], entries(sandbox)["语言表达"]["score"]) == (3, 60), "nor by a later revision"


def test_the_same_field_waits_for_a_person_and_nothing_is_written(delivered, ids, sandbox):
    hr, agreed = delivered
    interview, assessment = ids
    somebody_writes(sandbox, content="HR 改了评语", conclusion=1)
    before = held(sandbox)
    second = assessment_body(interview, assessment, 2, summary="我改了评语")
    with pytest.raises(RemoteConflict) as raised:
        hr.put_assessment(f"{assessment}:2", second, OP, agreed)
    (card,) = contested(raised.value.theirs)
    assert card == {"field": "content", "base": "总体不错", "mine": "我改了评语", "theirs": "HR 改了评语",
                    "has_base": True}  # fmt: skip
    assert held(sandbox) == before
    seen = Agreed({**agreed.values, "content": "HR 改了评语"})
    hr.put_assessment(f"{assessment}:2", second, OP, seen)
    assert (held(sandbox)["content"], held(sandbox)["conclusion"]) == ("我改了评语", 1)


def test_what_was_left_to_the_other_side_stays(delivered, ids, sandbox):
    hr, agreed = delivered
    interview, assessment = ids
    somebody_writes(sandbox, content="HR 改了评语")
    second = assessment_body(interview, assessment, 2, summary="我改了评语")
    hr.put_assessment(f"{assessment}:2", second, OP, Agreed(agreed.values, frozenset({"content"})))
    assert held(sandbox)["content"] == "HR 改了评语"
    assert hr.held_assessment(f"{assessment}:2", second) is not None


def test_where_the_entries_are_not_told_the_rest_is_still_compared(delivered, ids, sandbox):
    hr, agreed = delivered
    interview, assessment = ids
    somebody_writes(sandbox, assessment_dimension_list=None)
    second = assessment_body(interview, assessment, 2, weight_reason="另有原因")
    for _ in range(2):
        hr.put_assessment(f"{assessment}:2", second, OP, agreed)
    assert entries(sandbox)["权重调整原因"]["content"] == "另有原因"
    somebody_writes(sandbox, assessment_dimension_list=None, content="HR 改了评语")
    with pytest.raises(RemoteConflict):
        hr.put_assessment(f"{assessment}:3", assessment_body(interview, assessment, 3, summary="三"), OP, agreed)


WRITTEN = st.text(max_size=40)


@settings(max_examples=60, deadline=None)
@given(WRITTEN, WRITTEN, st.lists(WRITTEN, min_size=2, max_size=2), st.floats(0, 10), WRITTEN)
def test_whatever_is_written_is_read_back_as_it_was_told_and_then_nothing_is_left_to_do(
    summary, reason, titles, score, remark
):
    shape = shipped_profile("feishu").shape
    body = json.loads(assessment_body("i", "a", summary=summary, weight_reason=reason))
    for one, title in zip(body["dimensions"], titles, strict=True):
        one |= {"title": title, "comment": remark}
    body["dimensions"][0]["combined"] = score
    mine = tell(shape, json.dumps(body).encode(), Catalogue())
    held = json.loads(encoded(mine.body))
    assert comparable(shape, held) == mine.fields
    assert mark_of(shape, held) == mine.mark
    ways = three_way(mine.fields, mine.fields, comparable(shape, held))
    assert (ways.write, ways.contested) == ({}, ())
    assert comparable(shape, held | merged(shape, mine, held, {}, mine.fields)) == mine.fields
    numbers = [one["score"] for one in held["assessment_dimension_list"] if one["assessment_type"] == 1]
    assert all(isinstance(one, int) and 0 <= one <= 100 for one in numbers)


def test_a_verdict_of_a_person_is_told_in_words(delivered, ids, sandbox):
    hr, agreed = delivered
    interview, assessment = ids
    somebody_writes(sandbox, conclusion=1)
    second = assessment_body(interview, assessment, 2, conclusion="unsure")
    with pytest.raises(RemoteConflict) as raised:
        hr.put_assessment(f"{assessment}:2", second, OP, agreed)
    words = {one["field"]: (one["base"], one["mine"], one["theirs"]) for one in contested(raised.value.theirs)}
    assert words == {"conclusion": ("通过", "待定", "不通过")}


# who calls, and what is wrong


def test_a_token_is_got_once_and_got_anew_when_it_ran_out(hr_of, sandbox):
    calls = []
    hr = hr_of(record=calls.append)
    now = sandbox.store.clock()
    hr.check()
    assert len([one for one in calls if one.path.endswith("/internal")]) <= 1
    sandbox.store.clock = lambda: now + 7300
    calls.clear()
    hr.changes("")
    assert [one.status for one in calls[:3]] == [400, 200, 200]
    assert [one.path.endswith("/internal") for one in calls[:3]] == [False, True, False]
    assert not any(sandbox.key.encode() in one.sent + one.received for one in calls)


def test_a_wrong_secret_and_a_missing_right_are_told_apart(hr_of, sandbox, monkeypatch):
    with pytest.raises(RemoteUnauthorized):
        hr_of(secret="wrong").check()
    hr_of(secret="wrong").health()
    hr = hr_of()
    scopes = "Access denied. One of the following scopes is required: [hire:job:readonly]"
    with pytest.raises(RightMissing) as raised:
        hr._calls.understood(_answer(400, {"code": 99991672, "msg": scopes}), lambda: None)
    assert "hire:job:readonly" in text.sentence(raised.value)


def test_the_test_of_the_connection_says_what_can_be_seen_and_what_is_wrong(hr_of, sandbox):
    def found(**more):
        return {one.step: one for one in diagnose(lambda clock, record: hr_of(record=record, **more))}

    good = found()
    assert [one.failure for one in good.values()] == [None] * len(Step)
    assert (good[Step.RIGHTS].seen.positions, good[Step.RIGHTS].seen.candidates) == (5, 8)
    assert isinstance(found(secret="wrong")[Step.KEY].failure, RemoteUnauthorized)
    stage = found(profile=feishu_with(stages={"assessed": "终面"}))[Step.FIELDS].failure
    assert "终面" in text.sentence(stage)


def test_a_rate_limit_says_how_long_to_wait(hr_of, sandbox):
    hr = hr_of()
    hr.changes("")
    sandbox.faults.set("429:1:retry=9:times=1")
    with pytest.raises(RemoteBusy) as raised:
        hr.changes("")
    assert raised.value.retry_after_s == 9.0
    assert not raised.value.uncertain


def _answer(status, body):
    return Answer(status, {}, json.dumps(body).encode())


# files


def attachment(assessment, interview, content, name="面试 报告.pdf"):
    return Attachment(
        f"{assessment}:report", f"{assessment}:1", interview, None, None, "report", name, "application/pdf",
        len(content), hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


def test_a_file_is_uploaded_named_in_the_assessment_and_not_sent_twice(delivered, ids, sandbox, hr_of):
    hr, agreed = delivered
    interview, assessment = ids
    content, heard = b"%PDF" + bytes(2_500_000), []
    file = attachment(assessment, interview, content)
    file_id = hr.attach(file, io.BytesIO(content), OP, heard.append)
    assert hr_of().attach(file, io.BytesIO(content), OP, heard.append) == file_id
    (kept,) = sandbox.store.documents("feishu_attachment")
    assert (kept["name"], kept["sha256"]) == ("面试 报告.pdf", file.sha256)
    assert heard == [len(content)]
    assert file_id in entries(sandbox)["面鉴附件"]["content"]
    second = assessment_body(interview, assessment, 2, summary="改")
    hr.put_assessment(f"{assessment}:2", second, OP, agreed)
    assert file_id in entries(sandbox)["面鉴附件"]["content"], "a later revision keeps it"
    other = attachment(assessment, interview, b"x", "图.png")
    hr.attach(other, io.BytesIO(b"x"), OP, heard.append)
    assert len(entries(sandbox)["面鉴附件"]["content"].splitlines()) == 2


def test_the_sender_delivers_a_file_of_an_interview_that_was_registered_from_here(
    hr_of, sandbox, sessions, queue, clock
):
    content = b"%PDF" + bytes(1000)
    with sessions() as session:
        interview, assessment = enqueue_interview(session)
        told = attachment(assessment, interview, content)
        body = {name: getattr(told, name) for name in told.__dataclass_fields__} | {"source": {"id": "f"}}
        adding.enqueue(
            session, kind=Kind.ATTACHMENT, aggregate=f"{interview}/files", payload=json.dumps(body).encode(),
            external_id=told.external_id, clock=lambda: 0.0,
            depends_on=outbox.find(session, Kind.ASSESSMENT, f"{assessment}:1").op_id,
        )  # fmt: skip
    sandbox.faults.set("drop_after:0.3,500_after:0.2,cut:0.2,429:0.1:retry=2")
    while True:  # a program started anew each time: it remembers nothing
        hr = hr_of()
        shape = hr.profile.shape
        hr.profile = replace(hr.profile, shape=structs.replace(shape, send=(*shape.send, "report")))
        sender = Sender(sessions, hr, queue, files=lambda _: io.BytesIO(content))
        sender.drain()
        with sessions() as session:
            if {item.state for item in listing.items(session)} == {State.DONE}:
                break
        clock.pass_s(301)
    assert len(entries(sandbox)["面鉴附件"]["content"].splitlines()) == 1
    assert len(sandbox.store.documents(APPLICATION)) == len(sandbox.store.documents(ASSESSMENT)) == 1
    file_id = entries(sandbox)["面鉴附件"]["content"].split("\t")[1]
    assert sandbox.store.document("feishu_attachment", file_id)["sha256"] == hashlib.sha256(content).hexdigest()


def test_a_file_that_cannot_go_in_one_piece_is_refused(delivered, ids):
    hr, _ = delivered
    interview, assessment = ids
    huge = replace(attachment(assessment, interview, b"x"), size=65 * 1024 * 1024)
    with pytest.raises(PayloadTooLarge):
        hr.attach(huge, io.BytesIO(b"x"), OP, lambda _: None)
    with pytest.raises(RemoteRejected):
        hr.attach(attachment("nothing", "nowhere", b"x"), io.BytesIO(b"x"), OP, lambda _: None)


# notes beside a result


def test_a_note_stands_on_the_talent_and_its_application_in_words_for_people(hr_of, ids, sandbox):
    interview, assessment = ids
    told = json.loads(note_of(interview, NoteRole.SUGGESTION, "1", candidate_remote_id="app-cand-wang"))
    told["assessment_external_id"] = f"{assessment}:1"
    made = hr_of().add_note(Note(**told), OP)
    (kept,) = sandbox.store.documents(NOTE)
    assert kept["id"] == made
    assert (kept["talent_id"], kept["application_id"], kept["privacy"]) == ("cand-wang", "app-cand-wang", 2)
    lines = kept["content"].splitlines()
    assert lines[:3] == ["由评估得出的建议", "15 分钟 <b>迟到</b>", "王芳 · 2026-03-02 16:00 (Asia/Shanghai)"]
    assert lines[3].startswith("面鉴记录 note/")
    page = requests.get(f"{sandbox.url}/?lang=zh", timeout=10).text
    assert "15 分钟 &lt;b&gt;迟到&lt;/b&gt;" in page


def test_a_note_is_in_the_language_of_the_profiles_words(hr_of, ids, sandbox):
    hr_of().add_note(Note(**json.loads(note_of(ids[0], candidate_remote_id="app-cand-wang", texts=SAID))), OP)
    (kept,) = sandbox.store.documents(NOTE)
    assert kept["content"].splitlines()[:2] == ["候选人迟到", SAID["zh"]]


def test_a_note_that_somebody_went_on_writing_in_is_found_again(hr_of, ids, sandbox):
    note = Note(**json.loads(note_of(ids[0], candidate_remote_id="app-cand-wang")))
    made = hr_of().add_note(note, OP)
    (kept,) = sandbox.store.documents(NOTE)
    sandbox.store.put_document(NOTE, made, kept | {"content": f"HR：\n{kept['content']}\n已联系。"})
    assert hr_of().add_note(note, OP) == made
    later = replace(note, interview_remote_id="app:app-cand-wang:int-1")
    assert hr_of().add_note(later, OP) == made, "ids of Feishu's are no part of what it says"
    assert len(sandbox.store.documents(NOTE)) == 1


def test_a_note_on_nobody_whom_feishu_knows_is_refused(hr_of, ids, sandbox):
    with pytest.raises(RemoteRejected):
        hr_of().add_note(Note(**json.loads(note_of(ids[0]))), OP)
    assert sandbox.store.documents(NOTE) == []


def test_without_the_scope_for_notes_only_the_note_is_refused(hr_of, ids, sandbox, monkeypatch):
    hr = hr_of()
    ask = hr._calls.ask

    def refused(method, path, *args, **more):
        if path == "/v1/notes":
            raise RightMissing(host="", detail="hire:note")
        return ask(method, path, *args, **more)

    monkeypatch.setattr(hr._calls, "ask", refused)
    note = Note(**json.loads(note_of(ids[0], candidate_remote_id="app-cand-wang")))
    with pytest.raises(RemoteRejected) as raised:
        hr.add_note(note, OP)
    assert raised.value.params == {"host": raised.value.params["host"], "status": 403, "detail": "hire:note"}
    with pytest.raises(RightMissing):
        hr.check()
    assert hr.register_interview(interview_body(ids[0]), OP)


def test_a_profile_without_headings_for_notes_still_serves():
    file = Path(shipped_profile("feishu").file).read_text("utf-8")
    older = read_profile(file[: file.index("[words.notes]")], "own")
    assert older.shape.words.notes == {}
