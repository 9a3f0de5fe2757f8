"""Notes, made files, feedback, decisions and what was told of the schedule: a laptop's, sent by the office, once."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from app import text
from app.domain.people import Decision, Side, Told
from app.domain.types import Candidate, InterviewStatus
from app.failures import PackageDamaged
from app.feedback import give
from app.handover import archive
from app.handover.package import Kind
from app.handover.taking import take_package
from app.handover.writing import Choice, offered, packages, write_package
from app.outgoing import Said, say, unsay
from app.pulled import TIME
from app.schedule.watch import ScheduleWatch
from app.settings import SettingsFile
from app.suggestions.deciding import Stands, Suggestions, note_id
from app.suggestions.rules import Outcome, Rule, When, write_rules
from app.text import LANGUAGES
from sync import ledger, listing
from sync.contract import NoteRole
from sync.outbox import Kind as ItemKind
from sync.outbox import State
from tests.app.test_store_library import an_interview
from tests.handover.conftest import carry, counted, home, named, out, sign
from tests.handover.test_archive import repacked, told
from tests.ui.review_library import analysed

ROLES = {"report", "transcript", "curves", "curves_picture"}
COURSE = Rule("course", When(composite=True, op=">=", value=5.0), Outcome.COURSE, "课程", "C-1")


def items(library, kind):
    with library.reading() as session:
        return [item for item in listing.items(session) if item.kind is kind]


def at_ehr(tmp_path, query):
    with closing(sqlite3.connect(tmp_path / "ehr" / "ehr.sqlite3")) as database:
        return database.execute(query).fetchall()


@pytest.fixture
def planned(office, laptop, stick, connect):
    """An interview that the HR system planned, on the laptop by package; and the office's service."""
    service = connect(office)
    service.run_once()
    interview = named(office, "Emma Clarke")
    out(office, laptop, stick, interview.id)
    return interview, service


def late_and_arrived(library, interview):
    watch = ScheduleWatch(
        library, SettingsFile(library.folder), clock=lambda: interview.scheduled_at + timedelta(minutes=20)
    )
    watch.look()
    watch.arrived(interview.id)


def suggested(library, interview_id):
    """The suggestion of the one rule, sent."""
    write_rules(library.folder, (COURSE,))
    Suggestions(library, interview_id).send("course")
    return library.decisions(library.assessment(interview_id).id)[-1]


def interviewed(laptop, interview, tmp_path):
    """All that happens at a laptop."""
    late_and_arrived(laptop, interview)
    give(laptop, interview.id, Side.CANDIDATE, "Emma", {"fair": 5}, "很清楚", may_send=True)
    give(laptop, interview.id, Side.INTERVIEWER, "李静", {"time": 4}, "只给自己看", may_send=False)
    analysed(laptop, interview.id, tmp_path / "analysis")
    sign(laptop, interview.id)
    return suggested(laptop, interview.id)


