"""Intervals against published values and against what must hold for any figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.accuracy.intervals import of_any, of_class_means, of_mean, of_ratio, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_intervals(hits, n, low, high):
    """Newcombe 1998, table I, method 3."""
    assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


@given(n=st.integers(1, 500), data=st.data())
def test_wilson_holds_the_share_and_stays_within_bounds(n, data):
    hits = data.draw(st.integers(0, n))
    low, high = wilson(hits, n)
    assert 0.0 <= low <= hits / n + 1e-12
    assert hits / n - 1e-12 <= high <= 1.0


def test_the_bootstrap_of_a_mean_is_about_the_normal_interval():
    values = np.random.default_rng(1).normal(5.0, 2.0, 400)
    low, high = of_mean(values)
    half = 1.96 * values.std() / 20
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.03)


def test_a_ratio_weighs_its_items_by_their_size():
    errors, words = [0, 0, 50], [10, 10, 100]
    low, high = of_ratio(errors, words)
    assert low == 0.0
    assert high == 0.5
    assert of_ratio([1, 2, 3], [10, 20, 30]) == pytest.approx((0.1, 0.1))


def test_items_with_nothing_to_divide_by_are_no_error():
    low, high = of_ratio([0, 1, 0, 2], [0, 10, 0, 10])
    assert 0.1 <= low <= high <= 0.2


def test_the_same_figures_always_get_the_same_interval():
    values = list(np.random.default_rng(2).exponential(size=30))
    assert of_mean(values) == of_mean(values)
    assert of_any(values, np.median) == of_any(values, np.median)


def test_classes_keep_their_weight_however_few_they_are():
    low, high = of_class_means([500, 0], [1000, 2])
    assert low < 0.25 < high
    assert high - low < 0.05
