"""Two real libraries that edit, exchange, decide, note and sign in any order end alike, or with a card on each side.

The office has each note and each file of the laptop once, as the laptop wrote it.
"""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.domain.people import Side as Whose
from app.domain.types import Candidate, Position
from app.feedback import give
from app.handover.cards import decide, open_cards
from app.handover.package import Kind
from app.handover.taking import take_package
from app.handover.writing import Choice, write_package
from app.store import Library
from sync import listing
from sync.conflicts import Choice as Side
from sync.outbox import Kind as ItemKind
from sync.outbox import State
from sync.queue import Queue
from tests.app.test_store_library import an_interview
from tests.handover.conftest import sign

FIELDS = ("phone", "email", "title")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.booleans(), st.sampled_from(FIELDS)),
        st.tuples(st.just("send"), st.booleans(), st.just("")),
        st.tuples(st.just("late"), st.booleans(), st.integers(0, 5)),
        st.tuples(st.just("decide"), st.booleans(), st.sampled_from(Side)),
        st.tuples(st.sampled_from(("note", "sign")), st.just(True), st.just("")),
        st.tuples(st.just("receive"), st.just(False), st.just("")),
    ),
    min_size=4,
    max_size=14,
)


class Two:
    """An office and a laptop that share one interview with a signed assessment."""

    def __init__(self, folder, office, laptop):
        self.folder, self.sides = folder, (office, laptop)
        position = office.save_position(Position("", "0"))
        person = office.save_candidate(Candidate("", "秦"))
        self.id = office.save_interview(an_interview(person, position, remote_id="int-1")).id
        self.packages = [[], []]
        self.send(0)
        sign(laptop, self.id)

    def edit(self, side, field, value):
        library = self.sides[side]
        interview = library.interview(self.id)
        if field == "title":
            library.save_position(replace(interview.position, title=value))
        else:
            library.save_candidate(replace(interview.candidate, **{field: value}))

    def values(self, side):
        interview = self.sides[side].interview(self.id)
        return (interview.candidate.phone, interview.candidate.email, interview.position.title)

    def send(self, side):
        number = len(self.packages[side])
        file = self.folder / f"{side}-{number}.mianjian"
        kind = Kind.RESULTS if side else Kind.OUTWARD
        write_package(self.sides[side], Choice(kind, (self.id,), files=bool(side)), file)
        self.packages[side].append(file)
        take_package(self.sides[1 - side], file)

    def note(self, words):
        give(self.sides[1], self.id, Whose.CANDIDATE, "秦", {}, words, may_send=True)

    def receive(self):
        """The HR system takes all that is next; the laptop hears of it with the next package."""
        queue = Queue()
        with self.sides[0].session() as session:
            while (item := queue.claim(session)) is not None:
                queue.complete(session, item, f"r-{item.external_id}")

    def told(self, side):
        """Notes and files by external id, with what the HR system gets of them."""
        with self.sides[side].reading() as session:
            rows = listing.items(session)
        found = {}
        for item in rows:
            body = json.loads(item.payload)
            if item.kind is ItemKind.NOTE:
                found[item.external_id] = item.payload
            elif item.kind is ItemKind.ATTACHMENT:
                found[item.external_id] = body["sha256"]
        return found

    def states(self, side):
        with self.sides[side].reading() as session:
            return {(item.kind, item.external_id): item.state for item in listing.items(session)}

    def cards(self, side):
        return {card.field for card in open_cards(self.sides[side])}


@given(STEPS)
@settings(
    max_examples=25, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_any_order_of_edits_packages_and_decisions(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("two")
    with Library.open(folder / "o", assessor="王芳") as office, Library.open(folder / "l", assessor="李静") as laptop:
        two = Two(folder, office, laptop)
        for number, (act, who, what) in enumerate(steps, 1):
            side = int(who)
            if act == "edit":
                two.edit(side, what, str(number))
            elif act == "send":
                two.send(side)
            elif act == "note":
                two.note(str(number))
            elif act == "sign":
                sign(laptop, two.id, summary=str(number))
            elif act == "receive":
                two.receive()
            elif act == "late" and two.packages[side]:
                file = two.packages[side][what % len(two.packages[side])]
                before = two.values(1 - side), two.cards(1 - side)
                take_package(two.sides[1 - side], file)
                assert (two.values(1 - side), two.cards(1 - side)) == before, "it was taken already"
            elif act == "decide" and (waiting := open_cards(two.sides[side])):
                decide(two.sides[side], waiting[0].id, what)
        for side in (0, 1, 0, 1):
            two.send(side)
        apart = {name for name, *pair in zip(FIELDS, two.values(0), two.values(1), strict=True) if pair[0] != pair[1]}
        decided = {act for act, *_ in steps} >= {"decide"}
        assert apart <= two.cards(0) & two.cards(1) or decided
        assert two.cards(0) == two.cards(1) == apart or decided
        signed = [one.payload for one in laptop.assessment(two.id).signatures]
        assert [one.payload for one in office.assessments(two.id)[0].signatures] == signed
        told = two.told(0)
        assert told.items() <= two.told(1).items(), "nothing is said but what the laptop said"
        assert set(two.told(1)) - set(told) <= set(overtaken(two)), "and nothing of it is lost"
        two.receive()
        two.send(0)
        assert set(two.states(0).values()) == set(two.states(1).values()) == {State.DONE}
        assert list((laptop.folder / "vault" / "made").glob("*")) == []


def overtaken(two):
    """Files of revisions that a newer one replaced before they came to the office."""
    newest = json.loads(two.sides[1].assessment(two.id).signatures[-1].payload)["external_id"]
    return [name for name in two.told(1) if "/" in name and not name.startswith(f"{newest}/")]
