"""Invitations: read back by the library that wrote them and by another one, in zones with and without summer time."""

from __future__ import annotations

import warnings
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from app.domain.people import Told
from app.domain.types import Candidate
from app.failures import InvitationInvalid, InvitationTemplateInvalid
from app.schedule.address import is_mail
from app.schedule.invitation import Invitation, ics, invited, keep, numbered
from app.schedule.mail import mail_template, template_folder, written
from app.store import Library
from tests.app.test_store_library import an_interview

MADE = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TIMES = [
    ("Asia/Shanghai", datetime(2026, 3, 2, 9, 30), "2026-03-02T01:30"),
    ("Europe/London", datetime(2026, 3, 28, 9, 30), "2026-03-28T09:30"),
    ("Europe/London", datetime(2026, 3, 30, 9, 30), "2026-03-30T08:30"),
    ("Europe/London", datetime(2026, 10, 26, 9, 30), "2026-10-26T09:30"),
    ("America/New_York", datetime(2026, 3, 9, 14, 0), "2026-03-09T18:00"),
    ("America/New_York", datetime(2026, 11, 2, 14, 0), "2026-11-02T19:00"),
    ("Asia/Kolkata", datetime(2026, 7, 1, 10, 0), "2026-07-01T04:30"),
    ("UTC", datetime(2026, 7, 1, 10, 0), "2026-07-01T10:00"),
]


def invitation(zone="Asia/Shanghai", wall=datetime(2026, 3, 2, 9, 30), **changes):
    start = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    made = Invitation(
        "6f1c0a8e-0000-4000-8000-000000000001", "面试：后端工程师；一面, \"终\"", start, zone, 45, "王芳, HR",
        "wang@example.com", "陈明 𠮷", "chen@example.com", "三楼 会议室; A, B",
        "第一行\n第二行, 带逗号；和分号;" + "长" * 120,
    )  # fmt: skip
    return replace(made, **changes)


def other_reader(raw):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return vobject.readOne(raw.decode())


@pytest.mark.parametrize(("zone", "wall", "utc"), TIMES)
def test_two_readers_find_the_same_moment(zone, wall, utc):
    raw = ics(invitation(zone, wall), MADE)
    wanted = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    (event,) = Calendar.from_ical(raw).walk("VEVENT")
    assert event.decoded("dtstart").astimezone(UTC) == wanted
    assert event.decoded("duration") == timedelta(minutes=45)
    read = other_reader(raw)
    assert read.vevent.dtstart.value.astimezone(UTC) == wanted
    assert read.vevent.dtstart.value.replace(tzinfo=None) == wall
    assert ("VTIMEZONE" in raw.decode()) == (zone != "UTC")


def test_the_file_is_as_the_standard_wants_it():
    raw = ics(invitation(), MADE)
    lines = raw.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert lines[0] == b"BEGIN:VCALENDAR"
    read = other_reader(raw)
    assert read.method.value == "REQUEST"
    assert read.vevent.summary.value == invitation().title
    assert read.vevent.location.value == invitation().place
    assert read.vevent.description.value == invitation().words
    assert read.vevent.organizer.value == "mailto:wang@example.com"
    assert read.vevent.attendee.value == "mailto:chen@example.com"
    assert read.vevent.attendee.params["CN"] == ["陈明 𠮷"]
    assert read.vevent.attendee.params["RSVP"] == ["TRUE"]
    assert read.vevent.valarm.trigger.value == timedelta(minutes=-15)
    assert read.vevent.sequence.value == "0"


def test_a_cancellation_cancels_this_very_event():
    first, last = ics(invitation(), MADE), ics(invitation(cancelled=True, sequence=3), MADE)
    read = other_reader(last)
    assert read.method.value == "CANCEL"
    assert read.vevent.status.value == "CANCELLED"
    assert read.vevent.uid.value == other_reader(first).vevent.uid.value
    assert read.vevent.sequence.value == "3"
    assert not hasattr(read.vevent, "valarm")


words = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), min_size=1, max_size=200
).filter(str.strip)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(words, words)
def test_whatever_is_written_comes_back(title, place):
    raw = ics(invitation(title=title, place=place), MADE)
    (event,) = Calendar.from_ical(raw).walk("VEVENT")
    assert str(event["summary"]) == title
    assert str(event["location"]) == place
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert len(Calendar.from_ical(raw).walk("VEVENT")) == 1


@pytest.mark.parametrize(
    "changes", [{"candidate_mail": ""}, {"organizer_mail": "王芳"}, {"zone": "Moon/Crater"}, {"minutes": 0},
                {"organizer": " "}, {"candidate_mail": "a@b.cn\r\nBcc:x@y.cn"}, {"candidate_mail": "a@b.cn,c@d.cn"}],
)  # fmt: skip
def test_what_is_missing_is_said(changes, each_language):
    with pytest.raises(InvitationInvalid) as raised:
        ics(replace(invitation(), **changes), MADE)
    assert raised.value.params["what"]


