"""Exactly once, whatever the network and the server do: a real sender against the real sandbox."""

from __future__ import annotations

import hashlib
from uuid import uuid4

import pytest

from sync import outbox
from sync.failures import RemoteBusy, RemoteNonsense, RemoteUnauthorized, RemoteUnreachable
from sync.outbox import State
from sync.sandbox.server import Sandbox
from sync.sender import Sender, read_hold
from sync.system import Agreed
from tests.sync.ehr import (
    CONTRACT,
    IMPATIENT,
    assessment_body,
    drain_until_empty,
    enqueue_assessment,
    enqueue_interview,
)

FAULTS = [
    "500:0.5", "503:0.5", "500_after:0.5", "409:0.5", "429:0.5:retry=2", "slow:0.2:0.6", "html:0.5", "html_after:0.5",
    "cut:0.5", "drop_before:0.5", "drop_after:0.5", "401:1:times=2", "500:0.1,429:0.1,drop_after:0.2,cut:0.2,html:0.1",
]  # fmt: skip


def states(sessions):
    with sessions() as session:
        return {item.external_id: item.state for item in outbox.items(session)}


def arrived(sandbox):
    return [(held.external_id, held.sha256) for held in reversed(sandbox.store.assessments())]


@pytest.mark.parametrize("faults", FAULTS)
def test_all_arrives_exactly_once_and_in_order(faults, sandbox, queue, clock, sessions, connect):
    patience = {"timeouts": IMPATIENT} if faults.startswith("slow") else {}
    sender = Sender(sessions, connect(sandbox, **patience), queue)
    wanted = []
    with sessions() as session:
        for _ in range(2):
            interview, assessment = enqueue_interview(session)
            enqueue_assessment(session, interview, assessment, revision=2, summary="改")
            bodies = [assessment_body(interview, assessment), assessment_body(interview, assessment, 2, summary="改")]
            wanted += [(f"{assessment}:{n + 1}", hashlib.sha256(body).hexdigest()) for n, body in enumerate(bodies)]
    sandbox.faults.set(faults)
    runs = drain_until_empty(sender, queue, clock, sessions)
    assert set(states(sessions).values()) == {State.DONE}
    assert sorted(arrived(sandbox)) == sorted(wanted)
    assert sum(run.sent for run in runs) == len(states(sessions))
    targets = [move["target"] for move in sandbox.store.moves()]
    assert sorted(targets) == sorted(["in_progress", "to_review", "assessed"] * 2)
    assert sandbox.faults.seen, "the fault never happened"
    assert len([one for one in sandbox.store.interviews() if one["client_id"]]) == 2


def test_what_was_signed_is_what_arrives_byte_for_byte(sandbox, sender, sessions):
    with sessions() as session:
        interview, assessment = enqueue_interview(session)
    sender.drain()
    assert sandbox.store.assessment(f"{assessment}:1").body == assessment_body(interview, assessment)


def test_down_then_up_arrives_exactly_once(tmp_path, sessions, queue, clock, connect):
    first = Sandbox(CONTRACT, tmp_path / "ehr").start()
    port, key = int(first.url.rpartition(":")[2]), first.key
    sender = Sender(sessions, connect(first), queue)
    first.stop()
    with sessions() as session:
        enqueue_interview(session)
    run = sender.drain()
    assert isinstance(run.stopped, RemoteUnreachable)
    assert not run.stopped.uncertain
    assert run.until > clock()
    assert sender.drain().until == run.until, "the hold keeps the sender from trying again at once"
    clock.pass_s(301)
    with Sandbox(CONTRACT, tmp_path / "ehr", port, key=key) as second:
        assert sender.drain().sent == 5
        assert len(second.store.assessments()) == 1
        assert sender.drain().sent == 0
    with sessions() as session:
        assert read_hold(session, second.url).until == 0.0


def test_a_sender_killed_between_send_and_answer_doubles_nothing(sandbox, sessions, queue, clock, connect):
    """The kill is the real one: the claim is committed, the server has it, and nobody settles the item."""
    client = connect(sandbox)
    with sessions() as session:
        _, assessment = enqueue_interview(session)
    Sender(sessions, client, queue).drain()
    with sessions() as session:
        interview, again = str(uuid4()), str(uuid4())
        enqueue_interview(session, interview)
        enqueue_assessment(session, interview, again)
    while True:
        with sessions() as session:
            item = queue.claim(session)
        if item is None:
            break
        Sender(sessions, client, queue)._send(item)  # and dies here
        clock.pass_s(outbox.LEASE_S + 1)
        with sessions() as session:
            retaken = queue.claim(session)
        assert retaken.uncertain
        assert Sender(sessions, client, queue)._one(retaken) is None
    held = [name for name, _ in arrived(sandbox)]
    assert len(held) == len(set(held)) == 3
    assert set(states(sessions).values()) == {State.DONE}
    assert f"{assessment}:1" in held


