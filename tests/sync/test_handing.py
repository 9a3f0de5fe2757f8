"""Items that another computer sends: never claimed here, closed by its word, and taken back by a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync import handing, listing, outbox
from sync.outbox import Kind, Resolution, State
from sync.queue import Queue
from tests.sync.ehr import enqueue_assessment, enqueue_interview


@pytest.fixture
def handed(sessions):
    """An interview with all its items handed over, and another one; the first one's id."""
    with sessions() as session:
        first, _ = enqueue_interview(session)
        enqueue_interview(session)
        assert handing.hand_over(session, handing.waiting(session, [first])) == 5
    return first


def states(sessions):
    with sessions() as session:
        return {state: number for state, number in listing.counts(session).items() if number}


def test_what_was_handed_over_is_not_sent_from_here(sessions, queue, handed):
    claimed = []
    while True:
        with sessions() as session:
            item = queue.claim(session)
            if item is None:
                break
            claimed.append(item)
            queue.complete(session, item, "r-1")
    assert handed not in {item.aggregate.partition("/")[0] for item in claimed}
    assert states(sessions) == {State.HANDED: 5, State.DONE: 5}


def test_a_newer_revision_waits_behind_what_was_handed_over(sessions, queue, handed):
    with sessions() as session:
        op_id = enqueue_assessment(session, handed, "new", 2)
    while True:
        with sessions() as session:
            item = queue.claim(session)
        if item is None:
            break
        assert item.op_id != op_id
        with sessions() as session:
            queue.complete(session, item)


def receipts(sessions, handed):
    """What another outbox with the same items says once they have arrived."""
    with sessions() as session:
        items = [item for item in listing.items(session) if item.aggregate.partition("/")[0] == handed]
    return [handing.Receipt(i.kind, i.external_id, i.payload_sha256, "r-1", None, 5.0) for i in items]


def test_receipts_close_what_is_open_once(sessions, handed):
    told = receipts(sessions, handed)
    moves = [replace(each, payload_sha256="0" * 64) for each in told if each.kind != Kind.ASSESSMENT]
    rest = [each for each in told if each.kind == Kind.ASSESSMENT]
    with sessions() as session:
        assert len(handing.confirm(session, [*moves, *rest])) == 5
        assert handing.confirm(session, told) == ()
    assert states(sessions)[State.DONE] == 5
    with sessions() as session:
        assert len(handing.receipts(session, [handed])) == 5
        assert listing.registered(session) == ((handed, "r-1"),)


def test_other_bytes_and_unknown_items_close_nothing(sessions, handed):
    told = [replace(each, payload_sha256="0" * 64) for each in receipts(sessions, handed) if each.kind == "assessment"]
    unknown = handing.Receipt("status", "nobody:assessed", "0" * 64, None, Resolution.OVERTAKEN.value, 5.0)
    with sessions() as session:
        assert handing.confirm(session, [*told, unknown]) == ()
    assert State.DONE not in states(sessions)


def test_a_person_may_send_it_from_here_after_all(sessions, queue, handed):
    with sessions() as session:
        item = next(item for item in listing.items(session) if item.state is State.HANDED)
        assert queue.revive(session, item.op_id)
        found = outbox.get(session, item.op_id)
    assert (found.state, found.uncertain) == (State.PENDING, True), "the other computer may have sent it"


def test_what_a_sender_that_died_left_on_its_way_is_handed_over_too(sessions, queue):
    with sessions() as session:
        interview, _ = enqueue_interview(session)
        claimed = queue.claim(session)
    with sessions() as session:
        items = handing.waiting(session, [interview])
        assert claimed.op_id in {item.op_id for item in items}
        assert handing.hand_over(session, items) == 5
        left = outbox.get(session, claimed.op_id)
    assert (left.state, left.uncertain, left.lease_owner) == (State.HANDED, True, None)


def test_what_is_just_on_its_way_stays_here(sessions):
    with sessions() as session:
        interview, _ = enqueue_interview(session)
        Queue().claim(session)
        assert len(handing.waiting(session, [interview])) == 4


def test_moves_that_the_other_computer_had_no_need_of_are_closed_by_a_later_one(sessions, handed):
    told = [each for each in receipts(sessions, handed) if not each.external_id.endswith(":in_progress")]
    with sessions() as session:
        assert len(handing.confirm(session, told, "the office")) == 5
        first = outbox.find(session, Kind.STATUS, f"{handed}:in_progress")
    assert (first.state, first.resolution, first.sent_by) == (State.DONE, Resolution.OVERTAKEN, "the office")


def test_what_the_other_computer_held_back_and_tells_after_all_has_arrived(sessions, handed):
    told = receipts(sessions, handed)
    held_back = [replace(each, resolution=Resolution.NOT_TOLD.value) for each in told]
    with sessions() as session:
        assert len(handing.confirm(session, held_back, "the office")) == 5
        assert handing.confirm(session, held_back, "the office") == ()
        assert len(handing.confirm(session, told, "the office")) == 5
        assert handing.confirm(session, told, "the office") == ()
        assert {item.resolution for item in listing.items(session) if item.state is State.DONE} == {None}
