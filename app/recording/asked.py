"""How an interview was held, as its marks tell it afterwards: what was asked, answered in writing, and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.marks import MarkKind
from app.recording.consent import was_asked
from app.recording.holding import takes_of
from app.recording.running import Standing, Take, standing

if TYPE_CHECKING:
    from app.store.library import Library


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question that was asked. `spans` = when (s, s) in the interview's own time, of takes that count; `at_s` = when
    in its recording, None where that has no such moment; `written` = the written answer, "" for none."""

    text: str
    spans: tuple[tuple[float, float], ...]
    at_s: float | None = None
    written: str = ""

    def holds(self, time_s: float) -> bool:
        """Whether a moment of the interview belongs to this question."""
        return any(start <= time_s < end for start, end in self.spans)


@dataclass(frozen=True, slots=True)
class HeldInterview:
    """The questions in the order in which they were asked first. `held` False: nothing was marked here.

    `unrecorded`: it was held and there is no recording, nor will one come by itself; `refused`: because the candidate
    agreed to none.
    """

    held: bool = False
    unrecorded: bool = False
    refused: bool = False
    questions: tuple[AskedQuestion, ...] = ()

    def question(self, words: str) -> AskedQuestion | None:
        """The question of these words, where it was asked."""
        return next((each for each in self.questions if each.text == words), None)

    def at(self, time_s: float) -> AskedQuestion | None:
        """The question that a moment of the interview belongs to."""
        return next((each for each in self.questions if each.holds(time_s)), None)


def held_interview(library: Library, interview_id: str) -> HeldInterview:
    """What the marks of an interview tell. Raises NotFound."""
    marks, consent = library.marks(interview_id), library.consent(interview_id)
    now = standing(marks)
    recorded = any(mark.body.get("recorded") for mark in marks if mark.kind is MarkKind.BEGUN)
    moments: dict[str, float] = {}
    for take in takes_of(library, interview_id):
        if take.used:
            moments.setdefault(take.text, take.start)
    unrecorded = now.begun and not recorded and library.interview(interview_id).media is None
    refused = unrecorded and consent is not None and was_asked(consent) and not consent.kinds
    return HeldInterview(now.begun, unrecorded, refused, _questions(now, moments))


def _questions(now: Standing, moments: dict[str, float]) -> tuple[AskedQuestion, ...]:
    counted: dict[str, list[Take]] = {}
    for take in now.takes:
        if take.used:
            counted.setdefault(take.text, []).append(take)
    return tuple(
        AskedQuestion(
            words,
            tuple((take.start, now.last_s if take.end is None else take.end) for take in takes),
            moments.get(words),
            _written(now, takes),
        )
        for words, takes in counted.items()
    )


def _written(now: Standing, takes: list[Take]) -> str:
    answers = dict.fromkeys(now.answers.get((take.number, take.take), "").strip() for take in takes)
    return "\n".join(filter(None, answers))
