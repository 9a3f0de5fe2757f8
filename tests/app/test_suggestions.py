"""Rules for suggestions: what they mark, what is refused, and what reaches the HR system, once and taken back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.types import Candidate, Conclusion
from app.failures import RulesInvalid, ValueInvalid
from app.settings import SettingsFile
from app.store import Library
from app.suggestions.applying import suggestions
from app.suggestions.deciding import Stands, Suggestions, marked
from app.suggestions.rules import (
    COMPARE,
    Outcome,
    Rule,
    When,
    Whose,
    company_rules,
    example_rules,
    read_rules,
    rules_file,
    write_rules,
    written,
    wrong_with,
)
from app.sync_service import SyncService
from sync import listing, tables
from sync.outbox import Kind, Resolution
from sync.queue import Queue
from sync.sandbox.server import Sandbox
from tests.app.test_store_library import an_interview
from tests.handover.conftest import sign
from tests.sync.ehr import CONTRACT, assessment_body


def rule(id_="r", then=Outcome.COURSE, name="课程", **when):
    return Rule(id_, When(**when), then, name)


def dimension(id_="team", title="团队合作", mine=6, combined=5.9, machine=4.0):
    return {
        "id": id_, "title": title, "weight": 100.0, "template_weight": 100.0, "machine": machine, "machine_low": None,
        "machine_high": None, "mine": mine, "combined": combined, "comment": "",
    }  # fmt: skip


def signed(*dimensions, **changes):
    return assessment_body("i", "a", 1, dimensions=list(dimensions), **changes)


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", assessor="王芳") as opened:
        yield opened


@pytest.mark.parametrize(
    ("when", "fits"),
    [
        ({"dimension": "团队合作", "op": "<=", "value": 6}, True),
        ({"dimension": "team", "op": "<", "value": 6}, True),
        ({"dimension": "team", "op": "<", "value": 6, "score": Whose.MINE}, False),
        ({"dimension": "team", "op": ">=", "value": 6, "score": Whose.MINE}, True),
        ({"dimension": "other", "op": ">=", "value": 0}, False),
        ({"composite": True, "op": ">=", "value": 7.5, "coverage": 0.7}, True),
        ({"composite": True, "op": ">=", "value": 7.5, "coverage": 0.8}, False),
        ({"conclusion": "hire"}, True),
        ({"conclusion": "no_hire"}, False),
    ],
)
def test_what_a_condition_marks(when, fits):
    found = suggestions((rule(**when),), signed(dimension()), None)
    assert bool(found) is fits


def test_the_machine_alone_never_decides():
    unrated = dimension(mine=None, combined=3.0, machine=3.0)
    rules = (
        rule("a", dimension="team", op="<=", value=9),
        rule("b", dimension="team", op="<=", value=9, score=Whose.MINE),
        rule("c", composite=True, op="<=", value=9),
    )
    assert suggestions(rules, signed(unrated), None) == ()


def test_a_title_in_either_language_and_the_id_mean_the_same(library):
    interview = library.save_interview(an_interview(library.save_candidate(Candidate("", "陈明"))))
    sign(library, interview.id, score=9)
    template = library.template("default")
    payload = library.newest_signed()[0]
    first = template.dimensions[0]
    for name in (first.id, first.title.zh, first.title.en):
        assert suggestions((rule(dimension=name, op=">=", value=8, score=Whose.MINE),), payload, template), name


def test_the_example_is_valid_and_says_the_two_rules_of_the_customer(each_language):
    rules = {each.id: each for each in example_rules()}
    service, team = rules["service-course"], rules["team-probation"]
    body = signed(dimension("s", "客户服务意识", 9, 9.0), dimension("t", "团队合作", 6, 6.0))
    found = suggestions((service, team), body, None)
    assert [each.rule.then for each in found] == [Outcome.COURSE, Outcome.PROBATION]
    assert "9 ≥ 9" in found[0].evidence
    assert "6 ≤ 6" in found[1].evidence
    assert suggestions((service, team), signed(dimension("s", "客户服务意识", 8, 8.9)), None) == ()


names = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60).filter(str.strip)
whens = st.one_of(
    st.builds(
        When, dimension=names, score=st.sampled_from(Whose), op=st.sampled_from(list(COMPARE)),
        value=st.floats(0, 10),
    ),
    st.builds(
        When, composite=st.just(True), op=st.sampled_from(list(COMPARE)), value=st.floats(0, 10),
        coverage=st.floats(0, 1),
    ),
    st.builds(When, conclusion=st.sampled_from([each.value for each in Conclusion])),
)  # fmt: skip


@given(st.lists(st.builds(Rule, st.just("x"), whens, st.sampled_from(Outcome), names, names), max_size=6))
def test_rules_come_back_as_they_were_written(tmp_path_factory, rules):
    rules = [replace_id(each, f"r{number}") for number, each in enumerate(rules)]
    file = tmp_path_factory.getbasetemp() / "rules.toml"
    file.write_text(written(rules), "utf-8", newline="")
    assert list(read_rules(file)) == rules


def replace_id(one, id_):
    return Rule(id_, one.when, one.then, one.name, one.code)


@pytest.mark.parametrize(
    "content",
    [
        "[[rule]]",
        "rule = 3",
        "x",
        '[[rule]]\nid="a"\nthen="bonus"\nname="x"\nwhen={composite=true,op=">=",value=1}',
        '[[rule]]\nid="a b"\nthen="pool"\nname="x"\nwhen={composite=true,op=">=",value=1}',
        '[[rule]]\nid="a"\nthen="pool"\nname=" "\nwhen={composite=true,op=">=",value=1}',
        '[[rule]]\nid="a"\nthen="pool"\nname="x"\nwhen={composite=true,op="==",value=1}',
        '[[rule]]\nid="a"\nthen="pool"\nname="x"\nwhen={composite=true,op=">=",value=11}',
        '[[rule]]\nid="a"\nthen="pool"\nname="x"\nwhen={composite=true,dimension="t",op=">=",value=1}',
        '[[rule]]\nid="a"\nthen="pool"\nname="x"\nwhen={dimension="t",op=">=",value=1,coverage=0.5}',
        '[[rule]]\nid="a"\nthen="pool"\nname="x"\nwhen={dimension="t",op=">=",value=1,score="machine"}',
        '[[rule]]\nid="a"\nthen="pool"\nname="x"\nwhen={conclusion="maybe"}',
        '[[rule]]\nid="a"\nthen="pool"\nname="x"\nwhen={conclusion="hire"}\nrun="rm"',
        '[[rule]]\nid="a"\nthen="pool"\nname="x"\nwhen={op=">=",value=nan,composite=true}',
    ],
)
def test_a_file_that_cannot_be_used_says_why(library, content, each_language):
    rules_file(library.folder).write_text(content, "utf-8")
    with pytest.raises(RulesInvalid) as raised:
        company_rules(library.folder)
    assert raised.value.params["reason"]


def test_two_rules_with_one_id_are_refused_and_nothing_is_written(library):
    twice = (rule("a", composite=True, op=">=", value=1), rule("a", conclusion="hire"))
    assert "a" in wrong_with(twice)
    with pytest.raises(RulesInvalid):
        write_rules(library.folder, twice)
    assert not rules_file(library.folder).exists()


# Deciding and sending


@pytest.fixture
def interview(library):
    candidate = library.save_candidate(Candidate("", "陈明"))
    return library.save_interview(an_interview(candidate))


def with_rules(library, *rules):
    write_rules(library.folder, rules)


def first_dimension(library):
    return library.template("default").dimensions[0].id


def notes(library):
    with library.reading() as session:
        found = [item for item in reversed(listing.items(session)) if item.kind is Kind.NOTE]
    return [(json.loads(item.payload)["role"], item.external_id, item.resolution) for item in found]


def test_nothing_is_suggested_before_it_is_signed_and_nothing_sent_before_it_is_confirmed(library, interview):
    with_rules(library, rule("high", dimension=first_dimension(library), op=">=", value=7, score=Whose.MINE))
    assert Suggestions(library, interview.id).standing() == ()
    sign(library, interview.id, score=8)
    (one,) = Suggestions(library, interview.id).standing()
    assert one.stands is Stands.OPEN
    assert notes(library) == []
    Suggestions(library, interview.id).send("high")
    (one,) = Suggestions(library, interview.id).standing()
    assert (one.stands, one.decided.by) == (Stands.SENT, "王芳")
    assessment = library.assessment(interview.id)
    assert notes(library) == [("suggestion", f"{assessment.id}:1:high:1", None)]
    assert any(line.action == "suggestion_sent" for line in library.audit(interview.id))
    with pytest.raises(ValueInvalid):
        Suggestions(library, interview.id).send("high")


def test_a_rule_that_is_renamed_after_sending_is_sent_anew_and_others_stay(library, interview):
    when = {"dimension": first_dimension(library), "op": ">=", "value": 7, "score": Whose.MINE}
    with_rules(library, rule("high", **when), rule("high-pool", Outcome.POOL, "人才库", **when))
    sign(library, interview.id, score=8)
    for name in ("high", "high-pool"):
        Suggestions(library, interview.id).send(name)
    with_rules(library, rule("high", name="另一门课程", **when), rule("high-pool", Outcome.POOL, "人才库", **when))
    Suggestions(library, interview.id).send("high")
    told = {external_id.partition(":1:")[2]: resolution for _, external_id, resolution in notes(library)}
    assert told == {"high:1": Resolution.SUPERSEDED, "high-pool:2": None, "high:4": None}


def test_a_suggestion_that_the_hr_system_does_not_take_is_not_called_sent(library, interview):
    with_rules(library, rule("high", dimension=first_dimension(library), op=">=", value=7, score=Whose.MINE))
    sign(library, interview.id, score=8)
    Suggestions(library, interview.id).send("high")
    with library.session() as session:
        made = tables.outbox.update().where(tables.outbox.c.kind == str(Kind.NOTE))
        session.execute(made.values(state="done", resolution=str(Resolution.NOT_TAKEN)))
    assert Suggestions(library, interview.id).standing()[0].stands is Stands.NOT_TAKEN


def test_what_is_dismissed_stays_so_until_something_else_is_signed(library, interview):
    with_rules(library, rule("high", dimension=first_dimension(library), op=">=", value=7, score=Whose.MINE))
    sign(library, interview.id, score=8)
    Suggestions(library, interview.id).dismiss("high")
    assert Suggestions(library, interview.id).standing()[0].stands is Stands.DISMISSED
    sign(library, interview.id, score=9)
    assert Suggestions(library, interview.id).standing()[0].stands is Stands.OPEN
    assert notes(library) == []


def test_an_unsent_suggestion_is_only_closed_when_it_does_not_fit_any_more(library, interview):
    with_rules(library, rule("high", dimension=first_dimension(library), op=">=", value=7, score=Whose.MINE))
    sign(library, interview.id, score=8)
    Suggestions(library, interview.id).send("high")
    sign(library, interview.id, score=5)
    assert Suggestions(library, interview.id).reconcile() == 1
    assert Suggestions(library, interview.id).reconcile() == 0
    ((role, _, resolution),) = notes(library)
    assert (role, resolution) == ("suggestion", Resolution.SUPERSEDED)
    sign(library, interview.id, score=8, summary="又改")
    assert Suggestions(library, interview.id).standing()[0].stands is Stands.OPEN


def test_a_rule_that_hr_changed_withdraws_nothing(library, interview):
    with_rules(library, rule("high", dimension=first_dimension(library), op=">=", value=7, score=Whose.MINE))
    sign(library, interview.id, score=8)
    Suggestions(library, interview.id).send("high")
    with_rules(library, rule("high", dimension=first_dimension(library), op=">=", value=10, score=Whose.MINE))
    assert Suggestions(library, interview.id).reconcile() == 0
    sign(library, interview.id, score=8, summary="改")
    assert Suggestions(library, interview.id).reconcile() == 0


def test_a_suggestion_arrives_once_and_so_does_its_withdrawal(library, interview, tmp_path):
    with_rules(library, rule("high", dimension=first_dimension(library), op=">=", value=7, score=Whose.MINE))
    with Sandbox(CONTRACT, tmp_path / "ehr") as sandbox:
        settings = SettingsFile(library.folder)
        settings.change(ehr_url=sandbox.url, ehr_profile="sandbox", assessor="王芳")
        service = SyncService(library, settings, queue=Queue(jitter=lambda: 0.0), secret=lambda _: sandbox.key)
        sign(library, interview.id, score=8)
        Suggestions(library, interview.id).send("high")
        sandbox.faults.set("lose_first")
        for _ in range(12):
            service.run_once(hurry=True, pulling=False)
        sandbox.faults.set("")
        sign(library, interview.id, score=5)
        assert Suggestions(library, interview.id).reconcile() == 1
        for _ in range(3):
            service.run_once(hurry=True, pulling=False)
        arrived = [json.loads(note["body"]) for note in sandbox.store.notes()]
        service.close()
    assert [each["role"] for each in arrived] == ["suggestion_withdrawn", "suggestion"]
    assessment = library.assessment(interview.id)
    assert arrived[1]["external_id"] == f"{assessment.id}:1:high:1"
    assert arrived[0]["external_id"] == f"{assessment.id}:1:high:1:withdrawn"
    assert arrived[1]["assessment_external_id"] == f"{assessment.id}:1"
    assert (arrived[1]["details"]["outcome"], arrived[1]["details"]["value"]) == ("course", 8)


def test_how_many_a_rule_would_mark(library):
    rules = (
        rule("high", dimension=first_dimension(library), op=">=", value=7, score=Whose.MINE),
        rule("hire", conclusion="hire"),
    )
    for number, score in enumerate((8, 5, 9)):
        candidate = library.save_candidate(Candidate("", f"人{number}"))
        sign(library, library.save_interview(an_interview(candidate)).id, score=score)
    assert marked(library, rules) == ({"high": 2, "hire": 3}, 3)
    first = library.interviews()[-1]
    sign(library, first.id, score=1, summary="改")
    assert marked(library, rules)[1] == 3


def test_the_example_rules_can_be_tried_in_the_sandbox(tmp_path):
    with Sandbox(CONTRACT, tmp_path / "ehr") as running:
        templates = [template["body"] for template in running.store.all("template")]
    named = {title for body in templates for each in body["dimensions"] for title in each["title"].values()}
    wanted = {one.when.dimension for one in example_rules() if one.when.dimension}
    assert wanted
    assert wanted <= named
