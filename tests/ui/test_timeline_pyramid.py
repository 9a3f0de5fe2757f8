"""The peak pyramid keeps what stands out at every zoom, and leaves gaps where nothing was measured."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ui.review.pyramid import Pyramid, gaps


@pytest.mark.parametrize("width", [7, 100, 611, 1450])
def test_one_spike_survives_every_zoom(width):
    values = np.zeros(72_000, np.float32)
    values[41_234] = 9.0
    columns = Pyramid(values, 10.0).columns(0.0, 7200.0, width)
    assert np.nanmax(columns.high) == 9.0
    assert abs(columns.x[np.argmax(columns.high)] - 4123.4) <= 7200 / width
    assert len(columns.x) <= width + 3


@settings(max_examples=60, deadline=None)
@given(
    length=st.integers(50, 4000), start=st.floats(0, 0.9), share=st.floats(0.02, 1.0), width=st.integers(5, 400),
    seed=st.integers(0, 9),
)  # fmt: skip
def test_columns_never_miss_a_value_in_the_window(length, start, share, width, seed):
    values = np.random.default_rng(seed).normal(size=length).astype(np.float32)
    duration = length / 10
    begin, span = start * duration, max(1.0, share * duration)
    columns = Pyramid(values, 10.0).columns(begin, span, width)
    inside = values[int(np.ceil(begin * 10)) : min(length, int((begin + span) * 10))]
    if len(inside):
        assert np.nanmax(columns.high) >= inside.max()
        assert np.nanmin(columns.low) <= inside.min()


def test_columns_stay_on_their_grid_while_panned():
    pyramid = Pyramid(np.random.default_rng(3).normal(size=20_000).astype(np.float32), 10.0)
    first, second = pyramid.columns(100.0, 1000.0, 500), pyramid.columns(110.0, 1000.0, 500)
    known = dict(zip(np.round(first.x, 6), zip(first.low, first.high, strict=True), strict=True))
    shared = [
        (x, low, high)
        for x, low, high in zip(np.round(second.x, 6), second.low, second.high, strict=True)
        if x in known
    ]
    assert len(shared) > 480
    assert all(known[x] == (low, high) for x, low, high in shared[1:-2])


def test_missing_stays_missing_and_never_becomes_zero():
    values = np.ones(1000, np.float32)
    values[300:600] = np.nan
    columns = Pyramid(values, 10.0).columns(0.0, 100.0, 100)
    inside = (columns.x > 31) & (columns.x < 59)
    assert np.isnan(columns.low[inside]).all()
    assert (columns.low[columns.x < 29] == 1.0).all()
    assert gaps(values, 10.0, 1.0) == [(30.0, 60.0)]
    assert gaps(values, 10.0, 31.0) == []


def test_close_up_gives_the_samples_themselves():
    values = np.arange(100, dtype=np.float32)
    columns = Pyramid(values, 10.0).columns(4.0, 2.0, 1000)
    assert columns.single
    assert set(range(40, 60)) <= set(columns.low.astype(int).tolist())
    assert Pyramid(values, 10.0).value(4.05) == 40.0
    assert np.isnan(Pyramid(values, 10.0).value(11.0))


@settings(max_examples=40, deadline=None)
@given(length=st.integers(1, 3000), span=st.floats(1.0, 300.0), width=st.integers(5, 300), seed=st.integers(0, 9))
def test_a_column_is_the_least_and_the_most_of_its_cells(length, span, width, seed):
    random = np.random.default_rng(seed)
    low = np.where(random.random(length) < 0.3, np.nan, random.normal(size=length)).astype(np.float32)
    high = low + random.random(length).astype(np.float32)
    columns = Pyramid(low, 10.0, high).columns(0.0, span, width)
    step = max(1.0, span * 10 / width)
    cell = 2 ** int(np.log2(max(1.0, step / 2)))
    for place in range(0, len(columns.x), 7):
        first, end = (int(edge * step / cell) * cell for edge in (place, place + 1))
        for found, source, take in ((columns.low, low, np.fmin), (columns.high, high, np.fmax)):
            wanted = take.reduce(source[first : max(end, first + cell)])
            assert found[place] == wanted or (np.isnan(found[place]) and np.isnan(wanted))


def test_limits_ignore_outliers_and_gaps():
    values = np.concatenate([np.linspace(0, 1, 998), [100.0, np.nan]]).astype(np.float32)
    low, high = Pyramid(values, 10.0).limits()
    assert low == pytest.approx(0.01, abs=0.01)
    assert high == pytest.approx(0.99, abs=0.02)
    assert Pyramid(np.full(10, np.nan, np.float32), 10.0).limits() is None
