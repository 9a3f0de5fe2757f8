"""The order of what was done, and each thing that can be undone over a real library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analysis.document import CorrectionKind
from analysis.failures import DiskFull
from app import text
from app.domain.types import Conclusion
from app.failures import NotUndone, WeightsLocked
from app.review import ReviewSession
from app.review import step_texts as named
from app.review.corrections import in_force
from app.review.history import History, Slot
from app.review.slots import Slots, written
from app.store import Library
from tests.app.interviews import reviewable


class Held:
    """A value with a slot over it, and what was written."""

    def __init__(self, value=0, name="value", *, joins=False):
        self.value, self.wrote, self.failure = value, [], None
        self.slot = Slot(name, lambda: self.value, self.write, joins=lambda before, after: joins)

    def write(self, value):
        if self.failure:
            raise self.failure
        self.value = value
        self.wrote.append(value)

    def set(self, history, value, key="history.summary"):
        with history.step(self.slot, key):
            self.value = value


class Clock:
    """A time that tests move."""

    def __init__(self):
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        return self.now


def test_one_order_over_everything_back_and_forth():
    history, first, second = History(), Held(name="a"), Held(name="b")
    first.set(history, 1)
    second.set(history, 5)
    first.set(history, 2)
    assert [history.undo().slot.name for _ in range(3)] == ["a", "b", "a"]
    assert (first.value, second.value, history.undo()) == (0, 0, None)
    assert [history.redo().slot.name for _ in range(3)] == ["a", "b", "a"]
    assert (first.value, second.value, history.redo()) == (2, 5, None)
    history.undo()
    second.set(history, 6)
    assert history.undone is None
    history.undo()
    history.undo()
    assert (first.value, second.value) == (1, 0)


def test_nothing_done_and_what_failed_are_no_steps():
    history, held = History(), Held()
    held.set(history, 0)
    with pytest.raises(DiskFull), history.step(held.slot, "history.summary"):
        raise DiskFull(folder="x")
    assert history.newest is None


def test_a_step_is_named_in_the_language_in_use():
    history, held = History(), Held()
    with history.step(held.slot, "history.rating", name=lambda: text.tr("report.dimension"), score="7"):
        held.value = 7
    assert history.newest.text == f"rating of {text.tr_in('en', 'report.dimension')} 7"
    text.set_language("zh")
    assert history.newest.text == f"{text.tr_in('zh', 'report.dimension')}评分 7"


def test_what_somebody_else_changed_stays_and_is_said(each_language):
    history, held, other = History(), Held(), Held(name="other")
    other.set(history, 1)
    held.set(history, 2)
    held.value = 9
    with pytest.raises(NotUndone) as failure:
        history.undo()
    assert text.tr("history.summary") in text.sentence(failure.value)
    assert (held.value, held.wrote) == (9, [])
    assert history.undo().slot.name == "other"
    other.value = 3
    with pytest.raises(NotUndone):
        history.redo()
    assert (other.value, history.undone, history.newest) == (3, None, None)


def test_what_cannot_be_written_just_now_can_be_tried_again():
    history, held = History(), Held()
    held.set(history, 2)
    held.failure = DiskFull(folder="x")
    with pytest.raises(DiskFull):
        history.undo()
    held.failure = None
    history.undo()
    assert held.value == 0
    history.redo()
    held.failure = WeightsLocked(position="x")
    with pytest.raises(WeightsLocked):
        history.undo()
    assert history.newest is None


def test_a_slider_moved_by_a_held_key_is_one_step():
    clock = Clock()
    history, held, other = History(clock=clock), Held(joins=True), Held(name="other")
    for value in (1, 2, 3):
        held.set(history, value)
        clock.now += timedelta(seconds=0.5)
    clock.now += timedelta(seconds=5)
    held.set(history, 4)
    history.undo()
    assert held.value == 3
    held.set(history, 5)
    history.undo()
    history.undo()
    assert (held.value, history.newest) == (0, None)
    held.set(history, 1)
    other.set(history, 1)
    held.set(history, 2)
    history.undo()
    assert (held.value, other.value) == (1, 1)


def test_a_slider_that_came_back_is_no_step():
    history, held = History(clock=Clock()), Held(joins=True)
    held.set(history, 1)
    held.set(history, 0)
    assert history.newest is None


# Over a library


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("library"), assessor="li") as opened:
        yield opened


@pytest.fixture
def review(library):
    return ReviewSession(library, reviewable(library))


@pytest.mark.parametrize(
    ("slot", "first", "second"),
    [
        (lambda s: s.rating("reasoning"), 7.0, None),
        (lambda s: s.reason("reasoning"), "clear", "very clear"),
        (lambda s: s.weight_reason(), "architecture", ""),
        (lambda s: s.conclusion(), Conclusion.HIRE, None),
        (lambda s: s.summary(), "good", "good, but"),
        (lambda s: s.weights(), {"reasoning": 50.0, "communication": 25.0, "composure": 25.0}, {}),
    ],
    ids=["rating", "reason", "weight reason", "conclusion", "summary", "weights"],
)
def test_each_field_is_undone_and_done_again(review, library, slot, first, second):
    clock = Clock()
    history, slots = History(clock=clock), Slots(review)
    before = slot(slots).read()
    for value in (first, second):
        clock.now += timedelta(minutes=1)
        with history.step(slot(slots), "history.summary"):
            slot(slots).write(value)
    assert slot(slots).read() == second
    history.undo()
    assert slot(Slots(ReviewSession(library, review.interview_id))).read() == first
    history.undo()
    assert slot(slots).read() == before
    history.redo()
    history.redo()
    assert slot(slots).read() == second


def test_one_weight_moves_all_and_undo_brings_all_back(review):
    history, slots = History(), Slots(review)
    review.set_weights({"reasoning": 50})
    before = dict(review.weights)
    with history.step(slots.weights(), "history.weights_reset"):
        review.set_weights({"communication": 10})
    assert review.weights != before
    history.undo()
    assert review.weights == pytest.approx(before)


def test_another_assessors_screen_is_not_written_over(review, library):
    history, slots = History(), Slots(review)
    with history.step(slots.rating("reasoning"), "history.reason", name="x"):
        review.rate("reasoning", 7)
    ReviewSession(library, review.interview_id).rate("reasoning", 4)
    with pytest.raises(NotUndone):
        history.undo()
    assert review.assessment.ratings["reasoning"].score == 4


def test_a_comment_is_added_changed_moved_and_removed_back_and_forth(review, library):
    history, slots = History(), Slots(review)
    made = review.add_comment(12.5, "good")
    slot = slots.comment(made.id)
    history.made(slot, None, written(made), "history.summary")
    with history.step(slot, "history.summary"):
        review.edit_comment(made.id, "better", 20.0)
    with history.step(slot, "history.summary"):
        library.delete_comment(made.id)
    states = [(("better", 20.0)), ("good", 12.5), None]
    for state in states:
        history.undo()
        assert slot.read() == state
    for state in (*states[1::-1], None):
        history.redo()
        assert slot.read() == state
    actions = [line.action for line in library.audit(review.interview_id) if line.action.startswith("comment")]
    assert actions == [
        "commented", "comment_edited", "comment_deleted", "comment_restored", "comment_edited", "comment_deleted",
        "comment_restored", "comment_edited", "comment_deleted",
    ]  # fmt: skip
    assert set(library.comment_history(made.id)) == {"good", "better"}


def test_corrections_made_together_are_undone_by_inverses(review, library):
    history, slots = History(), Slots(review)
    made = [
        library.add_correction(review.interview_id, CorrectionKind.WORD, start, start + 1, "a", "b")
        for start in (1.0, 2.0)
    ]
    slot = slots.corrections(*(each.id for each in made))
    history.made(slot, False, True, *named.corrected(made)[:1], count="2")
    for wanted in ([], ["a"] * 2, [], ["a"] * 2):
        history.undo() if history.newest else history.redo()
        assert [each.before for each in in_force(library.corrections(review.interview_id))] == wanted
    kept = library.corrections(review.interview_id)
    assert len(kept) == 10
    assert [each.reverts for each in kept[2:4]] == [made[1].id, made[0].id]


def test_a_comment_that_somebody_else_changed_is_left(review, library):
    history, slots = History(), Slots(review)
    made = review.add_comment(3.0, "mine")
    history.made(slots.comment(made.id), None, written(made), "history.summary")
    library.edit_comment(made.id, "theirs")
    with pytest.raises(NotUndone):
        history.undo()
    assert [comment.text for comment in review.comments] == ["theirs"]


def test_after_signing_undo_makes_a_new_state_and_leaves_what_is_signed(review):
    history, slots = History(), Slots(review)
    for dimension in ("communication", "reasoning", "composure"):
        with history.step(slots.rating(dimension), "history.summary"):
            review.rate(dimension, 7)
    with history.step(slots.conclusion(), "history.summary"):
        review.conclude(Conclusion.HIRE)
    signed = review.sign()
    history.undo()
    assert review.assessment.signatures == (signed,)
    assert not review.is_signed()
    review.conclude(Conclusion.UNSURE)
    assert review.sign().revision == 2
    assert review.assessment.signatures[0] == signed


def test_redo_after_signing_is_what_was_signed(review):
    history, slots = History(), Slots(review)
    for dimension in ("communication", "reasoning", "composure"):
        review.rate(dimension, 7)
    with history.step(slots.conclusion(), "history.summary"):
        review.conclude(Conclusion.HIRE)
    review.sign()
    history.undo()
    history.redo()
    assert review.is_signed()


def test_what_people_wrote_is_shortened_in_names():
    assert named.shortened("two\nlines") == "two lines"
    assert len(named.shortened("x" * 100)) == named.LONGEST
    assert named.commented("added", "", 65.0) == ("history.bookmark_added", {"time": "01:05"})


def test_every_kind_of_correction_has_a_name(review, library):
    for kind in CorrectionKind:
        made = library.add_correction(review.interview_id, kind, 0.0, 1.0, "S1", "candidate")
        key, values = named.corrected([made])
        for language in text.LANGUAGES:
            assert text.tr_in(language, key, **values)
