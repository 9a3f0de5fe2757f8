"""How the sender treats a server in trouble. What holds for every HR system stands in `test_contract_suite`."""

from __future__ import annotations

from uuid import uuid4

from sync import listing
from sync.breaker import read_hold
from sync.failures import RemoteBusy, RemoteNonsense, RemoteUnreachable
from sync.outbox import State
from sync.queue import POISON_ATTEMPTS
from sync.sandbox.server import Sandbox
from sync.sender import Sender
from tests.sync.ehr import (
    CONTRACT,
    assessment_body,
    enqueue_assessment,
    enqueue_interview,
)


def states(sessions):
    with sessions() as session:
        return {item.external_id: item.state for item in listing.items(session)}


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


def test_an_unknown_outcome_is_looked_up_before_it_is_sent_again(sandbox, sender, sessions, clock):
    with sessions() as session:
        interview, assessment = enqueue_interview(session)
    sender.drain()
    with sessions() as session:
        enqueue_assessment(session, interview, assessment, revision=2)
    sandbox.faults.set("lose_first")
    assert sender.drain().stopped.uncertain
    clock.pass_s(301)
    sandbox.faults.set("500:0")
    sent = []
    sender._hr._wire._record = sent.append
    assert sender.drain().sent == 1
    assert [exchange.method for exchange in sent] == ["GET"]


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
        dead = listing.items(session)[0]
    assert (dead.state, dead.last_error, dead.last_params["status"]) == (State.DEAD, "remote_rejected", 422)
    assert "interview" in dead.last_params["detail"]


def test_a_poisoned_item_ends_as_a_dead_letter(sandbox, sender, sessions, clock):
    with sessions() as session:
        enqueue_assessment(session, "i", str(uuid4()))
    sandbox.faults.set("500")
    for _ in range(POISON_ATTEMPTS + 1):
        sender.drain()
        clock.pass_s(400)
    assert set(states(sessions).values()) == {State.DEAD}
