"""Pulls with edits on both sides, in any order: the model says which fields have to be cards, and what stands here.

Library, pull and decisions are the real ones; the HR system is a list of rows. The program dies between taking a page
over and remembering that it did.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app import pulled
from app.domain.types import InterviewStatus
from app.incoming import Incoming
from app.pulled import TIME, moment
from sync import ledger
from sync.conflicts import Choice
from sync.contract import Pulled, RemoteCandidate, RemoteInterview, RemotePosition
from sync.pull import pull
from tests.empty_library import new_library
from tests.sync.ehr import FakeClock
from tests.sync.model_hr import HOST, PATIENT, SYSTEM, Killed, walks

pytestmark = PATIENT
WORDS, TIMES = ("", "a", "b"), (None, *(f"2026-03-02T0{hour}:00:00+00:00" for hour in (1, 2)))
FIELDS = [("position", "title"), ("position", "keywords"), ("candidate", "phone"), ("interview", TIME)]


def values(name):
    if name == TIME:
        return st.sampled_from(TIMES)
    if name == "keywords":
        return st.lists(st.sampled_from("xy"), max_size=2, unique=True)
    return st.sampled_from(WORDS[1:] if name == "title" else WORDS)


@dataclass
class ModelServer:
    """An HR system with one position, and one candidate with one interview; tells of what changed since a cursor."""

    rows: dict = field(default_factory=dict)
    cancelled: bool = False
    changed: dict = field(default_factory=dict)
    revision: int = 1
    address: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(base=SYSTEM, host=HOST))

    def touch(self, kind):
        self.revision += 1
        self.changed["position" if kind == "position" else "candidate"] = self.revision

    def changes(self, cursor):
        since = int(cursor or 0)
        fresh = {kind for kind, revision in self.changed.items() if revision > since}
        said = {name: value for (_, name), value in self.rows.items()}
        position = RemotePosition("p", said["title"], keywords=tuple(said["keywords"]))
        status = InterviewStatus.CANCELLED if self.cancelled else InterviewStatus.SCHEDULED
        interview = RemoteInterview("i", 1, status, said[TIME])
        person = RemoteCandidate("c", "王小雨", "p", phone=said["phone"], interviews=(interview,))
        return Pulled(
            (position,) if "position" in fresh else (), (person,) if "candidate" in fresh else (),
            cursor=str(self.revision),
        )  # fmt: skip


class Pulling(RuleBasedStateMachine):
    """What HR, the office and power cuts do. By field the model has `mine`, what is `agreed`, what HR `said` last."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mianjian-pulling-")
        self.library = new_library(Path(self.folder.name) / "library")
        self.clock = FakeClock()
        self.server = ModelServer(dict.fromkeys(FIELDS, WORDS[1]))
        self.server.rows |= {("position", "keywords"): ["x"], ("interview", TIME): TIMES[1]}
        self.server.touch("position")
        self.server.touch("candidate")
        with self.library.session() as session:
            ledger.connect(session, SYSTEM, self.clock)
        self.mine, self.agreed, self.said = ({} for _ in range(3))
        self.cancelled = False
        self.take()
        for known in (self.mine, self.agreed, self.said):
            known |= self.server.rows

    def teardown(self):
        if hasattr(self, "library"):
            self.library.close()
            self.folder.cleanup()

    def take(self, *, dies=False):
        incoming = Incoming(self.library, SYSTEM)

        def apply(page):
            taken = list(incoming.take(page))
            if dies:
                raise Killed
            return taken

        try:
            pull(self.server, self.library.session, apply, self.clock)
            list(incoming.finish())
        except Killed:
            pass

    @rule(data=st.data(), which=st.sampled_from(FIELDS))
    def hr_edits(self, data, which):
        """Somebody in HR changes a field."""
        self.edit_there(data, which)

    def edit_there(self, data, which):
        self.server.rows[which] = data.draw(values(which[1]))
        self.server.touch(which[0])

    @rule(cancelled=st.booleans())
    def hr_calls_off_or_on(self, cancelled):
        """The interview is cancelled, or takes place after all."""
        self.server.cancelled = cancelled
        self.server.touch("interview")

    @rule(data=st.data(), which=st.sampled_from(FIELDS))
    def office_edits(self, data, which):
        """Somebody in the office changes a field."""
        self.edit_here(data, which)

    def edit_here(self, data, which):
        kind, name = which
        value = data.draw(values(name))
        self.mine[which] = value
        stored = moment(value) if name == TIME else tuple(value) if name == "keywords" else value
        match kind:
            case "position":
                self.library.save_position(replace(self.library.find_position(remote_id="p"), **{name: stored}))
            case "candidate":
                self.library.save_candidate(replace(self.library.find_candidate(remote_id="c"), **{name: stored}))
            case _:
                self.library.save_interview(replace(self.library.find_interview(remote_id="i"), **{name: stored}))

    @rule(data=st.data(), which=st.sampled_from(FIELDS))
    def both_edit(self, data, which):
        """Both sides change the same field between two pulls."""
        self.edit_there(data, which)
        self.edit_here(data, which)

    @rule(again=st.booleans())
    def pull_all(self, again):
        """A pull: what only HR changed is taken over, what both changed is asked, what is settled is settled.

        `again` = all rows come, also those that did not change.
        """
        for kind in ("position", "candidate") if again else ():
            self.server.touch(kind)
        self.take()
        self.cancelled = self.server.cancelled
        for which, theirs in self.server.rows.items():
            self.said[which] = theirs
            if self.mine[which] in (self.agreed[which], theirs):
                self.mine[which] = self.agreed[which] = theirs

    @rule()
    def die_in_a_pull(self):
        """A page is taken over, and nothing is remembered of it: like an edit to what HR says."""
        fresh = self.server.changes(self.cursor())
        self.take(dies=True)
        for which, theirs in self.server.rows.items():
            there = fresh.positions if which[0] == "position" else fresh.candidates
            if there and self.mine[which] == self.agreed[which]:
                self.mine[which] = theirs
        if fresh.candidates:
            self.cancelled = self.server.cancelled

    def cursor(self):
        with self.library.reading() as session:
            return ledger.read_state(session, SYSTEM, "cursor") or ""

    @precondition(lambda self: self.expected())
    @rule(data=st.data())
    def decide(self, data):
        """A person decides about some fields of a card."""
        waiting = data.draw(st.sampled_from(pulled.waiting(self.library)))
        names = data.draw(st.lists(st.sampled_from(waiting.fields), min_size=1, unique=True))
        choices = {name: data.draw(st.sampled_from(list(Choice))) for name in names}
        pulled.decide(self.library, waiting.id, pulled.conflict(self.library, waiting.id), choices)
        for name, choice in choices.items():
            which = waiting.row.kind, name
            self.agreed[which] = self.said[which]
            if choice is Choice.THEIRS:
                self.mine[which] = self.said[which]

    def expected(self):
        """The fields that have to be cards: both sides changed them, to different values."""
        if not hasattr(self, "library"):
            return set()
        asked = {
            which
            for which in FIELDS
            if self.agreed[which] != self.said[which] and self.mine[which] not in (self.agreed[which], self.said[which])
        }
        return {which for which in asked if not (self.cancelled and which[0] == "interview")}

    @invariant()
    def exactly_what_both_changed_is_asked(self):
        if hasattr(self, "library"):
            asked = {(one.row.kind, name) for one in pulled.waiting(self.library) for name in one.fields}
            assert asked == self.expected()

    @invariant()
    def nothing_is_lost_and_nothing_taken_over_unasked(self):
        if not hasattr(self, "library"):
            return
        position, person = self.library.find_position(remote_id="p"), self.library.find_candidate(remote_id="c")
        interview = self.library.find_interview(remote_id="i")
        stands = {("position", "title"): position.title, ("position", "keywords"): list(position.keywords)}
        stands["candidate", "phone"] = person.phone
        at = interview.scheduled_at
        stands["interview", TIME] = at.isoformat() if at else None
        assert stands == self.mine
        assert interview.status is (InterviewStatus.CANCELLED if self.cancelled else InterviewStatus.SCHEDULED)


TestPulling = Pulling.TestCase
TestPulling.settings = walks(15)
