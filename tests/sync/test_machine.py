"""Everything that can happen between a workstation and an HR system, in any order: nothing lost, doubled, overwritten.

The outbox and the sender are the real ones, on a real file; the HR system is a model of one, with a person in it who
edits fields, another office that says notes too, and with a network that loses calls before and after they are done.
The sender dies at any call. What is pulled has a machine of its own: `tests/pulled/test_machine.py`.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import SimpleNamespace

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from sync import adding, ledger, listing, outbox, tables
from sync.conflicts import contested, three_way
from sync.contract import STATUS_ORDER
from sync.failures import RemoteBusy, RemoteConflict, RemoteRejected, RemoteUnreachable
from sync.outbox import Kind, Resolution, State
from sync.queue import LEASE_S, Queue
from sync.sender import Sender, assessment_of
from sync.system import Agreed, Delivered, Note
from tests.sync.ehr import AT, FakeClock

SYSTEM = "http://model.example"
FIELDS = ("score", "summary")
ORDER = [status.value for status in STATUS_ORDER]


class Killed(BaseException):
    """The process ended here."""


@dataclass
class ModelServer:
    """An HR system as it ought to be: upserts by the client's id, fields that people edit, moves that go forward only.

    `trouble` is what happens to the next calls, one each: "", "before", "after", "busy", "killed_before",
    "killed_after". `asked` = the fields that a person here has been asked about since the HR system's person wrote.
    """

    address: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(base=SYSTEM, host="model.example"))
    profile: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(shape=SimpleNamespace(send=("status", "assessment", "notes")))
    )
    interviews: dict = field(default_factory=dict)
    status: dict = field(default_factory=dict)
    moves: list = field(default_factory=list)
    results: dict = field(default_factory=dict)
    arrivals: list = field(default_factory=list)
    written_by_person: dict = field(default_factory=dict)
    notes: dict = field(default_factory=dict)
    said: list = field(default_factory=list)
    trouble: list = field(default_factory=list)

    @contextmanager
    def call(self):
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "killed_before":
            raise Killed
        if trouble == "busy":
            raise RemoteBusy(host="model.example", status=503)
        if trouble == "before":
            failure = RemoteUnreachable(host="model.example")
            failure.uncertain = True
            raise failure
        yield
        if trouble == "killed_after":
            raise Killed
        if trouble == "after":
            failure = RemoteUnreachable(host="model.example")
            failure.uncertain = True
            raise failure

    def register_interview(self, body, operation):
        with self.call():
            client = json.loads(body)["client_id"]
            remote = self.interviews.setdefault(client, f"remote-{client}")
            self.status.setdefault(remote, ORDER[0])
        return remote

    def move_status(self, remote_id, move, operation):
        with self.call():
            stands = self.status[remote_id]
            if stands != move.target.value:
                if stands != move.source.value:
                    raise RemoteConflict({"status": stands}, host="model.example", field="status")
                self.status[remote_id] = move.target.value
                self.moves.append((remote_id, move.target.value))

    def put_assessment(self, external_id, signed, operation, agreed):
        with self.call():
            name, _, revision = external_id.rpartition(":")
            if json.loads(signed)["interview_id"] not in self.interviews:
                raise RemoteRejected(host="model.example", status=422, detail="interview")
            there = self.results.setdefault(name, {"revision": 0, **dict.fromkeys(FIELDS)})
            mine = {each: json.loads(signed)[each] for each in FIELDS}
            found = three_way(agreed.values, mine, there, agreed.leave)
            found.refuse("model.example")
            self.results[name] = there | found.write | {"revision": int(revision)}
            self.arrivals.append(external_id)
        return Delivered("r", mine)

    def held_assessment(self, external_id, signed):
        with self.call():
            name, _, revision = external_id.rpartition(":")
            there = self.results.get(name)
            held = there is not None and there["revision"] == int(revision)
        return Delivered("r", {each: json.loads(signed)[each] for each in FIELDS}) if held else None

    def add_note(self, note, operation):
        with self.call():
            kept = self.notes.setdefault(note.external_id, note.text)
            if kept != note.text:
                raise RemoteConflict({"text": kept}, host="model.example", field="note_differs")
            self.said.append(note.external_id)
        return f"note-{note.external_id}"

    def edit(self, name, which, value):
        """A person in HR writes into a field."""
        self.results[name][which] = value
        self.written_by_person[name, which] = value


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

    @rule(number=st.integers(0, 2), score=st.integers(0, 3), summary=st.sampled_from("xyz"))
    def sign(self, number, score, summary):
        """An interviewer signs the next revision."""
        interview, assessment = f"i{number}", f"a{number}"
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
            if there is not None and there.resolution is not Resolution.SUPERSEDED:
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

    @rule(trouble=st.lists(
        st.sampled_from(["", "before", "after", "busy", "killed_before", "killed_after"]), max_size=6
    ))  # fmt: skip
    def send(self, trouble):
        """A run of the sender, on a network that behaves like this."""
        self.server.trouble = list(trouble)
        self.drain()
        self.server.trouble = []

    @rule(seconds=st.sampled_from([1, 60, 301, 7 * 24 * 3600]))
    def wait(self, seconds):
        """Time passes."""
        self.clock.pass_s(seconds)

    @precondition(lambda self: self.server.results)
    @rule(data=st.data(), which=st.sampled_from(FIELDS))
    def hr_edits(self, data, which):
        """A person edits a field in the HR system: to a new value, for the old one back again is no edit."""
        self.edits += 1
        self.server.edit(data.draw(st.sampled_from(sorted(self.server.results))), which, f"theirs {self.edits}")

    @precondition(lambda self: self.items(State.CONFLICT))
    @rule(data=st.data())
    def decide(self, data):
        """A person decides on a conflict, field by field."""
        item = data.draw(st.sampled_from(self.items(State.CONFLICT)))
        self.settle(item, {one["field"]: data.draw(st.booleans()) for one in contested(item.theirs)})

    def settle(self, item, mine):
        name = assessment_of(item)
        with self.sessions() as session:
            agreed = ledger.read_agreed(session, SYSTEM, name)
            asked = contested(item.theirs)
            seen = {one["field"]: one["theirs"] for one in asked if mine[one["field"]]}
            leave = {one["field"] for one in asked if not mine[one["field"]]}
            decided = Agreed({**agreed.values, **seen}, agreed.leave | leave)
            ledger.write_agreed(session, SYSTEM, name, decided, self.clock)
            assert self.queue.retake(session, item.op_id)
        for one in asked:
            if mine[one["field"]] and self.server.written_by_person.get((name, one["field"])) == one["theirs"]:
                del self.server.written_by_person[name, one["field"]]

    @invariant()
    def nothing_is_doubled_or_out_of_order(self):
        if not hasattr(self, "server"):
            return
        assert len(set(self.server.interviews.values())) == len(self.server.interviews)
        assert len(self.server.moves) == len(set(self.server.moves))
        for name in self.revisions:
            arrived = [int(each.rpartition(":")[2]) for each in self.server.arrivals if each.startswith(f"{name}:")]
            assert arrived == sorted(arrived)
        for remote in self.server.status:
            steps = [ORDER.index(target) for moved, target in self.server.moves if moved == remote]
            assert steps == sorted(steps)

    @invariant()
    def a_note_is_kept_once_and_nobody_has_to_decide_on_it(self):
        if not hasattr(self, "server"):
            return
        assert len({*self.server.notes.values()} - {"theirs"}) == len(
            [text for text in self.server.notes.values() if text != "theirs"]
        )
        assert not [item for item in self.items(State.CONFLICT, State.DEAD) if item.kind is Kind.NOTE]

    @invariant()
    def what_a_person_wrote_stays_until_somebody_decided(self):
        if not hasattr(self, "server"):
            return
        for (name, which), value in self.server.written_by_person.items():
            assert self.server.results[name][which] == value

    def check_that_all_arrives(self):
        """The network comes back and people decide: then everything is there, with the last value."""
        self.server.trouble = []
        for _ in range(30):
            self.drain()
            self.clock.pass_s(LEASE_S + 301)
            for item in self.items(State.CONFLICT):
                self.settle(item, dict.fromkeys((one["field"] for one in contested(item.theirs)), True))
            if not self.items(State.PENDING, State.INFLIGHT, State.CONFLICT, State.DEAD):
                break
        assert not self.items(State.PENDING, State.INFLIGHT, State.CONFLICT, State.DEAD)
        for name, revision in self.revisions.items():
            assert self.server.results[name]["revision"] == revision, "the last revision is there"
        wanted = {f"{name}:{n + 1}" for name, last in self.revisions.items() for n in range(last)} - self.left
        assert set(self.server.arrivals) == wanted
        for external_id, text in self.noted.items():
            assert self.server.notes[external_id] in (text, "theirs"), "the last that was said, or another office's"
        for interview, stands in self.stands.items():
            assert ORDER.index(self.server.status[self.server.interviews[interview]]) == stands
        for name, body in self.last.items():
            for which in FIELDS:
                there = self.server.results[name][which]
                assert there == body[which] or self.chosen_theirs(name, which, there)

    def chosen_theirs(self, name, which, there):
        """A person left it as the HR system has it, or nobody here changed it since they did."""
        return self.server.written_by_person.get((name, which), there) == there


TestDelivery = Delivery.TestCase
TestDelivery.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, report_multiple_bugs=False,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a failing walk is short enough to read as it is
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
