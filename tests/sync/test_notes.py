"""Notes beside a result: kept once for their external id, never changed, and not asked of who takes none."""

from __future__ import annotations

import json
import sqlite3
from uuid import uuid4

import jsonschema
import msgspec
import pytest
import requests

from sync import adding, ledger, listing, outbox
from sync.failures import RemoteConflict
from sync.outbox import Kind, Resolution, State
from sync.profile import Profile, shipped_profile
from sync.sender import Sender
from sync.system import Note
from tests.sync.ehr import CONTRACT, drain_until_empty, enqueue_interview, enqueue_note, note_of


@pytest.fixture
def interview(sessions):
    """A registered interview with a note that waits for the registration."""
    with sessions() as session:
        interview, _ = enqueue_interview(session)
        enqueue_note(session, interview, outbox.find(session, Kind.INTERVIEW, interview).op_id)
    return interview


def kept(tmp_path):
    with sqlite3.connect(tmp_path / "ehr" / "ehr.sqlite3") as database:
        return database.execute("select external_id, role from note order by external_id").fetchall()


@pytest.mark.parametrize("faults", ["drop_after:0.5", "500_after:0.5", "cut:0.4", "500:0.3,drop_after:0.3,html:0.2"])
def test_a_note_arrives_once_whatever_happens_on_the_way(
    faults, interview, sandbox, sender, sessions, queue, clock, tmp_path
):
    with sessions() as session:
        for number in range(2, 6):
            enqueue_note(session, interview, key=str(number))
    sandbox.faults.set(faults)
    drain_until_empty(sender, queue, clock, sessions)
    assert kept(tmp_path) == [(f"{interview}:late:{number}", "late") for number in range(1, 6)]
    with sessions() as session:
        notes = [item for item in listing.items(session) if item.kind is Kind.NOTE]
    assert all(item.remote_id.startswith("note-") for item in notes)


def test_every_first_answer_is_lost_and_no_note_is_doubled(
    interview, sandbox, sender, sessions, queue, clock, tmp_path
):
    sandbox.faults.set("lose_first")
    drain_until_empty(sender, queue, clock, sessions)
    assert kept(tmp_path) == [(f"{interview}:late:1", "late")]


def test_other_words_under_the_same_id_are_refused(sandbox, sender, sessions, connect, interview):
    sender.drain()
    other = Note(**json.loads(note_of(interview, text="another")))
    with pytest.raises(RemoteConflict):
        connect(sandbox).add_note(other, str(uuid4()))
    assert json.loads(sandbox.store.notes()[0]["body"])["text"].startswith("15 分钟")


def test_the_page_shows_it_as_text_and_the_body_fits_the_contract(interview, sandbox, sender):
    sender.drain()
    page = requests.get(sandbox.url + "/?lang=zh", timeout=10).text
    assert "15 分钟 &lt;b&gt;迟到&lt;/b&gt;" in page
    contract = json.loads(CONTRACT.read_text("utf-8"))
    schema = {"$ref": "#/components/schemas/Note", "components": contract["components"]}
    jsonschema.validate(json.loads(sandbox.store.notes()[0]["body"]), schema)


def test_a_system_that_takes_no_notes_is_not_asked_and_nobody_has_to_decide(
    interview, sandbox, sessions, queue, connect, hr_of
):
    shape = shipped_profile("sandbox").shape
    silent = connect(sandbox)
    silent._shape = msgspec.structs.replace(shape, paths=msgspec.structs.replace(shape.paths, notes=""))
    assert Profile(silent._shape)
    assert Sender(sessions, silent, queue).drain().dead == 0
    with sessions() as session:
        item = outbox.find(session, Kind.NOTE, f"{interview}:late:1")
        lines = [line.outcome for line in ledger.log(session) if line.subject == item.external_id]
    assert (item.state, item.resolution, lines) == (State.DONE, Resolution.NOT_TAKEN, ["notes_refused"])
    assert sandbox.store.notes() == []


def test_what_nobody_can_have_yet_is_closed_for_something_newer(interview, sender, sessions):
    with sessions() as session:
        closed = adding.close_unsent(session, Kind.NOTE, f"{interview}:late:", lambda: 1.0)
    assert [item.external_id for item in closed] == [f"{interview}:late:1"]
    sender.drain()
    with sessions() as session:
        assert outbox.find(session, Kind.NOTE, f"{interview}:late:1").resolution is Resolution.SUPERSEDED
        assert adding.close_unsent(session, Kind.NOTE, f"{interview}:late:") == ()
