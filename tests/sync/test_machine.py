"""Everything that can happen between a workstation and an HR system, in any order: nothing lost, doubled, overwritten.

The outbox and the sender are the real ones, on a real file; the HR system is a model of one, with a person in it who
edits fields, another office that says notes too, and with a network that loses calls before and after they are done.
Two assess each interview, the profile changes what the HR system is told, old bodies are let go of, and the sender dies
at any call. What is pulled and what travels have machines of their own: `tests/pulled`, `tests/handover`.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from sync import adding, listing, outbox, pruning, tables, untold
from sync.conflicts import Choice, contested
from sync.deciding import decide
from sync.outbox import Kind, Resolution, State
from sync.queue import LEASE_S, Queue
from sync.sender import Sender, assessment_of
from sync.system import Note
from tests.sync.ehr import AT, FakeClock
from tests.sync.model_hr import ALL, ORDER, PATIENT, SYSTEM, TROUBLES, Killed, ModelServer, walks

pytestmark = PATIENT
OPEN = (State.PENDING, State.INFLIGHT, State.CONFLICT, State.DEAD)
CLOSED_UNSENT = (Resolution.SUPERSEDED, Resolution.NOT_TOLD)


class Delivery(RuleBasedStateMachine):
    """What interviewers, HR, networks and power cuts do."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mianjian-machine-")
        self.engine = create_engine(f"sqlite:///{Path(self.folder.name) / 'outbox.sqlite3'}")
        event.listen(self.engine, "connect", lambda connection, _: connection.execute("pragma synchronous=off"))
        tables.metadata.create_all(self.engine)
        self.clock = FakeClock()
        self.queue = Queue(self.clock, jitter=lambda: 0.5)
        self.server = ModelServer()
        self.revisions, self.last, self.left = {}, {}, set()
        self.stands, self.edits = {}, 0
        self.noted, self.sayings = {}, 0

    def teardown(self):
        if not hasattr(self, "engine"):
            return
        try:
            self.check_that_all_arrives()
        finally:
            self.engine.dispose()
            self.folder.cleanup()

    @contextmanager
    def sessions(self):
        with Session(self.engine, expire_on_commit=False) as opened, opened.begin():
            yield opened

    def drain(self):
        try:
            Sender(self.sessions, self.server, self.queue).drain()
        except Killed:
            self.clock.pass_s(LEASE_S + 1)

    def items(self, *states):
        with self.sessions() as session:
            return [item for item in listing.items(session) if item.state in states]

    @rule(who=st.sampled_from("ab"), number=st.integers(0, 2), score=st.integers(0, 3), summary=st.sampled_from("xyz"))
    def sign(self, who, number, score, summary):
        """One of two interviewers signs the next revision of the own assessment."""
        interview, assessment = f"i{number}", f"{who}{number}"
        revision = self.revisions[assessment] = self.revisions.get(assessment, 0) + 1
        body = {"interview_id": interview, "score": score, "summary": summary}
        with self.sessions() as session:
            registered = adding.enqueue(
                session, kind=Kind.INTERVIEW, aggregate=f"{interview}/moves", external_id=interview,
                payload=json.dumps({"client_id": interview}).encode(), clock=self.clock,
            )  # fmt: skip
            closed = adding.supersede(session, assessment, self.clock)
            adding.enqueue(
                session, kind=Kind.ASSESSMENT, aggregate=interview, external_id=f"{assessment}:{revision}",
                payload=json.dumps(body).encode(), depends_on=registered, clock=self.clock,
            )  # fmt: skip
        self.left |= {item.external_id for item in closed}
        self.last[assessment] = body

    @rule(number=st.integers(0, 2))
    def move(self, number):
        """An interview goes one step on."""
        interview = f"i{number}"
        stands = self.stands.get(interview, 0)
        if stands + 1 >= len(ORDER):
            return
        body = {
            "interview_id": interview, "interview_remote_id": None, "from": ORDER[stands], "to": ORDER[stands + 1],
            "at": "2026-03-02T08:00:00Z",
        }  # fmt: skip
        with self.sessions() as session:
            there = outbox.find(session, Kind.INTERVIEW, interview)
            if there is None:
                return
            adding.enqueue(
                session, kind=Kind.STATUS, aggregate=f"{interview}/moves", payload=json.dumps(body).encode(),
                external_id=f"{interview}:{ORDER[stands + 1]}", clock=self.clock,
            )  # fmt: skip
        self.stands[interview] = stands + 1

    @rule(number=st.integers(0, 2), planned=st.sampled_from("st"))
    def say(self, number, planned):
        """Somebody is late by a planned time: said once, and anew where what was said was closed unsent."""
        external_id = f"remote-i{number}:late:{planned}"
        with self.sessions() as session:
            there = outbox.find(session, Kind.NOTE, external_id)
            if there is not None and there.resolution not in CLOSED_UNSENT:
                return
            self.sayings += 1
            adding.set_aside(session, Kind.NOTE, external_id)
            note = Note(external_id, "late", f"i{number}", None, None, None, AT, "li", f"ours {self.sayings}", {})
            adding.enqueue(
                session, kind=Kind.NOTE, aggregate=f"i{number}/notes", external_id=external_id,
                payload=json.dumps(asdict(note)).encode(), clock=self.clock,
            )  # fmt: skip
        self.noted[external_id] = note.text

    @rule(number=st.integers(0, 2))
    def unsay(self, number):
        """The candidate came: notes that nobody can have yet are closed."""
        with self.sessions() as session:
            closed = adding.close_unsent(session, Kind.NOTE, f"remote-i{number}:late:", self.clock)
        for item in closed:
            del self.noted[item.external_id]

    @rule(number=st.integers(0, 2), planned=st.sampled_from("st"))
    def another_office_says(self, number, planned):
        """Another office on the same HR system says the same in its own words."""
        self.server.notes.setdefault(f"remote-i{number}:late:{planned}", "theirs")

    @rule(trouble=TROUBLES)
    def send(self, trouble):
        """A run of the sender, on a network that behaves like this."""
        self.server.trouble = list(trouble)
        self.drain()
        self.server.trouble = []

    @rule(seconds=st.sampled_from([1, 60, 301, 7 * 24 * 3600]))
    def wait(self, seconds):
        """Time passes."""
        self.clock.pass_s(seconds)

    @rule(limit=st.sampled_from([1, 3, 50]))
    def let_go(self, limit):
        """Bodies of what is done are kept no more."""
        with self.sessions() as session:
            pruning.prune_payloads(session, self.clock() + 1, limit=limit)

    @rule(send=st.sampled_from([ALL, ALL, ("status", "assessment"), ("assessment",), ()]))
    def another_profile(self, send):
        """From now on the HR system is told of this and no more."""
        self.server.profile.shape.send = send

    @rule()
    def tell_after_all(self):
        """A person lets go what was held back, as far as the profile sends it now."""
        with self.sessions() as session:
            offered = untold.to_tell(session, self.server.profile.shape.send)
            assert untold.tell(session, self.server.profile.shape.send, self.clock) == sum(offered.values())

    @precondition(lambda self: self.server.results)
    @rule(data=st.data(), which=st.sampled_from(ModelServer.FIELDS))
    def hr_edits(self, data, which):
        """A person edits a field in the HR system: to a new value, for the old one back again is no edit."""
        self.edits += 1
        self.server.edit(data.draw(st.sampled_from(sorted(self.server.results))), which, f"theirs {self.edits}")

    @precondition(lambda self: self.items(State.CONFLICT))
    @rule(data=st.data())
    def decide(self, data):
        """A person decides on a conflict, field by field."""
        item = data.draw(st.sampled_from(self.items(State.CONFLICT)))
        self.settle(item, {one["field"]: data.draw(st.sampled_from(Choice)) for one in contested(item.theirs)})

    def settle(self, item, choices):
        with self.sessions() as session:
            decide(session, self.queue, item, SYSTEM, Choice.MINE, choices)
        asked = [one for one in contested(item.theirs) if choices.get(one["field"]) is not Choice.THEIRS]
        self.server.decided(assessment_of(item), asked)

    @invariant()
    def nothing_is_doubled_or_out_of_order_and_what_a_person_wrote_stays(self):
        if hasattr(self, "server"):
            self.server.check_that_nothing_is_doubled_or_out_of_order()
            self.server.check_that_what_a_person_wrote_stays()

    @invariant()
    def nothing_becomes_a_dead_letter_by_itself(self):
        if hasattr(self, "server"):
            assert not self.items(State.DEAD)

    @invariant()
    def a_note_is_kept_once_and_nobody_has_to_decide_on_it(self):
        if not hasattr(self, "server"):
            return
        assert len({*self.server.notes.values()} - {"theirs"}) == len(
            [text for text in self.server.notes.values() if text != "theirs"]
        )
        assert not [item for item in self.items(State.CONFLICT) if item.kind is Kind.NOTE]

    def check_that_all_arrives(self):
        """The network comes back and people decide: then everything is there, with the last value."""
        self.server.trouble = []
        self.server.profile.shape.send = ALL
        for _ in range(30):
            self.tell_after_all()
            self.drain()
            self.clock.pass_s(LEASE_S + 301)
            for item in self.items(State.CONFLICT):
                self.settle(item, {})
            if not self.items(*OPEN) and not self.held_back():
                break
        assert not self.items(*OPEN)
        assert not self.held_back()
        for name, revision in self.revisions.items():
            assert self.server.results[name]["revision"] == revision, "the last revision is there"
        wanted = {f"{name}:{n + 1}" for name, last in self.revisions.items() for n in range(last)} - self.left
        assert set(self.server.arrivals) == wanted
        for external_id, text in self.noted.items():
            assert self.server.notes[external_id] in (text, "theirs"), "the last that was said, or another office's"
        for interview, stands in self.stands.items():
            assert ORDER.index(self.server.status[self.server.interviews[interview]]) == stands
        for name, body in self.last.items():
            for which in ModelServer.FIELDS:
                self.server.check_last_value(name, which, body[which])

    def held_back(self):
        with self.sessions() as session:
            return untold.to_tell(session, ALL)


TestDelivery = Delivery.TestCase
TestDelivery.settings = walks(40)
