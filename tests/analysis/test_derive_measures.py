"""What the metrics count, per answer and overall, on scripts whose numbers can be told by looking."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.derive import derive
from analysis.document import Span
from app.scoring.metrics import is_known, metric_about, metric_title
from tests.analysis.ideal import observed, provenance, request, scripted

ZH = (
    ("interviewer", "请讲一个你主导过的项目。"),
    (
        "candidate",
        "首先，因为系统很慢，所以我们用了，不对，我们采用了缓存。但是效果一般，然后我们换了方案。比如说分库。",
    ),
    ("interviewer", "你能接受加班吗？"),
    ("candidate", "可以，没问题。"),
    ("interviewer", "你有什么问题想问我们？"),
    ("candidate", "如果加入的话，我想知道团队有多大，而且平时怎么分工。"),
)


@pytest.fixture(scope="module")
def answers():
    analysis = derive(scripted("zh", *ZH), request("zh", terms=()), provenance()).analysis
    return analysis.metrics


def values(metrics, *names):
    return [metrics[name].value for name in names]


MARKERS = (
    "order_markers",
    "cause_markers",
    "contrast_markers",
    "addition_markers",
    "condition_markers",
    "example_markers",
)


def test_markers_are_counted_by_class(answers):
    assert values(answers.answers[0], *MARKERS) == [2, 2, 1, 0, 0, 1]
    assert values(answers.answers[2], *MARKERS) == [0, 0, 0, 1, 1, 0]
    assert values(answers.overall, *MARKERS) == [2, 2, 1, 1, 1, 1]
    first = answers.answers[0]
    assert first["connective_density"].value == pytest.approx(100 * 6 / first["connective_density"].n, abs=0.01)


def test_restarts_are_counted_once_and_are_no_repetitions(answers):
    first = answers.answers[0]
    assert first["restart_density"].value == pytest.approx(100 / first["connective_density"].n, abs=0.01)
    assert first["repetition_density"].value == 0


def test_lengths_of_answers_and_very_short_ones(answers):
    assert values(answers.answers[1], "answer_length", "answer_units") == [pytest.approx(1.4, abs=0.1), 5]
    sizes = [answer["answer_units"].value for answer in answers.answers]
    assert answers.overall["answer_units"].value == sorted(sizes)[1]
    assert answers.overall["answer_units"].unit == "char"
    assert (answers.overall["short_answers"].value, answers.overall["short_answers"].n) == (1, 3)


def test_each_exchange_has_its_own_interaction(answers):
    for answer in answers.answers:
        assert answer["turn_count"].value == 1
        assert answer["floor_transfer"].value == pytest.approx(answer["response_latency"].value, abs=0.01)
    assert 0.5 < answers.answers[0]["talk_ratio"].value < 1
    assert answers.overall["turn_count"].value == 3
    assert answers.overall["floor_transfer"].n == 5


def test_an_overlap_makes_the_transfer_negative_and_counts_where_it_is():
    seen = scripted("zh", *ZH)
    turns = list(seen.speakers.turns)
    cut_in = turns[0].end - 0.4
    turns[1] = replace(turns[1], start=cut_in)
    speech = (Span(seen.sound.speech[0].start, seen.sound.speech[1].end), *seen.sound.speech[2:])
    seen = replace(
        seen,
        sound=replace(seen.sound, speech=speech),
        speakers=replace(seen.speakers, turns=tuple(turns), overlaps=(Span(cut_in, turns[0].end),)),
    )
    metrics = derive(seen, request("zh", terms=()), provenance()).analysis.metrics
    assert metrics.answers[0]["floor_transfer"].value == pytest.approx(-0.4, abs=0.01)
    assert metrics.answers[0]["overlap_share"].value > 0
    assert metrics.answers[2]["overlap_share"].value == 0


def test_pauses_by_class_and_their_typical_length():
    seen = scripted("zh", *ZH)
    start, end = seen.sound.speech[1].start, seen.sound.speech[1].end
    gaps = ((start + 2, 0.15), (start + 3, 0.3), (start + 4, 0.6), (start + 5, 1.5))
    spans, begin = [], start
    for at, length in gaps:
        spans.append(Span(begin, at))
        begin = at + length
    speech = (seen.sound.speech[0], *spans, Span(begin, end), *seen.sound.speech[2:])
    seen = replace(seen, sound=replace(seen.sound, speech=speech))
    first = derive(seen, request("zh", terms=()), provenance()).analysis.metrics.answers[0]
    assert values(first, "pause_brief", "pause_medium", "pause_long") == [1, 2, 1]
    assert first["pause_median"].value == pytest.approx(0.6, abs=1e-6)
    assert first["pause_brief"].quality == "lower_bound"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_metric_has_a_name_and_an_explanation(language):
    metrics = derive(observed(language), request(language), provenance()).analysis.metrics
    names = {name for found in (metrics.overall, *metrics.answers) for name in found}
    assert [name for name in sorted(names) if not is_known(name)] == []
    for name in names:
        assert metric_title(name, language) != name
        assert metric_about(name, language)
