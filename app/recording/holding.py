"""An interview of the library while it is held: each mark is kept with what follows from it, in one transaction.

A marker becomes a bookmark and a note a comment, a quick rating the rating of the kit's question, a take that is
repeated a comment on its stretch; the beginning moves the interview to "in progress", the end to "to review".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from analysis.request import Asked
from app.domain.kit import MANY, Answers, Manner
from app.domain.marks import Mark, MarkKind
from app.domain.types import Interview, InterviewStatus, Told, ToldCode
from app.recording.running import Keep, Planned, Running, Standing, Take, planned, standing
from app.settings import Settings

if TYPE_CHECKING:
    from app.store.library import Library

_MOVES = {MarkKind.BEGUN: InterviewStatus.IN_PROGRESS, MarkKind.ENDED: InterviewStatus.TO_REVIEW}


def held(library: Library, interview: Interview, settings: Settings, clock: Callable[[], float]) -> Running:
    """The interview as it stands; one that was cut off goes on from its marks, and with the kit that it began with."""
    marks, usual = library.marks(interview.id), usual_here(settings)
    position = interview.position
    kit = begun_with(marks, usual) or (planned(position.questions, usual, position.kit) if position else ())
    return Running(kit, keeper(library, interview.id), clock, marks)


def usual_here(settings: Settings) -> Manner:
    """What is set for this workstation's interviews: what a kit does not say."""
    answers = settings.answers if settings.answers in tuple(Answers) else Answers.SPEECH
    return Manner(float(settings.question_s), Answers(answers), MANY if settings.retake else 0)


def begun_with(marks: Sequence[Mark], usual: Manner) -> tuple[Planned, ...]:
    """The kit as it was when the interview began; none where none of its questions was asked yet."""
    begun = [mark for mark in marks if mark.kind is MarkKind.BEGUN]
    if not begun or all(mark.kind is not MarkKind.QUESTION for mark in marks):
        return ()
    return tuple(
        Planned(each["text"], each["seconds"], Answers(each.get("answers", usual.answers)),
                each.get("retakes", usual.retakes))
        for each in begun[-1].body["questions"]
    )  # fmt: skip


def keeper(library: Library, interview_id: str) -> Keep:
    """What writes marks down, with all that follows from each."""

    def keep(kind: MarkKind, at_s: float, body: dict[str, Any]) -> Mark:
        with library.together():
            before = standing(library.marks(interview_id)) if kind is MarkKind.QUESTION else None
            mark = library.add_mark(interview_id, kind, at_s, body)
            _follow(library, mark, before)
        return mark

    return keep


def _follow(library: Library, mark: Mark, before: Standing | None) -> None:
    interview_id, body = mark.interview_id, mark.body
    if mark.kind in _MOVES:
        with library.session() as session:
            library.move_in(session, interview_id, _MOVES[mark.kind])
    elif mark.kind is MarkKind.MARKER:
        library.add_comment(interview_id, mark.at_s, "", bookmark=True)
    elif mark.kind is MarkKind.NOTE:
        library.add_comment(interview_id, mark.at_s, body["text"])
    elif mark.kind is MarkKind.RATED:
        library.rate_question(interview_id, body["text"], body["score"])
    elif before is not None and before.current is not None and body["take"] > before.current.take:
        start = before.current.start
        told = Told(ToldCode.RETAKEN, before.current.text)
        library.add_comment(interview_id, start, "", end_s=mark.at_s if mark.at_s > start else None, told=told)


def takes_of(library: Library, interview_id: str) -> tuple[Take, ...]:
    """What was asked when in the interview's recording; none where the interview was held without one."""
    return standing(_in_the_recording(library.marks(interview_id))).takes


def _in_the_recording(marks: Iterable[Mark]) -> list[Mark]:
    """Those made while it was recorded. Where a sitting without a recording had none to go on with, what was recorded
    before came to nothing."""
    kept: list[Mark] = []
    recorded = False
    for mark in marks:
        if mark.kind is MarkKind.BEGUN:
            recorded = bool(mark.body.get("recorded"))
            if not recorded and not mark.body.get("goes_on"):
                kept.clear()
        if recorded:
            kept.append(mark)
    return kept


def said_aloud(library: Library, interview_id: str) -> tuple[Mark, ...]:
    """When, in the interview's recording, the candidate said the consent aloud."""
    kept = _in_the_recording(library.marks(interview_id))
    return tuple(mark for mark in kept if mark.kind is MarkKind.CONSENT)


def asked_of(library: Library, interview: Interview) -> tuple[Asked, ...]:
    """The same as an analysis is given it, each question with its id in the kit as it is now."""
    kit = interview.position.questions if interview.position else ()
    ids = {words: f"q{number}" for number, words in enumerate(kit, start=1)}
    takes = takes_of(library, interview.id)
    duration = interview.media.duration_s if interview.media else None
    latest = max([duration or 0.0, *(take.end or take.start for take in takes)])
    return tuple(
        Asked(ids.get(take.text, ""), take.text, take.start, latest if take.end is None else take.end, take.used)
        for take in takes
    )


def written_answers(library: Library, interview_id: str) -> tuple[tuple[Take, str], ...]:
    """What the candidate wrote, with the take that it answers, in the order of the questions' first asking.

    Of takes of one question without anything written there is none.
    """
    now = standing(library.marks(interview_id))
    found: dict[tuple[int, int], Take] = {}
    for take in now.takes:
        found.setdefault((take.number, take.take), take)
    return tuple((take, now.answers[key]) for key, take in found.items() if now.answers.get(key, "").strip())
