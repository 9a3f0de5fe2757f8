"""Planned interviews watched: late once, over restarts, sleep, a wrong clock and daylight saving; notes arrive once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app import text
from app.domain.people import Told
from app.domain.types import Candidate, InterviewStatus
from app.handover.package import Kind as PackageKind
from app.handover.writing import Choice, write_package
from app.schedule.watch import ScheduleWatch
from app.schedule.zones import clock_time, full_time, spoken_time
from app.settings import SettingsFile
from app.store import Library
from app.sync_service import SyncService
from sync import listing
from sync.outbox import Kind, Resolution, State
from sync.queue import Queue
from sync.sandbox.server import Sandbox
from tests.app.test_store_library import an_interview
from tests.sync.ehr import CONTRACT

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


class Time:
    """A wall clock and the time since the start, which go together unless the clock is set."""

    def __init__(self, at):
        self.at, self.ran = at.astimezone(UTC), 0.0

    def pass_s(self, seconds):
        self.at, self.ran = self.at + timedelta(seconds=seconds), self.ran + seconds

    def set(self, at):
        self.at = at.astimezone(UTC)

    def watch(self, library):
        return ScheduleWatch(library, SettingsFile(library.folder), lambda: self.at, lambda: self.ran)


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", assessor="王芳") as opened:
        yield opened


def plan(library, at=NINE, zone="Asia/Shanghai", remote="int-1", name="陈明"):
    candidate = library.save_candidate(Candidate("", name, email="chen@example.com"))
    planned = an_interview(candidate, scheduled_at=at.astimezone(UTC), remote_id=remote)
    return library.save_interview(replace(planned, time_zone=zone))


def notes(library):
    with library.reading() as session:
        return [item for item in reversed(listing.items(session)) if item.kind is Kind.NOTE]


def roles(library):
    return [(json.loads(item.payload)["role"], item.resolution) for item in notes(library)]


def test_a_quarter_of_an_hour_late_is_told_once_and_noted_once(library, each_language):
    interview, clock = plan(library), Time(NINE)
    watch = clock.watch(library)
    clock.pass_s(14 * 60 + 59)
    assert watch.look().late == ()
    clock.pass_s(1)
    (late,) = watch.look().late
    assert (late.minutes, late.telling) == (15, True)
    assert "09:00" in late.sentence
    assert "15" in late.sentence
    clock.pass_s(60)
    (late,) = watch.look().late
    assert (late.minutes, late.telling) == (16, False)
    assert text.tr("schedule.late_hours", hours=3, minutes=24) in replace(late, minutes=204).sentence
    (note,) = notes(library)
    body = json.loads(note.payload)
    said = {
        "zh": "原定 2026-03-02 09:00（UTC+08:00，Asia/Shanghai），目前已迟到 15 分钟。",
        "en": "Planned for 2026-03-02 09:00 (UTC+08:00, Asia/Shanghai); 15 min late so far.",
    }
    assert (body["text"], body["texts"]) == (said[each_language], said)
    assert body["details"]["time_zone"] == "Asia/Shanghai"
    assert [event.action for event in library.schedule_events(interview.id)] == [Told.LATE]


def test_who_is_noticed_hours_later_is_asked_about_and_the_hr_system_is_told_nothing(library):
    """The program was not running, or the interview came only now: the candidate may have been here long ago."""
    interview, clock = plan(library), Time(NINE + timedelta(hours=3))
    watch = clock.watch(library)
    (late,) = watch.look().late
    assert (late.minutes, late.telling) == (180, True)
    clock.pass_s(20)
    assert not watch.look().late[0].telling
    assert notes(library) == []
    watch.absent(interview.id, "火车停运")
    assert roles(library) == [("absent", None)]


def test_a_note_names_nobody_where_nobody_has_entered_a_name(tmp_path):
    clock = Time(NINE + timedelta(minutes=20))
    with Library.open(tmp_path / "library") as library:
        plan(library)
        plan(library, remote="int-2", name="Emma Clarke")
        clock.watch(library).look()
        SettingsFile(library.folder).change(assessor=library.assessor)
        plan(library, remote="int-3", name="何雨桐")
        clock.watch(library).look()
        assert [json.loads(note.payload)["by"] for note in notes(library)] == ["", "", library.assessor]


def test_after_a_restart_it_is_still_late_but_not_told_again(tmp_path):
    clock = Time(NINE + timedelta(minutes=20))
    with Library.open(tmp_path / "library", assessor="王芳") as library:
        plan(library)
        assert clock.watch(library).look().late[0].telling
    with Library.open(tmp_path / "library", assessor="王芳") as library:
        assert not clock.watch(library).look().late[0].telling
        assert len(notes(library)) == 1


def test_an_interview_that_went_out_to_a_laptop_is_late_there_and_not_here(library, tmp_path):
    interview, clock = plan(library), Time(NINE + timedelta(minutes=20))
    write_package(library, Choice(PackageKind.OUTWARD, (interview.id,)), tmp_path / "out.mianjian")
    assert clock.watch(library).look().late == ()
    assert notes(library) == []


def test_a_cancelled_invitation_rings_no_more(library):
    interview, clock = plan(library), Time(NINE + timedelta(minutes=20))
    with library.session() as session:
        library.add_schedule_event(session, interview.id, Told.CANCELLED, NINE, {})
    assert clock.watch(library).look().late == ()


def test_minutes_are_a_setting_and_reminders_come_once_or_never(library):
    plan(library)
    SettingsFile(library.folder).change(late_after_min=5, remind_min=30)
    clock = Time(NINE - timedelta(minutes=31))
    watch = clock.watch(library)
    assert watch.look().soon == ()
    clock.pass_s(60)
    (soon,) = watch.look().soon
    assert soon.minutes == 30
    assert watch.look().soon == ()
    assert clock.watch(library).look().soon == ()
    clock.pass_s(35 * 60)
    assert len(watch.look().late) == 1


def test_no_reminder_where_none_is_wanted(library):
    plan(library)
    SettingsFile(library.folder).change(remind_min=0)
    assert Time(NINE - timedelta(seconds=1)).watch(library).look().soon == ()


def test_a_clock_that_was_set_raises_no_alarm_before_two_looks_agree(library):
    plan(library)
    clock = Time(NINE - timedelta(hours=3))
    watch = clock.watch(library)
    watch.look()
    clock.set(NINE + timedelta(minutes=40))
    assert watch.look().late == ()
    clock.set(NINE - timedelta(hours=3))
    assert watch.look().late == ()
    assert notes(library) == []


def test_a_laptop_that_slept_tells_it_with_the_second_look(library):
    plan(library)
    clock = Time(NINE - timedelta(hours=1))
    watch = clock.watch(library)
    watch.look()
    clock.set(NINE + timedelta(minutes=30))  # the time since the start stands still while a computer sleeps
    assert watch.look().late == ()
    clock.pass_s(20)
    assert watch.look().late[0].minutes == 30


def test_a_clock_a_day_ahead_raises_nothing(library):
    plan(library)
    assert Time(NINE + timedelta(days=1)).watch(library).look().late == ()


@pytest.mark.parametrize(
    ("zone", "wall", "utc_hour"),
    [
        ("Europe/London", datetime(2026, 3, 29, 1, 30), 1),  # does not exist there: the clock jumps over it
        ("Europe/London", datetime(2026, 10, 25, 1, 30), 0),  # is there twice: the first one is meant
        ("America/New_York", datetime(2026, 11, 1, 1, 30), 5),
    ],
)
def test_a_change_of_daylight_saving_makes_nobody_late(library, zone, wall, utc_hour):
    at = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert at.hour == utc_hour
    plan(library, at, zone)
    clock = Time(at)
    watch = clock.watch(library)
    clock.pass_s(14 * 60)
    assert watch.look().late == ()
    clock.pass_s(60)
    assert watch.look().late[0].minutes == 15


def test_an_unknown_zone_is_told_in_utc():
    assert clock_time(NINE, "Moon/Crater") == "01:00 UTC"
    assert spoken_time(NINE, "Moon/Crater", "zh") == "2026-03-02 01:00（UTC）"
    assert spoken_time(NINE, "America/St_Johns", "en") == "2026-03-01 21:30 (UTC-03:30, America/St_Johns)"
    assert full_time(NINE, "Asia/Shanghai") == "2026-03-02 09:00 (UTC+08:00, Asia/Shanghai)"


def test_arrived_begins_the_interview_and_takes_the_place_of_an_unsent_note(library):
    interview, clock = plan(library), Time(NINE + timedelta(minutes=15))
    watch = clock.watch(library)
    watch.look()
    clock.pass_s(300)
    watch.arrived(interview.id)
    assert library.interview(interview.id).status is InterviewStatus.IN_PROGRESS
    assert roles(library) == [("late", Resolution.SUPERSEDED), ("arrived", None)]
    assert json.loads(notes(library)[1].payload)["details"]["minutes"] == 20
    assert watch.look().late == ()


def test_postponed_counts_from_now_and_is_watched_anew(library):
    interview, clock = plan(library), Time(NINE + timedelta(minutes=20, seconds=30))
    watch = clock.watch(library)
    assert watch.look().late
    watch.postpone(interview.id)
    assert library.interview(interview.id).scheduled_at == (NINE + timedelta(minutes=35)).astimezone(UTC)
    assert watch.look().late == ()
    clock.pass_s(30 * 60)
    (late,) = watch.look().late
    assert (late.minutes, late.telling) == (15, True)
    assert [role for role, resolution in roles(library) if resolution is None] == ["postponed", "late"]


def test_who_did_not_come_is_told_with_words_and_never_again(library):
    interview, clock = plan(library), Time(NINE + timedelta(minutes=16))
    watch = clock.watch(library)
    watch.look()
    watch.absent(interview.id, "电话无人接听")
    assert watch.look().late == ()
    assert "电话无人接听" in json.loads(notes(library)[-1].payload)["text"]
    assert library.interview(interview.id).status is InterviewStatus.SCHEDULED


def test_what_was_hidden_stays_hidden_for_this_time(library):
    interview, clock = plan(library), Time(NINE + timedelta(minutes=16))
    watch = clock.watch(library)
    watch.look()
    watch.hide(interview.id)
    assert watch.look().late == ()
    assert clock.watch(library).look().late == ()


def test_of_an_interview_that_hr_does_not_know_nothing_is_sent(library):
    plan(library, remote=None)
    assert Time(NINE + timedelta(minutes=16)).watch(library).look().late
    assert notes(library) == []


def test_only_the_window_that_writes_watches(library):
    plan(library)
    with Library.open(library.folder, read_only_if_held=True) as second:
        assert Time(NINE + timedelta(minutes=16)).watch(second).look().late == ()
    assert Time(NINE + timedelta(minutes=16)).watch(library).look().late


def test_notes_reach_the_sandbox_once(library, tmp_path):
    with Sandbox(CONTRACT, tmp_path / "ehr") as sandbox:
        settings = SettingsFile(library.folder)
        settings.change(ehr_url=sandbox.url, ehr_profile="sandbox", assessor="王芳")
        service = SyncService(library, settings, queue=Queue(jitter=lambda: 1.0), secret=lambda _: sandbox.key)
        service.run_once()
        there = next(each for each in library.interviews() if each.status is InterviewStatus.SCHEDULED)
        there = library.save_interview(replace(there, scheduled_at=NINE.astimezone(UTC)))
        clock = Time(NINE + timedelta(minutes=15))
        watch = clock.watch(library)
        watch.look()
        sandbox.faults.set("lose_first")
        service.run_once()
        service.run_once(hurry=True)
        sandbox.faults.set("")
        watch.arrived(there.id)
        service.run_once(hurry=True)
        service.run_once(hurry=True)
        assert [json.loads(note["body"])["role"] for note in sandbox.store.notes()] == ["arrived", "late"]
        assert {item.state for item in notes(library)} == {State.DONE}
        assert any("arrived" in entry.title for entry in service.state().entries)
        service.close()
