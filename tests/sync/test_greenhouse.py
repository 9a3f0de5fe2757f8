"""Greenhouse Harvest v3: what is read, what a note says, where files go, and that no stage is ever moved."""

from __future__ import annotations

import hashlib
import io
import json
from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

import msgspec
import pytest
import requests

from sync import listing
from sync.contract import InterviewStatus
from sync.dialects.greenhouse import files
from sync.dialects.greenhouse.note import Mark, mark_in
from sync.dialects.greenhouse.people import halves, whole
from sync.failures import (
    CursorUnknown,
    PayloadTooLarge,
    ProfileInvalid,
    RemoteConflict,
    RemoteRejected,
    RemoteUnauthorized,
    RemoteUnreachable,
    RightMissing,
)
from sync.outbox import Kind, Resolution, State
from sync.profile import read_profile
from sync.sandbox.faces.greenhouse import ATTACHMENT, NOTE
from sync.sandbox.faces.greenhouse_rows import Rows, number
from sync.sender import Sender
from sync.system import Agreed, Attachment, GivesDocuments, Note, TakesFiles, TellsVanished
from tests.sync.ehr import SAID, altered, assessment_body, enqueue_interview, interview_body, note_of, pulled
from tests.sync.far_sides import GreenhouseSide, greenhouse_here

FAR = GreenhouseSide
OP = "operation-1"


def known_application(far):
    """An application of the demo with its position."""
    one = next(one for one in far.sandbox.store.all("candidate") if one["position_id"])
    return one, str(number("application", one["id"]))


def notes(far):
    return far.sandbox.store.documents(NOTE)


# what is read


def test_positions_and_applications_come_with_what_belongs_to_them(far):
    rows, _ = pulled(far.hr())
    position = far.sandbox.store.all("position")[0]
    job = rows[str(number("job", position["id"]))]
    assert (job.title, job.department) == (position["title"], position["department"])
    assert job.description.startswith(position["description"])
    assert f"Keywords: {', '.join(position['keywords'])}" in job.description
    person, application = known_application(far)
    candidate = rows[application]
    assert (candidate.name, candidate.email, candidate.phone) == (person["name"], person["email"], person["phone"])
    assert candidate.position_remote_id == str(number("job", person["position_id"]))
    assert candidate.scheduled_at == person["interview"]["scheduled_at"]
    interview = number("interview", person["interview"]["id"])
    assert candidate.interview_remote_id == f"{application}.{interview}"
    assert candidate.status is InterviewStatus.SCHEDULED


def test_a_cursor_is_the_only_parameter_and_all_pages_arrive(far):
    calls = []
    hr = far.hr(record=calls.append)
    shape = greenhouse_here(page_size=1)
    hr._incoming._shape = shape.shape
    rows, _ = pulled(hr)
    assert set(far.positions()) <= set(rows)
    assert len([call for call in calls if call.path == "/v3/jobs"]) == len(far.positions())
    token = requests.post(
        f"{far.sandbox.url}/greenhouse/auth/token", {"grant_type": "client_credentials"},
        auth=(far._account, far.sandbox.key), timeout=60,
    ).json()["access_token"]  # fmt: skip
    answer = requests.get(
        f"{far.sandbox.url}/greenhouse/v3/jobs?cursor=e30=&per_page=1", headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )  # fmt: skip
    assert answer.status_code == 422


def test_only_what_changed_comes_again(far):
    hr = far.hr()
    _, cursor = pulled(hr)
    found, cursor = pulled(hr, cursor)
    assert found == {}
    person, application = known_application(far)
    body = {name: value for name, value in person.items() if name not in ("id", "updated", "deleted", "interview")}
    far.sandbox.store.put("candidate", person["id"], body | {"name": "Ada Lovelace"})
    found, _ = pulled(hr, cursor)
    assert {name: one.name for name, one in found.items()} == {application: "Ada Lovelace"}


def test_what_was_deleted_is_asked_for_by_id(far):
    hr = far.hr()
    assert isinstance(hr, TellsVanished)
    person, application = known_application(far)
    body = {name: value for name, value in person.items() if name not in ("id", "updated", "deleted", "interview")}
    known = {"position": frozenset(far.positions()), "candidate": frozenset({application})}
    assert hr.vanished(known).candidates == ()
    far.sandbox.store.put("candidate", person["id"], body, deleted=True)
    gone = hr.vanished(known)
    assert [(one.remote_id, one.deleted) for one in gone.candidates] == [(application, True)]
    assert gone.positions == ()


