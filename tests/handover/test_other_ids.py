"""An interview that the office knows by another id than the laptop is one interview, whichever came first; and what
has the same id in another HR system is another one."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event

from app import other_ids
from app.domain.types import Candidate, InterviewStatus, Position
from app.handover import identity
from app.handover.archive import opened
from app.handover.cards import open_cards
from app.handover.content import read_content
from app.handover.here import interviews_here
from app.handover.package import Kind
from app.handover.taking import take_package
from app.handover.writing import Choice, write_package
from app.other_ids import REGISTERED
from app.settings import SettingsFile
from app.store import Library
from app.store.importing import import_file
from app.store.recordings import Belonging
from sync import ledger, listing
from sync.ledger import KnownRow
from sync.outbox import Kind as ItemKind
from sync.outbox import State
from tests.analysis.media_samples import clicks, record
from tests.app.test_store_library import an_interview
from tests.handover.conftest import carry, counted, home, named, sign
from tests.handover.test_carried import at_ehr


@pytest.fixture
def second(tmp_path):
    with Library.open(tmp_path / "second office", assessor="HR 陈晨") as opened:
        yield opened


@pytest.fixture
def made(laptop):
    """Made on the laptop itself, and signed there."""
    position = laptop.save_position(Position("", "测试主管", "研发"))
    person = laptop.save_candidate(Candidate("", "秦𠮷雅", phone="138"))
    interview = laptop.save_interview(replace(an_interview(person, position), speakers=3))
    sign(laptop, interview.id)
    return interview


@pytest.fixture
def results(laptop, stick, made):
    """The package with it."""
    file = stick / "results.mianjian"
    write_package(laptop, Choice(Kind.RESULTS, (made.id,)), file)
    return file


def open_items(library):
    with library.reading() as session:
        return [(item.kind, item.external_id) for item in listing.items(session) if item.state is not State.DONE]


def people(library, name="秦𠮷雅"):
    return [one for one in library.candidates() if one.name == name]


def test_pulled_first_it_is_one_interview_with_what_the_laptop_says(
    office, second, laptop, stick, connect, made, results, tmp_path
):
    take_package(office, results)
    assert connect(office).run_once().complete
    there = connect(second)
    there.run_once()
    before = named(second, "秦𠮷雅")
    assert before.id != made.id
    taken = take_package(second, results)
    after = named(second, "秦𠮷雅")
    assert (after.id, after.remote_id, after.signed) == (before.id, before.remote_id, True)
    assert (after.title, after.speakers, after.status) == (made.title, 3, InterviewStatus.ASSESSED)
    assert [one.phone for one in people(second)] == ["138"]
    assert (open_cards(second), taken.to_send) == ((), 1)
    assert there.run_once().complete
    assert counted(tmp_path, "assessment") == 1
    assert counted(tmp_path, "interview where client_id is not null") == 1
    carry(second, laptop, stick, Kind.RECEIPTS)
    assert open_items(laptop) == []
    assert laptop.interview(made.id).remote_id == before.remote_id
    assert take_package(second, results).nothing_new


def test_taken_first_it_is_one_interview_too(office, second, connect, made, results):
    take_package(office, results)
    assert connect(office).run_once().complete
    take_package(second, results)
    there = connect(second)
    assert there.run_once().complete
    assert named(second, "秦𠮷雅").id == made.id
    assert len(people(second)) == 1


def test_what_people_typed_differently_is_asked(office, second, laptop, stick, connect, made, results):
    take_package(office, results)
    assert connect(office).run_once().complete
    connect(second).run_once()
    (person,) = people(second)
    second.save_candidate(replace(person, phone="139"))
    take_package(second, results)
    assert [(card.kind, card.field, card.mine, card.theirs) for card in open_cards(second)] == [
        ("candidate", "phone", "139", "138")
    ]
    sign(laptop, made.id, summary="再看一遍")
    home(laptop, second, stick, made.id)
    assert len(open_cards(second)) == 1


def test_whoever_signs_it_on_both_goes_on_with_one_assessment(
    office, second, laptop, stick, connect, made, results, tmp_path
):
    take_package(office, results)
    assert connect(office).run_once().complete
    there = connect(second)
    there.run_once()
    take_package(second, results)
    second.assessor = "李静"
    here = named(second, "秦𠮷雅")
    sign(second, here.id, summary="在办公室改了")
    assert len(second.assessments(here.id)) == 1
    assert there.run_once().complete
    bodies = [json.loads(body) for (body,) in at_ehr(tmp_path, "select body from assessment order by rowid")]
    assert [(body["revision"], body["assessment_id"]) for body in bodies] == [
        (number, laptop.assessment(made.id).id) for number in (1, 2)
    ]


def test_its_recording_comes_to_the_interview_that_is_here(office, second, laptop, stick, connect, made, tmp_path):
    SettingsFile(laptop.folder).change(jurisdiction="US")
    source = record(tmp_path / "谈话.mp4", 2.0, sound=clicks(2.0, [0.5, 1.5]))
    import_file(laptop, source, belonging=Belonging(interview_id=made.id))
    file = stick / "with.mianjian"
    write_package(laptop, Choice(Kind.RESULTS, (made.id,), recordings=True), file)
    take_package(office, file)
    assert connect(office).run_once().complete
    connect(second).run_once()
    own = record(tmp_path / "自己的.mp4", 2.0, sound=clicks(2.0, [0.4, 1.1]))
    import_file(second, own, belonging=Belonging(interview_id=named(second, "秦𠮷雅").id))
    before = named(second, "秦𠮷雅").media
    assert take_package(second, file, stop=threading.Event()).kept == 1
    assert named(second, "秦𠮷雅").media == before


def a_recording(library, path, interview_id, times):
    import_file(library, record(path, 2.0, sound=clicks(2.0, times)), belonging=Belonging(interview_id=interview_id))


def test_a_recording_that_is_here_stays_where_the_interview_is_told_by_the_candidate(office, laptop, stick, tmp_path):
    """The HR system is reached by two addresses, the candidate came by package and was renamed here since: rows and
    recording go by one rule."""
    SettingsFile(laptop.folder).change(jurisdiction="US")
    connected_to(office, "https://hr.example")
    person = office.save_candidate(Candidate("", "Ann", remote_id="7"))
    first = office.save_interview(an_interview(person, remote_id="1"))
    carry(office, laptop, stick, Kind.OUTWARD, [first.id])
    connected_to(laptop, "https://proxy.example")
    here = office.save_interview(an_interview(person, remote_id="2"))
    there = laptop.save_interview(an_interview(laptop.candidates()[0], remote_id="2"))
    office.save_candidate(replace(person, name="Anna"))
    a_recording(office, tmp_path / "here.mp4", here.id, [0.4])
    a_recording(laptop, tmp_path / "there.mp4", there.id, [0.5, 1.5])
    before = office.interview(here.id).media
    sign(laptop, there.id)
    assert home(laptop, office, stick, there.id, recordings=True).kept == 1
    assert office.interview(here.id).media == before
    assert len(office.interviews()) == 2


def test_a_recording_that_comes_while_a_package_is_taken_stays(office, laptop, stick, made, tmp_path):
    SettingsFile(laptop.folder).change(jurisdiction="US")
    a_recording(laptop, tmp_path / "there.mp4", made.id, [0.5, 1.5])
    file = stick / "with.mianjian"
    home(laptop, office, stick, made.id)
    write_package(laptop, Choice(Kind.RESULTS, (made.id,), recordings=True), file)
    imported = []

    def meanwhile(done, total):
        with_files = done / total > 0.2
        if with_files and not imported:
            imported.append(made.id)
            a_recording(office, tmp_path / "here.mp4", made.id, [0.4])

    assert take_package(office, file, progress=meanwhile).kept == 1
    assert office.interview(made.id).media.name == "here.mp4"
    assert len(list((office.folder / "vault" / "media").rglob("original*"))) == 1


def test_a_package_asks_for_other_ids_once(office, laptop, stick):
    """However many interviews there are, what the HR system told of other computers' ids is read once."""
    connected_to(office, "https://hr.example")
    person = laptop.save_candidate(Candidate("", "Ann"))
    made = [laptop.save_interview(an_interview(person)) for _ in range(30)]
    for each in made:
        sign(laptop, each.id)
    ours = office.save_interview(an_interview(office.save_candidate(Candidate("", "Ann"))))
    with office.session() as session:
        for each in made:
            ledger.keep_row(
                session, "https://hr.example", KnownRow(REGISTERED, each.id, ours.id, {"remote_id": each.id})
            )
        with counting(session) as statements:
            assert len(other_ids.all_of(session)) == 30
            assert len(list(other_ids.receipts(session, frozenset({ours.id}), ()))) == 30
    assert len(statements) < 12
    file = stick / "30.mianjian"
    write_package(laptop, Choice(Kind.RESULTS, tuple(each.id for each in made)), file)
    with opened(file, "") as archive, office.reading() as session:
        content = read_content(archive, file.name)
        with counting(session) as statements:
            assert set(interviews_here(session, content).values()) == {ours.id}
    assert len(statements) < 15


