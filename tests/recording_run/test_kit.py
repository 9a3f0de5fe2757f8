"""What a kit says of its questions: from the kit to the interview that is held, and on its travels."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.kit import LONGEST_S, MANY, SILENT, Answers, Kit, Manner, kit_body, kit_of
from app.domain.marks import MarkKind
from app.kit_words import kit_words
from app.recording import holding
from app.recording.running import planned
from app.settings import Settings
from tests.recording_run.conftest import QUESTIONS

HERE = Manner(300.0, Answers.SPEECH, MANY)
STRICT = Kit(Manner(180.0, Answers.BOTH, 1), {QUESTIONS[1]: Manner(None, Answers.TEXT, 0), QUESTIONS[0]: Manner(90.0)})
MANNERS = st.builds(
    Manner, st.none() | st.floats(1, LONGEST_S), st.none() | st.sampled_from(Answers), st.none() | st.integers(0, MANY)
)


@pytest.fixture
def clock():
    class Clock:
        now = 0.0

        def __call__(self):
            return self.now

    return Clock()


def with_kit(library, interview, kit):
    """The interview, its position's kit being this."""
    library.save_position(replace(library.position(interview.position.id), kit=kit))
    return library.interview(interview.id)


def test_a_question_is_put_as_it_says_itself_then_as_the_kit_then_as_the_workstation():
    first, second, third = planned(QUESTIONS, HERE, STRICT)
    assert (first.seconds, first.answers, first.retakes) == (90.0, Answers.BOTH, 1)
    assert (second.seconds, second.answers, second.retakes) == (120.0, Answers.TEXT, 0)
    assert (third.seconds, third.answers, third.retakes) == (180.0, Answers.BOTH, 1)
    assert {(each.answers, each.retakes) for each in planned(QUESTIONS, HERE)} == {(Answers.SPEECH, MANY)}


@given(MANNERS, st.dictionaries(st.text(min_size=1), MANNERS))
def test_a_kit_is_the_same_after_its_way_through_json(usual, own):
    kit = Kit(usual, {words: manner for words, manner in own.items() if manner != Manner()})
    body = kit_body(kit)
    assert kit_of(msgspec.json.decode(msgspec.json.encode(body))) == kit
    assert (body is None) == (kit == SILENT)


@pytest.mark.parametrize(
    "body", [{"seconds": -1}, {"answers": "singing"}, {"retakes": -1}, {"retakes": True}, {"questions": {"a": 3}}]
)
def test_a_senseless_kit_is_refused(body):
    with pytest.raises(msgspec.ValidationError):
        kit_of(body)


def test_reworded_questions_keep_what_was_said_of_them():
    own = {"a": Manner(60.0), "b": Manner(120.0), "c": Manner(180.0)}
    kit = Kit(Manner(), own)
    assert kit.following(("a", "b", "c"), ("a", "b?", "c")).own == {"a": Manner(60.0), "b?": Manner(120.0),
                                                                    "c": Manner(180.0)}  # fmt: skip
    assert kit.following(("a", "b", "c"), ("c", "a")).own == {"a": Manner(60.0), "c": Manner(180.0)}
    assert kit.following(("a", "b", "c"), ("b", "a", "c")).own == own


def test_the_library_keeps_it(library, interview):
    assert with_kit(library, interview, STRICT).position.kit == STRICT
    assert library.position(interview.position.id).kit == STRICT
    assert with_kit(library, interview, SILENT).position.kit == SILENT


def test_a_question_is_taken_again_as_often_as_the_kit_allows(library, interview, clock):
    run = holding.held(library, with_kit(library, interview, STRICT), Settings(retake=False), clock)
    run.begin(("sound",))
    run.next()
    assert run.retakes_left() == 1
    assert run.retake()
    assert not run.may_retake()
    assert not run.retake()
    run.next()
    assert (run.now.current.number, run.may_retake()) == (1, False)


def test_each_question_is_answered_as_the_kit_says(library, interview, clock):
    kit = Kit(Manner(answers=Answers.SPEECH), {QUESTIONS[1]: Manner(answers=Answers.TEXT)})
    run = holding.held(library, with_kit(library, interview, kit), Settings(answers="both"), clock)
    run.begin(("sound",))
    run.next()
    assert not run.answer("in speech only")
    run.next()
    assert run.answer("写下的")


def test_an_interview_that_goes_on_keeps_the_kit_that_it_began_with(library, interview, clock):
    run = holding.held(library, with_kit(library, interview, STRICT), Settings(), clock)
    run.begin(("sound",))
    run.next()
    clock.now = 20.0
    position = library.position(interview.position.id)
    library.save_position(replace(position, questions=("Another one?",), kit=SILENT))
    again = holding.held(library, library.interview(interview.id), Settings(), clock)
    assert again.kit == planned(QUESTIONS, HERE, STRICT)
    again.begin(("sound",), goes_on=True)
    again.next()
    assert again.now.current.text == QUESTIONS[1]


def test_before_anything_is_asked_the_kit_is_as_it_is_now(library, interview, clock):
    holding.held(library, interview, Settings(), clock).begin(("sound",))
    again = holding.held(library, with_kit(library, interview, STRICT), Settings(), clock)
    assert again.kit == planned(QUESTIONS, HERE, STRICT)


def test_marks_of_an_earlier_version_go_on_as_the_workstation_is_set(library, interview, clock):
    old = [{"text": words, "seconds": 60.0} for words in QUESTIONS]
    library.add_mark(interview.id, MarkKind.BEGUN, 0.0, {"questions": old, "recorded": ["sound"], "goes_on": False})
    library.add_mark(interview.id, MarkKind.QUESTION, 1.0, {"number": 0, "take": 1, "text": QUESTIONS[0]})
    run = holding.held(library, interview, Settings(answers="both", retake=False), clock)
    assert {(each.seconds, each.answers, each.retakes) for each in run.kit} == {(60.0, Answers.BOTH, 0)}


def test_a_kit_in_words(each_language):
    words = kit_words(STRICT)
    assert QUESTIONS[1] in words
    assert "3" in words
    assert kit_words(SILENT) == ""