def test_a_cursor_of_another_system_or_one_that_is_forgotten_begins_again(far):
    hr = far.hr()
    with pytest.raises(CursorUnknown):
        hr.changes("?")
    with pytest.raises(CursorUnknown):
        hr.changes('{"walk":"jobs","until":"2026-01-01T00:00:00+00:00","page":"%%%"}')


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("秦𠮷雅", "𠮷雅", "秦"),
        ("欧阳娜娜", "娜娜", "欧阳"),
        ("Mary Jane Watson", "Mary Jane", "Watson"),
        ("Cher", "Cher", "–"),
    ],
)
def test_names_come_back_as_people_write_them(name, first, last):
    assert halves(name) == (first, last)
    assert whole({"first_name": first, "last_name": last}) == name


def with_belongings(far):
    """Somebody of the demo with a résumé and earlier feedback, and the application there."""
    people = far.sandbox.store.all("candidate")
    one = next(one for one in people if one["position_id"] and one["documents"] and one["feedback"])
    return one, str(number("application", one["id"]))


def touched(far, person, **changes):
    body = {name: value for name, value in person.items() if name not in ("id", "updated", "deleted", "interview")}
    far.sandbox.store.put("candidate", person["id"], body | changes)


def test_resumes_and_submitted_scorecards_come_with_the_application(far):
    person, application = with_belongings(far)
    calls = []
    hr = far.hr(record=calls.append)
    rows, _ = pulled(hr)
    (document,), told = rows[application].documents, person["documents"][0]
    assert (document.name, document.media_type) == (told["name"], told["media_type"])
    assert isinstance(hr, GivesDocuments)
    assert hr.gives_documents()
    into = io.BytesIO()
    hr.document(document, into, 20_000_000)
    assert hashlib.sha256(into.getvalue()).hexdigest() == told["sha256"]
    assert "code=" not in calls[-1].path
    assert (calls[-1].received, calls[-1].file) == (b"", (told["size"], told["sha256"]))
    assert [(one.by, one.text, one.at) for one in rows[application].feedback] == [
        (one["by"], one["text"], one["at"]) for one in sorted(
            person["feedback"], key=lambda one: number("scorecard", one["id"])
        )
    ]  # fmt: skip
    assert all(one.conclusion in ("strong yes", "yes", "mixed", "no") for one in rows[application].feedback)


def test_a_file_from_here_is_no_resume_and_one_that_is_gone_is_told(far):
    person, application = with_belongings(far)
    hr = far.hr()
    before = pulled(hr)[0][application].documents
    hr.attach(attachment(str(uuid4()), application, b"report"), io.BytesIO(b"report"), OP, lambda _: None)
    assert pulled(hr)[0][application].documents == before
    touched(far, person, documents=[])
    with pytest.raises(RemoteRejected) as gone:
        hr.document(before[0], io.BytesIO(), 20_000_000)
    assert gone.value.params["status"] == 404
    found, _ = pulled(hr)
    assert found[application].documents == ()


def test_without_the_scope_for_scorecards_everything_else_comes(far, monkeypatch):
    hr, (_, application) = far.hr(), with_belongings(far)
    ask = hr._calls.page

    def page(path, query, cursor=""):
        if path in ("/v3/scorecards", "/v3/users"):
            raise RightMissing(host="", detail="harvest:scorecards:list")
        return ask(path, query, cursor)

    monkeypatch.setattr(hr._calls, "page", page)
    rows, cursor = pulled(hr)
    assert rows[application].documents
    assert rows[application].feedback == ()
    assert pulled(hr, cursor)[0] == {}


# what a note says


def test_a_note_is_plain_text_with_everything_and_ends_with_its_mark(far):
    hr, (interview, assessment) = far.hr(), (str(uuid4()), str(uuid4()))
    hr.register_interview(interview_body(interview), OP)
    signed = assessment_body(interview, assessment, strengths="讲得清楚")
    hr.put_assessment(f"{assessment}:1", signed, OP, Agreed())
    (note,) = notes(far)
    assert (note["visibility"], note["type"]) == ("private", "NOTE")
    lines = note["body"].splitlines()
    assert lines[:6] == [
        "Interview assessment · 后端工程师 · 1", "Conclusion: recommended",
        "Composite score (0–10): 7.55 (interval 6.9–8.1)",
        "Weight assessed: 75 %", "Keyword match rate: 50 %", "Interviewer: 王芳",
    ]  # fmt: skip
    assert "语言表达: 7.55 (weight 60 %; machine 6.5 (interval 5.5–7.25); interviewer 8; 清楚)" in lines
    assert "逻辑思维: not assessed (weight 60 %; 清楚)" in lines
    assert '01:12 <img src="file:///etc/passwd">' in lines
    assert "01:20–01:32 一段" in lines
    assert lines[lines.index("Strengths") + 1] == "讲得清楚"
    assert mark_in(note["body"]) == Mark(f"{assessment}:1", hashlib.sha256(signed).hexdigest())
    (request,) = hr.preview(f"{assessment}:1", signed)
    sent = json.loads(request.body)
    assert (request.path, sent["candidate_id"], sent["body"]) == ("/v3/notes", note["candidate_id"], note["body"])


