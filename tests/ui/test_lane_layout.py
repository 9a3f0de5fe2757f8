"""The arrangement of the lanes as plain values: order, hidden, folded, heights, what is kept and what is new."""

from __future__ import annotations

import json
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from ui.review.lane_layout import LEAST_PX, MOST_PX, LaneLayout, remembered


@dataclass(frozen=True)
class Named:
    key: str
    height: int = 30
    folded_at_first: bool = False


def named(keys):
    return [Named(key) for key in keys]


def order_of(layout, lanes):
    return "".join(lane.key for lane in layout.arranged(lanes))


def test_without_any_change_lanes_stand_as_they_are_by_themselves():
    lanes = [Named("a"), Named("b", folded_at_first=True), Named("c")]
    layout = LaneLayout().met(lanes)
    assert layout.arranged(lanes) == tuple(lanes)
    assert layout.folded == {"b"}
    assert not layout.hidden
    assert layout.height(lanes[0]) == 30


def test_a_lane_is_put_above_or_below_another():
    layout = LaneLayout().met(named("abcd"))
    assert order_of(layout.moved("a", "c", below=True), named("abcd")) == "bcad"
    assert order_of(layout.moved("d", "b", below=False), named("abcd")) == "adbc"
    assert layout.moved("b", "b", below=True) is layout


def test_a_lane_that_is_not_here_now_keeps_its_place():
    layout = LaneLayout().met(named("abcd")).moved("c", "a", below=False)
    assert order_of(layout.met(named("abd")), named("abd")) == "abd"
    assert order_of(layout.met(named("abd")).met(named("abcd")), named("abcd")) == "cabd"


def test_a_new_lane_comes_after_its_neighbour_and_is_folded_if_it_is_so_at_first():
    layout = LaneLayout().met(named("abc")).moved("a", "c", below=True)
    lanes = [Named("a"), Named("x", folded_at_first=True), Named("b"), Named("c"), Named("y")]
    later = layout.met(lanes)
    assert order_of(later, lanes) == "bcyax"
    assert later.folded == {"x"}
    opened = later.with_fold("x")
    assert opened.met(lanes).folded == frozenset()
    assert order_of(LaneLayout().met(named("bc")).met(named("abc")), named("abc")) == "abc"


def test_folding_hiding_and_sizes_are_changed_and_taken_back():
    layout = LaneLayout().met(named("ab")).with_fold("a").with_hidden("b", hidden=True).with_height("a", 55.4)
    assert (layout.folded, layout.hidden, layout.height(Named("a"))) == ({"a"}, {"b"}, 55)
    assert layout.with_height("a", 1).height(Named("a")) == LEAST_PX
    assert layout.with_height("a", 9999).height(Named("a")) == MOST_PX
    back = layout.with_fold("a").with_hidden("b", hidden=False)
    assert (back.folded, back.hidden) == (frozenset(), frozenset())


def test_it_is_kept_as_json_and_nonsense_is_left_out():
    layout = LaneLayout().met(named("abc")).with_fold("c").with_hidden("b", hidden=True).with_height("a", 70)
    assert remembered(json.loads(json.dumps(layout.as_json()))) == layout
    damaged = {"order": ["a", 3, "a", None], "hidden": "all", "folded": {"a": 1}, "heights": {"a": "tall", "b": 9000}}
    assert remembered(damaged) == LaneLayout(("a",))
    assert remembered("nonsense") == LaneLayout()
    assert remembered({"heights": [1]}) == LaneLayout()


def test_what_was_folded_when_nothing_else_could_be_done_stays_folded():
    layout = remembered(None, ["pitch", 7]).met(named(["wave", "pitch"]))
    assert layout.folded == {"pitch"}
    assert remembered({"order": ["pitch"]}, ["pitch"]).folded == frozenset()


KEYS = st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1)


@given(st.lists(KEYS, min_size=1), st.randoms())
def test_every_lane_has_exactly_one_place_whatever_comes_and_is_moved(recordings, random):
    layout = LaneLayout()
    for keys in recordings:
        layout = layout.met(named(keys))
        before = layout.order
        key, beside = random.choice(layout.order), random.choice(layout.order)
        layout = layout.moved(key, beside, below=random.random() < 0.5)
        assert sorted(layout.order) == sorted(set(before))
        assert sorted(order_of(layout, named(keys))) == sorted(keys)
        rest = [each for each in layout.order if each != key]
        assert rest == [each for each in before if each != key]
