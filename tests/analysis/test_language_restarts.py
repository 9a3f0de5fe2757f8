"""Restarts: what somebody breaks off and says anew, told from lists, repetitions and plain negations."""

from __future__ import annotations

import pytest

from analysis.document import Span
from analysis.language.passage import Passage, passage_of
from analysis.language.restarts import restarts
from tests.analysis.ideal import words_of


def spoken(text: str, language: str, pauses: tuple[Span, ...] = ()) -> Passage:
    return passage_of(words_of(text, 0.0, len(text) / 5), language, pauses)


def found(text: str, language: str) -> list[str]:
    return [event.text for event in restarts(spoken(text, language))]


@pytest.mark.parametrize(
    ("text", "given_up"),
    [
        ("我们用了……不对，我们采用了微服务。", ["我们用了……不对"]),
        ("去年三月，说错了，今年三月上线。", ["说错了"]),
        ("当时，应该说，当时的团队很小。", ["当时，应该说"]),
        ("我们当时用，我们当时采用了Redis。", ["我们当时用，"]),
        ("我们要把，嗯，我们先把系统拆了。", ["我们要把，嗯，"]),
        ("这样做不对，我们改了。", []),
        ("不是我负责的，是他。", []),
        ("我不是，我不是说这个。", []),
        ("我们提升了效率，我们降低了成本。", []),
        ("我们的，我们的目标", []),
        ("不对，我们改了。", []),
    ],
)
def test_chinese_restarts(text, given_up):
    assert found(text, "zh") == given_up


@pytest.mark.parametrize(
    ("text", "given_up"),
    [
        ("I went to, I mean, I moved to Berlin.", ["I went to, I mean"]),
        ("I went to the, I moved to Berlin.", ["I went to the,"]),
        ("We cut costs by ten, sorry, by twelve percent.", ["by ten, sorry"]),
        ("We had five, let me rephrase, we hired five people.", ["We had five, let me rephrase"]),
        ("we used the - we moved to Kafka", ["we used the -"]),
        ("It was good. No, it was great.", []),
        ("I was, I was going.", []),
        ("Sorry, I am late.", []),
        ("I like tea, well, I like it a lot.", []),
        ("I would talk to at least twenty customers and, to every engineer.", []),
        ("The price, I mean the list price, rose.", []),
    ],
)
def test_english_restarts(text, given_up):
    assert found(text, "en") == given_up


def test_a_pause_breaks_off_as_a_mark_does():
    text = "我们当时用我们采用了微服务"
    end = spoken(text, "zh").ends[4]
    (event,) = restarts(spoken(text, "zh", (Span(end, end + 0.5),)))
    assert event.text == "我们当时用"
    assert restarts(spoken(text, "zh")) == []


def test_a_restart_spans_from_what_is_given_up_to_its_end():
    passage = spoken("我们用了，不对，我们采用了微服务。", "zh")
    (event,) = restarts(passage)
    assert (event.start, event.end) == (passage.starts[0], passage.ends[6])
    assert event.kind == "restart"
    assert 0.5 < event.confidence < 1