def test_notes_and_files_come_home_arrive_once_and_are_confirmed(office, laptop, stick, planned, tmp_path):
    interview, service = planned
    decided = interviewed(laptop, interview, tmp_path)
    assert {item.state for item in items(laptop, ItemKind.NOTE)} == {State.PENDING, State.DONE}
    taken = home(laptop, office, stick, interview.id, files=True)
    assert (taken.new["note"], taken.new["file"], taken.to_send) == (3, 4, 1)
    files = items(laptop, ItemKind.ATTACHMENT)
    assert [item.state for item in files] == [State.HANDED] * 4
    made = {path.name: path.read_bytes() for path in (laptop.folder / "vault" / "made").iterdir()}
    assert service.run_once().complete
    assert service.run_once().sent == 0
    notes = [json.loads(body) for (body,) in at_ehr(tmp_path, "select body from note order by rowid")]
    assert [note["role"] for note in notes] == ["arrived", "candidate_feedback", "suggestion"]
    assert notes[2]["external_id"] == note_id(decided)
    assert {note["by"] for note in notes} == {"李静", "Emma"}
    uploads = at_ehr(tmp_path, "select role, sha256, id from upload where received_at is not null")
    assert {role for role, *_ in uploads} == ROLES
    for _, sha256, arrived in uploads:
        assert (tmp_path / "ehr" / "files" / arrived).read_bytes() == made[sha256]
    again = home(laptop, office, stick, interview.id, files=True)
    assert (again.new["note"], again.new["file"], again.same["note"]) == (0, 0, 3)
    assert service.run_once().sent == 0
    carry(office, laptop, stick, Kind.RECEIPTS)
    assert {item.state for item in items(laptop, ItemKind.NOTE) + items(laptop, ItemKind.ATTACHMENT)} == {State.DONE}
    assert list((laptop.folder / "vault" / "made").iterdir()) == [], "what has arrived is not kept twice"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_laptop_says_who_sent_it_and_when(office, laptop, stick, planned, tmp_path, connect, language):
    interview, service = planned
    interviewed(laptop, interview, tmp_path)
    home(laptop, office, stick, interview.id, files=True)
    service.run_once()
    carry(office, laptop, stick, Kind.RECEIPTS)
    text.set_language(language)
    sent = [entry for entry in connect(laptop).state().entries if entry.kind is not ItemKind.STATUS and entry.done]
    words = {"zh": "已由办公室（HR 王芳）于 ", "en": "Sent by the office (HR 王芳) on "}[language]
    told_so = [entry for entry in sent if entry.sentence.startswith(words)]
    assert len(told_so) == 1 + 3 + 4
    assert all(f"{entry.done.astimezone():%Y-%m-%d %H:%M}" in entry.sentence for entry in told_so)


def test_what_was_told_given_and_decided_comes_home_once(office, laptop, stick, planned, tmp_path):
    interview, _ = planned
    interviewed(laptop, interview, tmp_path)
    taken = home(laptop, office, stick, interview.id)
    assert (taken.new["schedule_event"], taken.new["feedback"], taken.new["suggestion"]) == (2, 1, 1)
    assert [event.action for event in office.schedule_events(interview.id)] == [Told.LATE, Told.ARRIVED]
    (feedback,) = office.feedback(interview.id)
    assert (feedback.words, feedback.side) == ("很清楚", Side.CANDIDATE), "what may not be passed on stays"
    assert office.decisions(office.assessments(interview.id)[0].id) == laptop.decisions(
        laptop.assessment(interview.id).id
    )
    again = home(laptop, office, stick, interview.id)
    assert (again.same["schedule_event"], again.same["feedback"], again.same["suggestion"]) == (2, 1, 1)
    assert len(office.schedule_events(interview.id)) == 2


def test_a_time_that_both_moved_is_a_card_and_an_alert_that_was_answered_rings_nowhere_else(
    office, laptop, stick, planned
):
    from app.handover.cards import open_cards

    interview, _ = planned
    late_and_arrived(office, interview)
    out(office, laptop, stick, interview.id)
    watch = ScheduleWatch(
        laptop, SettingsFile(laptop.folder), clock=lambda: interview.scheduled_at + timedelta(minutes=30)
    )
    assert watch.look().late == ()
    ScheduleWatch(office, SettingsFile(office.folder)).postpone(interview.id)
    watch.postpone(interview.id)
    sign(laptop, interview.id)
    home(laptop, office, stick, interview.id)
    assert [card.field for card in open_cards(office)] == ["scheduled_at"]


def test_who_did_not_come_is_told_without_a_signature(office, laptop, stick, planned, tmp_path):
    interview, service = planned
    assert offered(laptop, Kind.RESULTS) == ()
    ScheduleWatch(laptop, SettingsFile(laptop.folder)).absent(interview.id, "没有来电")
    assert [one.id for one in offered(laptop, Kind.RESULTS)] == [interview.id]
    taken = home(laptop, office, stick, interview.id)
    assert (taken.new["note"], taken.to_send) == (1, 0)
    service.run_once()
    assert json.loads(at_ehr(tmp_path, "select body from note")[0][0])["role"] == "absent"
    assert office.interview(interview.id).status is InterviewStatus.SCHEDULED
    carry(office, laptop, stick, Kind.RECEIPTS)
    assert offered(laptop, Kind.RESULTS) == ()


