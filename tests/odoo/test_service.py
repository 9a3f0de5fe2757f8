"""The whole way: a library, the service, the company's own profile file, and a real Odoo."""

from __future__ import annotations

import base64
import threading

import pytest

from app.domain.types import Conclusion, InterviewStatus
from app.mapping_desk import MappingDesk
from app.review import ReviewSession
from app.settings import SettingsFile
from app.store import Library
from app.sync_service import SyncService
from sync import listing
from sync.conflicts import Choice
from sync.mapping import Entry
from sync.outbox import State
from sync.queue import Queue
from tests.app.test_store_library import an_interview

PROFILE = """
base = "odoo"
name = "ours"
title = {{ zh = "我们的 Odoo", en = "Our Odoo" }}
database = "{database}"

[[mapping]]
source = "composite"
target = "x_composite"
type = "number"

[[mapping]]
source = "conclusion"
target = "properties/面试结论"
type = "option"
options = {{ hire = "yes", no_hire = "no" }}
"""


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", assessor="li") as opened:
        yield opened


@pytest.fixture
def service(library, serving, database, keys):
    settings = SettingsFile(library.folder)
    settings.profiles.mkdir()
    (settings.profiles / "ours.toml").write_text(PROFILE.format(database=database), "utf-8")
    settings.change(ehr_url=serving.url, ehr_profile="ours", assessor="li")
    made = SyncService(library, settings, queue=Queue(jitter=lambda: 1.0), secret=lambda _: keys["recruiter"])
    yield made
    made.close()


def sign(library, interview_id, score):
    review = ReviewSession(library, interview_id)
    for dimension in review.template.dimensions:
        review.rate(dimension.id, score)
    review.conclude(Conclusion.HIRE)
    review.set_summary("有条理")
    return review.sign()


def test_an_interview_comes_from_odoo_and_goes_back_assessed(library, service, company, office, sql):
    service.test()
    applicant = office.make(
        "hr.applicant", partner_name="张三", email_from="z@example.com", job_id=company.job, stage_id=company.stages[0]
    )
    slot = {"start": "2031-03-02 06:30:00", "stop": "2031-03-02 07:30:00"}
    office.make("calendar.event", name="面试", applicant_id=applicant, **slot)
    report = service.run_once()
    assert report.complete, report.sentence
    (interview,) = library.interviews()
    assert (interview.candidate.name, interview.position.title) == ("张三", "后端工程师")
    assert interview.scheduled_at.isoformat() == "2031-03-02T06:30:00+00:00"

    library.set_status(interview.id, InterviewStatus.TO_REVIEW)
    signature = sign(library, interview.id, 8)
    report = service.run_once()
    assert (report.left, report.people, report.complete) == (0, 0, True), report.sentence
    assert office.read("hr.applicant", applicant, "stage_id")[0] == company.stages[3]
    assert office.properties(applicant)["面试结论"] == "yes"
    composite = office.read("hr.applicant", applicant, "x_composite")
    assert composite > 0
    kept = int(sql("select id from ir_attachment where name like 'mianjian-%'"))
    assert base64.b64decode(office.read("ir.attachment", kept, "datas")) == signature.payload
    files = sql(f"select name, file_size from ir_attachment where res_model = 'hr.applicant' and res_id = {applicant}")
    assert any(name.endswith(".pdf") and int(size) > 1000 for name, size in files)
    again = service.run_once()
    assert (again.sent, len(library.interviews())) == (0, 1)

    office.edit("hr.applicant", applicant, x_composite=1.5)
    sign(library, interview.id, 5)
    assert service.run_once().people == 1
    with library.reading() as session:
        waiting = next(item for item in listing.items(session) if item.state is State.CONFLICT)
    (asked,) = service.conflict(waiting.op_id).fields
    assert (asked.field, asked.base, asked.theirs) == ("x_composite", composite, 1.5)
    assert office.read("hr.applicant", applicant, "x_composite") == 1.5
    service.resolve(waiting.op_id, Choice.MINE)
    assert service.run_once(hurry=True).people == 0
    assert office.read("hr.applicant", applicant, "x_composite") == asked.mine


def test_an_interview_that_was_only_held_here_is_one_on_both_sides(library, service, company, office, sql):
    applicant = office.make("hr.applicant", partner_name="李四", job_id=company.job)
    assert service.run_once().complete
    assert library.interviews() == ()
    (candidate,) = library.candidates()
    position = library.find_position(remote_id=str(company.job))
    interview = library.save_interview(an_interview(candidate, position))
    sign(library, interview.id, 7)
    for _ in range(2):
        report = service.run_once()
        assert (report.left, report.people, report.complete) == (0, 0, True), report.sentence
    assert [one.id for one in library.interviews()] == [interview.id]
    assert library.interview(interview.id).remote_id == str(applicant)
    assert sql("select count(*) from hr_applicant") == "1"
    assert office.read("hr.applicant", applicant, "stage_id")[0] == company.stages[3]


def test_the_editor_of_the_mapping_reads_tries_and_keeps_it(library, service, company, office):
    applicant = office.make("hr.applicant", partner_name="张三", job_id=company.job, stage_id=company.stages[0])
    service.run_once()
    (interview,) = library.interviews()
    answered, got = threading.Event(), []

    def done(result, failure):
        got.append((result, failure))
        answered.set()

    def asked(call):
        answered.clear()
        call(done)
        assert answered.wait(60)
        return got[-1]

    desk = MappingDesk(library, service._settings, service, lambda work: work())
    known, failure = asked(desk.read_fields)
    assert failure is None
    titles = {field.id: field.title for field in known.catalogue.fields}
    assert titles["properties/语言表达"] == "语言表达"
    assert titles["x_composite"] == "综合得分"
    entries = (
        Entry("composite", "x_composite", type="number"),
        Entry("composite", "properties/语言表达", type="number", scale=(0, 10, 1, 5)),
    )
    sign(library, interview.id, 6)
    tried, failure = asked(lambda done: desk.dry_run(entries, done))
    assert failure is None
    assert tried.good, (tried.steps, tried.items)
    assert tried.items[0].requests[0].path == "/json/2/hr.applicant/load"
    assert office.read("hr.applicant", applicant, "x_composite") == 0.0, "a dry run writes nothing"
    desk.save(entries)
    assert service.run_once().complete
    composite = office.read("hr.applicant", applicant, "x_composite")
    assert office.properties(applicant)["语言表达"] == pytest.approx(1 + composite * 0.4, abs=0.01)