def test_what_is_a_mail_address():
    assert is_mail("chen.ming+hr@mail.example.com")
    assert is_mail("陈明@例子.中国")
    assert not any(map(is_mail, ("", "chen", "@x.cn", "a@b", "a b@c.cn", "<a@b.cn>", "a@b@c.cn", "a@.")))


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", assessor="王芳") as opened:
        yield opened


@pytest.fixture
def wanted(library):
    candidate = library.save_candidate(Candidate("", "陈明", email="chen@example.com"))
    interview = library.save_interview(an_interview(candidate, scheduled_at=invitation().start))
    return invitation(interview_id=interview.id)


def test_the_number_grows_with_each_change_and_with_nothing_else(library, wanted):
    first = numbered(library, wanted)
    keep(library, first)
    keep(library, first)
    assert (first.sequence, len(library.schedule_events(wanted.interview_id))) == (0, 1)
    assert numbered(library, wanted).sequence == 0
    moved = numbered(library, replace(wanted, start=wanted.start + timedelta(hours=1)))
    keep(library, moved)
    assert moved.sequence == 1
    assert numbered(library, moved).sequence == 1
    assert invited(library, library.interview(wanted.interview_id))
    gone = numbered(library, replace(moved, cancelled=True))
    keep(library, gone)
    assert gone.sequence == 2
    assert not invited(library, library.interview(wanted.interview_id))
    again = numbered(library, replace(moved, place="二楼"))
    assert again.sequence == 3
    actions = [event.action for event in library.schedule_events(wanted.interview_id)]
    assert actions == [Told.INVITED, Told.INVITED, Told.CANCELLED]


def test_nobody_was_invited_so_nothing_is_cancelled(library, wanted):
    with pytest.raises(InvitationInvalid):
        numbered(library, replace(wanted, cancelled=True))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_mail_is_the_companys_text(library, wanted, language):
    mail = written(mail_template(library.folder, language), wanted, "后端工程师")
    assert "后端工程师" in mail.subject
    assert "2026-03-02 09:30 (UTC+08:00, Asia/Shanghai)" in mail.body
    assert "陈明 𠮷" in mail.body
    assert wanted.place in mail.body
    gone = written(mail_template(library.folder, language), replace(wanted, cancelled=True), "后端工程师")
    assert gone.body != mail.body
    folder = template_folder(library.folder)
    folder.mkdir()
    (folder / f"invitation.{language}.toml").write_text(
        'subject = "{title}"\nbody = "{candidate}: {{ok}}"\ncancel_subject = "x"\ncancel_body = "y"', "utf-8"
    )
    own = written(mail_template(library.folder, language), wanted, "后端工程师")
    assert own.body == "陈明 𠮷: {ok}\n"


@pytest.mark.parametrize(
    "body", ["{salary}", "{candidate.__class__}", "{candidate!r}", "{minutes:>9}", "{", "{}", "{0}", "  "]
)
def test_a_template_with_anything_but_plain_names_is_refused(library, body, each_language):
    folder = template_folder(library.folder)
    folder.mkdir(exist_ok=True)
    rest = 'cancel_subject = "x"\ncancel_body = "y"'
    (folder / "invitation.zh.toml").write_text(f'subject = "s"\nbody = "{body}"\n{rest}', "utf-8")
    with pytest.raises(InvitationTemplateInvalid) as raised:
        mail_template(library.folder, "zh")
    assert raised.value.params["file"] == "invitation.zh.toml"
    assert "body" in str(raised.value.params["reason"])


@pytest.mark.parametrize("content", [b"\xff", b"subject = 1", b"subject = ", b'subject = "a"', b"x" * 70000])
def test_a_damaged_template_is_refused(library, content):
    folder = template_folder(library.folder)
    folder.mkdir()
    (folder / "invitation.en.toml").write_bytes(content)
    with pytest.raises(InvitationTemplateInvalid):
        mail_template(library.folder, "en")


def test_the_mail_program_gets_every_character(library, wanted):
    mail = replace(written(mail_template(library.folder, "zh"), wanted, "A&B?c=d#e%+"), to="a+b@example.com")
    parts = urlsplit(mail.url)
    assert parts.scheme == "mailto"
    assert unquote(parts.path) == "a+b@example.com"
    asked = parse_qs(parts.query.replace("+", "%2B"), strict_parsing=True)
    assert asked["subject"] == [mail.subject]
    assert asked["body"] == [mail.body.replace("\n", "\r\n")]
