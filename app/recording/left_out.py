"""Where a recording has no picture on purpose, and why: what was redacted, and what followed a withdrawal."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.marks import Mark, MarkKind
from app.domain.redaction import Reason
from app.recording.kinds import Kind
from app.text import timecode, tr

if TYPE_CHECKING:
    from app.store.library import Library


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A stretch [start, end) (s) of a recording without its picture; `reason` None = the candidate withdrew it."""

    start: float
    end: float
    reason: Reason | None = None

    def covers(self, time_s: float, picture_s: float, next_s: float) -> bool:
        """Whether a moment has no picture for this reason. The newest picture until then begins at `picture_s`: the
        first one after a stretch may come later than its end. The one that is waited for begins at `next_s`: a player
        may stand at the last one before a stretch while it is heard."""
        lacks = self.start <= time_s and (time_s < self.end or picture_s < self.start)
        return lacks or picture_s < self.start < self.end <= next_s

    @property
    def words(self) -> str:
        """What is said in the place of the picture, in the language in use."""
        if self.reason is None:
            return tr("review.picture_withdrawn", time=timecode(self.start))
        return tr("review.picture_redacted", reason=tr(f"redact.reason_{self.reason}"))


def left_out(library: Library, interview_id: str) -> tuple[LeftOut, ...]:
    """The stretches of an interview's recording as it lies here, redacted ones first."""
    still_here = {(each.start, each.end, each.at) for each in library.left_here(interview_id)}
    redacted = [
        LeftOut(each.start, each.end, each.reason)
        for each in library.redactions(interview_id)
        if (each.start, each.end, each.at) not in still_here
    ]
    return (*redacted, *_withdrawn(library.marks(interview_id)))


def _withdrawn(marks: Iterable[Mark]) -> list[LeftOut]:
    """From each moment at which a picture that was recorded was taken back, until it was recorded again, if ever."""
    found: list[LeftOut] = []
    pictured, since = False, None
    for mark in marks:
        if mark.kind is MarkKind.BEGUN and mark.body.get("recorded"):
            pictured = Kind.PICTURE in mark.body["recorded"]
            if pictured and since is not None:
                found.append(LeftOut(since, mark.at_s))
                since = None
        elif mark.kind is MarkKind.WITHDRAWN and pictured and Kind.PICTURE not in mark.body.get("kinds", ()):
            pictured, since = False, mark.at_s
    return [*found, LeftOut(since, math.inf)] if since is not None else found
