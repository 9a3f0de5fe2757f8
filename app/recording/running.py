"""A structured interview while it is held: the kit's questions one by one, each with its time, and all that is marked.

What stands follows from the marks alone, so that after a crash the same marks give the same standing. `Running` adds
to them: each mark is kept before it counts. All times are the recording's own, in seconds; its pauses are left out, so
a timer rests while the recording does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from app.domain.kit import LONGEST_S, MANY, SILENT, Answers, Kit, Manner
from app.domain.marks import Mark, MarkKind

WARN_S, WARN_SHORT_S, LONG_S = 120.0, 30.0, 240.0
"""A question of `LONG_S` or more warns two minutes before its end, a shorter one half a minute."""
USUAL_S = 300.0
_WRITTEN = re.compile(r"[（(]\s*(\d{1,3})\s*(分钟|分|minutes?|mins?|min\.?)\s*[）)]\s*$", re.IGNORECASE)

Keep = Callable[[MarkKind, float, dict[str, Any]], Mark]


class Prompt(StrEnum):
    """What the candidate may be shown for encouragement; texts `record.prompt_<name>`."""

    CALM = "calm"
    TIME = "time"
    MORE = "more"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Planned:
    """A question of the kit with the time (s) that is meant for it, its answer included, how it is answered, and how
    often it may be taken again."""

    text: str
    seconds: float
    answers: Answers = Answers.SPEECH
    retakes: int = MANY


@dataclass(frozen=True, slots=True)
class Take:
    """One asking of a question. `end` None = it still goes on; `used` False = it was taken again."""

    number: int
    take: int
    text: str
    start: float
    end: float | None = None
    used: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an interview stands. `current` is the take that goes on; `answers` are written ones by question and take;
    `scores` by question."""

    begun: bool = False
    ended: bool = False
    paused: bool = False
    takes: tuple[Take, ...] = ()
    scores: dict[int, float] = field(default_factory=dict)
    answers: dict[tuple[int, int], str] = field(default_factory=dict)
    markers: int = 0
    notes: tuple[tuple[float, str], ...] = ()
    prompt: tuple[float, str] | None = None
    consent_at_s: float | None = None
    last_s: float = 0.0

    @property
    def current(self) -> Take | None:
        """The take that goes on."""
        return self.takes[-1] if self.takes and self.takes[-1].end is None and not self.ended else None

    @property
    def asked(self) -> frozenset[int]:
        """The numbers of the questions that were asked."""
        return frozenset(take.number for take in self.takes)


def planned(questions: Iterable[str], usual: Manner, kit: Kit = SILENT) -> tuple[Planned, ...]:
    """The kit's questions as they are put: as the kit says of each, then by the time at its end ("… (5 min)",
    "……（5分钟）"), then as the kit says of all, else as is `usual` here."""
    return tuple(_planned(words, kit.of(words).over(Manner(written_time(words))).over(kit.usual).over(usual))
                 for words in questions)  # fmt: skip


def _planned(words: str, manner: Manner) -> Planned:
    retakes = MANY if manner.retakes is None else manner.retakes
    return Planned(words, manner.seconds or USUAL_S, manner.answers or Answers.SPEECH, retakes)


def written_time(question: str) -> float | None:
    """The time (s) that stands at the end of a question; None where none does."""
    found = _WRITTEN.search(question)
    return min(LONGEST_S, int(found[1]) * 60.0) or None if found else None


def warn_at(seconds: float) -> float:
    """So many seconds before its end a question's time is said to run out."""
    return WARN_S if seconds >= LONG_S else min(WARN_SHORT_S, seconds / 2)


def standing(marks: Iterable[Mark]) -> Standing:
    """What stands after these marks."""
    now = Standing()
    for mark in marks:
        now = after(now, mark)
    return now


