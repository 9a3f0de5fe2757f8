"""What was done in a review, newest last, so that it can be undone and done again. Pure: knows no library, no screen.

A *slot* is one thing that a person sets: how it is read, and how it is written. A method becomes a step by one line:

    with self.history.step(self._slots.rating(dimension_id), "history.rating", name=title, score=score):
        self._session.rate(dimension_id, score)

The step knows what the slot held before and after; where that is the same, nothing was done. Undo writes the one and
redo the other, as a change of its own: what the library appends (audit, corrections, history of comments) it goes on
appending. Both look first. A slot that holds something else by then was changed by somebody else: nothing is written
over, the step is forgotten, and `NotUndone` says so.

A new kind of slot is a method of `app.review.slots.Slots`; the text key names the step in a sentence ("rating of
Teamwork 7"), with arguments that are words or functions giving them in the language in use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from app import text
from app.failures import NotFound, NotUndone, Stale, WeightsLocked

T = TypeVar("T")
Words = str | Callable[[], str]
JOIN_WITHIN = timedelta(seconds=1)
"""Steps that join are one where they follow each other this quickly: a slider moved by a held key, a typed ten."""
_GONE = (Stale, NotFound, WeightsLocked)


class Part(StrEnum):
    """What of a review a slot belongs to, so that a screen shows only that anew."""

    WORDS = "words"
    SCORES = "scores"
    COMMENTS = "comments"


def never(_before: object, _after: object) -> bool:
    """Of a slot whose steps each stand for themselves."""
    return False


@dataclass(frozen=True, slots=True)
class Slot(Generic[T]):
    """One thing that a person sets. `name` is its own; `subject` what it is about, or "": a dimension, a comment, a
    question, a field.

    `read` gives what it holds now, also what somebody else wrote; `write` saves, and raises known failures only.
    `joins` tells of a step, by what was there before and after, whether it goes on with the one before it.
    """

    name: str
    read: Callable[[], T]
    write: Callable[[T], object]
    part: Part = Part.SCORES
    subject: str = ""
    joins: Callable[[T, T], bool] = never


@dataclass(frozen=True, slots=True)
class Step:
    """A change of one slot from `before` to `after`, named by a text and its arguments, at a time (UTC)."""

    slot: Slot[Any]
    before: Any
    after: Any
    key: str
    values: dict[str, Words]
    at: datetime

    @property
    def text(self) -> str:
        """What was done, in the language in use."""
        said = {name: value if isinstance(value, str) else value() for name, value in self.values.items()}
        return text.tr(self.key, **said)


def utc_now() -> datetime:
    """The present."""
    return datetime.now(UTC)


class History:
    """One order over steps of every kind. From before: `earlier` = what can be undone, `undone` = what can be done
    again, each with what comes first at its end.
    """

    def __init__(
        self, earlier: Iterable[Step] = (), clock: Callable[[], datetime] = utc_now, *, undone: Iterable[Step] = ()
    ) -> None:
        self._done: list[Step] = list(earlier)
        self._undone: list[Step] = list(undone)
        self._clock = clock

    @contextmanager
    def step(self, slot: Slot[Any], key: str, /, **values: Words) -> Iterator[None]:
        """Whatever is done to the slot inside is one step; a failure inside makes none."""
        before = slot.read()
        yield
        self.made(slot, before, slot.read(), key, **values)

    def made(self, slot: Slot[Any], before: Any, after: Any, key: str, /, **values: Words) -> None:
        """Remember what was done already: of a slot that came to be by it (a new comment)."""
        if before == after:
            return
        step = Step(slot, before, after, key, values, self._clock())
        if self._goes_on(step):
            step = replace(step, before=self._done.pop().before)
        if step.before != step.after:
            self._done.append(step)
        self._undone.clear()

    def _goes_on(self, step: Step) -> bool:
        if not self._done or self._undone or not step.slot.joins(step.before, step.after):
            return False
        newest = self._done[-1]
        close = step.at - newest.at <= JOIN_WITHIN
        return close and newest.slot.name == step.slot.name and newest.after == step.before

    @property
    def newest(self) -> Step | None:
        """What undo would undo."""
        return self._done[-1] if self._done else None

    @property
    def undone(self) -> Step | None:
        """What redo would do again."""
        return self._undone[-1] if self._undone else None

    def undo(self) -> Step | None:
        """Undo the newest step, and give it; None where there is none. Raises NotUndone, WeightsLocked, NotFound.

        After these the step is forgotten; after any other failure (the disk is full) it can be tried again.
        """
        step = self.newest
        if step is not None:
            self._move(self._done, step, step.after, step.before)
            self._undone.append(step)
        return step

    def redo(self) -> Step | None:
        """Do the step again that was undone last. Raises as `undo`."""
        step = self.undone
        if step is not None:
            self._move(self._undone, step, step.before, step.after)
            self._done.append(step)
        return step

    @staticmethod
    def _move(steps: list[Step], step: Step, expected: object, wanted: object) -> None:
        try:
            if step.slot.read() != expected:
                raise NotUndone(what=step.text)
            step.slot.write(wanted)
        except _GONE:
            steps.pop()
            raise
        steps.pop()
