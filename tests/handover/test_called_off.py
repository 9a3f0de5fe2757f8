"""What the HR system calls off is called off on the laptop too, which never sees it: told and undone by package."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest

from app import text
from app.domain.people import Side
from app.domain.types import InterviewQuery, InterviewStatus
from app.feedback import give
from app.handover import writing
from app.handover.cards import decide, open_cards
from app.handover.package import Kind
from app.handover.summary import card_words, taken_lines, value_words, written_lines
from app.handover.taking import take_package
from app.handover.writing import Choice, go_along, write_package
from app.said import said_of
from app.schedule.watch import ScheduleWatch
from app.settings import SettingsFile
from sync import listing
from sync.conflicts import Choice as Decision
from sync.outbox import Kind as ItemKind
from sync.outbox import Resolution
from tests.handover.conftest import carry, home, named, out, sign

CANCELLED, SCHEDULED = InterviewStatus.CANCELLED, InterviewStatus.SCHEDULED
LATER = timedelta(hours=3)


@pytest.fixture
def planned(office, laptop, stick, connect):
    """An interview that the HR system planned, on the laptop by package; and the office's service."""
    service = connect(office)
    service.run_once()
    interview = named(office, "Emma Clarke")
    out(office, laptop, stick, interview.id)
    return interview, service


@pytest.fixture
def replan(sandbox, planned):
    """The HR system calls the interview off, or takes that back; the office hears it."""
    interview, service = planned

    def told(*, cancelled=True):
        with sandbox.store._writing() as db:
            status = "cancelled" if cancelled else "scheduled"
            db.execute("update interview set status = ? where id = ?", (status, interview.remote_id))
            sandbox.store._touch(db, interview.candidate.remote_id)
        service.run_once()

    return told


def hear(office, laptop, stick):
    """The next package without anything ticked."""
    return carry(office, laptop, stick, Kind.RECEIPTS)[1]


def status(library, interview):
    return library.interview(interview.id).status


def watch(library, interview):
    """Twenty minutes after the planned time."""
    return ScheduleWatch(
        library, SettingsFile(library.folder), clock=lambda: interview.scheduled_at + timedelta(minutes=20)
    )


def plan_anew(library, interview):
    mine = library.interview(interview.id)
    return library.save_interview(replace(mine, scheduled_at=mine.scheduled_at + LATER))


def test_the_next_package_calls_it_off_and_a_later_one_takes_it_back(office, laptop, stick, planned, replan):
    interview, _ = planned
    assert go_along(office) == (0, 0)
    replan()
    assert (status(office, interview), go_along(office)) == (CANCELLED, (0, 1))
    assert hear(office, laptop, stick).changed["called_off"] == 1
    assert status(laptop, interview) is CANCELLED
    assert [one.id for one in laptop.interviews(InterviewQuery(status=CANCELLED))] == [interview.id]
    assert watch(laptop, interview).look().late == (), "nobody is waited for"
    assert hear(office, laptop, stick).same["called_off"] == 1
    replan(cancelled=False)
    assert hear(office, laptop, stick).changed["called_off"] == 1
    assert status(laptop, interview) is SCHEDULED
    assert len(watch(laptop, interview).look().late) == 1


def test_it_goes_along_with_interviews_too_and_holds_nothing_of_a_person(office, laptop, stick, planned, replan):
    interview, _ = planned
    other = next(one for one in office.interviews() if one.id != interview.id and one.status is SCHEDULED)
    replan()
    file = stick / "next.mianjian"
    assert write_package(office, Choice(Kind.OUTWARD, (other.id,)), file).counts["called_off"] == 1
    with zipfile.ZipFile(file) as whole:
        (row,) = json.loads(whole.read("rows/called_off.json"))
        assert json.loads(whole.read("manifest.json"))["version"] == 1, "earlier programs leave it in the package"
        assert interview.candidate.name not in whole.read("rows/candidate.json").decode()
    assert (row["id"], row["fields"]) == (interview.id, {"called_off": True, "remote_id": interview.remote_id})
    take_package(laptop, file)
    assert status(laptop, interview) is CANCELLED