@contextmanager
def counting(session):
    """The statements that a session sends."""
    sent = []

    def note(_connection, _cursor, statement, *_more):
        sent.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_moves_that_another_office_has_made_close_on_the_laptop(office, second, laptop, stick, connect):
    """The second office hears from the HR system that it is assessed, and so has no move to send."""
    first = connect(office)
    first.run_once()
    planned = named(office, "Emma Clarke")
    carry(office, laptop, stick, Kind.OUTWARD, [planned.id])
    sign(laptop, planned.id)
    home(laptop, office, stick, planned.id)
    assert first.run_once().complete
    connect(second).run_once()
    home(laptop, second, stick, planned.id)
    assert not [name for kind, name in open_items(second) if kind is ItemKind.STATUS]
    connect(second).run_once()
    carry(second, laptop, stick, Kind.RECEIPTS)
    assert open_items(laptop) == []


def connected_to(library, system):
    with library.session() as session:
        ledger.connect(session, system)


def two_systems(office, laptop, name, title="数据分析师"):
    """In the office's HR system "7" is Ann; a package comes from where "7" is somebody."""
    connected_to(office, "https://hr.example")
    connected_to(laptop, "https://other.example")
    for library, who, what in ((office, "Ann", "数据分析师"), (laptop, name, title)):
        position = library.save_position(Position("", what, remote_id="7"))
        person = library.save_candidate(Candidate("", who, remote_id="7"))
        library.save_interview(an_interview(person, position, remote_id="7"))
    return laptop.interviews()[0]


