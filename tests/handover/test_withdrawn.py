"""A candidate who takes consent back while files travel: neither laptop nor office sends them any more."""

from __future__ import annotations

import time

import pytest

from app import text
from app.attaching import Attaching
from app.handover.package import Kind
from app.lying_there import lying_there
from app.sync_state import entry
from sync import tables
from sync.outbox import Kind as ItemKind
from sync.outbox import Resolution, State
from tests.handover.conftest import carry, home, sign
from tests.handover.test_carried import ROLES, at_ehr, interviewed, items
from tests.handover.test_carried import planned as planned
from tests.ui.review_library import analysed

ALL = ("speech", "face", "expression")


def agree(library, interview, *modalities):
    library.record_consent(interview.id, modalities, "v1", "Emma")


def states(library):
    return {item.external_id.rpartition("/")[2]: item.state for item in items(library, ItemKind.ATTACHMENT)}


def arrived(tmp_path):
    return {role for (role,) in at_ehr(tmp_path, "select role from upload where received_at is not null")}


@pytest.fixture
def handed(office, laptop, stick, planned, tmp_path):
    """Signed on the laptop, with files; in the office, and not sent yet."""
    interview, service = planned
    agree(laptop, interview, *ALL)
    interviewed(laptop, interview, tmp_path)
    home(laptop, office, stick, interview.id, files=True)
    return interview, service


def test_what_the_office_has_is_held_there_too_once_it_hears(office, laptop, stick, handed, tmp_path):
    interview, service = handed
    assert set(states(office).values()) == {State.PENDING}
    agree(laptop, interview, "face", "expression")
    assert set(states(laptop).values()) == {State.HELD}, "what was handed over does not travel again"
    (first, *_) = items(laptop, ItemKind.ATTACHMENT)
    assert text.tr("sync.held_handed") in entry(first, "Emma", interview.id).sentence
    taken = home(laptop, office, stick, interview.id, files=True)
    assert taken.new["file"] == 0
    assert states(office) == dict.fromkeys(ROLES, State.HELD)
    service.run_once()
    assert arrived(tmp_path) == set()


def test_only_what_is_still_agreed_to_leaves_the_office(office, laptop, stick, handed, tmp_path):
    """The package says what each file shows something of."""
    interview, service = handed
    agree(office, interview, "speech", "expression")
    assert [role for role, state in states(office).items() if state is State.HELD] == ["report"]
    service.run_once()
    assert arrived(tmp_path) == ROLES - {"report"}


def test_nothing_is_made_or_packed_of_what_was_taken_back(office, laptop, stick, planned, tmp_path):
    interview, service = planned
    agree(laptop, interview, *ALL)
    analysed(laptop, interview.id, tmp_path / "analysis")
    sign(laptop, interview.id)
    agree(laptop, interview)
    taken = home(laptop, office, stick, interview.id, files=True)
    assert taken.new["file"] == 0
    service.run_once()
    assert arrived(tmp_path) == set()


def test_the_laptop_hears_that_it_arrived_all_the_same(office, laptop, stick, handed, tmp_path):
    """The office had sent it before it could hear; both tell what lies there."""
    interview, service = handed
    agree(laptop, interview)
    service.run_once()
    assert arrived(tmp_path) == ROLES
    carry(office, laptop, stick, Kind.RECEIPTS)
    assert {item.resolution for item in items(laptop, ItemKind.ATTACHMENT)} == {Resolution.WITHDRAWN}
    assert len(lying_there(laptop)[0].files) == len(ROLES)
    assert lying_there(office) == ()
    home(laptop, office, stick, interview.id)
    assert len(lying_there(office)[0].files) == len(ROLES)
    carry(office, laptop, stick, Kind.RECEIPTS)
    assert len(lying_there(laptop)[0].files) == len(ROLES)


def test_what_a_sender_that_died_left_on_its_way_does_not_travel(office, laptop, stick, planned, tmp_path):
    """It could not be held while the sender might be at it."""
    interview, _ = planned
    agree(laptop, interview, *ALL)
    analysed(laptop, interview.id, tmp_path / "analysis")
    sign(laptop, interview.id)
    Attaching(laptop, laptop.session, time.time).prepare_for([interview.id])
    on_its_way(laptop, time.time() + 60)
    agree(laptop, interview)
    assert set(states(laptop).values()) == {State.INFLIGHT}
    on_its_way(laptop, time.time() - 1)
    taken = home(laptop, office, stick, interview.id, files=True)
    assert taken.new["file"] == 0
    assert {(item.state, item.uncertain) for item in items(laptop, ItemKind.ATTACHMENT)} == {(State.HELD, True)}


def on_its_way(library, until):
    files = tables.outbox.c.kind == ItemKind.ATTACHMENT.value
    with library.session() as session:
        leased = {"state": State.INFLIGHT.value, "lease_until": until, "lease_owner": "a sender"}
        session.execute(tables.outbox.update().where(files).values(**leased))
