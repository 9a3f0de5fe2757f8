"""Terms as they are written and as they are misheard, glossaries, and what is offered as a correction."""

from __future__ import annotations

import random
import time

import pytest

from analysis.document import Suggestion
from analysis.language.passage import Passage, passage_of
from analysis.language.row import Row
from analysis.language.sounds import fold_syllable, is_kin
from analysis.language.terms import find_terms, is_form_of, term_events
from analysis.language.vocabulary import vocabulary
from analysis.request import Glossary, Term
from tests.analysis.ideal import truth, words_of


def spoken(text: str, language: str, start: float = 0.0) -> Passage:
    return passage_of(words_of(text, start, start + len(text) / 5), language)


def terms(*names: str) -> tuple[Term, ...]:
    return tuple(Term(name) for name in names)


TERMS = terms("负载均衡", "分布式事务", "灰度发布", "微服务", "复盘", "churn", "A/B test", "roadmap")


@pytest.mark.parametrize(
    ("text", "language", "events"),
    [
        ("我重新设计了负载均衡。", "zh", ["负载均衡"]),
        ("我重新设计了复载均衡。", "zh", ["负载均衡 ← 复载均衡"]),
        ("用分布是事物和灰渡发布", "zh", ["分布式事务 ← 分布是事物", "灰度发布 ← 灰渡发布"]),
        ("拆成八个为服务", "zh", ["微服务 ← 为服务"]),
        ("每次都要付盘", "zh", ["复盘 ← 付盘"]),
        ("他扶着盘子", "zh", []),
        ("一副盘子", "zh", []),
        ("负载，均衡", "zh", []),
        ("今天天气很好我们去爬山", "zh", []),
        ("cut churn in an A B test on the road map", "en", ["churn", "A/B test", "roadmap"]),
        ("the stakeholders turn", "en", []),
        ("our roadmaps", "en", ["roadmap"]),
        ("road, map", "en", []),
        ("", "zh", []),
    ],
)
def test_terms_are_found_exactly_or_as_heard(text, language, events):
    row = Row([passage_of(words_of(text, 0, 9), language)] if text else [])
    assert [event.text for event in term_events(row.passages, find_terms(row, TERMS))] == events


def test_an_alias_counts_for_its_term_and_an_exact_hit_displaces_a_fuzzy_one():
    row = Row([spoken("我们用load balancing做灰度发布", "zh")])
    hits = find_terms(row, [Term("负载均衡", ("load balancing",)), Term("灰度发布"), Term("灰度发表")])
    assert [(hit.term, hit.similarity) for hit in hits] == [("负载均衡", 1.0), ("灰度发布", 1.0)]


def test_misheard_terms_are_recalled_without_false_hits():
    """The study's measure in small: every misheard form is found, and no other term in any of the sentences."""
    misheard = {
        "负载均衡": "负载军衡", "分布式事务": "分布是事物", "灰度发布": "灰渡发布", "消息队列": "消息对列",
        "精益生产": "经意生产", "数据库索引": "数据库所引", "敏捷开发": "敏节开发", "容器编排": "容器边排",
    }  # fmt: skip
    for term, wrong in misheard.items():
        hits = find_terms(Row([spoken(f"我们当时用了{wrong}来解决这个问题。", "zh")]), terms(*misheard))
        assert [(hit.term, hit.heard) for hit in hits] == [(term, wrong)]


def test_hits_know_their_passage_and_never_cross_from_one_into_the_next():
    row = Row([spoken("我们用负载", "zh"), spoken("均衡和微服务", "zh", 10.0)])
    hits = find_terms(row, TERMS)
    assert [(hit.term, hit.passage, hit.begin, hit.end) for hit in hits] == [("微服务", 1, 3, 6)]
    assert term_events(row.passages, hits)[0].start > 10.0


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("员工单独处理，工单系统", "zh", ["工单"]),
        ("再制定改进计划", "zh", []),
        ("我们管控在治品的数量", "zh", ["在制品"]),
        ("每次都要付盘", "zh", []),
        ("we transformed the process in the park", "en", []),
        ("we trained a transformar on Spark", "en", ["Transformer", "Spark"]),
        ("And I report to the head", "en", []),
    ],
)
def test_a_general_glossary_is_matched_with_more_care(text, language, found):
    names = terms("工单", "在制品", "复盘", "Transformer", "Spark", "audit report")
    assert [hit.term for hit in find_terms(Row([spoken(text, language)]), names, strict=True)] == found


def test_sounds_that_are_confused():
    assert fold_syllable("zhuang") == "zuan"
    assert is_kin("fu", "hu")
    assert is_kin("du", "tu")
    assert not is_kin("wei", "hui")
    assert not is_kin("ma", "xi")
    assert is_form_of("transformer", "transformed")
    assert not is_form_of("churn", "church")