def test_a_note_speaks_chinese_where_the_profile_says_so_and_names_its_author(far):
    token = greenhouse_here().shape.auth.token
    more = token.more | {"sub": "4711"}
    auth = msgspec.structs.replace(greenhouse_here().shape.auth, token=msgspec.structs.replace(token, more=more))
    hr = far.hr(profile=greenhouse_here(language="zh", visibility="admin_only", auth=auth))
    interview, assessment = str(uuid4()), str(uuid4())
    hr.register_interview(interview_body(interview), OP)
    hr.put_assessment(f"{assessment}:1", assessment_body(interview, assessment), OP, Agreed())
    (note,) = notes(far)
    assert (note["user_id"], note["visibility"]) == (4711, "admin_only")
    assert "结论：推荐" in note["body"]
    assert "综合得分（10 分制）：7.55（区间 6.9–8.1）" in note["body"]


def test_a_known_application_gets_its_note_and_nobody_is_made(far):
    hr, person_and_id = far.hr(), known_application(far)
    person, application = person_and_id
    before = len(Rows(far.sandbox.store).candidates())
    interview, assessment = str(uuid4()), str(uuid4())
    remote_id = hr.register_interview(interview_body(interview, application), OP)
    assert remote_id == f"{application}.{interview}"
    signed = assessment_body(interview, assessment, candidate_remote_id=application)
    hr.put_assessment(f"{assessment}:1", signed, OP, Agreed())
    assert [one["candidate_id"] for one in notes(far)] == [number("candidate", person["id"])]
    assert len(Rows(far.sandbox.store).candidates()) == before


def test_nobody_is_made_where_the_profile_forbids_it(far):
    hr = far.hr(profile=greenhouse_here(new_candidates=False))
    with pytest.raises(RemoteRejected, match="new_candidates"):
        hr.register_interview(interview_body(str(uuid4())), OP)
    with pytest.raises(RemoteRejected):
        hr.put_assessment("a:1", assessment_body(str(uuid4()), "a"), OP, Agreed())
    assert far.registered() == []


def test_an_earlier_revision_never_follows_a_later_one(far):
    hr, (interview, assessment) = far.hr(), (str(uuid4()), str(uuid4()))
    hr.register_interview(interview_body(interview), OP)
    hr.put_assessment(f"{assessment}:2", assessment_body(interview, assessment, 2), OP, Agreed())
    with pytest.raises(RemoteConflict) as raised:
        hr.put_assessment(f"{assessment}:1", assessment_body(interview, assessment), OP, Agreed())
    assert raised.value.params["field"] == "newer_revision"
    assert len(notes(far)) == 1


def test_what_people_write_into_the_feed_is_no_result(far):
    hr, (interview, assessment) = far.hr(), (str(uuid4()), str(uuid4()))
    hr.register_interview(interview_body(interview), OP)
    signed = assessment_body(interview, assessment)
    hr.put_assessment(f"{assessment}:1", signed, OP, Agreed())
    (note,) = notes(far)
    for words in ("Called her today.", "MianJian record: nothing", note["body"] + "\nI agree."):
        far.sandbox.store.put_document(NOTE, f"own-{len(words)}", note | {"id": len(words), "body": words})
    assert hr.held_assessment(f"{assessment}:1", signed).remote_id == str(note["id"])
    assert mark_in(note["body"] + "\nI agree.") is None


def test_what_is_said_beside_a_result_is_no_result_and_comes_from_the_same_user(far):
    hr, (_, application) = far.hr(profile=greenhouse_here(language="zh")), known_application(far)
    interview, assessment = str(uuid4()), str(uuid4())
    signed = assessment_body(interview, assessment, candidate_remote_id=application)
    note = Note(**json.loads(note_of(interview, candidate_remote_id=application)))
    made = hr.add_note(note, OP)
    assert hr.held_assessment(f"{assessment}:1", signed) is None
    hr.put_assessment(f"{assessment}:1", signed, OP, Agreed())
    assert hr.add_note(note, OP) == made
    said, _ = notes(far)
    assert said["body"].splitlines()[:2] == ["候选人迟到", "15 分钟 <b>迟到</b>"]
    assert (mark_in(said["body"]), said["visibility"]) == (None, "private")
    with pytest.raises(RemoteConflict):
        hr.add_note(replace(note, by="李雷"), OP)