def test_an_unknown_outcome_is_looked_up_before_it_is_sent_again(sandbox, sender, sessions, clock):
    with sessions() as session:
        interview, assessment = enqueue_interview(session)
    sender.drain()
    with sessions() as session:
        enqueue_assessment(session, interview, assessment, revision=2)
    sandbox.faults.set("drop_after:1:times=1")
    assert sender.drain().stopped.uncertain
    clock.pass_s(301)
    sandbox.faults.set("500:0")
    sent = []
    sender._hr._wire._record = sent.append
    assert sender.drain().sent == 1
    assert [exchange.method for exchange in sent] == ["GET"]


def test_a_refused_key_stops_everything_and_costs_no_item_anything(sandbox, sessions, queue, clock, connect):
    with sessions() as session:
        enqueue_interview(session)
    run = Sender(sessions, connect(sandbox, key="wrong-key"), queue).drain()
    assert isinstance(run.stopped, RemoteUnauthorized)
    assert set(states(sessions).values()) == {State.PENDING}
    clock.pass_s(301)
    assert Sender(sessions, connect(sandbox), queue).drain().sent == 5


def test_no_call_is_made_before_the_time_that_the_server_asked_for(sandbox, sender, sessions, clock):
    with sessions() as session:
        enqueue_interview(session)
    sandbox.faults.set("429:1:retry=30:times=1")
    run = sender.drain()
    assert isinstance(run.stopped, RemoteBusy)
    assert run.until == clock() + 30
    calls = []
    sender._hr._wire._record = calls.append
    clock.pass_s(29)
    assert sender.drain().until is not None
    assert calls == []
    clock.pass_s(2)
    assert sender.drain().sent == 5


def test_a_server_in_trouble_is_left_alone_after_a_few_answers(sandbox, sender, sessions):
    with sessions() as session:
        for _ in range(20):
            enqueue_interview(session)
    sandbox.faults.set("html")
    run = sender.drain()
    assert isinstance(run.stopped, RemoteNonsense)
    assert run.postponed == 5


def test_an_item_that_is_not_accepted_waits_for_a_person_with_the_reason(sandbox, sender, sessions):
    with sessions() as session:
        enqueue_assessment(session, "unknown", str(uuid4()))
        enqueue_interview(session)
    run = sender.drain()
    assert (run.dead, run.sent) == (1, 5)
    with sessions() as session:
        dead = outbox.items(session)[0]
    assert (dead.state, dead.last_error, dead.last_params["status"]) == (State.DEAD, "remote_rejected", 422)
    assert "interview" in dead.last_params["detail"]


def test_a_poisoned_item_ends_as_a_dead_letter(sandbox, sender, sessions, clock):
    with sessions() as session:
        enqueue_assessment(session, "i", str(uuid4()))
    sandbox.faults.set("500")
    for _ in range(outbox.POISON_ATTEMPTS + 1):
        sender.drain()
        clock.pass_s(400)
    assert set(states(sessions).values()) == {State.DEAD}


def test_another_body_under_the_same_id_is_a_conflict_and_nothing_is_overwritten(sandbox, sender, sessions, connect):
    with sessions() as session:
        interview, assessment = enqueue_interview(session)
    sender.drain()
    theirs = assessment_body(interview, assessment, 2, summary="另一台电脑")
    connect(sandbox).put_assessment(f"{assessment}:2", theirs, "another-computer", Agreed())
    with sessions() as session:
        op_id = enqueue_assessment(session, interview, assessment, 2, summary="这台电脑")
    assert sender.drain().conflicts == 1
    with sessions() as session:
        item = outbox.get(session, op_id)
        assert item.state is State.CONFLICT
        assert item.theirs["summary"] == "另一台电脑"
        assert outbox.last_agreed(session, item).external_id == f"{assessment}:1"
    assert sandbox.store.assessment(f"{assessment}:2").body == theirs


def test_a_move_that_the_server_made_already_is_overtaken(sandbox, sender, sessions, connect):
    with sessions() as session:
        interview, _ = enqueue_interview(session)
    remote = connect(sandbox).register_interview(
        outbox_payload(sessions, interview), "registered-elsewhere"
    )  # fmt: skip
    for source, target in (("scheduled", "in_progress"), ("in_progress", "assessed")):
        sandbox.store.move(remote, source, target, "2026-01-01T00:00:00Z", f"elsewhere-{target}", target)
    assert sender.drain().conflicts == 0
    with sessions() as session:
        moves = [item for item in outbox.items(session) if item.kind == "status"]
    assert {item.state for item in moves} == {State.DONE}
    assert outbox.Resolution.OVERTAKEN in {item.resolution for item in moves}


def outbox_payload(sessions, interview):
    with sessions() as session:
        return outbox.find(session, "interview", interview).payload
