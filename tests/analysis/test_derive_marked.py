"""Exchanges where it was marked which question was asked when."""

from __future__ import annotations

import pytest

from analysis.derive import derive
from analysis.document import Provenance
from analysis.request import Asked, KitQuestion
from tests.analysis.ideal import request, scripted

FROM = Provenance((), {}, {}, "cpu", {})
KIT = (
    KitQuestion("q1", "Tell me about a project that you are proud of."),
    KitQuestion("q2", "How do you learn new things?"),
    KitQuestion("q3", "What do you expect of us?"),
)
PROJECT = "I led the move of our payment service to a new data centre and we cut the response time by half in a year."
LEARNING = "I read the documentation first and then I build something small with it, and I explain it to a colleague."


def talk(*turns):
    """An interview; where each turn begins and ends."""
    seen = scripted("en", *turns)
    return seen, [(turn.start, turn.end) for turn in seen.speakers.turns]


def exchanges(seen, asked):
    return derive(seen, request("en", questions=KIT, asked=asked), FROM).analysis.exchanges


def test_what_was_marked_is_certain_and_unlike_words_do_not_matter():
    seen, at = talk(("interviewer", "So, what about the thing with the servers?"), ("candidate", PROJECT))
    (found,) = exchanges(seen, (Asked("q1", KIT[0].text, at[0][0] - 0.4, at[1][1] + 1),))
    assert (found.matched_question.id, found.matched_question.score, found.matched_question.marked) == ("q1", 1.0, True)
    assert found.question.text == "So, what about the thing with the servers?"
    assert (found.answer.start, found.answer.end) == at[1]


def test_without_marks_nothing_changes():
    seen, _ = talk(("interviewer", KIT[0].text), ("candidate", PROJECT))
    (found,) = exchanges(seen, ())
    assert not found.matched_question.marked


def test_a_question_that_nobody_reads_aloud_is_an_exchange():
    """The candidate reads it on the second screen."""
    seen, at = talk(
        ("interviewer", KIT[0].text), ("candidate", PROJECT + " " + LEARNING), ("interviewer", "Thank you.")
    )
    middle = (at[1][0] + at[1][1]) / 2
    first, second = exchanges(
        seen, (Asked("q1", KIT[0].text, at[0][0], middle), Asked("q2", KIT[1].text, middle, at[1][1]))
    )
    assert first.answer.end <= middle <= second.answer.start
    assert (first.matched_question.id, second.matched_question.id) == ("q1", "q2")
    assert second.question.text == KIT[1].text


def test_a_take_that_was_repeated_is_not_used():
    seen, at = talk(
        ("interviewer", KIT[1].text), ("candidate", PROJECT), ("interviewer", KIT[1].text), ("candidate", LEARNING)
    )
    again = at[2][0] - 0.2
    takes = (
        Asked("q2", KIT[1].text, at[0][0], again, used=False),
        Asked("q2", KIT[1].text, again, at[3][1] + 0.5),
    )
    (found,) = exchanges(seen, takes)
    assert found.question.start >= again
    assert (found.answer.start, found.answer.end) == at[3]


def test_a_follow_up_stays_one_and_is_no_other_question_of_the_kit():
    seen, at = talk(
        ("interviewer", KIT[0].text), ("candidate", PROJECT),
        ("interviewer", KIT[1].text), ("candidate", LEARNING),
    )  # fmt: skip
    main, follow_up = exchanges(seen, (Asked("q1", KIT[0].text, at[0][0], at[3][1] + 1),))
    assert main.matched_question.id == "q1"
    assert follow_up.matched_question is None
    assert next(match.id for match in follow_up.candidates) == "q2"


def test_the_key_may_be_pressed_late():
    seen, at = talk(
        ("interviewer", KIT[0].text), ("candidate", PROJECT), ("interviewer", KIT[1].text), ("candidate", LEARNING)
    )
    found = exchanges(
        seen, (Asked("q1", KIT[0].text, at[0][1], at[2][1]), Asked("q2", KIT[1].text, at[2][1], at[3][1] + 9))
    )
    assert [(each.matched_question.id, each.answer.start) for each in found] == [("q1", at[1][0]), ("q2", at[3][0])]


@pytest.mark.parametrize("end", [3.0, 1e9])
def test_silence_is_a_question_without_an_answer(end):
    seen, at = talk(("interviewer", "Welcome to us."), ("candidate", "Hello."))
    after = at[-1][1] + 0.1
    found = exchanges(seen, (Asked("q3", KIT[2].text, after, max(after, min(end, seen.media.duration))),))
    marked = [each for each in found if each.matched_question and each.matched_question.marked]
    assert [each.question.text for each in marked] == [KIT[2].text]
    assert marked[0].answer.start == marked[0].answer.end