@pytest.mark.parametrize(("language", "heading"), [("zh", "候选人迟到"), ("en", "Candidate late")])
def test_heading_and_words_of_a_note_are_of_one_language(language, heading, far):
    hr, (_, application) = far.hr(profile=greenhouse_here(language=language)), known_application(far)
    note = Note(**json.loads(note_of(str(uuid4()), candidate_remote_id=application, texts=SAID)))
    made = hr.add_note(note, OP)
    (said,) = notes(far)
    assert said["body"].splitlines()[:2] == [heading, SAID[language]]
    assert hr.add_note(replace(note, texts={}), OP) == made, "what it says to programs tells it apart"


# stages


def test_status_moves_are_settled_as_not_told_and_no_stage_is_moved(far, sessions, queue):
    with sessions() as session:
        enqueue_interview(session)
    calls = []
    run = Sender(sessions, far.hr(record=calls.append), queue).drain()
    assert (run.sent, run.dead, run.conflicts) == (5, 0, 0)
    with sessions() as session:
        moves = [item for item in listing.items(session) if item.kind is Kind.STATUS]
    assert {(item.state, item.resolution) for item in moves} == {(State.DONE, Resolution.NOT_TOLD)}
    written = {call.path for call in calls if call.method != "GET"}
    assert written == {"/greenhouse/auth/token", "/v3/candidates", "/v3/notes"}


# files


def attachment(interview, application, content, **changes):
    made = Attachment(
        "file-1", "a:1", interview, None, application, "report", "报告.pdf", "application/pdf", len(content),
        hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    return replace(made, **changes)


def test_a_file_is_an_attachment_of_the_application_once(far):
    hr, (_, application) = far.hr(), known_application(far)
    assert isinstance(hr, TakesFiles)
    content, told = b"%PDF-1.7 " * 1000, []
    one = attachment(str(uuid4()), application, content)
    made = hr.attach(one, io.BytesIO(content), OP, told.append)
    assert hr.attach(one, io.BytesIO(content), OP, told.append) == made
    (kept,) = far.sandbox.store.documents(ATTACHMENT)
    assert (kept["application_id"], kept["type"], kept["visibility"]) == (int(application), "other", "private")
    assert (kept["sha256"], kept["filename"]) == (one.sha256, f"报告-{one.sha256[:16]}.pdf")
    assert told == [len(content)] * 2


def test_a_lost_answer_does_not_double_a_file(far):
    hr, (_, application) = far.hr(), known_application(far)
    one = attachment(str(uuid4()), application, b"curve")
    for seed in range(12):
        far.misbehave(f"drop_after:0.5,seed={seed}")
        with suppress(RemoteUnreachable):
            hr.attach(one, io.BytesIO(b"curve"), OP, lambda _: None)
    far.misbehave("")
    hr.attach(one, io.BytesIO(b"curve"), OP, lambda _: None)
    assert len(far.sandbox.store.documents(ATTACHMENT)) == 1


def test_a_file_that_is_too_large_or_has_no_application_is_told(far):
    hr, (_, application) = far.hr(), known_application(far)
    large = attachment(str(uuid4()), application, b"x", size=files.MAX_FILE_BYTES + 1)
    with pytest.raises(PayloadTooLarge):
        hr.attach(large, io.BytesIO(b"x"), OP, lambda _: None)
    interview = str(uuid4())
    hr.register_interview(interview_body(interview), OP)
    with pytest.raises(RemoteRejected):
        hr.attach(attachment(interview, None, b"x"), io.BytesIO(b"x"), OP, lambda _: None)


# who calls, and what a profile may say


def test_a_wrong_secret_is_told_and_a_good_one_passes(far):
    right, far.sandbox.key = far.sandbox.key, "wrong"
    refused = far.hr()
    far.sandbox.key = right
    with pytest.raises(RemoteUnauthorized):
        refused.check()
    far.hr().check()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('send = ["assessment"', 'send = ["status", "assessment"', "send: status"),
        ('language = "en"', 'language = "fr"', "language"),
        ('visibility = "private"', 'visibility = "everybody"', "visibility"),
        ('hire = "Conclusion: recommended"', "", "conclusions"),
        ("new_candidates = true", 'marker = "{}@gmail.com"', "marker"),
        ("new_candidates = true", "page_size = 51", "page_size"),
    ],
)
def test_a_profile_that_cannot_serve_is_refused(old, new, reason):
    with pytest.raises(ProfileInvalid, match=reason):
        read_profile(altered("greenhouse", old, new), "own")


def test_a_company_adds_its_user_in_four_lines():
    own = 'base = "greenhouse"\nname = "acme"\n[auth.token.more]\nsub = "4711"\n'
    assert read_profile(own, "acme").shape.author == 4711
    assert read_profile(own, "acme").shape.auth.token.more["grant_type"] == "client_credentials"