def suggested(text: str, language: str, *names: str, glossary: tuple[Term, ...] = ()) -> list[tuple[str, str]]:
    glossaries = (Glossary("g", glossary),) if glossary else ()
    found = vocabulary([spoken(text, language)], "S2", terms(*names), glossaries, language)
    return [(suggestion.before, suggestion.after) for suggestion in found.suggestions]


@pytest.mark.parametrize(
    ("text", "language", "name", "offered"),
    [
        ("拆成八个为服务。", "zh", "微服务", [("为服务", "微服务")]),
        ("我们用了福在军衡", "zh", "负载均衡", [("福在军衡", "负载均衡")]),
        ("做了挥度发布", "zh", "灰度发布", [("挥度发布", "灰度发布")]),
        ("用消息堆列解耦", "zh", "消息队列", [("消息堆列", "消息队列")]),
        ("我们会服务客户，客户服务很好", "zh", "微服务", []),
        ("我们用微服务", "zh", "微服务", []),
        ("on Cuber Netis clusters", "en", "Kubernetes", [("Cuber Netis", "Kubernetes")]),
        ("the prioritized work", "en", "prioritize", []),
        ("a road map", "en", "roadmap", []),
    ],
)
def test_what_sounds_like_a_term_is_offered(text, language, name, offered):
    assert suggested(text, language, name) == offered


def test_a_near_miss_is_offered_but_counts_as_no_hit():
    """hu for fu: one sound of three is another one, and near."""
    found = vocabulary([spoken("拆成八个围护物。", "zh")], "S2", terms("微服务"), (), "zh")
    assert [(s.before, s.after, s.similarity) for s in found.suggestions] == [("围护物", "微服务", 0.833)]
    assert found.hits == ()
    assert found.uses == ()


def test_a_glossary_offers_only_what_is_very_like_and_not_where_another_term_is_written():
    glossary = terms("代码评审", "灰度发表", "内部审计")
    assert suggested("每次代码平省之后灰度发布", "zh", "灰度发布", glossary=glossary) == [("代码平省", "代码评审")]


def test_uses_are_counted_by_glossary_and_named_in_the_language_of_the_interview():
    glossary = Glossary(
        "ops", (Term("负载均衡", ("load balancing",)), Term("Kubernetes", ("K8s",)), Term("看板", ("kanban",)))
    )
    text = "We use load balancing on K8s, then load balancing on Kubernetes and churn."
    found = vocabulary([spoken(text, "en", 5.0)], "S2", terms("churn"), (glossary,), "en")
    uses = {(use.glossary, use.term): (use.exact, use.fuzzy, len(use.times)) for use in found.uses}
    assert uses == {("", "churn"): (1, 0, 1), ("ops", "load balancing"): (2, 0, 2), ("ops", "Kubernetes"): (2, 0, 2)}
    assert all(use.times == tuple(sorted(use.times)) and use.times[0] > 5.0 for use in found.uses)
    assert [hit.term for hit in found.hits] == ["churn"]


def test_every_use_says_what_was_heard():
    glossary = Glossary("web", terms("响应时间"))
    found = vocabulary([spoken("想应时间变短，响应时间达标。", "zh")], "S2", terms("微服务"), (glossary,), "zh")
    (use,) = [use for use in found.uses if use.glossary == "web"]
    assert (use.exact, use.fuzzy, use.heard) == (1, 1, ("想应时间", ""))
    assert use.times == tuple(sorted(use.times))
    assert len(use.times) == 2


def test_suggestions_carry_the_transcripts_own_words_and_times():
    passage = spoken("拆成八个为服务。", "zh", 3.0)
    (offered,) = vocabulary([passage], "S2", terms("微服务"), (), "zh").suggestions
    assert offered == Suggestion(passage.starts[4], passage.ends[6], "S2", "为服务", "微服务", 0.99)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_many_terms_in_two_hours_are_found_quickly(language):
    """Five glossaries of sixty terms with an alias each: about half a second of computing (bound 2 s)."""
    letters = random.Random(1)
    said = [turn["text"] for turn in truth(language)["turns"] if turn["speaker"] == "candidate"]
    passages = [spoken(said[i % len(said)], language, 60.0 * i) for i in range(600 if language == "zh" else 450)]
    pool = "微服务负载均衡分布式事数据库编程系统生产控制模型梯度下降管理流程质量"
    made = [
        Term("".join(letters.choices(pool, k=letters.choice((2, 3, 4, 4, 5)))), (f"term {i} process",))
        for i in range(300)
    ]
    glossaries = [Glossary(str(i), tuple(made[60 * i : 60 * i + 60])) for i in range(5)]
    begun = time.process_time()
    found = vocabulary(passages, "S2", terms(*truth(language)["keywords"]), glossaries, language)
    assert time.process_time() - begun < 2.0
    assert sum(use.exact for use in found.uses if not use.glossary) > 400
