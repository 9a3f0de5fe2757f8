"""Counting an analysis against its truth, on a short interview in which every error is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.derive import Derived
from analysis.document import (
    Event,
    Exchange,
    Metric,
    Metrics,
    Question,
    QuestionMatch,
    Relevance,
    Role,
    Span,
    Speakers,
    Suggestion,
    Turn,
)  # fmt: skip
from tests.accuracy.analyses import Analysed
from tests.accuracy.corpus import Interview
from tests.accuracy.expression import interview_figures
from tests.accuracy.figures import Figure, Subject
from tests.accuracy.findings import figures, findings
from tests.accuracy.timing import anything, pairs
from tests.ui import review_data


def truth() -> dict:
    """Two questions with answers, 40 s."""
    asked, said = "interviewer", "candidate"
    rows = [
        (0.0, 5.0, asked, "q1", "请介绍一下你自己。"), (6.0, 18.0, said, "q1", "我负责微服务，嗯，还有负载均衡。"),
        (20.0, 24.0, asked, "q2", "你为什么换工作？"), (25.0, 38.0, said, "q2", "上周我去爬山了。"),
    ]  # fmt: skip
    turns = [dict(zip(("start", "end", "speaker", "question_id", "text"), row, strict=True)) for row in rows]
    return {
        "name": "made_up", "language": "zh", "duration_s": 40.0, "turns": turns, "keywords": ["微服务", "负载均衡"],
        "speech": [{"start": t["start"], "end": t["end"], "speaker": t["speaker"]} for t in turns],
        "inserted_silences": [
            {"start": 10.0, "end": 11.0, "kind": "within_answer"},
            {"start": 30.0, "end": 31.0, "kind": "within_answer"},
            {"start": 5.0, "end": 6.0, "kind": "response_latency"},
        ],
        "response_latencies": [{"question_id": "q1", "latency": 1.0}, {"question_id": "q2", "latency": 1.0}],
        "fillers": [{"time": 9.0, "end": 9.2, "text": "嗯", "question_id": "q1"}],
        "terms": [
            {"term": "微服务", "time": 8.0, "end": 8.6, "speaker": said},
            {"term": "负载均衡", "time": 12.0, "end": 12.8, "speaker": said},
            {"term": "微服务", "time": 2.0, "end": 2.6, "speaker": asked},
            {"term": "监控", "time": 14.0, "end": 14.5, "speaker": said},
        ],
        "smiles": [{"start": 7.0, "end": 9.0}], "no_face": [{"start": 30.0, "end": 34.0}], "off_topic": ["q2"],
    }  # fmt: skip


def analysed() -> Analysed:
    """What a product might have made of it."""
    base = review_data.analysis(40.0)
    first = Exchange(
        Question(0.0, 5.1, "请介绍一下自己"), Span(6.0, 18.0), QuestionMatch("a", "请介绍一下你自己。", 0.9),
        (QuestionMatch("a", "请介绍一下你自己。", 0.9),), 0.9, Relevance(1, 2, off_topic=True),
    )  # fmt: skip
    second = Exchange(
        Question(20.0, 24.2, "为什么换"), Span(25.0, 38.0), None,
        (QuestionMatch("a", "请介绍一下你自己。", 0.3), QuestionMatch("b", "你为什么换工作？", 0.2)), None,
        Relevance(2, 2, off_topic=True),
    )  # fmt: skip
    events = (
        Event("pause", 10.2, 11.1, "medium"), Event("pause", 30.4, 31.0), Event("term", 8.1, 8.6, "微服务"),
        Event("term", 12.7, 13.5, "负载均衡 ← 复载均衡"), Event("term", 36.0, 36.5, "微服务"),
        Event("filler", 9.1, 9.3), Event("filler", 9.15, 9.35), Event("smile", 8.5, 10.0), Event("smile", 20.0, 21.0),
    )  # fmt: skip
    present = np.ones(400, np.float32)
    present[300:340] = 0.0
    present[100:110] = 0.0
    document = replace(
        base,
        exchanges=(first, second),
        events=events,
        speakers=Speakers(
            (Turn(0.0, 5.0, "S1"), Turn(6.0, 18.0, "S2"), Turn(20.0, 24.0, "S1"), Turn(25.0, 38.0, "S1")),
            {"S1": Role.INTERVIEWER, "S2": Role.CANDIDATE},
        ),
        metrics=Metrics({}, ({"speech_rate": Metric(66.0, "char/min", 12, 1.0)}, {})),
        suggestions=(
            Suggestion(12.0, 13.0, "S2", "复载均衡", "负载均衡", 0.9),
            Suggestion(26.0, 27.0, "S2", "爬山", "微服务", 0.6),
        ),
    )
    interview = Interview(Path("made_up.mp4"), truth(), "dev")
    return Analysed(interview, Derived(document, {"present": present}), 3)


def by_stem(made: list[Figure]) -> dict[str, Figure]:
    return {figure.stem: figure for figure in made}


@pytest.fixture(scope="module")
def found() -> dict[str, Figure]:
    return by_stem(figures(Subject("x", "made up"), [findings(analysed(), "我负责")]))


def test_words_are_counted_with_and_without_terms(found):
    assert found["cer"].n == 8 + 13 + 7 + 7
    assert found["cer"].method == "bootstrap over 4 turns"
    assert found["cer_no_terms"].value == pytest.approx(1 - 3 / found["cer"].n)


def test_speech_of_the_wrong_role_is_seen(found):
    assert found["role_share"].value == pytest.approx(21 / 34)
    assert found["der_confusion"].value == pytest.approx(found["der"].value)
    assert found["speakers_suggested"].value == 0.0


def test_pauses_are_held_against_inserted_silences_at_both_ends(found):
    assert found["pause_recall"].value == 1.0
    assert found["pause_within_share"].value == 0.5
    assert found["pause_start_error_s"].value == pytest.approx(0.3)
    assert found["pause_end_error_s"].value == pytest.approx(0.05)
    assert found["pause_worst_s"].value == pytest.approx(0.4)


def test_a_word_can_be_found_only_once(found):
    assert (found["filler_precision"].value, found["filler_recall"].value) == (0.5, 1.0)


def test_terms_need_the_right_name_near_the_right_time(found):
    """What the interviewer says, and what is no term of the position, is not asked for."""
    assert (found["term_precision"].value, found["term_precision"].n) == (pytest.approx(2 / 3), 3)
    assert found["term_recall"].value == 1.0
    assert found["term_within_share"].value == 0.5
    assert found["term_worst_s"].value == pytest.approx(0.7)


def test_questions_latencies_rates_hints_and_corrections(found):
    assert found["exchange_recall"].value == 1.0
    assert (found["question_top1"].value, found["question_top3"].value) == (0.5, 1.0)
    assert (found["latency_error_s"].value, found["latency_error_s"].n) == (pytest.approx(0.1), 1)
    assert (found["rate_error"].value, found["rate_error"].n) == (pytest.approx(0.1), 1)
    assert (found["offtopic_precision"].value, found["offtopic_recall"].value) == (0.5, 1.0)
    assert found["suggestion_precision"].value == 0.5


def test_smiles_and_the_face_are_held_against_what_is_there():
    seen = by_stem(interview_figures("dev", [analysed()]))
    assert (seen["smile_precision"].value, seen["smile_recall"].value) == (0.5, 1.0)
    assert seen["smile_f1"].value == pytest.approx(2 / 3)
    assert seen["no_face_right_share"].value == 1.0
    assert seen["face_seen_share"].value == pytest.approx(1 - 10 / 354)


def test_pairs_are_the_nearest_and_none_is_used_twice():
    events = [Event("term", 1.0, 1.5), Event("term", 1.4, 1.9), Event("term", 9.0, 9.5)]
    wanted = [Span(1.4, 1.9), Span(1.0, 1.4), Span(30.0, 31.0)]
    found = pairs(events, wanted, anything, 0.5)
    assert [(event.start, number) for event, number in found] == [(1.0, 1), (1.4, 0)]
    assert pairs(events, wanted, lambda event, number: number == 2, 0.5) == []