def test_the_same_id_in_another_hr_system_is_somebody_else(office, laptop, stick):
    there = two_systems(office, laptop, "Bob", "销售")
    sign(laptop, there.id)
    home(laptop, office, stick, there.id)
    assert {one.candidate.name: one.remote_id for one in office.interviews()} == {"Ann": "7", "Bob": None}
    assert {one.name: one.remote_id for one in office.candidates()} == {"Ann": "7", "Bob": None}
    assert {one.title for one in office.positions()} == {"数据分析师", "销售"}
    assert not named(office, "Ann").signed
    assert home(laptop, office, stick, there.id).cards.total() == 0


def test_one_hr_system_under_two_addresses_is_one(office, laptop, stick):
    there = two_systems(office, laptop, "Ann")
    sign(laptop, there.id)
    home(laptop, office, stick, there.id)
    assert [(one.remote_id, one.signed) for one in office.interviews()] == [("7", True)]
    assert len(office.candidates()) == len(office.positions()) == 1


def test_a_laptop_remembers_whose_ids_it_has(office, laptop, stick):
    connected_to(office, "https://hr.example")
    planned = office.save_interview(an_interview(office.save_candidate(Candidate("", "Ann", remote_id="7"))))
    carry(office, laptop, stick, Kind.OUTWARD, [planned.id])
    with laptop.reading() as session:
        assert identity.hr_system(session) == "https://hr.example"
    assert laptop.candidates()[0].remote_id == "7"
