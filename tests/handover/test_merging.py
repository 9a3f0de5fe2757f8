"""The comparison of rows: examples, and libraries that edit and exchange in any order, checked by who knew what."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.handover.merging import Difference, Known, Side, common, is_old, merge

FIELDS = ("title", "phone")


def side(version=1, changed="2026-01-01", knows=None, **fields):
    return Side(version, changed, fields, knows)


def test_what_only_one_side_changed_is_taken_and_the_rest_stays():
    base = Known(1, "2026-01-01", {"title": "A", "phone": "1"}, own_version=1)
    found = merge(side(2, title="A", phone="mine"), side(3, title="theirs", phone="1", knows=base))
    assert (found.take, found.differences) == ({"title": "theirs"}, ())
    assert found.agreed == {"title": "theirs", "phone": "1"}


def test_one_field_on_both_sides_is_a_difference_and_its_base_stays():
    base = Known(1, "2026-01-01", {"title": "A"}, own_version=1)
    found = merge(side(2, title="B"), side(2, title="C", knows=base))
    assert found.differences == (Difference("title", "A", "B", "C", True),)
    assert (found.take, found.agreed) == ({}, {"title": "A"})


def test_without_anything_agreed_an_empty_value_gives_way():
    found = merge(side(title="", phone="2", keywords=[]), side(title="A", phone="", keywords=["x"]))
    assert found.take == {"title": "A", "keywords": ["x"]}
    assert found.differences == ()
    assert merge(side(title="A"), side(title="B")).differences[0].has_base is False


def test_old_needs_counter_and_clock():
    known = Known(5, "2026-02-02", {})
    assert is_old(side(5, "2026-02-02"), known)
    assert is_old(side(4, "2026-02-01"), known)
    assert not is_old(side(6, "2026-01-01"), known), "a clock that was put back"
    assert not is_old(side(3, "2026-03-01"), known), "a library that was put back from a backup"
    assert not is_old(side(5, "2026-02-03"), known)


def test_the_newest_common_state_is_the_base():
    mine = Known(7, "", {"title": "theirs at 7"}, own_version=4)
    assert common(mine, Known(4, "", {"title": "mine at 4"}))["title"] == "mine at 4"
    assert common(mine, Known(3, "", {"title": "mine at 3"}))["title"] == "theirs at 7"
    assert common(None, None) == {}


@dataclass
class Place:
    """A library with one row; `past` = for each field the values that its present one has superseded, knowingly."""

    name: str
    values: dict
    past: dict
    version: int = 1
    clock: int = 1
    knows: dict = field(default_factory=dict)
    cards: dict = field(default_factory=dict)

    def edit(self, name, value):
        self.past[name] = self.past[name] | {self.values[name]}
        self.values[name] = value
        self.bump()

    def bump(self):
        self.version += 1
        self.clock += 1

    def packed(self):
        return (
            self.name, Side(self.version, f"{self.clock:06d}", dict(self.values)), dict(self.knows), dict(self.past),
        )  # fmt: skip

    def take(self, package):
        """Take it, and check every step against what each side knew."""
        sender, theirs, seen, past = package
        if sender == self.name:
            return
        mine = Side(self.version, f"{self.clock:06d}", dict(self.values), self.knows.get(sender))
        found = merge(mine, replace(theirs, knows=seen.get(self.name)))
        if found.old:
            return
        for name, value in found.take.items():
            assert self.values[name] in past[name], "what a person wrote is never overwritten unseen"
            self.past[name] = self.past[name] | past[name] | {self.values[name]}
            self.values[name] = value
        if found.take:
            self.bump()
        unlike = {each.field: each.theirs for each in found.differences}
        for name, value in theirs.fields.items():
            if self.values[name] != value and name not in unlike:
                assert value in self.past[name], "what was written there is superseded knowingly, or is a card"
        self.cards = {key: value for key, value in self.cards.items() if key[0] != sender}
        self.cards |= {(sender, name): (value, past[name]) for name, value in unlike.items()}
        self.knows[sender] = Known(theirs.version, theirs.changed, found.agreed, self.version)

    def decide(self, sender, name, mine):
        value, past = self.cards.pop((sender, name))
        self.past[name] = self.past[name] | past | {value, self.values[name]}
        if not mine:
            self.values[name] = value
        self.bump()
        known = self.knows[sender]
        self.knows[sender] = replace(known, fields={**known.fields, name: value}, own_version=self.version)


def places(names="AB"):
    return {name: Place(name, dict.fromkeys(FIELDS, 0), {each: frozenset() for each in FIELDS}) for name in names}


def handed_out(names="AB"):
    """The first one has given its row to all others."""
    made = places(names)
    first = made[names[0]].packed()
    for other in names[1:]:
        made[other].knows[names[0]] = Known(1, first[1].changed, dict(first[1].fields), 1)
    return made


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.sampled_from("AB"), st.sampled_from(FIELDS)),
        st.tuples(st.just("take"), st.sampled_from("AB"), st.integers(0, 9)),
        st.tuples(st.just("decide"), st.sampled_from("AB"), st.booleans()),
    ),
    min_size=5,
    max_size=40,
)


@given(STEPS)
@settings(max_examples=400, deadline=None)
def test_nothing_is_lost_in_any_order(steps):
    made, packages = handed_out(), []
    for number, (act, who, what) in enumerate(steps, 1):
        place = made[who]
        if act == "edit":
            place.edit(what, number)
            packages.append(place.packed())
        elif act == "take" and packages:
            package = packages[-1 - what % len(packages)]
            place = made["A" if package[0] == "B" else "B"]
            place.take(package)
            packages.append(place.packed())
            before = (dict(place.values), place.version, dict(place.cards))
            place.take(package)
            assert (dict(place.values), place.version, dict(place.cards)) == before, "the same again is nothing"
        elif act == "decide" and place.cards:
            sender, name = sorted(place.cards)[0]
            place.decide(sender, name, what)


@given(st.dictionaries(st.sampled_from(FIELDS), st.sampled_from("BC")), st.permutations("BC"))
@settings(max_examples=100, deadline=None)
def test_edits_of_different_fields_commute(who_edits, order):
    made = handed_out("ABC")
    for number, (name, who) in enumerate(sorted(who_edits.items()), 1):
        made[who].edit(name, number)
    packages = {who: made[who].packed() for who in "BC"}
    for who in order:
        made["A"].take(packages[who])
    wanted = {name: made[who_edits[name]].values[name] if name in who_edits else 0 for name in FIELDS}
    assert made["A"].values == wanted
    assert made["A"].cards == {}


@given(STEPS)
@settings(max_examples=150, deadline=None)
def test_two_that_exchange_until_nothing_is_new_agree_or_have_cards(steps):
    made = handed_out()
    for number, (act, who, what) in enumerate(steps, 1):
        if act == "edit":
            made[who].edit(what, number)
        elif act == "take":
            other = "A" if who == "B" else "B"
            made[who].take(made[other].packed())
    for _ in range(3):
        made["B"].take(made["A"].packed())
        made["A"].take(made["B"].packed())
    for name in FIELDS:
        if made["A"].values[name] != made["B"].values[name]:
            assert ("B", name) in made["A"].cards
            assert ("A", name) in made["B"].cards
