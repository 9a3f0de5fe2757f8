"""The machine's score: what it rests on, what it leaves out, and that it can be computed again from its evidence."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.template import Band
from app.scoring import machine_score, machine_scores, recompute, shipped_templates
from app.scoring.bands import band_of, supports_for
from app.scoring.interval import bootstrap_interval, expanded_tail
from tests.app.interviews import analysed, metric

DEFAULT = shipped_templates()[0]
COMMUNICATION, REASONING, COMPOSURE = DEFAULT.dimensions


def test_score_is_the_weighted_mean_of_the_listed_points():
    score = machine_score(COMMUNICATION, analysed())
    by_hand = sum(e.weight * e.points for e in score.evidence)
    assert score.score == pytest.approx(by_hand)
    assert sum(e.weight for e in score.evidence) == pytest.approx(1)
    assert score.low <= score.score <= score.high


def test_evidence_names_answer_span_band_and_source():
    item = machine_score(COMMUNICATION, analysed()).evidence[0]
    assert (item.answer, item.start, item.end) == (0, 5.0, 13.0)
    assert item.band_source
    assert item.band.score == item.points


def test_evidence_carries_the_moments_of_its_events():
    evidence = machine_score(COMMUNICATION, analysed()).evidence
    pauses = next(e for e in evidence if e.metric == "pause_share" and e.answer == 0)
    assert pauses.moments == (8.0,)


def test_a_dimension_without_supports_is_not_machine_scored():
    score = machine_score(COMPOSURE, analysed())
    assert (score.score, score.why, score.evidence) == (None, "not_machine_scored", ())


def test_one_answer_is_too_little():
    assert machine_score(COMMUNICATION, analysed(answers=1)).why == "too_little_evidence"


def test_what_the_analysis_withholds_is_left_out_and_never_zero():
    whole = machine_score(COMMUNICATION, analysed())
    gaps = {"speech_rate": metric(None, "char/min", 0, quality="too_little_speech")}
    held = machine_score(COMMUNICATION, analysed(changes=gaps))
    assert {e.metric for e in whole.evidence} - {e.metric for e in held.evidence} == {"speech_rate"}
    assert recompute(held.evidence) == pytest.approx(held.score)
    assert min(e.points for e in held.evidence) > 0


def test_low_quality_and_too_few_items_are_left_out():
    noisy = {"speech_rate": metric(200, "char/min", 60, quality="low_snr"), "mean_length_of_run": metric(9, "char", 3)}
    names = {e.metric for e in machine_score(COMMUNICATION, analysed(changes=noisy)).evidence}
    assert names == {"pause_share"}


def test_a_lower_bound_earns_nothing():
    bound = {"speech_rate": metric(200, "char/min", 60, quality="lower_bound")}
    assert "speech_rate" not in {e.metric for e in machine_score(COMMUNICATION, analysed(changes=bound)).evidence}


def test_bands_follow_the_language():
    chinese = machine_score(COMMUNICATION, analysed("zh", changes={"speech_rate": metric(200, "char/min", 60)}))
    english = machine_score(COMMUNICATION, analysed("en", changes={"speech_rate": metric(200, "word/min", 60)}))
    points = [next(e.points for e in s.evidence if e.metric == "speech_rate") for s in (chinese, english)]
    assert points == [8, 6]


def test_same_evidence_gives_the_same_interval():
    assert machine_scores(DEFAULT, analysed()) == machine_scores(DEFAULT, analysed())


def test_an_edited_evidence_list_does_not_pass():
    first, *rest = machine_score(COMMUNICATION, analysed()).evidence
    forged = dataclasses.replace(first, value=-1e9, band=Band(0, 1, 10))
    with pytest.raises(ValueError, match="outside its band"):
        recompute([forged, *rest])


values = st.floats(0, 500, allow_nan=False)


@given(st.lists(values, min_size=2, max_size=8), st.sampled_from(["zh", "en"]))
def test_every_score_can_be_recomputed_from_evidence_and_band_table(rates, language):
    """The property: values and band table alone give the score again, and it lies in its interval within 0-10."""
    analysis = analysed(language, answers=len(rates), per_answer=[{"speech_rate": metric(r, "", 60)} for r in rates])
    for dimension in (COMMUNICATION, REASONING):
        score = machine_score(dimension, analysis)
        assert recompute(score.evidence) == pytest.approx(score.score)
        table = {s.metric: s for s in supports_for(dimension, language)}
        points = [band_of(e.value, table[e.metric].bands).score * table[e.metric].share for e in score.evidence]
        shares = [table[e.metric].share for e in score.evidence]
        assert sum(points) / sum(shares) == pytest.approx(score.score)
        assert 0 <= score.low <= score.score <= score.high <= 10


@given(st.lists(st.floats(0, 10), min_size=2, max_size=20))
def test_the_interval_never_says_more_than_the_answers_do(points):
    items = [(i, 1 / len(points), p) for i, p in enumerate(points)]
    score = sum(points) / len(points)
    low, high = bootstrap_interval(items, score)
    assert low - 1e-6 <= score <= high + 1e-6
    assert high - low >= 0.5 - 1e-6
    assert low >= max(0, min(min(points), score - 0.5)) - 1e-6
    assert high <= min(10, max(max(points), score + 0.5)) + 1e-6


def test_two_answers_reach_from_the_worse_to_the_better():
    assert bootstrap_interval([(0, 0.5, 4.0), (1, 0.5, 9.0)], 6.5) == (4.0, 9.0)
    assert expanded_tail(2) < expanded_tail(5) < expanded_tail(50) < 0.025