def test_notes_and_files_of_an_interview_that_the_laptop_made_follow_its_registration(
    office, laptop, stick, sandbox, connect, tmp_path
):
    made = laptop.save_interview(an_interview(laptop.save_candidate(Candidate("", "秦𠮷雅"))))
    analysed(laptop, made.id, tmp_path / "analysis")
    sign(laptop, made.id)
    suggested(laptop, made.id)
    home(laptop, office, stick, made.id, files=True)
    assert connect(office).run_once().complete
    assert (counted(tmp_path, "note"), counted(tmp_path, "upload where received_at is not null")) == (1, 4)


def test_files_of_a_revision_that_is_not_sent_go_nowhere(office, laptop, stick, planned, tmp_path):
    interview, service = planned
    analysed(laptop, interview.id, tmp_path / "analysis")
    sign(laptop, interview.id)
    home(laptop, office, stick, interview.id, files=True)
    sign(laptop, interview.id, summary="再看一遍")
    home(laptop, office, stick, interview.id, files=True)
    assert service.run_once().complete
    revisions = {name[-1] for (name,) in at_ehr(tmp_path, "select assessment_external_id from upload")}
    assert revisions == {"2"}
    carry(office, laptop, stick, Kind.RECEIPTS)
    assert {item.state for item in items(laptop, ItemKind.ATTACHMENT)} == {State.DONE}


def test_files_that_the_hr_system_is_not_told_of_wait_for_nothing(office, laptop, stick, planned, tmp_path):
    interview, service = planned
    folder = SettingsFile(office.folder).profiles
    folder.mkdir()
    (folder / "plain.toml").write_text('base = "sandbox"\nname = "plain"\nsend = ["status", "assessment"]\n')
    service._settings.change(ehr_profile="plain")
    interviewed(laptop, interview, tmp_path)
    home(laptop, office, stick, interview.id, files=True)
    assert service.run_once().complete
    assert (counted(tmp_path, "note"), counted(tmp_path, "upload")) == (0, 0)
    assert list((office.folder / "vault" / "made").iterdir()) == []
    carry(office, laptop, stick, Kind.RECEIPTS)
    assert {item.state for item in items(laptop, ItemKind.ATTACHMENT)} == {State.DONE}
    assert Suggestions(laptop, interview.id).standing()[0].stands is Stands.NOT_TAKEN


@pytest.mark.parametrize("analyses", [True, False])
def test_where_the_analysis_travels_the_office_can_make_the_files_itself(
    office, laptop, stick, planned, tmp_path, analyses
):
    interview, service = planned
    analysed(laptop, interview.id, tmp_path / "analysis")
    sign(laptop, interview.id)
    home(laptop, office, stick, interview.id, analyses=analyses)
    assert service.run_once().complete
    roles = {role for (role,) in at_ehr(tmp_path, "select role from upload where received_at is not null")}
    assert roles == (ROLES if analyses else set()), "nothing is made of what is not exactly what was signed"


def test_one_suggestion_decided_in_two_places_keeps_both_and_the_later_holds(office, laptop, stick, planned, tmp_path):
    interview, _ = planned
    sign(laptop, interview.id)
    home(laptop, office, stick, interview.id)
    sent = suggested(laptop, interview.id)
    office.assessor = "李静"
    write_rules(office.folder, (COURSE,))
    Suggestions(office, interview.id).dismiss("course")
    for _ in range(3):
        home(laptop, office, stick, interview.id)
        out(office, laptop, stick, interview.id)
    decisions = office.decisions(sent.assessment_id)
    assert decisions[-1].decision is Decision.DISMISSED
    assert note_id(sent) in {note_id(each) for each in decisions if each.decision is Decision.SENT}
    assert len(decisions) == 3, "what is said again is said once"


def told_of(library, interview, words, minutes):
    """A note on an interview under one and the same id."""
    at = interview.scheduled_at + timedelta(minutes=minutes)
    with library.session() as session:
        assert say(session, interview, Said("told:1", NoteRole.ABSENT, at, "李静", dict.fromkeys(LANGUAGES, words), {}))


def notes_open(library):
    return [json.loads(item.payload)["text"] for item in items(library, ItemKind.NOTE) if item.state is State.PENDING]


