"""Watches planned interviews: reminds before they begin, alerts when somebody is late, and remembers that it did.

All comparing is of moments in UTC, so that no change of daylight saving matters. What was told about a planned time is
kept in the library, so that a restart does not tell it again and a new time is told anew. The watch distrusts a clock
that has just been set: such a jump looks like a laptop that wakes, and nothing is told before two looks agree.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from app import text
from app.domain.people import ScheduleEvent, Told
from app.domain.types import Interview, InterviewStatus
from app.outgoing import Said, note_id, say, unsay_schedule
from app.pulled import InQuestion, on_its_clock, time_in_question
from app.schedule.zones import clock_time, spoken_time
from app.settings import SettingsFile
from app.store import Library
from sync.contract import NoteRole

LOOK_BACK = timedelta(hours=12)
"""Who did not come so long ago is not late any more; nor does a clock that is a day ahead raise every alarm."""
NOTED_WITHIN = timedelta(hours=1)
"""Who is noticed to be late so much after the alert's time, for the program was not running or the interview came from
the HR system only then, may have been here long ago: people are asked, and the HR system is told nothing unasked."""
JUMP_S = 90.0
"""So far the clock and the running time may drift apart between two looks."""
UNSAID = "in_question"
"""What an event says where nothing was sent: the time was in question, or it was noticed late."""
POSTPONED_BY = timedelta(minutes=15)
_GIVES_WAY = {
    NoteRole.LATE: (NoteRole.LATE,),
    NoteRole.ARRIVED: (NoteRole.LATE, NoteRole.ABSENT),
    NoteRole.POSTPONED: (NoteRole.LATE, NoteRole.POSTPONED),
    NoteRole.ABSENT: (NoteRole.LATE, NoteRole.ABSENT),
}
"""Notes that a newer one says better, where nobody has them yet."""
_ENDED = (Told.HIDDEN, Told.ABSENT, Told.ARRIVED, Told.CANCELLED)


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Late:
    """Somebody should have come. `minutes` = since the planned time; `telling` = it is told for the first time;
    `question` = the HR system says another time, and nobody has decided yet."""

    interview: Interview
    planned: datetime
    minutes: int
    telling: bool
    question: InQuestion | None = None

    @property
    def sentence(self) -> str:
        """Who is late, since when, on the interview's own clock."""
        told = text.tr(
            "schedule.late", name=self.interview.candidate.name, late=_long(self.minutes),
            time=clock_time(self.planned, self.interview.time_zone),
        )  # fmt: skip
        return _with_question(told, self.interview, self.question)


@dataclass(frozen=True, slots=True)
class Soon:
    """An interview is about to begin, in so many `minutes`; `question` as of who is late."""

    interview: Interview
    planned: datetime
    minutes: int
    question: InQuestion | None = None

    @property
    def sentence(self) -> str:
        """Who comes when, on the interview's own clock."""
        told = text.tr(
            "schedule.soon", name=self.interview.candidate.name, minutes=self.minutes,
            time=clock_time(self.planned, self.interview.time_zone),
        )  # fmt: skip
        return _with_question(told, self.interview, self.question)


