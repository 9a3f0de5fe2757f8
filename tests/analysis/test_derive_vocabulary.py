"""Terms through the whole of deriving: uses, suggestions that find their place as corrections, and what stays apart."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from analysis.derive import derive
from analysis.document import Correction, CorrectionKind
from analysis.request import Glossary, Term
from tests.analysis.ideal import observed_of, provenance, request, scripted

MISHEARD = {
    "微服务": "为服务", "负载均衡": "复载均衡", "消息队列": "消息对列", "分布式事务": "分布是事务",
    "灰度发布": "灰毒发布",
}  # fmt: skip
TERMS = tuple(Term(name) for name in MISHEARD)
ZH = (
    ("interviewer", "请讲一个你主导过的项目。"),
    ("candidate", "我们把系统拆成了八个为服务，并且重新设计了复载均衡。然后用消息对列来处理分布是事务。"),
    ("interviewer", "你们怎么做为服务的发布？"),
    ("candidate", "先做灰毒发布，再全量。灰度发布以后我们看看错误率，拆成为服务很值得。"),
)
EN = (
    ("interviewer", "Tell me about a project that you are proud of."),
    ("candidate", "We moved to Cuber Netis and wrote a new rode map. The stakeholders liked the roadmap very much."),
)


def accepted(suggestions):
    """Each suggestion as the correction that a person makes of it."""
    return tuple(
        Correction(f"c{number}", CorrectionKind.WORD, s.start, s.end, s.before, s.after, "me", "2026-01-01T00:00:00Z")
        for number, s in enumerate(suggestions)
    )


def analysed(language, turns, **changes):
    return derive(scripted(language, *turns), request(language, **changes), provenance()).analysis


def own(analysis):
    return {use.term: (use.exact, use.fuzzy) for use in analysis.terms if use.glossary == ""}


def test_accepting_every_suggestion_makes_every_hit_exact():
    before = analysed("zh", ZH, terms=TERMS)
    assert sorted(s.before for s in before.suggestions) == sorted([*MISHEARD.values(), "为服务"])
    assert all(s.speaker == "S2" for s in before.suggestions)
    assert own(before) == {
        "微服务": (0, 2), "负载均衡": (0, 1), "消息队列": (0, 1), "分布式事务": (0, 1), "灰度发布": (1, 1),
    }  # fmt: skip
    after = analysed("zh", ZH, terms=TERMS, corrections=accepted(before.suggestions))
    assert after.suggestions == ()
    assert not [lost for lost in after.missing if lost.what.startswith("correction:")]
    assert own(after) == {name: (sum(counts), 0) for name, counts in own(before).items()}
    said = "".join(segment.text for segment in after.transcript.segments if segment.speaker == "S2")
    assert not any(wrong in said for wrong in MISHEARD.values())
    asked = "".join(segment.text for segment in after.transcript.segments if segment.speaker == "S1")
    assert "为服务" in asked


def test_what_a_person_confirms_is_no_term_misheard():
    before = analysed("zh", ZH, terms=TERMS)
    one = next(s for s in before.suggestions if s.before == "为服务")
    right = replace(accepted([one])[0], after=one.before)
    after = analysed("zh", ZH, terms=TERMS, corrections=(right,))
    assert after.suggestions == tuple(s for s in before.suggestions if s != one)
    assert own(after) == {**own(before), "微服务": (0, 1)}
    undone = Correction("u", CorrectionKind.WORD, 0, 0, "", "", "me", "2026-01-01T00:00:00Z", reverts=right.id)
    assert analysed("zh", ZH, terms=TERMS, corrections=(right, undone)).suggestions == before.suggestions


def test_accepting_suggestions_in_english():
    terms = (Term("Kubernetes"), Term("roadmap"), Term("stakeholder"))
    before = analysed("en", EN, terms=terms)
    assert [(s.before, s.after) for s in before.suggestions] == [("Cuber Netis", "Kubernetes"), ("rode map", "roadmap")]
    after = analysed("en", EN, terms=terms, corrections=accepted(before.suggestions))
    assert after.suggestions == ()
    assert own(after) == {"Kubernetes": (1, 0), "roadmap": (2, 0), "stakeholder": (1, 0)}


def test_nothing_is_replaced_by_itself():
    analysis = analysed("zh", ZH, terms=TERMS)
    said = "".join(segment.text for segment in analysis.transcript.segments)
    assert said == "".join(text for _, text in ZH)


def test_hits_of_glossaries_stay_off_the_timeline():
    glossary = Glossary("ops", (Term("错误率"), Term("微服务"), Term("全量")))
    plain, counted = analysed("zh", ZH, terms=TERMS), analysed("zh", ZH, terms=TERMS, glossaries=(glossary,))
    assert counted.events == plain.events
    assert counted.metrics == plain.metrics
    uses = {(use.term, use.exact, use.fuzzy) for use in counted.terms if use.glossary == "ops"}
    assert uses == {("错误率", 1, 0), ("微服务", 0, 2), ("全量", 1, 0)}
    assert all(0 < time < counted.media.duration for use in counted.terms for time in use.times)


def test_without_terms_there_is_nothing():
    analysis = analysed("zh", ZH, terms=())
    assert (analysis.terms, analysis.suggestions) == ((), ())


@pytest.mark.corpus
def test_terms_as_they_were_said_give_no_suggestion(corpus):
    """The scripts hold every term as it is: whatever were suggested there would be wrong."""
    for path in sorted((corpus / "interviews").glob("*/*.truth.json")):
        found = json.loads(path.read_text("utf-8"))
        terms = tuple(Term(word) for word in found["keywords"])
        analysis = derive(observed_of(found), request(found["language"], terms=terms), provenance()).analysis
        assert analysis.suggestions == ()
        spoken = [term["term"] for term in found["terms"] if term["speaker"] == "candidate"]
        said = Counter(word for word in found["keywords"] for term in spoken if term in (word, f"{word}s"))
        assert {use.term: use.exact for use in analysis.terms} == said
