"""There and back again: an office, a laptop that never sees the EHR, and what arrives at the EHR, counted by SQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from app import text
from app.domain.types import Candidate, InterviewStatus, Position
from app.handover.package import Kind
from app.handover.summary import headline
from app.handover.taking import take_package
from app.handover.writing import Choice, write_package
from app.review import ReviewSession
from sync import listing
from sync.outbox import State
from tests.app.test_store_library import an_interview
from tests.handover.conftest import carry, counted, home, named, out, sign


def states(library):
    with library.reading() as session:
        return {state: number for state, number in listing.counts(session).items() if number}


def test_the_whole_way(office, laptop, stick, sandbox, connect, tmp_path):
    service = connect(office)
    service.run_once()
    planned = named(office, "Emma Clarke")
    out(office, laptop, stick, planned.id)
    there = named(laptop, "Emma Clarke")
    assert (there.id, there.remote_id, there.status) == (planned.id, planned.remote_id, InterviewStatus.SCHEDULED)
    assert there.position == replace(planned.position, version=1)
    assert there.scheduled_at == planned.scheduled_at
    assert states(laptop) == {}, "what the office said is not sent back"
    signature = sign(laptop, there.id)
    laptop.add_comment(there.id, 3.5, "答得具体")
    taken = home(laptop, office, stick, there.id)
    assert taken.to_send == 1
    assert set(states(laptop)) == {State.HANDED}
    (held,) = office.assessments(planned.id)[0].signatures
    assert (held.payload, held.sha256, held.assessor) == (signature.payload, signature.sha256, "李静")
    assert [one.text for one in office.comments(planned.id)] == ["答得具体"]
    assert office.interview(planned.id).status is InterviewStatus.ASSESSED
    assert service.run_once().complete
    assert counted(tmp_path, "assessment") == 1
    with closing(sqlite3.connect(tmp_path / "ehr" / "ehr.sqlite3")) as database:
        body, remote = database.execute("select body, interview_id from assessment").fetchone()
    assert (bytes(body), remote) == (signature.payload, planned.remote_id)
    _, told = carry(office, laptop, stick, Kind.RECEIPTS)
    assert told.confirmed == 4, "three moves and the assessment"
    assert states(laptop) == {State.DONE: 4}


def test_an_interview_that_the_ehr_does_not_know_is_registered_once(office, laptop, stick, sandbox, connect, tmp_path):
    position = office.save_position(Position("", "仓库主管", questions=("为什么换工作？",)))
    out_there = carry(office, laptop, stick, Kind.OUTWARD, positions=[position.id])[1]
    assert out_there.new["position"] == 1
    candidate = laptop.save_candidate(Candidate("", "秦𠮷雅"))
    made = laptop.save_interview(an_interview(candidate, laptop.position(position.id)))
    sign(laptop, made.id)
    home(laptop, office, stick, made.id)
    before = counted(tmp_path, "interview")
    assert connect(office).run_once().complete
    assert (counted(tmp_path, "assessment"), counted(tmp_path, "interview")) == (1, before + 1)
    out(office, laptop, stick, made.id)
    assert laptop.interview(made.id).remote_id == office.interview(made.id).remote_id is not None


@pytest.mark.parametrize("first", ["office", "laptop"])
def test_both_send_and_it_arrives_once(office, laptop, stick, sandbox, connect, tmp_path, first):
    connect(office).run_once()
    planned = named(office, "Emma Clarke")
    out(office, laptop, stick, planned.id)
    sign(laptop, planned.id)
    home(laptop, office, stick, planned.id)
    here, there = connect(office), connect(laptop)
    assert there.run_once().sent == 0, "what was handed over is not sent from here"
    for entry in there.state().entries:
        there.resend(entry.op_id)
    for service in (here, there) if first == "office" else (there, here):
        assert service.run_once().complete
    assert counted(tmp_path, "assessment") == 1
    assert counted(tmp_path, f"move where interview_id = '{planned.remote_id}'") == 3
    assert set(states(office)) == set(states(laptop)) == {State.DONE}


def test_the_same_package_twice_changes_nothing(office, laptop, stick):
    candidate = office.save_candidate(Candidate("", "周子墨"))
    interview = office.save_interview(an_interview(candidate))
    file = stick / "one.mianjian"
    write_package(office, Choice(Kind.OUTWARD, (interview.id,)), file)
    first = take_package(laptop, file)
    before = laptop.interviews()
    again = take_package(laptop, file)
    assert first.before is None
    assert again.before is not None
    assert again.nothing_new
    assert laptop.interviews() == before
    assert take_package(office, file).own


def test_results_written_once_more_bring_nothing_and_say_so(office, laptop, stick, each_language):
    interview = office.save_interview(an_interview(office.save_candidate(Candidate("", "周子墨"))))
    out(office, laptop, stick, interview.id)
    sign(laptop, interview.id)
    home(laptop, office, stick, interview.id)
    again = home(laptop, office, stick, interview.id)
    assert set(again.new) <= {"audit"}
    assert headline(again) == text.tr("package.nothing_new")
    review = ReviewSession(laptop, interview.id)
    review.rate(review.template.dimensions[0].id, 3)
    assert text.tr("package.drafts") in headline(home(laptop, office, stick, interview.id))


@pytest.mark.parametrize(("sent_between", "arrived"), [(True, [1, 2]), (False, [2])])
def test_a_second_revision_follows(office, laptop, stick, sandbox, connect, tmp_path, sent_between, arrived):
    service = connect(office)
    service.run_once()
    planned = named(office, "Emma Clarke")
    out(office, laptop, stick, planned.id)
    sign(laptop, planned.id)
    home(laptop, office, stick, planned.id)
    if sent_between:
        service.run_once()
    sign(laptop, planned.id, summary="再看一遍", score=7)
    taken = home(laptop, office, stick, planned.id)
    assert (taken.to_send, taken.same["signature"]) == (1, 1)
    assert service.run_once().complete
    with closing(sqlite3.connect(tmp_path / "ehr" / "ehr.sqlite3")) as database:
        assert [row[0] for row in database.execute("select revision from assessment order by rowid")] == arrived
    carry(office, laptop, stick, Kind.RECEIPTS)
    assert set(states(laptop)) == {State.DONE}


def test_an_older_package_after_a_newer_one_loses_nothing(office, laptop, stick):
    candidate = office.save_candidate(Candidate("", "周子墨"))
    interview = office.save_interview(an_interview(candidate))
    old, new = stick / "old.mianjian", stick / "new.mianjian"
    write_package(office, Choice(Kind.OUTWARD, (interview.id,)), old)
    office.save_candidate(replace(office.candidate(candidate.id), phone="138"))
    write_package(office, Choice(Kind.OUTWARD, (interview.id,)), new)
    take_package(laptop, new)
    late = take_package(laptop, old)
    assert late.nothing_new
    assert laptop.candidate(candidate.id).phone == "138"
