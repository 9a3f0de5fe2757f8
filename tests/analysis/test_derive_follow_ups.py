"""Follow-up questions and what answers take up of them; whether an answer is about its question."""

from __future__ import annotations

import json

import pytest

from analysis.derive import derive
from analysis.document import Analysis
from analysis.language.content import significant_words, stem
from analysis.request import KitQuestion
from tests.analysis.ideal import observed, observed_of, provenance, request, scripted

ZH = (
    ("interviewer", "请讲一个你主导过的项目。"),
    ("candidate", "我把订单系统拆成了微服务。我们用消息队列来解耦。上线以后很稳定。"),
    ("interviewer", "刚才你提到了消息队列。如果消息丢失了，怎么补偿？"),
    ("candidate", "这个问题我想一下。我们先做重试，消息丢失的话用定时任务来不偿。补偿失败就发告警。后面的人会去看。"),
    ("interviewer", "你对薪资有什么期望？"),
    ("candidate", "我希望在现在的基础上增加百分之二十左右，当然我更看重发展空间。"),
)
EN = (
    ("interviewer", "Tell me about a project that you are proud of."),
    ("candidate", "We built a dashboard for our regional managers. It showed the sales of every shop."),
    ("interviewer", "You mentioned a dashboard. How did the managers react to alerts?"),
    ("candidate", "Let me think. At first they ignored every alert. Then they reacted within minutes. It was nice."),
    ("interviewer", "What salary do you expect?"),
    ("candidate", "I would like to earn about ten percent more than I do now in my current job."),
)


def analysed(language: str, *turns: tuple[str, str], **changes: object) -> Analysis:
    return derive(scripted(language, *turns), request(language, terms=(), **changes), provenance()).analysis


def test_a_follow_up_and_what_is_taken_up_of_it_in_chinese():
    analysis = analysed("zh", *ZH)
    first, second, third = (exchange.learning for exchange in analysis.exchanges)
    assert (first, third) == (None, None)
    assert second.follows == 0
    assert second.added == ("丢失", "补偿")
    assert [uptake.text for uptake in second.taken_up] == ["丢失", "补偿"]
    answer = analysis.exchanges[1].answer
    assert second.latency_s == pytest.approx(second.taken_up[0].start - answer.start, abs=1e-3)
    assert 0 < second.latency_s < answer.end - answer.start
    assert second.elaboration == len("我们先做重试消息丢失的话用定时任务来不偿补偿失败就发告警后面的人会去看")


def test_a_follow_up_and_what_is_taken_up_of_it_in_english():
    learned = analysed("en", *EN).exchanges[1].learning
    assert learned.added == ("react", "alerts")
    assert [uptake.text for uptake in learned.taken_up] == ["alert", "reacted"]
    assert learned.elaboration == 14


def test_nothing_taken_up_has_no_latency():
    ignored = (*ZH[:3], ("candidate", "我们的团队有九个人，大家都很努力，关系也很好。"), *ZH[4:])
    learned = analysed("zh", *ignored).exchanges[1].learning
    assert (learned.taken_up, learned.latency_s, learned.elaboration) == ((), None, 0)
    assert learned.added == ("丢失", "补偿")


def test_a_question_that_shares_the_answers_words_goes_on_from_it():
    turns = (
        *ZH[:2],
        ("interviewer", "拆成微服务以后，订单系统的延迟是多少？"),
        ("candidate", "延迟大约是五十毫秒，比以前少了一半。"),
    )
    learned = analysed("zh", *turns).exchanges[1].learning
    assert (learned.follows, learned.added) == (0, ("延迟",))
    assert [uptake.text for uptake in learned.taken_up] == ["延迟"]


def test_another_question_of_the_kit_opens_a_new_subject():
    kit = (KitQuestion("a", "请讲一个你主导过的项目。"), KitQuestion("b", "拆成微服务以后，订单系统的延迟是多少？"))
    turns = (*ZH[:2], ("interviewer", kit[1].text), ("candidate", "延迟大约是五十毫秒，比以前少了一半。"))
    exchanges = analysed("zh", *turns, questions=kit).exchanges
    assert [exchange.matched_question.id for exchange in exchanges] == ["a", "b"]
    assert exchanges[1].learning is None


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("刚才你提到了消息队列，怎么保证不丢失？", "zh", ["消息", "队列", "保证", "丢失"]),
        ("你好，请介绍一下你自己的工作。", "zh", []),
        ("那用Kubernetes之后怎么回滚？", "zh", ["kubernetes", "回滚"]),
        ("You mentioned SQL. How did you deploy it?", "en", ["sql", "deploy"]),
    ],
)
def test_the_words_that_carry_content(text, language, words):
    assert significant_words(text, language) == words


def test_forms_of_a_word_have_one_stem():
    assert {stem(word) for word in ("deploy", "Deploys", "deployed", "deploying")} == {"deploy"}
    assert stem("回滚") == "回滚"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_answer_of_the_sample_is_called_off_topic(language):
    exchanges = derive(observed(language), request(language), provenance()).analysis.exchanges
    assert [exchange.relevance.of for exchange in exchanges] == [3, 3, 3]
    assert all(1 <= exchange.relevance.rank <= 3 and not exchange.relevance.off_topic for exchange in exchanges)


def test_one_question_has_nothing_to_compare_with():
    (only,) = analysed("zh", *ZH[:2]).exchanges
    assert only.relevance is None


def test_an_answer_to_a_follow_up_may_be_about_the_question_before():
    hints = [exchange.relevance for exchange in analysed("zh", *ZH).exchanges]
    assert [hint.of for hint in hints] == [3, 2, 3]


@pytest.mark.corpus
def test_off_topic_answers_of_the_corpus_are_found(corpus):
    """Two texts only, one of them seven times over, in words as they were said: an indication."""
    right = wrong = missed = 0
    for path in sorted((corpus / "interviews").glob("*/*.truth.json")):
        found = json.loads(path.read_text("utf-8"))
        analysis = derive(observed_of(found), request(found["language"], terms=()), provenance()).analysis
        starts = {t["start"]: t["question_id"] for t in found["turns"] if t["speaker"] == "candidate"}
        for exchange in analysis.exchanges:
            name = starts[min(starts, key=lambda start: abs(start - exchange.answer.start))]
            hint, true = bool(exchange.relevance and exchange.relevance.off_topic), name in found["off_topic"]
            right, wrong, missed = right + (hint and true), wrong + (hint and not true), missed + (true and not hint)
    assert right >= 8
    assert wrong <= 1
    assert missed <= 2