def after(now: Standing, mark: Mark) -> Standing:
    """What stands after one more mark."""
    body, at = mark.body, mark.at_s
    now = replace(now, last_s=max(now.last_s, at))
    match mark.kind:
        case MarkKind.BEGUN:
            return _begun(now, mark)
        case MarkKind.QUESTION:
            new = Take(body["number"], body["take"], body["text"], at)
            earlier = tuple(_superseded(each, new) for each in _closed(now.takes, at))
            return replace(now, takes=(*earlier, new))
        case MarkKind.ANSWERED:
            return replace(now, takes=_closed(now.takes, at))
        case MarkKind.PAUSED | MarkKind.RESUMED:
            return replace(now, paused=mark.kind is MarkKind.PAUSED)
        case MarkKind.MARKER:
            return replace(now, markers=now.markers + 1)
        case MarkKind.NOTE:
            return replace(now, notes=(*now.notes, (at, body["text"])))
        case MarkKind.RATED:
            others = {number: score for number, score in now.scores.items() if number != body["number"]}
            return replace(now, scores=others if body["score"] is None else others | {body["number"]: body["score"]})
        case MarkKind.TEXT:
            return replace(now, answers=now.answers | {(body["number"], body["take"]): body["text"]})
        case MarkKind.PROMPTED:
            return replace(now, prompt=(at, body["prompt"]))
        case MarkKind.CONSENT:
            return replace(now, consent_at_s=at)
        case MarkKind.ENDED:
            return replace(now, ended=True, paused=False, takes=_closed(now.takes, at))
        case _:
            return now


def _begun(now: Standing, mark: Mark) -> Standing:
    """A recording that begins has a time of its own: what was marked for one that came to nothing is not in it. One
    that goes on with an earlier one has its time."""
    anew = replace(now, begun=True, ended=False, paused=False)
    if mark.body.get("recorded") and not mark.body.get("goes_on"):
        return replace(anew, takes=(), consent_at_s=None, last_s=mark.at_s)
    return replace(anew, takes=_closed(now.takes, mark.at_s))


def _closed(takes: tuple[Take, ...], at: float) -> tuple[Take, ...]:
    """The same, with the one that goes on ended."""
    if not takes or takes[-1].end is not None:
        return takes
    return (*takes[:-1], replace(takes[-1], end=max(at, takes[-1].start)))


def _superseded(earlier: Take, new: Take) -> Take:
    return replace(earlier, used=False) if (earlier.number, earlier.used) == (new.number, True) and (
        earlier.take < new.take
    ) else earlier  # fmt: skip


