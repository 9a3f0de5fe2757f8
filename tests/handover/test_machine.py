"""Two laptops, two offices and one HR system, in any order: nothing lost, nothing doubled, each value the last.

Libraries, packages, sync and decisions are the real ones; the HR system is a model of one. Two assessors hold a planned
interview, and one of them an interview that only the laptop knows. Packages come late, twice, in any order, to either
office; a laptop that is connected for once sends by itself; networks lose calls and programs die at any of them.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.domain.people import Side
from app.domain.types import Candidate
from app.feedback import give
from app.handover.cards import open_cards
from app.handover.package import Kind
from app.handover.taking import take_package
from app.handover.writing import Choice as Chosen
from app.handover.writing import offered, write_package
from app.settings import SettingsFile
from app.sync_service import SyncService
from sync import listing, pruning
from sync.conflicts import Choice, contested
from sync.outbox import Kind as ItemKind
from sync.outbox import State
from sync.queue import LEASE_S, Queue
from sync.sender import assessment_of
from tests.app.test_store_library import an_interview
from tests.empty_library import new_library
from tests.handover.conftest import sign
from tests.sync.ehr import FakeClock
from tests.sync.model_hr import PATIENT, SYSTEM, TROUBLES, Killed, ModelServer, walks

pytestmark = PATIENT
PLAIN = 'base = "sandbox"\nname = "plain"\nsend = ["status", "assessment", "notes"]\n'
FIELDS = ("composite", "summary")
BOTH = st.sampled_from([0, 1])


class Connected(SyncService):
    """A library that is connected to the model."""

    def __init__(self, library, server, clock):
        settings = SettingsFile(library.folder)
        settings.profiles.mkdir(exist_ok=True)
        (settings.profiles / "plain.toml").write_text(PLAIN)
        settings.change(ehr_url=SYSTEM, ehr_profile="plain", assessor=library.assessor)
        super().__init__(library, settings, queue=Queue(clock, jitter=lambda: 0.5), secret=lambda _: "key")
        self._server = server

    def speaking(self, profile=None):
        return self._server


class Carrying(RuleBasedStateMachine):
    """What assessors, offices, HR, memory sticks, networks and power cuts do."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mianjian-carrying-")
        root = Path(self.folder.name)
        self.clock = FakeClock()
        self.server = ModelServer(FIELDS, status={"planned": "scheduled"})
        self.offices = [new_library(root / f"office {number}", f"HR {number}") for number in range(2)]
        self.laptops = [new_library(root / f"laptop {number}", who) for number, who in enumerate(("李静", "陈晨"))]
        self.services = {
            library.folder: Connected(library, self.server, self.clock) for library in (*self.offices, *self.laptops)
        }
        self.packages, self.letters = [], ([], [])
        self.last, self.said = {}, {}
        self.edits = 0
        for office in self.offices:
            self.service(office).run_once()
        (self.planned,) = [one.id for one in self.offices[0].interviews()]
        for laptop in self.laptops:
            take_package(laptop, self.written(self.offices[0], Kind.OUTWARD, self.planned))
        alone = self.laptops[0]
        self.made = alone.save_interview(an_interview(alone.save_candidate(Candidate("", "秦")))).id

    def teardown(self):
        if not hasattr(self, "made"):
            return
        try:
            self.check_that_all_arrives()
        finally:
            for library in (*self.offices, *self.laptops):
                self.service(library).close()
                library.close()
            self.folder.cleanup()

    def service(self, library):
        return self.services[library.folder]

    def written(self, library, kind, *interviews):
        file = Path(self.folder.name) / f"{len(list(Path(self.folder.name).glob('*.mianjian')))}.mianjian"
        write_package(library, Chosen(kind, interviews), file)
        return file

    def items(self, library, *states):
        with library.reading() as session:
            return [item for item in listing.items(session) if item.state in states]

    def of(self, who, own):
        return self.made if own and who == 0 else self.planned

    # At a laptop

    @rule(who=BOTH, own=st.booleans(), score=st.integers(5, 8), summary=st.sampled_from("xyz"))
    def signs(self, who, own, score, summary):
        """An assessor signs the next revision on the laptop."""
        body = json.loads(sign(self.laptops[who], self.of(who, own), summary, score).payload)
        self.last[body["assessment_id"]] = body

    @rule(who=BOTH, own=st.booleans())
    def says(self, who, own):
        """A candidate's words are to be told to HR."""
        kept, told = give(
            self.laptops[who], self.of(who, own), Side.CANDIDATE, "候选人", {}, f"{len(self.said)}", may_send=True
        )
        if told:
            self.said[kept.id] = kept.words

    @rule(who=BOTH)
    def packs(self, who):
        """What was signed and said goes onto a memory stick."""
        interviews = [one.id for one in offered(self.laptops[who], Kind.RESULTS)]
        if interviews:
            self.packages.append(self.written(self.laptops[who], Kind.RESULTS, *interviews))

    @rule(who=BOTH, trouble=TROUBLES)
    def sends_by_itself(self, who, trouble):
        """A laptop is connected for once, and its owner takes back what was handed over."""
        laptop = self.laptops[who]
        for item in self.items(laptop, State.HANDED):
            self.service(laptop).resend(item.op_id)
        self.run(laptop, trouble, pulling=False)

    # At an office

    @precondition(lambda self: self.packages)
    @rule(office=BOTH, data=st.data())
    def takes(self, office, data):
        """An office takes a package, be it old, or here already."""
        take_package(self.offices[office], data.draw(st.sampled_from(self.packages)))

    @rule(office=BOTH, trouble=TROUBLES)
    def sends(self, office, trouble):
        """An office sends and pulls, on a network that behaves like this."""
        self.run(self.offices[office], trouble)

    def run(self, library, trouble=(), **more):
        self.server.trouble = list(trouble)
        try:
            self.service(library).run_once(hurry=True, **more)
        except Killed:
            self.clock.pass_s(LEASE_S + 1)
        self.server.trouble = []

    @rule(office=BOTH, who=BOTH, outward=st.booleans())
    def writes_back(self, office, who, outward):
        """An office tells a laptop what has arrived."""
        kind, more = (Kind.OUTWARD, (self.planned_at(office),)) if outward else (Kind.RECEIPTS, ())
        self.letters[who].append(self.written(self.offices[office], kind, *more))

    def planned_at(self, office):
        return self.offices[office].find_interview(remote_id="planned").id

    @rule(who=BOTH, data=st.data())
    def hears(self, who, data):
        """A laptop takes one of the packages for it, in any order."""
        if self.letters[who]:
            take_package(self.laptops[who], data.draw(st.sampled_from(self.letters[who])))

    @precondition(lambda self: self.in_conflict())
    @rule(data=st.data())
    def decides(self, data):
        """Somebody decides on a conflict, field by field."""
        library, item = data.draw(st.sampled_from(self.in_conflict()))
        fields = {one["field"]: data.draw(st.sampled_from(Choice)) for one in contested(item.theirs)}
        self.decide(library, item, fields)

    def in_conflict(self):
        if not hasattr(self, "made"):
            return []
        libraries = (*self.offices, *self.laptops)
        return [(library, item) for library in libraries for item in self.items(library, State.CONFLICT)]

    def decide(self, library, item, fields):
        """What stands there as a whole is a later revision of the same person, so it stays."""
        asked = contested(item.theirs)
        whole = Choice.THEIRS if item.kind is ItemKind.ASSESSMENT and not asked else Choice.MINE
        self.service(library).resolve(item.op_id, whole, fields)
        mine = [one for one in asked if fields.get(one["field"]) is not Choice.THEIRS]
        self.server.decided(assessment_of(item), mine)

    @rule(office=BOTH, at_laptop=st.booleans())
    def lets_go(self, office, at_laptop):
        """Bodies of what is done are kept no more."""
        with (self.laptops if at_laptop else self.offices)[office].session() as session:
            pruning.prune_payloads(session, self.clock() + 1e12)

    # In HR

    @precondition(lambda self: self.server.results)
    @rule(data=st.data(), which=st.sampled_from(FIELDS))
    def hr_edits(self, data, which):
        """A person edits a field in the HR system, to a new value."""
        self.edits += 1
        self.server.edit(data.draw(st.sampled_from(sorted(self.server.results))), which, f"theirs {self.edits}")

    @invariant()
    def nothing_is_doubled_or_overwritten(self):
        if hasattr(self, "made"):
            self.server.check_that_nothing_is_doubled_or_out_of_order()
            self.server.check_that_what_a_person_wrote_stays()
            assert len(set(self.server.notes.values())) == len(self.server.notes)

    @invariant()
    def nothing_becomes_a_dead_letter_or_a_question_by_itself(self):
        if hasattr(self, "made"):
            for library in (*self.offices, *self.laptops):
                assert self.items(library, State.DEAD) == []
                assert [item for item in self.items(library, State.CONFLICT) if item.kind is ItemKind.NOTE] == []
                assert open_cards(library) == ()

    def check_that_all_arrives(self):
        """All packages reach both offices, people decide, and both tell the laptops."""
        for who in (0, 1):
            self.packs(who)
        for _ in range(20):
            for office in self.offices:
                for package in self.packages:
                    take_package(office, package)
                self.run(office)
            for library, item in self.in_conflict():
                self.decide(library, item, {})
            self.clock.pass_s(LEASE_S + 301)
            if not any(self.items(office, State.PENDING, State.INFLIGHT, State.CONFLICT) for office in self.offices):
                break
        for office in self.offices:
            assert {item.state for item in self.items(office, *State)} <= {State.DONE}
        for who, laptop in enumerate(self.laptops):
            for office in (0, 1):
                self.writes_back(office, who, outward=True)
                take_package(laptop, self.letters[who][-1])
            open_here = [item for item in self.items(laptop, *State) if item.state is not State.DONE]
            assert open_here == [], [(item.kind, item.external_id, item.state) for item in open_here]
        self.check_values()

    def check_values(self):
        for name, body in self.last.items():
            assert self.server.results[name]["revision"] == body["revision"], "the last revision is there"
            for which in FIELDS:
                self.server.check_last_value(name, which, body[which])
        assert len(self.server.notes) == len(self.said)
        for office in self.offices:
            signed = dict(self.signed_at(office))
            for name, body in self.last.items():
                assert signed[name]["revision"] == body["revision"]

    def signed_at(self, office):
        for interview in office.interviews():
            for assessment in office.assessments(interview.id):
                for signature in assessment.signatures:
                    body = json.loads(signature.payload)
                    yield body["assessment_id"], body


TestCarrying = Carrying.TestCase
TestCarrying.settings = walks(6, 20)