def test_a_note_that_is_said_anew_is_sent_and_the_one_that_was_closed_is_not(office, laptop, stick, planned):
    interview, _ = planned
    told_of(laptop, interview, "没有来", 20)
    home(laptop, office, stick, interview.id)
    assert notes_open(office) == ["没有来"]
    with office.session() as session:
        assert unsay(session, "told:1", exactly=True) == 1
    assert home(laptop, office, stick, interview.id).new["note"] == 0
    assert notes_open(office) == [], "a package repeats what waits; that is not said anew"
    carry(office, laptop, stick, Kind.RECEIPTS)
    told_of(laptop, interview, "还是没有来", 40)
    assert home(laptop, office, stick, interview.id).new["note"] == 1
    assert notes_open(office) == ["还是没有来"]
    assert home(laptop, office, stick, interview.id).new["note"] == 0


def test_a_note_that_is_taken_back_while_the_package_is_written_is_not_in_it(
    office, laptop, stick, planned, monkeypatch
):
    interview, _ = planned
    told_of(laptop, interview, "没有来", 20)
    sign(laptop, interview.id)
    written, whole = [], archive.write

    def writing(*given):
        whole(*given)
        if not written:
            with laptop.session() as session:
                assert unsay(session, "told:1", exactly=True) == 1
        written.append(given)

    monkeypatch.setattr(archive, "write", writing)
    taken = home(laptop, office, stick, interview.id)
    assert len(written) == 2
    assert (taken.new["note"], taken.to_send) == (0, 1)
    assert [one.outgoing for one in packages(laptop)].count(True) == 1
    assert len(list(stick.iterdir())) == 2


@pytest.mark.parametrize("why", ["cancelled", "in question", ""])
def test_that_somebody_is_late_is_not_said_where_nobody_is_waited_for(office, laptop, stick, planned, why):
    interview, _ = planned
    if why == "cancelled":
        office.set_status(interview.id, InterviewStatus.CANCELLED)
    elif why:
        with office.session() as session:
            system = ledger.connected(session)
            row = ledger.known_row(session, system, "interview", interview.remote_id)
            later = (interview.scheduled_at + timedelta(hours=1)).isoformat()
            ledger.keep_row(
                session, system, replace(row, fields={**row.fields, TIME: later}, contested={TIME: {}})
            )  # fmt: skip
    watch = ScheduleWatch(
        laptop, SettingsFile(laptop.folder), clock=lambda: interview.scheduled_at + timedelta(minutes=20)
    )
    watch.look()
    taken = home(laptop, office, stick, interview.id)
    assert (taken.new["note"], len(notes_open(office))) == ((0, 0) if why else (1, 1))


DAMAGES = {
    "a note of no interview here": ("notes.json", lambda rows: rows[0].update(interview_id="nobody")),
    "a note of no kind": ("notes.json", lambda rows: rows[0].update(role="hired")),
    "a note without a zone": ("notes.json", lambda rows: rows[0].update(at="2026-01-01T00:00:00")),
    "a note with nested details": ("notes.json", lambda rows: rows[0].update(details={"a": {"b": 1}})),
    "a file of no kind": ("files.json", lambda rows: rows[0].update(role="video")),
    "a file that is not there": ("files.json", lambda rows: rows[0].update(sha256="0" * 64)),
    "feedback beyond the scale": ("rows/feedback.json", lambda rows: rows[0]["fields"].update(ratings={"fair": 6})),
    "a decision that is none": ("rows/suggestion.json", lambda rows: rows[0]["fields"].update(decision="hire")),
    "a suggestion without a rule": ("rows/suggestion.json", lambda rows: rows[0]["fields"].update(body={})),
    "an event that is none": ("rows/schedule_event.json", lambda rows: rows[0]["fields"].update(action="x")),
}


def test_what_is_damaged_is_refused_as_a_whole(office, laptop, stick, planned, tmp_path):
    interview, _ = planned
    interviewed(laptop, interview, tmp_path)
    write_package(laptop, Choice(Kind.RESULTS, (interview.id,), files=True), stick / "r.mianjian")
    before = office.audit()
    for number, (name, change) in enumerate(DAMAGES.values()):

        def changed(members, name=name, change=change):
            rows = json.loads(members[name])
            change(rows)
            return told(members | {name: json.dumps(rows).encode()})

        part = repacked(stick / "r.mianjian", tmp_path / f"part-{number}.mianjian", changed)
        with pytest.raises(PackageDamaged):
            take_package(office, part)
    assert office.audit() == before