class Running:
    """Holds one interview. `keep` writes a mark down before it counts; `clock` gives the recording's time (s)."""

    def __init__(
        self, kit: Sequence[Planned], keep: Keep, clock: Callable[[], float], marks: Iterable[Mark] = ()
    ) -> None:
        self.kit = tuple(kit)
        self._keep, self._clock = keep, clock
        self.now = standing(marks)
        self._began = False

    # What goes on

    def begin(
        self, kinds: Sequence[str], *, goes_on: bool = False, sources: Sequence[tuple[str, str]] = (),
        modalities: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """The interview begins, or goes on after it was cut off; these kinds are recorded, from these sources (role and
        name), and these modalities are agreed to. Once."""
        if not self._began:
            self._began = True
            questions = [asdict(each) for each in self.kit]
            told = [{"role": str(role), "name": name} for role, name in sources]
            self._add(
                MarkKind.BEGUN, questions=questions, recorded=list(kinds), goes_on=goes_on, sources=told,
                modalities=list(modalities),
            )  # fmt: skip

    def next(self) -> bool:
        """Ask the question after the present one; after the last one none goes on. Whether anything changed."""
        if not self._is_going():
            return False
        current = self.now.current
        number = 0 if not self.now.takes else self.now.takes[-1].number + 1
        if number < len(self.kit):
            self._ask(number, self._take_of(number))
            return True
        if current is not None:
            self._add(MarkKind.ANSWERED, number=current.number, take=current.take)
        return current is not None

    def has_more(self) -> bool:
        """Whether the kit has a question after the one that was asked last."""
        return not self.now.takes or self.now.takes[-1].number + 1 < len(self.kit)

    def back(self) -> bool:
        """Ask the question before the one that was asked last, once more."""
        return bool(self.now.takes) and self.go(self.now.takes[-1].number - (1 if self.now.current else 0))

    def go(self, number: int) -> bool:
        """Ask any question of the kit; one that was asked before goes on with the same take."""
        current = self.now.current
        if not self._is_going() or not 0 <= number < len(self.kit) or (current and current.number == number):
            return False
        self._ask(number, self._take_of(number))
        return True

    def retake(self) -> bool:
        """Ask the present question anew: what was answered so far does not count."""
        current = self.now.current
        if not self.may_retake() or current is None:
            return False
        self._ask(current.number, current.take + 1)
        return True

    def may_retake(self) -> bool:
        """Whether a question goes on that may be taken again."""
        return self._is_going() and self.retakes_left() > 0

    def retakes_left(self) -> int:
        """How often the present question may still be taken again; 0 where none goes on."""
        current = self.now.current
        return max(0, self.kit[current.number].retakes - current.take + 1) if current is not None else 0

    def answers(self) -> Answers:
        """How the present question is answered; between questions, whether any is answered in writing."""
        current = self.now.current
        if current is not None:
            return self.kit[current.number].answers
        return next((each.answers for each in self.kit if each.answers is not Answers.SPEECH), Answers.SPEECH)

    def pause(self) -> bool:
        """The recording rests, even where the mark cannot be kept. Whether anything changed."""
        if not self._is_going() or self.now.paused:
            return False
        try:
            self._add(MarkKind.PAUSED)
        finally:
            self.now = replace(self.now, paused=True)
        return True

    def resume(self) -> bool:
        """It goes on; where the mark cannot be kept it rests still."""
        if not self._is_going() or not self.now.paused:
            return False
        self._add(MarkKind.RESUMED)
        return True

    def end(self) -> None:
        """The interview is over; once."""
        if self._is_going():
            self._add(MarkKind.ENDED)

    # What is marked

    def mark(self) -> None:
        """This moment is worth a second look."""
        self._add(MarkKind.MARKER)

    def note(self, words: str, at_s: float | None = None) -> bool:
        """What the interviewer writes, at the time at which the writing began."""
        if not words.strip():
            return False
        self._add(MarkKind.NOTE, at_s, text=words.strip())
        return True

    def rate(self, score: float | None) -> Planned | None:
        """Rate the question that was asked last, 0-10, or None = not rated after all; the question, None where none was
        asked yet."""
        take = self.now.takes[-1] if self.now.takes else None
        if take is None or (score is not None and not 0 <= score <= 10):
            return None
        kept = None if score is None else float(score)
        self._add(MarkKind.RATED, number=take.number, text=take.text, score=kept)
        return Planned(take.text, 0.0)

    def answer(self, words: str) -> bool:
        """The candidate's written answer to the present question as it stands now. Whether anything changed."""
        body = self.answer_body(words)
        if body is not None:
            self._add(MarkKind.TEXT, **body)
        return body is not None

    def answer_body(self, words: str) -> dict[str, Any] | None:
        """What the mark of a written answer to the present question has; None where that is kept already."""
        current = self.now.current
        if current is None or self.answers() is Answers.SPEECH:
            return None
        if self.now.answers.get((current.number, current.take), "") == words:
            return None
        return {"number": current.number, "take": current.take, "question": current.text, "text": words}

    def prompt(self, prompt: Prompt) -> None:
        """The candidate is shown a word of encouragement."""
        self._add(MarkKind.PROMPTED, prompt=str(prompt))

    def consent_said(self, kinds: Sequence[str], modalities: Sequence[str]) -> None:
        """The candidate said aloud what is agreed to."""
        self._add(MarkKind.CONSENT, kinds=list(kinds), modalities=list(modalities))

    def withdrawn(self, kinds: Sequence[str], modalities: Sequence[str]) -> None:
        """The candidate took something back; these are still agreed to."""
        self._add(MarkKind.WITHDRAWN, kinds=list(kinds), modalities=list(modalities))

    # How long

    @property
    def total(self) -> float:
        """The time (s) of the whole kit."""
        return sum(each.seconds for each in self.kit)

    def spent(self) -> float | None:
        """Seconds since the present question was asked; None where none goes on."""
        current = self.now.current
        return None if current is None else max(0.0, self._clock() - current.start)

    def left(self) -> float | None:
        """Seconds that are left for the present question, below 0 once they are over."""
        current, spent = self.now.current, self.spent()
        return None if current is None or spent is None else self._seconds(current.number) - spent

    def is_late(self) -> bool:
        """Whether the present question's time runs out soon, or has."""
        current, left = self.now.current, self.left()
        return current is not None and left is not None and left <= warn_at(self._seconds(current.number))

    def _seconds(self, number: int) -> float:
        return self.kit[number].seconds if number < len(self.kit) else 0.0

    def _take_of(self, number: int) -> int:
        return max((take.take for take in self.now.takes if take.number == number), default=1)

    def _ask(self, number: int, take: int) -> None:
        self._add(MarkKind.QUESTION, number=number, take=take, text=self.kit[number].text)

    def _is_going(self) -> bool:
        return self.now.begun and not self.now.ended

    def _add(self, kind: MarkKind, at_s: float | None = None, **body: Any) -> None:
        at = self._clock() if at_s is None else at_s
        self.now = after(self.now, self._keep(kind, round(at, 3), body))
