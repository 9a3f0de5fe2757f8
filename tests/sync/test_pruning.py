"""What is let go of after a while, and what never is."""

from __future__ import annotations

import hashlib
import json

import pytest
from sqlalchemy import select, update

from sync import adding, exchanges, ledger, listing, outbox, pruning, tables, withholding
from sync.client import Exchange
from sync.outbox import Kind, Resolution, State
from sync.tables import sync_exchange
from tests.sync.ehr import assessment_body, enqueue_assessment, enqueue_interview

DAY = 24 * 3600.0
NOW = 1_770_000_000.0


@pytest.fixture
def three(sessions):
    """An interview with three revisions of its assessment, all done a hundred days ago; gives the ids."""
    with sessions() as session:
        ids = enqueue_interview(session)
        for revision in (2, 3):
            enqueue_assessment(session, *ids, revision)
        settle(session, State.DONE)
    return ids


def settle(session, state, *where, at=NOW - 100 * DAY, resolution=None):
    values = {"state": state.value, "done_at": at, "resolution": resolution}
    session.execute(update(tables.outbox).where(*where).values(**values))


def revision(ids, number):
    return tables.outbox.c.external_id == f"{ids[1]}:{number}"


def prune(sessions, before=NOW - 90 * DAY, **more):
    done = 0
    while True:
        with sessions() as session:
            last = pruning.prune_payloads(session, before, **more)
        done += last
        if not last:
            return done


def pruned(sessions):
    with sessions() as session:
        return {item.external_id for item in listing.items(session) if item.pruned}


def test_old_payloads_go_and_their_hashes_outcome_and_titles_stay(three, sessions):
    interview, assessment = three
    with sessions() as session:
        before = {item.op_id: item for item in listing.items(session)}
        ledger.note(session, at=0.0, direction="sent", kind="assessment", subject="a", outcome="sent", body=b"x")
    assert prune(sessions) == 6
    with sessions() as session:
        after = {item.op_id: item for item in listing.items(session)}
        assert len(ledger.log(session)) == 1, "the log stays as it is"
        same = adding.enqueue(
            session, kind=Kind.ASSESSMENT, aggregate=interview, external_id=f"{assessment}:1",
            payload=assessment_body(interview, assessment), clock=lambda: 0.0,
        )  # fmt: skip
        assert after[same].external_id == f"{assessment}:1", "the same once more is known by its hash"
    for op_id, item in after.items():
        was = before[op_id]
        kept = (item.payload_sha256, item.state, item.done_at, item.remote_id, item.external_id)
        assert kept == (was.payload_sha256, was.state, was.done_at, was.remote_id, was.external_id)
        assert item.pruned == (hashlib.sha256(item.payload).hexdigest() != item.payload_sha256)
        if item.pruned:
            assert "秦" not in item.payload.decode(), "nothing of a person"
            assert json.loads(item.payload)["pruned"] is True
    assert json.loads(after[same].payload)["revision"] == 1


def test_what_both_sides_agreed_on_last_and_the_newest_result_stay(three, sessions):
    with sessions() as session:
        settle(session, State.DONE, revision(three, 3), resolution=Resolution.THEIRS.value)
    prune(sessions)
    assert f"{three[1]}:1" in pruned(sessions)
    assert not {f"{three[1]}:2", f"{three[1]}:3"} & pruned(sessions)


@pytest.mark.parametrize("state", [State.PENDING, State.INFLIGHT, State.CONFLICT, State.DEAD, State.HANDED])
def test_what_is_not_done_is_never_touched(state, three, sessions):
    with sessions() as session:
        settle(session, state)
    assert prune(sessions, most_bytes=0) == 0


def test_what_was_not_told_is_never_touched_for_it_may_be_told_yet(three, sessions):
    with sessions() as session:
        settle(session, State.DONE, resolution=Resolution.NOT_TOLD.value)
    assert prune(sessions, most_bytes=0) == 0


