"""Fillers, repetitions, back-channels, quantified results, questions: rules on short texts."""

from __future__ import annotations

from itertools import pairwise

import pytest

from analysis.document import Span
from analysis.language.fillers import fillers, is_backchannel, repetitions
from analysis.language.lexicon import lexicon
from analysis.language.passage import Passage, passage_of
from analysis.language.questions import asked, asks, closes, rank
from analysis.language.structure import quantified_results
from analysis.request import KitQuestion
from tests.analysis.ideal import words_of


def spoken(text: str, language: str, pauses: tuple[Span, ...] = ()) -> Passage:
    return passage_of(words_of(text, 0.0, len(text) / 5), language, pauses)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("您好，嗯，我是工程师。", ["嗯"]),
        ("嗯嗯，我想一下。呃这个问题", ["嗯嗯", "呃"]),
        ("其次，那个，我重新设计了它。", ["那个"]),
        ("那个项目很大，这个问题不难。", []),
        ("那个那个，我忘了。", ["那个那个"]),
        ("这个，这个我想想", ["这个"]),
        ("然后，我们上线了。", []),
        ("金额很大，额外的钱", []),
        ("啊，我想起来了。是啊。", ["啊"]),
        ("其次那个我重新设计了负载均衡。", ["那个"]),
        ("最后，那个我们用消息队列来处理事务。", ["那个"]),
        ("增加百分之二十左右那个，当然我更看重发展空间。", ["那个"]),
        ("做了六次分享，那个大家的反馈都不错。", ["那个"]),
        ("那个我知道。那个我们用过的系统很稳定。", []),
        ("我选择那个，因为它的社区比较活跃。", []),
        ("看到那个他们就都跑过来了。", []),
        ("灰度发布。就是第一步只放百分之五的流量。", ["就是"]),
        ("就是这样。就是因为流量太大了。", []),
        ("我们的目标就是我们要赢。", []),
        ("我就是这样做的。", []),
    ],
)
def test_chinese_fillers(text, found):
    assert [event.text for event in fillers(spoken(text, "zh"))] == found


def test_a_pause_makes_a_demonstrative_or_a_connective_a_filler():
    text = "我用那个项目然后上线了"
    passage = spoken(text, "zh")
    after_that, after_then = passage.ends[3], passage.ends[7]
    paused = spoken(text, "zh", (Span(after_that, after_that + 0.4), Span(after_then + 0.1, after_then + 0.6)))
    assert fillers(passage) == []
    assert [event.text for event in fillers(paused)] == ["那个", "然后"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Um, I am a manager, uh, of apps.", ["Um", "uh"]),
        ("You know, the team was, like, very happy.", ["You know", "like"]),
        ("I like apples and you know him.", []),
        ("As you know, it failed.", []),
        ("The drummer came as Ahmed was umbrella-less.", []),
    ],
)
def test_english_fillers(text, found):
    assert [event.text for event in fillers(spoken(text, "en"))] == found


def test_a_phrase_before_a_pause_is_a_filler():
    text = "Then you know. I went."
    end = spoken(text, "en").ends[text.index(".")]
    assert [e.text for e in fillers(spoken(text, "en", (Span(end, end + 0.4),)))] == ["you know"]
    assert fillers(spoken(text, "en")) == []


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("我我觉得可以", "zh", ["我我"]),
        ("我们的，我们的目标", "zh", ["我们的，我们的"]),
        ("非常非常好，看看天天慢慢来，谢谢谢谢", "zh", []),
        ("好的。好的我来", "zh", []),
        ("I I think the the plan is very very good", "en", ["I I", "the the"]),
        ("we need to we need to go", "en", ["we need to we need to"]),
        ("20 20 vision", "en", []),
    ],
)
def test_repetitions(text, language, found):
    assert [event.text for event in repetitions(spoken(text, language))] == found


@pytest.mark.parametrize(
    ("text", "language", "is_one"),
    [
        ("嗯，对对。", "zh", True),
        ("好的好的，明白", "zh", False),
        ("Mm-hmm.", "en", True),
        ("I see.", "en", True),
        ("No", "en", False),
        ("", "en", False),
    ],
)
def test_backchannels(text, language, is_one):
    assert is_backchannel(text, language) is is_one


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        (
            "平均响应时间从八百毫秒降到了三百毫秒，呃，投诉减少了百分之四十。",
            "zh",
            ["从八百毫秒降到了三百毫秒", "减少了百分之四十"],
        ),
        ("我的任务是把响应时间缩短一半。", "zh", []),
        ("代码评审不要超过一天。", "zh", []),
        ("我们团队有六个人，有五年经验。", "zh", []),
        ("成本节省了200万元，效率提升了30%。", "zh", ["节省了200万元", "提升了30%"]),
        ("Churn dropped by thirty percent in two months.", "en", ["dropped by thirty percent in two months"]),
        ("My goal was to cut churn by a quarter.", "en", []),
        ("We doubled sales and saved 2.5 million dollars.", "en", ["doubled sales and saved 2.5 million"]),
        ("I lead a team of six people.", "en", []),
    ],
)
def test_quantified_results(text, language, found):
    assert [event.text for event in quantified_results(spoken(text, language))] == found


@pytest.mark.parametrize(
    ("text", "language", "asking"),
    [
        ("请简单介绍一下你自己。", "zh", True),
        ("如果项目失败了，你会怎么做", "zh", True),
        ("你能接受偶尔加班吗。", "zh", True),
        ("很好。", "zh", False),
        ("Tell me about a result that you are proud of.", "en", True),
        ("Thank you, we will contact you soon.", "en", False),
    ],
)
def test_what_asks(text, language, asking):
    assert asks(text, language) is asking


def test_what_closes():
    assert closes("谢谢你，我们会尽快联系你。", "zh")
    assert closes("We will contact you soon.", "en")
    assert not closes("请介绍你自己。", "zh")


KIT = tuple(
    KitQuestion(f"q{i}", text)
    for i, text in enumerate(
        ["请做一个自我介绍", "说说你最有成就感的一个项目", "项目没有成功时你会怎样处理？", "What salary do you expect?"]
    )
)


def test_the_asked_question_is_found_across_wordings_and_languages():
    ranked = rank(["请简单介绍一下你自己。", "你期望的薪资是多少？", "今天天气真不错"], KIT)
    assert [len(best) for best in ranked] == [3, 3, 3]
    assert asked(ranked[0]).id == "q0"
    assert asked(ranked[1]).id == "q3"
    assert asked(ranked[2]) is None
    assert all(0 <= match.score <= 1 for best in ranked for match in best)
    assert all(a.score >= b.score for best in ranked for a, b in pairwise(best))
    assert rank([], KIT) == []
    assert rank(["?"], []) == [()]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_lexicons_are_whole(language):
    words = lexicon(language)
    assert words.language == language
    assert set(words.star) == {"situation", "task", "action", "result"}
    assert set(words.connectives) == {"cause", "contrast", "order", "addition", "condition", "example"}