def test_what_was_not_handed_out_is_not_told(office, planned, sandbox):
    interview, service = planned
    other = next(one for one in office.interviews() if one.id != interview.id and one.status is SCHEDULED)
    sandbox.store.replan(other.remote_id, cancelled=True)
    service.run_once()
    assert (status(office, other), go_along(office)) == (CANCELLED, (0, 0))


def test_an_older_package_after_a_newer_changes_nothing(office, laptop, stick, planned, replan, monkeypatch):
    interview, _ = planned
    replan()
    older = stick / "older.mianjian"
    write_package(office, Choice(Kind.RECEIPTS), older)
    replan(cancelled=False)

    class Later(writing.datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) + timedelta(minutes=1)

    monkeypatch.setattr(writing, "datetime", Later)
    hear(office, laptop, stick)
    take_package(laptop, older)
    assert status(laptop, interview) is SCHEDULED


def test_a_late_note_that_waits_does_not_leave_any_more(office, laptop, stick, planned, replan):
    interview, _ = planned
    watch(laptop, interview).look()
    replan()
    hear(office, laptop, stick)
    with laptop.reading() as session:
        notes = [item for item in listing.items(session) if item.kind is ItemKind.NOTE]
    assert [note.resolution for note in notes] == [Resolution.SUPERSEDED]


def test_what_has_begun_on_the_laptop_goes_on_and_says_what_hr_says(office, laptop, stick, planned, replan):
    interview, _ = planned
    watch(laptop, interview).arrived(interview.id)
    replan()
    assert hear(office, laptop, stick).new["called_off"] == 1
    assert status(laptop, interview) is InterviewStatus.IN_PROGRESS
    assert said_of(laptop, laptop.interview(interview.id)).cancelled
    assert open_cards(laptop) == ()
    sign(laptop, interview.id)
    assert home(laptop, office, stick, interview.id).to_send == 1
    assert status(office, interview) is InterviewStatus.ASSESSED
    replan(cancelled=False)
    hear(office, laptop, stick)
    assert not said_of(laptop, laptop.interview(interview.id)).cancelled


@pytest.mark.parametrize(("choice", "wanted"), [(Decision.MINE, SCHEDULED), (Decision.THEIRS, CANCELLED)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_planned_anew_on_the_laptop_is_for_its_people(
    office, laptop, stick, planned, replan, choice, wanted, language
):
    interview, _ = planned
    mine = plan_anew(laptop, interview)
    replan()
    assert hear(office, laptop, stick).cards["called_off"] == 1
    assert status(laptop, interview) is SCHEDULED, "until somebody decides"
    (card,) = open_cards(laptop)
    text.set_language(language)
    assert text.tr("package.field_status") in card_words(card)
    assert value_words(card, card.theirs) == text.tr("sync.status_cancelled")
    decide(laptop, card.id, choice)
    assert status(laptop, interview) is wanted
    assert laptop.interview(interview.id).scheduled_at == mine.scheduled_at
    hear(office, laptop, stick)
    assert (open_cards(laptop), status(laptop, interview)) == ((), wanted)


@pytest.mark.parametrize("how", ["taken back", "begun"])
def test_a_card_that_became_pointless_is_gone(office, laptop, stick, planned, replan, how):
    interview, _ = planned
    plan_anew(laptop, interview)
    replan()
    hear(office, laptop, stick)
    if how == "begun":
        laptop.set_status(interview.id, InterviewStatus.IN_PROGRESS)
    else:
        replan(cancelled=False)
        hear(office, laptop, stick)
    assert open_cards(laptop) == ()


def test_a_laptop_that_has_not_heard_that_it_takes_place_again_does_not_call_it_off(
    office, laptop, stick, planned, replan
):
    """It only repeats what it was told; a note brings the interview home all the same."""
    interview, _ = planned
    replan()
    hear(office, laptop, stick)
    give(laptop, interview.id, Side.CANDIDATE, "Emma", {"fair": 5}, "", may_send=True)
    replan(cancelled=False)
    home(laptop, office, stick, interview.id)
    assert status(office, interview) is SCHEDULED


def test_it_is_told_in_words(office, laptop, stick, replan):
    replan()
    written, taken = carry(office, laptop, stick, Kind.RECEIPTS)
    words = text.tr("package.n_called_off", n=1)
    assert any(words in line for line in written_lines(written))
    assert any(words in line for line in taken_lines(taken))
