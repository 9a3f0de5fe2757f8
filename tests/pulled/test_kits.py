"""The kit of a position where the HR system tells it: taken over, and asked about where both changed it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app import text
from app.domain.kit import LONGEST_S, MANY, SILENT, Answers, Kit, Manner
from sync.conflicts import Choice
from sync.profile import shipped_profile
from tests.pulled.hr import cards, fields, put

TOLD = [
    {"text": "请介绍一个项目。", "seconds": 90, "answers": "text", "retakes": 0},
    {"text": "Why us?"},
]
RULES = Kit(Manner(240.0, Answers.BOTH, 2), {"请介绍一个项目。": Manner(90.0, Answers.TEXT, 0)})
USUAL = {"seconds": 240, "answers": "both", "retakes": 2}


def backend(library):
    return library.find_position(remote_id="pos-backend")


def tell(sandbox, service, **changes):
    put(sandbox, "position", "pos-backend", **changes)
    service.run_once()


def test_a_kit_comes_with_its_position(library, sandbox, service):
    tell(sandbox, service, questions=TOLD, kit=USUAL)
    found = backend(library)
    assert found.questions == ("请介绍一个项目。", "Why us?")
    assert found.kit == RULES
    tell(sandbox, service, questions=TOLD[1:], kit={})
    found = backend(library)
    assert (found.questions, found.kit) == (("Why us?",), SILENT)


def test_a_system_that_tells_no_kit_leaves_ours_alone(library, sandbox, service):
    ours = library.save_position(replace(backend(library), questions=("我们的",), kit=RULES))
    tell(sandbox, service, department="平台部")
    found = backend(library)
    assert (found.department, found.questions, found.kit) == ("平台部", ours.questions, RULES)
    assert cards(service) == []


def test_what_only_we_changed_stays_and_what_only_they_changed_comes(library, sandbox, service):
    tell(sandbox, service, questions=TOLD, kit=USUAL)
    library.save_position(replace(backend(library), kit=Kit(Manner(60.0))))
    tell(sandbox, service, questions=[*TOLD, {"text": "Third?"}], kit=USUAL)
    found = backend(library)
    assert found.questions == ("请介绍一个项目。", "Why us?", "Third?")
    assert found.kit == Kit(Manner(60.0))
    assert cards(service) == []


@pytest.mark.parametrize("choice", [Choice.MINE, Choice.THEIRS])
def test_what_both_changed_is_decided_in_words(library, sandbox, service, choice, each_language):
    tell(sandbox, service, questions=TOLD, kit=USUAL)
    library.save_position(replace(backend(library), kit=SILENT, questions=("我们的",)))
    tell(sandbox, service, questions=TOLD[:1], kit={"seconds": 600})
    (card,) = cards(service)
    seen = fields(service, card)
    assert set(seen) == {"questions", "kit"}
    assert seen["kit"][1] is None
    assert text.tr("kit.minutes", n="10") in seen["kit"][2]
    assert backend(library).kit == SILENT
    service.conflict(card.op_id)
    service.resolve(card.op_id, choice, {"kit": choice, "questions": choice})
    found = backend(library)
    theirs = (("请介绍一个项目。",), Kit(Manner(600.0), {TOLD[0]["text"]: Manner(90.0, Answers.TEXT, 0)}))
    assert (found.questions, found.kit) == (theirs if choice is Choice.THEIRS else (("我们的",), SILENT))
    assert cards(service) == []


def test_what_we_do_not_know_of_a_kit_says_nothing(library, sandbox, service):
    odd = [{"text": " a ", "seconds": -4, "answers": "telepathy", "retakes": 4000}, {"text": "  "}]
    tell(sandbox, service, questions=odd, kit={"seconds": 10**9, "answers": ""})
    found = backend(library)
    assert found.questions == ("a",)
    assert found.kit == Kit(Manner(LONGEST_S), {"a": Manner(retakes=MANY)})


def test_a_profile_may_say_where_a_kit_stands():
    rows = shipped_profile("generic").shape.pull.positions
    assert rows.parts["questions"].fields["retakes"] == "retakes"
    assert rows.fields["seconds"] == "kit.seconds"
