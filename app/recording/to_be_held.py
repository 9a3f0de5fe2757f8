"""The interviews that can be held: planned ones, those in progress without a recording, and those that were cut off.

There may be thousands: of each group a page is read, and how many there are. For any thread.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from app.domain.types import Interview, InterviewOrder, InterviewQuery, InterviewStatus
from app.store.searching import folded

if TYPE_CHECKING:
    from app.store.library import Library

PAGE = 40
"""So many of a group are listed; more than that are searched for."""
GROUPS = ("cut", "today", "going", "coming", "past", "open")


@dataclass(frozen=True, slots=True)
class Group:
    """The first of one of `GROUPS`, and how many it has."""

    name: str
    interviews: tuple[Interview, ...]
    count: int


def to_be_held(library: Library, words: str = "", at: datetime | None = None) -> tuple[Group, ...]:
    """The groups that have any interview in which all of `words` occur, in the order of `GROUPS`.

    `at` (aware, None = now) says which day is today, by this computer's clock. Each group begins with what is nearest.
    """
    now = at or datetime.now(UTC)
    today = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    midnight, tomorrow = (each.astimezone() for each in (today, today + timedelta(days=1)))
    planned = InterviewQuery(
        text=words, status=InterviewStatus.SCHEDULED, recorded=False, planned=True, order=InterviewOrder.PLANNED,
        descending=False, limit=PAGE,
    )  # fmt: skip
    queries = {
        "today": replace(planned, planned_from=midnight, planned_before=tomorrow),
        "going": replace(planned, status=InterviewStatus.IN_PROGRESS, planned=None, descending=True),
        "coming": replace(planned, planned_from=tomorrow),
        "past": replace(planned, planned_before=midnight, descending=True),
        "open": replace(planned, planned=False, order=InterviewOrder.CREATED, descending=True),
    }
    cut = _cut_off(library, words)
    groups = [Group("cut", cut[:PAGE], len(cut)), *(_group(library, name, query) for name, query in queries.items())]
    return tuple(group for group in groups if group.count)


def _group(library: Library, name: str, query: InterviewQuery) -> Group:
    found = library.interviews(query)
    return Group(name, found, library.count_interviews(query) if len(found) == PAGE else len(found))


def _cut_off(library: Library, words: str) -> tuple[Interview, ...]:
    """Those that have the recording of their beginning."""
    wanted = folded(words).split()
    cut = (library.interview(each) for each in library.cut_off())
    return tuple(each for each in cut if each.media is not None and not each.signed and _has(each, wanted))


def _has(interview: Interview, words: list[str]) -> bool:
    position = interview.position.title if interview.position else ""
    told = folded("\n".join((interview.title, interview.candidate.name, position)))
    return all(word in told for word in words)
