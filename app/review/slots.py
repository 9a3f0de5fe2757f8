"""What of a review can be undone: each thing that a person sets, as a slot of `app.review.history`.

A new field of the assessment is one method of one line, by `of_assessment`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from app.domain.types import Assessment, Comment, Conclusion
from app.review.corrections import in_force
from app.review.history import Part, Slot, never
from app.review.session import ReviewSession

T = TypeVar("T")
Written = tuple[str, float | None]
"""A comment's words and its time (s)."""


class Slots:
    """The slots of one review. They read from the library, so that what somebody else changed is seen."""

    def __init__(self, session: ReviewSession) -> None:
        self._session = session

    def of_assessment(
        self, name: str, read: Callable[[Assessment], T], write: Callable[[T], object],
        *, subject: str = "", joins: Callable[[T, T], bool] = never,
    ) -> Slot[T]:  # fmt: skip
        """Something that stands in the assessment."""
        return Slot(name, lambda: read(self._session.read_assessment()), write, subject=subject, joins=joins)

    def rating(self, dimension_id: str) -> Slot[float | None]:
        """The rating of a dimension; writing None takes it back."""

        def read(assessment: Assessment) -> float | None:
            rating = assessment.ratings.get(dimension_id)
            return rating.score if rating else None

        def write(score: float | None) -> None:
            self._session.rate(dimension_id, score)

        return self.of_assessment(f"rating {dimension_id}", read, write, subject=dimension_id, joins=is_ten)

    def reason(self, dimension_id: str) -> Slot[str]:
        """The reason for a rating."""

        def read(assessment: Assessment) -> str:
            rating = assessment.ratings.get(dimension_id)
            return rating.comment if rating else ""

        def write(words: str) -> None:
            self._session.comment_on(dimension_id, words)

        return self.of_assessment(f"reason {dimension_id}", read, write, subject=dimension_id)

    def weights(self) -> Slot[dict[str, float]]:
        """All weights that differ from the template's: one that moves moves the others."""
        return self.of_assessment("weights", lambda a: dict(a.weights), self._session.restore_weights, joins=always)

    def weight_reason(self) -> Slot[str]:
        """Why weights differ."""
        return self.of_assessment("weight reason", lambda a: a.weight_reason, self._session.set_weight_reason)

    def conclusion(self) -> Slot[Conclusion | None]:
        """The recommendation."""
        return self.of_assessment("conclusion", lambda a: a.conclusion, self._session.conclude)

    def summary(self) -> Slot[str]:
        """The closing words."""
        return self.of_assessment("summary", lambda a: a.summary, self._session.set_summary)

    def strengths(self) -> Slot[str]:
        """What speaks for the candidate."""
        write = self._session.set_strengths
        return self.of_assessment("strengths", lambda a: a.strengths, write, subject="strengths")

    def to_improve(self) -> Slot[str]:
        """What the candidate could do better."""
        write = self._session.set_to_improve
        return self.of_assessment("to improve", lambda a: a.to_improve, write, subject="to_improve")

    def question(self, question: str) -> Slot[float | None]:
        """The rating of a question of the kit; writing None takes it back."""

        def read(assessment: Assessment) -> float | None:
            rating = assessment.questions.get(question)
            return rating.score if rating else None

        def write(score: float | None) -> None:
            self._session.rate_question(question, score)

        return self.of_assessment(f"question {question}", read, write, subject=question, joins=is_ten)

    def question_note(self, question: str) -> Slot[str]:
        """The note on a question of the kit."""

        def read(assessment: Assessment) -> str:
            rating = assessment.questions.get(question)
            return rating.comment if rating else ""

        def write(words: str) -> None:
            self._session.comment_on_question(question, words)

        return self.of_assessment(f"note {question}", read, write, subject=question)

    def comment_dimension(self, comment_id: str) -> Slot[str | None]:
        """The dimension that a comment speaks of."""

        def read() -> str | None:
            return self._session.library.comment(comment_id).dimension_id

        def write(dimension_id: str | None) -> None:
            self._session.tag_comment(comment_id, dimension_id)

        return Slot(f"dimension of {comment_id}", read, write, Part.COMMENTS, comment_id)

    def comment(self, comment_id: str) -> Slot[Written | None]:
        """A comment or bookmark; None = removed. Its history stays in the library whatever is undone."""
        library = self._session.library

        def read() -> Written | None:
            kept = next((each for each in self._session.comments if each.id == comment_id), None)
            return written(kept) if kept else None

        def write(wanted: Written | None) -> None:
            if wanted is None:
                library.delete_comment(comment_id)
                return
            held = read() or written(library.restore_comment(comment_id))
            if held != wanted:
                library.edit_comment(comment_id, wanted[0], time_s=wanted[1])

        return Slot(f"comment {comment_id}", read, write, Part.COMMENTS, comment_id)

    def corrections(self, *ids: str, undone_by: Sequence[str] = ()) -> Slot[bool]:
        """Whether corrections that were made together hold. Undoing appends their inverses, redoing those of them.

        `undone_by`: the inverses in force, where they were undone before.
        """
        library, interview_id = self._session.library, self._session.interview_id
        inverses: list[str] = [*undone_by]

        def read() -> bool:
            held = {correction.id for correction in in_force(library.corrections(interview_id))}
            return held.issuperset(ids)

        def write(hold: bool) -> None:
            undoing = inverses if hold else ids
            inverses[:] = [library.revert_correction(each).id for each in reversed(undoing)]

        return Slot(f"corrections {' '.join(ids)}", read, write, Part.WORDS)


def always(_before: object, _after: object) -> bool:
    """Of a slot that is moved: every step goes on with the one before."""
    return True


def is_ten(before: float | None, after: float | None) -> bool:
    """Whether a rating may be the second digit of a ten."""
    return before == 1 and after == 10


def written(comment: Comment) -> Written:
    """What of a comment a person wrote; times to the millisecond."""
    return comment.text, None if comment.time_s is None else round(comment.time_s, 3)
