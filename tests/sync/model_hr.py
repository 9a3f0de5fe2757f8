"""A model of an HR system, for machines that try everything in any order: what a real one ought to do, and no more."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from sync.conflicts import STANDS, three_way
from sync.contract import STATUS_ORDER, InterviewStatus, Pulled, RemoteCandidate, RemoteInterview
from sync.failures import RemoteBusy, RemoteConflict, RemoteRejected, RemoteUnreachable
from sync.system import Delivered

SYSTEM, HOST = "https://model.example", "model.example"
ORDER = [status.value for status in STATUS_ORDER]
ALL = ("status", "assessment", "notes")
TROUBLES = st.lists(
    st.sampled_from(["", "before", "after", "busy", "killed_before", "killed_after"]), max_size=6
)  # fmt: skip
LONGER = int(os.environ.get("MIANJIAN_MACHINES", "1"))
"""So many times the walks of a usual run."""
PATIENT = pytest.mark.timeout(300 * LONGER)
"""For the modules of machines."""


def walks(number: int, steps: int = 25) -> settings:
    """How long a machine walks; `MIANJIAN_MACHINES=20` makes all of them twenty times as many walks."""
    return settings(
        max_examples=number * LONGER, stateful_step_count=steps, deadline=None, report_multiple_bugs=False,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a failing walk is short enough to read as it is
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip


class Killed(BaseException):
    """The process ended here."""


def unreachable() -> RemoteUnreachable:
    """No answer, and nobody knows whether it was done."""
    failure = RemoteUnreachable(host=HOST)
    failure.uncertain = True
    return failure


@dataclass
class ModelServer:
    """An HR system as it ought to be: upserts by the client's id, fields that people edit, moves that go forward only.

    `fields` = those of a result that it keeps. `trouble` is what happens to the next calls, one each: "", "before",
    "after", "busy", "killed_before", "killed_after". `written_by_person` = what somebody there wrote and nobody here
    has decided about since. `signed` = the bytes that arrived, by external id, and `arrivals` in what order.
    """

    FIELDS = ("score", "summary")
    fields: tuple = FIELDS
    address: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(base=SYSTEM, host=HOST))
    profile: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(shape=SimpleNamespace(send=ALL, dialect=""))
    )
    interviews: dict = field(default_factory=dict)
    names: dict = field(default_factory=dict)
    status: dict = field(default_factory=dict)
    moves: list = field(default_factory=list)
    results: dict = field(default_factory=dict)
    signed: dict = field(default_factory=dict)
    arrivals: list = field(default_factory=list)
    written_by_person: dict = field(default_factory=dict)
    notes: dict = field(default_factory=dict)
    trouble: list = field(default_factory=list)

    @contextmanager
    def call(self):
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "killed_before":
            raise Killed
        if trouble == "busy":
            raise RemoteBusy(host=HOST, status=503)
        if trouble == "before":
            raise unreachable()
        yield
        if trouble == "killed_after":
            raise Killed
        if trouble == "after":
            raise unreachable()

    def close(self):
        """Nothing is open."""

    def changes(self, cursor):
        """Every interview each time: whoever pulls bears repeats."""
        ours = {remote: client for client, remote in self.interviews.items()}
        rows = [
            RemoteCandidate(
                f"c-{remote}", self.names.get(remote, f"Who {remote}"),
                interviews=(RemoteInterview(remote, 1, InterviewStatus(status), client_id=ours.get(remote)),),
            )
            for remote, status in self.status.items()
        ]  # fmt: skip
        return Pulled(candidates=tuple(rows), cursor=cursor or "1")

    def register_interview(self, body, operation):
        with self.call():
            told = json.loads(body)
            remote = self.interviews.setdefault(told["client_id"], f"remote-{told['client_id']}")
            self.names.setdefault(remote, told.get("candidate_name", ""))
            self.status.setdefault(remote, ORDER[0])
        return remote

    def move_status(self, remote_id, move, operation):
        with self.call():
            stands = self.status[remote_id]
            if stands != move.target.value:
                if stands != move.source.value:
                    raise RemoteConflict({"status": stands}, host=HOST, field="status")
                self.status[remote_id] = move.target.value
                self.moves.append((remote_id, move.target.value))

    def put_assessment(self, external_id, signed, operation, agreed):
        with self.call():
            body = json.loads(signed)
            name, _, revision = external_id.rpartition(":")
            if body.get("interview_remote_id") not in self.status and body["interview_id"] not in self.interviews:
                raise RemoteRejected(host=HOST, status=422, detail="interview")
            there = self.results.setdefault(name, {"revision": 0, **dict.fromkeys(self.fields)})
            mine = self.told(signed)
            if self.signed.get(external_id) != signed:
                self.refuse_older(there, int(revision))
                self.write(name, external_id, mine, agreed)
                self.signed[external_id] = signed
                self.arrivals.append(external_id)
        return Delivered("r", mine)

    def told(self, signed):
        return {each: json.loads(signed)[each] for each in self.fields}

    def refuse_older(self, there, revision):
        if there["revision"] >= revision:
            reason = "assessment_differs" if there["revision"] == revision else "newer_revision"
            stands = {each: there[each] for each in self.fields}
            raise RemoteConflict({"revision": there["revision"], STANDS: stands, **stands}, host=HOST, field=reason)

    def write(self, name, external_id, mine, agreed):
        there = self.results[name]
        newest = f"{name}:{there['revision']}" if there["revision"] else ""
        agreed = agreed.against(newest, self.told(self.signed[newest]) if newest else None)
        found = three_way(agreed.values, mine, there, agreed.leave)
        found.refuse(HOST)
        self.results[name] = there | found.write | {"revision": int(external_id.rpartition(":")[2])}

    def held_assessment(self, external_id, signed):
        with self.call():
            held = self.signed.get(external_id) == signed
        return Delivered("r", self.told(signed)) if held else None

    def add_note(self, note, operation):
        with self.call():
            kept = self.notes.setdefault(note.external_id, note.text)
            if kept != note.text:
                raise RemoteConflict({"text": kept}, host=HOST, field="note_differs")
        return f"note-{note.external_id}"

    def edit(self, name, which, value):
        """A person in HR writes into a field."""
        self.results[name][which] = value
        self.written_by_person[name, which] = value

    def decided(self, name, asked):
        """Somebody here has seen these contested fields and keeps ours."""
        for one in asked:
            if self.written_by_person.get((name, one["field"])) == one["theirs"]:
                del self.written_by_person[name, one["field"]]

    def check_that_nothing_is_doubled_or_out_of_order(self):
        assert len(set(self.interviews.values())) == len(self.interviews)
        assert len(self.moves) == len(set(self.moves))
        assert len(self.arrivals) == len(set(self.arrivals))
        for name in self.results:
            arrived = [int(each.rpartition(":")[2]) for each in self.arrivals if each.rpartition(":")[0] == name]
            assert arrived == sorted(arrived)
        for remote in self.status:
            steps = [ORDER.index(target) for moved, target in self.moves if moved == remote]
            assert steps == sorted(steps)

    def check_that_what_a_person_wrote_stays(self):
        for (name, which), value in self.written_by_person.items():
            assert self.results[name][which] == value

    def check_last_value(self, name, which, wanted):
        """The last that was signed here stands, or what a person left or wrote there."""
        there = self.results[name][which]
        left = self.written_by_person.get((name, which), wanted)
        assert there in (wanted, left), f"{name} {which}: {there!r} is neither {wanted!r} nor {left!r}"
