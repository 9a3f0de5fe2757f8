"""Combined, composite, weights: the arithmetic of a decision."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.scores import MachineScore
from app.failures import ValueInvalid
from app.scoring import (
    card,
    deviations,
    effective_weights,
    keyword_rate,
    keywords_heard,
    machine_scores,
    parse_weights,
    preview,
    scorecard,
    shipped_templates,
    spread,
)
from app.scoring.weights import TOLERANCE
from app.scoring.wording import score_text, weight_text
from tests.app.interviews import analysed, assessed

DEFAULT = shipped_templates()[0]
IDS = [d.id for d in DEFAULT.dimensions]
MACHINE = {
    "communication": MachineScore(7.0, 6.4, 7.6, ()),
    "reasoning": MachineScore(7.8, 7.1, 8.5, ()),
    "composure": MachineScore(None, None, None, (), "not_machine_scored"),
}


def by_id(found):
    return {row.dimension_id: row for row in found.dimensions}


def test_combined_is_seven_tenths_mine_and_three_tenths_machine():
    row = by_id(card(DEFAULT, MACHINE, assessed({"reasoning": 8})))["reasoning"]
    assert row.combined == pytest.approx(0.7 * 8 + 0.3 * 7.8)
    assert (row.high - row.combined, row.combined - row.low) == (pytest.approx(0.7), pytest.approx(0.7))
    assert not row.preview


def test_mine_alone_where_the_machine_has_too_little():
    row = by_id(card(DEFAULT, {}, assessed({"reasoning": 8})))["reasoning"]
    assert (row.combined, row.low, row.high, row.machine.why) == (8, None, None, "too_little_evidence")


def test_without_mine_it_is_a_preview_that_does_not_count():
    found = card(DEFAULT, MACHINE, assessed())
    assert by_id(found)["reasoning"].preview
    assert found.composite.value is None
    assert found.composite.coverage == 0
    assert preview(found.dimensions, DEFAULT.min_coverage).coverage == pytest.approx(2 / 3)


def test_composite_is_the_weighted_mean_of_what_is_rated():
    """The sketch of the review room: an unrated dimension is missing, not zero."""
    template = replace(DEFAULT, min_coverage=0.6)
    weights = {"communication": 25, "reasoning": 50, "composure": 25}
    found = card(template, {}, assessed({"communication": 7.1, "reasoning": 7.9}), None, weights).composite
    assert found.value == pytest.approx((50 * 7.9 + 25 * 7.1) / 75)
    assert found.coverage == pytest.approx(0.75)
    assert (found.low, found.high) == (None, None)


def test_below_the_minimum_coverage_there_is_no_composite():
    found = card(DEFAULT, MACHINE, assessed({"communication": 7, "reasoning": 8})).composite
    assert found.value is None
    assert found.coverage == pytest.approx(2 / 3)


def test_interval_of_the_composite_follows_from_the_components():
    found = card(DEFAULT, MACHINE, assessed({"communication": 7, "reasoning": 8, "composure": 7})).composite
    widths = [0.6 / 3, 0.7 / 3, 0.7 / 3]  # composure was rated by a person alone: as uncertain as the least certain
    squares = sum(w * w for w in widths)
    half = (squares + 0.5 * (sum(widths) ** 2 - squares)) ** 0.5
    assert found.high - found.value == pytest.approx(half)
    assert found.value - found.low == pytest.approx(half)


def test_whole_scorecard_from_an_analysis():
    found = scorecard(DEFAULT, analysed(), assessed(dict.fromkeys(IDS, 7)), 0.5)
    assert found.composite.low < found.composite.value < found.composite.high
    assert found.keyword_rate == 0.5


def test_a_slider_frame_costs_less_than_a_millisecond():
    machine, assessment = machine_scores(DEFAULT, analysed(answers=12)), assessed(dict.fromkeys(IDS, 7))
    times = []
    for weight in range(100):
        begun = time.thread_time()
        card(DEFAULT, machine, assessment, None, spread(effective_weights(DEFAULT, {}), {"reasoning": weight}, DEFAULT))
        times.append(time.thread_time() - begun)
    assert sorted(times)[50] < 0.001


weights = st.dictionaries(st.sampled_from(IDS), st.floats(0, 100), min_size=1)


@given(weights)
def test_weights_always_add_up_to_a_hundred(given_weights):
    total, with_others = sum(given_weights.values()), len(given_weights) < len(IDS)
    assume(not 100 < total <= 100 + TOLERANCE)
    if (with_others and total > 100) or (not with_others and total == 0):
        with pytest.raises(ValueInvalid):
            spread(effective_weights(DEFAULT, {}), given_weights, DEFAULT)
        return
    moved = spread(effective_weights(DEFAULT, {}), given_weights, DEFAULT)
    assert sum(moved.values()) == pytest.approx(100)
    assert min(moved.values()) >= 0
    if len(given_weights) < len(IDS):
        assert all(moved[key] == value for key, value in given_weights.items())


@given(st.floats(0, 100), st.lists(st.floats(0, 10), min_size=3, max_size=3))
def test_composite_lies_between_the_scores_and_ignores_the_scale_of_weights(weight, scores):
    ratings = dict(zip(IDS, scores, strict=True))
    moved = spread(effective_weights(DEFAULT, {}), {"reasoning": weight}, DEFAULT)
    one = card(DEFAULT, {}, assessed(ratings), None, moved).composite
    other = card(DEFAULT, {}, assessed(ratings), None, {k: v / 7 for k, v in moved.items()}).composite
    assert min(scores) - 1e-6 <= one.value <= max(scores) + 1e-6
    assert one.value == pytest.approx(other.value)


def test_moving_one_weight_and_back_leaves_no_deviation():
    moved = spread(effective_weights(DEFAULT, {}), {"reasoning": 60}, DEFAULT)
    assert set(deviations(DEFAULT, moved)) == set(IDS)
    assert moved["communication"] == pytest.approx(20)
    back = spread(moved, {"reasoning": 100 / 3}, DEFAULT)
    assert deviations(DEFAULT, back) == {}


def test_all_weight_on_one_dimension_can_be_taken_back():
    moved = spread(effective_weights(DEFAULT, {}), {"reasoning": 100}, DEFAULT)
    again = spread(moved, {"reasoning": 40}, DEFAULT)
    assert again["communication"] == pytest.approx(30)


@pytest.mark.parametrize("bad", ["a", "a=", "=3x", "a=1,b", "a=1;b=2"])
def test_unreadable_weights_are_refused(bad):
    with pytest.raises(ValueInvalid):
        parse_weights(bad)


def test_readable_weights():
    assert parse_weights("communication=40, reasoning=20") == {"communication": 40, "reasoning": 20}


def test_keywords_count_only_what_the_candidate_said():
    analysis = analysed()
    assert keywords_heard(["负载均衡", "微服务"], analysis) == {"负载均衡": (7,), "微服务": ()}
    assert keyword_rate(["负载均衡", "微服务"], analysis) == 0.5
    asked = replace(analysis, events=tuple(replace(e, start=1, end=2) for e in analysis.events))
    assert keyword_rate(["负载均衡"], asked) == 0
    assert keyword_rate([], analysis) is None
    assert keyword_rate(["x"], None) is None


def test_no_decimal_that_the_interval_does_not_carry():
    assert [score_text(7.44, 7.0, 7.9), score_text(7.44, 5.0, 8.5), score_text(7.0), score_text(None)] == [
        "7.4", "7", "7", "–",
    ]  # fmt: skip
    assert [weight_text(100 / 3), weight_text(40), weight_text(12.5)] == ["33 %", "40 %", "12.5 %"]
