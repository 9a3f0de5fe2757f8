"""No call before its time: what servers ask for by whichever header, our own limits, and the breaker between."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from sync import listing
from sync.auth import Credentials
from sync.breaker import OPEN_S, PATIENCE, Breaker, Hold, read_hold, write_hold
from sync.dialects import connect as connect_to
from sync.failures import NobodyListens, ProfileInvalid, RemoteBusy
from sync.outbox import State
from sync.profile import read_profile
from sync.sandbox.server import Sandbox
from sync.sender import Sender
from sync.waits import COMMON, Limits, Pace, asked_wait_s, rest_s, wrong_limits
from tests.sync.ehr import CONTRACT, FakeClock, enqueue_interview
from tests.sync.small_server import serving

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
EPOCH = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "7"}, 7.0), ({"retry-after": "Mon, 02 Mar 2026 08:01:00 GMT"}, 60.0),
        ({"x-ogw-ratelimit-reset": "12"}, 12.0), ({"x-ratelimit-reset": str(EPOCH + 30)}, 30.0),
        ({"x-ratelimit-reset": str((EPOCH + 30) * 1000)}, 30.0), ({"x-ratelimit-reset": str(EPOCH - 30)}, 0.0),
        ({"retry-after": "3", "x-ratelimit-reset": "99"}, 3.0), ({"x-ratelimit-reset": "soon"}, None), ({}, None),
        ({"x-ratelimit-reset": "nan"}, None), ({"retry-after": "9999999"}, 86400.0),
    ],
)  # fmt: skip
def test_waits_that_servers_ask_for_by_name(headers, wait):
    assert asked_wait_s(headers, COMMON, NOW) == wait


def test_a_profile_names_its_own_headers():
    own = Limits(wait=("X-Wait",), reset=("X-Window",), remaining=("X-Left",))
    assert asked_wait_s({"x-wait": "5", "retry-after": "9"}, own, NOW) == 5.0
    assert rest_s({"x-left": "0", "x-window": "8"}, own, NOW) == 8.0
    assert rest_s({"x-left": "1", "x-window": "8"}, own, NOW) == 0.0
    assert rest_s({"x-ratelimit-remaining": "0"}, COMMON, NOW) == 0.0
    written = 'base = "generic"\nname = "own"\n[limits]\ncalls = 10\nwindow_s = 2\nremaining = ["X-Left"]\n'
    assert read_profile(written, "own").shape.limits == Limits(remaining=("X-Left",), calls=10, window_s=2)
    for wrong in (Limits(calls=-1), Limits(window_s=0), Limits(at_once=-2)):
        assert wrong_limits(wrong)
    with pytest.raises(ProfileInvalid):
        read_profile(written.replace("calls = 10", "calls = -1"), "own")


class Sleepy:
    """A clock that a sleep moves on."""

    def __init__(self):
        self.at, self.slept = 100.0, []

    def __call__(self):
        return self.at

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.at += seconds


def test_no_window_holds_more_calls_than_the_profile_says():
    clock = Sleepy()
    pace, begun = Pace("h", Limits(calls=3, window_s=2.0), clock, clock.sleep), []
    for _ in range(10):
        with pace.turn():
            begun.append(clock.at)
        clock.at += 0.1
    for moment in begun:
        assert len([one for one in begun if moment <= one < moment + 2.0]) <= 3
    assert begun[-1] - begun[0] == pytest.approx(6.0, abs=0.3)


def test_a_long_wait_is_told_and_nothing_is_sent():
    clock = Sleepy()
    pace = Pace("h", Limits(calls=1, window_s=60.0), clock, clock.sleep)
    with pace.turn():
        pass
    with pytest.raises(RemoteBusy) as raised, pace.turn():
        raise AssertionError
    assert raised.value.retry_after_s == 60.0
    assert not raised.value.uncertain
    pace.rest(90)
    clock.at += 60
    with pytest.raises(RemoteBusy), pace.turn():
        raise AssertionError
    clock.at += 31
    with pace.turn():
        assert clock.slept == []


def test_no_more_calls_at_a_time_than_the_profile_says():
    pace, under_way, most = Pace("h", Limits(at_once=2)), [], []
    gate = threading.Semaphore(0)

    def call():
        with pace.turn():
            under_way.append(1)
            most.append(len(under_way))
            gate.acquire(timeout=60)
            under_way.pop()

    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for _ in threads:
        gate.release()
    for thread in threads:
        thread.join()
    assert max(most) == 2


def test_an_answer_that_says_none_are_left_is_believed(connect_to_server):
    def reply(called):
        return 200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"}, {
            "positions": [], "candidates": [], "templates": [], "cursor": "c", "more": False,
        }  # fmt: skip

    with serving(reply) as server:
        system = connect_to_server(server.url)
        system.changes("")
        with pytest.raises(RemoteBusy) as raised:
            system.changes("c")
        assert raised.value.retry_after_s == pytest.approx(30, abs=1)
        assert len(server.calls) == 1


@pytest.fixture
def connect_to_server():
    made = []

    def connected(url):
        from sync.address import Address

        profile = read_profile('base = "generic"\nname = "own"', "own")
        made.append(connect_to(Address.parse(url), profile, Credentials(lambda: "key")))
        return made[-1]

    yield connected
    for one in made:
        one.close()


def test_after_five_failures_one_harmless_call_shows_first_that_it_is_well(tmp_path, sessions, queue, clock, connect):
    first = Sandbox(CONTRACT, tmp_path / "ehr").start()
    port, key = int(first.url.rpartition(":")[2]), first.key
    system = connect(first)
    sender, calls = Sender(sessions, system, queue), []
    first.stop()
    with sessions() as session:
        enqueue_interview(session)
    for _ in range(PATIENCE):
        run = sender.drain()
        assert isinstance(run.stopped, NobodyListens)
        clock.at = run.until
    with sessions() as session:
        assert read_hold(session, system.address.base).tripped
        before = [item.attempts for item in listing.items(session)]
    system._wire._record = calls.append
    run = sender.drain()
    assert [one.path for one in calls] == ["/health"], "half open: nothing but the probe"
    assert run.until >= clock() + OPEN_S
    with sessions() as session:
        assert [item.attempts for item in listing.items(session)] == before
    clock.at = run.until
    with Sandbox(CONTRACT, tmp_path / "ehr", port, key=key):
        calls.clear()
        assert sender.drain().sent == 5
        assert calls[0].path == "/health"
    with sessions() as session:
        assert read_hold(session, system.address.base) == Hold()
        assert {item.state for item in listing.items(session)} == {State.DONE}


def test_a_hurry_overrides_our_wait_but_not_the_servers_and_forgets_no_failure(sandbox, sessions, queue, connect):
    system = connect(sandbox)
    breaker, name = Breaker(sessions, system, queue), system.address.base
    for _ in range(PATIENCE):
        breaker.trouble(NobodyListens(host="h"))
    assert breaker.held_until() >= queue.clock() + OPEN_S
    breaker.hurry()
    assert breaker.held_until() is None
    with sessions() as session:
        assert read_hold(session, name).tripped
    asked = breaker.trouble(RemoteBusy(40.0, host="h", status=429))
    breaker.hurry()
    assert breaker.held_until() == asked == queue.clock() + 40.0
    breaker.well()
    with sessions() as session:
        assert read_hold(session, name) == Hold()
        write_hold(session, name, Hold(5.0, 1), FakeClock())
    assert breaker.held_until() is None
