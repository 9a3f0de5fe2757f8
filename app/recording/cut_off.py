"""An interview that a crash cut off: in progress until it goes on, or somebody takes what is there for the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.marks import MarkKind
from app.domain.types import InterviewStatus
from app.failures import InterviewRecorded
from app.recording.holding import keeper
from app.recording.running import standing

if TYPE_CHECKING:
    from app.store.library import Library


def can_go_on(library: Library, interview_id: str) -> bool:
    """Whether an interview was cut off and can go on: with the recording of its beginning, or without any.
    Raises NotFound."""
    held = interview_id in library.held_here or library.being_recorded(interview_id)
    if library.read_only or held or not library.is_cut_off(interview_id):
        return False
    interview = library.interview(interview_id)
    if interview.media is None:
        return not interview.signed
    try:
        library.to_be_continued(interview_id)
    except InterviewRecorded:
        return False
    return True


def take_up(library: Library, interview_id: str) -> None:
    """Somebody reviews what there is, or has it analysed: it waits to be assessed, as far as the HR system is told.

    It can go on all the same, which tells the HR system nothing more. Of another interview nothing changes.
    """
    interview = library.interview(interview_id)
    if interview.status is InterviewStatus.IN_PROGRESS and interview.media and can_go_on(library, interview_id):
        with library.session() as session:
            library.move_in(session, interview_id, InterviewStatus.TO_REVIEW)


def end(library: Library, interview_id: str) -> None:
    """Somebody says that it is over: nothing goes on any more. Of an interview that cannot go on nothing changes."""
    if not can_go_on(library, interview_id):
        return
    media = library.interview(interview_id).media
    last_s = max(standing(library.marks(interview_id)).last_s, (media.duration_s or 0.0) if media else 0.0)
    keeper(library, interview_id)(MarkKind.ENDED, round(last_s, 3), {})
