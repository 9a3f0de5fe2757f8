"""What a profile of Odoo may say."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from sync.auth import wrong_auth
from sync.contract import STATUS_ORDER, InterviewStatus, NoteRole
from sync.profile import Shape

LANGUAGES = ("zh", "en")


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is written into Odoo's log of an applicant, in one language. `notes`: headings of what is no result;
    `revision` with {n}; `application`: what another application of somebody is called in that person's history."""

    title: str
    assessor: str
    composite: str
    coverage: str
    none: str
    summary: str
    strengths: str
    to_improve: str
    comments: str
    conclusions: dict[str, str]
    notes: dict[NoteRole, str] = {}
    application: str = ""
    revision: str = "{n}"


class OdooShape(Shape, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole profile file of this dialect.

    `stages` gives the names that the stage of each status may have, the first that is there counts; `words` by
    language, the one of the user whose key it is counts. `database` is needed only where the server has several.
    """

    stages: dict[InterviewStatus, tuple[str, ...]]
    words: dict[str, Words]
    database: str = ""
    page_size: int = 100
    overlap_s: int = 120
    """So many seconds before the last pull are asked for again: what was committed late carries an earlier time."""
    time_zone: str = "Asia/Shanghai"

    def wrong(self) -> str:
        """What a file that has the right shape still gets wrong; "" = nothing."""
        return super().wrong() or wrong_auth(self.auth) or self._wrong()

    def _wrong(self) -> str:
        if missing := [status.value for status in STATUS_ORDER if not self.stages.get(status)]:
            return f"stages.{missing[0]}"
        if set(self.words) != set(LANGUAGES):
            return "words: zh, en"
        if not 1 <= self.page_size <= 1000:
            return f"page_size = {self.page_size}"
        if not 0 <= self.overlap_s <= 86_400:
            return f"overlap_s = {self.overlap_s}"
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return f"time_zone = {self.time_zone!r}"
        return ""