def test_that_another_computers_file_lies_there_is_known_when_its_body_is_not(sessions):
    """A candidate may take consent back at any time, and is told then what lies there."""
    told = {"role": "transcript", "name": "秦.vtt", "size": 3, "source": {"kind": "made", "id": "0"}}
    with sessions() as session:
        for external_id in ("a:1/transcript", "a:2/transcript"):
            adding.enqueue(
                session, kind=Kind.ATTACHMENT, aggregate="i/files", payload=json.dumps(told).encode(),
                external_id=external_id,
            )  # fmt: skip
        settle(session, State.DONE, resolution=Resolution.OVERTAKEN.value)
        there = tables.outbox.c.external_id == "a:1/transcript"
        theirs = json.dumps({"received_at": "2026-03-02", "name": "秦.vtt"})
        session.execute(update(tables.outbox).where(there).values(theirs=theirs))
    prune(sessions)
    with sessions() as session:
        (one, other) = [outbox.find(session, Kind.ATTACHMENT, f"a:{n}/transcript") for n in (1, 2)]
        assert (one.pruned, one.theirs, other.theirs) == (True, {"received_at": "2026-03-02"}, {})
        withholding.follow(session, "i", withholding.Agreement(frozenset(), frozenset({"speech"})))
        assert [item.external_id for item in withholding.lying_there(session)] == ["a:1/transcript"]


def test_young_ones_stay_until_all_are_too_large_and_then_the_oldest_go(three, sessions):
    with sessions() as session:
        settle(session, State.DONE, at=NOW)
        settle(session, State.DONE, revision(three, 1), at=NOW - DAY)
    assert prune(sessions) == 0
    with sessions() as session:
        sizes = {item.external_id: len(item.payload) for item in listing.items(session)}
    prunable = sum(size for name, size in sizes.items() if name != f"{three[1]}:3")
    assert prune(sessions, most_bytes=prunable - 1) == 1
    assert pruned(sessions) == {f"{three[1]}:1"}


def test_one_transaction_takes_only_a_few(three, sessions):
    with sessions() as session:
        assert pruning.prune_payloads(session, NOW, limit=2) == 2
    assert len(pruned(sessions)) == 2


def call(session, at, op_id=None, sent=b'{"a":1}', received=b'{"b":2}'):
    exchanges.keep(session, "http://h", Exchange("PUT", "/x", 200, sent, received), op_id, at)


def test_bodies_of_old_calls_go_and_the_line_with_both_hashes_stays(three, sessions):
    with sessions() as session:
        settle(session, State.DEAD, revision(three, 2))
        dead = outbox.find(session, Kind.ASSESSMENT, f"{three[1]}:2").op_id
        for at, op_id in ((NOW - 100 * DAY, None), (NOW - 100 * DAY, dead), (NOW, None)):
            call(session, at, op_id)
        call(session, NOW - 100 * DAY, sent=b"")
        assert pruning.prune_bodies(session, NOW - 90 * DAY) == 2
        assert pruning.prune_bodies(session, NOW - 90 * DAY) == 0
        newest_first = [exchanges.bodies(session, one.id) for one in exchanges.listed(session)]
    quiet, young, about_dead, old = newest_first
    assert (old[0].pruned, old[0].text, old[0].size) == (True, "", 7)
    assert old[0].sha256 == hashlib.sha256(b'{"a":1}').hexdigest()
    assert not old[0].cut
    assert (young[0].text, about_dead[1].text) == ('{"a":1}', '{"b":2}')
    assert (quiet[0].pruned, quiet[0].size, quiet[1].pruned) == (False, 0, True)


def test_bodies_that_are_too_large_together_go_the_oldest_first(sessions):
    with sessions() as session:
        for at in range(3):
            call(session, NOW + at)
        assert pruning.prune_bodies(session, 0.0, most_bytes=28) == 1
        kept = session.execute(select(sync_exchange.c.sent).order_by(sync_exchange.c.id)).scalars().all()
    assert [bool(one) for one in kept] == [False, True, True]
