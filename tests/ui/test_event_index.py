"""The index of events against a plain look at each of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.review.event_index import BESIDE_S, EventIndex

SPANS = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 30))).map(
    lambda found: sorted((start / 4, (start + length) / 4) for start, length in found)
)
TIMES = st.integers(-4, 140).map(lambda quarter: quarter / 4)


@given(SPANS, TIMES, st.integers(0, 40))
def test_what_is_in_sight_is_what_touches_the_window(spans, start, length):
    end = start + length / 4
    wanted = [place for place, (first, last) in enumerate(spans) if last >= start and first <= end]
    assert EventIndex(spans).within(start, end).tolist() == wanted


@given(SPANS, TIMES, st.sampled_from((0.0, 0.25, 1.0)))
def test_the_shortest_one_is_under_the_mouse(spans, time, grace):
    place = EventIndex(spans).at(time, grace)
    near = [last - first for first, last in spans if first - grace <= time <= last + grace]
    if place is None:
        assert not near
    else:
        assert spans[place][1] - spans[place][0] == min(near)
        assert spans[place][0] - grace <= time <= spans[place][1] + grace


@given(SPANS, TIMES)
def test_the_next_one_and_the_one_before(spans, time):
    index = EventIndex(spans)
    after, before = index.beside(time, 1), index.beside(time, -1)
    later = [first for first, _ in spans if first - time > BESIDE_S]
    earlier = [first for first, _ in spans if time - first > BESIDE_S]
    assert (None if after is None else spans[after][0]) == min(later, default=None)
    assert (None if before is None else spans[before][0]) == max(earlier, default=None)
