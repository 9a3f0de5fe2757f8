"""What a mapping stopped is told with the names that people know, from a real sandbox to the list of the window."""

from __future__ import annotations

import json
import threading

import pytest

from app import text
from app.mapping_desk import MappingDesk
from app.mapping_words import in_words
from app.sync_service import at_once
from app.sync_state import State
from sync.diagnosis import Step
from sync.mapping import Entry
from tests.app.hr import planned, sign

COMM = "custom_fields.communication"
TITLES = {"zh": "沟通表达（1–5 分）", "en": "Communication (1 to 5)"}


@pytest.fixture
def desk(library, service):
    return MappingDesk(library, service._settings, service, at_once)


def read(desk):
    done = threading.Event()
    desk.read_fields(lambda *_: done.set())
    assert done.wait(30)


def stopped(library, service, desk, sandbox, source="composite"):
    """A result that a field which was removed there has stopped."""
    desk.save((Entry(source, COMM, "number", scale=(0, 10, 1, 5)),))
    service.run_once()
    read(desk)
    sandbox.faults.set("field_removed")
    sign(library, planned(library).id)
    service.run_once(hurry=True)
    return next(one for one in service.state().entries if one.state is State.DEAD)


def test_a_dead_letter_names_fields_by_their_titles(each_language, library, service, desk, sandbox):
    dead = stopped(library, service, desk, sandbox)
    assert dead.code == "mapping_gone"
    assert f"{TITLES[each_language]} [{COMM}]" in dead.sentence
    assert text.tr("sync_room.field_composite") in dead.sentence
    assert "composite" not in dead.sentence
    assert dead.field == COMM, "the editor is still told the id"
    read(desk)
    assert desk.known().catalogue.field(COMM) is None
    again = next(one for one in service.state().entries if one.state is State.DEAD)
    assert again.sentence == dead.sentence, "what the list does not have any more is remembered"


def test_a_dimension_is_named_as_the_signed_assessment_names_it(each_language, library, service, desk, sandbox):
    dead = stopped(library, service, desk, sandbox, "dimensions.communication.combined")
    signed = service.sent_text(dead.op_id)
    title = next(one["title"] for one in json.loads(signed)["dimensions"] if one["id"] == "communication")
    combined = text.tr("sync_room.field_combined")
    assert text.tr("sync_room.field_of", what=title, name=combined) in dead.sentence


def test_the_connection_test_names_it_too(each_language, library, service, desk, sandbox):
    stopped(library, service, desk, sandbox)
    found = {finding.step: finding.failure for finding in service.diagnose()}
    assert f"{TITLES[each_language]} [{COMM}]" in text.sentence(found[Step.FIELDS])


def test_without_a_list_of_fields_the_id_is_all_there_is():
    said = {"host": "h", "field": COMM, "source": "composite"}
    assert in_words("mapping_gone", said, None, {})["field"] == COMM
    assert in_words("remote_rejected", said, None, {}) == said
