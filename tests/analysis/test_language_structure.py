"""Answer structure by markers and by meaning: on single sentences, and over 81 sentences about many trades."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from analysis.language.lexicon import lexicon
from analysis.language.passage import passage_of
from analysis.language.structure import OTHER, UNSURE, judge, lean, marked, structure
from tests.analysis.ideal import words_of

SENTENCES = json.loads((Path(__file__).parent / "structure_sentences.json").read_text("utf-8"))


def judged(text: str, language: str) -> str | None:
    events = structure(passage_of(words_of(text, 0.0, 9.0), language))
    return events[0].text if events else None


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("去年我们的系统在高峰期经常变慢", "zh", ("situation",)),
        ("我的任务是把响应时间缩短一半", "zh", ("task",)),
        ("首先，我把系统拆成了八个微服务", "zh", ("action",)),
        ("结果，平均响应时间降到了三百毫秒", "zh", ("result",)),
        ("保证数据的最终一致性", "zh", ()),
        ("My goal was to cut this churn by a quarter.", "en", ("task",)),
        ("As a result, churn dropped by thirty percent.", "en", ("result",)),
        ("去年结果很好，去年提升了", "zh", ("situation", "result")),
    ],
)
def test_what_the_markers_say(text, language, found):
    assert set(marked(text, language).classes) == set(found)


def test_a_quantified_result_is_a_marker_of_a_result():
    assert judged("Churn fell to two percent in four months.", "en") == "result"
    assert marked("Then I went on.", "en", number=True).classes == ("action", "result")


LEANS = {"situation": 0.1, "task": 0.0, "action": 0.4, "result": 0.2, OTHER: 0.15}


@pytest.mark.parametrize(
    ("classes", "markers", "changes", "found"),
    [
        ((), 0, {}, ("action", 0.5)),
        ((), 0, {"result": 0.3}, (UNSURE, 0.3)),
        ((), 0, {OTHER: 0.3}, None),
        ((), 0, {OTHER: 0.9}, None),
        (("action",), 1, {}, ("action", 0.75)),
        (("task",), 2, {}, ("task", 0.75)),
        (("task",), 1, {}, (UNSURE, 0.3)),
        (("task",), 1, {"result": 0.3}, ("task", 0.6)),
        (("task",), 1, {OTHER: 0.9}, ("task", 0.6)),
        (("action", "result"), 1, {}, ("action", 0.5)),
        (("task", "result"), 1, {}, (UNSURE, 0.3)),
    ],
)
def test_markers_and_meaning_together(classes, markers, changes, found):
    from analysis.language.structure import Marked

    assert judge(Marked(classes, markers), LEANS | changes) == found


def test_events_span_their_sentences():
    passage = passage_of(words_of("去年系统经常变慢。我的任务是改进它。好。", 0, 4), "zh")
    events = structure(passage)
    assert [event.text for event in events] == ["situation", "task"]
    assert events[0].end <= events[1].start
    assert structure(passage_of(words_of("好。", 0, 1), "zh")) == []
    assert lean([]) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_examples_are_there_for_every_class(language):
    assert set(lexicon(language).star_exemplars) == {*lexicon(language).star, OTHER}
    assert all(len(sentences) >= 3 for sentences in lexicon(language).star_exemplars.values())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_meaning_adds_to_the_markers_and_names_little_that_is_wrong(language):
    """Self-made sentences, labelled by hand: an indication, and a guard against a change for the worse."""
    by_markers, by_both = Counter(), Counter()
    for text, label in SENTENCES[language]:
        classes = marked(text, language).classes
        by_markers[verdict(classes[0] if len(classes) == 1 else UNSURE if classes else None, label)] += 1
        by_both[verdict(judged(text, language), label)] += 1
    assert by_both["right"] > by_markers["right"]
    assert by_both["wrong"] <= 0.2 * (by_both["right"] + by_both["wrong"])


def verdict(found: str | None, label: str | None) -> str:
    if found == UNSURE:
        return "unsure"
    return "right" if found and found == label else "wrong" if found else "silent"
