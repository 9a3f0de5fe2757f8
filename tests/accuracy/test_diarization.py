"""The parts of the diarization error, on turns whose errors are plain to see."""

from __future__ import annotations

import pytest
from pyannote.core import Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate

from tests.accuracy.diarization import COLLAR_S, _annotation, compare, figures
from tests.accuracy.figures import Subject

TRUTH = [(0.0, 20.0, "A"), (21.0, 41.0, "B"), (42.0, 60.0, "A")]


def parts(found):
    result = compare(TRUTH, found, 61.0)
    return tuple(result.parts.sum(axis=0)), result.spoken.sum()


def test_other_names_are_no_error():
    assert parts([(0.0, 20.0, "S2"), (21.0, 41.0, "S1"), (42.0, 60.0, "S2")])[0] == pytest.approx((0.0, 0.0, 0.0))


def test_missed_false_and_confused_speech_are_told_apart():
    found = [(0.0, 10.0, "S1"), (21.0, 41.0, "S2"), (42.0, 50.0, "S1"), (50.0, 60.0, "S2")]
    (missed, false_alarm, confusion), _ = parts(found)
    assert missed == pytest.approx(10.0 - COLLAR_S)
    assert false_alarm == pytest.approx(0.0)
    assert confusion == pytest.approx(10.0 - COLLAR_S)


def test_two_voices_where_one_speaks_are_a_false_alarm():
    (missed, false_alarm, confusion), _ = parts([*[(s, e, f"S{n}") for s, e, n in TRUTH], (30.0, 35.0, "SA")])
    assert (missed, confusion) == pytest.approx((0.0, 0.0))
    assert false_alarm == pytest.approx(5.0)


def test_a_boundary_within_the_collar_is_right():
    assert parts([(0.2, 19.8, "S1"), (21.2, 41.2, "S2"), (41.8, 59.8, "S1")])[0] == pytest.approx((0.0, 0.0, 0.0))


def test_the_windows_add_up_to_the_error_of_the_whole_recording():
    found = [(0.5, 24.0, "S1"), (21.5, 38.0, "S2"), (43.0, 61.0, "S3")]
    result = compare(TRUTH, found, 61.0)
    whole = DiarizationErrorRate(collar=2 * COLLAR_S)(
        _annotation(TRUTH, "true"), _annotation(found, "found"), uem=Timeline([Segment(0.0, 61.0)])
    )
    assert result.parts.sum() / result.spoken.sum() == pytest.approx(whole)
    assert len(result.spoken) == 13
    made = {figure.key: figure for figure in figures(Subject("x", "made up"), [result])}
    assert made["der_x"].value == pytest.approx(whole)
    assert made["der_x"].low < whole < made["der_x"].high
    split = sum(made[f"der_{part}_x"].value for part in ("missed", "false_alarm", "confusion"))
    assert split == pytest.approx(whole)
