"""Two offices on one HR system: what both say is one note, and what was never sent can be said anew."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from app import text
from app.domain.people import Told
from app.outgoing import Said, note_id, say, unsay, was_said
from app.store import Library
from app.text import LANGUAGES
from sync import ledger, listing
from sync.contract import NoteRole
from sync.outbox import Kind, Resolution, State
from tests.pulled.hr import MORNING, notes, office, plan, watch

SAID = dict.fromkeys(LANGUAGES, "said")

LATE = MORNING + timedelta(minutes=16)


@pytest.fixture
def second(tmp_path, sandbox):
    """Another office with a library of its own; gives (library, service)."""
    with Library.open(tmp_path / "second", assessor="李雷") as library:
        made = office(library, sandbox)
        yield library, made
        made.close()


def items(library):
    with library.reading() as session:
        return [item for item in reversed(listing.items(session)) if item.kind is Kind.NOTE]


def test_two_offices_say_that_somebody_is_late_and_hr_hears_it_once(library, sandbox, service, second, each_language):
    interview = plan(sandbox, library, service)
    other, other_service = second
    other_service.run_once()
    here, there = watch(library, LATE), watch(other, LATE + timedelta(minutes=1))
    assert len(here.look().late) == len(there.look().late) == 1
    assert items(library)[0].external_id == items(other)[0].external_id
    assert items(library)[0].payload != items(other)[0].payload, "who says it, and when, differ"
    assert service.run_once().complete
    assert other_service.run_once().complete, "nobody has to decide anything"
    (kept,) = sandbox.store.notes()
    assert json.loads(kept["body"])["by"] == "王芳"
    (item,) = items(other)
    assert (item.state, item.resolution) == (State.DONE, Resolution.ALREADY_THERE)
    (entry,) = [entry for entry in other_service.state().entries if entry.kind is Kind.NOTE]
    assert entry.sentence == text.tr("sync.resolved_already_there")
    assert interview.remote_id in item.external_id


def test_what_is_not_the_same_is_said_by_both(library, sandbox, service, second):
    interview = plan(sandbox, library, service)
    other, other_service = second
    other_service.run_once()
    twin = other.find_interview(remote_id=interview.remote_id)
    watch(library, LATE).absent(interview.id, "电话打不通")
    watch(other, LATE).absent(twin.id, "改天再约")
    watch(library, LATE).postpone(interview.id)
    watch(other, LATE + timedelta(minutes=30)).postpone(twin.id)
    service.run_once()
    other_service.run_once()
    kept = [json.loads(note["body"]) for note in sandbox.store.notes()]
    assert {note["details"].get("words") for note in kept if note["role"] == "absent"} == {"电话打不通", "改天再约"}
    assert len({note["details"]["new"] for note in kept if note["role"] == "postponed"}) == 2


def test_an_id_that_is_too_long_to_repeat_stands_for_itself_all_the_same(library, sandbox, service):
    interview = plan(sandbox, library, service)
    assert note_id(interview, NoteRole.LATE, "t") == f"{interview.remote_id}:late:t"

    long = [note_id(replace(interview, remote_id="x" * 200 + end), NoteRole.LATE, "t") for end in ("a", "b")]
    assert len(set(long)) == 2
    assert all(len(each) < 128 for each in long)
    assert note_id(replace(interview, remote_id=None), NoteRole.LATE, "t") == f"{interview.id}:late:t"


def test_what_was_closed_before_anybody_had_it_is_said_anew(library, sandbox, service):
    interview = plan(sandbox, library, service)
    said = Said("n:1", NoteRole.LATE, LATE, "王芳", SAID, {})
    with library.session() as session:
        say(session, interview, said)
        assert unsay(session, "n:", exactly=False) == 1
        assert not was_said(session, "n:1")
        assert say(session, interview, replace(said, texts=dict.fromkeys(LANGUAGES, "second"))) == "n:1"
        assert was_said(session, "n:1")
        assert say(session, interview, said) == "n:1", "once for its id while it waits"
    service.run_once()
    assert [json.loads(note["body"])["text"] for note in sandbox.store.notes()] == ["second"]
    with library.session() as session:
        assert say(session, interview, said) == "n:1"
    assert [(item.external_id.partition("#")[0], item.resolution) for item in items(library)] == [
        ("n:1", Resolution.SUPERSEDED), ("n:1", None)
    ]  # fmt: skip


def test_postponed_and_put_back_is_late_again(library, sandbox, service):
    """The note that somebody is late by a time gives way, and comes again when that very time counts again."""
    interview = plan(sandbox, library, service)
    watch(library, LATE).look()
    watch(library, LATE).postpone(interview.id)
    sandbox.store.replan(interview.remote_id, scheduled_at=(MORNING + timedelta(hours=3)).isoformat())
    with library.session() as session:
        library.add_schedule_event(session, interview.id, Told.REMINDED, MORNING, {})
        say(session, library.interview(interview.id), Said(
            note_id(interview, NoteRole.LATE, "20260302T010000Z"), NoteRole.LATE, LATE, "王芳", SAID, {}
        ))  # fmt: skip
    service.run_once()
    assert sorted(json.loads(note["body"])["role"] for note in sandbox.store.notes()) == ["late", "postponed"]
    assert [note["role"] for note in notes(library)] == ["late", "postponed", "late"]


def test_what_another_system_said_of_the_same_number_does_not_count(library, sandbox, service):
    interview = plan(sandbox, library, service)
    with library.session() as session:
        told = ledger.KnownRow("interview", str(interview.remote_id), interview.id, {"status": "to_review"})
        ledger.keep_row(session, "http://127.0.0.1:1", told, lambda: 9e9)
    watch(library, LATE).arrived(interview.id)
    with library.reading() as session:
        moves = [item for item in listing.items(session) if item.kind is Kind.STATUS]
    assert [json.loads(move.payload)["to"] for move in moves] == ["in_progress"]
