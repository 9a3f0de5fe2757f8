"""The outbox: order, leases, waiting, dead letters; and a state machine that tries everything in any order."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from sync import adding, ledger, listing, outbox, tables
from sync.adding import PayloadChanged
from sync.failures import RemoteBusy, RemoteConflict, RemoteRejected, RemoteUnreachable
from sync.ledger import KnownRow
from sync.outbox import Resolution, State
from sync.queue import LEASE_S, Queue, backoff_s
from tests.sync.ehr import FakeClock

BUSY = RemoteBusy(host="h", status=500)
GONE = RemoteUnreachable(host="h")


def add(session, aggregate, external_id, clock, **more):
    return adding.enqueue(
        session, kind="status", aggregate=aggregate, payload=external_id.encode(), external_id=external_id, clock=clock,
        **more,
    )  # fmt: skip


def claim(sessions, queue):
    with sessions() as session:
        return queue.claim(session)


def test_an_item_leaves_only_with_the_change_that_caused_it(sessions, clock, queue):
    def fails():
        with sessions() as session:
            add(session, "a", "1", clock)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert claim(sessions, queue) is None


def test_the_same_again_is_the_same_item_and_other_bytes_are_refused(sessions, clock):
    with sessions() as session:
        first = add(session, "a", "1", clock)
        assert add(session, "a", "1", clock) == first
        with pytest.raises(PayloadChanged):
            adding.enqueue(session, kind="status", aggregate="a", payload=b"other", external_id="1")


def test_order_is_kept_within_an_aggregate_only(sessions, clock, queue):
    with sessions() as session:
        for aggregate, name in (("a", "a1"), ("a", "a2"), ("b", "b1")):
            add(session, aggregate, name, clock)
    first, second = claim(sessions, queue), claim(sessions, queue)
    assert [first.external_id, second.external_id] == ["a1", "b1"]
    assert claim(sessions, queue) is None
    with sessions() as session:
        assert queue.complete(session, first, "r1")
    assert claim(sessions, queue).external_id == "a2"


def test_an_item_waits_for_what_it_depends_on(sessions, clock, queue):
    with sessions() as session:
        first = add(session, "a", "a1", clock)
        second = add(session, "b", "b1", clock)
        adding.depend(session, second, first)
    item = claim(sessions, queue)
    assert (item.external_id, claim(sessions, queue)) == ("a1", None)
    with sessions() as session:
        queue.complete(session, item)
    assert claim(sessions, queue).external_id == "b1"


def test_a_lease_that_ran_out_comes_back_uncertain_and_its_old_holder_cannot_settle_it(sessions, clock, queue):
    with sessions() as session:
        add(session, "a", "a1", clock)
    lost = claim(sessions, queue)
    assert claim(sessions, queue) is None
    clock.pass_s(LEASE_S + 1)
    taken = claim(sessions, queue)
    assert taken.op_id == lost.op_id
    assert taken.uncertain
    with sessions() as session:
        assert not queue.complete(session, lost, "late")
        assert queue.complete(session, taken, "mine")
        assert outbox.get(session, taken.op_id).remote_id == "mine"


@pytest.mark.parametrize("aside", [State.HELD, State.HANDED])
def test_what_was_laid_aside_while_a_slow_line_brought_it_is_done_once_it_has_arrived(aside, sessions, clock, queue):
    with sessions() as session:
        add(session, "a", "a1", clock)
    item = claim(sessions, queue)
    clock.pass_s(LEASE_S + 1)
    with sessions() as session:
        session.execute(tables.outbox.update().values(state=aside.value, lease_owner=None, lease_until=None))
    with sessions() as session:
        assert queue.complete(session, item, "there")
        done = outbox.get(session, item.op_id)
        assert (done.state, done.remote_id) == (State.DONE, "there")
        assert not queue.complete(session, item, "there"), "once"


def test_waiting_grows_is_capped_and_honours_the_server(sessions, clock, queue):
    assert [backoff_s(n, 1.0) for n in (1, 2, 3, 9, 10, 500)] == [1.0, 2.0, 4.0, 256.0, 300.0, 300.0]
    assert backoff_s(5, 0.0) == 0.0
    with sessions() as session:
        add(session, "a", "a1", clock)
        item = queue.claim(session)
        assert queue.retry(session, item, BUSY, uncertain=False, retry_after_s=42.0) == clock() + 42.0
    assert claim(sessions, queue) is None
    clock.pass_s(43)
    assert claim(sessions, queue).attempts == 2


def test_being_offline_is_not_counted_and_never_kills(sessions, clock, queue):
    with sessions() as session:
        add(session, "a", "a1", clock)
        for _ in range(200):
            item = queue.claim(session)
            queue.retry(session, item, GONE, uncertain=True, counts_as_attempt=False)
            clock.pass_s(400)
        item = queue.claim(session)
    assert (item.attempts, item.uncertain) == (1, True)


def test_what_is_open_is_counted_without_looking_at_what_is_done(sessions, clock, queue):
    """Each change of a library counts what waits: that must cost nothing for the thousands that arrived."""
    with sessions() as session:
        for number in range(4):
            add(session, f"a{number}", f"a{number}", clock)
        queue.complete(session, queue.claim(session))
        queue.bury(session, queue.claim(session), RemoteRejected(host="h", status=422, detail="no"))
        open_ones = listing.open_counts(session)
        assert open_ones == {state: n for state, n in listing.counts(session).items() if state is not State.DONE}
        assert (open_ones[State.PENDING], open_ones[State.DEAD], sum(open_ones.values())) == (2, 1, 3)
        asked = []
        event.listen(session.get_bind(), "before_cursor_execute", lambda *said: asked.append(said[2:4]))
        listing.open_counts(session)
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[0][0]}", asked[0][1]).all()
        assert "SEARCH" in plan[0][3], "by the index of states, not by all rows"


def test_a_dead_letter_holds_up_its_aggregate_until_it_is_revived(sessions, clock, queue):
    with sessions() as session:
        add(session, "a", "a1", clock)
        add(session, "a", "a2", clock)
        dead = queue.claim(session)
        queue.bury(session, dead, RemoteRejected(host="h", status=422, detail="no"))
        assert queue.claim(session) is None
        assert listing.counts(session)[State.DEAD] == 1
        assert queue.next_at(session) is None
        assert queue.revive(session, dead.op_id)
        again = queue.claim(session)
        assert (again.op_id, again.attempts) == (dead.op_id, 1)


def test_a_conflict_keeps_what_the_server_holds_until_a_person_decides(sessions, clock, queue):
    with sessions() as session:
        add(session, "a", "a1", clock)
        item = queue.claim(session)
        queue.conflict(session, item, RemoteConflict({"mine": 3}, host="h", field="f"), {"mine": 3})
        kept = outbox.get(session, item.op_id)
        assert (kept.state, kept.theirs, kept.last_error) == (State.CONFLICT, {"mine": 3}, "remote_conflict")
        assert not queue.revive(session, item.op_id)
        assert queue.resolve(session, item.op_id, Resolution.THEIRS)
        assert not queue.resolve(session, item.op_id, Resolution.THEIRS)
        assert outbox.get(session, item.op_id).state is State.DONE


def test_items_are_listed_with_what_needs_a_person_first(sessions, clock, queue):
    with sessions() as session:
        for name in ("1", "2", "3"):
            add(session, name, name, clock)
        queue.complete(session, queue.claim(session))
        queue.bury(session, queue.claim(session), BUSY)
        assert [item.external_id for item in listing.items(session, limit=1)] == ["2", "3"]


def test_state_rows_and_log_are_remembered(sessions, clock):
    with sessions() as session:
        ledger.write_state(session, "s", "cursor", "1", clock)
        ledger.write_state(session, "s", "cursor", "2", clock)
        ledger.keep_row(session, "s", KnownRow("interview", "r", None, {"status": "scheduled"}), clock)
        ledger.keep_row(session, "s", KnownRow("interview", "r", "l", {"status": "assessed"}), clock)
        ledger.keep_row(
            session, "other", KnownRow("interview", "r", "l", {"status": "in_progress"}), lambda: clock() + 9
        )
        ledger.note(session, at=1.0, direction="sent", kind="status", subject="x", outcome="sent", body=b"abc")
    with sessions() as session:
        assert ledger.read_state(session, "s", "cursor") == "2"
        assert ledger.known_row(session, "s", "interview", "r").local_id == "l"
        assert ledger.said_status(session, "s", "r") == "assessed"
        assert ledger.known_row(session, "s", "interview", "other") is None
        assert [line.bytes for line in ledger.log(session)] == [3]


class OutboxMachine(RuleBasedStateMachine):
    """Everything that can happen to an outbox, in any order; a list in memory says what must come of it."""

    def __init__(self):
        super().__init__()
        self.engine = create_engine("sqlite://")
        tables.metadata.create_all(self.engine)
        self.session = Session(self.engine, expire_on_commit=False)
        self.clock = FakeClock()
        self.queue = Queue(self.clock, jitter=lambda: 1.0)
        self.added, self.done, self.held, self.stale = [], [], [], []

    def teardown(self):
        self.session.close()
        self.engine.dispose()

    @rule(aggregate=st.sampled_from("abc"))
    def enqueue(self, aggregate):
        name = f"{aggregate}{len(self.added)}"
        add(self.session, aggregate, name, self.clock)
        self.added.append(name)

    @rule()
    def claim(self):
        item = self.queue.claim(self.session)
        if item:
            self.stale += [old for old in self.held if old.op_id == item.op_id]
            self.held = [old for old in self.held if old.op_id != item.op_id]
            assert not any(old.aggregate == item.aggregate for old in self.held), "two of one aggregate under way"
            self.held.append(item)

    def take(self, data):
        return self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def complete(self, data):
        item = self.take(data)
        if self.queue.complete(self.session, item):
            self.done.append(item.external_id)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), unsure=st.booleans())
    def retry(self, data, unsure):
        self.queue.retry(self.session, self.take(data), BUSY, uncertain=unsure)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def bury(self, data):
        self.queue.bury(self.session, self.take(data), BUSY)

    @precondition(lambda self: self.stale)
    @rule()
    def a_dead_sender_wakes_up(self):
        assert not self.queue.complete(self.session, self.stale.pop())

    @rule(seconds=st.sampled_from([0.5, 5.0, LEASE_S + 1, 400.0]))
    def time_passes(self, seconds):
        self.clock.pass_s(seconds)

    @rule()
    def revive_the_dead(self):
        for item in listing.items(self.session):
            if item.state is State.DEAD:
                assert self.queue.revive(self.session, item.op_id)

    @invariant()
    def nothing_is_lost_doubled_or_out_of_order(self):
        rows = {item.external_id: item.state for item in listing.items(self.session)}
        assert sorted(rows) == sorted(self.added)
        assert sorted(self.done) == sorted(name for name, state in rows.items() if state is State.DONE)
        for aggregate in "abc":
            mine = [name for name in self.added if name[0] == aggregate]
            finished = [name for name in self.done if name[0] == aggregate]
            assert finished == mine[: len(finished)]


TestOutboxMachine = OutboxMachine.TestCase
TestOutboxMachine.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