def _long(minutes: int) -> str:
    """So many minutes in words, from an hour on as hours and minutes."""
    if minutes < 60:
        return text.tr("schedule.late_minutes", minutes=minutes)
    return text.tr("schedule.late_hours", hours=minutes // 60, minutes=minutes % 60)


def _with_question(told: str, interview: Interview, question: InQuestion | None) -> str:
    """A sentence that rests on a planned time, and that this time is in question."""
    if question is None:
        return told
    if question.theirs is None:
        return f"{told} {text.tr('schedule.no_time_there')}"
    return f"{told} {text.tr('schedule.other_time_there', time=on_its_clock(question.theirs, interview.time_zone))}"


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found: who is late, and who is to be reminded of now."""

    late: tuple[Late, ...] = ()
    soon: tuple[Soon, ...] = ()


class ScheduleWatch:
    """Looks at the planned interviews of one library. A library that is open read-only is watched by its writer."""

    def __init__(
        self,
        library: Library,
        settings: SettingsFile,
        clock: Callable[[], datetime] = now,
        running: Callable[[], float] = time.monotonic,
    ) -> None:
        self._library, self._settings = library, settings
        self._clock, self._running = clock, running
        self._last: tuple[datetime, float] | None = None

    def look(self) -> Look:
        """What is to be told now. Where it is news that somebody is late, the HR system gets a note, once."""
        at = self._clock()
        if self._library.read_only or not self._is_settled(at):
            return Look()
        values = self._settings.values
        late_after = timedelta(minutes=values.late_after_min)
        ahead = timedelta(minutes=values.remind_min)
        found = self._library.planned_between(at - LOOK_BACK, at + ahead)
        late = [self._late(interview, at) for interview in found if _planned(interview) + late_after <= at]
        soon = [self._soon(interview, at) for interview in found if _planned(interview) > at]
        return Look(tuple(filter(None, late)), tuple(filter(None, soon)))

    def _is_settled(self, at: datetime) -> bool:
        """Whether the clock went on as time did since the last look; the first look has nothing to compare with."""
        ran, last = self._running(), self._last
        self._last = at, ran
        return last is None or abs((at - last[0]).total_seconds() - (ran - last[1])) <= JUMP_S

    def _late(self, interview: Interview, at: datetime) -> Late | None:
        planned = _planned(interview)
        events = about(self._library.schedule_events(interview.id), planned)
        told = {event.action for event in events}
        if told & set(_ENDED):
            return None
        question = time_in_question(self._library, interview)
        late = Late(interview, planned, int((at - planned).total_seconds() // 60), Told.LATE not in told, question)
        is_news = at - planned <= timedelta(minutes=self._settings.values.late_after_min) + NOTED_WITHIN
        if question is None and is_news and not any(_is_noted(event) for event in events):
            self._tell(interview, Told.LATE, NoteRole.LATE, at, minutes=late.minutes)
        elif late.telling:
            with self._library.session() as session:
                body = {"minutes": late.minutes, UNSAID: True}
                self._library.add_schedule_event(session, interview.id, Told.LATE, planned, body)
        return late

    def _soon(self, interview: Interview, at: datetime) -> Soon | None:
        planned = _planned(interview)
        events = about(self._library.schedule_events(interview.id), planned)
        if Told.REMINDED in {event.action for event in events}:
            return None
        with self._library.session() as session:
            self._library.add_schedule_event(session, interview.id, Told.REMINDED, planned, {})
        minutes = -int((at - planned).total_seconds() // 60)
        return Soon(interview, planned, minutes, time_in_question(self._library, interview))

    # What a person says about it

    def arrived(self, interview_id: str) -> None:
        """The candidate is there: the interview begins."""
        at, interview = self._clock(), self._library.interview(interview_id)
        planned = interview.scheduled_at
        with self._library.together():
            if planned is not None:
                self._tell(interview, Told.ARRIVED, NoteRole.ARRIVED, at, minutes=_minutes(planned, at))
            self._library.set_status(interview_id, InterviewStatus.IN_PROGRESS)

    def postpone(self, interview_id: str) -> None:
        """It begins a quarter of an hour later, counted from now where the planned time has passed."""
        at, interview = self._clock(), self._library.interview(interview_id)
        new = max(_planned(interview), at.replace(second=0, microsecond=0)) + POSTPONED_BY
        with self._library.together():
            self._tell(interview, Told.POSTPONED, NoteRole.POSTPONED, at, new=new.isoformat(timespec="seconds"))
            self._library.save_interview(replace(interview, scheduled_at=new))

    def absent(self, interview_id: str, words: str) -> None:
        """The candidate did not come; `words` = what is known of it, may be empty."""
        self._tell(self._library.interview(interview_id), Told.ABSENT, NoteRole.ABSENT, self._clock(), words=words)

    def hide(self, interview_id: str) -> None:
        """Nobody wants to hear of this planned time any more."""
        interview = self._library.interview(interview_id)
        with self._library.session() as session:
            self._library.add_schedule_event(session, interview_id, Told.HIDDEN, _planned(interview), {})

    def _tell(self, interview: Interview, action: Told, role: NoteRole, at: datetime, **body: str | int) -> None:
        """Remember it and say it to the HR system, in one transaction. A note that nobody has yet gives way to it."""
        planned = _planned(interview)
        with self._library.together(), self._library.session() as session:
            self._library.add_schedule_event(session, interview.id, action, planned, body)
            unsay_schedule(session, interview, *_GIVES_WAY[role])
            external_id = note_id(interview, role, _key(planned), _meant(body))
            say(session, interview, self._said(interview, role, external_id, at, body))

    def _said(
        self, interview: Interview, role: NoteRole, external_id: str, at: datetime, body: dict[str, str | int]
    ) -> Said:
        planned = _planned(interview)
        texts = {language: _sentence(interview, role, body, language) for language in text.LANGUAGES}
        details = {"planned": planned.isoformat(timespec="seconds"), "time_zone": interview.time_zone, **body}
        return Said(external_id, role, at, self._library.given_name, texts, details)


def _sentence(interview: Interview, role: NoteRole, body: dict[str, str | int], language: str) -> str:
    """What a note says, in one language, with times as people read them."""
    zone, new = interview.time_zone, body.get("new")
    time = spoken_time(datetime.fromisoformat(str(new)), zone, language) if new else ""
    words = {"minutes": 0, "words": ""} | body | {"planned": spoken_time(_planned(interview), zone, language)}
    return text.tr_in(language, f"schedule.note_{role}", time=time, **words).strip()


def _is_noted(event: ScheduleEvent) -> bool:
    """Whether it was told that somebody is late so that HR heard of it."""
    return event.action is Told.LATE and not event.body.get(UNSAID)


def _key(planned: datetime) -> str:
    return planned.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _meant(body: dict[str, str | int]) -> str:
    """What tells two notes of one kind about one planned time apart: the new time, the words; "" = nothing does."""
    if "new" in body:
        return _key(datetime.fromisoformat(str(body["new"])))
    words = str(body.get("words", ""))
    return hashlib.sha256(words.encode()).hexdigest()[:8] if words else ""


def about(events: tuple[ScheduleEvent, ...], planned: datetime) -> tuple[ScheduleEvent, ...]:
    """Of these events those about one planned time."""
    return tuple(event for event in events if event.planned == planned)


def _planned(interview: Interview) -> datetime:
    assert interview.scheduled_at is not None
    return interview.scheduled_at


def _minutes(planned: datetime, at: datetime) -> int:
    return max(0, int((at - planned).total_seconds() // 60))
